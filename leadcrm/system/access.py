"""Who may see how the installation does: admins who are signed in, and machines that hold the metrics token."""

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from accounts.models import User
from accounts.permissions import can_administer


def may_see_details(request: HttpRequest) -> bool:
    """Whether the caller is an admin or holds METRICS_TOKEN; the token is looked at first and needs no database."""
    return holds_token(request) or can_administer(reader(request))


def holds_token(request: HttpRequest) -> bool:
    """Whether the request carries METRICS_TOKEN; without such a setting nobody does."""
    scheme, _, given = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    token = settings.METRICS_TOKEN
    return bool(token) and scheme.lower() == "bearer" and constant_time_compare(given.strip(), token)


def reader(request: HttpRequest) -> User | AnonymousUser:
    """Return who is signed in; without a session cookie nobody, and no query is made to find out."""
    return getattr(request, "user", None) or AnonymousUser()
