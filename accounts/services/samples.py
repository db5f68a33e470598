"""The people of the sample data."""

from django.db import transaction

from accounts.models import User


@transaction.atomic
def remove_sample_users() -> int:
    """Delete the people that came with the sample data. Returns how many there were."""
    deleted, _ = User.objects.filter(is_sample=True).delete()
    return deleted
