"""Signing in and out."""

from typing import cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from accounts import selectors, services
from accounts.forms import SignInForm
from accounts.sign_in import CountedRequest, refusal
from common import clock
from common.models import Installation


@sensitive_post_parameters()
@never_cache
def sign_in(request: HttpRequest) -> HttpResponse:
    target = safe_next(request)
    if request.user.is_authenticated:
        return redirect(target)
    if not selectors.has_users():
        return redirect("setup")
    form = SignInForm(request.POST or None)
    if form.is_valid():
        user = authenticate(request, **form.cleaned_data)
        if user is not None:
            services.start_session(request, user=user, now=clock.now())
            return redirect(target)
        form.add_error(None, refusal(cast(CountedRequest, request), form.cleaned_data["email"]))
    context = {
        "form": form,
        "next": target,
        "company": Installation.current().name,
        "host": request.get_host(),
    }
    status = 429 if getattr(request, "axes_locked_out", False) else 422 if form.is_bound else 200
    return render(request, "accounts/sign_in.html", context, status=status)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    messages.success(request, "You are signed out.")
    return redirect("accounts:sign_in")


def safe_next(request: HttpRequest) -> str:
    """Return the path asked for in ``next`` when it is one of ours, else the role's landing page."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if is_ours and target.startswith("/") and target.isprintable() else settings.LOGIN_REDIRECT_URL
