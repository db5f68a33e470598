"""Ways to narrow a list of leads to those with which something happened. The apps above bring theirs.

So a list can be narrowed by what ``leads`` itself has no word for.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, QuerySet
from django.utils.functional import SimpleLazyObject

from common.composition import composed


@dataclass(frozen=True)
class Narrowing:
    """What happened with a lead: ``words`` for people, and its rows in the database.

    ``rows`` returns those of the outer lead, for use inside Exists; ``moment`` names their field that says when.
    """

    words: str
    rows: Callable[[], QuerySet]
    moment: str

    def within(self, since: datetime | None, until: datetime | None) -> Exists:
        """Return the condition that it happened from ``since``, before ``until``; None is no end."""
        rows = self.rows()
        if since:
            rows = rows.filter(**{f"{self.moment}__gte": since})
        if until:
            rows = rows.filter(**{f"{self.moment}__lt": until})
        return Exists(rows)


# Read when first asked for: the apps above are not there yet while this one is loaded.
NARROWINGS: Mapping[str, Narrowing] = SimpleLazyObject(lambda: composed("NARROWINGS"))  # type: ignore[assignment]
