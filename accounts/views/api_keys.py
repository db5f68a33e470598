"""API keys, for admins."""

from datetime import datetime, time

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import selectors, services
from accounts.forms import ApiKeyForm
from accounts.models import ApiKey, Role
from accounts.permissions import role_required
from accounts.requests import SignedInRequest
from accounts.views.settings import settings_page
from common import clock


@require_safe
@role_required(Role.ADMIN)
def api_keys(request: SignedInRequest) -> HttpResponse:
    return settings_page(request, "settings/api_keys.html", {"keys": selectors.api_keys(), "now": clock.now()})


@never_cache
@role_required(Role.ADMIN)
def add_api_key(request: SignedInRequest) -> HttpResponse:
    """Make a key; the answer shows it, and nothing keeps it."""
    form = ApiKeyForm(request.POST or None)
    if form.is_valid():
        day = form.cleaned_data.pop("expires_on")
        expires_at = timezone.make_aware(datetime.combine(day, time.max)) if day else None
        fields = {**form.cleaned_data, "expires_at": expires_at}
        row, key = services.create_api_key(**fields, by=request.user, now=clock.now())
        return _shown_once(request, row, key)
    return settings_page(request, "settings/api_key_new.html", {"form": form}, status=422 if form.is_bound else 200)


@require_POST
@role_required(Role.ADMIN)
def revoke_api_key(request: SignedInRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(ApiKey, pk=pk)
    if services.revoke_api_key(api_key=row, by=request.user, now=clock.now()):
        messages.success(request, f"{row.name} is revoked.")
    return redirect("accounts:api_keys")


@never_cache
@require_POST
@role_required(Role.ADMIN)
def rotate_api_key(request: SignedInRequest, pk: int) -> HttpResponse:
    """Make a second key with the same rights; the first works for another day."""
    try:
        row, key = services.rotate_api_key(api_key=get_object_or_404(ApiKey, pk=pk), by=request.user, now=clock.now())
    except services.KeyEnded as exc:
        messages.error(request, str(exc))
        return redirect("accounts:api_keys")
    return _shown_once(request, row, key, is_rotated=True)


def _shown_once(request: SignedInRequest, row: ApiKey, key: str, *, is_rotated: bool = False) -> HttpResponse:
    address = request.build_absolute_uri("/api/v1/leads")
    example = f'curl -H "Authorization: Bearer {key}" \\\n  {address}'
    context = {"row": row, "key": key, "example": example, "is_rotated": is_rotated}
    return settings_page(request, "settings/api_key_once.html", context)
