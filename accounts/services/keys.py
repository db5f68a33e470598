"""Keys that machines use: made, checked, revoked."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from accounts.models import ApiKey, KeyScope, Role, Team, User
from accounts.services.audit import audit
from accounts.services.errors import KeyEnded

KEY_MARK = "lcrm_"
PREFIX_LENGTH = 12
NOTE_USE_EVERY = timedelta(minutes=1)
OVERLAP = timedelta(hours=24)


@transaction.atomic
def create_api_key(
    *,
    name: str,
    role: str,
    by: User | None,
    now: datetime,
    team: Team | None = None,
    scope: str = KeyScope.WRITE,
    expires_at: datetime | None = None,
) -> tuple[ApiKey, str]:
    """Return the new key's row and the key itself, which is not stored and cannot be shown again.

    Each key acts as a service user of its own with ``role``, so scopes and history work as for people.
    """
    user = User.objects.create_user(
        f"key-{secrets.token_hex(8)}@service.invalid", name=name, role=Role(role), team=team, is_service=True
    )
    row, key = _new_key(ApiKey(name=name, role=role, user=user, scope=scope, expires_at=expires_at), by, now)
    changes = {"name": ["", name], "role": ["", str(role)], "scope": ["", str(scope)]}
    if expires_at:
        changes["expires"] = ["", expires_at.isoformat()]
    _note("created", row, changes, by, now)
    return row, key


@transaction.atomic
def rotate_api_key(*, api_key: ApiKey, by: User, now: datetime) -> tuple[ApiKey, str]:
    """Return a second key with the same rights; the first works for another 24 hours. Raises KeyEnded."""
    old = ApiKey.objects.select_for_update(of=("self",)).get(pk=api_key.pk)
    if not old.works_at(now):
        raise KeyEnded("This key does not work any more. Make a new one.")
    fresh = ApiKey(name=old.name, role=old.role, user_id=old.user_id, scope=old.scope)
    row, key = _new_key(fresh, by, now)
    old.expires_at = min(now + OVERLAP, old.expires_at or now + OVERLAP)
    old.save(update_fields=["expires_at"])
    changes = {"key": [f"{old.prefix}…", f"{row.prefix}…"], "former works until": ["", old.expires_at.isoformat()]}
    _note("rotated", row, changes, by, now)
    return row, key


def _new_key(row: ApiKey, by: User | None, now: datetime) -> tuple[ApiKey, str]:
    key = KEY_MARK + secrets.token_urlsafe(32)
    row.prefix, row.key_hash, row.created_by, row.created_at = key[:PREFIX_LENGTH], hash_key(key), by, now
    row.save(force_insert=True)
    return row, key


@transaction.atomic
def revoke_api_key(*, api_key: ApiKey, by: User, now: datetime) -> bool:
    """Stop the key at once; False when it was revoked before. Its row and history stay."""
    if not ApiKey.objects.filter(pk=api_key.pk, revoked_at=None).update(revoked_at=now):
        return False
    if not ApiKey.objects.filter(user=api_key.user_id, revoked_at=None).exists():
        User.objects.filter(pk=api_key.user_id).update(is_active=False)
    _note("revoked", api_key, {"revoked": [False, True]}, by, now)
    return True


def note_key_use(*, api_key: ApiKey, ip: str, now: datetime) -> None:
    """Remember when and from where the key was used, at most once a minute so that reading stays reading."""
    if api_key.last_used_at and now - api_key.last_used_at < NOTE_USE_EVERY:
        return
    stale = Q(last_used_at=None) | Q(last_used_at__lte=now - NOTE_USE_EVERY)
    ApiKey.objects.filter(stale, pk=api_key.pk).update(last_used_at=now, last_used_ip=ip or None)


def _note(action: str, row: ApiKey, changes: dict[str, Any], by: User | None, now: datetime) -> None:
    audit(by=by, action=action, kind="api_key", object_id=str(row.pk), changes=changes, now=now)


def hash_key(key: str) -> str:
    """Return what is stored of a key. 256 random bits need no slow hash."""
    return hashlib.sha256(key.encode()).hexdigest()
