"""What a person enters when acting on a handover."""

from datetime import date, timedelta
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.utils import timezone

from sales.models import ContactAttempt
from sales.reasons import LOST_REASONS, REJECT_REASONS

QUICK_DAYS = ((30, "In a month"), (91, "In three months"), (182, "In half a year"))


class EmptyForm(forms.Form):
    """An act that needs nothing but the click."""


class UndoForm(forms.Form):
    """Which act is meant, named by its fact; without it the last."""

    act_id = forms.IntegerField(min_value=1, max_value=2**63 - 1, required=False)


class AcceptForm(forms.Form):
    value_key = forms.TypedChoiceField(
        choices=[(1, "Low"), (2, "Medium"), (3, "High")], coerce=int, required=False, empty_value=None
    )
    note = forms.CharField(max_length=2000, required=False)


class RejectForm(forms.Form):
    reason = forms.TypedChoiceField(choices=[(r.key, r.text) for r in REJECT_REASONS.values()], coerce=int)
    note = forms.CharField(max_length=2000, required=False)
    recycle_on = forms.DateField(required=False)


class ContactForm(forms.Form):
    result = forms.ChoiceField(choices=ContactAttempt.Result.choices)
    means = forms.ChoiceField(choices=ContactAttempt.Means.choices, required=False)
    note = forms.CharField(max_length=2000, required=False)

    def clean_means(self) -> str:
        return self.cleaned_data["means"] or ContactAttempt.Means.PHONE


class LoseForm(forms.Form):
    reason = forms.TypedChoiceField(choices=[(r.key, r.text) for r in LOST_REASONS.values()], coerce=int)
    note = forms.CharField(max_length=2000, required=False)


class NoteForm(forms.Form):
    text = forms.CharField(
        max_length=2000,
        label="Note",
        help_text="A verdict takes it along too.",
        widget=forms.Textarea(attrs={"rows": 3, "placeholder": "What should the next one know?"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = bare_helper("text")


class MonthField(forms.DateField):
    """A month as browsers send it: 2026-11."""

    widget = forms.DateInput(format="%Y-%m", attrs={"type": "month"})
    input_formats = ["%Y-%m", "%Y-%m-%d"]


class WinForm(forms.Form):
    amount = forms.DecimalField(max_digits=14, decimal_places=2, min_value=0, required=False, label="Amount")
    won_on = MonthField(required=False, label="Month")
    note = forms.CharField(max_length=2000, required=False)

    def __init__(self, *args: Any, currency: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"].label = f"Amount in {currency}" if currency else "Amount"
        self.fields["amount"].widget.attrs |= {"inputmode": "decimal", "autofocus": True}
        self.fields["won_on"].initial = timezone.localdate
        self.helper = bare_helper("amount", "won_on")


class RecycleForm(forms.Form):
    until = forms.DateField(label="Until", widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    note = forms.CharField(max_length=2000, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = bare_helper("until")

    @property
    def quick_days(self) -> list[tuple[date, str]]:
        """Days that one key chooses, with their words."""
        return [(timezone.localdate() + timedelta(days=days), words) for days, words in QUICK_DAYS]


def bare_helper(*fields: str) -> FormHelper:
    """Return a helper that renders these fields and leaves form tag and button to the template."""
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    helper.layout = Layout(*fields)
    return helper
