"""Routes of the ledger's pages."""

from django.urls import path

from mail import views

app_name = "mail"

urlpatterns = [
    path("settings/mail/", views.outbox, name="outbox"),
    path("settings/mail/", views.outbox, name="caught"),  # what the shell's notice on caught mail asks for
    path("settings/mail/<uuid:pk>/", views.message, name="message"),
    path("settings/mail/<uuid:pk>/html", views.message_html, name="message_html"),
]
