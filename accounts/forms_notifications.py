"""Which kinds of notifications a person wants."""

from typing import Any

from django import forms

from accounts.forms import CleanForm
from accounts.models import Need, User


class NotificationsForm(CleanForm):
    kinds = forms.MultipleChoiceField(
        label="Tell me when",
        choices=Need.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Behind the bell at the top of each page. What is there already stays.",
    )

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = self.fields["kinds"]
        assert isinstance(kinds, forms.MultipleChoiceField)
        kinds.choices = [(kind, label) for kind, label in Need.choices if person.is_admin or kind != Need.SYSTEM]
