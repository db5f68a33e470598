"""Reading the ledger."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, QuerySet

from mail import config
from mail.models import Kind, Message, Relay, Restore, Status
from mail.relay import BadEmailUrl


@dataclass(frozen=True)
class Ledger:
    """How many messages were planned, and where each of them stands."""

    planned: int
    pending: int
    sending: int
    sent: int
    failed: int
    suppressed: int
    cancelled: int
    uncertain: int

    @property
    def adds_up(self) -> bool:
        """The conservation law: every planned message is in exactly one place."""
        return self.planned == (
            self.pending + self.sending + self.sent + self.failed + self.suppressed + self.cancelled + self.uncertain
        )


def ledger() -> Ledger:
    """Return the counts by status, taken in one statement so that they belong to one moment."""
    counts = dict(Message.objects.order_by().values_list("status").annotate(Count("pk")))
    return Ledger(planned=sum(counts.values()), **{status.value: counts.get(status.value, 0) for status in Status})


def messages(*, status: str = "") -> QuerySet[Message]:
    """Return messages without their bodies, of one status or all."""
    rows = Message.objects.defer("text", "html")
    return rows.filter(status=status) if status else rows


def messages_about(about: UUID) -> QuerySet[Message]:
    """Return the messages about one subject, newest first, without their bodies."""
    return messages().filter(about=about).order_by("-id")


def waiting_about(about: UUID) -> QuerySet[Message]:
    """Return the messages about one subject that are still to go out, the next one first."""
    waiting = messages().filter(about=about, status__in=[Status.PENDING, Status.SENDING]).exclude(kind=Kind.STAFF)
    return waiting.order_by("due_at", "id")


def relay_trouble(*, now: datetime) -> str:
    """Return why mail is not leaving at the moment, with the remedy, or an empty string."""
    try:
        relay = config.relay_address()
    except BadEmailUrl as exc:
        return f"No mail leaves. {exc}"
    resting = Relay.objects.filter(open_until__gt=now).first()
    if relay is None or resting is None:
        return ""
    return (
        f"No mail leaves at the moment: {relay} failed {resting.failures_in_row} times in a row, {resting.last_error}. "
        "It is tried again every minute. If it stays so, check EMAIL_URL."
    )


def restore_hold() -> Restore | None:
    """Return the restore about which nobody has decided yet; while there is one, no mail leaves."""
    return Restore.objects.filter(decision=Restore.Decision.NONE).first()


def due_before(restore: Restore) -> QuerySet[Message]:
    """Return what was due before the restore and may have been sent already."""
    return Message.objects.filter(status__in=[Status.PENDING, Status.SENDING], due_at__lte=restore.restored_at)


def caught_up_to() -> datetime | None:
    """Return the time up to which due work may have been done before the data were restored; None when all is known."""
    rows = Restore.objects.exclude(decision=Restore.Decision.SEND)
    return rows.values_list("restored_at", flat=True).first()
