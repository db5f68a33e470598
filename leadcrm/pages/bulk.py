"""Acts on the leads chosen in the list: what each would do, and doing it, with one undo for all of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.models import Scope, User
from accounts.permissions import EDITORS, role_required
from accounts.requests import SignedInRequest
from accounts.selectors import sellers
from common import clock, ui
from leadcrm import bulk, pipeline
from leads import selectors, services
from leads.forms_bulk import NotChosen, OwnerForm, StagesForm, choice_of
from leads.kinds import Stage
from leads.models import Lead
from sales.services import withdraw_handovers

AT_ONCE = 50


@dataclass(frozen=True)
class Panel:
    """What a person is shown before they decide: the form, and what it would do as it stands."""

    deed: str
    form: OwnerForm | StagesForm
    plan: bulk.Plan
    kept: tuple[tuple[str, str], ...]
    lead: Lead | None

    @property
    def subject(self) -> str:
        """Whom it is about: the one lead by name, else how many."""
        return self.lead.name if self.lead else _leads(self.plan.chosen)


@role_required(*EDITORS)
@require_POST
def preview(request: SignedInRequest, deed: str) -> HttpResponse:
    """Show what would change, and what stays and why."""
    try:
        panel = _panel(request, deed, is_sent=False)
    except (NotChosen, bulk.TooManyChosen) as exc:
        return render(request, "leads/bulk.html", {"refusal": str(exc)}, status=422)
    return render(request, "leads/bulk.html", {"panel": panel})


@role_required(*EDITORS)
@require_POST
def apply(request: SignedInRequest, deed: str) -> HttpResponse:
    """Do it to those leads that it changes."""
    try:
        panel = _panel(request, deed, is_sent=True)
    except (NotChosen, bulk.TooManyChosen) as exc:
        return render(request, "leads/bulk.html", {"refusal": str(exc)}, status=422)
    if not panel.form.is_valid():
        return render(request, "leads/bulk.html", {"panel": panel}, status=422)
    try:
        done, words = _do(panel, request.user, clock.now())
    except services.MayNotOwn as exc:
        panel.form.add_error("owner", str(exc))
        return render(request, "leads/bulk.html", {"panel": panel}, status=422)
    words = words if done.lead_ids else "Nothing to change: they are as you want them."
    undo = f"undo:{reverse('bulk_undo', args=[done.id])}" if done.lead_ids else ""
    messages.success(request, words, extra_tags=undo)
    return redirect(_back(request, panel))


@role_required(*EDITORS)
@require_POST
def undo(request: SignedInRequest, bulk_id: UUID) -> HttpResponse:
    """Take back what this person did to many leads; what has changed since stays, and is counted."""
    now = clock.now()
    try:
        with transaction.atomic():
            taken = services.undo_bulk(bulk_id=bulk_id, by=request.user, now=now)
            withdrawn = withdraw_handovers(act_ids=taken.act_ids, by=request.user, now=now)
            _judge(taken.lead_ids, now)
    except services.CannotUndo as exc:
        return HttpResponse(str(exc), status=409, content_type="text/plain; charset=utf-8")
    kept = f" {_leads(taken.kept)} changed since and stay." if taken.kept else ""
    messages.success(request, f"Undone for {_leads(len(taken.lead_ids))}.{kept}{withdrawn.words}")
    return HttpResponse(status=204)


def _panel(request: SignedInRequest, deed: str, *, is_sent: bool) -> Panel:
    """Raises NotChosen, TooManyChosen."""
    chosen = selectors.chosen_leads(request.user, choice_of(request.POST, now=clock.now()))
    names = ("ids", "all", "filter", "until", "from_lead")
    kept = tuple((name, value) for name in names for value in request.POST.getlist(name))
    lead = chosen.first() if request.POST.get("from_lead") else None
    values: dict[str, Any] = {"data": request.POST} if is_sent else {"initial": request.POST.dict()}
    form = OwnerForm(people=_people(request.user), **values) if deed == "owner" else StagesForm(**values)
    return Panel(
        deed, form, _plan(form, request.POST.get("owner" if deed == "owner" else "to", ""), chosen), kept, lead
    )


def _plan(form: OwnerForm | StagesForm, wanted: str, chosen: Any) -> bulk.Plan:
    if isinstance(form, OwnerForm):
        is_known = wanted in dict(form.fields["owner"].choices) and wanted  # type: ignore[attr-defined]
        return bulk.owner_plan(chosen, form.owner_named(wanted)) if is_known else bulk.how_many(chosen)
    return bulk.stage_plan(chosen, wanted) if wanted in Stage.values else bulk.how_many(chosen)


def _people(user: User) -> list[User]:
    """Those this person may give a lead to: all of sales, or those of their own team."""
    people = sellers() if user.scope == Scope.ALL else sellers().filter(team=user.team)
    return list(people)


def _do(panel: Panel, by: User, now: datetime) -> tuple[services.Bulk, str]:
    entered = panel.form.cleaned_data
    if isinstance(panel.form, OwnerForm):
        to = panel.form.owner_named(entered["owner"])
        done = services.change_owner(lead_ids=panel.plan.lead_ids, to=to, by=by, now=now)
        return done, f"{to or 'Nobody'} owns {_leads(len(done.lead_ids))} now."
    done = services.set_stages(lead_ids=panel.plan.lead_ids, to=entered["to"], reason=entered["reason"], by=by, now=now)
    later = "" if _judge(done.lead_ids, now) else " The list shows it within a minute."
    return done, f"{Stage(entered['to']).label} is set on {_leads(len(done.lead_ids))}.{later}"


def _judge(lead_ids: tuple[UUID, ...], now: datetime) -> bool:
    """Judge few leads at once, so that the page is right; of many the worker takes the marks."""
    if len(lead_ids) > AT_ONCE:
        return False
    pipeline.advance(lead_ids=lead_ids, now=now)
    return True


def _leads(count: int) -> str:
    return f"{ui.number_text(count)} lead{'' if count == 1 else 's'}"


def _back(request: SignedInRequest, panel: Panel) -> str:
    """Return to the page it was begun on, unless its lead went out of sight."""
    if panel.lead and selectors.visible_leads(request.user).filter(pk=panel.lead.pk).exists():
        return reverse("lead_page", args=[panel.lead.pk])
    query = "" if panel.lead else request.POST.get("filter", "")
    return f"{reverse('leads:list')}?{query}" if query else reverse("leads:list")
