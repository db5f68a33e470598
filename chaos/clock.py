"""A clock that can be moved: what the product's processes take for the time, if they were started with it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

LIBRARIES = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))


def has_faketime() -> bool:
    return bool(LIBRARIES)


class Clock:
    """Processes started with ``path`` as ``CHAOS_CLOCK`` or ``CHAOS_WRONG_CLOCK`` read from here how far off it is."""

    def __init__(self, path: Path) -> None:
        self.path = path
        # The same for libfaketime, which wants a sign.
        self.faketime = path.with_suffix(".faketime")
        self.off = timedelta()
        self.set(timedelta())

    def set(self, off: timedelta) -> None:
        """Let the clock be wrong by ``off`` from now on."""
        partial = self.path.with_suffix(".new")
        for path, text in ((self.path, f"{off.total_seconds()}"), (self.faketime, f"{off.total_seconds():+.0f}")):
            partial.write_text(text)
            partial.rename(path)
        self.off = off

    def forward(self, hours: float) -> None:
        self.set(self.off + timedelta(hours=hours))

    def wrong_machine(self) -> dict[str, str]:
        """Return the environment of a process on a machine whose clock is wrong as this one says.

        With libfaketime (Debian's package ``faketime``) it is wrong for everything in the process, also what is
        written in C; without it for the product's own clock and Django's.
        """
        if not has_faketime():
            return {"CHAOS_WRONG_CLOCK": str(self.path)}
        return {
            "LD_PRELOAD": str(LIBRARIES[0]),
            "PYTHONPATH": str(Path(__file__).with_name("faketime")),
            "FAKETIME_TIMESTAMP_FILE": str(self.faketime),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "DONT_FAKE_MONOTONIC": "1",
        }

    def now(self) -> datetime:
        return datetime.now(UTC) + self.off
