"""Routes of sign-in and settings."""

from django.urls import path

from accounts.views import api_keys, invitations, people, profile, recovery, session, settings, webhooks

app_name = "accounts"

urlpatterns = [
    path("login", session.sign_in, name="sign_in"),
    path("login/forgot", recovery.forgot_password, name="forgot_password"),
    path("login/reset/<str:token>", recovery.choose_password, name="choose_password"),
    path("invite/<str:token>", invitations.accept_invitation, name="accept_invitation"),
    path("logout", session.sign_out, name="sign_out"),
    path("settings/", settings.index, name="settings"),
    path("settings/find", settings.find_setting, name="find_setting"),
    path("settings/profile/", profile.profile, name="profile"),
    path("settings/theme", profile.theme, name="theme"),
    path("settings/keyboard/", profile.keyboard, name="keyboard"),
    path("settings/keys", profile.single_keys, name="single_keys"),
    path("settings/cards", profile.cards, name="cards"),
    path("settings/password/", profile.change_password, name="change_password"),
    path("settings/notifications/", profile.notifications, name="notifications"),
    path("settings/sessions/", profile.sessions, name="sessions"),
    path("settings/sessions/end", profile.end_sessions, name="end_sessions"),
    path("settings/company/", settings.company, name="company"),
    path("settings/people/", people.people, name="people"),
    path("settings/people/invite", invitations.invite, name="invite"),
    path("settings/invitations/<int:pk>/withdraw", invitations.withdraw_invitation, name="withdraw_invitation"),
    path("settings/people/new", people.add_person, name="add_person"),
    path("settings/people/<int:pk>/activate", people.activate, name="activate"),
    path("settings/people/<int:pk>/password", people.reset_password, name="reset_password"),
    path("settings/teams/new", people.add_team, name="add_team"),
    path("settings/api-keys/", api_keys.api_keys, name="api_keys"),
    path("settings/api-keys/new", api_keys.add_api_key, name="add_api_key"),
    path("settings/api-keys/<int:pk>/revoke", api_keys.revoke_api_key, name="revoke_api_key"),
    path("settings/api-keys/<int:pk>/rotate", api_keys.rotate_api_key, name="rotate_api_key"),
    path("settings/webhooks/", webhooks.webhooks, name="webhooks"),
    path("settings/webhooks/new", webhooks.add_webhook, name="add_webhook"),
    path("settings/webhooks/<uuid:pk>/", webhooks.webhook, name="webhook"),
    path("settings/webhooks/<uuid:pk>/edit", webhooks.edit_webhook, name="edit_webhook"),
    path("settings/webhooks/<uuid:pk>/active", webhooks.set_webhook_active, name="set_webhook_active"),
    path("settings/webhooks/<uuid:pk>/secret", webhooks.renew_webhook_secret, name="renew_webhook_secret"),
    path("settings/webhooks/<uuid:pk>/test", webhooks.test_webhook, name="test_webhook"),
    path("settings/webhooks/<uuid:pk>/delete", webhooks.delete_webhook, name="delete_webhook"),
    path("settings/webhooks/deliveries/<uuid:pk>/", webhooks.delivery, name="delivery"),
    path("settings/webhooks/deliveries/<uuid:pk>/again", webhooks.redeliver, name="redeliver"),
]
