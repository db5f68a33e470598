"""P1, P3, P7: the lines to PostgreSQL, the broker and the mail server are slow, cut, half-open, or all taken."""

import itertools
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import partial

import psycopg2
from celery import current_app

from chaos.checker import check_journal, check_mail, check_rows, due_work, every, wait_for_rest
from chaos.processes import ROOT, wait_until
from chaos.proxy import Proxy
from chaos.report import Result
from chaos.run import Run
from chaos.scenarios.forms import open_site
from chaos.scenarios.letters import HASTY, queue_mail, send_until_rest
from chaos.scenarios.outages import judged_since, takes_one, wrong_refusals
from chaos.scenarios.senders import RESUMES_SECONDS
from chaos.statements import FAULTS, StatementProxy
from chaos.visitors import OK, REFUSED, UNKNOWN, Caller, Crowd, Journal, Visit, send_all, send_until_ok

MOST_STATEMENTS = 80
BACK_SECONDS = 30
JUDGE, SEND = "leadcrm.advance_marked_leads", "mail.send_due_messages"
SMTP_CONNECTIONS = 8


def statements(run: Run) -> Iterator[Result]:
    """The first, second, third ... statement of a submission fails, in each way, until one is taken without a fault."""
    run.fresh("statements")
    site = open_site(run)
    run.worker()
    run.beat()
    proxy = _statement_proxy(run)
    run.web(WEB_WORKERS="1", WEB_THREADS="1")
    journal = Journal()
    send_all(run.port, site.visits(3), journal, threads=1)
    problems: list[str] = []
    tried = 0
    for fault in FAULTS:
        for number in range(1, MOST_STATEMENTS):
            visit = site.office.visit(site.demo)
            proxy.arm(fault, number)
            _send(run, visit, journal)
            is_over = not proxy.has_struck
            proxy.disarm()
            if is_over:
                break
            tried += 1
            if _send(run, visit, journal) != OK:
                problems.append(f"after statement {number} ({fault}) the same form was refused again")
    send_until_ok(run.port, journal, threads=1)
    _, unrest = wait_for_rest(run, 120)
    lost, doubled, wrong = check_journal(run, journal)
    note = f"{tried} statements of submissions failed: {', '.join(FAULTS)}"
    wrong = every(problems, unrest, wrong, check_rows(run))
    yield Result("P1", tried, lost, doubled, problems=wrong, notes=[note])


def work(run: Run) -> Iterator[Result]:
    """The same for judging and for sending: each statement of a worker fails once, and the work is done once."""
    run.fresh("work")
    changes = {"CHAOS_CLOCK": str(run.clock.path), **HASTY}
    site = open_site(run)
    run.web(**changes)
    proxy = _statement_proxy(run)
    run.lone_worker(**changes)
    journal = Journal()
    problems: list[str] = []
    tried = 0
    for is_mail, fault in itertools.product((False, True), FAULTS):
        for number in range(1, MOST_STATEMENTS, _step(run)):
            if is_mail:
                queue_mail(run, 2, domain=f"{fault.replace(' ', '-')}{number}.example")
            else:
                send_all(run.port, site.visits(2), journal, threads=1)
            proxy.arm(fault, number)
            current_app.send_task(SEND if is_mail else JUDGE)
            wait_until(lambda: proxy.has_struck or not due_work(run), "the worker works", 30)
            has_struck = proxy.has_struck
            proxy.disarm()
            run.clock.forward(0.2)
            problems += send_until_rest(run, 60)[1]
            if not has_struck:
                break
            tried += 1
    run.clock.forward(1)
    problems += send_until_rest(run, 60)[1]
    lost, doubled, wrong = check_journal(run, journal)
    mail = check_mail(run)
    if mail.uncertain > tried:
        problems.append(f"{mail.uncertain} mails are uncertain after {tried} faults")
    wrong = every(problems, wrong, check_rows(run), mail.problems)
    note = f"{tried} statements of workers failed: {', '.join(FAULTS)}"
    yield Result("P1", tried, lost, doubled, problems=wrong, notes=[note])
    yield Result("P3", mail.planned, mail.lost, mail.doubled, mail.uncertain)


