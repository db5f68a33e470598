"""What the whole installation shares, changed by admins."""

from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import User
from accounts.services.audit import audit, difference
from common.models import Installation


@transaction.atomic
def edit_company(*, changes: dict[str, Any], by: User, now: datetime) -> Installation:
    """Write the fields that differ into the one settings row, made here when nobody has saved any yet."""
    Installation.objects.bulk_create([Installation()], ignore_conflicts=True)
    company = Installation.objects.select_for_update().get(pk=1)
    changed = difference(company, changes)
    if changed:
        Installation.objects.filter(pk=1).update(**{name: changes[name] for name in changed})
        company.refresh_from_db()
        audit(by=by, action="changed", kind="company", object_id="1", changes=changed, now=now)
    return company
