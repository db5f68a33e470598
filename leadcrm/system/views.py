"""The System page under Settings, and the banners that tell an admin on every page what does not run."""

import platform

import django
from django.conf import settings
from django.contrib import messages
from django.core.cache import cache
from django.db import connection, transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.models import Role
from accounts.permissions import role_required
from accounts.requests import SignedInRequest
from accounts.services import audit
from accounts.views.settings import settings_page
from leadcrm.system.checks import Check, problems, system_checks
from leadcrm.system.measures import measure
from mail.models import Restore
from mail.selectors import due_before, restore_hold
from mail.services import NothingToDecide, decide_after_restore

# A page with banners is loaded far more often than something stops running.
BANNER_SECONDS = 10
BANNERS = "system-banners"


@require_safe
@role_required(Role.ADMIN)
def system(request: SignedInRequest) -> HttpResponse:
    health = measure(now=timezone.now())
    checks = system_checks(health)
    workers = [(name, health.pulse.workers[name]) for name in sorted(health.pulse.workers)]
    hold = restore_hold()
    context = {
        "checks": checks,
        "problems": problems(checks),
        "health": health,
        "workers": workers,
        "versions": versions(),
        "hold": hold,
        "held_count": due_before(hold).count() if hold else 0,
    }
    return settings_page(request, "system/page.html", context)


@require_safe
@role_required(Role.ADMIN)
def banners(request: SignedInRequest) -> HttpResponse:
    found = cache.get(BANNERS)
    if found is None:
        found = present_problems()
        cache.set(BANNERS, found, BANNER_SECONDS)
    return render(request, "system/_banners.html", {"problems": found}) if found else HttpResponse(status=204)


@require_POST
@role_required(Role.ADMIN)
def after_restore(request: SignedInRequest) -> HttpResponse:
    """Take the decision about mail that was due before a restore."""
    decision, now = request.POST.get("decision", ""), timezone.now()
    if decision not in (Restore.Decision.UNCERTAIN, Restore.Decision.SEND):
        return HttpResponse("Say uncertain or send.", status=422, content_type="text/plain")
    try:
        with transaction.atomic():
            count = decide_after_restore(decision=decision, now=now)
            changes = {"mail_due_before": ["held", decision], "messages": ["", count]}
            audit(by=request.user, action="decided", kind="restore", object_id="1", changes=changes, now=now)
    except NothingToDecide as exc:
        messages.info(request, str(exc))
    else:
        messages.success(request, "Mail leaves again.")
        cache.set(BANNERS, present_problems(), BANNER_SECONDS)
    return redirect("system")


def present_problems() -> list[Check]:
    """Return what does not run now."""
    return problems(system_checks(measure(now=timezone.now())))


def versions() -> dict[str, str]:
    """Return the versions a report of a fault should name."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        (database,) = cursor.fetchone()
    return {
        "LeadCRM": settings.VERSION,
        "Python": platform.python_version(),
        "Django": django.get_version(),
        "PostgreSQL": database,
    }
