"""Forms of invitations and forgotten passwords."""

import re
from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.validators import validate_email

from accounts.forms import CleanForm, email_field, password_field
from accounts.models import Role, Team, User
from common.mailboxes import check_mailbox

MOST_AT_ONCE = 50
HINT = "At least 12 characters. A few words are good."


class InviteForm(CleanForm):
    emails = forms.CharField(
        label="E-mail addresses",
        max_length=20_000,
        help_text="One or many, separated by spaces, commas or lines.",
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off", "spellcheck": "false", "autofocus": True}),
    )
    role = forms.ChoiceField(choices=Role.choices)
    team = forms.ModelChoiceField(queryset=Team.objects.order_by("name"), required=False, empty_label="No team")

    def clean_emails(self) -> list[str]:
        addresses = [part for part in re.split(r"[\s,;<>]+", self.cleaned_data["emails"].lower()) if part]
        if len(addresses) > MOST_AT_ONCE:
            raise forms.ValidationError(f"Invite up to {MOST_AT_ONCE} people at a time.")
        for address in addresses:
            try:
                validate_email(address)
                check_mailbox(address)
            except forms.ValidationError as exc:
                raise forms.ValidationError(f"“{address[:80]}” is no e-mail address.") from exc
        return addresses


class AcceptForm(CleanForm):
    name = forms.CharField(
        label="Your name", max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name", "autofocus": True})
    )
    password = password_field("Password", "new-password", HINT)

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean_password(self) -> str:
        validate_password(self.cleaned_data["password"], User(name=self.cleaned_data.get("name", ""), email=self.email))
        return self.cleaned_data["password"]


class ForgotForm(CleanForm):
    email = email_field()

    def clean_email(self) -> str:
        return self.cleaned_data["email"].lower()


class ChoosePasswordForm(CleanForm):
    password = password_field("New password", "new-password", HINT)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        validate_password(self.cleaned_data["password"], self.user)
        return self.cleaned_data["password"]
