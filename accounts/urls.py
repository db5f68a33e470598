"""Routes of sign-in and settings."""

from django.urls import path

from accounts.views import session

app_name = "accounts"

urlpatterns = [
    path("login", session.sign_in, name="sign_in"),
    path("login/forgot", session.forgot_password, name="forgot_password"),
    path("logout", session.sign_out, name="sign_out"),
    path("settings/password", session.change_password, name="change_password"),
]
