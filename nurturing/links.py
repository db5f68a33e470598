"""Addresses that go into a mail."""

from urllib.parse import quote, urlsplit

from django.conf import settings

from leads.models import Lead, Topic

# A longer List-Unsubscribe header is folded on the way, which breaks the signature behind some relays.
LONGEST_UNSUBSCRIBE_URL = 70


def preference_url(lead: Lead) -> str:
    """Return the address of the lead's preference page."""
    return f"{settings.PUBLIC_BASE_URL}/p/{lead.preference_key}"


def unsubscribe_url(lead: Lead, topic: Topic) -> str:
    """Return the one-click address for one topic; its number stands in for the slug where the slug is too long."""
    url = f"{settings.PUBLIC_BASE_URL}/u/{lead.preference_key}-{topic.slug}"
    if len(url) <= LONGEST_UNSUBSCRIBE_URL:
        return url
    return f"{settings.PUBLIC_BASE_URL}/u/{lead.preference_key}-{topic.pk}"


def guide_url(offer: str) -> str:
    """Return the address of a hosted guide, or nothing when the offer is not known."""
    return f"{settings.PUBLIC_BASE_URL}/o/{quote(offer, safe='')}" if offer else ""


def list_id(topic: Topic) -> str:
    """Return the name of a topic's mailing list (RFC 2919) for filters in mail programs."""
    return f"<{topic.slug}.{urlsplit(settings.PUBLIC_BASE_URL).hostname}>"
