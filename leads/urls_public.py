"""What a lead opens from a mail: no session, no sign-in, the token says whose page it is."""

from django.urls import path

from leads.views import preferences

app_name = "preferences"
urlpatterns = [
    path("p/<str:token>", preferences.preferences, name="page"),
    path("u/<str:token>", preferences.unsubscribe, name="unsubscribe"),
]
