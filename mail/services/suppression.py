"""Addresses that get no mail, by topic."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from mail.addresses import address_hmacs
from mail.models import ADDRESS, ALL_MARKETING, Kind, Suppression


def blocking_topics(kind: str, topic: str) -> list[str]:
    """Return the suppression topics that stop a message of this kind and topic."""
    if kind != Kind.MARKETING:
        return [ADDRESS]
    return [name for name in (topic, ALL_MARKETING, ADDRESS) if name]


def is_suppressed(email: str, topic: str) -> bool:
    """Whether marketing mail of ``topic`` to ``email`` would be held back."""
    topics = [ADDRESS] if topic == ADDRESS else blocking_topics(Kind.MARKETING, topic)
    return Suppression.objects.filter(address_hmac__in=address_hmacs(email), topic__in=topics, lifted_at=None).exists()


def suppress(*, email: str, topic: str, reason: str, now: datetime) -> None:
    """Hold back mail of ``topic`` from ``email`` from the commit on; a second call changes nothing."""
    suppress_all(emails=[email], topic=topic, reason=reason, now=now)


@transaction.atomic
def suppress_all(*, emails: Collection[str], topic: str, reason: str, now: datetime) -> None:
    """Do as ``suppress`` does for each of these addresses, in two statements."""
    hashes = [address_hmacs(email) for email in emails]
    every = [hmac for hmacs in hashes for hmac in hmacs]
    active = Suppression.objects.filter(address_hmac__in=every, topic=topic, lifted_at=None)
    held = set(active.values_list("address_hmac", flat=True))
    Suppression.objects.bulk_create(
        (
            Suppression(address_hmac=hmacs[0], topic=topic, reason=reason[:500], created_at=now)
            for hmacs in hashes
            if held.isdisjoint(hmacs)
        ),
        ignore_conflicts=True,
    )


@transaction.atomic
def lift_suppression(*, email: str, topic: str, reason: str, now: datetime) -> int:
    """Let mail of ``topic`` go to ``email`` again and return how many suppressions ended."""
    active = Suppression.objects.filter(address_hmac__in=address_hmacs(email), topic=topic, lifted_at=None)
    return active.update(lifted_at=now, lifted_reason=reason[:500])
