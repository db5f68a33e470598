"""The way from an empty installation to its first admin."""

from datetime import datetime, timedelta

from django.db import transaction

from accounts.models import Role, SetupLink, User
from accounts.services.audit import audit
from accounts.services.errors import SetupDone, SetupLinkRefused
from accounts.services.tokens import new_token, token_hash

LINK_AGE = timedelta(hours=24)


@transaction.atomic
def issue_setup_link(*, now: datetime) -> str:
    """Return a new setup token; any earlier one stops working. Raises SetupDone once there is a user.

    Only the token's hash is stored, so it cannot be shown again.
    """
    if User.objects.exists():
        raise SetupDone("This installation is set up already. Sign in instead.")
    token = new_token()
    SetupLink.objects.filter(used_at=None).delete()
    SetupLink.objects.create(token_hash=_hash(token), created_at=now)
    return token


def setup_link_works(*, token: str, now: datetime) -> bool:
    """Whether ``token`` would let its bearer make the first admin."""
    usable = SetupLink.objects.filter(token_hash=_hash(token), used_at=None, created_at__gt=now - LINK_AGE)
    return bool(token) and usable.exists() and not User.objects.exists()


@transaction.atomic
def create_first_admin(*, token: str, name: str, email: str, password: str, now: datetime) -> User:
    """Use up the setup token and return the first admin. Raises SetupLinkRefused or SetupDone."""
    # The lock makes two posts with one token queue here; the second finds it used.
    link = SetupLink.objects.select_for_update().filter(token_hash=_hash(token), used_at=None).first()
    if link is None or link.created_at <= now - LINK_AGE:
        raise SetupLinkRefused("This setup link does not work (any more).")
    if User.objects.exists():
        raise SetupDone("This installation is set up already. Sign in instead.")
    link.used_at = now
    link.save(update_fields=["used_at"])
    user = User.objects.create_user(email, password, name=name, role=Role.ADMIN)
    audit(
        by=user,
        action="created",
        kind="user",
        object_id=str(user.pk),
        changes={"role": ["", Role.ADMIN.value]},
        now=now,
    )
    return user


def _hash(token: str) -> str:
    return token_hash(token, purpose="setup")
