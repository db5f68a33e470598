"""``/admin/``: every table of the product to look at, for admins; nothing can be changed here.

Changes go through the product's own pages, which check, audit and mark leads; an edit here would do none of that.
"""

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

OURS = ("common", "mail", "accounts", "leads", "scoring", "capture", "nurturing", "sales", "insights")
SECRETS = ("password", "key_hash", "token_hash", "preference_key", "secret")


class ReadOnlyAdmin(admin.ModelAdmin):
    """Shows what a table holds, but for secrets."""

    show_full_result_count = False
    list_per_page = 50

    # The names of related rows would otherwise cost a query each.
    list_select_related = True

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        return self._shown()[:8]

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> list[Any]:
        return self._shown()

    def _shown(self) -> list[Any]:
        return [field.name for field in self.model._meta.fields if not _is_secret(field.name)]

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return getattr(request.user, "is_admin", False)

    has_module_permission = has_view_permission

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class ReadOnlySite(admin.AdminSite):
    """Lets admins in who signed in on our own page."""

    site_header = "LeadCRM tables"
    site_title = "LeadCRM"
    index_title = "Read only"
    site_url = "/"
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        return request.user.is_active and getattr(request.user, "is_admin", False)

    def login(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        if request.user.is_authenticated:
            return redirect("home")
        return redirect_to_login(request.GET.get("next") or request.path)


def build_site() -> ReadOnlySite:
    """Return the site with every table of ours."""
    site = ReadOnlySite(name="admin")
    for label in OURS:
        for model in apps.get_app_config(label).get_models():
            site.register(model, ReadOnlyAdmin)
    return site


def _is_secret(name: str) -> bool:
    return any(secret in name for secret in SECRETS)


site = build_site()
