"""The builder: a form is worked on beside a preview in the real embed, and published when its makers say so."""

from dataclasses import dataclass
from typing import Any

from csp.decorators import csp_replace
from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Role
from accounts.permissions import role_required
from accounts.requests import SignedInRequest
from capture import drafting, selectors, services
from capture.live import imagined
from capture.models import Form
from capture.services.drafts import Draft
from capture.views.pages import form_page
from capture.views.public import drawn
from common import clock
from leads.selectors import topics

MAKERS = (Role.ADMIN, Role.MARKETER)


@dataclass(frozen=True)
class Card:
    """One question as it is worked on: its words are those of ``drafting``."""

    field: drafting.Question
    problem: str
    is_first: bool
    is_last: bool

    @property
    def kind(self) -> str:
        """What sort of question it is, in words."""
        return drafting.KINDS[self.field["type"]]

    @property
    def fills_in(self) -> str:
        """What the answer becomes."""
        return "the lead's own words" if self.field["maps_to"] == "message" else self.field["maps_to"].replace("_", " ")

    @property
    def acts(self) -> list[tuple[str, str, str, bool]]:
        """The buttons: act, words, icon, and whether it does nothing here. A known field is asked once only."""
        copy = [] if self.field["name"] in drafting.KNOWN else [("copy", "Copy", "document-duplicate", False)]
        return [
            ("up", "Move up", "arrow-up", self.is_first),
            ("down", "Move down", "arrow-down", self.is_last),
            *copy,
            ("remove", "Remove", "trash", False),
        ]

    @property
    def options(self) -> str:
        return "\n".join(self.field.get("options", ()))


@role_required(*MAKERS)
@require_http_methods(["GET", "POST"])
def build(request: SignedInRequest, form_id: str) -> HttpResponse:
    """Show the draft, or keep what was typed and do one act on it."""
    form = _form(form_id)
    if request.method == "GET":
        return render(request, "capture/build.html", _context(request, form, services.draft_of(form)))
    is_fragment = "HX-Request" in request.headers
    try:
        draft = _saved(request, form)
    except services.DraftChanged as exc:
        if is_fragment:
            return HttpResponse(str(exc), status=409, content_type="text/plain")
        return render(request, "capture/build.html", _context(request, _form(form_id), None, str(exc)), status=409)
    if not is_fragment:
        return redirect("capture:build", form.pk)
    answer = render(request, "capture/build.html", _context(request, _form(form_id), draft))
    answer.headers["HX-Trigger"] = "draft-saved"
    return answer


def _saved(request: SignedInRequest, form: Form) -> Draft:
    act, _, name = request.POST.get("act", "").partition(":")
    seen = _seen(request)
    if act in ("undo", "redo"):
        return services.step_draft(form=form, by=-1 if act == "undo" else 1, seen=seen)
    if act == "discard":
        services.discard_draft(form=form, seen=seen)
        return services.draft_of(_form(form.pk))
    live = form.live_version.content if form.live_version else None
    content = drafting.typed(services.draft_of(form).content, request.POST, live=live)
    content = drafting.acted(content, act, name) if act else content
    return services.save_draft(form=form, content=content, seen=seen, by=request.user, now=clock.now())


@role_required(*MAKERS)
@require_http_methods(["GET", "POST"])
def publish(request: SignedInRequest, form_id: str) -> HttpResponse:
    """Say what visitors will see changed, and publish exactly that."""
    form = _form(form_id)
    refusal = ""
    if request.method == "POST":
        try:
            version = services.publish_draft(form=form, seen=_seen(request), by=request.user, now=clock.now())
        except (services.CannotPublish, services.DraftChanged) as exc:
            refusal = str(exc)
        else:
            messages.success(request, f"Version {version.number} of {form.name} is live.")
            return redirect(f"{reverse('capture:form', args=[form.pk])}?tab=embed")
    draft = services.draft_of(form)
    context = {
        **form_page(request, form, "build"),
        "draft": draft,
        "changes": drafting.changes(form.live_version.content, draft.content) if form.live_version else [],
        "problems": drafting.problems(draft.content),
        "refusal": refusal,
    }
    return render(request, "capture/publish.html", context, status=409 if refusal else 200)


@csp_replace({"frame-ancestors": ["'self'"]})  # type: ignore[arg-type]  # its types know no further argument
@role_required(*MAKERS)
@require_safe
def preview(request: SignedInRequest, form_id: str) -> HttpResponse:
    """Show the draft in the embed that visitors get, on an empty page; it sends nothing."""
    form = _form(form_id)
    context = {"form": form, "is_dark": request.GET.get("on") == "dark", "draft": services.draft_of(form)}
    return render(request, "capture/preview_frame.html", context)


@role_required(*MAKERS)
@require_safe
def preview_definition(request: SignedInRequest, form_id: str) -> HttpResponse:
    """Give the preview what the embed draws of the draft."""
    form = _form(form_id)
    draft = services.draft_of(form)
    answer = JsonResponse(drawn(imagined(form, draft.content)))
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _form(form_id: str) -> Form:
    return get_object_or_404(selectors.form_list().select_related("live_version__offer", "created_by"), pk=form_id)


def _seen(request: SignedInRequest) -> int:
    step = request.POST.get("step", "")
    if not step.isascii() or not step.isdecimal() or len(step) > 9:
        raise Http404
    return int(step)


def _context(request: SignedInRequest, form: Form, draft: Draft | None, refusal: str = "") -> dict[str, Any]:
    draft = draft or services.draft_of(form)
    fields = draft.content["fields"]
    found = drafting.problems(draft.content)
    at = {problem.place: problem.text for problem in reversed(found)}
    names = [field["name"] for field in fields]
    cards = [
        Card(field, at.get(field["name"], ""), number == 0, number == len(fields) - 1)
        for number, field in enumerate(fields)
    ]
    return {
        **form_page(request, form, "build"),
        "draft": draft,
        "content": draft.content,
        "cards": cards,
        "problems": found,
        "known": [field for name, field in drafting.KNOWN.items() if name not in names],
        "custom": [(kind, label) for kind, (label, *_) in drafting.CUSTOM.items()],
        "is_full": len(fields) >= drafting.MAX_QUESTIONS,
        "is_long": len(fields) >= drafting.MANY,
        "topics": topics(),
        "refusal": refusal,
    }
