"""All endpoints of the API, its schema and its documentation."""

from django.urls import URLPattern, URLResolver, include, path, re_path
from rest_framework.routers import SimpleRouter

from accounts.api.webhooks import WebhookViewSet
from capture.api import FormViewSet, SubmissionViewSet
from insights.api import ReportViewSet
from leadcrm.api_docs import SchemaView, docs
from leadcrm.api_errors import NotFoundView
from leadcrm.api_leads import LeadsViewSet
from leadcrm.api_messages import MessageViewSet
from nurturing.api import EnrollmentViewSet, SequenceViewSet
from sales.api import HandoverViewSet


class Router(SimpleRouter):
    """Takes paths with and without the slash at the end, since a POST cannot be redirected."""

    def __init__(self) -> None:
        super().__init__(use_regex_path=True)
        self.trailing_slash = "/?"


router = Router()
router.register("leads", LeadsViewSet, basename="lead")
router.register("forms", FormViewSet, basename="form")
router.register("submissions", SubmissionViewSet, basename="submission")
router.register("handovers", HandoverViewSet, basename="handover")
router.register("sequences", SequenceViewSet, basename="sequence")
router.register("enrollments", EnrollmentViewSet, basename="enrollment")
router.register("messages", MessageViewSet, basename="message")
router.register("reports", ReportViewSet, basename="report")
router.register("webhooks", WebhookViewSet, basename="webhook")

urlpatterns: list[URLPattern | URLResolver] = [
    path("v1/", include((router.urls, "v1"))),
    path("schema/", SchemaView.as_view(), name="schema"),
    path("docs/", docs, name="docs"),
    re_path("", NotFoundView.as_view()),
]
app_name = "api"
