"""``Idempotency-Key``: a POST sent twice acts once, and both get the same answer."""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta

from django.db import transaction
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.errors import BadParameter, Conflict
from common import clock
from common.idempotency import StillRunning, forget_keys, keep_answer, stored_answer, take_key

HEADER = "Idempotency-Key"
KEEP = timedelta(hours=24)
WAIT_FOR_TWIN_MS = 5000


def answer_once(request: Request, act: Callable[[], Response], *, key: str) -> Response:
    """Return the stored answer to ``key``, or act and store the answer; a refused act leaves the key free.

    The key is taken first and in the transaction of the act, so a running twin waits for it. Raises Conflict
    when the twin takes too long, or the key came with another request before.
    """
    if len(key) > 200 or not key.isprintable():
        raise BadParameter(f"{HEADER}: has to be up to 200 printable characters.")
    scope, request_hash, now = f"api:{request.user.pk}", _hash(request), clock.now()
    with transaction.atomic():
        try:
            is_mine = take_key(scope=scope, key=key, request_hash=request_hash, wait_ms=WAIT_FOR_TWIN_MS, now=now)
        except StillRunning as exc:
            raise Conflict("The first request with this key is still running. Try again in a few seconds.") from exc
        if not is_mine:
            return _stored(scope, key, request_hash)
        response = act()
        if response.status_code >= 400:
            transaction.set_rollback(True)
            return response
        body = json.loads(JSONRenderer().render(response.data) or b"null")
        keep_answer(scope=scope, key=key, status=response.status_code, body=body)
    # One request in 256 tidies up, so that no request pays for it each time.
    if request_hash.startswith("00"):
        forget_keys(scope=scope, before=now - KEEP)
    return response


def _stored(scope: str, key: str, request_hash: str) -> Response:
    row = stored_answer(scope=scope, key=key)
    if row.request_hash != request_hash:
        raise Conflict(f"This {HEADER} was used for another request. Use a new key for each request.")
    return Response(row.body, status=row.status, headers={"Idempotency-Replayed": "true"})


def _hash(request: Request) -> str:
    body = json.dumps(request.data, sort_keys=True)
    return hashlib.sha256(f"{request.method} {request.path.rstrip('/')} {body}".encode()).hexdigest()
