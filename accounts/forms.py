"""Forms of sign-in and of the pages under Settings."""

from datetime import date
from typing import Any, cast
from zoneinfo import available_timezones

from crispy_forms.bootstrap import InlineCheckboxes
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Field, Layout
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils import timezone

from accounts.models import KeyScope, Role, Team, User
from common.mailboxes import check_mailbox
from common.models import Installation

WEEKDAYS = list(enumerate(["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]))
THEMES = [("auto", "Like my device"), ("light", "Light"), ("dark", "Dark")]


def time_zone_choices() -> list[tuple[str, str]]:
    """All places a person would pick, as ("Europe/Berlin", "Europe/Berlin"), and UTC first."""
    areas = ("Africa/", "America/", "Antarctica/", "Arctic/", "Asia/", "Atlantic/", "Australia/", "Europe/")
    places = sorted(zone for zone in available_timezones() if zone.startswith((*areas, "Indian/", "Pacific/")))
    return [("UTC", "UTC"), *((zone, zone.replace("_", " ")) for zone in places)]


def _time_input() -> forms.TimeInput:
    return forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


def plain_helper() -> FormHelper:
    """Render fields only: the template writes the form element, its token and its buttons."""
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    return helper


def _choices_of(form: forms.Form, name: str) -> forms.ChoiceField:
    return cast(forms.ChoiceField, form.fields[name])


class CleanForm(forms.Form):
    """A form whose template writes the form element."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = plain_helper()


def email_field(label: str = "E-mail", autocomplete: str = "username") -> forms.EmailField:
    widget = forms.EmailInput(attrs={"autocomplete": autocomplete, "autocapitalize": "none", "spellcheck": "false"})
    return forms.EmailField(label=label, max_length=254, widget=widget, validators=[check_mailbox])


def password_field(label: str, autocomplete: str, help_text: str = "") -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete, "data-password": ""})
    return forms.CharField(label=label, max_length=256, strip=False, widget=widget, help_text=help_text)


class SignInForm(CleanForm):
    email = email_field()
    password = password_field("Password", "current-password")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        focus = "password" if self.is_bound and self.data.get("email") else "email"
        self.fields[focus].widget.attrs["autofocus"] = True

    def clean_email(self) -> str:
        return self.cleaned_data["email"].lower()


class NewPasswordForm(CleanForm):
    current = password_field("Current password", "current-password")
    password = password_field("New password", "new-password", "At least 12 characters. A few words are good.")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_current(self) -> str:
        if not self.user.check_password(self.cleaned_data["current"]):
            raise forms.ValidationError("This is not your current password.")
        return self.cleaned_data["current"]

    def clean_password(self) -> str:
        validate_password(self.cleaned_data["password"], self.user)
        return self.cleaned_data["password"]


class FirstAdminForm(CleanForm):
    name = forms.CharField(
        label="Your name", max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name", "autofocus": True})
    )
    email = email_field()
    password = password_field("Password", "new-password", "At least 12 characters. A few words are good.")

    def clean_email(self) -> str:
        return self.cleaned_data["email"].lower()

    def clean(self) -> dict[str, Any]:
        fields = super().clean() or {}
        if fields.get("password"):
            try:
                validate_password(fields["password"], User(name=fields.get("name", ""), email=fields.get("email", "")))
            except forms.ValidationError as exc:
                self.add_error("password", exc)
        return fields


class PersonForm(CleanForm):
    """Who somebody is to the product; a new person's address and password are in NewPersonForm."""

    name = forms.CharField(max_length=120)
    role = forms.ChoiceField(choices=Role.choices)
    team = forms.ModelChoiceField(queryset=Team.objects.order_by("name"), required=False, empty_label="No team")


class NewPersonForm(PersonForm):
    email = email_field(autocomplete="off")
    field_order = ["name", "email", "role", "team"]

    def clean_email(self) -> str:
        return self.cleaned_data["email"].lower()


class TeamForm(CleanForm):
    name = forms.CharField(label="Team name", max_length=120)


class ApiKeyForm(CleanForm):
    name = forms.CharField(
        max_length=120,
        help_text="What will use it, for example “Website backend”.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    role = forms.ChoiceField(
        choices=Role.choices, initial=Role.MARKETER, help_text="The key sees and does what this role may."
    )
    scope = forms.ChoiceField(
        label="May",
        choices=[
            (KeyScope.WRITE, "Read and write"),
            (KeyScope.READ, "Read only"),
            (KeyScope.CAPTURE, "Send in forms only"),
        ],
        help_text="A website that only sends forms needs no more than that.",
    )
    expires_on = forms.DateField(
        label="Works until",
        required=False,
        help_text="Empty: until it is revoked.",
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    team = forms.ModelChoiceField(
        queryset=Team.objects.order_by("name"),
        required=False,
        empty_label="No team",
        help_text="Sales managers and reps see their team's leads only.",
    )

    def clean_expires_on(self) -> date | None:
        day = self.cleaned_data["expires_on"]
        if day and day <= timezone.localdate():
            raise forms.ValidationError("Choose a day to come.")
        return day


class CompanyForm(CleanForm):
    """What the whole installation shares."""

    name = forms.CharField(label="Company name", max_length=120)
    website = forms.URLField(
        label="Website", required=False, assume_scheme="https", widget=forms.URLInput(attrs={"placeholder": "https://"})
    )
    time_zone = forms.ChoiceField(label="Time zone", help_text="Of reports, business hours and times in lists.")
    currency = forms.RegexField(
        r"^[A-Za-z]{3}$",
        help_text="Three letters, such as EUR or USD.",
        error_messages={"invalid": "Write the three letters of the currency, such as EUR."},
        widget=forms.TextInput(attrs={"maxlength": 3, "autocapitalize": "characters"}),
    )
    work_days = forms.TypedMultipleChoiceField(
        label="Business days", choices=WEEKDAYS, coerce=int, widget=forms.CheckboxSelectMultiple
    )
    work_start = forms.TimeField(label="Business hours from", widget=_time_input())
    work_end = forms.TimeField(label="Business hours until", widget=_time_input())
    holidays = forms.CharField(
        required=False,
        max_length=10_000,
        help_text="One a line: 2026-12-25 Christmas. On these days the clocks of sales rest.",
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "placeholder": "2026-12-25 Christmas"}),
    )
    sending_paused = forms.BooleanField(
        label="Pause sending", required=False, help_text="Messages wait, and leave when sending is resumed."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choices_of(self, "time_zone").choices = time_zone_choices()
        self.helper.layout = Layout(
            "name",
            "website",
            Div("time_zone", "currency", css_class="form-row"),
            InlineCheckboxes("work_days"),
            Div("work_start", "work_end", css_class="form-row"),
            "holidays",
            Field("sending_paused", wrapper_class="form-switch"),
        )

    def clean_currency(self) -> str:
        return self.cleaned_data["currency"].upper()

    def clean_holidays(self) -> dict[str, str]:
        days: dict[str, str] = {}
        for line in filter(str.strip, self.cleaned_data["holidays"].splitlines()):
            day, _, name = line.strip().partition(" ")
            try:
                days[date.fromisoformat(day).isoformat()] = name.strip()[:80]
            except ValueError as exc:
                raise forms.ValidationError(f"“{line[:60]}” does not begin with a day such as 2026-12-25.") from exc
        return dict(sorted(days.items()))

    def clean(self) -> dict[str, Any]:
        fields = super().clean() or {}
        start, end = fields.get("work_start"), fields.get("work_end")
        if start and end and start >= end:
            self.add_error("work_end", "Business hours have to end after they start.")
        return fields

    @classmethod
    def of(cls, company: Installation) -> dict:
        """Return the present values, as the form's initial ones."""
        lines = [f"{day} {name}".strip() for day, name in company.holidays.items()]
        # A company nobody has saved yet has the hours of its defaults, as text.
        plain = {name: field.to_python(getattr(company, name)) for name, field in cls.base_fields.items()}
        return plain | {"holidays": "\n".join(lines)}


class ProfileForm(CleanForm):
    name = forms.CharField(max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    time_zone = forms.ChoiceField(label="Time zone", required=False, help_text="Times are shown in this zone.")
    theme = forms.ChoiceField(label="Theme", choices=THEMES)
    single_keys = forms.BooleanField(
        label="Single keys act",
        required=False,
        help_text="Such as J for the next lead. Control K, Escape and keys on a focused row act in any case.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choices_of(self, "time_zone").choices = [("", "Same as the company"), *time_zone_choices()]
        self.helper.layout = Layout("name", "time_zone", "theme", Field("single_keys", wrapper_class="form-switch"))

    @classmethod
    def of(cls, user: User) -> dict[str, Any]:
        """Return the present values, as the form's initial ones."""
        return {name: getattr(user, name) for name in cls.base_fields}
