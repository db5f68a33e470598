"""Routes of the first run."""

from django.urls import path

from leadcrm.setup import views

app_name = "setup"

urlpatterns = [
    path("setup", views.start, name="start"),
    path("setup/you", views.you, name="you"),
    path("setup/company", views.company, name="company"),
    path("setup/form", views.first_form, name="form"),
]
