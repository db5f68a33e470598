"""P8: the database has no room, or takes no writes. A full disk needs root, for a small file system of its own."""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from chaos.checker import check_journal, check_rows, every, wait_for_rest
from chaos.processes import NeverHappened, wait_until
from chaos.report import Result
from chaos.run import Run
from chaos.scenarios.forms import open_site
from chaos.scenarios.outages import takes_one
from chaos.servers import Servers
from chaos.visitors import OK, Journal, send_all, send_until_ok
from leadcrm.embedded import postgres

SIZE_MB = 400
RECOVERY_SECONDS = 60
RED_SECONDS = GREEN_SECONDS = 60
IN_A_ROW = 8


def disk(run: Run) -> Iterator[Result]:
    """The database lies on a tmpfs that is filled up under visitors, and emptied again."""
    if os.geteuid() != 0:
        yield Result("P8", skipped="only root can mount a small file system")
        return
    folder = run.folder / "small"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE_MB}m,mode=755", "tmpfs", str(folder)]
    mounted = subprocess.run(command, check=False, capture_output=True)
    if mounted.returncode:
        yield Result("P8", skipped=f"no tmpfs can be mounted here: {mounted.stderr.decode().strip()}")
        return
    servers = Servers(folder / "data")
    small = Run(folder, servers, seed=run.seed, is_long=run.is_long, share=run.share, logs=run.folder)
    with ExitStack() as endings:
        endings.callback(subprocess.run, ["umount", "--lazy", str(folder)], check=False)
        endings.callback(small.close)
        small.start()
        yield from _fill(small)


def _fill(run: Run) -> Iterator[Result]:
    run.fresh("disk")
    site = open_site(run)
    run.web()
    run.worker()
    run.beat()
    filler = run.folder / "filler"
    for _ in range(run.size(1, 5)):
        journal = Journal()
        send_all(run.port, site.visits(20), journal, threads=4)
        _fill_up(filler)
        began = time.monotonic()
        full = Journal()
        while not any(answer.outcome != OK for answer in full.answers) and time.monotonic() - began < 60:
            send_all(run.port, site.visits(40), full, threads=4)
        red, unseen = _turns(run, "red", RED_SECONDS)
        refused = [answer for answer in full.answers if answer.outcome != OK]
        problems = unseen if refused else [*unseen, "the disk never became full"]
        problems += [f"answered {a.status or 'nothing'}, not 503" for a in refused if a.status != 503]
        filler.unlink()
        run.servers.start_one(postgres)
        began = time.monotonic()
        ended = run.start_what_ended()
        green, still_red = _turns(run, "green", GREEN_SECONDS)
        wait_until(partial(takes_one, run, site, full), "a submission is taken again", 120)
        journal.answers += full.answers
        send_until_ok(run.port, journal, threads=4)
        _, unrest = wait_for_rest(run, RECOVERY_SECONDS * 2)
        took = time.monotonic() - began
        lost, doubled, wrong = check_journal(run, journal)
        wrong = every(problems, still_red, unrest, wrong, check_rows(run))
        notes = [f"/readyz was 503 after {red:.1f} s, 200 again {green:.1f} s after there was room"]
        notes += [f"{name} had ended and was started again, as a service manager does" for name in ended]
        yield Result("P8", 1, lost, doubled, recovery_seconds=took, problems=wrong, notes=notes)


def read_only(run: Run) -> Iterator[Result]:
    """The database becomes read-only under visitors, as after a change to the wrong server, and writable again."""
    run.fresh("readonly")
    site = open_site(run)
    run.web()
    run.worker()
    run.beat()
    journal = Journal()
    send_all(run.port, site.visits(20), journal, threads=4)
    _let_write(run, False)
    refused = Journal()
    send_all(run.port, site.visits(20), refused, threads=4)
    problems = [f"answered {a.status or 'nothing'}, not 503" for a in refused.answers if a.status != 503]
    red, unseen = _turns(run, "red", RED_SECONDS)
    _let_write(run, True)
    began = time.monotonic()
    green, still_red = _turns(run, "green", GREEN_SECONDS)
    journal.answers += refused.answers
    send_until_ok(run.port, journal, threads=4)
    _, unrest = wait_for_rest(run, RECOVERY_SECONDS)
    took = time.monotonic() - began
    lost, doubled, wrong = check_journal(run, journal)
    wrong = every(problems, unseen, still_red, unrest, wrong, check_rows(run))
    notes = [f"read-only: /readyz was 503 after {red:.1f} s, 200 again {green:.1f} s after the end of it"]
    yield Result("P8", 1, lost, doubled, recovery_seconds=took, problems=wrong, notes=notes)


def _let_write(run: Run, is_allowed: bool) -> None:
    """Switch for all connections at once, those that are open too."""
    run.servers.sql(f"ALTER SYSTEM SET default_transaction_read_only = {'off' if is_allowed else 'on'}")
    run.servers.sql("SELECT pg_reload_conf()")


def _turns(run: Run, colour: str, seconds: float) -> tuple[float, list[str]]:
    """Wait until ``/readyz`` is 503 (red) or 200 (green); return how long it took, and a sentence where it was not.

    Several answers in a row have to say so, because each process of the web server looks for itself.
    """

    def is_steady() -> bool:
        return all(run.answers("/readyz") == (colour == "green") for _ in range(IN_A_ROW))

    try:
        return wait_until(is_steady, f"/readyz is {colour}", seconds, pause_seconds=0.2), []
    except NeverHappened as exc:
        return seconds, [str(exc)]


def _fill_up(filler: Path) -> None:
    """Leave a few hundred kilobytes, so that the next commits meet the end."""
    free = os.statvfs(filler.parent)
    left = free.f_bavail * free.f_frsize - 300_000
    with filler.open("wb") as file:
        while left > 0:
            left -= file.write(b"\0" * min(left, 1 << 20))
