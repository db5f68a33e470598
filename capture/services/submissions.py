"""A visitor's form becomes durable: one commit of three statements."""

import json
import random
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import OperationalError, connection, transaction

from capture.answers import Answers
from capture.attribution import Arrival
from capture.live import Published, forget
from capture.models import Form, Submission
from capture.services.errors import FormClosed, OtherAnswers, StillRunning
from capture.services.facts import consents_of, facts_of, is_urgent, lead_of, origin_of
from capture.spam import Verdict
from common.ids import uuid7
from common.wake import wake
from leads.services import CaptureRaced, capture_lead

JOIN = "capture.join_unjoined_submissions"
REPEAT_WINDOW = timedelta(minutes=10)
JOIN_AFTER = timedelta(seconds=5)
TRIES = 3
LOCK_NOT_AVAILABLE, DEADLOCK, SERIALIZATION = "55P03", "40P01", "40001"

BEGIN = "SELECT set_config('lock_timeout', %(wait)s, true), state FROM capture_form WHERE id = %(form)s"
ADD = """
-- Nothing is added, and nothing comes back, for a key that is taken or for the same answers within ten minutes.
INSERT INTO capture_submission (id, form_id, form_version_id, submission_key, lead_id, status, due_at, attempts,
    email_key, answers, answers_hash, attribution, page_url, ip, user_agent, spam_points, spam_reasons, received_at,
    error)
SELECT %(id)s, %(form_id)s, %(version_id)s, %(key)s, %(lead_id)s, %(status)s, %(due_at)s, 0, %(email_key)s,
    %(answers)s, %(hash)s, %(attribution)s, %(page_url)s, %(ip)s, %(user_agent)s, %(points)s, %(reasons)s, %(now)s, ''
WHERE NOT EXISTS (
    SELECT 1 FROM capture_submission
    WHERE form_id = %(form_id)s AND answers_hash = %(hash)s AND received_at > %(since)s
)
ON CONFLICT (form_id, submission_key) DO NOTHING
RETURNING id
"""


@dataclass(frozen=True)
class Received:
    """What came in with the answers."""

    key: str
    page_url: str = ""
    referrer: str = ""
    first: Arrival = field(default_factory=lambda: Arrival("direct"))
    last: Arrival = field(default_factory=lambda: Arrival("direct"))
    ip: str = ""
    user_agent: str = ""


@dataclass(frozen=True)
class Taken:
    """The stored submission that answers a request; ``is_new`` is False for a repeat."""

    id: UUID
    is_new: bool


@dataclass(frozen=True)
class _Draft:
    """All that one submission is made of."""

    version: Published
    answers: Answers
    received: Received
    verdict: Verdict
    now: datetime


class _Repeated(Exception):
    """Rolls the transaction back: this submission is stored already."""


def submit(*, version: Published, answers: Answers, received: Received, verdict: Verdict, now: datetime) -> Taken:
    """Store one submission and, unless it is held, its lead. Returns after the commit.

    A lead that is locked for a second is left to the task. Raises FormClosed, OtherAnswers, StillRunning.
    """
    draft = _Draft(version, answers, received, verdict, now)
    try:
        return _store(_row(draft), draft)
    except _Repeated:
        return stored(form_id=version.form_id, key=received.key, answers_hash=answers.hash, now=now)


def stored(*, form_id: str, key: str, answers_hash: str, now: datetime) -> Taken:
    """Return the submission that a key, or the same answers a moment ago, made. Raises OtherAnswers, StillRunning."""
    rows = Submission.objects.filter(form=form_id)
    known = rows.filter(submission_key=key).values_list("pk", "answers_hash").first()
    if known is not None:
        if known[1] != answers_hash:
            raise OtherAnswers("This submission key was used before with other answers. Send it with a new key.")
        return Taken(known[0], is_new=False)
    same = rows.filter(answers_hash=answers_hash, received_at__gt=now - REPEAT_WINDOW).order_by("received_at")
    pk = same.values_list("pk", flat=True).first()
    if pk is None:
        raise StillRunning("The same submission is being stored. Send it again in a second.")
    return Taken(pk, is_new=False)


def _store(row: dict[str, Any], draft: _Draft) -> Taken:
    for attempt in range(1, TRIES + 1):
        try:
            return _add(row) if draft.verdict.is_held else _add_with_lead(row, draft)
        except CaptureRaced:
            break
        except OperationalError as exc:
            code = getattr(exc.__cause__, "pgcode", None)
            if code == LOCK_NOT_AVAILABLE:
                break
            if code not in (DEADLOCK, SERIALIZATION) or attempt == TRIES:
                raise
            time.sleep(random.uniform(0.005, 0.03) * attempt)
    return _leave_for_later(row, draft.now)


@transaction.atomic
def _add_with_lead(row: dict[str, Any], draft: _Draft) -> Taken:
    version, answers = draft.version, draft.answers
    with connection.cursor() as cursor:
        _begin(cursor, version.form_id, "1s")
        lead = capture_lead(
            lead=lead_of(version, answers),
            origin=origin_of(draft.received.first),
            facts=facts_of(version, answers, submission=row["id"], page=draft.received.page_url),
            consents=consents_of(version, answers, draft.received),
            now=draft.now,
            urgent=is_urgent(version),
        )
        return _insert(cursor, {**row, "lead_id": lead.lead_id})


@transaction.atomic
def _add(row: dict[str, Any], wait: str = "1s") -> Taken:
    with connection.cursor() as cursor:
        _begin(cursor, row["form_id"], wait)
        return _insert(cursor, row)


def _leave_for_later(row: dict[str, Any], now: datetime) -> Taken:
    """Store the submission without its lead. A twin that holds the key has had its second already."""
    late = {**row, "status": Submission.Status.UNJOINED, "due_at": now + JOIN_AFTER}
    try:
        taken = _add(late, wait="100ms")
    except OperationalError as exc:
        if getattr(exc.__cause__, "pgcode", None) != LOCK_NOT_AVAILABLE:
            raise
        raise StillRunning("The same submission is being stored. Send it again in a second.") from exc
    wake(JOIN)
    return taken


def _begin(cursor: Any, form_id: str, wait: str) -> None:
    cursor.execute(BEGIN, {"wait": wait, "form": form_id})
    found = cursor.fetchone()
    if found is None or found[1] != Form.State.LIVE:
        forget(form_id)
        raise FormClosed("This form is closed.")


def _insert(cursor: Any, row: dict[str, Any]) -> Taken:
    cursor.execute(ADD, row)
    if cursor.fetchone() is None:
        raise _Repeated
    return Taken(row["id"], is_new=True)


def _row(draft: _Draft) -> dict[str, Any]:
    version, answers, received, verdict = draft.version, draft.answers, draft.received, draft.verdict
    values: dict[str, Any] = dict(answers.values)
    if version.consent:
        values["consent"] = answers.is_consent_given
    return {
        "id": uuid7(),
        "form_id": version.form_id,
        "version_id": version.id,
        "key": received.key,
        "lead_id": None,
        "status": Submission.Status.HELD if verdict.is_held else Submission.Status.ACCEPTED,
        "due_at": None,
        "email_key": answers.email_key,
        "answers": json.dumps(values),
        "hash": answers.hash,
        "attribution": json.dumps({"first": vars(received.first), "last": vars(received.last)}),
        "page_url": received.page_url,
        "ip": received.ip or None,
        "user_agent": received.user_agent,
        "points": verdict.points,
        "reasons": json.dumps(verdict.reasons),
        "now": draft.now,
        "since": draft.now - REPEAT_WINDOW,
    }
