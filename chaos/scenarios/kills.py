"""P1, P2: visitors keep sending while web server, PostgreSQL and Redis are killed under them."""

import signal
from collections.abc import Callable, Iterator
from functools import partial

from chaos.checker import check_journal, check_mail, check_rows, every, wait_for_rest
from chaos.processes import Process, wait_until
from chaos.report import Result
from chaos.run import Run
from chaos.scenarios.forms import open_site, with_repeats
from chaos.visitors import REFUSED, UNKNOWN, Crowd, Journal, send_until_ok
from leadcrm.embedded import postgres, valkey

REST_SECONDS = 180


def kills(run: Run) -> Iterator[Result]:
    """1,000 acknowledged submissions over 6 kills; 10,000 over 60 are the proof."""
    run.fresh("kills")
    site = open_site(run)
    web = run.web()
    run.worker()
    run.beat()
    journal = Journal()
    visits = site.visits(run.size(600, 10_000))
    crowd = Crowd(run.port, journal, threads=run.size(8, 50))
    requests = list(with_repeats(run, visits))
    strikes = _strikes(run, web)
    for number, part in enumerate(_parts(requests, len(strikes) + 1)):
        crowd.send(part)
        wait_until(partial(crowd.has_fewer_than, len(part) // 2), "half of the visits are sent", 300)
        if number < len(strikes):
            strikes[number]()
    crowd.finish()
    send_until_ok(run.port, journal, threads=8)
    seconds, unrest = wait_for_rest(run, REST_SECONDS)
    lost, doubled, problems = check_journal(run, journal)
    mail = check_mail(run)
    wrong = every(problems, unrest, check_rows(run), mail.problems)
    cut, refused = journal.count(UNKNOWN), journal.count(REFUSED)
    note = f"{len(strikes)} kills; {cut} requests were cut and {refused} refused, and sent again"
    yield Result("P1", len(visits), lost, doubled, recovery_seconds=seconds, problems=wrong, notes=[note])
    again = f"{len(requests) - len(visits)} of {len(visits)} came again with their key, or twice at once"
    yield Result("P2", len(visits), 0, doubled + mail.doubled, notes=[again])
    yield Result("P3", mail.planned, mail.lost, mail.doubled, mail.uncertain)


def _strikes(run: Run, web: Process) -> list[Callable[[], object]]:
    """Return the kills in an order that the dice decide."""
    each = run.size(1, 10)

    def kill_web() -> None:
        web.kill()
        web.start()

    def crash_postgres(number: int) -> None:
        run.servers.crash(postgres, number)
        run.restart(postgres)

    def crash_redis() -> None:
        run.servers.crash(valkey)
        run.restart(valkey)

    strikes: list[Callable[[], object]] = [web.kill_a_child, kill_web] * each
    strikes += [lambda: crash_postgres(signal.SIGQUIT), lambda: crash_postgres(signal.SIGKILL)] * each
    strikes += [crash_redis, crash_redis] * each
    run.dice.shuffle(strikes)
    return strikes


def _parts(requests: list, count: int) -> Iterator[list]:
    size = -(-len(requests) // count)
    for start in range(0, len(requests), size):
        yield requests[start : start + size]
