"""A clock that can be moved: what the product's processes take for the time, if they were started with it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path


class Clock:
    """Processes started with ``path`` as ``CHAOS_CLOCK`` or ``CHAOS_WRONG_CLOCK`` read from here how far off it is."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.off = timedelta()
        self.set(timedelta())

    def set(self, off: timedelta) -> None:
        """Let the clock be wrong by ``off`` from now on."""
        partial = self.path.with_suffix(".new")
        partial.write_text(str(off.total_seconds()))
        partial.rename(self.path)
        self.off = off

    def forward(self, hours: float) -> None:
        self.set(self.off + timedelta(hours=hours))

    def now(self) -> datetime:
        return datetime.now(UTC) + self.off