def lines(run: Run) -> Iterator[Result]:
    """The line to PostgreSQL is slow, cut again and again, and dead for a while, under visitors."""
    run.fresh("lines")
    site = open_site(run)
    run.put_between("postgres")
    proxy = run.proxies["postgres"]
    run.web()
    run.worker()
    run.beat()
    journal = Journal()
    for act, trouble in {"slow": _be_slow, "cut": _be_cut, "dead": _be_dead}.items():
        crowd = Crowd(run.port, journal, threads=6)
        crowd.send(site.visits(run.size(60, 400)))
        trouble(run, proxy)
        began = time.monotonic()
        crowd.finish()
        wait_until(partial(takes_one, run, site, journal), "a submission is taken again", 90)
        send_until_ok(run.port, journal, threads=6)
        wait_until(partial(judged_since, run, began), "the worker works again", 90)
        took = time.monotonic() - began
        _, unrest = wait_for_rest(run, 120)
        lost, doubled, wrong = check_journal(run, journal)
        late = [f"{act} line: back after {took:.0f} s"] if act == "cut" and took > BACK_SECONDS else []
        wrong = every(late, unrest, wrong, check_rows(run))
        refused = journal.count(REFUSED) + journal.count(UNKNOWN)
        note = f"{act} line: {refused} of {len(journal.answers)} requests so far were refused or cut, and sent again"
        yield Result("P7", 1, lost, doubled, recovery_seconds=took, problems=wrong, notes=[note])


def crowded(run: Run) -> Iterator[Result]:
    """Somebody else has taken every connection of the database; web server and worker start without one."""
    run.fresh("crowded")
    site = open_site(run)
    journal, down = Journal(), Journal()
    taken = _take_all(run)
    try:
        run.web()
        run.worker()
        run.beat()
        taken += _take_all(run)
        send_all(run.port, site.visits(12), down, threads=4)
        is_red = not run.answers("/readyz")
    finally:
        for connection in taken:
            connection.close()
    began = time.monotonic()
    problems = wrong_refusals(down) + ([] if is_red else ["/readyz was green without a connection"])
    wait_until(partial(takes_one, run, site, journal), "a submission is taken again", 90)
    journal.answers += down.answers
    send_until_ok(run.port, journal, threads=4)
    _, unrest = wait_for_rest(run, 90)
    took = time.monotonic() - began
    lost, doubled, wrong = check_journal(run, journal)
    note = f"{len(taken)} connections were taken"
    wrong = every(problems, unrest, wrong, check_rows(run))
    yield Result("P7", 1, lost, doubled, recovery_seconds=took, problems=wrong, notes=[note])


def deaf(run: Run) -> Iterator[Result]:
    """The worker's lines to the broker stay open and carry nothing any more; its health check says so.

    Whoever manages the processes starts a worker again whose check fails: here that is done by the harness.
    """
    run.fresh("deaf")
    site = open_site(run)
    run.web()
    run.beat()
    run.put_between("redis")
    worker = run.worker()
    journal = Journal()
    send_all(run.port, site.visits(4), journal, threads=2)
    wait_until(lambda: _beats(run), "the first beat came through", 60, pause_seconds=2)
    for _ in range(run.size(1, 3)):
        run.proxies["redis"].freeze()
        began = time.monotonic()
        send_all(run.port, site.visits(4), journal, threads=2)
        noticed = wait_until(lambda: not _beats(run), "the health check fails", RESUMES_SECONDS, pause_seconds=2)
        worker.kill()
        worker.start()
        _, problems = wait_for_rest(run, 60)
        took = time.monotonic() - began
        lost, doubled, wrong = check_journal(run, journal)
        late = [f"the work of a deaf worker went on after {took:.0f} s"] if took > RESUMES_SECONDS else []
        wrong = every(late, problems, wrong, check_rows(run))
        note = f"a deaf worker's health check failed after {noticed:.0f} s"
        yield Result("P6", 1, lost, doubled, recovery_seconds=took, problems=wrong, notes=[note])


