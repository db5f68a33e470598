"""The frame of all pages under Settings, its index, and the settings of the company."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts import services
from accounts.forms import CompanyForm
from accounts.models import Role
from accounts.permissions import role_required
from accounts.requests import SignedInRequest
from common.models import Installation
from common.navigation import first_url


@dataclass(frozen=True)
class Section:
    """A page under Settings; ``roles`` empty: everybody's. Left out where none of its URL names resolves."""

    group: str
    label: str
    text: str
    icon: str
    names: tuple[str, ...]
    roles: tuple[Role, ...] = ()


@dataclass(frozen=True)
class Link:
    label: str
    text: str
    icon: str
    url: str
    is_current: bool


YOU, COMPANY, PRODUCT = "You", "Company", "Product"
ADMIN = (Role.ADMIN,)
SECTIONS = (
    Section(YOU, "Profile", "Your name, time zone and theme.", "user-circle", ("accounts:profile",)),
    Section(YOU, "Password", "Change the password you sign in with.", "lock-closed", ("accounts:change_password",)),
    Section(YOU, "Sessions", "Where you are signed in.", "computer-desktop", ("accounts:sessions",)),
    Section(
        COMPANY,
        "Company",
        "Name, time zone, business hours, currency.",
        "building-office",
        ("accounts:company",),
        ADMIN,
    ),
    Section(
        COMPANY,
        "People",
        "Who signs in, what they may do, which team they are in.",
        "users",
        ("accounts:people",),
        ADMIN,
    ),
    Section(COMPANY, "API keys", "Let other systems read and write leads.", "key", ("accounts:api_keys",), ADMIN),
    Section(
        COMPANY,
        "Webhooks",
        "Tell other systems what happens.",
        "arrow-top-right-on-square",
        ("accounts:webhooks",),
        ADMIN,
    ),
    Section(COMPANY, "Retention", "How long things are kept.", "archive-box-x-mark", ("retention",), ADMIN),
    Section(COMPANY, "Audit log", "Who changed what, and when.", "clipboard-document-list", ("audit_log",), ADMIN),
    Section(
        PRODUCT,
        "Mail",
        "Every message and what became of it.",
        "envelope",
        ("mail:outbox", "mail:caught"),
        (Role.ADMIN, Role.MARKETER, Role.VIEWER),
    ),
    Section(
        PRODUCT, "Scoring", "Rules, matrix and triggers.", "adjustments-horizontal", ("scoring:rules", "scoring:index")
    ),
    Section(PRODUCT, "System", "What runs, what waits, and what mends it.", "server-stack", ("system",), ADMIN),
    Section(PRODUCT, "API documentation", "All endpoints, to read and to try.", "code-bracket", ("api:docs",)),
)


def settings_page(
    request: SignedInRequest, template: str, context: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    """Render a page under Settings with the list of those this person may open."""
    return render(request, template, {"groups": _groups(request), **(context or {})}, status=status)


@require_safe
@login_required
def index(request: SignedInRequest) -> HttpResponse:
    return settings_page(request, "settings/index.html")


@role_required(Role.ADMIN)
def company(request: SignedInRequest) -> HttpResponse:
    form = CompanyForm(request.POST or None, initial=CompanyForm.of(Installation.current()))
    if form.is_valid():
        services.edit_company(changes=form.cleaned_data, by=request.user, now=timezone.now())
        messages.success(request, "Saved.")
        return redirect("accounts:company")
    return settings_page(request, "settings/company.html", {"form": form}, status=422 if form.is_bound else 200)


def links_of(request: SignedInRequest) -> list[Link]:
    """Return the pages under Settings that this person may open."""
    return [link for links in _groups(request).values() for link in links]


def _groups(request: SignedInRequest) -> dict[str, list[Link]]:
    groups: dict[str, list[Link]] = {}
    for section in SECTIONS:
        url = first_url(*section.names)
        if url and (not section.roles or request.user.role in section.roles):
            link = Link(section.label, section.text, section.icon, url, request.path.startswith(url))
            groups.setdefault(section.group, []).append(link)
    return groups
