"""Reading the ledger in the product. Leads are unknown here, so only people who see all of them may read all mail."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from common import clock
from common.pages import BadCursor, keyset_page
from mail import mime, selectors
from mail.models import Kind, Message, Status

# The document may be looked at and its links followed by a person; nothing in it runs, loads or submits.
PREVIEW_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation; "
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; frame-ancestors 'self'"
)
BASE_TARGET = '<base target="_blank">'


def sees_all_mail(user: Any) -> bool:
    """Whether this person sees all leads, and so may see who is written to."""
    return getattr(user, "scope", "") == "all"


def for_people_who_see_all_mail(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Ask others to sign in, or refuse them: a rep must not read mails about leads that are not shown to him."""

    @login_required
    @require_safe
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not sees_all_mail(request.user):
            raise PermissionDenied("Only people who see all leads can read all mail.")
        return view(request, *args, **kwargs)

    guarded.lets_in = sees_all_mail  # type: ignore[attr-defined]
    return guarded


@for_people_who_see_all_mail
def outbox(request: HttpRequest) -> HttpResponse:
    status = request.GET.get("status", "")
    if status and status not in Status.values:
        raise Http404(f"There is no status “{status}”. Use one of {', '.join(Status.values)}.")
    try:
        page = keyset_page(selectors.messages(status=status), order=("-id",), cursor=request.GET.get("cursor"))
    except (BadCursor, ValidationError):
        return redirect("mail:outbox")
    ledger = selectors.ledger()
    context = {
        "page": page,
        "ledger": ledger,
        "tabs": _tabs(ledger, status),
        "status": status,
        "trouble": selectors.relay_trouble(now=clock.now()),
    }
    return render(request, "mail/outbox.html", context)


@for_people_who_see_all_mail
def message(request: HttpRequest, pk: UUID) -> HttpResponse:
    shown = _readable_message(request, pk)
    headers = mime.headers(shown, at=shown.sent_at or shown.created_at)
    return render(request, "mail/message.html", {"message": shown, "headers": headers})


@for_people_who_see_all_mail
def message_html(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The HTML part as a document of its own, which links open from in a new tab."""
    html = _readable_message(request, pk).html
    head, tag, rest = html.partition("<head>")
    response = HttpResponse(f"{head}{tag}{BASE_TARGET}{rest}" if tag else f"{BASE_TARGET}{html}")
    response["Content-Security-Policy"] = PREVIEW_POLICY
    response["Referrer-Policy"] = "no-referrer"
    response["Cache-Control"] = "private, no-store"
    return response


def _readable_message(request: HttpRequest, pk: UUID) -> Message:
    found = get_object_or_404(Message, pk=pk)
    # It holds links that sign somebody in.
    if found.kind == Kind.ACCOUNT and not getattr(request.user, "is_admin", False):
        raise PermissionDenied("Only an admin can read account mail.")
    return found


def _tabs(ledger: selectors.Ledger, current: str) -> list[dict[str, object]]:
    url = reverse("mail:outbox")
    every: dict[str, object] = {"label": "All", "url": url, "is_current": not current, "count": ledger.planned}
    return [every] + [
        {
            "label": status.label,
            "url": f"{url}?status={status.value}",
            "is_current": status == current,
            "count": getattr(ledger, status.value),
        }
        for status in Status
    ]
