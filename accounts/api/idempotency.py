"""``Idempotency-Key``: a POST sent twice acts once, and both get the same answer."""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import OperationalError, connection, transaction
from django.utils import timezone
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.errors import BadParameter, Conflict
from common.models import IdempotencyKey

HEADER = "Idempotency-Key"
KEEP = timedelta(hours=24)
WAIT_FOR_TWIN_MS = 5000


def answer_once(request: Request, act: Callable[[], Response], *, key: str) -> Response:
    """Return the stored answer to ``key``, or act and store the answer; a refused act leaves the key free.

    The key's row is inserted first and in the transaction of the act, so a running twin waits for it at
    the unique index. Raises Conflict when the twin takes too long or sent another request under this key.
    """
    if len(key) > 200 or not key.isprintable():
        raise BadParameter(f"{HEADER}: has to be up to 200 printable characters.")
    scope, request_hash = f"api:{request.user.pk}", _hash(request)
    with transaction.atomic():
        if not _take(scope, key, request_hash):
            return _stored(scope, key, request_hash)
        response = act()
        if response.status_code >= 400:
            transaction.set_rollback(True)
            return response
        body = json.loads(JSONRenderer().render(response.data) or b"null")
        IdempotencyKey.objects.filter(scope=scope, key=key).update(status=response.status_code, body=body)
    _forget_old(scope, request_hash)
    return response


def _take(scope: str, key: str, request_hash: str) -> bool:
    """Insert the key's row; False when it is there already. Waits for a twin that has not committed yet."""
    sql = """
        INSERT INTO common_idempotencykey (scope, key, request_hash, status, body, created_at)
        VALUES (%s, %s, %s, 0, 'null', %s) ON CONFLICT (scope, key) DO NOTHING
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{WAIT_FOR_TWIN_MS}ms"])
        try:
            cursor.execute(sql, [scope, key, request_hash, timezone.now()])
        except OperationalError as exc:
            raise Conflict("The first request with this key is still running. Try again in a few seconds.") from exc
        taken = cursor.rowcount == 1
        cursor.execute("SELECT set_config('lock_timeout', '0', true)")
    return taken


def _stored(scope: str, key: str, request_hash: str) -> Response:
    row = IdempotencyKey.objects.get(scope=scope, key=key)
    if row.request_hash != request_hash:
        raise Conflict(f"This {HEADER} was used for another request. Use a new key for each request.")
    return Response(row.body, status=row.status, headers={"Idempotency-Replayed": "true"})


def _hash(request: Request) -> str:
    body: Any = json.dumps(request.data, sort_keys=True)
    return hashlib.sha256(f"{request.method} {request.path.rstrip('/')} {body}".encode()).hexdigest()


def _forget_old(scope: str, request_hash: str) -> None:
    """Delete keys older than a day with one request in 256, so that no request pays for it each time."""
    if request_hash.startswith("00"):
        IdempotencyKey.objects.filter(scope=scope, created_at__lt=timezone.now() - KEEP).delete()
