"""What a lead did, weighed by how much it says and how fresh it is."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from leads.kinds import REQUEST_KINDS, Kind
from leads.models import Activity, Lead
from leads.words import fact_words
from sales.brief import Quote, Signal

WEIGHTS = {
    Kind.DEMO_REQUESTED: 4000,
    Kind.CONTACT_REQUESTED: 4000,
    Kind.EMAIL_REPLIED: 2000,
    Kind.WEBINAR_ATTENDED: 1800,
    Kind.CALL_LOGGED: 1500,
    Kind.FORM_SUBMITTED: 1000,
    Kind.EMAIL_CLICKED: 800,
    Kind.PAGE_VIEWED: 300,
}
SPEAKING_KINDS = (*REQUEST_KINDS, Kind.FORM_SUBMITTED, Kind.EMAIL_REPLIED)
HALF_LIFE_DAYS = 30
COUNTED_AT_MOST = 4
NEWEST = 200
HORIZON = timedelta(days=180)


def recent_facts(lead: Lead, *, now: datetime) -> list[Activity]:
    """Return what the lead did in the last half year, newest first, 200 facts at most."""
    facts = Activity.objects.filter(lead=lead, kind__in=WEIGHTS, occurred_at__gt=now - HORIZON, occurred_at__lte=now)
    return list(facts.order_by("-occurred_at", "-id")[:NEWEST])


def signals_of(facts: Iterable[Activity], *, now: datetime) -> tuple[Signal, ...]:
    """Return one signal for each thing the lead did; doing it again adds to its weight, four times at most."""
    found: dict[str, list[Activity]] = {}
    for fact in facts:
        found.setdefault(fact_words(fact.kind, fact.payload), []).append(fact)
    return tuple(
        Signal(
            text=words,
            at=same[0].occurred_at,
            weight=sum(_weight(fact, now) for fact in same[:COUNTED_AT_MOST]),
            activity_id=same[0].pk,
            count=len(same),
        )
        for words, same in found.items()
    )


def _weight(fact: Activity, now: datetime) -> int:
    age_days = (now - fact.occurred_at).total_seconds() / 86_400
    return round(WEIGHTS[Kind(fact.kind)] * 0.5 ** (age_days / HALF_LIFE_DAYS))


def last_words(facts: Iterable[Activity]) -> Quote | None:
    """Return the newest free text the lead wrote."""
    return next(
        (
            Quote(str(fact.payload["message"]), fact.occurred_at, fact.pk)
            for fact in facts
            if fact.kind in SPEAKING_KINDS and str(fact.payload.get("message") or "").strip()
        ),
        None,
    )


def last_content(facts: Iterable[Activity]) -> Quote | None:
    """Return the newest piece of content the lead asked for, attended or opened a link to."""
    for fact in facts:
        name = fact.payload.get("offer_name") or (fact.kind != Kind.PAGE_VIEWED and fact.payload.get("subject"))
        if name:
            return Quote(str(name), fact.occurred_at, fact.pk)
    return None
