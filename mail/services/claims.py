"""The ledger's moves: claim, begin, body on its way, finish, and what becomes of a claim whose holder died.

Each move is one statement, guarded by the claim token. Leases run on the database's clock.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now

from common.counters import counters
from mail.addresses import address_hmacs
from mail.models import ADDRESS, ALL_MARKETING, Kind, Message, Phase, Status, Suppression
from mail.services.suppression import blocking_topics

LEASE_SECONDS = 120
BATCH_SIZE = 25
MAX_WORKER_DEATHS = 5
MAY_HAVE_ARRIVED = (
    "The sender stopped while this message was on its way. It may have arrived, so it is not sent again by itself."
)

_CLAIM = """
UPDATE mail_message
SET status = 'sending', phase = '', claim_token = %(token)s, attempts = attempts + 1,
    lease_until = statement_timestamp() + make_interval(secs => %(lease)s)
WHERE id IN (
    SELECT id FROM mail_message
    WHERE status = 'pending' AND {choice} AND due_at <= %(now)s
    ORDER BY due_at, id LIMIT %(size)s FOR UPDATE SKIP LOCKED)
RETURNING *
"""
CLAIM_AWAITED = _CLAIM.format(choice="NOT kind = 'marketing'")
CLAIM_MARKETING = _CLAIM.format(choice="kind = 'marketing'")

ADVANCE = """
UPDATE mail_message
SET phase = %(phase)s, lease_until = statement_timestamp() + make_interval(secs => %(lease)s)
WHERE id = %(id)s AND claim_token = %(token)s AND status = 'sending' AND phase <> 'data_sent'
  AND NOT EXISTS (
    SELECT 1 FROM mail_suppression
    WHERE address_hmac = ANY(%(hmacs)s) AND topic = ANY(%(topics)s) AND lifted_at IS NULL)
"""
# This commit alone is not waited for: the next message's ADVANCE flushes it, and a crash of the database before that
# leaves ``uncertain``, never a second mail.
FINISH_SENT = """
UPDATE mail_message
SET status = 'sent', sent_at = %(at)s, smtp_code = %(code)s, smtp_reply = %(reply)s, reason = '', caught = %(caught)s,
    claim_token = NULL, lease_until = NULL
WHERE id = %(id)s AND claim_token = %(token)s AND status IN ('sending', 'uncertain')
  AND set_config('synchronous_commit', 'off', true) = 'off'
