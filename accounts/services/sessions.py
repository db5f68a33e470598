"""Where people are signed in, and how they sign out elsewhere."""

from datetime import datetime

from django.contrib.auth import login
from django.db import transaction
from django.http import HttpRequest

from accounts.models import Session, User
from accounts.services.audit import audit
from common.client_ip import client_ip

BACKEND = "django.contrib.auth.backends.ModelBackend"


def start_session(request: HttpRequest, *, user: User, now: datetime) -> None:
    """Sign ``user`` in with a new session that says when, from where and with what."""
    login(request, user, backend=BACKEND)
    request.session["signed_in_at"] = now.isoformat()
    request.session["ip"] = client_ip(request)
    request.session["agent"] = request.headers.get("User-Agent", "")[:300]


@transaction.atomic
def end_sessions(*, user: User, except_key: str, now: datetime, handle: str = "") -> int:
    """Sign ``user`` out elsewhere: of the session with this handle, or of all but one. Returns how many ended."""
    others = Session.objects.filter(user=user).exclude(session_key=except_key)
    keys = [session.session_key for session in others if handle in ("", session.handle)]
    ended = Session.objects.filter(session_key__in=keys).delete()[0]
    if ended:
        changes = {"sessions": [ended, 0]}
        audit(by=user, action="signed out elsewhere", kind="user", object_id=str(user.pk), changes=changes, now=now)
    return ended
