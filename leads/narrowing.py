"""Ways to narrow a list of leads to those with which something happened. The apps above bring theirs.

Whatever app knows of something leads go through has a module ``narrowing`` of its own that calls ``bring``; it is read
when the product starts. So a list can be narrowed by what ``leads`` itself has no word for.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, QuerySet


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


NARROWINGS: dict[str, Narrowing] = {}


def bring(**narrowings: Narrowing) -> None:
    """Let lists of leads be narrowed by these. Raises ValueError where a name is taken."""
    taken = NARROWINGS.keys() & narrowings.keys()
    if taken:
        raise ValueError(f"Lists are narrowed by {', '.join(sorted(taken))} already. Choose another name.")
    NARROWINGS.update(narrowings)
