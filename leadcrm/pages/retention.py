"""How long things are kept, with a preview of what that would remove; for admins."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from accounts.forms import CleanForm
from accounts.models import Role
from accounts.permissions import role_required
from accounts.requests import SignedInRequest
from accounts.views.settings import settings_page
from common import clock
from leadcrm.retention import COUNT_LIMIT, RULES, present_days, preview, save_days

TEN_YEARS = 3660


class RetentionForm(CleanForm):
    """One number of days for each rule."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for rule in RULES:
            number = forms.NumberInput(attrs={"class": "control", "min": 0, "max": TEN_YEARS, "inputmode": "numeric"})
            self.fields[rule.name] = forms.IntegerField(
                label=rule.label, min_value=0, max_value=TEN_YEARS, widget=number
            )


@role_required(Role.ADMIN)
def retention(request: SignedInRequest) -> HttpResponse:
    """Show the rules; with days in the query what they would remove; post saves them."""
    days, now = present_days(), clock.now()
    form = RetentionForm(request.POST or request.GET or None, initial=days)
    if request.method == "POST" and form.is_valid():
        save_days(days=form.cleaned_data, by=request.user, now=now)
        messages.success(request, "Saved. It is applied within minutes, in small steps.")
        return redirect("retention")
    counts = preview(form.cleaned_data if form.is_bound and form.is_valid() else days, now=now)
    rows = [(rule, form[rule.name], counts[rule.name]) for rule in RULES]
    context = {"form": form, "rows": rows, "is_preview": bool(request.GET), "limit": COUNT_LIMIT}
    status = 422 if form.is_bound and not form.is_valid() else 200
    return settings_page(request, "settings/retention.html", context, status=status)
