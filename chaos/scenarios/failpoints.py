"""P1, P3: a process dies at every named place, once each, and what it was doing is done exactly once in the end."""

import re
from collections.abc import Callable, Iterator
from http.client import HTTPException

from chaos.checker import check_journal, check_mail, check_rows, every
from chaos.processes import ROOT, Process, wait_until
from chaos.report import Result
from chaos.run import Run, free_port
from chaos.scenarios.forms import Site, open_site
from chaos.scenarios.journey import Salesroom
from chaos.scenarios.letters import HASTY, queue_one, send_until_rest
from chaos.visitors import OK, Caller, Journal, Visit
from common.failpoint import STATUS
from mail.models import Kind

REST_SECONDS = 60
NAME = re.compile(r"""\bfailpoint\("([a-z_.]+)"\)""")
APPS = ("capture", "leads", "leadcrm", "mail", "nurturing", "sales", "scoring", "accounts", "common")
# What becomes of three mails when their sender dies. Before its body left one is sent again; after that it may have
# arrived. That a mail was accepted is noted in the commit that lets the body of the next one leave.
AGAIN, DOUBTFUL = ("sent", "sent", "sent"), ("uncertain", "sent", "sent")
MAIL_ENDS = {
    "mail.claimed": AGAIN,
    "mail.connected": AGAIN,
    "mail.body_announced": DOUBTFUL,
    "mail.body_written": DOUBTFUL,
    "mail.dot_written": DOUBTFUL,
    "mail.accepted": DOUBTFUL,
    "mail.noted": ("sent", "uncertain", "sent"),
}


def names() -> list[str]:
    """Return every failpoint in the product's code."""
    found = {name for app in APPS for path in (ROOT / app).rglob("*.py") for name in NAME.findall(path.read_text())}
    return sorted(found)


def failpoints(run: Run) -> Iterator[Result]:
    """Every place with the flow that passes it; a short run takes six by the dice, a share of the proof its share."""
    chosen = sorted(run.dice.sample(names(), min(run.size(6, len(names())), len(names()))))
    run.fresh("failpoints")
    stage = Stage(run)
    problems: list[str] = []
    for name in chosen:
        flow = FLOWS[name.partition(".")[0]]
        problems += [f"{name}: {problem}" for problem in flow(stage, name)]
    lost, doubled, wrong = check_journal(run, stage.journal)
    mail = check_mail(run)
    doubled_acts, unsettled = stage.sales.check()
    wrong = every(problems, wrong, check_rows(run), mail.problems, unsettled)
    yield Result(
        "P1", len(chosen), lost, doubled + doubled_acts, problems=wrong, notes=[f"died at {', '.join(chosen)}"]
    )
    died = sum("uncertain" in MAIL_ENDS.get(name, ()) for name in chosen)
    extra = [f"{mail.uncertain} uncertain, {died} expected"] if mail.uncertain != died else []
    yield Result("P3", mail.planned, mail.lost, mail.doubled, mail.uncertain, problems=extra)


class Stage:
    """A healthy web server and worker, and armed ones beside them that die at one place."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.site: Site = open_site(run)
        self.settings = {"CHAOS_CLOCK": str(run.clock.path), **HASTY}
        run.web(**self.settings)
        self.worker = run.worker(concurrency=1, **self.settings)
        self.sales = Salesroom(run, reps=1)
        self.journal = Journal()

    def send(self, visit: Visit) -> None:
        caller = Caller(self.run.port)
        self.journal.add(caller.send(visit))
        caller.close()

    def rest(self) -> list[str]:
        """Let the healthy worker do what is due."""
        return send_until_rest(self.run, REST_SECONDS)[1]

    def die(self, name: str) -> list[str]:
        """Let a worker die at ``name`` while the healthy one is stopped, then let that one go on."""
        self.worker.pause()
        armed = self.run.lone_worker(LEADCRM_FAILPOINT=name, **self.settings)
        try:
            # Again and again: the stopped worker still stands in the queue, and takes a task with it.
            wait_until(lambda: self.run.ring() or not armed.is_running, f"a worker dies at {name}", pause_seconds=0.3)
        finally:
            armed.kill()
            self.worker.go_on()
        return [] if armed.status == STATUS else [f"the worker ended with {armed.status} elsewhere"]

    def armed_web(self, name: str) -> tuple[Process, int]:
        """Start a second web server that dies at ``name``."""
        port = free_port()
        changes = {"LEADCRM_FAILPOINT": name, "WEB_BIND": f"127.0.0.1:{port}", "WEB_WORKERS": "1"}
        process = self.run.web(port=port, **changes, **self.settings)
        return process, port


def submit_flow(stage: Stage, name: str) -> list[str]:
    """A visitor's request is cut by the death of the web process, and sent again with its key."""
    web, port = stage.armed_web(name)
    visit = stage.site.office.visit(stage.site.demo)
    first = Caller(port).send(visit)
    stage.journal.add(first)
    web.kill()
    stage.send(visit)
    return [f"answered {first.status} by a process that was to die"] if first.outcome == OK else stage.rest()


