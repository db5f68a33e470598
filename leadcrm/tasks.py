"""The pipeline as a task: work is a due mark, the broker only wakes."""

from celery import shared_task

from common import clock
from leadcrm import pipeline, retention
from leadcrm.system import telling


@shared_task(name="leadcrm.advance_marked_leads")
def advance_marked_leads() -> int:
    """Judge every lead whose mark is due. Returns the number of marks."""
    return pipeline.advance_marked_leads(now=clock.now())


@shared_task(name="leadcrm.tell_admins")
def tell_admins() -> int:
    """Tell admins what does not run. Returns the number of new lines."""
    return telling.tell_admins(now=clock.now())


@shared_task(name="leadcrm.apply_retention")
def apply_retention() -> int:
    """Forget what has been kept long enough. Returns the number of rows."""
    return retention.apply_retention(now=clock.now())
