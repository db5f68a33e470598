"""The people of the sample data."""

from django.db import transaction

from accounts.models import User


@transaction.atomic
def renew_sample_password(*, password: str) -> list[User]:
    """Give all people of the sample data one password, and return them. An earlier one, printed before, ends."""
    people = list(User.objects.select_for_update().filter(is_sample=True).order_by("pk"))
    for person in people:
        person.set_password(password)
        person.save(update_fields=["password"])
    return people


@transaction.atomic
def remove_sample_users() -> int:
    """Delete the people that came with the sample data. Returns how many there were."""
    deleted, _ = User.objects.filter(is_sample=True).delete()
    return deleted
