"""The brief of one handover, read from the facts of its lead."""

from datetime import datetime

from django.urls import NoReverseMatch, reverse

from leads.kinds import REQUEST_KINDS, Grade
from leads.models import Lead
from leads.selectors import consents_of, facts_of
from mail.services import is_suppressed
from sales.brief import Brief, BriefFacts, ContactWay, Past, write_brief
from sales.business_time import BusinessHours
from sales.models import DECIDED_STATES, ContactAttempt, Handover
from sales.selectors.hours import zone_of
from sales.selectors.signals import last_content, last_words, signals_of

PAST = 2


def lead_url(lead_id: object) -> str:
    """Return the address of the lead's page."""
    try:
        return reverse("lead_page", args=[lead_id])
    except NoReverseMatch:
        return f"/leads/{lead_id}/"


def brief_of(handover: Handover, *, now: datetime, hours: BusinessHours) -> Brief:
    """Return why now, what they asked, how to open, how to reach them, and what was before."""
    lead = handover.lead
    facts = facts_of(lead)
    past = earlier_handovers(handover)
    return write_brief(
        BriefFacts(
            lead_url=lead_url(lead.pk),
            now=now,
            zone=zone_of(lead.time_zone) if lead.time_zone else hours.zone,
            is_zone_known=bool(lead.time_zone),
            grade=_grade(lead),
            signals=signals_of(lead, facts, now=now),
            asked=last_words(facts),
            content=last_content(facts),
            contact_ways=_contact_ways(lead, past, has_asked=any(fact.kind in REQUEST_KINDS for fact in facts)),
            past=tuple(_past(one) for one in past),
        )
    )


def earlier_handovers(handover: Handover) -> list[Handover]:
    """Return the last decided handovers of the same lead before this one, newest first."""
    rows = Handover.objects.filter(lead=handover.lead_id, state__in=DECIDED_STATES, opened_at__lt=handover.opened_at)
    return list(rows.select_related("owner").order_by("-opened_at")[:PAST])


def _grade(lead: Lead) -> str:
    state = getattr(lead, "state", None)
    return "" if state is None or state.grade == Grade.UNKNOWN else state.grade


def _past(handover: Handover) -> Past:
    reason = f": {handover.reason_text.lower()}" if handover.reason_text else ""
    who = f" ({handover.owner})" if handover.owner else ""
    at = handover.decided_at or handover.opened_at
    return Past(f"{handover.get_state_display()}{reason}{who}", at, handover.verdict_activity_id)


def _contact_ways(lead: Lead, past: list[Handover], *, has_asked: bool) -> tuple[ContactWay, ...]:
    contact_ways = []
    if lead.phone:
        is_wrong = any(one.blocked_channel == ContactAttempt.Means.PHONE for one in past)
        words = "asked to be contacted" if has_asked else "did not ask for a call"
        contact_ways.append(ContactWay("Phone", lead.phone, "found wrong by sales" if is_wrong else words))
    if lead.email:
        contact_ways.append(ContactWay("E-mail", lead.email, _email_consent(lead)))
    return tuple(contact_ways)


def _email_consent(lead: Lead) -> str:
    if is_suppressed(lead.email, "address"):
        return "blocked, do not write"
    given = [consent for consent in consents_of(lead) if consent.given]
    if not given:
        return "no marketing consent, answer only"
    newest = max(given, key=lambda consent: consent.at)
    return f"{newest.topic.name} consent, {newest.at.day} {newest.at:%b %Y}"
