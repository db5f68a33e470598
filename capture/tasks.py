"""Work of this app that is due."""

from celery import shared_task

from capture import services
from common import clock


@shared_task(name="capture.join_unjoined_submissions")
def join_unjoined_submissions() -> int:
    return services.join_unjoined_submissions(now=clock.now())
