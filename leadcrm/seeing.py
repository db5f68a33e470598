"""Seeing the product as a role: an admin's own session with the rights of another role, and nothing can be changed.

The role is put on the person of this request only; no row changes, so that every rule and selector answers as it
would for that role. What a public path or an API key does has no session and is not touched.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse

from accounts.models import Role, Team
from leadcrm.refusals import refuse

SESSION_KEY = "see_as"
SAFE = ("GET", "HEAD", "OPTIONS")
REFUSAL = "You only look at the product as another role. End the preview to change something."


class SeeAsMiddleware:
    """Gives an admin who looks as a role the rights of that role, and refuses whatever would change something."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        seen = request.session.get(SESSION_KEY)
        if not seen or not request.user.is_authenticated or request.user.role != Role.ADMIN:
            return self.get_response(request)
        if request.method not in SAFE and request.path_info not in _ways_out():
            return _refused(request)
        request.user.role = seen["role"]
        request.user.team = Team.objects.filter(pk=seen["team"]).first()
        of_team = f" of {request.user.team}" if request.user.team else ""
        request.user.sees_as = f"{Role(seen['role']).label}{of_team}"  # type: ignore[attr-defined]
        return self.get_response(request)


def _ways_out() -> tuple[str, str]:
    return reverse("stop_seeing"), reverse("accounts:sign_out")


def _refused(request: HttpRequest) -> HttpResponse:
    if "HX-Request" in request.headers:
        return HttpResponse(REFUSAL, status=403, content_type="text/plain; charset=utf-8")
    return refuse(request, 403, REFUSAL, title="Nothing can be changed here")
