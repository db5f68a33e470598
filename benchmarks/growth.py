"""How capture and storage grow with the leads: ``python -m benchmarks.growth [--leads 10000 1000000] [--rounds 5]``.

Submissions accepted per second at each size, in turns, each size under a server of its own, as ``capture.py`` sends
them; the smallest size is the baseline. Then the bytes on disk for each lead, with indexes. ``pages.py`` has this
measured on its databases when it is done with them; ``--databases`` names some that are there already.
"""

import argparse
import json
import statistics
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import psycopg2

from benchmarks.scratch import scratch_database  # noqa: F401  (sets Django up, so it comes first)

# isort: split
from benchmarks.capture import ROOT, SETTINGS, THREADS, WORKERS, bodies, free_port, new_form, sql, wait_for
from benchmarks.capture import run as send
from benchmarks.pages import at_database, environment, generated, rows_of, run
from benchmarks.results import Result, hand_over
from leadcrm.gunicorn_config import worker_class

MUST, AIM = 0.9, 1.0
BYTES = 600
WARM_UP = 1.0
# More than a server takes in a second.
PER_SECOND = 3_000
OWN = ("leads_lead",)
JUDGED = (*OWN, "leads_leadstate")
SIZE_OF = "SELECT sum(pg_total_relation_size(relid)) FROM pg_stat_user_tables"


@dataclass
class Place:
    """One size: its database, the form in it, the server in front of it, and what that has taken in."""

    url: str
    leads: int
    form_id: str
    number: int
    port: int
    sent: int = 0

    def take(self, seconds: float) -> float:
        """Return how many submissions a second were accepted."""
        requests = bodies(self.form_id, self.number, int(seconds * PER_SECOND))
        done, elapsed, _ = send(self.port, f"/f/{self.form_id}/submit", requests, seconds)
        self.sent += done
        return done / elapsed

    def check(self) -> None:
        """Count in the database: what was accepted must be there."""
        if (stored := rows_of(self.url) - self.leads) != self.sent:
            raise SystemExit(f"{self.leads:,} leads: accepted {self.sent}, stored {stored}")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--leads", type=int, nargs="+", default=[10_000, 1_000_000])
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--seconds", type=float, default=3.0)
    options.add_argument("--databases", nargs="*", metavar="NAME")
    options.add_argument("--form", action="store_true", help="only make a form in DATABASE_URL and print which")
    given = options.parse_args()
    if given.form:
        json.dump(new_form(), sys.stdout)
        return
    with ExitStack() as stack:
        urls = [at_database(name) for name in given.databases or ()] or stack.enter_context(generated(given.leads))
        for url in urls:
            sql(url, "VACUUM (ANALYZE)")
        hand_over(*stored(urls[-1]))
        places = [stack.enter_context(served(url)) for url in urls]
        rates = measure(places, given.rounds, given.seconds)
        for place in places:
            place.check()
    hand_over(grown(places, rates))


@contextmanager
def served(url: str) -> Iterator[Place]:
    """Yield a size whose server, as ``capture.py`` has it, ends with the block."""
    form_id, number = json.loads(run("-m", "benchmarks.growth", "--form", url=url))
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "benchmarks.capture_app:application", "--worker-class", worker_class]
    command += ["--workers", str(WORKERS), "--threads", str(THREADS), "--bind", f"127.0.0.1:{port}"]
    command += ["--keep-alive", "30", "--log-level", "warning"]
    server = subprocess.Popen(command, cwd=ROOT, env={**environment(url), **SETTINGS})
    try:
        wait_for(port)
        yield Place(url, rows_of(url), form_id, number, port)
    finally:
        server.terminate()
        server.wait(20)


def measure(places: Sequence[Place], rounds: int, seconds: float) -> list[list[float]]:
    """Return the submissions accepted per second of each round, by size."""
    rates: list[list[float]] = [[] for _ in places]
    for place in places:
        sql(place.url, "CHECKPOINT")
        place.take(WARM_UP)
    for number in range(rounds):
        order = list(zip(places, rates, strict=True))
        for place, of_place in order if number % 2 else order[::-1]:
            of_place.append(place.take(seconds))
        print(f"round {number + 1}: " + ", ".join(f"{p.leads:,} leads {r[-1]:.0f}/s" for p, r in order), flush=True)
    return rates


def grown(places: Sequence[Place], rates: Sequence[Sequence[float]]) -> Result:
    """Return the rate at the largest size, the smallest being its baseline."""
    return Result(
        name=f"capture: submissions, {places[-1].leads:,} leads",
        figure=statistics.median(rates[-1]),
        unit="/s",
        baseline=statistics.median(rates[0]),
        baseline_name=f"{places[0].leads:,} leads",
        ratio=statistics.median(large / small for small, large in zip(rates[0], rates[-1], strict=True)),
        bound="at least",
        must=MUST,
        aim=AIM,
    )


def stored(url: str) -> list[Result]:
    """Return the bytes on disk for each lead, indexes included: its own row, with what it is judged to be, and all."""
    leads = rows_of(url)
    parts = {"its own row": (OWN, BYTES), "and its state": (JUDGED, None), "and all that is known of it": ((), None)}
    with psycopg2.connect(url) as connection, connection.cursor() as cursor:
        found = []
        for name, (tables, must) in parts.items():
            cursor.execute(SIZE_OF + (" WHERE relname = ANY(%s)" if tables else ""), [list(tables)] if tables else None)
            size = float(cursor.fetchone()[0]) / leads
            found.append(
                Result(name=f"on disk: {name}, {leads:,} leads", figure=size, unit="bytes", bound="at most", must=must)
            )
    return found


if __name__ == "__main__":
    main()
