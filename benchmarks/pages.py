"""How long pages take as leads grow: ``python -m benchmarks.pages [--leads 10000 1000000] [--rounds 40]``.

For each size a database of its own, all cloned from one in which sample leads were played, and a gunicorn of its own in
front. Pages are asked for in turns, a size after the other, over a kept connection, by somebody signed in who sees all
leads; the smallest size is the baseline. ``--databases`` names generated ones that are there already, instead.
Capture is measured on the same databases at the end (``growth.py``), which adds leads to them.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import psycopg2

from benchmarks.capture import ROOT, free_port, percentile, sql, wait_for
from benchmarks.results import Result, hand_over
from leadcrm.gunicorn_config import worker_class

MUST, AIM = 1.3, 1.1
# What grows with the number of matches, not of leads: shown, and held to its cap by the tests.
WITHOUT_BOUND = frozenset({"search, a first name"})
ENVIRONMENT = {"DJANGO_SETTINGS_MODULE": "leadcrm.settings", "LOG_LEVEL": "WARNING", "PYTHONPATH": str(ROOT)}


class Site:
    """One size: its database, the server in front of it, and the pages to ask for."""

    def __init__(self, url: str, port: int, found: Mapping[str, object]) -> None:
        self.url = url
        self.pages: dict[str, list[str]] = found["pages"]  # type: ignore[assignment]
        self.headers = {"Cookie": str(found["cookie"])}
        self.connection = HTTPConnection("127.0.0.1", port, timeout=60)

    def ask(self, page: str, number: int) -> float:
        """Return how many milliseconds the page took; anything but the page itself ends the run."""
        addresses = self.pages[page]
        began = time.perf_counter()
        self.connection.request("GET", addresses[number % len(addresses)], headers=self.headers)
        answer = self.connection.getresponse()
        body = answer.read()
        took = (time.perf_counter() - began) * 1000
        if answer.status != 200 or b"</html>" not in body:
            raise SystemExit(f"{page} answered {answer.status}")
        return took


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--leads", type=int, nargs="+", default=[10_000, 1_000_000])
    options.add_argument("--rounds", type=int, default=40)
    options.add_argument("--databases", nargs="*", metavar="NAME")
    given = options.parse_args()
    with ExitStack() as stack:
        os.environ["STATIC_ROOT"] = stack.enter_context(TemporaryDirectory())
        run("-m", "django", "collectstatic", "--no-input", url=os.environ["DATABASE_URL"])
        urls = [at_database(name) for name in given.databases or ()] or stack.enter_context(generated(given.leads))
        with ExitStack() as servers:
            sites = [servers.enter_context(served(url)) for url in urls]
            times = measure(sites, given.rounds)
        report(times, [rows_of(url) for url in urls])
        # At last, since it adds leads.
        names = [urlsplit(url).path.lstrip("/") for url in urls]
        command = [sys.executable, "-m", "benchmarks.growth", "--rounds", str(min(given.rounds, 5))]
        subprocess.run([*command, "--databases", *names], check=True, cwd=ROOT, env=environment(urls[0]))


def measure(sites: Sequence[Site], rounds: int) -> dict[str, list[list[float]]]:
    """Return the milliseconds of each page, by site; every page is asked for a few times beforehand."""
    times: dict[str, list[list[float]]] = {page: [[] for _ in sites] for page in sites[0].pages}
    for number in range(-3, rounds):
        for page, of_page in times.items():
            for index in range(len(sites)) if number % 2 else reversed(range(len(sites))):
                took = sites[index].ask(page, number)
                if number >= 0:
                    of_page[index].append(took)
    return times


def report(times: Mapping[str, Sequence[Sequence[float]]], sizes: Sequence[int]) -> None:
    """Print p50 and p95 in milliseconds at each size; hand over the largest p50 beside the smallest's."""
    print("p50 / p95 ms".ljust(24) + "".join(f"{size:>20,} leads" for size in sizes))
    results = []
    for page, of_page in times.items():
        medians = [statistics.median(of_site) for of_site in of_page]
        cells = (
            f"{median:10.1f} /{percentile(list(of_site), 95):8.1f}      "
            for median, of_site in zip(medians, of_page, strict=True)
        )
        print(f"{page:<24}" + "".join(f"{cell:>26}" for cell in cells))
        results.append(grown(page, medians, sizes))
    hand_over(*results)


def grown(page: str, medians: Sequence[float], sizes: Sequence[int]) -> Result:
    """Return the page at the largest size, the smallest being its baseline."""
    must, aim = (None, None) if page in WITHOUT_BOUND else (MUST, AIM)
    return Result(
        name=f"page: {page}, {sizes[-1]:,} leads",
        figure=medians[-1],
        unit="ms",
        baseline=medians[0],
        baseline_name=f"{sizes[0]:,} leads",
        bound="at most",
        must=must,
        aim=aim,
    )


@contextmanager
def generated(sizes: Sequence[int]) -> Iterator[list[str]]:
    """Yield the addresses of databases with so many leads, all from the same played history; dropped in the end."""
    admin = os.environ["DATABASE_URL"]
    names = [f"leadcrm_pages_{os.getpid()}_{number}" for number in range(len(sizes) + 1)]
    try:
        for name, size in zip(names, [0, *sizes], strict=True):
            sql(admin, f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{names[0]}"' if size else ""))
            if not size:
                run("-m", "django", "migrate", "-v0", url=at_database(name))
                run("-m", "django", "seed_demo", "--leads", str(min(150, *sizes)), url=at_database(name))
                continue
            run("-m", "django", "generate_leads", "--leads", str(size), url=at_database(name))
        yield [at_database(name) for name in names[1:]]
    finally:
        for name in names:
            sql(admin, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@contextmanager
def served(url: str, *, threads: int = 1) -> Iterator[Site]:
    """Yield a site whose server, one process of so many threads, ends with the block."""
    port = free_port()
    found = json.loads(run("-m", "benchmarks.page_targets", url=url))
    command = [sys.executable, "-m", "gunicorn", "leadcrm.wsgi:application", "--worker-class", worker_class]
    command += ["--workers", "1", "--threads", str(threads), "--bind", f"127.0.0.1:{port}", "--keep-alive", "120"]
    server = subprocess.Popen([*command, "--log-level", "warning"], cwd=ROOT, env=environment(url))
    try:
        wait_for(port)
        yield Site(url, port, found)
    finally:
        server.terminate()
        server.wait(20)


def run(*arguments: str, url: str) -> str:
    return subprocess.run(
        [sys.executable, *arguments], check=True, cwd=ROOT, env=environment(url), capture_output=True, text=True
    ).stdout


def environment(url: str) -> dict[str, str]:
    return {**os.environ, **ENVIRONMENT, "DATABASE_URL": url, "STATEMENT_TIMEOUT_MS": "0"}


def at_database(name: str) -> str:
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()


def rows_of(url: str) -> int:
    with psycopg2.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM leads_lead")
        return cursor.fetchone()[0]


if __name__ == "__main__":
    main()
