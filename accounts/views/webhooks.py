"""Webhooks and their delivery log, for admins."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import selectors, services
from accounts.forms_webhooks import WebhookForm
from accounts.models import Delivery, Role, Webhook
from accounts.permissions import role_required
from accounts.requests import SignedInRequest
from accounts.views.settings import settings_page
from common import clock
from common.outbound import UnsafeUrl
from common.pages import BadCursor, keyset_page


@require_safe
@role_required(Role.ADMIN)
def webhooks(request: SignedInRequest) -> HttpResponse:
    return settings_page(request, "settings/webhooks.html", {"webhooks": selectors.webhooks()})


@never_cache
@role_required(Role.ADMIN)
def add_webhook(request: SignedInRequest) -> HttpResponse:
    """Add a webhook; the answer shows its secret, once."""
    form = WebhookForm(request.POST or None)
    if form.is_valid():
        try:
            row = services.create_webhook(**form.cleaned_data, by=request.user, now=clock.now())
        except UnsafeUrl as exc:
            form.add_error("url", str(exc))
        else:
            return settings_page(request, "settings/webhook_secret.html", {"webhook": row, "secret": row.secret})
    return settings_page(request, "settings/webhook_form.html", {"form": form}, status=422 if form.is_bound else 200)


@require_safe
@role_required(Role.ADMIN)
def webhook(request: SignedInRequest, pk: UUID) -> HttpResponse:
    row = get_object_or_404(selectors.webhooks(), pk=pk)
    state = request.GET.get("state", "")
    state = state if state in Delivery.State.values else ""
    try:
        rows = selectors.deliveries(row, state=state)
        page = keyset_page(rows, order=("-id",), cursor=request.GET.get("cursor"))
    except BadCursor:
        return redirect("accounts:webhook", row.pk)
    context = {"webhook": row, "page": page, "state": state, "tabs": _tabs(row, state)}
    return settings_page(request, "settings/webhook.html", context)


@role_required(Role.ADMIN)
def edit_webhook(request: SignedInRequest, pk: UUID) -> HttpResponse:
    row = get_object_or_404(Webhook, pk=pk)
    form = WebhookForm(request.POST or None, initial={"name": row.name, "url": row.url, "events": row.events})
    if form.is_valid():
        try:
            services.edit_webhook(webhook=row, changes=form.cleaned_data, by=request.user, now=clock.now())
        except UnsafeUrl as exc:
            form.add_error("url", str(exc))
        else:
            messages.success(request, "Saved.")
            return redirect("accounts:webhook", row.pk)
    context = {"form": form, "webhook": row}
    return settings_page(request, "settings/webhook_form.html", context, status=422 if form.is_bound else 200)


@require_POST
@role_required(Role.ADMIN)
def set_webhook_active(request: SignedInRequest, pk: UUID) -> HttpResponse:
    row = get_object_or_404(Webhook, pk=pk)
    is_active = request.POST.get("active") == "yes"
    services.set_webhook_active(webhook=row, is_active=is_active, by=request.user, now=clock.now())
    messages.success(request, f"{row.name} is switched {'on' if is_active else 'off'}.")
    return redirect("accounts:webhook", row.pk)


@never_cache
@require_POST
@role_required(Role.ADMIN)
def renew_webhook_secret(request: SignedInRequest, pk: UUID) -> HttpResponse:
    row = get_object_or_404(Webhook, pk=pk)
    secret = services.renew_secret(webhook=row, by=request.user, now=clock.now())
    return settings_page(request, "settings/webhook_secret.html", {"webhook": row, "secret": secret, "renewed": True})


@require_POST
@role_required(Role.ADMIN)
def test_webhook(request: SignedInRequest, pk: UUID) -> HttpResponse:
    row = get_object_or_404(Webhook, pk=pk)
    delivery = services.send_test_event(webhook=row, by=request.user, now=clock.now())
    messages.success(request, "The test event is on its way. This page shows what becomes of it.")
    return redirect("accounts:delivery", delivery.pk)


@require_POST
@role_required(Role.ADMIN)
def delete_webhook(request: SignedInRequest, pk: UUID) -> HttpResponse:
    row = get_object_or_404(Webhook, pk=pk)
    services.delete_webhook(webhook=row, by=request.user, now=clock.now())
    messages.success(request, f"{row.name} is deleted.")
    return redirect("accounts:webhooks")


@require_safe
@role_required(Role.ADMIN)
def delivery(request: SignedInRequest, pk: UUID) -> HttpResponse:
    row = get_object_or_404(Delivery.objects.select_related("webhook"), pk=pk)
    return settings_page(request, "settings/delivery.html", {"delivery": row})


@require_POST
@role_required(Role.ADMIN)
def redeliver(request: SignedInRequest, pk: UUID) -> HttpResponse:
    row = get_object_or_404(Delivery.objects.select_related("webhook"), pk=pk)
    if services.redeliver(delivery=row, by=request.user, now=clock.now()):
        messages.success(request, "It is sent again, with the same id.")
    else:
        messages.error(request, "It is still on its way.")
    return redirect("accounts:delivery", row.pk)


def _tabs(row: Webhook, current: str) -> list[dict[str, object]]:
    url = reverse("accounts:webhook", args=[row.pk])
    every: dict[str, object] = {"label": "All", "url": url, "is_current": not current}
    return [every] + [
        {"label": state.label, "url": f"{url}?state={state.value}", "is_current": state == current}
        for state in Delivery.State
        if state != Delivery.State.SENDING
    ]
