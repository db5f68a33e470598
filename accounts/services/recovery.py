"""A forgotten password: asked for in the open, answered by mail only to whom it belongs."""

import hashlib
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from accounts.models import PasswordReset, ResetRequest, User
from accounts.services.audit import audit
from accounts.services.errors import ResetRefused
from accounts.services.tokens import new_token, token_hash
from common.models import Installation
from common.wake import wake
from mail.models import Kind
from mail.services import queue_message

ANSWER_RESETS = "accounts.answer_reset_requests"
PURPOSE = "password-reset"
VALID_FOR = timedelta(hours=1)
PER_ADDRESS = 3
PER_IP = 20
BATCH = 100


def request_reset(*, email: str, ip: str, now: datetime) -> bool:
    """Note that somebody asked; what it costs does not depend on whether the address is known.

    False where the address or the network asked too often within an hour, and nothing was noted.
    """
    since = now - VALID_FOR
    of_address = ResetRequest.objects.filter(email=email, created_at__gt=since).count()
    from_ip = ResetRequest.objects.filter(ip=ip, created_at__gt=since).count() if ip else 0
    if of_address >= PER_ADDRESS or from_ip >= PER_IP:
        return False
    ResetRequest.objects.create(email=email, ip=ip or None, created_at=now)
    wake(ANSWER_RESETS)
    return True


@transaction.atomic
def answer_reset_requests(*, now: datetime) -> int:
    """Mail a link to each person who asked; an address nobody signs in with gets nothing. Returns how many mails."""
    waiting = ResetRequest.objects.select_for_update(skip_locked=True).filter(handled_at=None)
    requests = list(waiting.order_by("created_at")[:BATCH])
    people = User.objects.filter(email__in={request.email for request in requests}, is_active=True, is_service=False)
    by_email = {person.email: person for person in people}
    for request in requests:
        if request.email in by_email:
            _mail_link(by_email[request.email], request, now)
    ResetRequest.objects.filter(pk__in=[request.pk for request in requests]).update(handled_at=now)
    return sum(request.email in by_email for request in requests)


def _mail_link(user: User, request: ResetRequest, now: datetime) -> None:
    token = new_token()
    PasswordReset.objects.filter(user=user, used_at=None).update(used_at=now)
    PasswordReset.objects.create(
        user=user, token_hash=token_hash(token, purpose=PURPOSE), standing=_standing(user), created_at=now
    )
    company = Installation.current().name or "LeadCRM"
    text = (
        f"Somebody asked for a new password for your account at {company}. Choose one here:\n\n"
        f"{settings.PUBLIC_BASE_URL}/login/reset/{token}\n\n"
        "The link works once, within an hour. If it was not you, ignore this mail: nothing has changed."
    )
    queue_message(
        dedupe_key=f"password-reset:{request.pk}",
        kind=Kind.ACCOUNT,
        to_email=user.email,
        subject=f"Choose a new password for {company}",
        text=text,
        html="",
        now=now,
    )


def usable_reset(*, token: str, now: datetime) -> PasswordReset | None:
    """Return what ``token`` opens: not used, within the hour, and nothing about the account has changed since."""
    found = (
        PasswordReset.objects.select_related("user")
        .filter(token_hash=token_hash(token, purpose=PURPOSE), used_at=None, created_at__gt=now - VALID_FOR)
        .first()
    )
    return found if found and found.user.is_active and found.standing == _standing(found.user) else None


@transaction.atomic
def reset_password(*, token: str, password: str, now: datetime) -> User:
    """Use the link up and set the password, which ends every session. Raises ResetRefused."""
    found = usable_reset(token=token, now=now)
    if found is None or not PasswordReset.objects.filter(pk=found.pk, used_at=None).update(used_at=now):
        raise ResetRefused("This link does not work (any more). Ask for a new one.")
    found.user.set_password(password)
    found.user.save(update_fields=["password"])
    person = str(found.user.pk)
    audit(by=found.user, action="reset password of", kind="user", object_id=person, changes={}, now=now)
    return found.user


def _standing(user: User) -> str:
    """What a link is bound to: it ends with the next change of password or address."""
    return hashlib.sha256(f"{user.pk}:{user.email}:{user.password}".encode()).hexdigest()
