"""What the seal of an entry of the audit log says: a hash over its content and the seal of the entry before it."""

import hashlib
import json
from datetime import UTC

from accounts.models import AuditEntry


def seal_of(entry: AuditEntry, *, position: int, before: str) -> str:
    """Return the seal of an entry as it is stored; what may be forgotten (account, address) is not part of it."""
    at = entry.at.astimezone(UTC).isoformat(timespec="microseconds")
    content = [position, at, entry.by_name, entry.action, entry.kind, entry.object_id, entry.changes]
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{before}\n{text}".encode()).hexdigest()
