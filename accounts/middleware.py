"""What is so for the length of a request: times and keys of whoever looks, and where the request came from."""

import zoneinfo
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from common.client_ip import answering
from common.models import Installation
from common.shortcuts import own_keys


class CallerAddressMiddleware:
    """Keeps the caller's address at hand for the audit log."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with answering(request):
            return self.get_response(request)


class TimeZoneMiddleware:
    """Activates the person's time zone, else the company's; API answers stay in UTC."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith(("/api/", "/static/")) or not request.user.is_authenticated:
            return self.get_response(request)
        name = request.user.time_zone or Installation.current().time_zone
        with timezone.override(_zone(name)):
            return self.get_response(request)


class OwnKeysMiddleware:
    """Lets the keys a person has chosen hold on their pages."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith(("/api/", "/static/")) or not request.user.is_authenticated:
            return self.get_response(request)
        with own_keys(request.user.own_keys):
            return self.get_response(request)


def _zone(name: str) -> zoneinfo.ZoneInfo:
    """Return the zone, UTC for a name this machine does not know (any more)."""
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return zoneinfo.ZoneInfo("UTC")
