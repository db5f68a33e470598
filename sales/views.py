"""The inbox: a list, a brief, and acts that answer with the page."""

import json
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.permissions import SELLERS, can_sell, role_required
from accounts.requests import SignedInRequest
from accounts.selectors.notifications import unread_count
from common import clock
from common.idempotency import StillRunning, forget_keys, take_key
from common.models import Installation
from common.pages import BadCursor
from leads.selectors import visible_leads
from sales import selectors
from sales.acts import ACTS, Act
from sales.forms import NoteForm, RecycleForm, WinForm
from sales.models import ContactAttempt, Handover, State
from sales.practice import LESSONS, exercises
from sales.reasons import LOST_REASONS, REJECT_REASONS
from sales.selectors.last_acts import last_act_id, undo_address
from sales.services import HandoverNotFound, SalesError

UNCHANGED = 204
WAIT_FOR_TWIN_MS = 5000
KEEP_KEYS = timedelta(hours=24)
CHOICES = {
    "reject_reasons": REJECT_REASONS.values(),
    "lost_reasons": LOST_REASONS.values(),
    "results": ContactAttempt.Result.choices,
}


@require_GET
@login_required
def inbox(request: SignedInRequest) -> HttpResponse:
    """Show a tab of the inbox with its first handover opened."""
    return _page(request)


@require_GET
@login_required
def item(request: SignedInRequest, handover_id: UUID) -> HttpResponse:
    """Show the inbox with one handover opened; on a phone that handover alone."""
    return _page(request, _handover(request, handover_id))


@require_GET
@login_required
def brief(request: SignedInRequest, handover_id: UUID) -> HttpResponse:
    """Show one handover alone."""
    return render(request, "sales/_brief.html", _brief_context(request, _handover(request, handover_id)))


@never_cache
@require_GET
@login_required
def rows(request: SignedInRequest) -> HttpResponse:
    """Show the list alone, or 204 while it is as the caller knows it (``v``)."""
    if request.GET.get("v") == selectors.version_of(request.user):
        return HttpResponse(status=UNCHANGED)
    focus = request.GET.get("focus", "")
    page = selectors.inbox(request.user, request.GET.get("tab", ""), now=clock.now(), focus=focus)
    return render(request, "sales/_live.html", {"inbox": page})


@never_cache
@require_GET
@login_required
def count(request: SignedInRequest) -> HttpResponse:
    """Show how many handovers wait, nothing where none does; a header tells the bell how much is unread."""
    answer = HttpResponse(str(selectors.open_count(request.user) or ""), content_type="text/plain")
    answer["HX-Trigger"] = json.dumps({"bell": {"unread": unread_count(request.user)}})
    return answer


@require_GET
@role_required(*SELLERS)
def practice(request: SignedInRequest) -> HttpResponse:
    """Show a queue of made-up handovers to learn the keys with; the page plays it alone."""
    forms = {"win_form": WinForm(currency="EUR"), "recycle_form": RecycleForm(), "note_form": NoteForm()}
    context = {"exercises": exercises(now=clock.now()), "lessons": LESSONS, **forms, **CHOICES}
    return render(request, "sales/practice.html", context)


@require_POST
@login_required
def act(request: SignedInRequest, handover_id: UUID, verb: str) -> HttpResponse:
    """Do one act and lead to the page that shows it; a refusal says why, with its status."""
    handover, wanted = _handover(request, handover_id), ACTS[verb]
    form = wanted.form({**request.GET.dict(), **request.POST.dict()})
    if not form.is_valid():
        text = " ".join(str(text) for texts in form.errors.values() for text in texts)
        return _refuse(request, handover, text, 422)
    try:
        _act_once(request, handover, wanted, form.cleaned_data)
    except SalesError as exc:
        return _refuse(request, handover, str(exc), exc.status)
    except StillRunning:
        return HttpResponse("The same act is still being done.", status=503, content_type="text/plain")
    handover = _handover(request, handover_id)
    messages.success(
        request, wanted.words(handover, form.cleaned_data), extra_tags=_undo_tag(request, handover, wanted)
    )
    return redirect(_after(request, handover, wanted))


@require_GET
@login_required
def lead_panel(request: SignedInRequest, lead_id: UUID) -> HttpResponse:
    """Show the panel of sales on a lead's page."""
    lead = get_object_or_404(visible_leads(request.user), pk=lead_id)
    panel = selectors.lead_panel(request.user, lead)
    return render(request, "sales/_lead_panel.html", {"panel": panel, "lead": lead})


