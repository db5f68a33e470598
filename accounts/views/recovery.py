"""A forgotten password."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache

from accounts import services
from accounts.forms_invitations import ChoosePasswordForm, ForgotForm
from accounts.views.token_pages import token_page
from common import clock
from common.client_ip import client_ip
from common.models import Installation


@never_cache
def forgot_password(request: HttpRequest) -> HttpResponse:
    """Take an address and answer the same whether it is known or not; without mail say who can help."""
    context = {"company": Installation.current().name}
    if not settings.EMAIL_URL:
        return render(request, "accounts/forgot_password.html", context)
    form = ForgotForm(request.POST or None)
    if form.is_valid():
        services.request_reset(email=form.cleaned_data["email"], ip=client_ip(request), now=clock.now())
        return render(request, "accounts/reset_asked.html", {**context, "email": form.cleaned_data["email"]})
    status = 422 if form.is_bound else 200
    return render(request, "accounts/forgot_password.html", {**context, "form": form}, status=status)


@token_page
def choose_password(request: HttpRequest, token: str) -> HttpResponse:
    """Let somebody who has the link from the mail choose a new password."""
    reset = services.usable_reset(token=token, now=clock.now())
    if reset is None:
        return render(request, "accounts/link_ended.html", {"what": "link"}, status=404)
    form = ChoosePasswordForm(request.POST or None, user=reset.user)
    if form.is_valid():
        try:
            services.reset_password(token=token, password=form.cleaned_data["password"], now=clock.now())
        except services.ResetRefused as exc:
            form.add_error(None, str(exc))
        else:
            messages.success(request, "Your password is changed. Sign in with the new one.")
            return redirect("accounts:sign_in")
    context = {"form": form, "person": reset.user, "company": Installation.current().name}
    return render(request, "accounts/choose_password.html", context, status=422 if form.is_bound else 200)
