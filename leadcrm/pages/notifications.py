"""What needs this person: all lines of the bell, newest first, each with the way to what it is about."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.models import Need, Notification, User
from accounts.requests import SignedInRequest
from accounts.selectors.notifications import notifications, unread_count
from accounts.services import mark_read
from common import clock
from common.pages import BadCursor, keyset_page
from leads.selectors import visible_leads
from sales.models import Handover

ICONS = {Need.HANDOVER: "inbox", Need.LATE: "clock", Need.SYSTEM: "server-stack"}


@dataclass(frozen=True)
class Line:
    """One notification as it is read; names are those of now, and only of leads this person may see."""

    note: Notification
    title: str
    text: str
    url: str
    icon: str


@never_cache
@require_safe
@login_required
def page(request: SignedInRequest) -> HttpResponse:
    try:
        found = keyset_page(notifications(request.user), order=("-id",), cursor=request.GET.get("cursor"))
    except BadCursor:
        return redirect("notifications")
    older_url = f"?cursor={found.next_cursor}" if found.next_cursor else ""
    context = {"lines": _lines(request.user, found.items), "unread": unread_count(request.user), "older_url": older_url}
    return render(request, "notifications/page.html", context)


@require_POST
@login_required
def read(request: SignedInRequest) -> HttpResponse:
    """Mark one line as read, or all."""
    line = request.POST.get("line", "")
    pk = int(line) if line.isascii() and line.isdigit() and len(line) < 19 else None
    if pk is not None or not line:
        mark_read(person=request.user, now=clock.now(), pk=pk)
    return redirect("notifications")


def _lines(user: User, notes: Sequence[Notification]) -> list[Line]:
    ids = [note.about for note in notes if note.kind != Need.SYSTEM]
    rows = Handover.objects.filter(pk__in=ids, lead__in=visible_leads(user)).select_related("lead")
    handovers = {str(row.pk): row for row in rows}
    return [_line(note, handovers.get(note.about)) for note in notes]


def _line(note: Notification, handover: Handover | None) -> Line:
    icon = ICONS[Need(note.kind)]
    if note.kind == Need.SYSTEM:
        return Line(note, "System", note.text, reverse("system"), icon)
    if handover is None:
        return Line(note, "A lead that you do not see any more", note.get_kind_display(), "", icon)
    url = reverse("sales:item", args=[handover.pk])
    text = f"Handed over to you: {note.text}" if note.kind == Need.HANDOVER else note.get_kind_display()
    return Line(note, handover.lead.name, text, url, icon)
