"""P10: the clock of the product's machine jumps an hour or a day, back or forth, and over changes to summer time."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from chaos.checker import check_journal, check_mail, check_rows, every, wait_for_rest
from chaos.clock import has_faketime
from chaos.report import Result
from chaos.run import Run
from chaos.scenarios.forms import open_site
from chaos.visitors import Journal, send_all, send_until_ok

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# The nights in which Europe and America change their clocks, and the end of a leap year's February.
NIGHTS = (
    datetime(2027, 3, 28, 0, 58, tzinfo=UTC),
    datetime(2027, 10, 31, 0, 58, tzinfo=UTC),
    datetime(2027, 11, 7, 5, 58, tzinfo=UTC),
    datetime(2028, 2, 29, 23, 58, tzinfo=UTC),
)
EARLY = timedelta(seconds=60)
# The first mail of the starter sequence is due 48 hours after the request.
FIRST_STEP = timedelta(hours=48)


def clocks(run: Run) -> Iterator[Result]:
    """Jumps there and back: what is due later must not go out early, and nothing may be done twice or left out."""
    run.fresh("clocks")
    site = open_site(run)
    changes = {"CHAOS_CLOCK": str(run.clock.path), **run.wrong.wrong_machine()}
    run.web(**changes)
    run.worker(**changes)
    journal = Journal()
    problems: list[str] = []
    jumps = (HOUR, -HOUR, DAY, -DAY)
    for jump in jumps:
        run.wrong.set(jump)
        send_all(run.port, site.visits(6), journal, threads=3)
        run.ring(expires=None)
        problems += wait_for_rest(run, 60)[1]
        run.wrong.set(timedelta())
        send_all(run.port, site.visits(6), journal, threads=3)
        run.ring(expires=None)
    send_until_ok(run.port, journal, threads=3)
    problems += _unjudged(run)
    for night in NIGHTS:
        run.clock.set(night - datetime.now(UTC))
        send_all(run.port, site.visits(4), journal, threads=2)
        run.ring(expires=None)
        problems += wait_for_rest(run, 60)[1]
        run.clock.forward(0.1)
        run.ring(expires=None)
        problems += wait_for_rest(run, 60)[1]
    send_until_ok(run.port, journal, threads=3)
    problems += _sequences_end(run)
    lost, doubled, wrong = check_journal(run, journal)
    mail = check_mail(run)
    wrong = every(problems, wrong, check_rows(run), mail.problems, _early(run))
    how = "by libfaketime" if has_faketime() else "inside of the processes (apt install faketime: of all they call)"
    yield Result("P10", len(jumps) * 2 + len(NIGHTS), lost, doubled + mail.doubled, mail.uncertain, problems=wrong,
                 notes=[f"clocks were moved {how}"])  # fmt: skip


def _unjudged(run: Run) -> list[str]:
    """With the clock right again, whoever came while it was wrong is judged within a minute."""
    run.ring(expires=None)
    waits = run.servers.sql(
        "SELECT count(*) FROM leads_lead l WHERE NOT EXISTS (SELECT 1 FROM leads_leadstate WHERE lead_id = l.id)",
        database=run.database,
    )
    _, left = wait_for_rest(run, 60)
    missing = run.servers.sql(
        "SELECT count(*) FROM leads_lead l WHERE NOT EXISTS (SELECT 1 FROM leads_leadstate WHERE lead_id = l.id)",
        database=run.database,
    )[0][0]
    return left + ([f"{missing} leads wait for the clock to come round ({waits[0][0]} before)"] if missing else [])


def _sequences_end(run: Run) -> list[str]:
    """Let weeks pass by the right clock, so that every step comes due."""
    problems = []
    for _ in range(8):
        run.clock.forward(75)
        run.ring(expires=None)
        problems += wait_for_rest(run, 60)[1]
    active = run.servers.sql("SELECT count(*) FROM nurturing_enrollment WHERE state = 'active'", database=run.database)[
        0
    ][0]
    return problems + ([f"{active} sequences never ended"] if active else [])


def _early(run: Run) -> list[str]:
    """Return the mails of a sequence's first step that were planned more than a minute too early, by when they came."""
    rows = run.servers.sql(
        "SELECT count(*) FROM nurturing_stepmessage m JOIN nurturing_enrollment e ON e.id = m.enrollment_id"
        " JOIN nurturing_step s ON s.id = m.step_id WHERE s.position = 1 AND m.queued_at < e.started_at + %s",
        [FIRST_STEP - EARLY],
        database=run.database,
    )[0][0]
    return [f"{rows} mails of sequences were planned too early"] if rows else []
