"""What is chosen in the list of leads, and what is to become of it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from crispy_forms.helper import FormHelper
from django import forms
from django.http import QueryDict
from django.utils.dateparse import parse_datetime

from accounts.models import User
from leads.forms import LeadFilterForm, StageForm, fields_only
from leads.kinds import Stage
from leads.selectors.choosing import Choice

MOST_IDS = 200
LONGEST_FILTER = 4000
NOBODY = "nobody"


class NotChosen(ValueError):
    """What was sent names no leads; the text says what to do."""


def choice_of(sent: QueryDict, *, now: datetime) -> Choice:
    """Return what the list sent. Raises NotChosen: a damaged filter must never mean all leads."""
    if sent.get("all") != "yes":
        return Choice(ids=tuple(_ids(sent.getlist("ids"))))
    form = LeadFilterForm(QueryDict(sent.get("filter", "")[:LONGEST_FILTER]))
    wanted = form.wanted()
    if form.errors:
        raise NotChosen("The filter of the list cannot be read. Load the list again.")
    try:
        until = parse_datetime(sent.get("until", ""))
    except ValueError:
        until = None
    return Choice(wanted=wanted, until=until if until and until.tzinfo else now)


def _ids(texts: Iterable[str]) -> list[UUID]:
    try:
        found = [UUID(text) for text in list(texts)[:MOST_IDS]]
    except ValueError as exc:
        raise NotChosen("These are no leads. Load the list again.") from exc
    if not found:
        raise NotChosen("Select a lead first.")
    return found


class OwnerForm(forms.Form):
    """Whom leads go to."""

    owner = forms.ChoiceField(label="New owner")

    def __init__(self, *args: Any, people: Iterable[User], **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "auto_id": "id_bulk_%s"})
        self.people = {str(person.pk): person for person in people}
        names = [(key, str(person)) for key, person in self.people.items()]
        field = self.fields["owner"]
        field.choices = [("", "Choose a person"), (NOBODY, "Nobody"), *names]  # type: ignore[attr-defined]

    @property
    def helper(self) -> FormHelper:
        """Render the field only; the template brings form and buttons."""
        return fields_only()

    def owner_named(self, key: str) -> User | None:
        """Return the person of a choice; None for nobody."""
        return self.people.get(key)


class StagesForm(StageForm):
    """The stage leads go to, and why."""

    to = forms.ChoiceField(label="Stage", choices=[("", "Choose a stage"), *Stage.choices])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "auto_id": "id_bulk_%s"})
