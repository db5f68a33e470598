"""P4, P5, P7: the broker or the database goes away under visitors, and comes back."""

import signal
import statistics
import time
from collections.abc import Iterator, Sequence
from functools import partial

from chaos.checker import check_journal, check_rows, every, wait_for_rest
from chaos.processes import wait_until
from chaos.report import Result
from chaos.run import Run, free_port
from chaos.scenarios.forms import Site, open_site
from chaos.visitors import OK, Answer, Crowd, Journal, send_all, send_until_ok
from leadcrm.embedded import postgres

OUTAGE_SECONDS = 600
GROUP = 20
SLOWER_SECONDS = 0.020
BACKLOG_SECONDS = 30
WIPE_RECOVERY_SECONDS = 90
REFUSAL_SECONDS = 3
RECOVERY_SECONDS = 30


def broker(run: Run) -> Iterator[Result]:
    """The broker refuses, or takes connections and never answers, while visitors send.

    A second web server has a broker of its own that stays. Visitors go to both by turns, so that whatever else slows
    the machine slows both.
    """
    run.fresh("broker")
    calm_port = free_port()
    run.web(calm_port, WEB_BIND=f"127.0.0.1:{calm_port}", REDIS_URL=f"unix://{run.servers.place.valkey_socket}?db=1")
    run.put_between("redis")
    proxy = run.proxies["redis"]
    site = open_site(run)
    run.web()
    run.worker()
    run.beat()
    journal = Journal()
    count = run.size(400, 1000)
    seconds = OUTAGE_SECONDS * run.share if run.is_long else 0.0
    ports = (run.port, calm_port)
    _send(ports, site, journal, GROUP * 4)
    for name in ("refuses", "is silent"):
        if name == "refuses":
            proxy.refuse()
        else:
            proxy.is_silent = True
        down, calm = _send(ports, site, journal, count, seconds=seconds)
        usual = _p95(calm)
        problems = [f"the broker {name}: {a.status} instead of 2xx" for a in down if a.outcome != OK]
        slow = _p95(down) - usual
        proxy.is_silent = False
        proxy.allow()
        began = time.monotonic()
        wait_until(partial(judged_since, run, began), "the backlog is worked on", BACKLOG_SECONDS * 3)
        started = time.monotonic() - began
        if slow > SLOWER_SECONDS:
            problems.append(f"the broker {name}: p95 is {slow * 1000:.0f} ms slower")
        if started > BACKLOG_SECONDS:
            problems.append(f"the broker {name}: the backlog started after {started:.0f} s")
        lasted = max(seconds, down[-1].at - down[0].at)
        note = (
            f"broker {name} for {lasted:.0f} s: p95 {_p95(down) * 1000:.0f} ms, {usual * 1000:.0f} ms of as many forms"
            " meanwhile beside a broker that stays"
        )
        yield Result("P4", count, recovery_seconds=started, problems=problems, notes=[note])
    _, unrest = wait_for_rest(run, 120)
    lost, doubled, problems = check_journal(run, journal)
    yield Result("P4", 0, lost, doubled, problems=every(problems, unrest, check_rows(run)))


def wipes(run: Run) -> Iterator[Result]:
    """FLUSHALL while visitors send: wake-ups, counters and heartbeat are gone."""
    run.fresh("wipes")
    site = open_site(run)
    run.web()
    run.worker()
    run.beat()
    journal = Journal()
    slowest = 0.0
    wipes = run.size(2, 20)
    unrest: list[str] = []
    for _ in range(wipes):
        crowd = Crowd(run.port, journal, threads=4)
        crowd.send(site.visits(40))
        time.sleep(run.dice.uniform(0.05, 0.3))
        run.servers.flush_redis()
        crowd.finish()
        seconds, left = wait_for_rest(run, WIPE_RECOVERY_SECONDS)
        slowest = max(slowest, seconds)
        unrest += left
    lost, doubled, problems = check_journal(run, journal)
    wrong = every(problems, unrest, check_rows(run))
    yield Result("P5", wipes, lost, doubled, recovery_seconds=slowest, problems=wrong)


def database(run: Run) -> Iterator[Result]:
    """PostgreSQL is ended in immediate mode under visitors and stays away for some seconds."""
    run.fresh("database")
    site = open_site(run)
    run.web()
    run.worker()
    run.beat()
    for _ in range(run.size(2, 10)):
        journal = Journal()
        crowd = Crowd(run.port, journal, threads=6)
        crowd.send(site.visits(120))
        time.sleep(run.dice.uniform(0.2, 0.6))
        run.servers.crash(postgres, signal.SIGQUIT)
        down = Journal()
        send_all(run.port, site.visits(12), down, threads=6)
        problems = wrong_refusals(down)
        run.restart(postgres)
        began = time.monotonic()
        crowd.finish()
        wait_until(partial(takes_one, run, site, journal), "a submission is taken again", 90)
        web_back = time.monotonic() - began
        down.answers += journal.answers
        send_until_ok(run.port, down, threads=6)
        wait_until(partial(judged_since, run, began), "the worker works again", 90)
        seconds = time.monotonic() - began
        if seconds > RECOVERY_SECONDS:
            problems.append(f"web was back after {web_back:.1f} s, the worker after {seconds:.1f} s")
        _, unrest = wait_for_rest(run, 90)
        lost, doubled, wrong = check_journal(run, down)
        wrong = every(problems, unrest, wrong, check_rows(run))
        yield Result("P7", 1, lost, doubled, recovery_seconds=seconds, problems=wrong)


def wrong_refusals(journal: Journal) -> list[str]:
    """Return what is wrong with the answers that were given without a database."""
    problems = []
    for answer in journal.answers:
        if (answer.status, bool(answer.retry_after)) != (503, True):
            problems.append(f"without a database the answer was {answer.status or 'none'}, not 503 with Retry-After")
        elif answer.seconds > REFUSAL_SECONDS:
            problems.append(f"without a database the answer took {answer.seconds:.1f} s")
    return problems


def _send(
    ports: Sequence[int], site: Site, journal: Journal, count: int, *, seconds: float = 0.0
) -> list[list[Answer]]:
    """Send so many visits to each port, by turns and evenly over ``seconds``; return the answers of each."""
    began = time.monotonic()
    answers: list[list[Answer]] = [[] for _ in ports]
    for start in range(0, count, GROUP):
        for port, own in zip(ports, answers, strict=True):
            before = len(journal.answers)
            send_all(port, site.visits(GROUP), journal, threads=4)
            own.extend(journal.answers[before:])
        time.sleep(max(0.0, began + seconds * (start + GROUP) / count - time.monotonic()))
    return answers


def _p95(answers: Sequence[Answer]) -> float:
    return statistics.quantiles([answer.seconds for answer in answers], n=20)[18]


def takes_one(run: Run, site: Site, journal: Journal) -> bool:
    """Send one more form and say whether it was taken."""
    before = len(journal.answers)
    send_all(run.port, site.visits(1), journal, threads=1)
    return journal.answers[before].outcome == OK


def judged_since(run: Run, began: float) -> bool:
    """Whether a worker has judged a lead after ``began`` (monotonic)."""
    age = time.monotonic() - began
    question = "SELECT count(*) FROM leads_leadstate WHERE scored_at > now() - make_interval(secs => %s)"
    return run.servers.sql(question, [age], database=run.database)[0][0] > 0
