"""P3, P6: whoever sends mail is killed, stopped for too long, or asked to end in the middle of it."""

import time
from collections.abc import Iterator

from chaos.checker import check_mail, every
from chaos.processes import wait_until
from chaos.report import Result
from chaos.run import Run
from chaos.scenarios.letters import HASTE, HASTY, queue_mail, send_until_rest, statuses
from mail.services.claims import LEASE_SECONDS

PROCESSES, CONNECTIONS = 2, 4
REST_SECONDS = 300
# What is promised: the lease, and 15 s until somebody looks.
RESUMES_SECONDS = 135


def senders(run: Run) -> Iterator[Result]:
    """10,000 mails over 50 kills of a sender or of all senders, and 20 times the word to end."""
    run.fresh("senders")
    run.sink.delay_seconds = 0.004
    queue_mail(run, run.size(500, 10_000))
    kills, ends = run.size(5, 50), run.size(2, 20)
    acts = ["kill"] * kills + ["end"] * ends
    run.dice.shuffle(acts)
    worker = run.worker(concurrency=PROCESSES, EMAIL_CONNECTIONS=str(CONNECTIONS), **HASTY)
    killed_slots = 0
    drains = [0.0]
    for act in acts:
        _wait_for_mail(run)
        time.sleep(run.dice.uniform(0, 0.2))
        if act == "end":
            drains.append(worker.terminate())
            worker.start()
        elif run.dice.random() < 0.5 and worker.kill_a_child():
            killed_slots += CONNECTIONS
        else:
            worker.kill()
            killed_slots += PROCESSES * CONNECTIONS
            worker.start()
    _, unrest = send_until_rest(run, REST_SECONDS)
    mail = check_mail(run)
    wrong = every(unrest, mail.problems)
    if mail.uncertain > killed_slots:
        wrong.append(f"{mail.uncertain} uncertain after {killed_slots} sender slots were killed")
    note = (
        f"{killed_slots} sender slots in {kills} kills; {ends} ends took at most {max(drains):.1f} s; lease 1/{HASTE}"
    )
    yield Result("P3", mail.planned, mail.lost, mail.doubled, mail.uncertain, problems=wrong, notes=[note])


def resuming(run: Run) -> Iterator[Result]:
    """Workers are killed with mail in hand; with the real lease their work has to go on by itself within 135 s."""
    run.fresh("resuming")
    together = run.size(1, 4)
    for _ in range(run.size(1, 5)):
        run.sink.delay_seconds = 0.05
        queue_mail(run, 60 * together)
        workers = [run.worker(concurrency=1) for _ in range(together)]
        beat = run.beat()
        _wait_for_mail(run)
        time.sleep(0.5)
        for worker in workers:
            worker.kill()
        killed = time.monotonic()
        run.sink.delay_seconds = 0.0
        for worker in workers:
            worker.start()
        wait_until(lambda: not _unfinished(run), "the work of the killed worker is done", RESUMES_SECONDS + 60)
        took = time.monotonic() - killed
        late = [f"the work of a killed worker went on after {took:.0f} s"] if took > RESUMES_SECONDS else []
        for process in (beat, *workers):
            process.kill()
        yield Result("P6", together, recovery_seconds=took, problems=late, notes=[f"lease {LEASE_SECONDS} s"])
    mail = check_mail(run)
    yield Result("P3", mail.planned, mail.lost, mail.doubled, mail.uncertain, problems=mail.problems)


def paused(run: Run) -> Iterator[Result]:
    """A worker is stopped while a mail's body has left, sleeps beyond its lease, and wakes up again (SIGSTOP)."""
    run.fresh("paused")
    first, second = (run.worker(concurrency=1, **HASTY) for _ in range(2))
    rounds = run.size(2, 10)
    problems: list[str] = []
    woken = 0
    for _ in range(rounds):
        second.pause()
        run.sink.delay_seconds = 1.0
        queue_mail(run, 5)
        arrived = len(run.sink.raw)
        wait_until(lambda arrived=arrived: _nudge(run) or len(run.sink.raw) > arrived, "a mail arrives")
        first.pause()
        run.sink.delay_seconds = 0.0
        second.go_on()
        time.sleep(LEASE_SECONDS / HASTE + 1)
        problems += send_until_rest(run, 60)[1]
        before = statuses(run).get("uncertain", 0)
        first.go_on()
        time.sleep(1)
        woken += before - statuses(run).get("uncertain", 0)
    mail = check_mail(run)
    note = f"{rounds} sleepers; {woken} mails that their sleeper settled itself after waking"
    if mail.uncertain > rounds:
        problems.append(f"{mail.uncertain} uncertain after {rounds} sleepers")
    yield Result(
        "P3",
        mail.planned,
        mail.lost,
        mail.doubled,
        mail.uncertain,
        problems=every(problems, mail.problems),
        notes=[note],
    )


def _wait_for_mail(run: Run) -> None:
    """Return when a mail has arrived from now on, or none is left to come."""
    arrived = len(run.sink.raw)
    wait_until(
        lambda: _nudge(run) or len(run.sink.raw) > arrived or not statuses(run).get("pending"),
        "a mail arrives",
    )


def _nudge(run: Run) -> None:
    run.ring()
    time.sleep(0.05)


def _unfinished(run: Run) -> int:
    return sum(statuses(run).get(status, 0) for status in ("pending", "sending"))
