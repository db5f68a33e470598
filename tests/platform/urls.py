"""Public and ordinary pages that fail in every way a page can."""

from django.core.exceptions import PermissionDenied
from django.db import ConnectionHandler
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path

from leadcrm import health

handler500 = "leadcrm.refusals.server_error"
# Port 1 is taken by nothing.
DOWN = {"ENGINE": "django.db.backends.postgresql", "HOST": "127.0.0.1", "PORT": 1, "NAME": "x", "USER": "x"}


def layers(request: HttpRequest) -> HttpResponse:
    """Say which layers the request has passed."""
    return HttpResponse(",".join(name for name in ("session", "user", "_messages", "htmx") if hasattr(request, name)))


def read(request: HttpRequest, kind: str = "") -> HttpResponse:
    return HttpResponse(f"{len(request.POST)} fields, {kind}")


def without_database(request: HttpRequest) -> HttpResponse:
    ConnectionHandler({"default": DOWN})["default"].ensure_connection()
    return HttpResponse("never")


def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("secret detail")


def telling(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("nobody expects kim@people.example")


def missing(request: HttpRequest) -> HttpResponse:
    raise Http404


def forbidden(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied


def framed(request: HttpRequest) -> HttpResponse:
    return HttpResponse("x", headers={"Content-Security-Policy": "frame-ancestors https://example.com"})


PAGES = {
    "layers": layers,
    "read": read,
    "down": without_database,
    "broken": broken,
    "fault": telling,
    "missing": missing,
    "forbidden": forbidden,
    "framed": framed,
}
urlpatterns = [
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("t", layers),
    path("try/one", layers),
    *[path(f"f/{name}", view) for name, view in PAGES.items()],
    *[path(f"page/{name}", view) for name, view in PAGES.items()],
]