def _beats(run: Run) -> bool:
    """Run the health check that docker-compose.yml has for the worker."""
    command = [sys.executable, "-m", "leadcrm.beat_age", "90"]
    return subprocess.run(command, check=False, cwd=ROOT, env=run.environment(), capture_output=True).returncode == 0


def mail_lines(run: Run) -> Iterator[Result]:
    """The line to the mail server is slow, cut and falls silent, with mail under way."""
    run.fresh("mail_lines")
    run.put_between("smtp")
    proxy = run.proxies["smtp"]
    run.sink.delay_seconds = 0.01
    changes = {"CHAOS_CLOCK": str(run.clock.path), **HASTY}
    run.worker(concurrency=1, **changes)
    problems: list[str] = []
    rounds = run.size(2, 20)
    for _ in range(rounds):
        queue_mail(run, 100)
        for trouble in (_cut_lines, _silence):
            arrived = len(run.sink.raw)
            wait_until(partial(_has_more, run, arrived), "a mail arrives")
            proxy.delay_seconds = run.dice.choice((0.0, 0.002))
            time.sleep(run.dice.uniform(0, 0.1))
            trouble(proxy)
            run.clock.forward(0.5)  # the rest of a relay that failed, and the first retries
        problems += send_until_rest(run, 120)[1]
    run.clock.forward(3)
    problems += send_until_rest(run, 120)[1]
    mail = check_mail(run)
    most = 2 * rounds * SMTP_CONNECTIONS
    if mail.uncertain > most:
        problems.append(f"{mail.uncertain} uncertain after {most} connections were cut")
    note = f"lines to the mail server: {rounds} cut and {rounds} silent under mail"
    yield Result("P3", mail.planned, mail.lost, mail.doubled, mail.uncertain, problems=every(problems, mail.problems),
                 notes=[note])  # fmt: skip


def _statement_proxy(run: Run) -> StatementProxy:
    """Put a proxy that counts statements before PostgreSQL, for the processes that are started from now on."""
    proxy = StatementProxy(str(run.servers.place.sockets / ".s.PGSQL.5432"))
    run.proxies["postgres"] = proxy
    return proxy


def _send(run: Run, visit: Visit, journal: Journal) -> str:
    caller = Caller(run.port)
    answer = caller.send(visit)
    caller.close()
    journal.add(answer)
    return answer.outcome


def _step(run: Run) -> int:
    """Each statement in a proof, some of them in a share of one."""
    return max(1, round(1 / run.share)) if run.is_long else 10


def _be_slow(run: Run, proxy: Proxy) -> None:
    proxy.delay_seconds = 0.01
    time.sleep(3)
    proxy.delay_seconds = 0.0


def _be_cut(run: Run, proxy: Proxy) -> None:
    for _ in range(run.size(5, 30)):
        time.sleep(run.dice.uniform(0.05, 0.3))
        proxy.cut()


def _be_dead(run: Run, proxy: Proxy) -> None:
    time.sleep(0.3)
    proxy.is_silent = True
    time.sleep(5)
    proxy.is_silent = False


def _take_all(run: Run) -> list["psycopg2.extensions.connection"]:
    taken = []
    with suppress(psycopg2.OperationalError):
        while True:
            taken.append(run.servers.connect())
    return taken


def _cut_lines(proxy: Proxy) -> None:
    proxy.refuse()
    proxy.allow()


def _silence(proxy: Proxy) -> None:
    proxy.freeze()


def _has_more(run: Run, arrived: int) -> bool:
    run.ring()
    return len(run.sink.raw) > arrived or not due_work(run)
