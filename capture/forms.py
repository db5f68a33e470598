"""Forms of this app: the one visitors fill in, drawn from a version, and those of the people who make forms."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.forms.utils import ErrorDict

from capture.answers import CONSENT
from capture.live import Field, Published

INPUT_MODES = {"email": "email", "tel": "tel", "url": "url", "number": "numeric"}


class VisitorForm(forms.Form):
    """The questions of a version with what was typed. It judges nothing: ``capture.answers`` has done that."""

    def __init__(self, version: Published, *, typed: dict[str, str], errors: dict[str, list[str]]) -> None:
        super().__init__(data=typed if typed else None, use_required_attribute=True)
        self.known_errors = errors
        for field in version.fields:
            self.fields[field.name] = _field(field)
        if version.consent:
            self.fields[CONSENT] = forms.BooleanField(
                label=version.consent.wording,
                required=version.consent.required,
                widget=forms.CheckboxInput(attrs={"value": "yes"}),
            )
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(*self.fields)

    def full_clean(self) -> None:
        """Take over the errors that were found."""
        self.cleaned_data: dict[str, Any] = {}
        self._errors = ErrorDict()
        for name, messages in self.known_errors.items():
            if name in self.fields:
                self._errors[name] = self.error_class(messages, renderer=self.renderer)


def _field(field: Field) -> forms.Field:
    attrs = {"autocomplete": field.autocomplete or "off"}
    if field.type == "select":
        choices = [("", "Please choose"), *((option, option) for option in field.options)]
        return forms.ChoiceField(
            label=field.label, required=field.required, choices=choices, widget=forms.Select(attrs=attrs)
        )
    if field.type == "textarea":
        widget: forms.Widget = forms.Textarea(attrs={**attrs, "rows": 4})
    else:
        widget = forms.TextInput(attrs={**attrs, "inputmode": INPUT_MODES.get(field.type, "text")})
        widget.input_type = field.type
    return forms.CharField(label=field.label, required=field.required, widget=widget)


class NewForm(forms.Form):
    """What a form is called in the product; visitors see the heading of its template."""

    name = forms.CharField(label="Name", max_length=120, help_text="Only your team sees it.")

    def __init__(self, *args: Any, template: str, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "auto_id": f"id_{template}_%s"})
        self.helper = FormHelper()
        self.helper.form_tag = False


class CheckWebsite(forms.Form):
    """The page on which a form should stand."""

    url = forms.CharField(
        label="Address of the page",
        max_length=1000,
        help_text="The page is fetched once, as a visitor without an account sees it.",
        widget=forms.TextInput(
            attrs={"inputmode": "url", "autocomplete": "url", "placeholder": "www.example.com/demo"}
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "auto_id": "id_site_%s"})
        self.helper = FormHelper()
        self.helper.form_tag = False

    def clean_url(self) -> str:
        """People write an address as they say it: without https."""
        url: str = self.cleaned_data["url"]
        return url if "://" in url else f"https://{url}"
