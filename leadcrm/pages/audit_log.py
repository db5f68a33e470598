"""The audit log, for admins: who did what, to what, from where, with what was before and after."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpResponse, StreamingHttpResponse
from django.views.decorators.http import require_POST, require_safe

from accounts.models import AuditEntry, Role
from accounts.permissions import role_required
from accounts.requests import SignedInRequest
from accounts.selectors import audit as selectors
from accounts.services import audit
from accounts.views.settings import settings_page
from common import clock
from common.csv_export import csv_response
from common.pages import BadCursor
from leadcrm.audit.objects import Subject, subjects_of
from leadcrm.audit.words import KINDS, deed, deeds_of, diff, kind_words

EXPORT_LIMIT = 100_000
HEADER = ("at", "by", "ip", "action", "kind", "object", "field", "old", "new", "position", "seal")


class AuditFilterForm(forms.Form):
    """What the query may ask for; what cannot be read counts as not asked."""

    by = forms.CharField(max_length=20, required=False)
    action = forms.CharField(max_length=60, required=False)
    kind = forms.CharField(max_length=40, required=False)
    object_id = forms.CharField(max_length=64, required=False)
    since = forms.DateField(required=False)
    until = forms.DateField(required=False)


@dataclass(frozen=True)
class Row:
    """One entry as it is read."""

    entry: AuditEntry
    deed: str
    diff: list[tuple[str, str, str]]
    subject: Subject | None


@require_safe
@role_required(Role.ADMIN)
def audit_log(request: SignedInRequest) -> HttpResponse:
    wanted = _wanted(request)
    try:
        page = selectors.audit_page(wanted, cursor=request.GET.get("cursor"))
    except BadCursor:
        page = selectors.audit_page(wanted)
    subjects = subjects_of(page.items)
    rows = [Row(entry, deed(entry), diff(entry), subjects.get((entry.kind, entry.object_id))) for entry in page.items]
    context = {
        "rows": rows,
        "next_cursor": page.next_cursor,
        "wanted": wanted,
        "is_filtered": wanted != selectors.AuditFilter(),
        "active": sum(bool(value) for name, value in vars(wanted).items() if name != "object_id"),
        "only_about": _only_about(wanted, rows),
        "kinds": sorted(KINDS.items(), key=lambda pair: pair[1].lower()),
        "deeds": deeds_of(wanted.kind),
        "actors": [(str(pk), name) for pk, name in selectors.actors()],
    }
    return settings_page(request, "settings/audit_log.html", context)


@require_POST
@role_required(Role.ADMIN)
def export_audit_log(request: SignedInRequest) -> StreamingHttpResponse:
    """The entries a filter finds as CSV, one line a changed field; that it was taken is an entry too."""
    now = clock.now()
    wanted = _wanted(request)
    asked = {name: ["", str(value)] for name, value in vars(wanted).items() if value}
    audit(by=request.user, action="exported", kind="audit_log", object_id="1", changes=asked, now=now)
    lines = (line for entry in selectors.every_audit_entry(wanted, limit=EXPORT_LIMIT) for line in _lines(entry))
    return csv_response(name=f"audit-log-{now:%Y-%m-%d}.csv", header=HEADER, rows=lines)


def _lines(entry: AuditEntry) -> Iterator[tuple[Any, ...]]:
    """The values as they are stored, for a machine to read."""
    start = (entry.at.isoformat(), entry.by_name, entry.ip or "", entry.action, entry.kind, entry.object_id)
    for line in entry.lines or [("", "", "")]:
        yield (*start, *line, entry.position or "", entry.seal)


def _only_about(wanted: selectors.AuditFilter, rows: list[Row]) -> str:
    """Return the name of the one thing that is asked for, "" where all are."""
    if not wanted.object_id:
        return ""
    name = next((row.subject.name for row in rows if row.subject), wanted.object_id)
    return f"{kind_words(wanted.kind)} {name}".strip()


def _wanted(request: SignedInRequest) -> selectors.AuditFilter:
    form = AuditFilterForm(request.GET)
    form.is_valid()
    return selectors.AuditFilter(**form.cleaned_data)
