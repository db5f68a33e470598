"""Removing what somebody sent."""

from collections.abc import Collection
from uuid import UUID

from django.db import transaction

from capture.live import forget
from capture.models import Form, FormVersion, Submission


def erase_submissions(*, lead_ids: Collection[UUID]) -> int:
    """Delete the submissions of these leads. Returns how many there were."""
    deleted, _ = Submission.objects.filter(lead__in=lead_ids).delete()
    return deleted


@transaction.atomic
def remove_sample_forms() -> int:
    """Delete the sample forms with their versions and submissions. Returns how many forms there were."""
    forms = list(Form.objects.filter(is_sample=True).values_list("pk", flat=True))
    Submission.objects.filter(form__in=forms).delete()
    Form.objects.filter(pk__in=forms).update(live_version=None, state=Form.State.CLOSED)
    FormVersion.objects.filter(form__in=forms).delete()
    Form.objects.filter(pk__in=forms).delete()
    for form in forms:
        forget(form)
    return len(forms)
