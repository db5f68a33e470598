"""A visitor's form becomes durable: one round trip, one commit."""

import random
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from django.db import DatabaseError, InterfaceError, connection, transaction

from accounts.models import Event
from accounts.selectors import wanted_events
from accounts.services import NewEvent, publish
from capture.answers import Answers
from capture.attribution import Arrival
from capture.live import Published, forget
from capture.models import Submission
from capture.services.errors import FormClosed, OtherAnswers, StillRunning
from capture.services.facts import consents_of, facts_of, is_urgent, lead_of, origin_of
from capture.spam import Verdict
from common.failpoint import failpoint
from common.ids import uuid7
from common.wake import wake
from leads.services import ADVANCE, CaptureRaced, capture_given

JOIN = "capture.join_unjoined_submissions"
REPEAT_WINDOW = timedelta(minutes=10)
JOIN_AFTER = timedelta(seconds=5)
TRIES = 3
LOCK_NOT_AVAILABLE, DEADLOCK, SERIALIZATION = "55P03", "40P01", "40001"

TWIN_WAS_FIRST = "LC409"
# The text of the function: capture/sql/submit_2.sql.
SUBMIT = "SELECT capture_submit(%s, %s, %s, %s)"


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
    """The stored submission that answers a request; ``is_new`` is False for a repeat.

    ``lacks_token``: it is held, and came without the form's token.
    """

    id: UUID
    is_new: bool
    lacks_token: bool = False


@dataclass(frozen=True)
class _Draft:
    """All that one submission is made of."""

    version: Published
    answers: Answers
    received: Received
    verdict: Verdict
    now: datetime


class _Repeated(Exception):
    """This submission is stored already; nothing of it was added again."""


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
    known = Submission.objects.filter(form=form_id, submission_key=key).values_list("pk", "answers_hash").first()
    if known is not None:
        if known[1] != answers_hash:
            raise OtherAnswers("This submission key was used before with other answers. Send it with a new key.")
        return Taken(known[0], is_new=False)
    same = Submission.objects.filter(answers_hash=answers_hash, received_at__gt=now - REPEAT_WINDOW)
    pk = same.order_by("received_at").values_list("pk", flat=True).first()
    if pk is None:
        raise StillRunning("The same submission is being stored. Send it again in a second.")
    return Taken(pk, is_new=False)


def _store(row: dict[str, Any], draft: _Draft) -> Taken:
    given = None if draft.verdict.is_held else _given(row, draft)
    for attempt in range(1, TRIES + 1):
        try:
            return _submit_held(row, draft) if given is None else _submit(row, given, draft.now, wait="1s")
        except CaptureRaced:
            continue
        except (DatabaseError, InterfaceError) as exc:
            if attempt == 1 and _has_dropped_lost_connection():
                continue
            code = getattr(exc.__cause__, "pgcode", None)
            if code == TWIN_WAS_FIRST:
                raise _Repeated from exc
            if code == LOCK_NOT_AVAILABLE:
                break
            if code not in (DEADLOCK, SERIALIZATION) or attempt == TRIES:
                raise
            time.sleep(random.uniform(0.005, 0.03) * attempt)
    return _leave_for_later(row, draft.now)


def _has_dropped_lost_connection() -> bool:
    """Whether the connection was found dead and may be made anew, as only what has nothing around it can."""
    driver = connection.connection
    if driver is None or not driver.closed or connection.in_atomic_block:
        return False
    connection.close()
    return True


def _given(row: dict[str, Any], draft: _Draft) -> str:
    """Return the lead, facts and consents of a submission as its lead's owner takes them."""
    version, answers, received = draft.version, draft.answers, draft.received
    person = lead_of(version, answers)
    return capture_given(
        lead=person,
        origin=origin_of(received.first),
        facts=facts_of(version, answers, lead=person, submission=row["id"], page=received.page_url),
        consents=consents_of(version, answers, received),
        urgent=is_urgent(version),
    )


@transaction.atomic
def _submit_held(row: dict[str, Any], draft: _Draft) -> Taken:
    """Store what looks like spam, and tell the webhooks that want to know in the same commit."""
    taken = _submit(row, None, draft.now, wait="1s")
    if wanted_events(Event.SUBMISSION_HELD):
        shown = {"id": row["id"], "form": row["form_id"], "page": row["page_url"], "reasons": row["spam_reasons"]}
        event = NewEvent(Event.SUBMISSION_HELD, draft.now, {"submission": shown}, about=row["id"])
        publish(events=[event], now=draft.now)
    return taken


def _submit(row: dict[str, Any], given: str | None, now: datetime, *, wait: str) -> Taken:
    """Run the function. Raises FormClosed, CaptureRaced, _Repeated."""
    failpoint("submit.before_commit")
    # Whether the connection still lives is not asked first: that would be half of the round trips. Where it does not,
    # ``_store`` tries again on a new one, and what was stored before it died is found by its key.
    connection.health_check_done = True  # type: ignore[attr-defined]
    with connection.cursor() as cursor:
        cursor.execute(SUBMIT, [orjson.dumps(row).decode(), given, now, wait])
        outcome = cursor.fetchone()[0]
    failpoint("submit.committed")
    if outcome == "closed":
        forget(row["form_id"])
        raise FormClosed("This form is closed.")
    if outcome == "repeated":
        raise _Repeated
    if outcome == "raced":
        raise CaptureRaced(row["email_key"])
    if given is not None:
        wake(ADVANCE)
    failpoint("submit.rung")
    return Taken(row["id"], is_new=True)


def _leave_for_later(row: dict[str, Any], now: datetime) -> Taken:
    """Store the submission without its lead. A twin that holds the key has had its second already."""
    late = {**row, "status": Submission.Status.UNJOINED, "due_at": now + JOIN_AFTER}
    try:
        taken = _submit(late, None, now, wait="100ms")
    except DatabaseError as exc:
        if getattr(exc.__cause__, "pgcode", None) not in (LOCK_NOT_AVAILABLE, TWIN_WAS_FIRST):
            raise
        raise StillRunning("The same submission is being stored. Send it again in a second.") from exc
    wake(JOIN)
    return taken


def _row(draft: _Draft) -> dict[str, Any]:
    version, answers, received, verdict = draft.version, draft.answers, draft.received, draft.verdict
    values: dict[str, Any] = dict(answers.values)
    if version.consent:
        values["consent"] = answers.is_consent_given
    return {
        "id": uuid7(),
        "form_id": version.form_id,
        "form_version_id": version.id,
        "submission_key": received.key,
        "status": Submission.Status.HELD if verdict.is_held else Submission.Status.ACCEPTED,
        "due_at": None,
        "email_key": answers.email_key,
        "answers": values,
        "answers_hash": answers.hash,
        "attribution": {"first": received.first, "last": received.last},
        "page_url": received.page_url,
        "ip": received.ip or None,
        "user_agent": received.user_agent,
        "spam_points": verdict.points,
        "spam_reasons": verdict.reasons,
    }
