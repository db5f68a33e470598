"""A finished letter becomes a message of the send ledger."""

from datetime import datetime

from leads.models import Lead, Topic
from mail.models import Kind, Message
from mail.services import queue_message
from nurturing.letters import Letter
from nurturing.links import list_id, unsubscribe_url


def post_letter(
    letter: Letter, *, lead: Lead, dedupe_key: str, due_at: datetime, now: datetime, topic: Topic | None = None
) -> Message:
    """Plan ``letter`` as a mail to ``lead`` and return its message.

    With ``topic`` it is marketing, with the ways out of that topic; without one the lead has asked for it.
    Raises MailRefused when the letter cannot go out as it is.
    """
    ways_out = {}
    if topic:
        ways_out = {"topic": topic.slug, "unsubscribe_url": unsubscribe_url(lead, topic), "list_id": list_id(topic)}
    return queue_message(
        dedupe_key=dedupe_key,
        kind=Kind.MARKETING if topic else Kind.REQUESTED,
        to_email=lead.email,
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        about=lead.pk,
        reply_to=lead.owner.email if lead.owner else "",
        due_at=due_at,
        now=now,
        **ways_out,
    )
