"""Inviting people, for admins; and what an invited person sees."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts import services
from accounts.forms_invitations import AcceptForm, InviteForm
from accounts.models import Invitation, Role
from accounts.permissions import role_required
from accounts.requests import SignedInRequest
from accounts.views.settings import settings_page
from accounts.views.token_pages import token_page
from common import clock
from common.models import Installation


@never_cache
@role_required(Role.ADMIN)
def invite(request: SignedInRequest) -> HttpResponse:
    """Invite people; without mail the answer shows their links, and nothing keeps them."""
    form = InviteForm(request.POST or None, initial={"role": Role.REP})
    if form.is_valid():
        try:
            invited = services.invite(**form.cleaned_data, by=request.user, now=clock.now())
        except services.EmailTaken as exc:
            form.add_error("emails", str(exc))
        else:
            context = {"invited": invited, "mail_is_on": bool(settings.EMAIL_URL)}
            return settings_page(request, "settings/invited.html", context)
    return settings_page(request, "settings/invite.html", {"form": form}, status=422 if form.is_bound else 200)


@require_POST
@role_required(Role.ADMIN)
def withdraw_invitation(request: SignedInRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Invitation, pk=pk)
    if services.withdraw_invitation(invitation=row, by=request.user, now=clock.now()):
        messages.success(request, f"The invitation of {row.email} is withdrawn.")
    return redirect("accounts:people")


@token_page
def accept_invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Let an invited person make their account, and sign them in."""
    invitation = services.usable_invitation(token=token, now=clock.now())
    if invitation is None:
        return render(request, "accounts/link_ended.html", {"what": "invitation"}, status=404)
    form = AcceptForm(request.POST or None, email=invitation.email)
    if form.is_valid():
        try:
            user = services.accept_invitation(token=token, now=clock.now(), **form.cleaned_data)
        except services.InvitationRefused as exc:
            form.add_error(None, str(exc))
        else:
            services.start_session(request, user=user, now=clock.now())
            return redirect("home")
    context = {"form": form, "invitation": invitation, "company": Installation.current().name}
    return render(request, "accounts/accept_invitation.html", context, status=422 if form.is_bound else 200)
