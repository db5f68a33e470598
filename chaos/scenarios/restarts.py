"""P18: an upgrade: everything is asked to end and started again while visitors send and mail is under way."""

import time
from collections.abc import Iterator
from functools import partial

from chaos.checker import check_journal, check_mail, check_rows, every
from chaos.processes import wait_until
from chaos.report import Result
from chaos.run import Run
from chaos.scenarios.forms import open_site
from chaos.scenarios.letters import queue_mail, send_until_rest
from chaos.visitors import Crowd, Journal, send_until_ok

DRAIN_SECONDS = 30


def restarts(run: Run) -> Iterator[Result]:
    """Web server and worker are asked to end (TERM) under visitors and mail, and started again."""
    run.fresh("restarts")
    run.sink.delay_seconds = 0.08
    site = open_site(run)
    web, worker = run.web(), run.worker()
    run.beat()
    journal = Journal()
    rounds = run.size(2, 20)
    drains: list[float] = []
    for _ in range(rounds):
        queue_mail(run, 1500)
        crowd = Crowd(run.port, journal, threads=4)
        crowd.send(site.visits(60))
        run.ring()
        arrived = len(run.sink.raw)
        wait_until(partial(_more_than, run, arrived), "mails are under way")
        time.sleep(run.dice.uniform(0, 0.5))
        for process in run.dice.sample([web, worker], 2):
            drains.append(process.terminate(120))
            process.start()
        wait_until(run.answers, "the web server answers again")
        crowd.finish()
    send_until_ok(run.port, journal, threads=4)
    run.sink.delay_seconds = 0.0
    _, unrest = send_until_rest(run, 200)
    lost, doubled, problems = check_journal(run, journal)
    mail = check_mail(run)
    wrong = every(problems, unrest, check_rows(run), mail.problems)
    if max(drains) > DRAIN_SECONDS:
        wrong.append(f"it took {max(drains):.0f} s to end")
    if mail.uncertain:
        wrong.append(f"{mail.uncertain} mails are uncertain though nobody was killed")
    yield Result("P18", 2 * rounds, lost + mail.lost, doubled + mail.doubled, mail.uncertain,
                 recovery_seconds=max(drains), problems=wrong)  # fmt: skip


def _more_than(run: Run, arrived: int) -> bool:
    return len(run.sink.raw) > arrived
