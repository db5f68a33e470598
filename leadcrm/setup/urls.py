"""Routes of the first run."""

from django.urls import path

from leadcrm.setup import views

urlpatterns = [
    path("setup", views.start, name="setup"),
    path("setup/you", views.you, name="setup_you"),
    path("setup/company", views.company, name="setup_company"),
    path("setup/form", views.first_form, name="setup_form"),
]
