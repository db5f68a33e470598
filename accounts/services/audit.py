"""The record of who changed what."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Model

from accounts.models import AuditEntry, User
from common.client_ip import caller_ip


def audit(
    *, by: User | None, action: str, kind: str, object_id: str, changes: Mapping[str, Any], now: datetime
) -> AuditEntry:
    """Add one entry. ``changes`` maps a field to ``[old, new]``; secrets never go in. ``by`` None is the product.

    The address of the request that is being answered is kept with it.
    """
    return audit_all(by=by, action=action, kind=kind, changes={object_id: changes}, now=now)[0]


def audit_all(
    *, by: User | None, action: str, kind: str, changes: Mapping[str, Mapping[str, Any]], now: datetime
) -> list[AuditEntry]:
    """Add an entry for each object, in one statement: ``changes`` maps its id to what ``audit`` takes."""
    return AuditEntry.objects.bulk_create(
        AuditEntry(
            at=now,
            by=by,
            by_name=str(by or "LeadCRM")[:160],
            action=action,
            kind=kind,
            object_id=str(object_id),
            changes=dict(diff),
            ip=caller_ip() or None,
        )
        for object_id, diff in changes.items()
    )


def difference(row: Model, fields: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Return ``{field: [old, new]}`` of the ``fields`` whose new value differs from that of ``row``."""
    changed = {}
    for name, new in fields.items():
        old = getattr(row, name)
        if old != new:
            changed[name] = [_plain(old), _plain(new)]
    return changed


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | int | float | bool | list | dict | None) else str(value)
