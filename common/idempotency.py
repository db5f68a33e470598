"""Answers to requests that carry an ``Idempotency-Key``, so that a repeat acts no more."""

from datetime import datetime
from typing import Any

from django.db import OperationalError, connection

from common.models import IdempotencyKey

INSERT = """
    INSERT INTO common_idempotencykey (scope, key, request_hash, status, body, created_at)
    VALUES (%s, %s, %s, 0, 'null', %s) ON CONFLICT (scope, key) DO NOTHING
"""


class StillRunning(Exception):
    """The first request with this key has not finished within the time to wait."""


def take_key(*, scope: str, key: str, request_hash: str, wait_ms: int, now: datetime) -> bool:
    """Insert the key's row inside the caller's transaction; False when it is there already.

    A twin that has not committed yet is waited for at the unique index. Raises StillRunning after ``wait_ms``.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{wait_ms}ms"])
        try:
            cursor.execute(INSERT, [scope, key, request_hash, now])
        except OperationalError as exc:
            raise StillRunning from exc
        taken = cursor.rowcount == 1
        cursor.execute("SELECT set_config('lock_timeout', '0', true)")
    return taken


def keep_answer(*, scope: str, key: str, status: int, body: Any) -> None:
    """Store the answer to a key taken before."""
    IdempotencyKey.objects.filter(scope=scope, key=key).update(status=status, body=body)


def stored_answer(*, scope: str, key: str) -> IdempotencyKey:
    """Return the row of a key that was not free."""
    return IdempotencyKey.objects.get(scope=scope, key=key)


def forget_keys(*, scope: str, before: datetime) -> int:
    """Delete the keys of one caller taken before a moment."""
    return IdempotencyKey.objects.filter(scope=scope, created_at__lt=before).delete()[0]
