"""Leads that workers died of."""

from django.db.models import QuerySet

from leads.models import MAX_WORKER_DEATHS, Suspect


def put_aside() -> QuerySet[Suspect]:
    """Return the leads nobody judges any more, because each killed its worker again and again."""
    return Suspect.objects.filter(worker_deaths__gte=MAX_WORKER_DEATHS)
