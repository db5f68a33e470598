"""A submission becomes a lead, its facts and a mark: one statement, no row of a known lead touched."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

from common.ids import uuid7
from common.wake import wake
from leads.services.activities import ADVANCE

# The text of the function: leads/sql/capture_1.sql.
CAPTURE = "SELECT lead_id, is_new, activity_ids FROM leads_capture(%s, %s)"


class CaptureRaced(RuntimeError):
    """Two other transactions in a row added and took back the same lead; try the submission again."""


@dataclass(frozen=True)
class NewLead:
    """Who the visitor says to be; ``email_key`` is None for a lead with a phone number only."""

    email: str = ""
    email_key: str | None = None
    phone: str = ""
    first_name: str = ""
    last_name: str = ""
    company: str = ""
    job_title: str = ""
    country: str = ""
    time_zone: str = ""
    attributes: dict[str, Any] = field(default_factory=dict)
    is_sample: bool = False


@dataclass(frozen=True)
class Origin:
    """Where the visitor came from."""

    channel: str
    source: str = ""
    medium: str = ""
    campaign: str = ""
    landing_page: str = ""
    referrer: str = ""


@dataclass(frozen=True)
class NewFact:
    kind: str
    payload: dict[str, Any]


@dataclass(frozen=True)
class NewConsent:
    """The answer to one topic, with the wording that was on the screen."""

    topic_id: int
    given: bool
    how: str
    wording: str = ""
    form_version: str = ""
    page_url: str = ""
    ip: str | None = None
    user_agent: str = ""


@dataclass(frozen=True)
class CapturedLead:
    lead_id: UUID
    is_new: bool
    activity_ids: list[int]


def capture_given(
    *,
    lead: NewLead,
    origin: Origin,
    facts: Sequence[NewFact],
    consents: Sequence[NewConsent] = (),
    urgent: bool = False,
) -> str:
    """Return what the database function takes, for a caller that calls it from a function of its own."""
    given = {
        "lead": {**vars(lead), "id": uuid7(), "preference_key": secrets.token_urlsafe(16)},
        "origin": origin,
        "facts": list(facts),
        "consents": list(consents),
        "urgent": urgent,
    }
    return orjson.dumps(given).decode()


def capture_lead(
    *,
    lead: NewLead,
    origin: Origin,
    facts: Sequence[NewFact],
    consents: Sequence[NewConsent] = (),
    now: datetime,
    urgent: bool = False,
) -> CapturedLead:
    """Find or add the lead and record its facts, mark, touch and consents, inside the caller's transaction.

    A known lead keeps its fields: the answers ride in the facts. Raises CaptureRaced.
    """
    given = capture_given(lead=lead, origin=origin, facts=facts, consents=consents, urgent=urgent)
    with connection.cursor() as cursor:
        for _ in range(3):
            cursor.execute(CAPTURE, [given, now])
            lead_id, is_new, activity_ids = cursor.fetchone()
            if lead_id is not None:
                wake(ADVANCE)
                return CapturedLead(lead_id, is_new, activity_ids or [])
    raise CaptureRaced(lead.email)
