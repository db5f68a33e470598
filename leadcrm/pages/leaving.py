"""Deactivating somebody: what they hold, and where it goes."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect

from accounts import selectors
from accounts.forms import CleanForm
from accounts.models import Role, User
from accounts.permissions import role_required
from accounts.requests import SignedInRequest
from accounts.services import LastAdmin
from accounts.views.settings import settings_page
from common import clock
from leadcrm.departure import StillTaking, WrongHeir, belongings, depart


class LeaveForm(CleanForm):
    heir = forms.ModelChoiceField(
        queryset=User.objects.none(),
        required=False,
        label="Leads and handovers go to",
        empty_label="Nobody: leads lose their owner, handovers go back to the queue",
    )
    is_revoking_keys = forms.BooleanField(label="Revoke the API keys this person made", required=False)

    def __init__(self, *args: Any, person: User, keys: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        heir = self.fields["heir"]
        assert isinstance(heir, forms.ModelChoiceField)
        heir.queryset = selectors.sellers().exclude(pk=person.pk)
        if not keys:
            del self.fields["is_revoking_keys"]


@role_required(Role.ADMIN)
def leave(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show what a person holds; post closes their account and passes it on, in one commit."""
    person = get_object_or_404(selectors.people().filter(is_active=True), pk=pk)
    held = belongings(person)
    form = LeaveForm(request.POST or None, person=person, keys=held.keys)
    if form.is_valid():
        fields = {"is_revoking_keys": False, **form.cleaned_data}
        try:
            depart(person=person, by=request.user, now=clock.now(), **fields)
        except (LastAdmin, StillTaking, WrongHeir) as exc:
            form.add_error(None, str(exc))
        else:
            messages.success(request, f"{person} cannot sign in any more. What they held is passed on.")
            return redirect("accounts:people")
    context = {"form": form, "person": person, "held": held}
    return settings_page(request, "settings/leave.html", context, status=422 if form.is_bound else 200)
