"""What a measurement found, as one record: handed over as a line of JSON, read back into one table.

``python -m benchmarks`` names the file in ``BENCHMARK_RESULTS`` and prints one table at the end; a measurement that
runs by itself prints its own.
"""

import dataclasses
import json
import os
import statistics
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

FILE = "BENCHMARK_RESULTS"
HEADINGS = ("measurement", "figure", "baseline", "ratio", "must", "aim", "verdict", "load", "fdatasync")
SIGNS = {"at least": ">=", "at most": "<="}


def fdatasync_ms(rounds: int = 50) -> float:
    """Return what making 8 kB durable costs on this disk, median: the floor under every commit."""
    costs = []
    with tempfile.NamedTemporaryFile(dir="/var/tmp") as file:
        for _ in range(rounds):
            file.write(b"x" * 8192)
            file.flush()
            began = time.perf_counter()
            os.fdatasync(file.fileno())
            costs.append((time.perf_counter() - began) * 1000)
    return statistics.median(costs)


def load() -> float:
    """Return how many processes have wanted a processor, on average of the last minute."""
    return os.getloadavg()[0]


@dataclass(frozen=True, kw_only=True)
class Result:
    """One figure. ``must`` and ``aim`` bound the ratio to the baseline, and the figure itself where there is none."""

    name: str
    figure: float
    unit: str
    bound: Literal["at least", "at most"]
    baseline: float | None = None
    baseline_name: str = ""
    # The median of the rounds' ratios, where both were measured in rounds; else it follows from the two figures.
    ratio: float | None = None
    must: float | None = None
    aim: float | None = None
    load: float = field(default_factory=load)
    fdatasync_ms: float = field(default_factory=fdatasync_ms)

    def __post_init__(self) -> None:
        if self.ratio is None and self.baseline:
            object.__setattr__(self, "ratio", self.figure / self.baseline)

    @property
    def is_missed(self) -> bool:
        """Whether the figure is on the wrong side of its must."""
        if self.must is None:
            return False
        judged = self.figure if self.ratio is None else self.ratio
        return judged < self.must if self.bound == "at least" else judged > self.must

    @property
    def cells(self) -> tuple[str, ...]:
        """The row of the table."""
        baseline = "" if self.baseline is None else f"{self.baseline_name} {amount(self.baseline)}"
        ratio = "" if self.ratio is None else f"{self.ratio:.2f}"
        bounds = ["" if value is None else f"{SIGNS[self.bound]} {value:g}" for value in (self.must, self.aim)]
        verdict = "" if self.must is None else "MISSED" if self.is_missed else "met"
        circumstances = (f"{self.load:.1f}", f"{self.fdatasync_ms:.2f} ms")
        return (self.name, f"{amount(self.figure)} {self.unit}", baseline, ratio, *bounds, verdict, *circumstances)


def amount(value: float) -> str:
    """Return a figure with as many digits as say something."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def hand_over(*results: Result) -> None:
    """Add the results to the file of the whole run; print them where a measurement runs by itself."""
    if path := os.environ.get(FILE):
        with Path(path).open("a") as file:
            file.writelines(json.dumps(dataclasses.asdict(result)) + "\n" for result in results)
    else:
        print("\n" + table(results))


def read(path: Path) -> list[Result]:
    return [Result(**json.loads(line)) for line in path.read_text().splitlines()]


def table(results: Iterable[Result]) -> str:
    """Return the results as aligned columns under their headings."""
    rows = [HEADINGS, *(result.cells for result in results)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(_line(row, widths) for row in rows)


def _line(row: Iterable[str], widths: Iterable[int]) -> str:
    return "  ".join(_aligned(row, widths)).rstrip()


def _aligned(row: Iterable[str], widths: Iterable[int]) -> Iterator[str]:
    for heading, cell, width in zip(HEADINGS, row, widths, strict=True):
        yield cell.ljust(width) if heading in ("measurement", "verdict") else cell.rjust(width)
