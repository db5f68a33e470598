from django.urls import path

from scoring import views

app_name = "scoring"
urlpatterns = [
    path("scoring/", views.rules, name="rules"),
    path("scoring/leads/<uuid:lead_id>/receipt/", views.lead_panel, name="lead_panel"),
]
