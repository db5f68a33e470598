"""Planning a message and taking it back."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from common.ids import uuid7
from common.wake import wake
from mail import config
from mail.addresses import MailRefused, bare_address, check_address, check_header, envelope_address
from mail.models import Kind, Message, Phase, Status
from mail.rendering import finished_html, finished_text

TASK = "mail.send_due_messages"
GIVE_UP_AFTER = {Kind.MARKETING: timedelta(hours=48)}
GIVE_UP_AFTER_OTHERWISE = timedelta(days=5)
_NOT_STORABLE = re.compile(r"\x00")


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

    ``html`` is a whole document, or a fragment that is set into the installation's mail layout, or empty.
    Raises HeaderInjection, InvalidAddress, MissingUnsubscribe (all MailRefused).
    """
    if kind == Kind.MARKETING and not unsubscribe_url:
        raise MissingUnsubscribe("A marketing mail needs an unsubscribe link. Pass unsubscribe_url.")
    from_email = check_header("sender", config.from_email())
    sender = check_address("sender (EMAIL_FROM)", bare_address(from_email))
    due_at = due_at or now
    identity = uuid7()
    subject = check_header("subject", subject)
    message = Message(
        id=identity,
        dedupe_key=dedupe_key,
        kind=kind,
        topic=check_header("topic", topic),
        about=about,
        from_email=from_email,
        to_email=check_address("recipient", to_email),
        reply_to=check_address("reply address", reply_to) if reply_to else "",
        subject=subject,
        text=finished_text(_NOT_STORABLE.sub("", text), kind=kind, unsubscribe_url=unsubscribe_url),
        html=finished_html(_NOT_STORABLE.sub("", html), subject=subject, kind=kind, unsubscribe_url=unsubscribe_url),
        unsubscribe_url=check_header("unsubscribe link", unsubscribe_url),
        list_id=check_header("list id", list_id),
        message_id=f"<{identity}@{envelope_address(sender).rpartition('@')[2]}>",
        due_at=due_at,
        give_up_at=max(due_at, now) + GIVE_UP_AFTER.get(Kind(kind), GIVE_UP_AFTER_OTHERWISE),
        created_at=now,
    )
    Message.objects.bulk_create([message], ignore_conflicts=True)
    stored = Message.objects.get(dedupe_key=dedupe_key)
    if stored.pk == identity and due_at <= now:
        wake(TASK)
    return stored


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
