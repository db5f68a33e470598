"""The three steps with fields; the first one's form is ``accounts.forms.FirstAdminForm``."""

from typing import Any, cast

from django import forms

from accounts.forms import CleanForm, email_field, time_zone_choices
from accounts.models import User
from capture.blueprints import BLUEPRINTS
from capture.models import Form
from common.models import Installation

OFFERED = (Form.Template.DEMO, Form.Template.CONTACT, Form.Template.GUIDE)


class YouForm(CleanForm):
    """Step 1 again, once the admin exists."""

    name = forms.CharField(label="Your name", max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    email = email_field()

    def clean_email(self) -> str:
        return self.cleaned_data["email"].lower()

    @classmethod
    def of(cls, user: User) -> dict[str, str]:
        return {"name": user.name, "email": user.email}


class CompanyStepForm(CleanForm):
    name = forms.CharField(
        label="Company name",
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "organization", "autofocus": True}),
    )
    website = forms.URLField(
        label="Website",
        required=False,
        assume_scheme="https",
        widget=forms.TextInput(attrs={"placeholder": "company.example", "inputmode": "url", "autocomplete": "url"}),
    )
    time_zone = forms.ChoiceField(label="Time zone", help_text="For business hours, reports and times in lists.")

    def __init__(self, *args: Any, company: Installation, **kwargs: Any) -> None:
        initial = {"name": company.name, "website": company.website, "time_zone": company.time_zone}
        super().__init__(*args, initial=initial, **kwargs)
        cast(forms.ChoiceField, self.fields["time_zone"]).choices = time_zone_choices()
        if not company.name and not self.is_bound:
            self.fields["time_zone"].widget.attrs["data-browser-time-zone"] = ""


class FirstFormForm(CleanForm):
    """Which form to begin with; the template draws the choice as cards."""

    template = forms.ChoiceField(
        choices=[
            (name, BLUEPRINTS[name].name) for name in (Form.Template.DEMO, Form.Template.CONTACT, Form.Template.GUIDE)
        ],
        error_messages={"required": "Pick one of the three.", "invalid_choice": "Pick one of the three."},
    )
