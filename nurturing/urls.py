"""Routes of sequences and of the lead page's nurture panel."""

from django.urls import path

from nurturing import views

app_name = "nurturing"
urlpatterns = [
    path("nurture/", views.sequence_list, name="list"),
    path("nurture/<int:sequence_id>/", views.sequence_detail, name="detail"),
    path("nurture/<int:sequence_id>/start/", views.start, name="start"),
    path("nurture/<int:sequence_id>/pause/", views.pause, name="pause"),
    path("nurture/<int:sequence_id>/steps/<int:position>/", views.step_preview, name="step_preview"),
    path("nurture/leads/<uuid:lead_id>/", views.lead_panel, name="lead_panel"),
    path("nurture/enrollments/<uuid:enrollment_id>/stop/", views.stop, name="stop"),
]
