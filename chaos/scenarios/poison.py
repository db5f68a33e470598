"""P15: ten kinds of rows that nobody can work on stand before a thousand that want to be."""

import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction

from chaos.checker import check_mail, every
from chaos.processes import NeverHappened, Process, wait_until
from chaos.report import Result
from chaos.run import Run
from chaos.scenarios.forms import open_site
from chaos.scenarios.letters import HASTY, queue_mail, queue_one
from chaos.settings import DEADLY
from chaos.visitors import Journal, send_all
from common import clock
from leads.kinds import Kind as Fact
from leads.services import NewFact, NewLead, Origin, capture_lead, record_activity
from mail.models import Kind

# The good rows of each round: the promise is about ten kinds in a thousand, so a smaller run has fewer rounds.
COUNT = 1000
KEPT_SPEED = 0.95
ROUND_SECONDS = 120
# Five deaths of a mail's sender, with a lease of 6 s each and the way there.
ASIDE_SECONDS = 120
REFUSED_DOMAIN = "refused.example"
GUIDE: dict[str, Any] = {"offer": "lead-guide", "offer_name": "Guide", "offer_mail": True}
# Tables that refuse the rows of a lead or mail whose address begins with "poison-" and the kind.
_LEAD = "(SELECT email FROM leads_lead WHERE id = NEW.lead_id)"
REFUSING = {
    "judgement": ("leads_leadstate", _LEAD),
    "transition": ("leads_transition", _LEAD),
    "handover": ("sales_handover", _LEAD),
    "opening": ("leads_activity", f"CASE WHEN NEW.kind = 'handover_opened' THEN {_LEAD} END"),
    "guide": ("mail_message", "NEW.to_email"),
}
REFUSE = """
CREATE FUNCTION refuse_{kind}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF ({address}) LIKE 'poison-{kind}%' THEN RAISE EXCEPTION 'poisoned {kind}'; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER refuse BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_{kind}()
"""
ASIDE = """
SELECT (SELECT count(*) FROM leads_mark WHERE error LIKE 'killed its worker%')
     + (SELECT count(*) FROM mail_message WHERE to_email = 'deadly@bad.example' AND status = 'failed')
"""
KINDS = (*REFUSING, "unreadable fact", "unjoined submission", "mail that is refused",
         "lead that kills", "mail that kills")  # fmt: skip


def poison(run: Run) -> Iterator[Result]:
    """Leads and mails are worked on with and without poison before them, in turns; then come those that kill."""
    run.fresh("poison")
    run.sink.mode, run.sink.only_domain = "554_after_dot", REFUSED_DOMAIN
    for kind, (table, address) in REFUSING.items():
        run.servers.sql(REFUSE.format(kind=kind, table=table, address=address), database=run.database)
    site = open_site(run)
    run.web()
    journal = Journal()
    rounds = run.size(4, 8)
    send_all(run.port, [site.office.visit(site.guide) for _ in range(rounds)], journal, threads=1)
    worker = run.worker(concurrency=2, CHAOS_DEADLY="1", **HASTY)
    problems: list[str] = []
    _round(run, worker, "first")
    clean: list[float] = []
    ill: list[float] = []
    for number in range(rounds):
        clean.append(_round(run, worker, f"clean{number}"))
        ill.append(_round(run, worker, f"ill{number}", partial(_add_poison, run, number)))
    kept = min(clean) / min(ill)
    if kept < KEPT_SPEED:
        problems.append(f"beside poison the others were worked on at {kept:.0%} of the speed")
    took, aside = _kill(run, worker)
    problems += _reasons(run, rounds)
    mail = check_mail(run)
    notes = [
        f"{len(KINDS)} kinds; {COUNT} leads and as many mails, best of {rounds} rounds: {min(ill):.2f} s beside poison,"
        f" {min(clean):.2f} s without, {kept:.0%} of the speed",
        f"beside a lead and a mail that kill, the others took {took:.1f} s, without {min(clean):.1f} s;"
        f" both were put aside after {aside:.0f} s",
    ]
    yield Result("P15", 2 * COUNT * (2 * rounds + 2), mail.lost, mail.doubled, mail.uncertain, recovery_seconds=aside,
                 problems=every(problems, mail.problems), notes=notes)  # fmt: skip


def _round(run: Run, worker: Process, name: str, spoil: Callable[[], None] = lambda: None) -> float:
    """Return the seconds in which as many leads are judged as mails are sent; all wait before the worker goes on."""
    worker.pause()
    with transaction.atomic():
        for number in range(COUNT):
            _lead(f"{name}-{number}@good.example")
    queue_mail(run, COUNT, domain=f"{name}.good.example", kind=Kind.REQUESTED)
    spoil()
    worker.go_on()
    return _work_off(run, name)


