"""The least that Django with gunicorn and Celery is: what ``benchmarks/memory.py`` compares the product with."""

import os

import django
from celery import Celery
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

settings.configure(SECRET_KEY="benchmark-only-" + "0" * 40, ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__)
django.setup()
application = get_wsgi_application()
app = Celery("empty", broker=os.environ["REDIS_URL"])
app.conf.task_default_queue = "empty"


@app.task(name="empty.nothing")
def nothing() -> None:
    """Be the one task."""


def answer(request: HttpRequest, **address: str) -> HttpResponse:
    """Be the one page."""
    return HttpResponse("ok")


app.conf.beat_schedule = {"nothing": {"task": "empty.nothing", "schedule": 10}}
urlpatterns = [path("<path:anything>", answer), path("", answer)]
