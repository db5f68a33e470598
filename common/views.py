"""Pages that belong to no app: the component gallery."""

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from common.gallery import samples


@require_GET
def gallery(request: HttpRequest, name: str = "app") -> HttpResponse:
    """Show every component in every state, to admins, and to anybody under DEBUG."""
    is_admin = getattr(request.user, "role", "") == "admin" and request.user.is_active
    if not (is_admin or settings.DEBUG):
        raise PermissionDenied
    return render(request, f"_ui/{name}.html", samples(timezone.now()))
