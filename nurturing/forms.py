"""Input of the nurture pages."""

from django import forms


class StopForm(forms.Form):
    """Why a lead is taken out of a sequence; a colleague reads it later."""

    reason = forms.CharField(required=False, max_length=200, strip=True)
