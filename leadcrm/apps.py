"""Makes the Celery app the process's default, so that a wake-up from a web process finds its broker."""

from django.apps import AppConfig

from leadcrm.celery import app as celery_app

__all__ = ["LeadcrmConfig", "celery_app"]


class LeadcrmConfig(AppConfig):
    name = "leadcrm"
