"""Tells admins behind the bell what does not run, once a day each; the banners say it while it lasts."""

from datetime import datetime

from accounts.models import Need, Role, User
from accounts.services import Note, notify
from leadcrm.system.checks import State, system_checks
from leadcrm.system.measures import measure


def tell_admins(*, now: datetime) -> int:
    """Write a line for each admin and each check that fails. Returns how many were new."""
    failing = [check for check in system_checks(measure(now=now)) if check.state == State.FAIL]
    if not failing:
        return 0
    admins = User.objects.filter(role=Role.ADMIN, is_active=True, is_service=False).values_list("pk", flat=True)
    notes = [
        Note(admin, Need.SYSTEM, check.name[:64], f"system:{check.name[:64]}:{now:%Y-%m-%d}", check.text)
        for admin in admins
        for check in failing
    ]
    return notify(notes=notes, now=now)
