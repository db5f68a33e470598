"""The System page under Settings, and the banners that tell an admin on every page what does not run."""

import platform

import django
from django.conf import settings
from django.contrib import messages
from django.core.cache import cache
from django.db import connection
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.models import Role
from accounts.permissions import role_required
from accounts.requests import SignedInRequest
from accounts.views.settings import settings_page
from common import clock
from leadcrm.system.checks import Check, problems, system_checks
from leadcrm.system.measures import measure
from leadcrm.system.restored import decide, held_since_restore
from mail.models import Restore
from mail.services import NothingToDecide

# A page with banners is loaded far more often than something stops running.
BANNER_SECONDS = 10
BANNERS = "system-banners"


@require_safe
@role_required(Role.ADMIN)
def system(request: SignedInRequest) -> HttpResponse:
    health = measure(now=timezone.now())
    checks = system_checks(health)
    workers = [(name, health.pulse.workers[name]) for name in sorted(health.pulse.workers)]
    context = {
        "checks": checks,
        "problems": problems(checks),
        "health": health,
        "workers": workers,
        "versions": versions(),
        "held": held_since_restore(),
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
    """Take the decision about what was due before a restore."""
    decision, now = request.POST.get("decision", ""), clock.now()
    if decision not in (Restore.Decision.UNCERTAIN, Restore.Decision.SEND):
        return HttpResponse("Say uncertain or send.", status=422, content_type="text/plain")
    try:
        decide(decision=decision, by=request.user, now=now)
    except NothingToDecide as exc:
        messages.info(request, str(exc))
    else:
        messages.success(request, "Mail and webhooks leave again.")
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
