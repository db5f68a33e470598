"""How a webhook's receiver knows that a request is ours and fresh; ``docs/webhooks.md`` has the receiver's side."""

import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime

SIGNATURE_HEADER = "LeadCRM-Signature"


def signature(*, secrets: Iterable[str], body: bytes, now: datetime) -> str:
    """Return ``t=UNIX_SECONDS,v1=HEX`` with one ``v1`` for each secret: HMAC-SHA256 over ``t``, a dot and the body."""
    moment = str(int(now.timestamp()))
    message = moment.encode() + b"." + body
    marks = [hmac.new(secret.encode(), message, hashlib.sha256).hexdigest() for secret in secrets]
    return ",".join([f"t={moment}", *(f"v1={mark}" for mark in marks)])
