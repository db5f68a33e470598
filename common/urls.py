"""Routes of the component gallery."""

from django.urls import path

from common import views

app_name = "common"

urlpatterns = [
    path("_ui/", views.gallery, name="gallery"),
    path("_ui/public", views.gallery, {"name": "public"}, name="gallery_public"),
    path("_ui/brief/<int:index>", views.brief, name="gallery_brief"),
    path("_ui/act/<slug:answer>", views.act, name="gallery_act"),
]
