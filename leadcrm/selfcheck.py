"""One made-up lead goes through the product's own front door at every start, and leaves no row behind.

It is sent over HTTP like any visitor's, so it proves form, database, broker, worker, pipeline and sales queue at once.
"""

import json
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.client import HTTPConnection
from typing import TypeVar
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.db import connection, transaction

from capture.models import Form, FormVersion, Submission
from capture.services import create_form, remove_form
from capture.tokens import issue_token
from leadcrm.erasing import erase_leads
from leads.models import Lead, LeadState
from sales.models import Handover

logger = logging.getLogger(__name__)

FORM_NAME = "Start-up check"
EMAIL = "startup-check@leadcrm.example"
WAIT_SECONDS = 20
POLL_SECONDS = 0.01
# A form that is sent within two seconds looks like a machine's; the token says that it was opened before.
READING_TIME = timedelta(seconds=30)
Found = TypeVar("Found")


class CheckFailed(RuntimeError):
    """A station that the test lead did not reach, with what to look at."""


@dataclass(frozen=True)
class Passage:
    """Milliseconds from sending the form to each station."""

    captured_ms: float
    judged_ms: float
    queued_ms: float
    stage: str


def run_test_lead(*, host: str, port: int, now: datetime) -> Passage:
    """Send a request for a demo to the product at the address, follow it to the sales queue, and remove it.

    Raises CheckFailed naming the first station it did not reach.
    """
    remove_test_lead()
    began_at = now
    form = create_form(template=Form.Template.DEMO, name=FORM_NAME, by=None, now=now)
    try:
        return _follow(form, host, port, now)
    finally:
        remove_test_lead(made_since=began_at)


def _follow(form: Form, host: str, port: int, now: datetime) -> Passage:
    began = time.perf_counter()
    lead_id = _send(form, host, port, now)
    captured = time.perf_counter()
    _wait(
        lambda: LeadState.objects.filter(lead=lead_id).first(),
        "The lead is stored but nobody judged it: the worker does not work. Its last words stand above.",
    )
    judged = time.perf_counter()
    _wait(
        lambda: Handover.objects.filter(lead=lead_id).first(),
        "The lead was judged but not handed over: look at the rules under Scoring, asking for a demo leads to sales.",
    )
    queued = time.perf_counter()
    stage = LeadState.objects.values_list("stage", flat=True).get(lead=lead_id)
    return Passage(
        captured_ms=(captured - began) * 1000,
        judged_ms=(judged - began) * 1000,
        queued_ms=(queued - began) * 1000,
        stage=stage,
    )


def _send(form: Form, host: str, port: int, now: datetime) -> UUID:
    """Send the form and return the lead that came of it."""
    number = FormVersion.objects.get(form=form).number
    fields = {
        "token": issue_token(form_id=form.pk, number=number, now=now - READING_TIME),
        "submission_key": str(uuid4()),
        "email": EMAIL,
        "first_name": "Start-up",
        "last_name": "Check",
        "company": "LeadCRM",
    }
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    call = HTTPConnection(host, port, timeout=10)
    try:
        call.request("POST", f"/f/{form.pk}/submit", urlencode(fields), {**headers, "User-Agent": "Mozilla/5.0 check"})
        answer = call.getresponse()
        body = answer.read()
    finally:
        call.close()
    if answer.status != 201:
        raise CheckFailed(f"The form answered {answer.status}: {body[:200].decode(errors='replace')}")
    submission = Submission.objects.filter(pk=json.loads(body)["submission"]).first()
    if submission is None or submission.lead_id is None:
        raise CheckFailed("The form was stored, but no lead came of it.")
    return submission.lead_id


def _wait(look: Callable[[], Found | None], problem: str) -> Found:
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        found = look()
        if found is not None:
            return found
        time.sleep(POLL_SECONDS)
    raise CheckFailed(problem)


@transaction.atomic
def remove_test_lead(*, made_since: datetime | None = None) -> None:
    """Remove what the check has made, also what one that was killed has left.

    ``made_since`` takes the form's offer along if it was made for the check.
    """
    erase_leads(lead_ids=list(Lead.objects.filter(email_key=EMAIL).values_list("pk", flat=True)))
    for form in Form.objects.filter(name=FORM_NAME, created_by=None):
        remove_form(form=form, offers_since=made_since)


def report(run: Callable[[], Passage], say: Callable[[str], None]) -> bool:
    """Run the check and say how it went; a product that fails it goes on running. Returns whether it passed."""
    try:
        passage = run()
    except CheckFailed as exc:
        say(f"The test lead did not pass: {exc}")
        return False
    except Exception as exc:
        logger.exception("The test lead could not be sent or removed")
        say(f"The test lead did not pass: {type(exc).__name__}: {exc}")
        return False
    finally:
        with suppress(Exception):
            connection.close()
    say(
        f"A test lead went through: captured after {passage.captured_ms:.0f} ms, judged after "
        f"{passage.judged_ms:.0f} ms, queued for sales after {passage.queued_ms:.0f} ms (removed again)."
    )
    return True
