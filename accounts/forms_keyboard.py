"""The keys a person gives to what the product can do."""

from collections.abc import Mapping
from typing import Any

from crispy_forms.layout import Fieldset, Layout
from django import forms

from accounts.forms import CleanForm
from common.shortcuts import CHANGEABLE, SHORTCUTS, check_key, clashes

LONGEST = 17  # shift+a shift+b


class KeyboardForm(CleanForm):
    """A field for each key that can be changed."""

    def __init__(self, *args: Any, own: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups: dict[str, list[str]] = {}
        for act in CHANGEABLE:
            row = SHORTCUTS[act]
            groups.setdefault(row.group, []).append(act)
            attrs = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
            self.fields[act] = forms.CharField(
                label=row.label,
                max_length=LONGEST,
                initial=own.get(act, row.key),
                widget=forms.TextInput(attrs=attrs),
                help_text=f"As delivered: {row.key}" if own.get(act) else "",
            )
        self.helper.layout = Layout(*(Fieldset(name, *acts, css_class="keys-group") for name, acts in groups.items()))

    @property
    def keys(self) -> dict[str, str]:
        """What differs from the keys as delivered."""
        typed = {act: " ".join(str(self.cleaned_data.get(act, "")).lower().split()) for act in CHANGEABLE}
        return {act: key for act, key in typed.items() if key and key != SHORTCUTS[act].key}

    def clean(self) -> dict[str, Any]:
        fields = super().clean() or {}
        keys = self.keys
        wrong = {act: problem for act, key in keys.items() if (problem := check_key(act, key))}
        for act, problem in wrong.items():
            self.add_error(act, problem)
        for act, other in clashes(keys).items() if not wrong else ():
            self.add_error(act, f"This key does something else already: {other}.")
        return fields
