"""The marketer's home and the goal it measures against."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.models import Role, User
from accounts.permissions import MANAGERS, can_manage, role_required
from accounts.requests import SignedInRequest
from common import clock
from insights import selectors, services
from insights.forms import GoalForm
from insights.periods import CHOICES, DEFAULT

LONGEST_ID = 19  # digits; more is no id of a row
GOAL_SETTERS = (Role.ADMIN, Role.MARKETER, Role.MANAGER)


@require_GET
@login_required
def home(request: SignedInRequest) -> HttpResponse:
    """Show the home of people who see all leads."""
    source = request.GET.get("source", "")
    page = selectors.home(
        period_key=request.GET.get("period", DEFAULT),
        source_id=int(source) if source.isdecimal() and len(source) < LONGEST_ID else None,
        now=clock.now(),
    )
    steps = selectors.first_steps(request.user) if _is_offered_steps(request.user) else None
    context = {
        "home": page,
        "periods": CHOICES,
        "can_set_goal": Role(request.user.role) in GOAL_SETTERS,
        "first_steps": None if steps and steps.is_complete else steps,
    }
    return render(request, "insights/home.html", context)


@require_GET
@role_required(*MANAGERS)
def first_steps(request: SignedInRequest) -> HttpResponse:
    """Show the list of first steps, also to who has put it away on the home."""
    return render(request, "insights/first_steps.html", {"first_steps": selectors.first_steps(request.user)})


def _is_offered_steps(user: User) -> bool:
    return can_manage(user) and user.wants_first_steps


@role_required(*GOAL_SETTERS)
@require_http_methods(["GET", "POST"])
def goal(request: SignedInRequest) -> HttpResponse:
    """Set the goal of this month."""
    now = clock.now()
    month = timezone.localdate(now).replace(day=1)
    form = GoalForm(request.POST or None, initial={"accepted_sqls": selectors.target_of(month)})
    if form.is_valid():
        services.set_goal(month=month, by=request.user, now=now, **form.cleaned_data)
        return redirect("home")
    return render(request, "insights/goal.html", {"form": form}, status=422 if request.POST else 200)
