"""The list of leads behind a number."""

from urllib.parse import urlencode

from django.urls import reverse


def leads_url(**wanted: object) -> str:
    """Return the URL of the list of exactly the leads that a number counts; empty values narrow nothing."""
    query = urlencode({name: value for name, value in wanted.items() if value is not None})
    return f"{reverse('leads:list')}?{query}" if query else reverse("leads:list")
