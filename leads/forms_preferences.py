"""The choice of topics on the preference page."""

from collections.abc import Iterable
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Field, Layout
from django import forms

from leads.selectors.preferences import Choice


class PreferenceForm(forms.Form):
    """One box a topic; ``wanted`` are the slugs of those left ticked."""

    def __init__(self, *args: Any, choices: Iterable[Choice], **kwargs: Any) -> None:
        # The prefix keeps a topic from taking the name of a button.
        super().__init__(*args, **{**kwargs, "prefix": "topic"})
        for choice in choices:
            self.fields[choice.topic.slug] = forms.BooleanField(
                label=choice.topic.name, help_text=choice.topic.description, required=False, initial=choice.is_on
            )
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(*(Field(slug, template="leads/_topic.html") for slug in self.fields))

    @property
    def wanted(self) -> list[str]:
        return [slug for slug, is_on in self.cleaned_data.items() if is_on]
