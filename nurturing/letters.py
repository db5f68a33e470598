"""A finished mail for one lead: subject, text and HTML, with the lines that say who sends it and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.template.loader import render_to_string

from common.models import Installation
from leads.models import Lead, Topic
from nurturing import links
from nurturing.content import Values, render_html, render_text
from nurturing.tokens import fill_tokens

LONGEST_SUBJECT = 300


@dataclass(frozen=True)
class Letter:
    """What ``mail`` is asked to send."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class Footing:
    """Why this person gets this mail, and the ways to change that (``unsubscribe_url`` empty: nothing to leave)."""

    why: str
    preference_url: str
    unsubscribe_url: str = ""


def write_letter(
    *, subject: str, body: str, lead: Lead, offer: Mapping[str, Any], footing: Footing, installation: Installation
) -> Letter:
    """Return the mail for ``lead``; ``offer`` is the payload of the fact that named the guide."""
    values = _values(lead, offer, installation)
    context = {"footing": footing, "installation": str(installation), "website": installation.website}
    subject = " ".join(fill_tokens(subject, values.words).split())[:LONGEST_SUBJECT]
    text_context = {**context, "body": render_text(body, values)}
    html_context = {**context, "subject": subject, "body": render_html(body, values)}
    return Letter(
        subject=subject,
        text=render_to_string("nurturing/mail.txt", text_context),
        html=render_to_string("nurturing/mail.html", html_context),
    )


def requested_footing(lead: Lead, asked_at: datetime) -> Footing:
    """Return the footing of a mail that somebody asked for."""
    why = f"You get this mail because you asked for it on {day(asked_at)}. If that was not you, ignore this mail."
    return Footing(why=why, preference_url=links.preference_url(lead))


def topic_footing(lead: Lead, topic: Topic, agreed_at: datetime) -> Footing:
    """Return the footing of a mail on a topic the lead agreed to."""
    why = f"You get this mail because you agreed to “{topic.name}” on {day(agreed_at)}."
    preferences = f"{links.preference_url(lead)}?topic={topic.slug}"
    return Footing(why=why, preference_url=preferences, unsubscribe_url=links.unsubscribe_url(lead, topic))


def day(at: datetime) -> str:
    """Return a date that reads the same in every country."""
    return f"{at.day} {at:%B %Y}"


def _values(lead: Lead, offer: Mapping[str, Any], installation: Installation) -> Values:
    words = {
        "first_name": lead.first_name,
        "last_name": lead.last_name,
        "company": lead.company,
        "job_title": lead.job_title,
        "offer_name": str(offer.get("offer_name") or ""),
        "offer_subject": str(offer.get("subject") or ""),
        "our_name": installation.name,
    }
    addresses = {
        "guide": links.guide_url(str(offer.get("offer") or "")),
        "website": installation.website,
        "preferences": links.preference_url(lead),
    }
    return Values(words=words, links=addresses)
