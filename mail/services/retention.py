"""What is forgotten of the ledger with time."""

from django.db.models import QuerySet

from common.retention import Span
from common.spans import by_id
from mail.models import Message, Status

ENDED = [status for status in Status if status not in (Status.PENDING, Status.SENDING)]


def old_bodies(span: Span) -> QuerySet[Message]:
    """Messages that ended and still have their text."""
    return by_id(Message.objects.filter(status__in=ENDED).exclude(text="", html=""), span)


def forget_bodies(*, ids: list) -> int:
    """Empty the text of messages; that they were sent, when and to whom stays. Returns of how many."""
    return Message.objects.filter(pk__in=ids, status__in=ENDED).update(text="", html="")
