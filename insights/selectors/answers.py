"""Answers to the questions in ``insights/sql``: from the days counted where there are many, else from the facts."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from common.models import Installation
from insights import queries
from insights.models import RollUp
from insights.periods import Period

Row = dict[str, Any]


@dataclass(frozen=True)
class Answers:
    """Where answers come from: ``rolled`` is None where the facts are asked."""

    rolled: RollUp | None

    @classmethod
    def current(cls) -> "Answers":
        """Return what is valid now: numbers counted in another time zone than today's are not."""
        zone = Installation.current().time_zone
        return cls(RollUp.objects.filter(as_of__isnull=False, zone=zone).first())

    @property
    def as_of(self) -> datetime | None:
        """The moment the numbers were counted, None where they are of now."""
        return self.rolled.as_of if self.rolled else None

    def funnel(self, chosen: Period, *, source_id: int | None = None) -> list[Row]:
        """Return a row for each step that any lead of the period has reached."""
        if self.rolled is None:
            return queries.rows("funnel", since=chosen.since, until=chosen.until, source_id=source_id)
        return queries.rows("funnel_of_days", first=chosen.first, last=chosen.last, source_id=source_id)

    def sources(self, chosen: Period, *, limit: int) -> list[Row]:
        """Return a row for each source, those that brought most customers first."""
        kept = self._kept(f"sources {chosen.span}")
        return kept[:limit] if kept else queries.rows("sources", since=chosen.since, until=chosen.until, limit=limit)

    def temperature(self) -> list[Row]:
        """Return how many leads in play have each temperature."""
        return self._kept("temperature") or queries.rows("temperature")

    def achieved(self, month: Period) -> Row:
        """Return what sales did in a month."""
        kept = self._kept(f"achieved {month.span}")
        return (kept or queries.rows("achieved", since=month.since, until=month.until))[0]

    def first_contact(self, chosen: Period, *, now: datetime) -> Row:
        """Return how fast sales contacted what was handed over in the period."""
        kept = self._kept(f"first_contact {chosen.span}")
        return (kept or queries.rows("first_contact", since=chosen.since, until=chosen.until, now=now))[0]

    def _kept(self, question: str) -> list[Row] | None:
        return self.rolled.answers.get(question) if self.rolled else None
