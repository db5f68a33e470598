"""Pages of sequences, and the nurture panel of a lead."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from accounts.permissions import EDITORS, MANAGERS, can_edit_leads, can_manage, role_required
from accounts.requests import SignedInRequest
from common import clock
from common.models import Installation
from common.pages import BadCursor
from leads.selectors.visibility import visible_leads
from nurturing import selectors, services
from nurturing.forms import StopForm
from nurturing.models import Enrollment, EnrollmentState, Sequence, Step
from nurturing.previews import step_document

# A mail is shown as its reader sees it, in a page of its own that may run, load and send nothing.
PREVIEW_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data: https:; sandbox; frame-ancestors 'self'"


@require_GET
@login_required
def sequence_list(request: SignedInRequest) -> HttpResponse:
    rows = selectors.sequence_list()
    context = {"rows": rows, "is_paused": Installation.current().sending_paused}
    return render(request, "nurturing/list.html", context)


@require_GET
@login_required
def sequence_detail(request: SignedInRequest, sequence_id: int) -> HttpResponse:
    sequence = get_object_or_404(Sequence.objects.select_related("topic", "live"), pk=sequence_id)
    state = request.GET.get("state", "")
    try:
        page = selectors.enrollment_list(sequence, user=request.user, state=state, cursor=request.GET.get("cursor"))
    except BadCursor:
        return redirect("nurturing:detail", sequence.pk)
    row = selectors.sequence_row(sequence)
    context = {
        "row": row,
        "sequence": sequence,
        "steps": selectors.step_numbers(sequence),
        "page": page,
        "newer_url": f"?state={state}#people" if "cursor" in request.GET else "",
        "older_url": f"?state={state}&cursor={page.next_cursor}#people" if page.next_cursor else "",
        "tabs": _tabs(row, state),
        "can_manage": can_manage(request.user),
    }
    return render(request, "nurturing/detail.html", context)


@require_GET
@login_required
def step_preview(request: SignedInRequest, sequence_id: int, position: int) -> HttpResponse:
    steps = Step.objects.filter(version__sequence=sequence_id, version=_live(sequence_id))
    step = get_object_or_404(steps.select_related("version__sequence__topic"), position=position)
    document = step_document(step, now=clock.now())
    return HttpResponse(document, headers={"Content-Security-Policy": PREVIEW_POLICY, "Cache-Control": "no-store"})


@role_required(*MANAGERS)
@require_POST
def start(request: SignedInRequest, sequence_id: int) -> HttpResponse:
    sequence = get_object_or_404(Sequence, pk=sequence_id)
    try:
        services.activate_sequence(sequence=sequence, by=request.user, now=clock.now())
    except services.NothingToSend as exc:
        messages.error(request, str(exc))
    else:
        messages.success(request, f"“{sequence}” runs. New people enter, and mails that are due go out.")
    return redirect("nurturing:detail", sequence.pk)


@role_required(*MANAGERS)
@require_POST
def pause(request: SignedInRequest, sequence_id: int) -> HttpResponse:
    sequence = get_object_or_404(Sequence, pk=sequence_id)
    services.pause_sequence(sequence=sequence, by=request.user, now=clock.now())
    messages.success(request, f"“{sequence}” is paused. Nobody enters, no mail goes out, people keep their place.")
    return redirect("nurturing:detail", sequence.pk)


@require_GET
@login_required
def lead_panel(request: SignedInRequest, lead_id: UUID) -> HttpResponse:
    lead = get_object_or_404(visible_leads(request.user), pk=lead_id)
    context = {"panel": selectors.lead_panel(lead), "lead": lead, "can_edit": can_edit_leads(request.user)}
    return render(request, "nurturing/_lead_panel.html", context)


@role_required(*EDITORS)
@require_POST
def stop(request: SignedInRequest, enrollment_id: UUID) -> HttpResponse:
    visible = Enrollment.objects.filter(lead__in=visible_leads(request.user)).select_related("sequence")
    enrollment = get_object_or_404(visible, pk=enrollment_id)
    form = StopForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    try:
        services.stop_enrollment(enrollment=enrollment, by=request.user, reason=reason, now=clock.now())
    except services.EnrollmentEnded as exc:
        messages.error(request, str(exc))
    else:
        messages.success(request, f"Stopped “{enrollment.sequence}”. No further mail of it goes out.")
    wanted = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}) and wanted.startswith("/")
    return redirect(wanted if is_ours else f"/leads/{enrollment.lead_id}/")


def _live(sequence_id: int) -> int | None:
    return Sequence.objects.filter(pk=sequence_id).values_list("live", flat=True).first()


def _tabs(row: selectors.SequenceRow, state: str) -> list[dict[str, object]]:
    counts = {
        "": row.entered,
        EnrollmentState.ACTIVE: row.active,
        EnrollmentState.FINISHED: row.finished,
        EnrollmentState.STOPPED: row.stopped,
    }
    return [
        {
            "label": EnrollmentState(value).label if value else "All",
            "url": f"?state={value}#people",
            "is_current": value == state,
            "count": count,
        }
        for value, count in counts.items()
    ]
