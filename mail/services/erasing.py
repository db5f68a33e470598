"""Removing what was written to somebody. A suppression stays: it must outlive the person's data."""

from collections.abc import Collection
from uuid import UUID

from mail.models import Message


def erase_messages(*, about: Collection[UUID]) -> int:
    """Delete every message about these ids, sent or not. Returns how many there were."""
    deleted, _ = Message.objects.filter(about__in=about).delete()
    return deleted
