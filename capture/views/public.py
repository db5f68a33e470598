"""Pages a visitor sees: the hosted form, the thank-you page, a guide. No session, no cookie."""

import hashlib
import json
from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from capture import live
from capture.live import Published
from capture.selectors import guide
from capture.services.errors import FormClosed, UnknownForm
from capture.services.intake import open_version
from capture.services.seeing import note_view
from capture.tokens import issue_token
from capture.views.showing import form_context
from common import clock

DEFINITION_CACHE = "public, max-age=60, stale-while-revalidate=86400"


@require_safe
def hosted_form(request: HttpRequest, form_id: str) -> HttpResponse:
    """Show the form on a page of our own; it works without JavaScript."""
    try:
        version = open_version(form_id)
    except (UnknownForm, FormClosed) as exc:
        return _tomb(request, exc)
    response = render(request, "capture/hosted.html", form_context(request, version))
    response.headers["Cache-Control"] = "no-store"
    return response


@require_safe
def thanks(request: HttpRequest, form_id: str) -> HttpResponse:
    """Say what happens now; also after the form was closed."""
    head = live.head(form_id)
    if head is None or head.version is None:
        return _tomb(request, UnknownForm("There is no form at this address."))
    return render(request, "capture/thanks.html", {"version": head.version})


@require_safe
def definition(request: HttpRequest, form_id: str) -> HttpResponse:
    """Give the embed what it draws; caches may keep it for a minute, and show it a day longer while they ask."""
    try:
        version = open_version(form_id)
    except (UnknownForm, FormClosed) as exc:
        status = 404 if isinstance(exc, UnknownForm) else 410
        return _open(JsonResponse({"status": "closed", "message": str(exc)}, status=status), "public, max-age=60")
    note_view(form_id=form_id, page=request.META.get("HTTP_REFERER", ""), now=clock.now())
    body, etag = _definition(version)
    if request.META.get("HTTP_IF_NONE_MATCH") == etag:
        response: HttpResponse = HttpResponseNotModified()
    else:
        response = HttpResponse(body, content_type="application/json")
    response.headers["ETag"] = etag
    return _open(response, DEFINITION_CACHE)


@require_safe
def token(request: HttpRequest, form_id: str) -> HttpResponse:
    """Give a fresh token for one view of the form."""
    try:
        version = open_version(form_id)
    except (UnknownForm, FormClosed) as exc:
        status = 404 if isinstance(exc, UnknownForm) else 410
        return _open(JsonResponse({"status": "closed", "message": str(exc)}, status=status), "no-store")
    text = issue_token(form_id=form_id, number=version.number, now=clock.now())
    return _open(JsonResponse({"token": text}), "no-store")


@require_safe
def offer_page(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the guide itself."""
    found = guide(slug)
    if found is None:
        return _tomb(request, UnknownForm("There is nothing at this address."))
    return render(request, "capture/guide.html", {"guide": found})


def _tomb(request: HttpRequest, exc: Exception) -> HttpResponse:
    status = 404 if isinstance(exc, UnknownForm) else 410
    word = "unknown" if isinstance(exc, UnknownForm) else "closed"
    return render(request, "capture/tomb.html", {"message": str(exc), "status": word}, status=status)


def _open(response: HttpResponse, cache: str) -> HttpResponse:
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cache-Control"] = cache
    return response


@lru_cache(maxsize=500)
def _definition(version: Published) -> tuple[bytes, str]:
    body = json.dumps(drawn(version), ensure_ascii=False, separators=(",", ":")).encode()
    return body, f'"{hashlib.blake2b(body, digest_size=9).hexdigest()}"'


def drawn(version: Published) -> dict[str, Any]:
    """Return what the embed draws, and of it only what differs from the usual: every byte travels to every visitor."""
    fields = []
    for field in version.fields:
        item: dict[str, Any] = {"name": field.name, "label": field.label, "type": field.type, "max": field.max_length}
        if field.required:
            item["required"] = True
        if field.autocomplete:
            item["autocomplete"] = field.autocomplete
        if field.options:
            item["options"] = list(field.options)
        fields.append(item)
    whole: dict[str, Any] = {"id": version.form_id, "version": version.number, "fields": fields}
    if version.consent:
        whole["consent"] = {"wording": version.consent.wording, "required": version.consent.required}
    return {**whole, "button": version.button, "thanks": version.thanks}
