"""The frame of all pages under Settings, its index, and the settings of the company."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts import services
from accounts.forms import CompanyForm
from accounts.models import Role, User
from accounts.permissions import role_required
from accounts.requests import SignedInRequest
from accounts.settings_search import find, pages_of
from common import clock
from common.models import Installation


@dataclass(frozen=True)
class Link:
    label: str
    text: str
    icon: str
    url: str
    is_current: bool


# Longer than any label; beyond it nobody reads what was typed.
LONGEST = 100


def settings_page(
    request: SignedInRequest, template: str, context: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    """Render a page under Settings with the list of those this person may open."""
    return render(request, template, {"groups": _groups(request.user, request.path), **(context or {})}, status=status)


@require_safe
@login_required
def index(request: SignedInRequest) -> HttpResponse:
    """Show all pages, or with ``q`` the pages and single settings that fit it."""
    return settings_page(request, "settings/index.html", _search(request))


@require_safe
@login_required
def find_setting(request: SignedInRequest) -> HttpResponse:
    """Answer with the list beside a page (``here``) as the field above it narrows it down."""
    here = request.GET.get("here", "")
    return render(request, "settings/_nav.html", {"groups": _groups(request.user, here), **_search(request)})


@role_required(Role.ADMIN)
def company(request: SignedInRequest) -> HttpResponse:
    form = CompanyForm(request.POST or None, initial=CompanyForm.of(Installation.current()))
    if form.is_valid():
        services.edit_company(changes=form.cleaned_data, by=request.user, now=clock.now())
        messages.success(request, "Saved.")
        return redirect("accounts:company")
    return settings_page(request, "settings/company.html", {"form": form}, status=422 if form.is_bound else 200)


def links_of(request: SignedInRequest) -> list[Link]:
    """Return the pages under Settings that this person may open."""
    return [link for links in _groups(request.user, request.path).values() for link in links]


def _search(request: SignedInRequest) -> dict[str, Any]:
    text = request.GET.get("q", "").strip()[:LONGEST]
    return {"text": text, "found": find(text, user=request.user)}


def _groups(user: User, path: str) -> dict[str, list[Link]]:
    groups: dict[str, list[Link]] = {}
    for page in pages_of(user):
        link = Link(page.label, page.text, page.icon, page.url, path.startswith(page.url))
        groups.setdefault(page.group, []).append(link)
    return groups
