"""What needs a person now: facts, their consequence, and where to act."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from capture.models import Submission
from leads.models import Mark
from mail.models import Message
from sales.models import Handover, State

SHOWN = 5


@dataclass(frozen=True)
class Attention:
    """One thing to do: what is so, what follows from it, and the verb that leads there."""

    tone: str
    text: str
    consequence: str
    url: str
    action: str


def attention(*, now: datetime) -> list[Attention]:
    """Return at most five things that need a person, the most urgent first."""
    found = [_overdue(now), _undecided(now), _held(), _not_sent(), _put_off()]
    return [item for item in found if item is not None][:SHOWN]


def _overdue(now: datetime) -> Attention | None:
    count = Handover.objects.filter(state=State.QUEUED, closed_at=None, first_contact_due_at__lte=now).count()
    if not count:
        return None
    return Attention(
        "error",
        f"{_several(count, 'handover')} unclaimed past the promised first contact",
        "These people were promised an answer by now.",
        reverse("sales:inbox"),
        "Open the queue",
    )


def _undecided(now: datetime) -> Attention | None:
    count = Handover.objects.filter(state=State.CLAIMED, closed_at=None, verdict_due_at__lte=now).count()
    if not count:
        return None
    return Attention(
        "warn",
        f"{_several(count, 'claimed lead')} without a verdict for more than 2 business days",
        "Marketing cannot learn from them yet.",
        reverse("sales:inbox"),
        "See who holds them",
    )


def _held() -> Attention | None:
    count = Submission.objects.filter(status="held").count()
    if not count:
        return None
    return Attention(
        "warn",
        f"{_several(count, 'submission')} held as suspected spam",
        "A real lead among them hears nothing until released.",
        reverse("capture:forms"),
        "Look at them",
    )


def _not_sent() -> Attention | None:
    count = Message.objects.filter(status__in=["failed", "uncertain"]).count()
    if not count:
        return None
    return Attention(
        "warn",
        f"{_several(count, 'mail')} failed or uncertain",
        "Each says why; none is sent again by itself.",
        f"{reverse('mail:outbox')}?status=failed",
        "Read the reasons",
    )


def _put_off() -> Attention | None:
    count = Mark.objects.exclude(error="").values("lead").distinct().count()
    if not count:
        return None
    return Attention(
        "error",
        f"{_several(count, 'lead')} could not be judged",
        "The error is kept with each and it is tried again.",
        f"{reverse('leads:list')}?put_off=1",
        "See which",
    )


def _several(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
