"""Telling people what needs them, and that they have read it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from accounts.models import Need, Notification, User


@dataclass(frozen=True)
class Note:
    """What needs a person; the same ``key`` is told them once."""

    person_id: int
    kind: str
    about: str
    key: str
    text: str = ""


def notify(*, notes: Collection[Note], now: datetime) -> int:
    """Tell people who want that kind and can sign in. Returns how many lines were new; repeated it adds none."""
    ids = {note.person_id for note in notes}
    wanting = User.objects.filter(pk__in=ids, is_active=True, is_service=False).values_list("pk", "muted_kinds")
    muted = dict(wanting) if ids else {}
    told = set(Notification.objects.filter(person__in=ids, key__in={n.key for n in notes}).values_list("person", "key"))
    fresh = [note for note in notes if note.person_id in muted and note.kind not in muted[note.person_id]]
    new = [note for note in fresh if (note.person_id, note.key) not in told]
    Notification.objects.bulk_create(
        (
            Notification(person_id=n.person_id, kind=n.kind, about=n.about, key=n.key, text=n.text[:300], at=now)
            for n in new
        ),
        ignore_conflicts=True,
    )
    return len(new)


def mark_read(*, person: User, now: datetime, pk: int | None = None) -> int:
    """Mark one line of a person as read, or all of them. Returns how many were unread."""
    unread = Notification.objects.filter(person=person, read_at=None)
    return (unread if pk is None else unread.filter(pk=pk)).update(read_at=now)


def settle_notifications(*, about: Collection[str], kinds: Collection[str], now: datetime) -> int:
    """Mark what was told of these things as read: it needs nobody any more. Returns how many lines were unread.

    Called within a transaction. Who reads a line in the same moment marks it without us, and nobody waits.
    """
    unread = Notification.objects.filter(about__in=about, kind__in=kinds, read_at=None)
    ids = list(unread.select_for_update(skip_locked=True).values_list("pk", flat=True))
    return Notification.objects.filter(pk__in=ids).update(read_at=now) if ids else 0


def erase_notifications(*, about: Collection[str]) -> int:
    """Delete lines about things that are removed. Returns how many."""
    return Notification.objects.filter(about__in=about).delete()[0]


def choose_notifications(*, person: User, kinds: Collection[str]) -> None:
    """Keep which kinds a person wants; of others they are told nothing from now on."""
    muted = sorted(set(Need.values) - set(kinds))
    User.objects.filter(pk=person.pk).update(muted_kinds=muted)
