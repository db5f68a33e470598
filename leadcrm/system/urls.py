"""Routes of the System page and of what monitoring reads."""

from django.urls import path

from leadcrm.system import metrics, views

urlpatterns = [
    path("metrics", metrics.metrics, name="metrics"),
    path("settings/system/", views.system, name="system"),
    path("settings/system/banners", views.banners, name="system_banners"),
    path("settings/system/after-restore", views.after_restore, name="system_after_restore"),
]
