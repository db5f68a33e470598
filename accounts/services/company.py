"""What the whole installation shares, changed by admins."""

from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import User
from accounts.services.audit import audit, difference
from common.installation import lock_installation, save_installation
from common.models import Installation


@transaction.atomic
def edit_company(*, changes: dict[str, Any], by: User, now: datetime) -> Installation:
    """Write the settings that differ, with their old and new values in the audit log."""
    company = lock_installation()
    changed = difference(company, changes)
    if not changed:
        return company
    audit(by=by, action="changed", kind="company", object_id="1", changes=changed, now=now)
    return save_installation(changes={name: changes[name] for name in changed})
