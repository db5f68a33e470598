"""The two moments of a hand-over that must be known whatever happens: the body leaves, the mail server has accepted.

What several connections have to say goes in one statement and one commit; each message is guarded by its claim token.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from common.counters import counters
from mail.addresses import address_hmacs
from mail.models import Message, Status
from mail.services.suppression import blocking_topics
from mail.smtp import Reply

# The text of the function: mail/sql/moments_2.sql.
COMMIT = """
SELECT may_leave, noted FROM mail_commit_moments(
    %s::uuid[], %s::uuid[], %s::uuid[], %s::text[], %s::text[], %s,
    %s::uuid[], %s::uuid[], %s::timestamptz[], %s::smallint[], %s::text[], %s)
"""


@dataclass(frozen=True)
class Acceptance:
    """The mail server's yes to one message."""

    message: Message
    reply: Reply
    at: datetime


@dataclass(frozen=True)
class Committed:
    """Ids of bodies that may leave now, and of acceptances that need not be brought again."""

    may_leave: frozenset[UUID]
    noted: frozenset[UUID]


def commit_moments(
    *, bodies: Sequence[Message], accepted: Sequence[Acceptance], lease_seconds: float, is_caught: bool
) -> Committed:
    """Commit, flushed to disk, that bodies leave now, and with it what was accepted meanwhile.

    A body may not leave if its message was cancelled, suppressed or taken over. An acceptance is dropped where another
    sender took over; a late holder may settle its own ``uncertain``.
    """
    params: list[Any] = [
        _array(message.pk for message in bodies),
        _array(message.claim_token for message in bodies),
        *_held_back_by(bodies),
        lease_seconds,
        _array(acceptance.message.pk for acceptance in accepted),
        _array(acceptance.message.claim_token for acceptance in accepted),
        _array(acceptance.at for acceptance in accepted),
        _array(acceptance.reply.code for acceptance in accepted),
        _array(acceptance.reply.text[:500] for acceptance in accepted),
        is_caught,
    ]
    with connection.cursor() as cursor:
        cursor.execute(COMMIT, params)
        may_leave, noted = cursor.fetchone()
    if noted:
        counters.add("messages", "caught" if is_caught else Status.SENT.value, amount=len(noted))
    return Committed(frozenset(may_leave or ()), frozenset(noted or ()))


def _held_back_by(bodies: Sequence[Message]) -> tuple[str, str, str]:
    """Return message id, address and topic of each suppression that would hold one of them back."""
    asked = [
        (message.pk, hmac, topic)
        for message in bodies
        for hmac in address_hmacs(message.to_email)
        for topic in blocking_topics(message.kind, message.topic)
    ]
    return _array(row[0] for row in asked), _array(row[1] for row in asked), _array(row[2] for row in asked)


def _array(values: Iterable[object]) -> str:
    """Return an array as PostgreSQL writes it: one constant to read, where a list would be one for each value."""
    quoted = (str(value).replace("\\", "\\\\").replace('"', '\\"') for value in values)
    return "{" + ",".join(f'"{value}"' for value in quoted) + "}"
