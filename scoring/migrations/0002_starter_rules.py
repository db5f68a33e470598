"""The rules every installation begins with, published as version 1."""

from django.db import migrations
from django.utils import timezone

from scoring.services import ensure_starter_rules


def publish_starter_rules(apps, schema_editor):
    """Through the tables as they are at this point, so that it works however the models change later."""
    ensure_starter_rules(now=timezone.now(), apps=apps)


class Migration(migrations.Migration):
    dependencies = [("scoring", "0001_initial")]

    operations = [migrations.RunPython(publish_starter_rules, migrations.RunPython.noop)]
