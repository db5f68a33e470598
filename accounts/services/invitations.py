"""Inviting people: a link each, by mail or to copy, that works once within a week."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from accounts.models import Invitation, Role, Team, User
from accounts.services.audit import audit
from accounts.services.errors import EmailTaken, InvitationRefused
from accounts.services.people import create_user
from accounts.services.tokens import new_token, token_hash
from common.models import Installation
from mail.models import Kind
from mail.services import cancel_messages, queue_message

PURPOSE = "invitation"
VALID_FOR = timedelta(days=7)


@dataclass(frozen=True)
class Invited:
    """An invitation with its link, which is known only now."""

    invitation: Invitation
    link: str


@transaction.atomic
def invite(*, emails: Sequence[str], role: str, by: User, now: datetime, team: Team | None = None) -> list[Invited]:
    """Invite people; an open invitation of an address is replaced, its link stops. Mails the links where mail is on.

    Raises EmailTaken naming those who sign in already.
    """
    addresses = sorted({email.strip().lower() for email in emails})
    taken = User.objects.filter(email__in=addresses).order_by("email").values_list("email", flat=True)
    if taken:
        raise EmailTaken(f"Already here: {', '.join(taken)}.")
    return [_invite(email, Role(role), team, by, now) for email in addresses]


def _invite(email: str, role: Role, team: Team | None, by: User, now: datetime) -> Invited:
    token = new_token()
    _open(email).update(withdrawn_at=now)
    invitation = Invitation.objects.create(
        email=email,
        role=role,
        team=team,
        token_hash=token_hash(token, purpose=PURPOSE),
        invited_by=by,
        created_at=now,
        expires_at=now + VALID_FOR,
    )
    changes = {"email": ["", email], "role": ["", str(role)], "team": ["", str(team or "")]}
    audit(by=by, action="invited", kind="invitation", object_id=str(invitation.pk), changes=changes, now=now)
    link = f"{settings.PUBLIC_BASE_URL}/invite/{token}"
    if settings.EMAIL_URL:
        _mail(invitation, link, by, now)
    return Invited(invitation, link)


def _mail(invitation: Invitation, link: str, by: User, now: datetime) -> None:
    company = Installation.current().name or "LeadCRM"
    text = (
        f"{by} invites you to {company}. Choose your name and password here:\n\n{link}\n\n"
        f"The link works once, until {invitation.expires_at:%d %B %Y}. If you did not expect it, ignore this mail."
    )
    queue_message(
        dedupe_key=_dedupe_key(invitation),
        kind=Kind.ACCOUNT,
        to_email=invitation.email,
        subject=f"Your invitation to {company}",
        text=text,
        html="",
        now=now,
    )


@transaction.atomic
def withdraw_invitation(*, invitation: Invitation, by: User, now: datetime) -> bool:
    """Stop a link; False when it was used or withdrawn before."""
    if not _open(invitation.email).filter(pk=invitation.pk).update(withdrawn_at=now):
        return False
    reason = f"The invitation was withdrawn by {by}."
    cancel_messages(dedupe_prefix=_dedupe_key(invitation), kinds=[Kind.ACCOUNT], reason=reason, now=now)
    changes = {"email": [invitation.email, ""]}
    audit(by=by, action="withdrew", kind="invitation", object_id=str(invitation.pk), changes=changes, now=now)
    return True


def usable_invitation(*, token: str, now: datetime) -> Invitation | None:
    """Return the invitation that ``token`` opens, None where it does not work (any more)."""
    hashed = token_hash(token, purpose=PURPOSE)
    usable = Invitation.objects.filter(token_hash=hashed, accepted_at=None, withdrawn_at=None, expires_at__gt=now)
    return usable.select_related("team").first()


@transaction.atomic
def accept_invitation(*, token: str, name: str, password: str, now: datetime) -> User:
    """Use the link up and return the new person. Raises InvitationRefused."""
    found = usable_invitation(token=token, now=now)
    # The guarded UPDATE lets one of two posts with the same link win.
    if found is None or not _open(found.email).filter(pk=found.pk).update(accepted_at=now):
        raise InvitationRefused("This invitation does not work (any more). Ask for a new one.")
    try:
        return create_user(
            name=name, email=found.email, role=found.role, team=found.team, password=password, by=None, now=now
        )
    except EmailTaken as exc:
        raise InvitationRefused("Somebody signs in with this address already. Sign in instead.") from exc


def _open(email: str) -> QuerySet[Invitation]:
    return Invitation.objects.filter(email=email, accepted_at=None, withdrawn_at=None)


def _dedupe_key(invitation: Invitation) -> str:
    return f"invitation:{invitation.pk}"
