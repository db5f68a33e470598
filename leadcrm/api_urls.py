"""All endpoints of the API, its schema and its documentation."""

from django.urls import URLPattern, URLResolver, include, path, re_path
from rest_framework.routers import SimpleRouter

from leadcrm.api_docs import SchemaView, docs
from leadcrm.api_errors import NotFoundView
from leads.api import LeadViewSet


class Router(SimpleRouter):
    """Takes paths with and without the slash at the end, since a POST cannot be redirected."""

    def __init__(self) -> None:
        super().__init__(use_regex_path=True)
        self.trailing_slash = "/?"


router = Router()
router.register("leads", LeadViewSet, basename="lead")

urlpatterns: list[URLPattern | URLResolver] = [
    path("v1/", include((router.urls, "v1"))),
    path("schema/", SchemaView.as_view(), name="schema"),
    path("docs/", docs, name="docs"),
    re_path("", NotFoundView.as_view()),
]
app_name = "api"
