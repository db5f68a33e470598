"""What needs a person now: facts, their consequence, and where to act."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count
from django.urls import reverse

from capture.models import Submission
from insights.selectors.links import leads_url
from leads.models import Mark
from mail.models import Message, Status
from sales.models import Handover
from sales.narrowing import contact_is_overdue, verdict_is_overdue

NOT_SENT = {
    Status.FAILED: ("failed for good", "Each says why; none is sent again by itself."),
    Status.UNCERTAIN: ("may or may not have arrived", "The mail server never answered; none is sent again by itself."),
}


@dataclass(frozen=True)
class Attention:
    """One thing to do: what is so, what follows from it, and the verb that leads there.

    ``behind`` is the list of the leads counted, where they are not what the verb leads to.
    """

    tone: str
    text: str
    consequence: str
    url: str
    action: str
    behind: str = ""


def attention(*, now: datetime) -> list[Attention]:
    """Return the things that need a person, the most urgent first."""
    found = [_overdue(now), _put_off(), _undecided(now), _held(), *_not_sent()]
    return [item for item in found if item is not None]


def _overdue(now: datetime) -> Attention | None:
    count = Handover.objects.filter(contact_is_overdue(now)).count()
    if not count:
        return None
    return Attention(
        "error",
        f"{_several(count, 'handover')} unclaimed past the promised first contact",
        "These people were promised an answer by now.",
        reverse("sales:inbox"),
        "Open the queue",
        leads_url(did="contact_overdue"),
    )


def _undecided(now: datetime) -> Attention | None:
    count = Handover.objects.filter(verdict_is_overdue(now)).count()
    if not count:
        return None
    return Attention(
        "warn",
        f"{_several(count, 'claimed lead')} without a verdict for more than 2 business days",
        "Marketing cannot learn from them yet.",
        reverse("sales:inbox"),
        "See who holds them",
        leads_url(did="verdict_overdue"),
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


def _not_sent() -> list[Attention]:
    counts = Message.objects.filter(status__in=NOT_SENT).values_list("status").annotate(count=Count("id"))
    return [_unsent(Status(status), count) for status, count in counts.order_by("status")]


def _unsent(status: Status, count: int) -> Attention:
    text, consequence = NOT_SENT[status]
    url = f"{reverse('mail:outbox')}?status={status}"
    return Attention("warn", f"{_several(count, 'mail')} {text}", consequence, url, "Read the reasons")


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
