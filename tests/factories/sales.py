"""Valid rows for tests of sales."""

from datetime import datetime
from itertools import count
from typing import Any

from accounts.models import Role, Team, User
from leads.kinds import CauseKind, Kind, Stage, Temperature
from leads.models import Lead, LeadState, Transition
from leads.services import record_activity
from sales.models import Handover
from sales.services import hand_over

numbers = count(1)


def make_team(name: str = "") -> Team:
    return Team.objects.create(name=name or f"Team {next(numbers)}")


def make_user(role: str = Role.REP, *, team: Team | None = None, name: str = "") -> User:
    number = next(numbers)
    return User.objects.create_user(
        f"user{number}@company.example", "a long password", name=name or f"User {number}", role=role, team=team
    )


def make_lead(now: datetime, *, stage: str = Stage.MQL, temperature: str = Temperature.WARM, **fields: Any) -> Lead:
    number = next(numbers)
    email = fields.pop("email", f"lead{number}@customer.example")
    state = fields.pop("state", {})
    lead = Lead.objects.create(
        **{
            "email": email,
            "email_key": email or None,
            "first_name": "Maja",
            "last_name": f"Example {number}",
            "company": "Example GmbH",
            "preference_key": f"key{number}",
            "created_at": now,
            "updated_at": now,
            **fields,
        }
    )
    LeadState.objects.create(
        lead=lead,
        stage=stage,
        temperature=temperature,
        stage_since=now,
        scored_at=now,
        **{"fit": 8200, "grade": "A", "engagement": 6200, "level": 3, **state},
    )
    return lead


def become_sql(lead: Lead, now: datetime, cause: str = "Fit A, engagement 62") -> Transition:
    LeadState.objects.filter(lead=lead).update(stage=Stage.SQL)
    return Transition.objects.create(
        lead=lead, from_stage=Stage.MQL, to_stage=Stage.SQL, at=now, cause_kind=CauseKind.MATRIX, cause=cause
    )


def ask_for_demo(lead: Lead, now: datetime, **payload: Any) -> None:
    record_activity(lead_id=lead.pk, kind=Kind.DEMO_REQUESTED, payload={"form_name": "Demo", **payload}, now=now)


def make_handover(now: datetime, *, lead: Lead | None = None, **lead_fields: Any) -> Handover:
    lead = lead or make_lead(now, **lead_fields)
    become_sql(lead, now)
    (handover,) = hand_over(lead_ids=[lead.pk], now=now)
    return handover
