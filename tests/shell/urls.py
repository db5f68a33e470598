"""Routes for the tests of the shell: the gallery and one stub for each destination of the rail."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from accounts.permissions import MANAGERS, role_required


def stub(request: HttpRequest) -> HttpResponse:
    return HttpResponse("7")


@role_required(*MANAGERS)
def stub_for_managers(request: HttpRequest) -> HttpResponse:
    return HttpResponse("7")


def _app(name: str, *stubs: str, **views: Callable) -> tuple[list, str]:
    return [path(f"{key}/", view, name=key) for key, view in {**dict.fromkeys(stubs, stub), **views}.items()], name


urlpatterns = [
    path("", include("common.urls")),
    path("", stub, name="home"),
    path("leads/", include(_app("leads", "list", "create"))),
    path("sales/", include(_app("sales", "inbox", "count"))),
    path("capture/", include(_app("capture", "forms", form_create=stub_for_managers))),
    path("", include(_app("accounts", "sign_out", "sign_in", "settings"))),
]
