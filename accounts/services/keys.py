"""Keys that machines use: made, checked, revoked."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from accounts.models import ApiKey, Role, Team, User
from accounts.services.audit import audit

KEY_MARK = "lcrm_"
PREFIX_LENGTH = 12
NOTE_USE_EVERY = timedelta(minutes=1)


@transaction.atomic
def create_api_key(
    *, name: str, role: str, by: User | None, now: datetime, team: Team | None = None
) -> tuple[ApiKey, str]:
    """Return the new key's row and the key itself, which is not stored and cannot be shown again.

    Each key acts as a service user of its own with ``role``, so scopes and history work as for people.
    """
    key = KEY_MARK + secrets.token_urlsafe(32)
    user = User.objects.create_user(
        f"key-{secrets.token_hex(8)}@service.invalid", name=name, role=Role(role), team=team, is_service=True
    )
    row = ApiKey.objects.create(
        name=name, prefix=key[:PREFIX_LENGTH], key_hash=hash_key(key), role=role, user=user, created_at=now
    )
    audit(
        by=by,
        action="created",
        kind="api_key",
        object_id=str(row.pk),
        changes={"name": ["", name], "role": ["", str(role)]},
        now=now,
    )
    return row, key


@transaction.atomic
def revoke_api_key(*, api_key: ApiKey, by: User, now: datetime) -> bool:
    """Stop the key at once; False when it was revoked before. Its row and history stay."""
    if not ApiKey.objects.filter(pk=api_key.pk, revoked_at=None).update(revoked_at=now):
        return False
    User.objects.filter(pk=api_key.user_id).update(is_active=False)
    audit(
        by=by,
        action="revoked",
        kind="api_key",
        object_id=str(api_key.pk),
        changes={"revoked": [False, True]},
        now=now,
    )
    return True


def note_key_use(*, api_key: ApiKey, now: datetime) -> None:
    """Remember that the key was used, at most once a minute so that reading stays reading."""
    if api_key.last_used_at and now - api_key.last_used_at < NOTE_USE_EVERY:
        return
    stale = Q(last_used_at=None) | Q(last_used_at__lte=now - NOTE_USE_EVERY)
    ApiKey.objects.filter(stale, pk=api_key.pk).update(last_used_at=now)


def hash_key(key: str) -> str:
    """Return what is stored of a key. 256 random bits need no slow hash."""
    return hashlib.sha256(key.encode()).hexdigest()
