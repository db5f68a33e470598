"""Removing what somebody sent, and forms that were made to try something."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef

from capture.live import forget
from capture.models import Form, FormVersion, Offer, Submission


def erase_submissions(*, lead_ids: Collection[UUID]) -> int:
    """Delete the submissions of these leads. Returns how many there were."""
    deleted, _ = Submission.objects.filter(lead__in=lead_ids).delete()
    return deleted


@transaction.atomic
def remove_sample_forms() -> int:
    """Delete the sample forms with their versions and submissions. Returns how many forms there were."""
    return _delete(list(Form.objects.filter(is_sample=True).values_list("pk", flat=True)))


@transaction.atomic
def remove_form(*, form: Form, offers_since: datetime | None = None) -> None:
    """Delete a form and every trace of it: versions, submissions.

    Of the offers it gave, those made since ``offers_since`` go with it unless another form gives them too.
    """
    offers = list(form.versions.exclude(offer=None).values_list("offer", flat=True))
    _delete([form.pk])
    if offers_since is not None:
        is_given = Exists(FormVersion.objects.filter(offer=OuterRef("pk")))
        Offer.objects.filter(~is_given, pk__in=offers, created_at__gte=offers_since).delete()


def _delete(form_ids: Collection[str]) -> int:
    Submission.objects.filter(form__in=form_ids).delete()
    Form.objects.filter(pk__in=form_ids).update(live_version=None, state=Form.State.CLOSED)
    FormVersion.objects.filter(form__in=form_ids).delete()
    Form.objects.filter(pk__in=form_ids).delete()
    for form_id in form_ids:
        forget(form_id)
    return len(form_ids)
