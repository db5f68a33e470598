"""Where each person starts: marketers at the home, sales at the inbox, a fresh installation at its set-up."""

from typing import cast

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET

from accounts.models import Scope, User
from accounts.requests import SignedInRequest
from insights.views import home


@require_GET
def front(request: HttpRequest) -> HttpResponse:
    """Show the home to who sees all leads; send the others to where their work is."""
    if not request.user.is_authenticated:
        if User.objects.filter(is_service=False).exists():
            return redirect_to_login("/")
        return redirect("setup")
    return home(cast(SignedInRequest, request)) if request.user.scope == Scope.ALL else redirect("sales:inbox")