def _work_off(run: Run, name: str) -> float:
    began = rung = time.monotonic()
    run.ring()
    while _left(run, name):
        if time.monotonic() - rung > 1:
            rung = time.monotonic()
            run.ring()
        if rung - began > ROUND_SECONDS:
            raise NeverHappened(f"{_left(run, name)} good rows of round {name} are left after {ROUND_SECONDS} s")
        time.sleep(0.02)
    return time.monotonic() - began


def _left(run: Run, name: str) -> int:
    """Return how many good leads of a round are not judged and how many good mails neither sent nor uncertain."""
    question = (
        "SELECT (SELECT count(*) FROM leads_lead l WHERE email LIKE %(lead)s"
        " AND NOT EXISTS (SELECT 1 FROM leads_leadstate WHERE lead_id = l.id))"
        " + (SELECT count(*) FROM mail_message WHERE to_email LIKE %(mail)s AND status NOT IN ('sent', 'uncertain'))"
    )
    like = {"lead": f"{name}-%@good.example", "mail": f"%@{name}.good.example"}
    return run.servers.sql(question, like, database=run.database)[0][0]


def _lead(email: str, *, company: str = "Engines", is_demo: bool = False, **payload: str | bool) -> UUID:
    now = clock.now()
    profile = {"company": company, "first_name": "Ada", "job_title": "Head of Operations"}
    with transaction.atomic():
        lead_id = capture_lead(
            lead=NewLead(email=email, email_key=email, **profile),
            origin=Origin(channel="direct"),
            facts=[NewFact("form_submitted", {"form_name": "Guide", "fields": profile, **payload})],
            now=now,
        ).lead_id
        if is_demo:
            record_activity(lead_id=lead_id, kind=Fact.DEMO_REQUESTED, now=now, urgent=True)
    return lead_id


def _add_poison(run: Run, number: int) -> None:
    """Add a row of each kind that does not kill, due before all others."""
    for kind in REFUSING:
        payload = GUIDE if kind == "guide" else {}
        _lead(f"poison-{kind}-{number}@bad.example", is_demo=kind != "guide", **payload)
    unreadable = _lead(f"poison-fact-{number}@bad.example")
    run.servers.sql(
        "INSERT INTO leads_activity (lead_id, kind, occurred_at, recorded_at, payload)"
        " VALUES (%s, 'stage_set', now(), now(), '{}')",
        [str(unreadable)],
        database=run.database,
    )
    run.servers.sql(
        "UPDATE capture_submission SET status = 'unjoined', lead_id = NULL, due_at = now(), attribution = '{}'"
        " WHERE id = (SELECT id FROM capture_submission WHERE status = 'accepted' ORDER BY id LIMIT 1)",
        database=run.database,
    )
    queue_one(f"somebody{number}@{REFUSED_DOMAIN}", Kind.REQUESTED)
    _make_first(run)


def _make_first(run: Run) -> None:
    """Let what is due now be due for an hour."""
    for table, condition in (("leads_mark", "error = ''"), ("mail_message", "status = 'pending'")):
        run.servers.sql(
            f"UPDATE {table} SET due_at = due_at - interval '1 hour' WHERE due_at <= now() AND {condition}",
            database=run.database,
        )


def _kill(run: Run, worker: Process) -> tuple[float, float]:
    """Let a lead and a mail kill whoever works on them; return when the others were done, and when both were aside."""

    def spoil() -> None:
        _lead("deadly@bad.example", company=DEADLY)
        queue_one("deadly@bad.example", Kind.REQUESTED, subject=DEADLY)
        _make_first(run)

    def are_aside() -> bool:
        run.ring()
        return _one(run, ASIDE) == 2

    took = _round(run, worker, "killed", spoil)
    return took, took + wait_until(are_aside, "what kills is put aside", ASIDE_SECONDS, pause_seconds=1)


def _reasons(run: Run, rounds: int) -> list[str]:
    """Return what does not say why it was not worked on."""
    wanted = {
        "leads put off with an error": (
            (len(REFUSING) + 1) * rounds + 1,
            "SELECT count(DISTINCT lead_id) FROM leads_mark WHERE error <> ''",
        ),
        "submissions put off with an error": (
            rounds,
            "SELECT count(*) FROM capture_submission WHERE status = 'unjoined' AND error <> ''",
        ),
        "mails failed with a reason": (
            rounds + 1,
            "SELECT count(*) FROM mail_message WHERE status = 'failed' AND reason <> ''",
        ),
    }
    found = {what: (count, _one(run, question)) for what, (count, question) in wanted.items()}
    return [f"{there} {what}, not {count}" for what, (count, there) in found.items() if there != count]


def _one(run: Run, question: str) -> int:
    return run.servers.sql(question, database=run.database)[0][0]