def join_flow(stage: Stage, name: str) -> list[str]:
    """A lead is locked for longer than a submission waits; its submission is joined by a worker that dies."""
    first = stage.site.office.visit(stage.site.demo)
    stage.send(first)
    lock = stage.run.servers.connect(stage.run.database)
    lock.autocommit = False
    try:
        lock.cursor().execute("SELECT 1 FROM leads_lead WHERE email = %s FOR UPDATE", [first.email])
        stage.worker.pause()
        stage.send(stage.site.office.visit(stage.site.guide, email=first.email, company="Other"))
    finally:
        lock.rollback()
        lock.close()
    stage.run.clock.forward(0.01)
    problems = stage.die(name)
    return problems + stage.rest()


def pipeline_flow(stage: Stage, name: str) -> list[str]:
    """A lead with a handover and one with a guide are judged by a worker that dies."""
    stage.worker.pause()
    for visit in stage.site.visits(2):
        stage.send(visit)
    problems = stage.die(name)
    return problems + stage.rest()


def steps_flow(stage: Stage, name: str) -> list[str]:
    """The first mail of a sequence is due, and its worker dies."""
    stage.send(stage.site.office.visit(stage.site.guide))
    problems = stage.rest()
    stage.worker.pause()
    stage.run.clock.forward(49)
    problems += stage.die(name)
    return problems + stage.rest()


def mail_flow(stage: Stage, name: str) -> list[str]:
    """Three mails are sent by a worker that dies with the first in hand."""
    problems = stage.rest()
    stage.worker.pause()
    addresses = [f"{name}-{number}@reader.example" for number in range(3)]
    for address in addresses:
        queue_one(address, Kind.REQUESTED)
    problems += stage.die(name)
    problems += stage.rest()
    ends = stage.run.servers.sql(
        "SELECT status FROM mail_message WHERE to_email = ANY(%s) ORDER BY due_at, id",
        [addresses],
        database=stage.run.database,
    )
    found = tuple(status for (status,) in ends)
    return problems + ([f"the mails ended as {found}"] if found != MAIL_ENDS[name] else [])


def act_flow(stage: Stage, name: str) -> list[str]:
    """A rep claims and decides; the web process dies in the act, and the rep does it again."""
    stage.send(stage.site.office.visit(stage.site.demo))
    problems = stage.rest()
    rep = stage.sales.reps[0]
    handover = next(rep.handovers("queued"))
    if name.startswith("verdict"):
        rep.ask("POST", f"handovers/{handover['id']}/claim/")
    act, words = ("reject", {"reason": 4}) if name.startswith("verdict") else ("claim", {})
    web, port = stage.armed_web(name)
    path = f"handovers/{handover['id']}/{act}/"
    try:
        status, _ = rep.at(port).ask("POST", path, **words)
        problems.append(f"answered {status} by a process that was to die")
    except (OSError, ValueError, HTTPException):
        pass
    web.kill()
    for again, said in ((act, words), ("reject", {"reason": 4})):
        status, body = rep.ask("POST", f"handovers/{handover['id']}/{again}/", **said)
        problems += [f"{again} again was answered {status}: {body}"] if status != 200 else []
    stage.run.clock.forward(1)
    return problems + stage.rest()


def settle_flow(stage: Stage, name: str) -> list[str]:
    """A verdict takes effect in a worker that dies."""
    stage.send(stage.site.office.visit(stage.site.demo))
    problems = stage.rest() + stage.sales.decide_all()
    problems += stage.rest()
    stage.worker.pause()
    stage.run.clock.forward(1)
    problems += stage.die(name)
    return problems + stage.rest()


Flow = Callable[[Stage, str], list[str]]
FLOWS: dict[str, Flow] = {
    "submit": submit_flow,
    "join": join_flow,
    "pipeline": pipeline_flow,
    "handover": pipeline_flow,
    "steps": steps_flow,
    "mail": mail_flow,
    "claim": act_flow,
    "verdict": act_flow,
    "act": act_flow,
    "settle": settle_flow,
}
