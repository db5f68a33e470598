from datetime import UTC, datetime

import pytest

from leads.kinds import Kind
from leads.matching import email_key
from leads.models import Lead, LeadState, Topic
from leads.services.capture import NewConsent, NewFact, NewLead, Origin, capture_lead
from nurturing.models import Sequence
from nurturing.services import ensure_starter_sequence
from tests.mail.smtp_sink import SmtpSink

WORDING = "Yes, send me guides and short tips by e-mail."


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


@pytest.fixture
def smtp_sink(settings):
    with SmtpSink() as sink:
        settings.EMAIL_URL = sink.url
        yield sink


@pytest.fixture
def sequence(db, now) -> Sequence:
    """The starter sequence: two mails, after 2 and after 5 days."""
    return ensure_starter_sequence(now)


@pytest.fixture
def ask(sequence, now):
    """A visitor asks for a guide; ``agrees`` ticks the box for more mails."""

    def submit(email: str = "ada@engines.example", *, agrees: bool = True, at: datetime = now, **lead) -> Lead:
        payload = {
            "form": "k3x9",
            "form_name": "Get the guide",
            "offer": "reduce-churn",
            "offer_name": "Reduce churn in 30 days",
            "subject": "Retention",
            "offer_mail": True,
        }
        consent = NewConsent(
            topic_id=Topic.objects.get(slug="guides").pk, given=agrees, how="Box ticked on a form", wording=WORDING
        )
        captured = capture_lead(
            lead=NewLead(**{"email": email, "email_key": email_key(email), "first_name": "Ada", **lead}),
            origin=Origin(channel="organic_search", source="google"),
            facts=[NewFact(Kind.FORM_SUBMITTED, payload)],
            consents=[consent] if agrees else [],
            now=at,
        )
        return Lead.objects.get(pk=captured.lead_id)

    return submit


@pytest.fixture
def judged(now):
    """The rules have put a lead into a stage."""

    def set_state(lead: Lead, stage: str) -> None:
        LeadState.objects.update_or_create(lead=lead, defaults={"stage": stage, "stage_since": now, "scored_at": now})

    return set_state
