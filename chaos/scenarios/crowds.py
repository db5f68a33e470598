"""P11, P12: many at the same instant, for one lead or with one new address."""

import threading
from collections import Counter
from collections.abc import Iterator

from chaos.checker import check_journal, check_rows, every, wait_for_rest
from chaos.report import Result
from chaos.run import Run
from chaos.scenarios.forms import open_site
from chaos.scenarios.journey import Rep, Salesroom
from chaos.visitors import Journal, at_once, in_threads, send_all, send_until_ok

THREADS = 16


def claims(run: Run) -> Iterator[Result]:
    """Sixteen reps claim each lead at the same instant; one gets it, the others are told who."""
    run.fresh("claims")
    site = open_site(run)
    run.web()
    run.worker()
    sales = Salesroom(run, reps=THREADS)
    journal = Journal()
    leads = run.size(25, 1000)
    send_all(run.port, [site.office.visit(site.demo) for _ in range(leads)], journal, threads=8)
    run.ring()
    _, problems = wait_for_rest(run, 120)
    doubled = 0
    handovers = [handover["id"] for handover in sales.reps[0].handovers("queued")]
    for handover in handovers:
        owners, wrong = _claim_at_once(sales.reps, handover)
        doubled += max(owners - 1, 0)
        problems += wrong + (["nobody got the lead"] if not owners else [])
    told = sales.count("SELECT count(*) FROM leads_activity WHERE kind = 'handover_claimed'")
    if told != len(handovers) or len(handovers) != leads:
        problems.append(f"{leads} leads, {len(handovers)} handovers, {told} claims recorded")
    note = f"{THREADS} claims at once for each of {len(handovers)} leads"
    yield Result("P11", len(handovers) * THREADS, 0, doubled, problems=problems, notes=[note])


def newcomers(run: Run) -> Iterator[Result]:
    """Sixteen forms with one new address at the same instant; and one form sent by sixteen hands with one key."""
    run.fresh("newcomers")
    site = open_site(run)
    run.web()
    run.worker()
    addresses = run.size(15, 1000)
    many, twins = Journal(), Journal()
    for number in range(addresses):
        email = f"newcomer{number}@work.example"
        at_once(run.port, [site.office.visit(site.demo, email=email, message=f"{n}") for n in range(THREADS)], many)
        at_once(run.port, [site.office.visit(site.guide)] * 4, twins)
    for journal in (many, twins):
        send_until_ok(run.port, journal, threads=4)
    run.ring()
    _, unrest = wait_for_rest(run, 120)
    everything = Journal(many.answers + twins.answers)
    lost, doubled, problems = check_journal(run, everything)
    counts = run.servers.sql(
        "SELECT count(*) FROM capture_submission s JOIN leads_lead l ON l.id = s.lead_id"
        " WHERE l.email LIKE 'newcomer%%' GROUP BY l.id HAVING count(*) <> %s",
        [THREADS],
        database=run.database,
    )
    problems += [f"{len(counts)} newcomers do not have {THREADS} submissions"] if counts else []
    leads = run.servers.sql("SELECT count(*) FROM leads_lead", database=run.database)[0][0]
    problems += [f"{leads} leads of {2 * addresses} people"] if leads != 2 * addresses else []
    yield Result("P12", addresses * THREADS, lost, doubled, problems=every(problems, unrest, check_rows(run)))
    same = Counter(len(ids) for ids in twins.submissions().values())
    yield Result("P2", addresses * 4, 0, sum(count for size, count in same.items() if size > 1))


def _claim_at_once(reps: list[Rep], handover: str) -> tuple[int, list[str]]:
    """Return how many reps were given the handover, and what the others were wrongly told."""
    barrier = threading.Barrier(len(reps))
    said: list[tuple[str, int, dict]] = []

    def claim(rep: Rep) -> None:
        barrier.wait()
        said.append((rep.name, *rep.ask("POST", f"handovers/{handover}/claim/")))

    in_threads([lambda rep=rep: claim(rep) for rep in reps])
    owners = [name for name, status, _ in said if status == 200]
    wrong = []
    for name, status, body in said:
        if status != 200 and (status != 409 or not any(owner in str(body) for owner in owners)):
            wrong.append(f"{name} was told {status}: {body}")
    return len(owners), wrong
