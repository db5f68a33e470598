"""Pages for the people who make forms."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.models import Role
from accounts.permissions import can_manage, role_required
from accounts.requests import SignedInRequest
from capture import selectors, services
from capture.blueprints import BLUEPRINTS, Blueprint
from capture.forms import CheckWebsite, NewForm
from capture.models import Form, Submission
from capture.views.snippets import snippets
from common import clock
from common.pages import BadCursor

TABS = (("submissions", "Submissions"), ("held", "Held"), ("build", "Build"), ("embed", "Embed"))


@require_safe
@login_required
def form_list(request: SignedInRequest) -> HttpResponse:
    """Every form with what it brought."""
    context = {"forms": selectors.form_list(), "cap": selectors.CAP, "can_manage": can_manage(request.user)}
    return render(request, "capture/list.html", context)


@role_required(Role.ADMIN, Role.MARKETER)
def create(request: SignedInRequest) -> HttpResponse:
    """Choose a template; the form is made and published with one click."""
    chosen = request.POST.get("template", "")
    if request.method == "POST" and chosen not in BLUEPRINTS:
        raise Http404
    cards = _cards(request, chosen)
    form = next((form for blueprint, form in cards if blueprint.template == chosen), None)
    if form is not None and form.is_valid():
        name = form.cleaned_data["name"]
        try:
            made = services.create_form(template=chosen, name=name, by=request.user, now=clock.now())
        except services.NameTaken as exc:
            form.add_error("name", str(exc))
        else:
            messages.success(request, f"{made.name} is live.")
            return redirect(f"{reverse('capture:form', args=[made.pk])}?tab=embed")
    return render(request, "capture/create.html", {"cards": cards}, status=422 if form else 200)


@require_safe
@login_required
def detail(request: SignedInRequest, form_id: str) -> HttpResponse:
    """One form: what came in, what is held, how to embed it, how it looks."""
    form = get_object_or_404(selectors.form_list().select_related("live_version__offer", "created_by"), pk=form_id)
    tab = request.GET.get("tab", "submissions")
    if tab not in dict(TABS) or tab == "build":
        raise Http404
    context = form_page(request, form, tab)
    if tab in ("submissions", "held"):
        try:
            page = selectors.submissions_of(
                form=form, user=request.user, only_held=tab == "held", cursor=request.GET.get("cursor")
            )
        except BadCursor as exc:
            raise Http404(str(exc)) from exc
        context["page"] = page
    return render(request, "capture/detail.html", context)


@require_POST
@role_required(Role.ADMIN, Role.MARKETER)
def close(request: SignedInRequest, form_id: str) -> HttpResponse:
    form = get_object_or_404(Form, pk=form_id)
    services.close_form(form=form, by=request.user, now=clock.now())
    undo = reverse("capture:reopen", args=[form.pk])
    messages.success(request, f"{form.name} is closed.", extra_tags=f"undo:{undo}")
    return redirect("capture:form", form.pk)


@require_POST
@role_required(Role.ADMIN, Role.MARKETER)
def reopen(request: SignedInRequest, form_id: str) -> HttpResponse:
    form = get_object_or_404(Form, pk=form_id)
    services.reopen_form(form=form, by=request.user, now=clock.now())
    messages.success(request, f"{form.name} is live again.")
    return redirect("capture:form", form.pk)


@require_POST
@role_required(Role.ADMIN, Role.MARKETER)
def release(request: SignedInRequest, submission_id: UUID) -> HttpResponse:
    submission = get_object_or_404(Submission, pk=submission_id)
    try:
        services.release_submission(submission=submission, by=request.user, now=clock.now())
    except (services.NotHeld, services.NotJoined) as exc:
        messages.error(request, str(exc))
    else:
        messages.success(request, "Released. It is a lead now.")
    return redirect(f"{reverse('capture:form', args=[submission.form_id])}?tab=held")


def _cards(request: SignedInRequest, chosen: str) -> list[tuple[Blueprint, NewForm]]:
    """Return each template with its form, which comes with a name that is free."""
    names = selectors.free_names(blueprint.name for blueprint in BLUEPRINTS.values())
    return [
        (
            blueprint,
            NewForm(
                request.POST if blueprint.template == chosen else None,
                template=blueprint.template,
                initial={"name": names[blueprint.name]},
            ),
        )
        for blueprint in BLUEPRINTS.values()
    ]


def form_page(request: SignedInRequest, form: Form, tab: str) -> dict[str, object]:
    """Return what every tab of a form's page needs; ``form`` comes from ``selectors.form_list``."""
    return {
        "form": form,
        "tab": tab,
        "tabs": _tabs(form, tab, can_manage=can_manage(request.user)),
        "cap": selectors.CAP,
        "can_manage": can_manage(request.user),
        "snippets": snippets(form),
        "website": CheckWebsite(initial={"url": form.seen_url}),
    }


def _tabs(form: Form, current: str, *, can_manage: bool) -> list[dict[str, object]]:
    page = reverse("capture:form", args=[form.pk])
    urls = {"submissions": page, "build": reverse("capture:build", args=[form.pk])}
    counts = {"held": form.held_count or None}  # type: ignore[attr-defined]
    return [
        {
            "label": label,
            "url": urls.get(name, f"{page}?tab={name}"),
            "is_current": name == current,
            "count": counts.get(name),
        }
        for name, label in TABS
        if name != "build" or can_manage
    ]
