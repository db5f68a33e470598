"""The audit log, for admins."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from accounts import selectors
from accounts.models import Role
from accounts.permissions import role_required
from accounts.requests import SignedInRequest
from accounts.views.settings import settings_page
from common.pages import BadCursor


@require_safe
@role_required(Role.ADMIN)
def audit_log(request: SignedInRequest) -> HttpResponse:
    kind = request.GET.get("kind", "")
    kinds = selectors.audited_kinds()
    if kind not in kinds:
        kind = ""
    try:
        page = selectors.audit_page(kind=kind, cursor=request.GET.get("cursor"))
    except BadCursor:
        page = selectors.audit_page(kind=kind, cursor=None)
    names = selectors.names_of(page.items)
    rows = [(entry, names[entry.pk]) for entry in page.items]
    context = {"rows": rows, "next_cursor": page.next_cursor, "kind": kind, "kinds": kinds}
    return settings_page(request, "settings/audit_log.html", context)