def _act_once(request: SignedInRequest, handover: Handover, act: Act, entered: dict[str, Any]) -> None:
    """Do it, unless a request with this key has done it: an act whose answer got lost is sent again by the page."""
    key, scope, now = request.headers.get("Idempotency-Key", "")[:200], f"page:{request.user.pk}", clock.now()
    with transaction.atomic():
        if key and not take_key(scope=scope, key=key, request_hash="", wait_ms=WAIT_FOR_TWIN_MS, now=now):
            return
        act.service(handover=handover, by=request.user, now=now, **entered)
    # One act in 256 tidies up, so that no act pays for it each time.
    if key.startswith("00"):
        forget_keys(scope=scope, before=now - KEEP_KEYS)


def _undo_tag(request: SignedInRequest, handover: Handover, act: Act) -> str:
    """The undo of what was done, or the undo of an earlier act that would be refused from now on."""
    address = undo_address(handover.pk, last_act_id(handover))
    if act.undoable:
        return f"undo:{address}"
    return "" if selectors.undoable_ids([handover.pk], request.user, now=clock.now()) else f"spent:{address}"


def _handover(request: SignedInRequest, handover_id: UUID) -> Handover:
    try:
        return selectors.handover_for(request.user, handover_id)
    except HandoverNotFound as exc:
        raise Http404(str(exc)) from exc


def _page(
    request: SignedInRequest, handover: Handover | None = None, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    now, is_alone = clock.now(), handover is not None
    tab = _asked_tab(request) or _tab_of(request, handover)
    focus = str(handover.pk) if handover else ""
    page = _tab_page(request, tab, focus, now)
    if handover is None and page.rows:
        page = page.with_first_open()
        handover = page.rows[0].handover
    context = {
        "inbox": page,
        "is_alone": is_alone,
        "refusal": refusal,
        "can_sell": can_sell(request.user),
        "is_newcomer": selectors.is_newcomer(request.user),
    }
    if handover:
        context |= _brief_context(request, handover, page.tab)
    return render(request, "sales/inbox.html", context, status=status)


def _tab_page(request: SignedInRequest, tab: str, focus: str, now: datetime) -> selectors.Inbox:
    """Return the page of a tab that the link asks for; a damaged link shows the first."""
    try:
        return selectors.inbox(request.user, tab, now=now, focus=focus, cursor=request.GET.get("cursor"))
    except BadCursor:
        return selectors.inbox(request.user, tab, now=now, focus=focus)


def _brief_context(request: SignedInRequest, handover: Handover, tab: str = "") -> dict[str, Any]:
    currency = Installation.current().currency
    return {
        "tab": tab or _asked_tab(request) or _tab_of(request, handover),
        "pane": selectors.pane_of(handover, request.user, now=clock.now()),
        "handover": handover,
        "lead": handover.lead,
        **CHOICES,
        "win_form": WinForm(currency=currency),
        "recycle_form": RecycleForm(),
        "note_form": NoteForm(),
    }


def _asked_tab(request: SignedInRequest) -> str:
    tab = request.GET.get("tab", "")
    return tab if tab in selectors.tabs_of(request.user) else ""


def _tab_of(request: SignedInRequest, handover: Handover | None) -> str:
    """The tab a handover is listed in."""
    if handover is None or handover.state == State.QUEUED:
        return "queue"
    if not handover.is_working:
        return "done"
    return "mine" if handover.owner_id == request.user.pk else "team"


def _after(request: SignedInRequest, handover: Handover, act: Act) -> str:
    """The page that shows what was done: the list it left, or the handover where it stays."""
    tab = request.POST.get("tab", "")
    if act.leaves and tab == "queue" and handover.state != State.ACCEPTED:
        return f"{reverse('sales:inbox')}?{urlencode({'tab': tab})}"
    return f"{reverse('sales:item', args=[handover.pk])}?{urlencode({'tab': _tab_of(request, handover)})}"


def _refuse(request: SignedInRequest, handover: Handover, text: str, status: int) -> HttpResponse:
    """Say why not: a page to a browser that shows it, the bare words to a script that puts them in place."""
    if "text/html" in request.headers.get("Accept", ""):
        return _page(request, _handover(request, handover.pk), refusal=text, status=status)
    return HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")
