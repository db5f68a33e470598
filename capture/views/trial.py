"""``/try/ID``: catch a first lead with the real embed, and watch it become one."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.requests import SignedInRequest
from capture import selectors
from capture.models import Form
from capture.views.snippets import snippets
from common import clock


@require_safe
@login_required
def trial(request: SignedInRequest, form_id: str) -> HttpResponse:
    """The real form on the left, its first lead on the right."""
    form = get_object_or_404(Form.objects.select_related("live_version"), pk=form_id)
    context = {"form": form, "after": selectors.last_submission_id(form, request.user), "snippets": snippets(form)}
    return render(request, "capture/trial.html", context)


@require_safe
@login_required
def trial_catch(request: SignedInRequest, form_id: str) -> HttpResponse:
    """The card of the lead that came in since ``after``; 204 while there is none."""
    form = get_object_or_404(Form.objects.select_related("live_version"), pk=form_id)
    found = selectors.catch(form=form, user=request.user, after=_uuid(request.GET.get("after", "")), now=clock.now())
    if found is None:
        return HttpResponse(status=204)
    context = {"catch": found, "lead": found.submission.lead, "form": form, "snippets": snippets(form)}
    return render(request, "capture/_catch.html", context)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
