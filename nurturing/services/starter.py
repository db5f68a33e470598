"""What every installation begins with, so that the first guide can be sent and followed up at once."""

from datetime import datetime

from django.db import transaction

from leads.services.consent import ensure_starter_topics
from nurturing import starter
from nurturing.models import Sequence
from nurturing.services.requested import guide_template
from nurturing.services.sequences import NewStep, activate_sequence, create_sequence


@transaction.atomic
def ensure_starter_sequence(now: datetime) -> Sequence:
    """Return the starter sequence, adding it, its topic and the guide mail where they are missing."""
    topics = {topic.slug: topic for topic in ensure_starter_topics()}
    guide_template(now)
    sequence = Sequence.objects.filter(name=starter.SEQUENCE["name"]).first()
    if sequence is None:
        sequence = create_sequence(
            name=starter.SEQUENCE["name"],
            topic=topics[starter.SEQUENCE["topic"]],
            steps=[NewStep(**step) for step in starter.STEPS],
            now=now,
        )
        activate_sequence(sequence=sequence, by=None, now=now)
    return sequence
