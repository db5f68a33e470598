"""All routes: each app's own, and the pages that span apps."""

from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from leadcrm import health
from leadcrm.admin_site import site
from leadcrm.pages import (
    acts,
    audit_log,
    bulk,
    front,
    lead,
    notifications,
    palette,
    people,
    retention,
    samples,
    seeing,
)

handler500 = "leadcrm.refusals.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("capture.urls")),  # first, for what comes most often
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("", front.front, name="home"),
    path("acts/", acts.recent, name="acts"),
    path("acts/<int:act_id>/undo", acts.undo, name="act_undo"),
    path("acts/bulk/<uuid:bulk_id>/undo", bulk.undo, name="bulk_undo"),
    path("notifications/", notifications.page, name="notifications"),
    path("notifications/read", notifications.read, name="notifications_read"),
    path("palette/", palette.palette, name="palette"),
    path("leads/new/", lead.add, name="lead_add"),
    path("leads/bulk/owner/", bulk.apply, {"deed": "owner"}, name="bulk_owner"),
    path("leads/bulk/owner/preview/", bulk.preview, {"deed": "owner"}, name="bulk_owner_preview"),
    path("leads/bulk/stage/", bulk.apply, {"deed": "stage"}, name="bulk_stage"),
    path("leads/bulk/stage/preview/", bulk.preview, {"deed": "stage"}, name="bulk_stage_preview"),
    path("leads/<uuid:lead_id>/", lead.lead_page, name="lead_page"),
    path("leads/<uuid:lead_id>/peek/", lead.peek, name="lead_peek"),
    path("leads/<uuid:lead_id>/timeline/", lead.timeline, name="lead_timeline"),
    path("leads/<uuid:lead_id>/edit/", lead.edit, name="lead_edit"),
    path("leads/<uuid:lead_id>/stage/", lead.set_stage, name="lead_stage"),
    path("leads/<uuid:lead_id>/release/", lead.release_stage, name="lead_release"),
    path("leads/<uuid:lead_id>/notes/", lead.add_note, name="lead_note"),
    path("leads/<uuid:lead_id>/proposals/<int:proposal_id>/", lead.decide_proposal, name="lead_proposal"),
    path("samples/remove", samples.remove, name="remove_samples"),
    path("settings/people/see-as", seeing.see_as, name="see_as"),
    path("settings/people/see-as/end", seeing.stop_seeing, name="stop_seeing"),
    path("settings/people/<int:pk>/", people.person, name="person"),
    path("settings/people/<int:pk>/leave", people.leave, name="leave"),
    path("settings/audit-log/", audit_log.audit_log, name="audit_log"),
    path("settings/audit-log/export", audit_log.export_audit_log, name="export_audit_log"),
    path("settings/retention/", retention.retention, name="retention"),
    path("api/", include("leadcrm.api_urls")),
    path("admin/password_change/", RedirectView.as_view(pattern_name="accounts:change_password")),
    path("admin/", site.urls),
    path("", include("leads.urls")),
    path("", include("leads.urls_public")),
    path("", include("scoring.urls")),
    path("", include("nurturing.urls")),
    path("", include("sales.urls")),
    path("", include("mail.urls")),
    path("", include("insights.urls")),
    path("", include("accounts.urls")),
    path("", include("leadcrm.setup.urls")),
    path("", include("leadcrm.system.urls")),
    path("", include("common.urls")),
]
