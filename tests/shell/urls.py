"""Routes for the tests of the shell: the gallery and one stub for each destination of the rail."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path


def stub(request: HttpRequest) -> HttpResponse:
    return HttpResponse("7")


def _app(name: str, *views: str) -> tuple[list, str]:
    return [path(f"{view}/", stub, name=view) for view in views], name


urlpatterns = [
    path("", include("common.urls")),
    path("", stub, name="home"),
    path("leads/", include(_app("leads", "list", "create"))),
    path("sales/", include(_app("sales", "inbox", "count"))),
    path("capture/", include(_app("capture", "forms", "form_create"))),
    path("", include(_app("accounts", "sign_out", "sign_in", "settings"))),
]
