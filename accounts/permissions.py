"""Who may do what. What a person may see of leads is ``User.scope``; this is about acting."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from accounts.models import Role, User

EDITORS = (Role.ADMIN, Role.MARKETER, Role.MANAGER, Role.REP)
SELLERS = (Role.ADMIN, Role.MANAGER, Role.REP)
MANAGERS = (Role.ADMIN, Role.MARKETER)
ADMINS = (Role.ADMIN,)

Params = ParamSpec("Params")
View = Callable[Concatenate[Any, Params], HttpResponseBase]


def can_edit_leads(user: User | AnonymousUser) -> bool:
    """Whether this person may change the leads they see: everybody but viewers."""
    return _is_one_of(user, EDITORS)


def can_sell(user: User | AnonymousUser) -> bool:
    """Whether this person may claim handovers and give verdicts: reps, managers, admins."""
    return _is_one_of(user, SELLERS)


def can_manage(user: User | AnonymousUser) -> bool:
    """Whether this person may change forms, sequences, scoring and goals: marketers and admins."""
    return _is_one_of(user, MANAGERS)


def can_administer(user: User | AnonymousUser) -> bool:
    """Whether this person may change people, API keys and the company's settings: admins."""
    return _is_one_of(user, ADMINS)


def role_required(*roles: Role) -> Callable[[View[Params]], View[Params]]:
    """Let only ``roles`` into a view; strangers go to sign-in, others get a 403 that says who can help.

    The view says whom it lets in, as ``lets_in``.
    """

    def decorate(view: View[Params]) -> View[Params]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: Params.args, **kwargs: Params.kwargs) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not _is_one_of(request.user, roles):
                return forbidden(request, roles)
            return view(request, *args, **kwargs)

        guarded.lets_in = lambda user: _is_one_of(user, roles)  # type: ignore[attr-defined]
        return guarded

    return decorate


def forbidden(request: HttpRequest, roles: tuple[Role, ...]) -> HttpResponse:
    """Answer 403 with the roles that may do this and the names of admins to ask."""
    helpers = User.objects.filter(role=Role.ADMIN, is_active=True, is_service=False).order_by("name")[:3]
    context = {"roles": [f"{role.label.lower()}s" for role in roles], "helpers": helpers}
    return render(request, "accounts/forbidden.html", context, status=403)


def _is_one_of(user: User | AnonymousUser, roles: tuple[Role, ...]) -> bool:
    return user.is_authenticated and user.is_active and user.role in roles
