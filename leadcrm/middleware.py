"""The outermost layers: a short way for public paths, security headers, and what is said when the database is down.

Public paths answer strangers, often thousands at once: they pass no session, CSRF, auth, message or htmx layer and
therefore never read or set a cookie.
"""

import logging
from collections.abc import Callable

from csp.constants import HEADER as CSP_HEADER
from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.conf import settings
from django.core.exceptions import DisallowedHost, RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.core.handlers.exception import response_for_exception
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import get_resolver

from common.outages import is_unavailable
from leadcrm.refusals import refuse, too_large, unavailable

logger = logging.getLogger(__name__)

GetResponse = Callable[[HttpRequest], HttpResponseBase]
PUBLIC_PREFIXES = ("/f/", "/u/", "/p/", "/c/", "/o/")
PUBLIC_PATHS = frozenset({"/t", "/embed.js", "/healthz"})
# A load balancer asks by address, not by name.
ANY_HOST_PATHS = frozenset({"/healthz"})


def is_public(path: str) -> bool:
    """Whether ``path`` is served without session, CSRF and sign-in."""
    return path.startswith(PUBLIC_PREFIXES) or path in PUBLIC_PATHS


class PublicPathMiddleware:
    """Calls the view of a public path directly; everything else goes through the other layers."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.headers = {**security_headers(), CSP_HEADER: build_policy()}
        self.csp = CSPMiddleware(self._answer)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not is_public(request.path_info):
            return self.get_response(request)
        self.csp.process_request(request)
        response = self._answer(request)
        if hasattr(response, "_csp_replace") or hasattr(response, "_csp_update") or hasattr(request, "_csp_nonce"):
            self.csp.process_response(request, response)
        for name, value in self.headers.items():
            response.headers.setdefault(name, value)
        if isinstance(response, HttpResponse):
            response.headers.setdefault("Content-Length", str(len(response.content)))
        return response

    def _answer(self, request: HttpRequest) -> HttpResponseBase:
        """Return the view's answer; a fault becomes the status a caller can act on, never a traceback."""
        try:
            if request.path_info not in ANY_HOST_PATHS:
                request.get_host()
            if (refused := refused_body(request)) is not None:
                return refused
            match = get_resolver().resolve(request.path_info)
            request.resolver_match = match
            response = match.func(request, *match.args, **match.kwargs)
            return response.render() if hasattr(response, "render") else response
        except Exception as exc:
            return refusal(request, exc) or response_for_exception(request, exc)


class SecurityHeadersMiddleware:
    """Adds what Django and django-csp do not: permissions policy, resource policy, an early look at the size."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        # What is for signed-in people must not be kept by a proxy, nor shown again without asking.
        self.headers = {**security_headers(), "Cache-Control": "private, no-cache"}

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = refused_host(request) or refused_body(request) or self.get_response(request)
        for name, value in self.headers.items():
            response.headers.setdefault(name, value)
        return response


class RefusalMiddleware:
    """Turns what a view could not help into an answer with a status: see ``refusal``."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return refusal(request, exception)


def refusal(request: HttpRequest, exc: Exception) -> HttpResponse | None:
    """Return the answer to a fault that is not the view's: database down, too much sent, unknown host."""
    if is_unavailable(exc):
        return unavailable(request, exc)
    if isinstance(exc, RequestDataTooBig):
        _read_no_further(request)
        return too_large(request)
    if isinstance(exc, (TooManyFieldsSent, TooManyFilesSent)):
        _read_no_further(request)
        return refuse(request, 400, "There are more fields or files than a form can have.")
    if isinstance(exc, DisallowedHost):
        logger.warning("Refused a request for the host %s", request.META.get("HTTP_HOST", "")[:100])
        return refuse(request, 400, "This host name is not served here. Operators: see ALLOWED_HOSTS.")
    return None


def _read_no_further(request: HttpRequest) -> None:
    """Leave the form empty, so that whoever looks at it again does not meet the same fault."""
    request._mark_post_parse_error()  # type: ignore[attr-defined]


def refused_host(request: HttpRequest) -> HttpResponse | None:
    """Return the answer to a host that is not served here, before a layer raises it as a fault with a traceback."""
    try:
        request.get_host()
    except DisallowedHost as exc:
        return refusal(request, exc)
    return None


def refused_body(request: HttpRequest) -> HttpResponse | None:
    """Return the answer to a body that is not read: larger than any form may upload, or without a length."""
    announced = request.META.get("CONTENT_LENGTH") or "0"
    if announced.isdigit() and int(announced) > settings.MAX_BODY_BYTES:
        return too_large(request)
    if request.META.get("HTTP_TRANSFER_ENCODING"):
        return refuse(request, 411, "Send the length of the body with it (Content-Length).", title="Length required")
    return None


def security_headers() -> dict[str, str]:
    """Return the headers every answer carries unless its view has set its own."""
    headers = {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": settings.SECURE_REFERRER_POLICY,
        "Cross-Origin-Opener-Policy": settings.SECURE_CROSS_ORIGIN_OPENER_POLICY,
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
    }
    if settings.SECURE_HSTS_SECONDS:
        headers["Strict-Transport-Security"] = f"max-age={settings.SECURE_HSTS_SECONDS}"
    return headers
