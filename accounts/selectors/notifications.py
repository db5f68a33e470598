"""Reading what needs a person."""

from django.db.models import QuerySet

from accounts.models import Notification, User

# The bell says "99" for more: nobody reads the number then.
MOST = 99


def notifications(person: User) -> QuerySet[Notification]:
    """All lines of one person."""
    return Notification.objects.filter(person=person)


def unread_count(person: User) -> int:
    """How many lines a person has not read, at most ``MOST``."""
    return Notification.objects.filter(person=person, read_at=None)[:MOST].count()
