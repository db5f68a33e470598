"""The lead page: every app's panel in the first response, and the acts of a person on the lead."""

import json
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import EDITORS, can_edit_leads, role_required
from accounts.requests import SignedInRequest
from common import clock
from leadcrm import pipeline
from leads import selectors as lead_selectors
from leads import services as lead_services
from leads.forms import EditLeadForm, LeadForm, NoteForm, StageForm
from leads.kinds import Stage
from leads.lifecycle import IllegalMove
from leads.models import Lead
from mail.selectors import waiting_about
from nurturing import selectors as nurturing
from sales import selectors as sales
from scoring import selectors as scoring

TIMELINE_GROUPS = {"": "All", "web": "Web", "email": "E-mail", "sales": "Sales", "changes": "Changes"}
PEEKED_EVENTS = 6


@require_GET
@login_required
def lead_page(request: SignedInRequest, lead_id: UUID) -> HttpResponse:
    """Show one lead: who, why, what happened, what next; or which colleague works with it."""
    if not lead_selectors.visible_leads(request.user).filter(pk=lead_id).exists():
        colleague = lead_selectors.colleague_with(request.user, lead_id)
        if colleague is not None:
            return render(request, "leads/of_colleague.html", {"colleague": colleague}, status=403)
    return render(request, "leads/page.html", _context(request, _lead(request, lead_id)))


@role_required(*EDITORS)
@require_http_methods(["GET", "POST"])
def add(request: SignedInRequest) -> HttpResponse:
    """Add a lead by hand, or open the one that has this address already."""
    form = LeadForm(request.POST or None)
    if form.is_valid():
        now = clock.now()
        try:
            lead, _ = lead_services.enter_lead(fields=form.cleaned_data, by=request.user, now=now)
        except (lead_services.LeadOfOthers, lead_services.NoAddress) as exc:
            form.add_error("email", str(exc))
        else:
            pipeline.advance(lead_ids=[lead.pk], now=now)
            return redirect("lead_page", lead.pk)
    return render(request, "leads/create.html", {"form": form}, status=422 if request.POST else 200)


@require_GET
@login_required
def peek(request: SignedInRequest, lead_id: UUID) -> HttpResponse:
    """Show what matters most of one lead, to stand beside a list."""
    lead, now = _lead(request, lead_id), clock.now()
    context = {
        "lead": lead,
        "state": getattr(lead, "state", None),
        "receipt": scoring.shown_receipt(lead, now=now),
        "events": lead_selectors.timeline(lead, limit=PEEKED_EVENTS),
        "can_edit": can_edit_leads(request.user),
    }
    return render(request, "leads/_peek.html", context)


@require_GET
@login_required
def timeline(request: SignedInRequest, lead_id: UUID) -> HttpResponse:
    """Show the timeline panel alone."""
    lead = _lead(request, lead_id)
    return render(request, "leads/_timeline.html", _timeline_context(request, lead))


@role_required(*EDITORS)
@require_POST
def set_stage(request: SignedInRequest, lead_id: UUID) -> HttpResponse:
    """Pin the lead to a stage, with a reason."""
    lead = _lead(request, lead_id)
    form = StageForm(request.POST)
    now = clock.now()
    if form.is_valid():
        try:
            lead_services.set_stage(lead=lead, by=request.user, now=now, **form.cleaned_data)
        except IllegalMove as exc:
            form.add_error("to", str(exc))
        else:
            pipeline.advance(lead_ids=[lead.pk], now=now)
            return redirect("lead_page", lead.pk)
    return render(request, "leads/page.html", _context(request, lead, stage_form=form), status=422)


@role_required(*EDITORS)
@require_POST
def release_stage(request: SignedInRequest, lead_id: UUID) -> HttpResponse:
    """Give the stage back to the rules."""
    lead = _lead(request, lead_id)
    now = clock.now()
    try:
        lead_services.release_stage(lead=lead, by=request.user, now=now)
    except IllegalMove as exc:
        form = StageForm({"to": _stage(lead)})
        form.add_error(None, str(exc))
        return render(request, "leads/page.html", _context(request, lead, stage_form=form), status=422)
    pipeline.advance(lead_ids=[lead.pk], now=now)
    return redirect("lead_page", lead.pk)


@role_required(*EDITORS)
@require_POST
def add_note(request: SignedInRequest, lead_id: UUID) -> HttpResponse:
    """Keep a note."""
    lead = _lead(request, lead_id)
    form = NoteForm(request.POST)
    if form.is_valid():
        lead_services.add_note(lead=lead, by=request.user, now=clock.now(), **form.cleaned_data)
        return redirect("lead_page", lead.pk)
    return render(request, "leads/page.html", _context(request, lead, note_form=form), status=422)


