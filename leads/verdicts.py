"""When a verdict takes effect: it can be undone for some minutes. Pure, without Django, for the engine too."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

VERDICT_DELAY = timedelta(minutes=10)


class VerdictFact(Protocol):
    """What is read of the fact that a verdict was given."""

    @property
    def occurred_at(self) -> datetime: ...
    @property
    def payload(self) -> Mapping[str, Any]: ...


def effective_at(verdict: VerdictFact) -> datetime:
    """Return when a verdict takes effect: at the moment it names, else after ``VERDICT_DELAY``."""
    return moment(verdict.payload.get("effective_at")) or verdict.occurred_at + VERDICT_DELAY


def moment(value: Any) -> datetime | None:
    """Return an aware datetime from a datetime, an ISO text or an ISO date (midnight UTC), else None."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if not isinstance(value, datetime):
        return None
    return value if value.tzinfo else value.replace(tzinfo=UTC)
