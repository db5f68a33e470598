"""Errors of the API as problem documents (RFC 9457)."""

from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import APIView, set_rollback

PROBLEM = "application/problem+json"


def problem(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Return the problem document of an expected error, None for a fault (Django then answers 500 or 503)."""
    if isinstance(exc, Http404):
        exc = exceptions.NotFound("There is no such thing, or it is not yours to see.")
    elif isinstance(exc, PermissionDenied):
        exc = exceptions.PermissionDenied(str(exc) or None)
    if not isinstance(exc, exceptions.APIException):
        return None
    set_rollback()
    status, body = exc.status_code, {}
    if isinstance(exc, exceptions.ValidationError):
        status = HTTPStatus.UNPROCESSABLE_ENTITY.value
        body = {"detail": "Some fields cannot be accepted; see errors.", "errors": _by_field(exc.detail)}
    else:
        body = {"detail": _text(exc.detail), **getattr(exc, "members", {})}
    return Response(
        {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, **body},
        status=status,
        content_type=PROBLEM,
        headers=_headers(exc),
    )


class NotFoundView(APIView):
    """Any other path below ``/api/``: a problem document, not a web page."""

    permission_classes: list = []
    schema = None

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        self.http_method_names = [(request.method or "GET").lower()]
        return super().dispatch(request, *args, **kwargs)

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        raise exceptions.NotFound("There is no such endpoint. /api/docs/ lists them.")


def _headers(exc: exceptions.APIException) -> dict[str, str]:
    headers = {}
    auth_header, wait = getattr(exc, "auth_header", None), getattr(exc, "wait", None)
    if tag := getattr(exc, "tag", None):
        headers["ETag"] = str(tag)
    if auth_header:
        headers["WWW-Authenticate"] = str(auth_header)
    if wait:
        headers["Retry-After"] = str(int(wait) + 1)
    elif exc.status_code == HTTPStatus.CONFLICT:
        headers["Retry-After"] = "2"
    return headers


def _by_field(detail: Any) -> dict[str, Any]:
    return detail if isinstance(detail, dict) else {"non_field_errors": detail}


def _text(detail: Any) -> str:
    if isinstance(detail, dict):
        return " ".join(_text(item) for item in detail.values())
    if isinstance(detail, list):
        return " ".join(_text(item) for item in detail)
    return str(detail)
