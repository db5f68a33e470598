"""What a run found, as one table: a line for each promise."""

from collections.abc import Iterable
from dataclasses import dataclass, field

PROMISES = {
    "P1": "every 2xx submission exists after any crash",
    "P2": "same key again: same answer, one submission, one notice",
    "P3": "mail: none lost silently, none doubled, few uncertain",
    "P4": "broker down: capture stays 2xx, at most 20 ms slower",
    "P5": "Redis wiped: nothing lost, recovery within 90 s",
    "P6": "work of a killed worker resumes within 135 s",
    "P7": "database down: 503 within 3 s, recovery within 30 s",
    "P8": "disk full: no false 2xx, health red, recovers alone",
    "P9": "two clocks, every task twice: nothing doubled",
    "P10": "clock jumps: no step twice, early or skipped",
    "P11": "one lead, many reps: exactly one owner",
    "P12": "one new address, many submits: exactly one lead",
    "P13": "merge during submit and send: no orphan",
    "P14": "bad input: no 500, no unhandled error",
    "P15": "one poison row never holds up the others",
    "P16": "hung mail server holds no sender beyond its time-outs",
    "P17": "unsubscribed: no mail set out after one second",
    "P18": "restart under load: nothing lost, drained within 30 s",
}
ELSEWHERE = {"P13": "leads cannot be merged yet", "P14": "see make fuzz"}
HEAD = ("", "Promise", "Trials", "Lost", "Doubled", "Uncertain", "Recovery", "")


@dataclass
class Result:
    """What one scenario found about one promise. ``problems`` break it; ``skipped`` says why nothing was tried."""

    promise: str
    trials: int = 0
    lost: int = 0
    doubled: int = 0
    uncertain: int = 0
    recovery_seconds: float | None = None
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    skipped: str = ""

    def __iadd__(self, other: "Result") -> "Result":
        self.trials += other.trials
        self.lost += other.lost
        self.doubled += other.doubled
        self.uncertain += other.uncertain
        slowest = [s for s in (self.recovery_seconds, other.recovery_seconds) if s is not None]
        self.recovery_seconds = max(slowest, default=None)
        self.problems += other.problems
        self.notes += other.notes
        self.skipped = self.skipped or other.skipped
        return self

    @property
    def is_broken(self) -> bool:
        return bool(self.problems or self.lost or self.doubled)

    @property
    def verdict(self) -> str:
        if self.is_broken:
            return "BROKEN"
        if self.trials:
            return "held"
        return f"skipped: {self.skipped}" if self.skipped else "not tried"


def gather(results: Iterable[Result]) -> dict[str, Result]:
    """Add up what is known of each promise, also of those nobody tried."""
    found = {promise: Result(promise, skipped=ELSEWHERE.get(promise, "")) for promise in PROMISES}
    for result in results:
        found[result.promise] += result
    return found


def table(found: dict[str, Result]) -> str:
    """Return the table, with what broke a promise below it."""
    rows = [HEAD, *(_row(result) for result in found.values())]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    lines.insert(1, "-" * max(len(line) for line in lines))
    for result in found.values():
        lines += [f"{result.promise} {note}" for note in result.notes]
        lines += [f"{result.promise} BROKEN: {problem}" for problem in result.problems[:20]]
    return "\n".join(lines)


def _row(result: Result) -> tuple[str, ...]:
    counts = (result.trials, result.lost, result.doubled, result.uncertain) if result.trials else ("", "", "", "")
    recovery = "" if result.recovery_seconds is None else f"{result.recovery_seconds:.1f} s"
    return (result.promise, PROMISES[result.promise], *(str(count) for count in counts), recovery, result.verdict)
