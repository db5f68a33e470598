"""The audit log, for admins."""

from typing import Any

from django import forms
from django.http import HttpResponse, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts import selectors, services
from accounts.models import Role
from accounts.permissions import role_required
from accounts.requests import SignedInRequest
from accounts.views.settings import settings_page
from common.csv_export import csv_response
from common.pages import BadCursor

EXPORT_LIMIT = 100_000
HEADER = ("at", "by", "action", "kind", "object", "field", "old", "new")


class AuditFilterForm(forms.Form):
    """What the query may ask for; what cannot be read counts as not asked."""

    by = forms.CharField(max_length=20, required=False)
    action = forms.CharField(max_length=60, required=False)
    kind = forms.CharField(max_length=40, required=False)
    object_id = forms.CharField(max_length=64, required=False)
    since = forms.DateField(required=False)
    until = forms.DateField(required=False)


@require_safe
@role_required(Role.ADMIN)
def audit_log(request: SignedInRequest) -> HttpResponse:
    wanted = _wanted(request)
    try:
        page = selectors.audit_page(wanted, cursor=request.GET.get("cursor"))
    except BadCursor:
        page = selectors.audit_page(wanted)
    names = selectors.names_of(page.items)
    context = {
        "rows": [(entry, names[entry.pk]) for entry in page.items],
        "next_cursor": page.next_cursor,
        "wanted": wanted,
        "is_filtered": wanted != selectors.AuditFilter(),
        "kinds": selectors.audited_kinds(),
        "actors": [(str(pk), name) for pk, name in selectors.actors()],
    }
    return settings_page(request, "settings/audit_log.html", context)


@require_POST
@role_required(Role.ADMIN)
def export_audit_log(request: SignedInRequest) -> StreamingHttpResponse:
    """The entries a filter finds as CSV, one line a changed field; that it was taken is an entry too."""
    now = timezone.now()
    wanted = _wanted(request)
    asked = {name: ["", str(value)] for name, value in vars(wanted).items() if value}
    services.audit(by=request.user, action="exported", kind="audit_log", object_id="1", changes=asked, now=now)
    lines = (line for entry in selectors.every_audit_entry(wanted, limit=EXPORT_LIMIT) for line in _lines(entry))
    return csv_response(name=f"audit-log-{now:%Y-%m-%d}.csv", header=HEADER, rows=lines)


def _lines(entry: Any) -> list[tuple[Any, ...]]:
    start = (entry.at.isoformat(), entry.by_name, entry.action, entry.kind, entry.object_id)
    return [(*start, *line) for line in entry.lines or [("", "", "")]]


def _wanted(request: SignedInRequest) -> selectors.AuditFilter:
    form = AuditFilterForm(request.GET)
    form.is_valid()
    return selectors.AuditFilter(**form.cleaned_data)
