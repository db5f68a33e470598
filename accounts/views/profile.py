"""What people say about themselves: name, time zone, theme, password."""

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from accounts import selectors, services
from accounts.forms import NewPasswordForm, ProfileForm
from accounts.forms_keyboard import KeyboardForm
from accounts.forms_notifications import NotificationsForm
from accounts.models import Need
from accounts.requests import SignedInRequest
from accounts.views.settings import settings_page
from common import clock
from common.shortcuts import FIXED


@login_required
def profile(request: SignedInRequest) -> HttpResponse:
    form = ProfileForm(request.POST or None, initial=ProfileForm.of(request.user))
    if form.is_valid():
        services.edit_profile(user=request.user, now=clock.now(), **form.cleaned_data)
        messages.success(request, "Saved.")
        return redirect("accounts:profile")
    return settings_page(request, "settings/profile.html", {"form": form}, status=422 if form.is_bound else 200)


@require_POST
@login_required
def theme(request: SignedInRequest) -> HttpResponse:
    try:
        services.set_theme(user=request.user, theme=request.POST.get("theme", ""))
    except ValueError as exc:
        return HttpResponse(str(exc), status=422, content_type="text/plain")
    return HttpResponse(status=204)


@login_required
def keyboard(request: SignedInRequest) -> HttpResponse:
    """Change single keys, or have them all as delivered again."""
    if request.POST.get("reset") == "yes":
        services.set_own_keys(user=request.user, keys={})
        messages.success(request, "All keys are as delivered.")
        return redirect("accounts:keyboard")
    form = KeyboardForm(request.POST or None, own=request.user.own_keys)
    if form.is_valid():
        services.set_own_keys(user=request.user, keys=form.keys)
        messages.success(request, "Saved.")
        return redirect("accounts:keyboard")
    context = {"form": form, "fixed": FIXED}
    return settings_page(request, "settings/keyboard.html", context, status=422 if form.is_bound else 200)


@require_POST
@login_required
def single_keys(request: SignedInRequest) -> HttpResponse:
    """Switch single keys on or off, from the sheet of shortcuts."""
    services.set_single_keys(user=request.user, is_on=request.POST.get("on") == "yes")
    return HttpResponse(status=204)


@require_POST
@login_required
def cards(request: SignedInRequest) -> HttpResponse:
    """Put away what newcomers are offered, or bring it back."""
    try:
        is_hidden = request.POST.get("hidden") == "yes"
        services.hide_card(user=request.user, card=request.POST.get("card", ""), is_hidden=is_hidden)
    except ValueError as exc:
        return HttpResponse(str(exc), status=422, content_type="text/plain")
    return redirect("home")


@login_required
def notifications(request: SignedInRequest) -> HttpResponse:
    """Choose what the bell tells."""
    wanted = [kind for kind in Need.values if kind not in request.user.muted_kinds]
    answer = request.POST if request.method == "POST" else None
    form = NotificationsForm(answer, person=request.user, initial={"kinds": wanted})
    if form.is_valid():
        services.choose_notifications(person=request.user, kinds=form.cleaned_data["kinds"])
        messages.success(request, "Saved.")
        return redirect("accounts:notifications")
    return settings_page(request, "settings/notifications.html", {"form": form}, status=422 if form.is_bound else 200)


@sensitive_post_parameters()
@login_required
def change_password(request: SignedInRequest) -> HttpResponse:
    form = NewPasswordForm(request.POST or None, user=request.user)
    if form.is_valid():
        password = form.cleaned_data["password"]
        services.set_password(user=request.user, password=password, by=request.user, now=clock.now())
        update_session_auth_hash(request, request.user)
        messages.success(request, "Your password is changed. Other devices are signed out.")
        return redirect("accounts:profile")
    return settings_page(request, "settings/password.html", {"form": form}, status=422 if form.is_bound else 200)


@never_cache
@require_safe
@login_required
def sessions(request: SignedInRequest) -> HttpResponse:
    here = request.session.session_key or ""
    places = selectors.signed_in(request.user, here=here, now=clock.now())
    return settings_page(request, "settings/sessions.html", {"places": places})


@require_POST
@login_required
def end_sessions(request: SignedInRequest) -> HttpResponse:
    """Sign out of one other place, or of all others."""
    here = request.session.session_key or ""
    handle = request.POST.get("handle", "")
    ended = services.end_sessions(user=request.user, except_key=here, handle=handle, now=clock.now())
    messages.success(request, f"Signed out of {ended} other place{'' if ended == 1 else 's'}.")
    return redirect("accounts:sessions")
