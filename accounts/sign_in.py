"""How many wrong passwords are too many. django-axes counts; this adds what one pair of name and address misses."""

from datetime import datetime, timedelta

from axes.attempts import get_cool_off_threshold
from axes.handlers.database import AxesDatabaseHandler
from axes.helpers import get_client_username, get_failure_limit
from axes.models import AccessAttempt, AccessLog
from django.db.models import QuerySet, Sum
from django.http import HttpRequest

from accounts.models import User

FAILURES_PER_ACCOUNT = 50
FAILURES_PER_ADDRESS = 100
KNOWN_ADDRESS_AGE = timedelta(days=30)


class CountedRequest(HttpRequest):
    """A request as django-axes leaves it."""

    axes_ip_address: str
    axes_attempt_time: datetime
    axes_failures_since_start: int | None
    axes_locked_out: bool


class SignInHandler(AxesDatabaseHandler):
    """Pauses a name at one address after AXES_FAILURE_LIMIT failures, and floods from or against many sooner or later.

    A name attacked from many addresses is paused everywhere but where its owner signed in lately, so that
    a stranger cannot lock the owner out.
    """

    def is_locked(self, request: CountedRequest, credentials: dict | None = None) -> bool:
        return super().is_locked(request, credentials) or self._is_flooded(request, credentials)

    def _is_flooded(self, request: CountedRequest, credentials: dict | None) -> bool:
        recent = AccessAttempt.objects.filter(attempt_time__gte=get_cool_off_threshold(request))
        address = request.axes_ip_address or None
        if address and _failures(recent.filter(ip_address=address)) >= FAILURES_PER_ADDRESS:
            return True
        username = get_client_username(request, credentials)
        if _failures(recent.filter(username=username)) < FAILURES_PER_ACCOUNT:
            return False
        since = request.axes_attempt_time - KNOWN_ADDRESS_AGE
        owner_was_here = AccessLog.objects.filter(username=username, ip_address=address, attempt_time__gte=since)
        return not owner_was_here.exists()


def refusal(request: CountedRequest, email: str) -> str:
    """Say how many tries are left after a failure; the same for known and unknown addresses."""
    left = get_failure_limit(request, {User.USERNAME_FIELD: email}) - (request.axes_failures_since_start or 0)
    if request.axes_locked_out or left <= 0:
        return "Too many tries. Wait 15 minutes, then try again, or ask your admin for a new password."
    tries = "1 try" if left == 1 else f"{left} tries"
    return f"E-mail and password do not match. {tries} left, then a 15-minute pause."


def _failures(attempts: QuerySet[AccessAttempt]) -> int:
    return attempts.aggregate(total=Sum("failures_since_start"))["total"] or 0
