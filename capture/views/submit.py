"""``POST /f/ID/submit``: outside of session, CSRF and sign-in layers, because every website may send to it."""

import logging
from collections.abc import Callable
from typing import Any

from django.db import DataError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, UnreadablePostError
from django.views.decorators.csrf import csrf_exempt

from capture.answers import Wrong
from capture.reading import MAX_BODY, Unreadable, clean, read_body
from capture.services.errors import FormClosed, OtherAnswers, StillRunning, UnknownForm
from capture.services.intake import Caller, TooMany, receive
from capture.views.answering import PREFLIGHT, Refusal, accepted, refused, with_cors
from common import clock
from common.client_ip import client_ip
from common.counters import counters
from common.outages import is_unavailable

logger = logging.getLogger(__name__)


class TooLarge(ValueError):
    """The body is larger than a form can be; it is not read."""


@csrf_exempt
def submit_form(request: HttpRequest, form_id: str) -> HttpResponse:
    """Take one submission and answer after the commit."""
    if request.method == "OPTIONS":
        return HttpResponse(status=204, headers=PREFLIGHT)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST", "OPTIONS"])
    fields: dict[str, str] = {}
    try:
        fields = read_body(body=_body(request), content_type=request.META.get("CONTENT_TYPE", ""))
        taken, version = receive(form_id=form_id, fields=fields, caller=_caller(request), now=clock.now())
    except Exception as exc:
        refusal = _refusal(exc)
        if refusal is None:
            raise
        counters.add("submissions", refusal.word)
        return with_cors(refused(request, form_id, fields, refusal))
    counters.add("submissions", "accepted" if taken.is_new else "repeat")
    return with_cors(accepted(request, fields, taken, version))


def _refusal(exc: Exception) -> Refusal | None:
    """Return what to say about an expected trouble, None for one that nobody expected."""
    if is_unavailable(exc):
        return _unavailable(exc)
    for kinds, refusal in REFUSALS:
        if isinstance(exc, kinds):
            return refusal(exc)
    return None


def _wrong(exc: Wrong) -> Refusal:
    message = exc.errors["token"][0] if "token" in exc.errors else "Please check what is marked."
    return Refusal(422, "invalid", message, exc.errors, exc.code)


def _unreadable(exc: Unreadable) -> Refusal:
    return Refusal(400, "unreadable", str(exc), {exc.field: [str(exc)]} if exc.field else {})


def _unavailable(exc: Exception) -> Refusal:
    logger.error("A submission was not stored: %s", exc)
    return Refusal(503, "unavailable", "We cannot store it right now. Please send it again.", retry_after=5)


REFUSALS: tuple[tuple[tuple[type[Exception], ...], Callable[[Any], Refusal]], ...] = (
    ((Wrong,), _wrong),
    ((Unreadable,), _unreadable),
    ((TooLarge,), lambda exc: Refusal(413, "too_large", f"A form may have at most {MAX_BODY // 1024} KB.")),
    ((UnknownForm,), lambda exc: Refusal(404, "unknown", str(exc))),
    ((FormClosed,), lambda exc: Refusal(410, "closed", str(exc))),
    ((OtherAnswers,), lambda exc: Refusal(409, "conflict", str(exc))),
    ((StillRunning,), lambda exc: Refusal(409, "running", str(exc), retry_after=1)),
    ((TooMany,), lambda exc: Refusal(429, "too_many", str(exc), retry_after=exc.retry_after)),
    (
        (DataError, UnreadablePostError),
        lambda exc: Refusal(400, "unreadable", "Something in the form cannot be stored."),
    ),
)


def _body(request: HttpRequest) -> bytes:
    """Return the body; one that is announced as too large is refused before it is read."""
    announced = request.META.get("CONTENT_LENGTH") or "0"
    if not announced.isdigit():
        raise Unreadable("The length of the form is not a number.")
    if int(announced) > MAX_BODY:
        raise TooLarge
    return request.read(MAX_BODY + 1)


def _caller(request: HttpRequest) -> Caller:
    meta = request.META
    return Caller(
        ip=client_ip(request),
        user_agent=clean(meta.get("HTTP_USER_AGENT", "")[:300]),
        referrer=clean(meta.get("HTTP_REFERER", "")[:1000]),
        key=meta.get("HTTP_IDEMPOTENCY_KEY", "").strip(),
    )