"""


def claim_batch(*, now: datetime, lease_seconds: float, size: int = BATCH_SIZE) -> list[Message]:
    """Claim up to ``size`` due messages, awaited ones before marketing, and return those that may be sent.

    Committed on return, so a message is in one sender's hands before a byte of it moves. Suppressed and stale ones
    are finished here. An empty answer means that nothing is due.
    """
    while True:
        params = {"token": uuid4(), "lease": lease_seconds, "now": now, "size": size}
        with transaction.atomic(durable=True):
            claimed = list(Message.objects.raw(CLAIM_AWAITED, params))
            claimed = claimed or list(Message.objects.raw(CLAIM_MARKETING, params))
            sendable = without_suppressed(_without_stale(claimed, now))
        if sendable or not claimed:
            return sorted(sendable, key=lambda message: (message.due_at, message.pk))


def begin(message: Message, *, lease_seconds: float) -> bool:
    """Note that a connection was opened for this message, which takes time: the lease starts anew.

    False if it was cancelled, suppressed or taken meanwhile.
    """
    return _advance(message, Phase.CONNECTED, lease_seconds)


def mark_data_sent(message: Message, *, lease_seconds: float) -> bool:
    """Commit, flushed to disk, that the body leaves now; False (nothing may leave) as for ``begin``."""
    return _advance(message, Phase.DATA_SENT, lease_seconds)


def finish_sent(message: Message, *, at: datetime, code: int, reply: str, caught: bool) -> bool:
    """Note the acceptance; False if another sender took over. A late holder may settle its own ``uncertain``."""
    params = {
        "id": message.pk,
        "token": message.claim_token,
        "at": at,
        "code": code,
        "reply": reply[:500],
        "caught": caught,
    }
    with connection.cursor() as cursor:
        cursor.execute(FINISH_SENT, params)
        if cursor.rowcount:
            counters.add("messages", "caught" if caught else Status.SENT.value)
        return cursor.rowcount == 1


def finish(message: Message, **columns: Any) -> bool:
    """Write the end of this try where it is still ours; ``columns`` names at least status and reason."""
    columns["reason"] = columns["reason"][:500]
    if columns["status"] != Status.UNCERTAIN:
        columns |= {"claim_token": None, "lease_until": None, "phase": Phase.NONE}  # nosec B105: no secret
    mine = Message.objects.filter(pk=message.pk, claim_token=message.claim_token)
    is_ours = bool(mine.filter(status__in=[Status.SENDING, Status.UNCERTAIN]).update(**columns))
    if is_ours:
        counters.add("messages", "retry" if columns["status"] == Status.PENDING else str(columns["status"]))
    return is_ours


def release(messages: Sequence[Message]) -> int:
    """Give claimed messages back as if they had not been claimed, and return how many."""
    if not messages:
        return 0
    mine = Message.objects.filter(
        pk__in=[message.pk for message in messages], claim_token=messages[0].claim_token, status=Status.SENDING
    )
    return mine.exclude(phase=Phase.DATA_SENT).update(
        status=Status.PENDING, attempts=F("attempts") - 1, claim_token=None, lease_until=None, phase=Phase.NONE
    )


def settle_expired_leases(now: datetime) -> int:
    """Settle claims whose holder died and return how many.

    Before the body: back to pending, due as before. The message in hand (a batch is sent in order, so the first that
    is left) counts a death, and after MAX_WORKER_DEATHS it fails: a message that kills its sender must not hold up
    the others. Body on its way: uncertain, and only its old holder, if it lives after all, can still say more (the
    claim token stays). ``now`` is not used for leases.
    """
    expired = Message.objects.filter(status=Status.SENDING, lease_until__lt=Now())
    free = {"claim_token": None, "lease_until": None, "phase": Phase.NONE}  # nosec B105: no secret
    before = Message.objects.filter(claim_token=OuterRef("claim_token"), status=Status.SENDING).filter(
        Q(due_at__lt=OuterRef("due_at")) | Q(due_at=OuterRef("due_at"), pk__lt=OuterRef("pk"))
    )
    in_hand = expired.filter(~Exists(before)).exclude(phase=Phase.DATA_SENT)
    died = {"worker_deaths": F("worker_deaths") + 1} | free
    settled = in_hand.filter(worker_deaths__gte=MAX_WORKER_DEATHS - 1).update(
        status=Status.FAILED,
        reason=f"The sender stopped {MAX_WORKER_DEATHS} times while it worked on this message. Nothing was sent.",
        **died,
    )
    settled += in_hand.update(status=Status.PENDING, **died)
    settled += expired.filter(phase=Phase.DATA_SENT).update(status=Status.UNCERTAIN, reason=MAY_HAVE_ARRIVED)
    return settled + expired.update(status=Status.PENDING, **free)


def suppression_of(message: Message) -> Suppression | None:
    """Return what holds this message back, if anything does."""
    return Suppression.objects.filter(
        address_hmac__in=address_hmacs(message.to_email),
        topic__in=blocking_topics(message.kind, message.topic),
        lifted_at=None,
    ).first()


def suppressed_because(suppression: Suppression) -> str:
    """Return why a message was held back, for a person."""
    if suppression.topic == ADDRESS:
        return f"Nothing can be delivered to this address: {suppression.reason}"
    if suppression.topic == ALL_MARKETING:
        return f"This address gets no marketing mail: {suppression.reason}"
    return f"This address gets no mail on “{suppression.topic}”: {suppression.reason}"


def _advance(message: Message, phase: Phase, lease_seconds: float) -> bool:
    params = {
        "id": message.pk,
        "token": message.claim_token,
        "phase": phase.value,
        "lease": lease_seconds,
        "hmacs": address_hmacs(message.to_email),
        "topics": blocking_topics(message.kind, message.topic),
    }
    with connection.cursor() as cursor:
        cursor.execute(ADVANCE, params)
        return cursor.rowcount == 1


def _without_stale(messages: list[Message], now: datetime) -> list[Message]:
    stale = [message for message in messages if message.give_up_at <= now]
    for message in stale:
        limit = "48 hours" if message.kind == Kind.MARKETING else "5 days"
        finish(message, status=Status.FAILED, reason=f"Not sent within {limit} of its time. {message.reason}".strip())
    return [message for message in messages if message not in stale]


def without_suppressed(messages: Sequence[Message]) -> list[Message]:
    """Finish the suppressed ones of claimed messages and return the others."""
    hmacs = {message.pk: address_hmacs(message.to_email) for message in messages}
    every = [value for values in hmacs.values() for value in values]
    active: dict[str, list[Suppression]] = {}
    for suppression in Suppression.objects.filter(address_hmac__in=every, lifted_at=None) if every else []:
        active.setdefault(suppression.address_hmac, []).append(suppression)
    return [message for message in messages if not _held_back(message, hmacs[message.pk], active)]


def _held_back(message: Message, hmacs: list[str], active: dict[str, list[Suppression]]) -> bool:
    topics = blocking_topics(message.kind, message.topic)
    for suppression in (row for value in hmacs for row in active.get(value, [])):
        if suppression.topic in topics:
            finish(message, status=Status.SUPPRESSED, reason=suppressed_because(suppression))
            return True
    return False
