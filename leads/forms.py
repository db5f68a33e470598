"""What people enter about leads."""

from dataclasses import fields
from datetime import date
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator

from common.mailboxes import check_mailbox
from leads.kinds import Channel, Grade, Stage, Temperature
from leads.models import Lead
from leads.narrowing import NARROWINGS
from leads.selectors.lists import LeadFilter

REACHED = [
    ("iql", "IQL"),
    ("mql", "MQL"),
    ("sql", "SQL"),
]


def check_number_or(word: str) -> Any:
    """Return a validator for an id or ``word``."""

    def check(value: str) -> None:
        if value not in (word, "me") and not (value.isdecimal() and len(value) < 19):
            raise ValidationError(f"Use an id or “{word}”.")

    return check


def day_field() -> forms.DateField:
    """Return a field for a day that any calendar and any time zone can hold."""
    bounds = (MinValueValidator(date(1970, 1, 1)), MaxValueValidator(date(2999, 12, 31)))
    return forms.DateField(required=False, validators=bounds)


def narrowings() -> list[tuple[str, str]]:
    """Return what lists can be narrowed by that happened with leads."""
    return [("", ""), *((name, narrowing.words) for name, narrowing in NARROWINGS.items())]


class LeadFilterForm(forms.Form):
    """The filters of the list, as they stand in the URL. What is not valid narrows nothing and is named."""

    q = forms.CharField(required=False, max_length=200)
    stage = forms.MultipleChoiceField(choices=Stage.choices, required=False)
    temperature = forms.MultipleChoiceField(choices=Temperature.choices, required=False)
    grade = forms.MultipleChoiceField(choices=Grade.choices, required=False)
    channel = forms.ChoiceField(choices=[("", "Any channel"), *Channel.choices], required=False)
    source = forms.CharField(required=False, validators=[check_number_or("none")])
    owner = forms.CharField(required=False, validators=[check_number_or("nobody")])
    came_from = day_field()
    came_to = day_field()
    reached = forms.ChoiceField(choices=[("", ""), *REACHED], required=False)
    did = forms.ChoiceField(choices=narrowings, required=False)
    done_from = day_field()
    done_to = day_field()
    in_play = forms.BooleanField(required=False)
    put_off = forms.BooleanField(required=False)

    def wanted(self) -> LeadFilter:
        """Return the filter that the valid fields ask for."""
        self.is_valid()
        given = {field.name: self.cleaned_data.get(field.name) for field in fields(LeadFilter)}
        known: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in given.items() if value
        }
        return LeadFilter(**known)


class StageForm(forms.Form):
    to = forms.ChoiceField(label="Stage", choices=Stage.choices)
    reason = forms.CharField(
        label="Reason",
        max_length=300,
        help_text="Shown on the lead page. Rules will not change the stage until released.",
    )

    @property
    def helper(self) -> FormHelper:
        """Render the fields only; the template brings form and buttons."""
        return fields_only()


class NoteForm(forms.Form):
    text = forms.CharField(label="Note", max_length=10_000, widget=forms.Textarea({"rows": 3}))

    @property
    def helper(self) -> FormHelper:
        """Render the field only; the template brings form and button."""
        return fields_only()


class LeadForm(forms.ModelForm):
    """The facts of a lead that a person may write."""

    class Meta:
        model = Lead
        fields = ["email", "first_name", "last_name", "company", "job_title", "phone", "country"]
        labels = {"email": "E-mail", "job_title": "Job title"}
        help_texts = {"country": "Two letters, such as DE or US."}

    email = forms.EmailField(label="E-mail", required=False, max_length=254, validators=[check_mailbox])

    @property
    def helper(self) -> FormHelper:
        """Render the fields only; the template brings form and buttons."""
        return fields_only()

    def clean_country(self) -> str:
        """Return the country in capital letters."""
        return str(self.cleaned_data["country"]).upper()


class SeenField(forms.JSONField):
    """JSON from a hidden field: what no page of ours has written is refused, however odd."""

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except (ValueError, RecursionError) as exc:
            raise forms.ValidationError("This page is damaged. Load it again.") from exc

    def bound_data(self, data: Any, initial: Any) -> Any:
        """Return what the refused page shows again: what cannot be read gives way to the values of now."""
        try:
            return super().bound_data(data, initial)
        except (ValueError, RecursionError):
            return initial


class EditLeadForm(LeadForm):
    """The same, with the values its author began with, so that what others saved meanwhile is not overwritten."""

    seen = SeenField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["seen"] = {name: getattr(self.instance, name) for name in self.Meta.fields}

    def clean_seen(self) -> dict[str, str] | None:
        """Return texts by field; None where the form came without them."""
        seen = self.cleaned_data["seen"]
        return {str(name): str(value) for name, value in seen.items()} if isinstance(seen, dict) else None


def fields_only() -> FormHelper:
    """Return a crispy helper without form tag and CSRF field."""
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    return helper
