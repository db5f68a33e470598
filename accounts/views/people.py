"""People and teams, for admins."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import selectors, services
from accounts.forms import NewPersonForm, TeamForm
from accounts.models import Role, User
from accounts.permissions import role_required
from accounts.requests import SignedInRequest
from accounts.views.settings import settings_page
from common import clock


@require_safe
@role_required(Role.ADMIN)
def people(request: SignedInRequest) -> HttpResponse:
    invitations = selectors.open_invitations()
    context = {
        "people": selectors.people(),
        "teams": selectors.teams(),
        "invitations": invitations,
        "now": clock.now(),
    }
    return settings_page(request, "settings/people.html", context)


@never_cache
@role_required(Role.ADMIN)
def add_person(request: SignedInRequest) -> HttpResponse:
    """Add somebody with a password made here, which the answer shows and nothing keeps."""
    form = NewPersonForm(request.POST or None, initial={"role": Role.REP})
    if form.is_valid():
        password = services.new_password()
        try:
            person = services.create_user(**form.cleaned_data, password=password, by=request.user, now=clock.now())
        except services.EmailTaken as exc:
            form.add_error("email", str(exc))
        else:
            return settings_page(request, "settings/password_once.html", {"person": person, "password": password})
    return settings_page(request, "settings/person_new.html", {"form": form}, status=422 if form.is_bound else 200)


@require_POST
@role_required(Role.ADMIN)
def activate(request: SignedInRequest, pk: int) -> HttpResponse:
    """Let somebody in again. Deactivating has a page of its own, which asks where their work goes."""
    subject = get_object_or_404(selectors.people(), pk=pk)
    services.edit_user(user=subject, changes={"is_active": True}, by=request.user, now=clock.now())
    messages.success(request, f"{subject.name} can sign in again.")
    return redirect("accounts:people")


@never_cache
@require_POST
@role_required(Role.ADMIN)
def reset_password(request: SignedInRequest, pk: int) -> HttpResponse:
    subject: User = get_object_or_404(selectors.people(), pk=pk)
    password = services.new_password()
    services.set_password(user=subject, password=password, by=request.user, now=clock.now())
    return settings_page(request, "settings/password_once.html", {"person": subject, "password": password})


@role_required(Role.ADMIN)
def add_team(request: SignedInRequest) -> HttpResponse:
    form = TeamForm(request.POST or None)
    if form.is_valid():
        try:
            team = services.create_team(name=form.cleaned_data["name"], by=request.user, now=clock.now())
        except services.TeamNameTaken as exc:
            form.add_error("name", str(exc))
        else:
            messages.success(request, f"Team {team} added.")
            return redirect("accounts:people")
    return settings_page(request, "settings/team_new.html", {"form": form}, status=422 if form.is_bound else 200)
