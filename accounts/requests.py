"""Requests of people who are known to be signed in, for views behind a decorator that sees to it."""

from typing import cast

from django.http import HttpRequest
from rest_framework.request import Request

from accounts.models import User


class SignedInRequest(HttpRequest):
    """What a view behind ``login_required`` or ``role_required`` gets."""

    user: User


def caller(request: Request) -> User:
    """Return who calls the API; its permissions let nobody else through."""
    return cast(User, request.user)
