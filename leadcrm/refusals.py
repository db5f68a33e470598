"""Answers that need no database and no session: 400, 413, 503, and the page for an unexpected fault."""

import logging
import sys

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.html import escape

from common.outages import is_unavailable

logger = logging.getLogger(__name__)

RETRY_AFTER_SECONDS = 5
# These say what a visitor can do; of other refusals the page says what the caller's text says.
PAGES = {500: "500.html", 503: "503.html"}
# What is shown when the templates themselves are at fault.
BARE_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title></head><body><main><h1>{title}</h1><p>{text}</p></main></body></html>"""


def wants_json(request: HttpRequest) -> bool:
    """Whether the caller named JSON, as the embed script and API clients do and a browser's page load does not."""
    return "application/json" in request.META.get("HTTP_ACCEPT", "") or request.path_info.startswith("/api/")


def refuse(request: HttpRequest, status: int, text: str, *, title: str = "That did not work") -> HttpResponse:
    """Return ``text`` as the caller reads it: a problem document (RFC 9457) or a page."""
    if wants_json(request):
        problem = {"type": "about:blank", "status": status, "title": title, "detail": text}
        return JsonResponse(problem, status=status, content_type="application/problem+json")
    return HttpResponse(page(status, title, text, request.META.get("REQUEST_ID", "")), status=status)


def page(status: int, title: str, text: str, number: str = "") -> str:
    """Return an error page in the product's own dress; the template gets no request, so it asks no database."""
    try:
        return render_to_string(
            PAGES.get(status, "errors/refusal.html"), {"title": title, "text": text, "number": number}
        )
    except Exception:
        logger.exception("The error page cannot be rendered")
        return BARE_PAGE.format(title=escape(title), text=escape(text))


def too_large(request: HttpRequest) -> HttpResponse:
    """Return 413: the body is larger than the product reads."""
    return refuse(request, 413, "What you sent is too large. Send less, or a smaller file.", title="Too large")


def unavailable(request: HttpRequest, exc: BaseException) -> HttpResponse:
    """Return 503 with Retry-After; the cause goes to the log, not to the caller."""
    logger.error("Database not available at %s: %s", request.path, str(exc).strip().splitlines()[:1])
    text = "The service cannot reach its database at the moment. Please try again in a few seconds."
    response = refuse(request, 503, text, title="Back in a moment")
    response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    response.headers["Cache-Control"] = "no-store"
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """``handler500``: a database that is down is a 503, also when a middleware was the first to need it."""
    exc = sys.exc_info()[1]
    if exc is not None and is_unavailable(exc):
        return unavailable(request, exc)
    text = "Something went wrong on our side. It has been written down; please try again, or go back."
    return refuse(request, 500, text, title="Something went wrong")
