"""Routes of the inbox."""

from django.urls import path

from sales import views

app_name = "sales"

urlpatterns = [
    path("inbox/", views.inbox, name="inbox"),
    path("inbox/count", views.count, name="count"),
    path("inbox/rows", views.rows, name="rows"),
    path("inbox/practice/", views.practice, name="practice"),
    path("inbox/<uuid:handover_id>/", views.item, name="item"),
    path("inbox/<uuid:handover_id>/brief", views.brief, name="brief"),
    path("inbox/<uuid:handover_id>/claim", views.act, {"verb": "claim"}, name="claim"),
    path("inbox/<uuid:handover_id>/accept", views.act, {"verb": "accept"}, name="accept"),
    path("inbox/<uuid:handover_id>/reject", views.act, {"verb": "reject"}, name="reject"),
    path("inbox/<uuid:handover_id>/contact", views.act, {"verb": "contact"}, name="contact"),
    path("inbox/<uuid:handover_id>/won", views.act, {"verb": "won"}, name="won"),
    path("inbox/<uuid:handover_id>/lost", views.act, {"verb": "lost"}, name="lost"),
    path("inbox/<uuid:handover_id>/recycle", views.act, {"verb": "recycle"}, name="recycle"),
    path("inbox/<uuid:handover_id>/note", views.act, {"verb": "note"}, name="note"),
    path("inbox/<uuid:handover_id>/undo", views.act, {"verb": "undo"}, name="undo"),
    path("inbox/lead/<uuid:lead_id>/panel", views.lead_panel, name="lead_panel"),
]
