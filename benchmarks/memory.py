"""What the product takes at rest: ``python -m benchmarks.memory [--seconds 15]``.

Memory is the proportional share (PSS: a page shared by two counts half for each) of web server and worker with clock,
as ``manage.py start`` runs them, against an empty Django and Celery under the same web server in the same run.
"""

import argparse
import os
import re
import secrets
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterable, Sequence
from importlib.metadata import packages_distributions
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.capture import free_port, wait_for
from benchmarks.results import Result, hand_over
from benchmarks.scratch import scratch_database  # sets Django up, so it comes before what needs it

# isort: split
from django.utils import timezone

from accounts.services import create_first_admin, issue_setup_link
from leadcrm import launch

ROOT = Path(__file__).resolve().parent.parent
MUST = 1.6
PAGES = ("/login", "/healthz", "/embed.js")
COLLECT = [sys.executable, "-m", "django", "collectstatic", "--no-input"]
LOCK = ROOT / "requirements.lock"


class Pair:
    """A web server and a worker with its clock."""

    def __init__(self, port: int, commands: Iterable[Sequence[str]], environment: dict[str, str]) -> None:
        self.port = port
        environment = {**environment, "WEB_BIND": f"127.0.0.1:{port}", "WEB_WORKERS": "2", "WEB_THREADS": "4"}
        self.processes = [subprocess.Popen(command, cwd=ROOT, env=environment) for command in commands]

    def megabytes(self) -> list[float]:
        """Return what web server and worker take."""
        return [sum(map(pss, family(process.pid))) / 1024 for process in self.processes]

    def use(self) -> None:
        """Ask for a few pages, so that what is loaded at the first request is loaded."""
        wait_for(self.port)
        for page in PAGES * 8:
            urllib.request.urlopen(f"http://127.0.0.1:{self.port}{page}", timeout=30).read()

    def stop(self) -> None:
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.wait(30)


def family(pid: int) -> list[int]:
    """Return a process and all that it has started."""
    children = [
        int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()
    ]
    return [pid, *(member for child in children for member in family(child))]


def pss(pid: int) -> int:
    """Return the proportional share of memory in kB."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def product(port: int) -> list[Sequence[str]]:
    """Return the commands that ``manage.py start`` runs."""
    return [child.command for child in launch.children("127.0.0.1", port)]


def empty(schedule: str) -> list[Sequence[str]]:
    """Return the same for the empty app, with Celery's own clock."""
    run = [sys.executable, "-m"]
    server = [*run, "gunicorn", "-c", "python:leadcrm.gunicorn_config", "--worker-class", "gthread"]
    server += ["benchmarks.empty_app"]
    worker = [*run, "celery", "--quiet", "-A", "benchmarks.empty_app:app", "worker", "--pool", "threads"]
    worker += ["--concurrency", "4", "--beat", "--schedule", schedule, "--without-gossip", "--without-mingle"]
    return [server, worker]


def hide_tools(folder: Path) -> None:
    """Make what only developers have look absent, as where the product runs: others load it where they find it."""
    shipped = {canonical(name) for name in re.findall(r"^([\w.-]+)==", LOCK.read_text(), re.MULTILINE)}
    folder.mkdir()
    for module, owners in packages_distributions().items():
        if module.isidentifier() and module[0] != "_" and not shipped & set(map(canonical, owners)):
            (folder / f"{module}.py").write_text('raise ImportError("This is for developers.")\n')


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def measure(name: str, seconds: float) -> None:
    """Start both pairs on the database ``name``, let them rest, and print what they take."""
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path="/" + name).geturl()
    with tempfile.TemporaryDirectory() as folder:
        hide_tools(Path(folder, "tools"))
        environment = {
            **os.environ,
            "DATABASE_URL": url,
            "PYTHONPATH": f"{folder}/tools:{ROOT}",
            "PYTHONWARNINGS": "ignore",
            "LOG_LEVEL": "ERROR",
            "STATIC_ROOT": f"{folder}/static",
        }
        subprocess.run(COLLECT, check=True, cwd=ROOT, env=environment, capture_output=True)
        first, second = free_port(), free_port()
        pairs = {
            "product": Pair(first, product(first), environment),
            "empty": Pair(second, empty(f"{folder}/schedule"), environment),
        }
        try:
            for pair in pairs.values():
                pair.use()
            time.sleep(seconds)
            taken = {what: pair.megabytes() for what, pair in pairs.items()}
        finally:
            for pair in pairs.values():
                pair.stop()
    for what, (web, worker) in taken.items():
        print(f"memory: {what} {web + worker:.0f} MB: web 2 x 4 {web:.0f}, worker with clock {worker:.0f}")
    hand_over(
        Result(
            name="memory: web, worker and clock at rest",
            figure=sum(taken["product"]),
            unit="MB",
            baseline=sum(taken["empty"]),
            baseline_name="empty Django and Celery",
            bound="at most",
            must=MUST,
        )
    )


def set_up() -> None:
    """Let there be somebody who can sign in, without whom every page leads to the set-up."""
    now = timezone.now()
    token, password = issue_setup_link(now=now), secrets.token_urlsafe()
    create_first_admin(token=token, name="Ada", email="ada@example.com", password=password, now=now)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seconds", type=float, default=15, help="how long both rest before they are measured")
    given = options.parse_args()
    with scratch_database() as name:
        set_up()
        measure(name, given.seconds)


if __name__ == "__main__":
    main()
