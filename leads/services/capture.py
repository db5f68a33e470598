"""A submission becomes a lead, its facts and a mark: one statement, no row of a known lead touched."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from common.ids import uuid7
from common.wake import wake
from leads.services.activities import ADVANCE

CAPTURE = """
-- One capture. No row comes back when another transaction has just added the same lead or source: ask again.
WITH known_source AS (
    SELECT id FROM leads_source
    WHERE channel = %(channel)s AND source = %(source)s AND medium = %(medium)s AND campaign = %(campaign)s
), fresh_source AS (
    INSERT INTO leads_source (channel, source, medium, campaign)
    SELECT %(channel)s, %(source)s, %(medium)s, %(campaign)s WHERE NOT EXISTS (SELECT 1 FROM known_source)
    ON CONFLICT DO NOTHING
    RETURNING id
), origin AS (
    SELECT id FROM known_source UNION ALL SELECT id FROM fresh_source
), known_lead AS (
    SELECT id FROM leads_lead WHERE email_key = %(email_key)s
), fresh_lead AS (
    INSERT INTO leads_lead (id, email, email_key, phone, first_name, last_name, company, job_title, country,
        time_zone, attributes, source_id, preference_key, is_sample, created_at, updated_at)
    SELECT %(id)s, %(email)s, %(email_key)s, %(phone)s, %(first_name)s, %(last_name)s, %(company)s, %(job_title)s,
        %(country)s, %(time_zone)s, %(attributes)s, origin.id, %(preference_key)s, %(is_sample)s, %(now)s, %(now)s
    FROM origin WHERE NOT EXISTS (SELECT 1 FROM known_lead)
    ON CONFLICT (email_key) DO NOTHING
    RETURNING id
), lead AS (
    SELECT known_lead.id, false AS is_new FROM known_lead, origin
    UNION ALL SELECT id, true FROM fresh_lead
), facts AS (
    INSERT INTO leads_activity (lead_id, kind, occurred_at, recorded_at, payload)
    SELECT lead.id, fact.kind, %(now)s, %(now)s, fact.payload::jsonb
    FROM lead, unnest(%(kinds)s::text[], %(payloads)s::text[]) WITH ORDINALITY AS fact (kind, payload, n)
    ORDER BY fact.n
    RETURNING id
), mark AS (
    INSERT INTO leads_mark (lead_id, due_at, urgent, is_time, activity_id, attempts, error)
    SELECT lead.id, %(now)s, %(urgent)s, false, (SELECT min(id) FROM facts), 0, '' FROM lead
), touch AS (
    INSERT INTO leads_touch (lead_id, source_id, at, landing_page, referrer)
    SELECT lead.id, origin.id, %(now)s, %(landing_page)s, %(referrer)s FROM lead, origin
), consent AS (
    INSERT INTO leads_consent (lead_id, topic_id, given, at, how, wording, form_version, page_url, ip, user_agent)
    SELECT lead.id, c.topic_id, c.given, %(now)s, c.how, c.wording, c.form_version, c.page_url, c.ip::inet,
        c.user_agent
    FROM lead, jsonb_to_recordset(%(consents)s::jsonb) AS c (topic_id bigint, given boolean, how text, wording text,
        form_version text, page_url text, ip text, user_agent text)
)
SELECT lead.id, lead.is_new, (SELECT array_agg(id ORDER BY id) FROM facts) FROM lead
"""


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
    values = {
        **vars(lead),
        **vars(origin),
        "id": uuid7(),
        "attributes": json.dumps(lead.attributes),
        "preference_key": secrets.token_urlsafe(16),
        "kinds": [str(fact.kind) for fact in facts],
        "payloads": [json.dumps(fact.payload) for fact in facts],
        "consents": json.dumps([vars(consent) for consent in consents]),
        "urgent": urgent,
        "now": now,
    }
    with connection.cursor() as cursor:
        for _ in range(3):
            cursor.execute(CAPTURE, values)
            row = cursor.fetchone()
            if row is not None:
                wake(ADVANCE)
                return CapturedLead(*row)
    raise CaptureRaced(lead.email)
