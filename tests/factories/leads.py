"""Valid rows of leads; a test sets only what it is about."""

import secrets
from datetime import datetime, timedelta
from typing import Any

import factory
from django.utils import timezone

from leads import services
from leads.kinds import Channel
from leads.lifecycle import Judged
from leads.models import Lead, Source


class SourceFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Source
        django_get_or_create = ("channel", "source", "medium", "campaign")

    channel = Channel.ORGANIC_SEARCH
    source = "Google"
    medium = "organic"
    campaign = ""


class LeadFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Lead

    email = factory.Sequence(lambda n: f"ada.{n}@work.example")
    email_key = factory.LazyAttribute(lambda lead: lead.email or None)
    preference_key = factory.LazyFunction(lambda: secrets.token_urlsafe(16))
    source = factory.SubFactory(SourceFactory)
    created_at = factory.LazyFunction(timezone.now)
    updated_at = factory.SelfAttribute("created_at")


def judged(lead: Lead, **changes: Any) -> Judged:
    """Return a judgement of ``lead`` that proposes New, changed by what the test is about."""
    proposal = {
        "fit": 0,
        "grade": "?",
        "engagement": 0,
        "level": 3,
        "stage": "new",
        "temperature": "cold",
        "cause_kind": "matrix",
        "cause": "Fit ?, engagement 3",
        "rule_set_version": 1,
    }
    return Judged(lead_id=lead.pk, **{**proposal, **changes})


def captured(
    *, email: str, now: datetime, fields: dict[str, str] | None = None, **payload: Any
) -> services.CapturedLead:
    """Capture one form submission the way the capture app does."""
    fact = services.NewFact("form_submitted", {"form_name": "Get the guide", "fields": fields or {}, **payload})
    return services.capture_lead(
        lead=services.NewLead(email=email, email_key=email.lower() or None, **(fields or {})),
        origin=services.Origin(channel="direct"),
        facts=[fact],
        now=now,
    )


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)
