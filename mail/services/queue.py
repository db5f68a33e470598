"""Planning a message and taking it back."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from common.wake import wake
from mail import config
from mail.addresses import MailRefused, bare_address, check_address, check_header, envelope_address
from mail.models import Kind, Message, Phase, Restore, Status
from mail.rendering import finished_html, finished_text

TASK = "mail.send_due_messages"
GIVE_UP_AFTER = {Kind.MARKETING: timedelta(hours=48)}
GIVE_UP_AFTER_OTHERWISE = timedelta(days=5)


class MissingUnsubscribe(MailRefused):
    """A marketing mail has no way out; pass ``unsubscribe_url``."""


@transaction.atomic
def queue_message(
    *,
    dedupe_key: str,
    kind: str,
    to_email: str,
    subject: str,
    text: str,
    html: str,
    now: datetime,
    topic: str = "",
    about: UUID | None = None,
    due_at: datetime | None = None,
    reply_to: str = "",
    unsubscribe_url: str = "",
    list_id: str = "",
) -> Message:
    """Plan one mail and return its row; a known ``dedupe_key`` returns the row planned first, unchanged.

    ``html``: a whole document, a fragment for the mail layout, or empty. ``due_at``: when what asks for it was due.
    Raises HeaderInjection, InvalidAddress, MissingUnsubscribe (all MailRefused).
    """
    message = Message(
        dedupe_key=dedupe_key,
        kind=kind,
        topic=check_header("topic", topic),
        about=about,
        to_email=check_address("recipient", to_email),
        reply_to=check_address("reply address", reply_to) if reply_to else "",
        subject=check_header("subject", subject),
        unsubscribe_url=check_header("unsubscribe link", unsubscribe_url),
        list_id=check_header("list id", list_id),
        due_at=due_at or now,
        created_at=now,
    )
    _complete(message, text, html)
    Message.objects.bulk_create([message], ignore_conflicts=True)
    stored = Message.objects.get(dedupe_key=dedupe_key)
    if stored.pk == message.pk and message.due_at <= now:
        wake(TASK)
    return stored


def _doubt_if_restored(message: Message) -> None:
    """Leave unsent what was due before a restore and may have been sent then, if that is what somebody decided."""
    decided = Restore.objects.filter(decision=Restore.Decision.UNCERTAIN, restored_at__gte=message.due_at).first()
    if decided:
        message.status, message.reason = Status.UNCERTAIN, decided.reason


def _complete(message: Message, text: str, html: str) -> None:
    """Set what follows from the rest: sender, Message-ID, both finished parts, and when to give up."""
    if message.is_marketing and not message.unsubscribe_url:
        raise MissingUnsubscribe("A marketing mail needs an unsubscribe link. Pass unsubscribe_url.")
    sender = check_header("sender (EMAIL_FROM)", config.from_email())
    domain = envelope_address(check_address("sender (EMAIL_FROM)", bare_address(sender))).rpartition("@")[2]
    message.from_email = sender
    message.message_id = f"<{message.pk}@{domain}>"
    way_out = {"kind": message.kind, "unsubscribe_url": message.unsubscribe_url}
    message.text = finished_text(text.replace("\x00", ""), **way_out)
    message.html = finished_html(html.replace("\x00", ""), subject=message.subject, **way_out)
    patience = GIVE_UP_AFTER.get(Kind(message.kind), GIVE_UP_AFTER_OTHERWISE)
    message.give_up_at = max(message.due_at, message.created_at) + patience
    if message.due_at < message.created_at:
        _doubt_if_restored(message)


@transaction.atomic
def cancel_messages(
    *,
    dedupe_prefix: str | None = None,
    about: UUID | None = None,
    kinds: Iterable[str] = (Kind.MARKETING,),
    reason: str,
    now: datetime,
) -> int:
    """Cancel what has not begun to leave and return how many messages that were.

    A message already claimed by a sender is cancelled too, as long as its body has not started.
    Raises ValueError without ``dedupe_prefix`` and ``about``: that would cancel everything.
    """
    if dedupe_prefix is None and about is None:
        raise ValueError("Name the messages to cancel: pass dedupe_prefix or about.")
    waiting = Q(status=Status.PENDING) | Q(status=Status.SENDING) & ~Q(phase=Phase.DATA_SENT)
    messages = Message.objects.filter(waiting, kind__in=list(kinds))
    if dedupe_prefix is not None:
        messages = messages.filter(dedupe_key__startswith=dedupe_prefix)
    if about is not None:
        messages = messages.filter(about=about)
    return messages.update(
        status=Status.CANCELLED, reason=reason[:500], claim_token=None, lease_until=None, phase=Phase.NONE
    )
