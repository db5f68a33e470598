"""The Celery app: the muscle and the clock. What is due stands in the database; the broker only wakes.

A worker that dies gives its task back (late acknowledgement, rejected when its process is lost), and what it had
fetched comes back within seconds instead of the 100 s of kombu's defaults. Nothing is scheduled with an eta or a
countdown: Redis would deliver it again and again once the visibility time-out has passed.
"""

import gc
import os
from typing import Any

from celery import Celery
from celery.signals import worker_before_create_process, worker_shutting_down

from common.stopping import ask_to_stop
from leadcrm.observing import watch_tasks

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leadcrm.settings")
# They read all routes, and so every view, which no worker needs in its memory; `manage.py check` makes them.
os.environ.setdefault("CELERY_SKIP_CHECKS", "yes")

app = Celery("leadcrm")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.set_default()
app.autodiscover_tasks()
app.steps["worker"].add("leadcrm.beat:BeatInWorker")
watch_tasks()


@worker_before_create_process.connect
def settle_memory(**said: Any) -> None:
    """Leave what is imported out of every later garbage collection: a sixth less work, and its memory stays shared."""
    gc.collect()
    gc.freeze()


@worker_shutting_down.connect
def finish_what_is_in_hand(**said: Any) -> None:
    """Let tasks end after the piece they are at: a worker that is restarted waits for them, but not for ever."""
    ask_to_stop()
