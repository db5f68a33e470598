"""The topics, the guide mail and the sequence every installation begins with."""

from django.db import migrations
from django.utils import timezone

from leads.services.consent import STARTER_TOPICS
from nurturing.starter import GUIDE_TEMPLATE, SEQUENCE, STEPS


def add_starter(apps, schema_editor):
    """Through the tables as they are at this point, so that it works however the models change later."""
    now = timezone.now()
    topics = apps.get_model("leads", "Topic").objects
    for topic in STARTER_TOPICS:
        topics.get_or_create(slug=topic["slug"], defaults=dict(topic))
    words = {**GUIDE_TEMPLATE, "created_at": now, "updated_at": now}
    apps.get_model("nurturing", "Template").objects.get_or_create(name=GUIDE_TEMPLATE["name"], defaults=words)
    sequences = apps.get_model("nurturing", "Sequence").objects
    sequence, is_new = sequences.get_or_create(
        name=SEQUENCE["name"],
        defaults={"topic": topics.get(slug=SEQUENCE["topic"]), "created_at": now, "changed_at": now},
    )
    if is_new:
        version = sequence.versions.create(number=1, created_at=now)
        for position, step in enumerate(STEPS, start=1):
            version.steps.create(position=position, **step)
        sequence.live, sequence.is_active = version, True
        sequence.save(update_fields=["live", "is_active"])


class Migration(migrations.Migration):
    dependencies = [("nurturing", "0001_initial")]

    operations = [migrations.RunPython(add_starter, migrations.RunPython.noop)]
