"""All routes: each app's own, and the pages that span apps."""

from django.urls import URLPattern, URLResolver, include, path

from leadcrm import health

handler500 = "leadcrm.refusals.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("api/", include("leadcrm.api_urls")),
    path("", include("leads.urls")),
    path("", include("leads.urls_public")),
    path("", include("nurturing.urls")),
    path("", include("capture.urls")),
    path("", include("accounts.urls")),
]
