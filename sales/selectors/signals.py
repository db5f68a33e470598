"""What a lead did, weighed by the points it still brings."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from leads.kinds import REQUEST_KINDS, Kind
from leads.lifecycle import FactRow
from leads.models import Lead
from leads.selectors import profile_of
from leads.words import fact_words
from sales.brief import Quote, Signal
from scoring.engine import judge
from scoring.selectors import live_rules

SPEAKING_KINDS = (*REQUEST_KINDS, Kind.FORM_SUBMITTED, Kind.EMAIL_REPLIED)
CONTENT_KINDS = (Kind.FORM_SUBMITTED, Kind.WEBINAR_ATTENDED, Kind.EMAIL_CLICKED)
REQUEST_POINTS = 4000
REQUEST_HALF_LIFE_DAYS = 30


def signals_of(lead: Lead, facts: Sequence[FactRow], *, now: datetime) -> tuple[Signal, ...]:
    """Return one signal for each thing the lead did that counts now, with the points that remain of it.

    A request counts 40 points, halved every 30 days, where the rules give it less: it is what sales is asked for.
    """
    points = _points(lead, facts, now)
    requests = {fact.payload.get("submission") for fact in facts if fact.kind in REQUEST_KINDS} - {None}
    found: dict[str, list[FactRow]] = {}
    for fact in facts:
        is_told_by_request = fact.kind == Kind.FORM_SUBMITTED and fact.payload.get("submission") in requests
        if points[fact.id] > 0 and not is_told_by_request:
            found.setdefault(fact_words(fact.kind, fact.payload), []).append(fact)
    return tuple(
        Signal(
            text=words,
            at=same[-1].occurred_at,
            weight=sum(points[fact.id] for fact in same),
            activity_id=same[-1].id,
            count=len(same),
        )
        for words, same in found.items()
    )


def _points(lead: Lead, facts: Sequence[FactRow], now: datetime) -> Counter[int]:
    """The points that remain of each fact, by its id."""
    points: Counter[int] = Counter()
    for line in judge(facts, profile_of(lead), live_rules(), now, now).engagement_lines:
        if line.fact_id is not None:
            points[line.fact_id] += line.remaining
    for fact in facts:
        if fact.kind in REQUEST_KINDS and fact.occurred_at <= now:
            age_days = (now - fact.occurred_at).total_seconds() / 86_400
            points[fact.id] = max(points[fact.id], round(REQUEST_POINTS * 0.5 ** (age_days / REQUEST_HALF_LIFE_DAYS)))
    return points


def last_words(facts: Sequence[FactRow]) -> Quote | None:
    """Return the newest free text the lead wrote."""
    return next((quote for fact in reversed(facts) if (quote := _message(fact))), None)


def last_content(facts: Iterable[FactRow]) -> Quote | None:
    """Return the newest piece of content the lead asked for, attended, or opened a link to."""
    contents = [fact for fact in facts if fact.kind in CONTENT_KINDS and _content(fact)]
    return Quote(_content(contents[-1]), contents[-1].occurred_at, contents[-1].id) if contents else None


def _message(fact: FactRow) -> Quote | None:
    text = str(fact.payload.get("message") or "").strip() if fact.kind in SPEAKING_KINDS else ""
    return Quote(text, fact.occurred_at, fact.id) if text else None


def _content(fact: FactRow) -> str:
    """Name what the lead has got to read; a demo or a contact is asked for, not read."""
    is_asked_for = fact.kind == Kind.FORM_SUBMITTED and not fact.payload.get("offer_mail")
    return "" if is_asked_for else str(fact.payload.get("offer_name") or fact.payload.get("subject") or "").strip()
