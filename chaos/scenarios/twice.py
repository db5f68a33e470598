"""P9: every Celery task delivered twice and out of order, and two clocks, over a lead's whole journey."""

from collections import Counter
from collections.abc import Iterator

from django.conf import settings

from chaos.checker import check_journal, check_mail, check_rows, every, wait_for_rest
from chaos.report import Result
from chaos.run import Run
from chaos.scenarios.forms import open_site
from chaos.scenarios.journey import Salesroom
from chaos.visitors import Journal, send_all

REST_SECONDS = 120
SPREAD_SECONDS = 2.0


def twice(run: Run) -> Iterator[Result]:
    """From the form through mail, sequence, handover, verdict and recycling, with every task published twice."""
    run.fresh("twice")
    site = open_site(run)
    changes = {"CHAOS_DELIVER_TWICE": str(SPREAD_SECONDS), "CHAOS_CLOCK": str(run.clock.path)}
    run.web(**changes)
    run.worker(concurrency=4, **changes)
    run.beat(**changes)
    run.beat(**changes)
    sales = Salesroom(run, reps=2)
    journal = Journal()
    visits = site.visits(run.size(40, 400))
    send_all(run.port, visits, journal, threads=8)
    unrest = [*_rest(run), *sales.decide_all()]
    for hours in (1, 50, 80, 200, 24 * 40):
        run.clock.forward(hours)
        run.ring()
        unrest += _rest(run)
    lost, doubled, problems = check_journal(run, journal)
    mail = check_mail(run)
    sales_doubled, sales_problems = sales.check()
    wrong = every(unrest, problems, check_rows(run), mail.problems, sales_problems)
    steps = mail.planned - len(visits) // 2
    published, ran = deliveries(run)
    wrong += [f"{name} was not delivered twice" for name in settings.CELERY_BEAT_SCHEDULE if ran[name] < 2]
    note = (
        f"{len(visits)} journeys, {steps} mails of sequences, {sales.decided} verdicts; "
        f"{published.total()} tasks were run {ran.total()} times"
    )
    yield Result("P9", len(visits), lost + mail.lost, doubled + mail.doubled + sales_doubled, mail.uncertain,
                 problems=wrong, notes=[note])  # fmt: skip


def deliveries(run: Run) -> tuple[Counter[str], Counter[str]]:
    """Return how often each task was published by the product and how often it ran."""
    with run.servers.redis() as client:
        published, ran = (
            Counter({name.decode(): int(count) for name, count in client.hgetall(key).items()})
            for key in ("chaos:published", "chaos:ran")
        )
    return published, ran


def _rest(run: Run) -> list[str]:
    return wait_for_rest(run, REST_SECONDS)[1]