@role_required(*EDITORS)
@require_http_methods(["GET", "POST"])
def edit(request: SignedInRequest, lead_id: UUID) -> HttpResponse:
    """Change what is known of the person."""
    lead = _lead(request, lead_id)
    form = EditLeadForm(request.POST or None, instance=lead)
    if request.method == "POST" and form.is_valid():
        now = clock.now()
        changes = dict(form.cleaned_data)
        try:
            lead_services.edit_lead(lead=lead, seen=changes.pop("seen"), changes=changes, by=request.user, now=now)
        except lead_services.EditConflict as conflict:
            return _conflict(request, lead_id, changes, conflict)
        except (lead_services.EmailTaken, lead_services.NoAddress) as exc:
            form.add_error("email", str(exc))
        else:
            pipeline.advance(lead_ids=[lead.pk], now=now)
            return redirect("lead_page", lead.pk)
    return render(request, "leads/edit.html", {"lead": lead, "form": form}, status=422 if request.POST else 200)


@role_required(*EDITORS)
@require_POST
def decide_proposal(request: SignedInRequest, lead_id: UUID, proposal_id: int) -> HttpResponse:
    """Take over a value a visitor gave, or leave the known one."""
    lead = _lead(request, lead_id)
    proposal = get_object_or_404(lead.proposals, pk=proposal_id)
    now = clock.now()
    try:
        is_accepted = request.POST.get("decision") == "accept"
        lead_services.decide_proposal(proposal=proposal, is_accepted=is_accepted, by=request.user, now=now)
    except lead_services.AlreadyDecided:
        return redirect("lead_page", lead.pk)
    pipeline.advance(lead_ids=[lead.pk], now=now)
    return redirect("lead_page", lead.pk)


def _conflict(
    request: SignedInRequest, lead_id: UUID, mine: dict[str, str], conflict: lead_services.EditConflict
) -> HttpResponse:
    """Show both values of each field that two people changed; whichever is chosen is saved like any edit."""
    lead = _lead(request, lead_id)
    seen = {field: value for field, value in lead_services.known_values(lead).items() if field in mine}
    theirs = {clash.field: clash.theirs for clash in conflict.clashes}
    context = {
        "lead": lead,
        "conflict": conflict,
        "is_choice": len(conflict.clashes) > 1,
        "seen": json.dumps(seen),
        "mine": mine,
        "theirs": {**mine, **theirs},
        "others": {field: value for field, value in mine.items() if field not in theirs},
    }
    return render(request, "leads/conflict.html", context, status=409)


def _lead(request: SignedInRequest, lead_id: UUID) -> Lead:
    visible = lead_selectors.visible_leads(request.user).select_related("state__pinned_by", "source", "owner", "team")
    return get_object_or_404(visible, pk=lead_id)


def _stage(lead: Lead) -> str:
    return lead.state.stage if hasattr(lead, "state") else Stage.NEW


def _context(
    request: SignedInRequest, lead: Lead, *, stage_form: StageForm | None = None, note_form: NoteForm | None = None
) -> dict[str, Any]:
    now = clock.now()
    return {
        "lead": lead,
        "state": getattr(lead, "state", None),
        "receipt": scoring.shown_receipt(lead, now=now),
        "stages": lead_selectors.stage_rail(lead),
        "touches": lead_selectors.touches_of(lead),
        "consents": lead_selectors.consents_of(lead),
        "proposals": lead_selectors.proposals_of(lead),
        "mails_waiting": waiting_about(lead.pk),
        "sales_panel": sales.lead_panel(request.user, lead),
        "nurture_panel": nurturing.lead_panel(lead),
        "can_edit": can_edit_leads(request.user),
        "stage_form": stage_form or StageForm(initial={"to": _stage(lead)}),
        "note_form": note_form or NoteForm(),
        **_timeline_context(request, lead),
    }


def _timeline_context(request: SignedInRequest, lead: Lead) -> dict[str, Any]:
    group = request.GET.get("timeline", "")
    group = group if group in TIMELINE_GROUPS else ""
    before = _moment(request.GET.get("before", ""))
    page = lead_selectors.timeline_page(lead, group=group, before=before)
    older = {"timeline": group, "before": page.older_than.isoformat()} if page.older_than else {}
    tabs = [
        {"label": label, "url": f"?timeline={key}#timeline", "is_current": key == group}
        for key, label in TIMELINE_GROUPS.items()
    ]
    return {
        "lead": lead,
        "timeline_tabs": tabs,
        "days": page.days,
        "older_url": f"?{urlencode(older)}#timeline" if older else "",
        "newest_url": f"?timeline={group}#timeline" if before else "",
    }


def _moment(text: str) -> datetime | None:
    """The moment a link names; a damaged one shows the newest page."""
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return found if found and found.tzinfo else None
