"""How a mail looks to its reader, shown with a sample lead."""

from datetime import datetime

from common.models import Installation
from leads.models import Lead
from mail.models import Kind as MailKind
from mail.rendering import finished_html
from nurturing.letters import Letter, topic_footing, write_letter
from nurturing.models import Step

SAMPLE_LEAD = {
    "email": "ada@engines.example",
    "first_name": "Ada",
    "last_name": "Okafor",
    "company": "Engines & Co",
    "job_title": "Head of Operations",
    "preference_key": "sample",
}
SAMPLE_OFFER = {"offer": "sample", "offer_name": "The practical guide", "subject": "Retention"}


def step_letter(step: Step, *, now: datetime) -> Letter:
    """Return the mail of ``step`` as the sample lead would get it."""
    lead = Lead(**SAMPLE_LEAD)
    footing = topic_footing(lead, step.version.sequence.topic, now)
    return write_letter(
        subject=step.subject,
        body=step.body,
        lead=lead,
        offer=SAMPLE_OFFER,
        footing=footing,
        installation=Installation.current(),
    )


def step_document(step: Step, *, now: datetime) -> str:
    """Return the HTML part of that mail, exactly as ``mail`` would send it."""
    letter = step_letter(step, now=now)
    return finished_html(letter.html, subject=letter.subject, kind=MailKind.MARKETING, unsubscribe_url="")
