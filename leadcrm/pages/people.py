"""One person: name, address, role, team, their leaving; and where what they hold goes when they do not keep it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect

from accounts import selectors, services
from accounts.forms import CleanForm, NewPersonForm
from accounts.models import Role, User
from accounts.permissions import role_required
from accounts.requests import SignedInRequest
from accounts.views.settings import settings_page
from common import clock
from leadcrm.belongings import (
    Belongings,
    HoldsWork,
    StillTaking,
    WrongHeir,
    belongings,
    change_person,
    deactivate_person,
    may_keep,
    reassign,
    why_moved,
)


class HeirForm(CleanForm):
    """Who gets what a person holds."""

    heir = forms.ModelChoiceField(
        queryset=User.objects.none(),
        required=False,
        label="Leads and handovers go to",
        empty_label="Nobody: leads lose their owner, handovers go back to the queue",
    )

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        heir = self.fields["heir"]
        assert isinstance(heir, forms.ModelChoiceField)
        heir.queryset = selectors.sellers().exclude(pk=person.pk)


class MoveForm(HeirForm):
    """They may keep it where only the team changes."""

    is_keeping = forms.BooleanField(label="They keep their leads and handovers", required=False)
    field_order = ("is_keeping", "heir")

    def __init__(self, *args: Any, may_keep: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if may_keep:
            self.fields["heir"].label = "Else they go to"
        else:
            del self.fields["is_keeping"]


class LeaveForm(HeirForm):
    """Their API keys may end with them."""

    is_revoking_keys = forms.BooleanField(label="Revoke the API keys this person made", required=False)

    def __init__(self, *args: Any, held: Belongings, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not held.keys:
            del self.fields["is_revoking_keys"]


@role_required(Role.ADMIN)
def person(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show and change a person; where a change touches what they hold, ask first where that goes."""
    subject = get_object_or_404(selectors.people(), pk=pk)
    values = {"name": subject.name, "email": subject.email, "role": subject.role, "team": subject.team_id}
    form = NewPersonForm(request.POST or None, initial=values)
    if form.is_valid():
        move = _move_form(request, subject, form.cleaned_data)
        if move is not None and not move.is_valid():
            return _ask(request, subject, form, move)
        try:
            text = _save(request, subject, form.cleaned_data, move)
        except HoldsWork:
            return _ask(request, subject, form, _question(subject, form.cleaned_data))
        except (services.LastAdmin, StillTaking, WrongHeir) as exc:
            form.add_error("role", str(exc))
        except services.EmailTaken as exc:
            form.add_error("email", str(exc))
        else:
            messages.success(request, text)
            return redirect("accounts:people")
    context = {"form": form, "person": subject}
    return settings_page(request, "settings/person.html", context, status=422 if form.is_bound else 200)


def _move_form(request: SignedInRequest, subject: User, changes: dict[str, Any]) -> MoveForm | None:
    """The question where leads and handovers go, bound once it is answered; None where it does not arise."""
    if not why_moved(subject, changes) or not belongings(subject).is_work:
        return None
    return _question(subject, changes, request.POST if "decided" in request.POST else None)


def _question(subject: User, changes: dict[str, Any], answer: QueryDict | None = None) -> MoveForm:
    return MoveForm(answer, person=subject, may_keep=may_keep(changes), initial={"is_keeping": True})


def _ask(request: SignedInRequest, subject: User, form: NewPersonForm, move: MoveForm) -> HttpResponse:
    context = {"form": form, "move": move, "person": subject, "held": belongings(subject)}
    context |= {"why": why_moved(subject, form.cleaned_data), "role": Role(form.cleaned_data["role"]).label}
    return settings_page(request, "settings/move.html", context, status=422 if move.is_bound else 200)


def _save(request: SignedInRequest, subject: User, changes: dict[str, Any], move: MoveForm | None) -> str:
    """Save, and return what to tell."""
    by, now = request.user, clock.now()
    is_keeping = move is not None and move.cleaned_data.get("is_keeping", False)
    if move is None or is_keeping:
        change_person(person=subject, changes=changes, by=by, now=now, is_keeping=is_keeping)
        return "Saved."
    heir = move.cleaned_data["heir"]
    given = reassign(person=subject, heir=heir, changes=changes, by=by, now=now)
    return f"Saved. Passed on: {given.leads} leads and {given.handovers} handovers, to {heir or 'the queue'}."


@role_required(Role.ADMIN)
def leave(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show what a person holds; post closes their account and passes it on, in one commit."""
    subject = get_object_or_404(selectors.people().filter(is_active=True), pk=pk)
    held = belongings(subject)
    form = LeaveForm(request.POST or None, person=subject, held=held)
    if form.is_valid():
        fields = {"is_revoking_keys": False, **form.cleaned_data}
        try:
            deactivate_person(person=subject, by=request.user, now=clock.now(), **fields)
        except (services.LastAdmin, StillTaking, WrongHeir) as exc:
            form.add_error(None, str(exc))
        else:
            messages.success(request, f"{subject} cannot sign in any more. What they held is passed on.")
            return redirect("accounts:people")
    context = {"form": form, "person": subject, "held": held}
    return settings_page(request, "settings/leave.html", context, status=422 if form.is_bound else 200)
