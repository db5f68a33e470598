"""A lead with a history, and people who look at it."""

from datetime import datetime, timedelta

import pytest
from django.contrib.auth import get_user_model

from accounts.models import Role
from leads.kinds import Kind
from leads.models import Activity, Lead
from scoring.services import ensure_starter_rules
from tests.factories.leads import LeadFactory


@pytest.fixture
def starter_rules(db, now: datetime) -> None:
    """Version 1 is live, also where a test that empties all tables ran on this database before."""
    ensure_starter_rules(now=now - timedelta(days=365))


@pytest.fixture
def lead(db, now: datetime) -> Lead:
    """Fit A, with a guide 30 days ago and three looks at pricing this week."""
    lead = LeadFactory(
        email="m.example@company.example",
        first_name="M.",
        last_name="Example",
        company="Company",
        job_title="Head of Operations",
        created_at=now - timedelta(days=30),
    )
    did(lead, Kind.FORM_SUBMITTED, now - timedelta(days=30), offer_mail=True, offer_name="ROI guide")
    for days_ago in (3, 2, 1):
        did(lead, Kind.PAGE_VIEWED, now - timedelta(days=days_ago), path="/pricing")
    return lead


def did(lead: Lead, kind: str, at: datetime, **payload) -> Activity:
    """Add a fact as if it had been recorded when it happened."""
    return Activity.objects.create(lead=lead, kind=kind, occurred_at=at, recorded_at=at, payload=payload)


@pytest.fixture
def marketer(db):
    return get_user_model().objects.create_user(
        "marketer@crm.example", "correct horse battery", name="Marketer 1", role=Role.MARKETER
    )


@pytest.fixture
def as_marketer(client, marketer):
    client.force_login(marketer)
    return client
