"""Beginning and ending a look at the product through a role's eyes."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from accounts.models import Role, Team
from accounts.permissions import role_required
from accounts.requests import SignedInRequest
from accounts.services import audit
from common import clock
from leadcrm.seeing import SESSION_KEY


class SeeAsForm(forms.Form):
    role = forms.ChoiceField(choices=[choice for choice in Role.choices if choice[0] != Role.ADMIN])
    team = forms.ModelChoiceField(queryset=Team.objects.all(), required=False)


@require_POST
@role_required(Role.ADMIN)
def see_as(request: SignedInRequest) -> HttpResponse:
    """Look at the product as a role, in a team or in none, until it is ended or the session is."""
    form = SeeAsForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Choose a role to look as.")
        return redirect("accounts:people")
    role, team = form.cleaned_data["role"], form.cleaned_data["team"]
    request.session[SESSION_KEY] = {"role": role, "team": team.pk if team else None}
    changes = {"role": ["", role], "team": ["", str(team or "")]}
    _note(request, "began to look as", changes)
    return redirect("home")


@require_POST
@login_required
def stop_seeing(request: SignedInRequest) -> HttpResponse:
    """Be oneself again; nothing happens to who is."""
    seen = request.session.pop(SESSION_KEY, None)
    if seen is None:
        return redirect("home")
    _note(request, "stopped looking as", {"role": [seen["role"], ""]})
    return redirect("accounts:people")


def _note(request: SignedInRequest, action: str, changes: dict[str, list[str]]) -> None:
    audit(by=request.user, action=action, kind="user", object_id=str(request.user.pk), changes=changes, now=clock.now())
