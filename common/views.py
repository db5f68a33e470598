"""Pages that belong to no app: the component gallery, and the acts its buttons try out."""

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from common import clock
from common.gallery import samples


@require_GET
def gallery(request: HttpRequest, name: str = "app") -> HttpResponse:
    """Show every component in every state, to admins, and to anybody under DEBUG."""
    _admins_only(request)
    context = samples(clock.now()) | {"act_url": reverse("common:gallery_act", args=["done"])}
    return render(request, f"_ui/{name}.html", context)


@require_GET
def brief(request: HttpRequest, index: int) -> HttpResponse:
    """Show the brief of one sample lead: the fragment that the gallery's queue opens and fetches ahead."""
    _admins_only(request)
    context = samples(clock.now()) | {"act_url": reverse("common:gallery_act", args=["done"])}
    if index >= len(context["leads"]):
        raise Http404
    context |= {"lead": context["leads"][index], "item": f"#handover-{index}"}
    return render(request, "_ui/_brief.html", context)


@require_POST
def act(request: HttpRequest, answer: str) -> HttpResponse:
    """Answer like a verdict that is accepted, undone or refused; nothing is stored."""
    _admins_only(request)
    if answer == "refuse":
        return HttpResponse("Rep One accepted this 4 s ago.", status=409, content_type="text/plain")
    if answer == "undo":
        return HttpResponse(status=204)
    undo = reverse("common:gallery_act", args=["undo"])
    messages.success(request, "Rejected: bad timing. Takes effect in 10 min.", extra_tags=f"undo:{undo}")
    return redirect("common:gallery")


def _admins_only(request: HttpRequest) -> None:
    is_admin = getattr(request.user, "role", "") == "admin" and request.user.is_active
    if not (is_admin or settings.DEBUG):
        raise PermissionDenied
