"""What the page of a form needs: its questions with what was typed, and a token and key for this view of it."""

import secrets
from typing import Any

from django.http import HttpRequest

from capture.forms import VisitorForm
from capture.live import Published
from capture.spam import TRAP
from capture.tokens import issue_token
from common import clock


def form_context(
    request: HttpRequest,
    version: Published,
    *,
    fields: dict[str, str] | None = None,
    errors: dict[str, list[str]] | None = None,
    message: str = "",
    tone: str = "error",
) -> dict[str, Any]:
    """Return the context of ``capture/hosted.html``; the same key is kept while the visitor corrects the form."""
    fields, errors = fields or {}, errors or {}
    form = VisitorForm(version, typed=fields, errors=errors)
    return {
        "version": version,
        "form": form,
        "failed": [(form[name], texts[0]) for name, texts in errors.items() if name in form.fields],
        "message": message,
        "tone": tone,
        "hidden": _hidden(request, version, fields),
        "trap": TRAP,
    }


def _hidden(request: HttpRequest, version: Published, fields: dict[str, str]) -> dict[str, str]:
    came_from = request.META.get("HTTP_REFERER", "")
    # An answer to a form that stands on another website: that website is the page.
    page = fields.get("page") or (came_from if request.method == "POST" else "") or request.build_absolute_uri()
    return {
        "token": issue_token(form_id=version.form_id, number=version.number, now=clock.now()),
        "submission_key": fields.get("submission_key") or secrets.token_urlsafe(16),
        "page": page,
        "first_page": fields.get("first_page") or page,
        "first_referrer": fields.get("first_referrer") or came_from,
    }
