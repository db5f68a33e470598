"""What a person agreed to and took back: every word is kept, and a no holds for senders from the same commit on."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from leads.kinds import Kind
from leads.models import Consent, Lead, Topic
from leads.selectors.preferences import choices, last_words
from leads.services.activities import record_activity
from leads.services.locking import lock_lead
from mail.models import ALL_MARKETING
from mail.services import lift_suppression, suppress

STARTER_TOPICS = (
    {
        "slug": "guides",
        "name": "Guides",
        "description": "Practical guides and short tips on the subjects you asked about.",
        "position": 1,
    },
    {
        "slug": "product-news",
        "name": "Product news",
        "description": "What is new in our products, about once a month.",
        "position": 2,
    },
)


@dataclass(frozen=True)
class Proof:
    """How an answer was given, kept with it: the act, the page, the browser."""

    how: str
    form_version: str = ""
    page_url: str = ""
    ip: str | None = None
    user_agent: str = ""


def ensure_starter_topics() -> list[Topic]:
    """Return the topics every installation begins with, adding those that are missing."""
    return [Topic.objects.get_or_create(slug=topic["slug"], defaults=dict(topic))[0] for topic in STARTER_TOPICS]


@transaction.atomic
def give_consent(*, lead: Lead, topics: Collection[Topic], proof: Proof, now: datetime, wording: str = "") -> int:
    """Record a yes to each topic and let its mails go again; return how many words changed.

    ``wording`` is what the person read; empty, it is each topic's own name and description. A topic whose mails are
    sent already is left as it is.
    """
    lead = lock_lead(lead.pk)
    are_on = {choice.topic.pk for choice in choices(lead) if choice.is_on}
    fresh = [topic for topic in topics if topic.pk not in are_on]
    if not fresh:
        return 0
    _record(lead, fresh, given=True, proof=proof, wording=wording, now=now)
    for slug in (ALL_MARKETING, *(topic.slug for topic in fresh)):
        if lead.email_key:
            lift_suppression(email=lead.email, topic=slug, reason=proof.how, now=now)
    _note(lead, Kind.RESUBSCRIBED, fresh, proof, now)
    return len(fresh)


@transaction.atomic
def withdraw_consent(
    *, lead: Lead, topics: Collection[Topic] | None, proof: Proof, now: datetime, wording: str = ""
) -> list[Topic]:
    """Record a no to each topic (None: to every topic there is and will be) and return those it was a yes before.

    The address is suppressed in the same commit, so no sender starts such a mail afterwards. Repeating it changes
    nothing.
    """
    lead = lock_lead(lead.pk)
    said = last_words(lead)
    named = list(Topic.objects.all()) if topics is None else list(topics)
    fresh = [topic for topic in named if said.get(topic.pk) is not False]
    if lead.email_key:
        for slug in [topic.slug for topic in named] + ([ALL_MARKETING] if topics is None else []):
            suppress(email=lead.email, topic=slug, reason=f"Unsubscribed: {proof.how}", now=now)
    if fresh:
        _record(lead, fresh, given=False, proof=proof, wording=wording, now=now)
        _note(lead, Kind.UNSUBSCRIBED, fresh, proof, now)
    return [topic for topic in fresh if said.get(topic.pk)]


@transaction.atomic
def save_preferences(*, lead: Lead, wanted: Collection[str], proof: Proof, now: datetime) -> int:
    """Make the topics with a slug in ``wanted`` a yes and all others a no; return how many words changed."""
    lead = lock_lead(lead.pk)
    said = last_words(lead)
    topics = list(Topic.objects.all())
    given = give_consent(lead=lead, topics=[t for t in topics if t.slug in wanted], proof=proof, now=now)
    unwanted = [topic for topic in topics if topic.slug not in wanted and said.get(topic.pk)]
    return given + len(withdraw_consent(lead=lead, topics=unwanted, proof=proof, now=now) if unwanted else [])


def _record(lead: Lead, topics: Iterable[Topic], *, given: bool, proof: Proof, wording: str, now: datetime) -> None:
    Consent.objects.bulk_create(
        Consent(lead=lead, topic=topic, given=given, at=now, wording=wording or _wording(topic), **_kept(proof))
        for topic in topics
    )


def _wording(topic: Topic) -> str:
    return f"{topic.name}: {topic.description}" if topic.description else topic.name


def _kept(proof: Proof) -> dict[str, str | None]:
    return {
        "how": proof.how[:80],
        "form_version": proof.form_version[:60],
        "page_url": proof.page_url[:1000],
        "ip": proof.ip,
        "user_agent": proof.user_agent[:300],
    }


def _note(lead: Lead, kind: Kind, topics: Collection[Topic], proof: Proof, now: datetime) -> None:
    payload = {"topics": [topic.slug for topic in topics], "names": [t.name for t in topics], "how": proof.how}
    record_activity(lead_id=lead.pk, kind=kind, now=now, payload=payload)
