"""Forms of webhooks."""

from django import forms

from accounts.forms import CleanForm
from accounts.models import Event
from common.outbound import MAX_URL

EVENTS = [(event.value, f"{event.label} ({event.value})") for event in Event]


class WebhookForm(CleanForm):
    name = forms.CharField(
        max_length=120,
        help_text="What receives it, for example “Slack channel of sales”.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    url = forms.CharField(
        label="Address",
        max_length=MAX_URL,
        help_text="Each event is sent there as a signed POST.",
        widget=forms.URLInput(attrs={"placeholder": "https://", "autocomplete": "off"}),
    )
    events = forms.MultipleChoiceField(choices=EVENTS, widget=forms.CheckboxSelectMultiple)
