"""The one way the settings row is written."""

from typing import Any

from django.db import transaction

from common.models import Installation


@transaction.atomic
def lock_installation() -> Installation:
    """Return the settings row locked, made here when nobody has saved any yet."""
    Installation.objects.bulk_create([Installation()], ignore_conflicts=True)
    return Installation.objects.select_for_update().get(pk=1)


def save_installation(*, changes: dict[str, Any]) -> Installation:
    """Write these columns of the settings row."""
    Installation.objects.filter(pk=1).update(**changes)
    return Installation.objects.get(pk=1)
