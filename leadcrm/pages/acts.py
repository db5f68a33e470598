"""The menu of what a person did in the last ten minutes, each with its undo."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.models import User
from accounts.permissions import EDITORS, role_required
from accounts.requests import SignedInRequest
from common import clock
from leadcrm import pipeline
from leads import selectors, services
from leads.kinds import Kind, Stage
from leads.models import Activity, Lead
from leads.selectors.acts import OWN_KINDS
from leads.words import fact_words
from sales.acts import UNDOABLE_KINDS
from sales.selectors.last_acts import undo_address, undoable_ids
from sales.services import withdraw_handovers


@dataclass(frozen=True)
class Done:
    """One act in words; ``undo_url`` is empty where nothing takes it back, ``is_next`` marks the one that Z undoes."""

    lead: Lead | None
    text: str
    at: datetime
    undo_url: str
    is_next: bool = False


@never_cache
@require_GET
@login_required
def recent(request: SignedInRequest) -> HttpResponse:
    """Show what this person did in the last ten minutes."""
    return render(request, "leads/_acts.html", {"acts": _done(request.user)})


@role_required(*EDITORS)
@require_POST
def undo(request: SignedInRequest, act_id: int) -> HttpResponse:
    """Take back one of one's own acts on a lead."""
    visible = Activity.objects.filter(lead__in=selectors.visible_leads(request.user))
    act = get_object_or_404(visible, pk=act_id)
    now = clock.now()
    try:
        with transaction.atomic():
            services.undo_act(act=act, by=request.user, now=now)
            withdrawn = withdraw_handovers(act_ids=[act.pk], by=request.user, now=now)
            pipeline.advance(lead_ids=[act.lead_id], now=now)
    except services.CannotUndo as exc:
        return HttpResponse(str(exc), status=409, content_type="text/plain; charset=utf-8")
    messages.success(request, f"Undone: {fact_words(act.kind, act.payload)}.{withdrawn.words}")
    return HttpResponse(status=204)


def _done(user: User) -> list[Done]:
    """Only the last act on a handover can be taken back; the one before it then becomes the last."""
    now = clock.now()
    acts = selectors.recent_acts(user, now=now)
    undoable = undoable_ids(
        {UUID(act.payload["handover"]) for act in acts if act.payload.get("handover")}, user, now=now
    )
    done = [_many(act) if hasattr(act, "size") else _one(act, undoable) for act in acts]
    last = next((one for one in done if one.undo_url), None)
    return [replace(one, is_next=one is last) for one in done]


def _one(act: Activity, undoable: set[UUID]) -> Done:
    return Done(act.lead, fact_words(act.kind, act.payload), act.recorded_at, _undo_url(act, undoable))


def _many(act: Activity) -> Done:
    """An act on many leads; of one it is told as any other."""
    undo_url = reverse("bulk_undo", args=[UUID(act.payload["bulk"])])
    if act.size == 1:  # type: ignore[attr-defined]
        return Done(act.lead, fact_words(act.kind, act.payload), act.recorded_at, undo_url)
    to = act.payload["new"] or "nobody" if act.kind == Kind.OWNER_CHANGED else Stage(act.payload["to"]).label
    words = f"{'Owner' if act.kind == Kind.OWNER_CHANGED else 'Stage'} of {act.size} leads set to {to}"  # type: ignore[attr-defined]
    return Done(None, words, act.recorded_at, undo_url)


def _undo_url(act: Activity, undoable: set[UUID]) -> str:
    """``undoable`` are the handovers whose last act can be taken back; it is the first that is met, and taken out."""
    handover = act.payload.get("handover", "")
    if act.kind in OWN_KINDS and not handover:
        return reverse("act_undo", args=[act.pk])
    if act.kind not in UNDOABLE_KINDS or not handover or UUID(handover) not in undoable:
        return ""
    undoable.remove(UUID(handover))
    return undo_address(UUID(handover), act.pk)
