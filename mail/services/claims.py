"""The ledger's moves: claim, begin, finish, and what becomes of a claim whose holder died. See also ``moments``.

Each move is one statement, guarded by the claim token. Leases run on the database's clock.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.db.models import Case, Exists, F, OuterRef, Q, Value, When
from django.db.models.functions import Now

from common.counters import counters
from mail.addresses import address_hmacs
from mail.models import ADDRESS, ALL_MARKETING, Kind, Message, Phase, Status
from mail.services.suppression import blocking_topics

LEASE_SECONDS = 120
BATCH_SIZE = 50
MAX_WORKER_DEATHS = 5
MAY_HAVE_ARRIVED = (
    "The sender stopped while this message was on its way. It may have arrived, so it is not sent again by itself."
)
KILLED_ITS_SENDERS = f"The sender stopped {MAX_WORKER_DEATHS} times while it worked on this message. Nothing was sent."

# What sending reads of a message; the token is the caller's.
_COLUMNS = (
    "id, kind, topic, from_email, to_email, reply_to, subject, text, html, unsubscribe_url, list_id, message_id, "
    "due_at, give_up_at, attempts, worker_deaths, reason"
)
_DUE = """ARRAY(
    SELECT id FROM mail_message
    WHERE status = 'pending' AND {choice} AND due_at <= %(now)s
      AND NOT EXISTS (SELECT 1 FROM mail_restore WHERE decision = '')
    ORDER BY due_at, id LIMIT %(size)s FOR UPDATE SKIP LOCKED)"""
AWAITED, MARKETING = _DUE.format(choice="NOT kind = 'marketing'"), _DUE.format(choice="kind = 'marketing'")
# The text of the function: mail/sql/claim_1.sql. Marketing is looked for only where nothing awaited is due.
CLAIM = f"""
SELECT {_COLUMNS} FROM mail_claim(COALESCE(NULLIF({AWAITED}, '{{}}'), {MARKETING}), %(token)s, %(lease)s)
"""  # nosec B608: all of it stands here
# One claim at a time. Two at once would see the same rows due, and the later one would lock those that the other has
# claimed meanwhile, only to find that it must leave them: a body that wants to leave then is passed over as locked.
TAKE_TURN = "SELECT pg_advisory_xact_lock(hashtext('mail_claim'))"
SUPPRESSIONS = """
SELECT address_hmac, topic, reason FROM mail_suppression WHERE address_hmac = ANY(%s) AND lifted_at IS NULL
"""

BEGIN = """
UPDATE mail_message
SET phase = 'connected', lease_until = statement_timestamp() + make_interval(secs => %(lease)s)
WHERE id = %(id)s AND claim_token = %(token)s AND status = 'sending' AND phase <> 'data_sent'
  AND NOT EXISTS (
    SELECT 1 FROM mail_suppression
    WHERE address_hmac = ANY(%(hmacs)s) AND topic = ANY(%(topics)s) AND lifted_at IS NULL)
