"""Is a form really on the website? One act that looks, and the line that says where it was last drawn."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_POST, require_safe

from accounts.models import Role
from accounts.permissions import role_required
from accounts.requests import SignedInRequest
from capture import selectors, services
from capture.forms import CheckWebsite
from capture.models import Form
from capture.views.pages import form_page
from common import clock
from common.outbound import UnsafeUrl


@require_POST
@role_required(Role.ADMIN, Role.MARKETER)
def check(request: SignedInRequest, form_id: str) -> HttpResponse:
    """Show the embed page again, with what was found at the address."""
    form = get_object_or_404(selectors.form_list().select_related("live_version__offer", "created_by"), pk=form_id)
    website = CheckWebsite(request.POST)
    context = form_page(request, form, "embed") | {"website": website}
    if website.is_valid():
        try:
            context["finding"] = services.check_website(form=form, url=website.cleaned_data["url"], now=clock.now())
        except UnsafeUrl as exc:
            website.add_error("url", str(exc))
    return render(request, "capture/detail.html", context, status=200 if website.is_valid() else 422)


@require_safe
@login_required
def seen(request: SignedInRequest, form_id: str) -> HttpResponse:
    """The line that says where a browser drew the form last; 204 while that was not after ``after``."""
    form = get_object_or_404(Form, pk=form_id)
    try:
        after = parse_datetime(request.GET.get("after", ""))
    except ValueError:
        after = None
    if form.seen_at is None or (after is not None and after.tzinfo and form.seen_at <= after):
        return HttpResponse(status=204)
    return render(request, "capture/_seen.html", {"form": form, "is_new": True})
