"""The API's schema and its documentation; both for people and keys that are signed in."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from drf_spectacular.renderers import OpenApiJsonRenderer
from drf_spectacular.views import SpectacularAPIView

from accounts.api.permissions import RolePermission


class SchemaView(SpectacularAPIView):
    """``/api/schema/``: OpenAPI 3, as JSON."""

    renderer_classes = [OpenApiJsonRenderer]
    permission_classes = [RolePermission]


@require_safe
@login_required
def docs(request: HttpRequest) -> HttpResponse:
    """``/api/docs/``: Swagger UI from our own files, started by a script of ours so that the CSP holds."""
    return render(request, "api/docs.html")
