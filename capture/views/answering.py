"""The answers a submission can get, as JSON for the embed and as a page for a browser."""

from dataclasses import dataclass, field
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse

from capture import live
from capture.live import Published
from capture.services.submissions import Taken
from capture.views.showing import form_context

CORS = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "Retry-After", "Vary": "Accept"}
ONCE_MORE = "One more step: please send it once more. This keeps machines out; your answers are still here."
PREFLIGHT = {
    **CORS,
    "Access-Control-Allow-Methods": "POST, OPTIONS",
    "Access-Control-Allow-Headers": "Content-Type, Accept, Idempotency-Key",
    "Access-Control-Max-Age": "86400",
}


@dataclass(frozen=True)
class Refusal:
    """Why a submission was not taken; ``errors`` are per field, ``code`` is for the embed."""

    status: int
    word: str
    message: str
    errors: dict[str, list[str]] = field(default_factory=dict)
    code: str = ""
    retry_after: int = 0


def wants_json(request: HttpRequest) -> bool:
    """Whether the caller named JSON; a browser that sends a form does not."""
    return "application/json" in request.META.get("HTTP_ACCEPT", "")


def with_cors(response: HttpResponse) -> HttpResponse:
    """Let any website read the answer; no credentials are ever involved."""
    for name, value in CORS.items():
        response.headers[name] = value
    response.headers["Cache-Control"] = "no-store"
    return response


def accepted(request: HttpRequest, fields: dict[str, str], taken: Taken, version: Published) -> HttpResponse:
    """Say that it is stored: 201 for a new submission, 200 for a repeat, or on to the thank-you page.

    The visitor of a form that had no token gets our own form, which has one, with everything that was typed.
    """
    if not wants_json(request):
        if taken.lacks_token:
            return _page(request, version.form_id, fields, Refusal(200, "once_more", ONCE_MORE))
        return HttpResponseRedirect(reverse("capture:thanks", args=[version.form_id]), status=303)
    answer = {"status": "accepted", "submission": taken.id, "message": version.thanks, "redirect": None}
    return HttpResponse(orjson.dumps(answer), content_type="application/json", status=201 if taken.is_new else 200)


def refused(request: HttpRequest, form_id: str, fields: dict[str, str], refusal: Refusal) -> HttpResponse:
    """Say why not, with everything the visitor typed still there."""
    if wants_json(request):
        response: HttpResponse = JsonResponse(_body(refusal), status=refusal.status)
    else:
        response = _page(request, form_id, fields, refusal)
    if refusal.retry_after:
        response.headers["Retry-After"] = str(refusal.retry_after)
    return response


def _body(refusal: Refusal) -> dict[str, Any]:
    body: dict[str, Any] = {"status": refusal.word}
    if refusal.status == 422:
        body["errors"] = refusal.errors
        if refusal.code:
            body["code"] = refusal.code
        return body
    body["message"] = refusal.message
    if refusal.errors:
        body["errors"] = refusal.errors
    if refusal.retry_after:
        body["retry_after"] = refusal.retry_after
    return body


def _page(request: HttpRequest, form_id: str, fields: dict[str, str], refusal: Refusal) -> HttpResponse:
    head = None if refusal.status in (404, 410) else live.remembered(form_id)
    if head is None or head.version is None:
        context = {"message": refusal.message, "status": refusal.word}
        return render(request, "capture/tomb.html", context, status=refusal.status)
    tone = "info" if refusal.status == 200 else "error"
    context = form_context(
        request, head.version, fields=fields, errors=refusal.errors, message=refusal.message, tone=tone
    )
    return render(request, "capture/hosted.html", context, status=refusal.status)
