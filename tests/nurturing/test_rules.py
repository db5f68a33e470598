"""Who may be in a sequence and why someone leaves it, without the database."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from leads.kinds import Kind, Stage
from leads.models import Topic
from nurturing.models import Sequence, StartsOn, StopKind
from nurturing.rules import Fact, LastWord, Standing, cause_to_enter, reason_to_stop

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
GUIDES = Topic(pk=1, slug="guides", name="Guides")
SEQUENCE = Sequence(topic=GUIDES, starts_on=StartsOn.ANY_GUIDE)
GUIDE = {"offer": "reduce-churn", "subject": "Retention", "form": "k3", "offer_mail": True}


def fact(kind, *, days=0.0, **payload):
    return Fact(id=7, kind=kind, occurred_at=NOW + timedelta(days=days), payload=payload)


def standing(*facts, **changes):
    values = {
        "lead_id": UUID(int=1),
        "has_address": True,
        "stage": Stage.IQL,
        "facts": tuple(sorted(facts, key=lambda each: each.occurred_at)),
        "consents": {1: LastWord(given=True, at=NOW)},
    }
    return Standing(**values | changes)


def asked(days=-1.0):
    return fact(Kind.FORM_SUBMITTED, days=days, **GUIDE)


def enters(lead, sequence=SEQUENCE):
    return cause_to_enter(lead, sequence, now=NOW) is not None


def stop(lead):
    return reason_to_stop(lead, SEQUENCE, started_at=NOW - timedelta(days=1), now=NOW)


@pytest.mark.parametrize("stage", [Stage.NEW, Stage.IQL, Stage.MQL])
def test_someone_who_asked_for_a_guide_and_agreed_enters(stage):
    assert enters(standing(asked(), stage=stage))


@pytest.mark.parametrize(
    "changes",
    [
        {"stage": Stage.SQL},
        {"stage": Stage.CUSTOMER},
        {"stage": Stage.DISQUALIFIED},
        {"consents": {}},
        {"consents": {1: LastWord(given=False, at=NOW)}},
        {"consents": {2: LastWord(given=True, at=NOW)}},
        {"suppressed": frozenset({"guides"})},
        {"suppressed": frozenset({"all"})},
        {"suppressed": frozenset({"address"})},
        {"has_address": False},
    ],
)
def test_others_do_not_enter(changes):
    assert not enters(standing(asked(), **changes))


def test_a_request_of_long_ago_lets_nobody_in():
    assert not enters(standing(asked(days=-31)))


@pytest.mark.parametrize(
    ("starts_on", "value", "does"),
    [
        (StartsOn.OFFER, "reduce-churn", True),
        (StartsOn.OFFER, "other", False),
        (StartsOn.SUBJECT, "Retention", True),
        (StartsOn.SUBJECT, "Pricing", False),
        (StartsOn.FORM, "k3", True),
        (StartsOn.FORM, "k4", False),
    ],
)
def test_a_sequence_starts_on_its_offer_subject_or_form(starts_on, value, does):
    sequence = Sequence(topic=GUIDES, starts_on=starts_on, start_value=value)

    assert enters(standing(asked()), sequence) is does


@pytest.mark.parametrize("kind", [Kind.HANDOVER_OPENED, Kind.HANDOVER_CLAIMED, Kind.HANDOVER_ACCEPTED])
def test_an_open_handover_keeps_a_lead_out_and_stops_a_sequence(kind):
    lead = standing(asked(), fact(kind, days=-0.5))

    assert not enters(lead)
    assert stop(lead).kind == StopKind.SALES
    assert stop(lead).reason == kind.label


def test_a_rejected_lead_enters_once_the_verdict_takes_effect():
    claimed = fact(Kind.HANDOVER_CLAIMED, days=-0.5)
    rejected = {"kind": Kind.HANDOVER_REJECTED, "days": -0.001}
    soon, past = NOW + timedelta(minutes=8), NOW - timedelta(minutes=1)

    assert not enters(standing(asked(), claimed, fact(**rejected, effective_at=soon.isoformat())))
    assert enters(standing(asked(), claimed, fact(**rejected, effective_at=past.isoformat())))
    assert not enters(standing(asked(), claimed, fact(**rejected)))


def test_a_call_of_sales_keeps_a_lead_out_for_a_month():
    assert not enters(standing(asked(), fact(Kind.CONTACT_LOGGED, days=-20)))
    assert enters(standing(asked(), fact(Kind.CONTACT_LOGGED, days=-31)))


@pytest.mark.parametrize(
    ("changes", "kind", "reason"),
    [
        ({"stage": Stage.SQL}, StopKind.STAGE, "Became SQL"),
        ({"stage": Stage.CUSTOMER}, StopKind.STAGE, "Became Customer"),
        ({"stage": Stage.DISQUALIFIED}, StopKind.DISQUALIFIED, "Disqualified"),
        ({"consents": {1: LastWord(given=False, at=NOW)}}, StopKind.UNSUBSCRIBED, "Unsubscribed from Guides"),
        ({"suppressed": frozenset({"address"})}, StopKind.ADDRESS, "Mail to this address cannot be delivered"),
    ],
)
def test_each_way_out_has_a_reason_to_read(changes, kind, reason):
    found = stop(standing(asked(), **changes))

    assert (found.kind, found.reason) == (kind, reason)


@pytest.mark.parametrize(
    ("kind", "stop_kind"),
    [
        (Kind.EMAIL_REPLIED, StopKind.REPLY),
        (Kind.DEMO_REQUESTED, StopKind.REQUEST),
        (Kind.CONTACT_REQUESTED, StopKind.REQUEST),
    ],
)
def test_an_answer_after_the_start_stops_and_one_before_it_does_not(kind, stop_kind):
    assert stop(standing(asked(days=-2), fact(kind, days=-0.5))).kind == stop_kind
    assert stop(standing(asked(days=-2), fact(kind, days=-1.5))) is None
