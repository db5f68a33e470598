"""What the preference page and the unsubscribe links read."""

import re
from dataclasses import dataclass

from django.db.models import QuerySet

from leads.models import Consent, Lead, Topic
from mail.addresses import address_hmacs
from mail.models import ALL_MARKETING, Suppression

TOKEN = re.compile(r"[A-Za-z0-9_-]{1,80}")


@dataclass(frozen=True)
class Choice:
    """One topic and whether the lead gets its mails."""

    topic: Topic
    is_on: bool


def topics() -> QuerySet[Topic]:
    """Return what people can be written to about, in its order."""
    return Topic.objects.order_by("position", "name")


def last_words(lead: Lead) -> dict[int, bool]:
    """Return the last yes or no of the lead to each topic that was ever asked about."""
    rows = Consent.objects.filter(lead=lead).order_by("topic", "-at", "-id").distinct("topic")
    return dict(rows.values_list("topic_id", "given"))


def choices(lead: Lead) -> list[Choice]:
    """Return every topic in order and whether its mails are sent.

    A yes on a form does not end an unsubscription, since anybody can type an address into a form: it takes a yes here.
    """
    said, held_back = last_words(lead), suppressed_topics(lead)
    return [
        Choice(topic, said.get(topic.pk, False) and not held_back & {topic.slug, ALL_MARKETING}) for topic in topics()
    ]


def suppressed_topics(lead: Lead) -> set[str]:
    """Return what the lead's address is kept from: slugs of topics, ALL_MARKETING, ADDRESS."""
    held_back = Suppression.objects.filter(address_hmac__in=address_hmacs(lead.email), lifted_at=None)
    return set(held_back.values_list("topic", flat=True)) if lead.email_key else set()


def lead_of_key(key: str) -> Lead | None:
    """Return the lead a preference link belongs to."""
    return Lead.objects.filter(preference_key=key).first() if TOKEN.fullmatch(key) else None


def lead_and_topic(token: str) -> tuple[Lead, Topic | None] | None:
    """Return whom an unsubscribe link belongs to and the topic it is about, None being every topic.

    A token is ``KEY`` or ``KEY-TOPIC``, the topic by slug or number, and a key may hold dashes itself. A topic that
    is not known (a cut-off link) means every topic: rather one mail too few.
    """
    if not TOKEN.fullmatch(token):
        return None
    ends = [at for at, letter in enumerate(token) if letter == "-"] + [len(token)]
    keys = {token[:end]: token[end + 1 :] for end in ends}
    lead = Lead.objects.filter(preference_key__in=keys).order_by("preference_key").first()
    if lead is None:
        return None
    name = keys[lead.preference_key]
    topics = (
        Topic.objects.filter(pk=int(name)) if name.isascii() and name.isdigit() else Topic.objects.filter(slug=name)
    )
    return lead, topics.first()