"""


def claim_batch(*, now: datetime, lease_seconds: float, size: int = BATCH_SIZE) -> list[Message]:
    """Claim up to ``size`` due messages, awaited ones before marketing, and return those that may be sent.

    Committed on return, so a message is in one sender's hands before a byte of it moves. Suppressed and stale ones
    are finished here. An empty answer means that nothing is due.
    """
    while True:
        token = uuid4()
        params = {"token": token, "lease": lease_seconds, "now": now, "size": size}
        with transaction.atomic(durable=True):
            with connection.cursor() as cursor:
                cursor.execute(TAKE_TURN)
            claimed = list(Message.objects.raw(CLAIM, params))
            for message in claimed:
                message.claim_token = token
            sendable = without_suppressed(_without_stale(claimed, now))
        if sendable or not claimed:
            return sorted(sendable, key=lambda message: (message.due_at, message.pk))


def begin(message: Message, *, lease_seconds: float) -> bool:
    """Note that a connection was opened for this message, which takes time: the lease starts anew.

    False if it was cancelled, suppressed or taken meanwhile.
    """
    params = {
        "id": message.pk,
        "token": message.claim_token,
        "lease": lease_seconds,
        "hmacs": address_hmacs(message.to_email),
        "topics": blocking_topics(message.kind, message.topic),
    }
    with connection.cursor() as cursor:
        cursor.execute(BEGIN, params)
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


def release(messages: Iterable[Message]) -> int:
    """Give claimed messages back as if they had not been claimed, and return how many."""
    by_token: dict[UUID | None, list[UUID]] = {}
    for message in messages:
        by_token.setdefault(message.claim_token, []).append(message.pk)
    return sum(_release(token, ids) for token, ids in by_token.items())


def _release(token: UUID | None, ids: list[UUID]) -> int:
    mine = Message.objects.filter(pk__in=ids, claim_token=token, status=Status.SENDING)
    return mine.exclude(phase=Phase.DATA_SENT).update(
        status=Status.PENDING, attempts=F("attempts") - 1, claim_token=None, lease_until=None, phase=Phase.NONE
    )


def settle_expired_leases() -> int:
    """Settle claims whose holder died and return how many.

    Before the body: back to pending, due as before. The message in hand (a batch is sent in order, so the first that
    is left) counts a death, and after MAX_WORKER_DEATHS it fails: a message that kills its sender must not hold up
    the others. Body on its way: uncertain, and only its old holder, if it lives after all, can still say more (the
    claim token stays). One statement, so that a lease which runs out meanwhile is judged by one clock, and whole.
    """
    expired = Message.objects.filter(status=Status.SENDING, lease_until__lt=Now())
    before = Message.objects.filter(claim_token=OuterRef("claim_token"), status=Status.SENDING).filter(
        Q(due_at__lt=OuterRef("due_at")) | Q(due_at=OuterRef("due_at"), pk__lt=OuterRef("pk"))
    )
    is_on_its_way = Q(phase=Phase.DATA_SENT)
    is_in_hand = ~is_on_its_way & ~Exists(before)
    has_killed = is_in_hand & Q(worker_deaths__gte=MAX_WORKER_DEATHS - 1)
    return expired.update(
        status=Case(
            When(is_on_its_way, then=Value(Status.UNCERTAIN)),
            When(has_killed, then=Value(Status.FAILED)),
            default=Value(Status.PENDING),
        ),
        reason=Case(
            When(is_on_its_way, then=Value(MAY_HAVE_ARRIVED)),
            When(has_killed, then=Value(KILLED_ITS_SENDERS)),
            default=F("reason"),
        ),
        worker_deaths=F("worker_deaths") + Case(When(is_in_hand, then=1), default=0),
        claim_token=Case(When(is_on_its_way, then=F("claim_token")), default=None),
        lease_until=Case(When(is_on_its_way, then=F("lease_until")), default=None),
        phase=Case(When(is_on_its_way, then=F("phase")), default=Value(Phase.NONE)),
    )


def suppressed_because(topic: str, reason: str) -> str:
    """Return why a message was held back, for a person."""
    if topic == ADDRESS:
        return f"Nothing can be delivered to this address: {reason}"
    if topic == ALL_MARKETING:
        return f"This address gets no marketing mail: {reason}"
    return f"This address gets no mail on “{topic}”: {reason}"


def _without_stale(messages: list[Message], now: datetime) -> list[Message]:
    stale = [message for message in messages if message.give_up_at <= now]
    for message in stale:
        limit = "48 hours" if message.kind == Kind.MARKETING else "5 days"
        finish(message, status=Status.FAILED, reason=f"Not sent within {limit} of its time. {message.reason}".strip())
    return [message for message in messages if message not in stale]


def without_suppressed(messages: Iterable[Message]) -> list[Message]:
    """Finish the suppressed ones of claimed messages and return the others."""
    hmacs = {message: address_hmacs(message.to_email) for message in messages}
    if not hmacs:
        return []
    with connection.cursor() as cursor:
        cursor.execute(SUPPRESSIONS, [[value for values in hmacs.values() for value in values]])
        active = cursor.fetchall()
    return [message for message, own in hmacs.items() if not _is_held_back(message, own, active)]


def _is_held_back(message: Message, hmacs: list[str], active: list[tuple[str, str, str]]) -> bool:
    topics = blocking_topics(message.kind, message.topic)
    for hmac, topic, reason in active:
        if hmac in hmacs and topic in topics:
            finish(message, status=Status.SUPPRESSED, reason=suppressed_because(topic, reason))
            return True
    return False
