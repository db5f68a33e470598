"""P3, P16, P17: a mail server that misbehaves in every way it can, hangs for one domain, or gets a no in between."""

import statistics
import time
from collections.abc import Iterator

from django.utils import timezone

from chaos.checker import check_mail, every
from chaos.processes import wait_until
from chaos.report import Result
from chaos.run import Run
from chaos.scenarios.letters import HASTE, HASTY, queue_mail, send_until_rest, statuses
from mail.models import Kind
from mail.services import suppress
from mail.smtp import Timeouts

# Every way to misbehave, and where the mail in hand may end. A second mail must never come of any.
MODES = {
    "banner_hang": {"sent"},
    "banner_421": {"sent"},
    "hang_at_ehlo": {"sent"},
    "drop_at_mail": {"sent"},
    "451_at_mail": {"sent"},
    "451_at_rcpt": {"sent"},
    "550_at_rcpt": {"failed"},
    "552_at_rcpt": {"failed"},
    "drop_at_data": {"sent"},
    # A hang-up that is heard only after the dot was written can have been one after the dot.
    "drop_mid_body": {"sent", "uncertain"},
    "452_after_dot": {"sent"},
    "554_after_dot": {"failed"},
    "drop_after_dot": {"uncertain"},
    "hang_after_dot": {"uncertain"},
    "slow": {"sent"},
    "drop_after_250": {"sent"},
    "drop_on_quit": {"sent"},
    "250_twice": {"sent"},
}
STEP_SECONDS = 60
HUNG_SECONDS = 600
# Of 16 connections one is held almost half of the time.
SILENT, TURNS = "silent.example", 4
UNHURRIED_SECONDS = 0.2
ALWAYS_WAITING = 100
KEPT_SPEED = 0.9


def modes(run: Run) -> Iterator[Result]:
    """Each mode for one mail of five; what was put off comes due by the clock, and in the end each has its end."""
    run.fresh("modes")
    changes = {"CHAOS_CLOCK": str(run.clock.path), **HASTY}
    run.worker(concurrency=1, **changes)
    problems: list[str] = []
    for mode, ends in MODES.items():
        run.sink.mode, run.sink.times = mode, 1
        addresses = queue_mail(run, 5, domain=f"{mode.replace('_', '-')}.example", kind=Kind.REQUESTED)
        unrest = send_until_rest(run, STEP_SECONDS)[1]
        for hours in (0.1, 0.3, 2):  # rest of the relay, then the first retries
            run.clock.forward(hours)
            unrest += send_until_rest(run, STEP_SECONDS)[1]
        found = statuses(run, addresses)
        others = {status: count for status, count in found.items() if status != "sent"}
        if sum(others.values()) > 1 or not set(others) <= ends or found.get("sent", 0) < 4:
            problems.append(f"{mode}: the mails ended as {found}")
        problems += [f"{mode}: {sentence}" for sentence in unrest]
    mail = check_mail(run)
    note = f"{len(MODES)} ways to misbehave"
    wrong = every(problems, mail.problems)
    yield Result("P3", mail.planned, mail.lost, mail.doubled, mail.uncertain, problems=wrong, notes=[note])


def hung(run: Run) -> Iterator[Result]:
    """For ten minutes the mail server falls silent for mails to one domain, or for a share of them with the time-outs.

    How fast the mails to others leave is counted without silent mails and beside one, in turns, so that what else the
    machine does is in both. The mail server takes its time for each mail, so that it is connections that are short,
    and one that is held by a silent mail is missed.
    """
    is_real = run.is_long and run.share >= 1
    haste = 1 if is_real else HASTE
    window = HUNG_SECONDS / haste
    run.fresh("hung")
    run.sink.delay_seconds = UNHURRIED_SECONDS
    run.worker(concurrency=2, **({} if is_real else HASTY))
    run.sink.mode, run.sink.only_domain = "hang_after_dot", SILENT
    _speed(run, window / 20)
    turns = [(_speed(run, window / TURNS / 2), _speed(run, window / TURNS, silent=1)) for _ in range(TURNS)]
    usual, beside = map(statistics.mean, zip(*turns, strict=True))
    run.sink.mode, run.sink.delay_seconds = "ok", 0.0
    _, problems = send_until_rest(run, 200)
    longest, allowed = run.sink.longest_silence, Timeouts().final / haste + 5
    if longest > allowed:
        problems.append(f"a sender was held for {longest:.1f} s, allowed are {allowed:.0f} s")
    if beside < KEPT_SPEED * usual:
        problems.append(f"mails to others left at {beside:.0f} a second, without silent ones at {usual:.0f}")
    mail = check_mail(run)
    note = (
        f"{beside / usual:.0%} of the speed for {window:.0f} s beside {TURNS} silent mails, in turns; "
        f"longest hold {longest:.1f} s"
    )
    yield Result("P16", mail.planned, mail.lost, mail.doubled, mail.uncertain, problems=every(problems, mail.problems),
                 notes=[note])  # fmt: skip


def _speed(run: Run, seconds: float, *, silent: int = 0) -> float:
    """Return how many mails to others arrive a second while there are always some; silent ones come first."""
    began, arrived = time.monotonic(), len(run.sink.envelopes)
    queue_mail(run, silent, domain=SILENT, kind=Kind.REQUESTED)
    while time.monotonic() - began < seconds:
        if statuses(run).get("pending", 0) < ALWAYS_WAITING:
            queue_mail(run, ALWAYS_WAITING, kind=Kind.REQUESTED)
        run.ring()
        time.sleep(0.3)
    others = [to for _, to in run.sink.envelopes[arrived:] if not to.endswith(SILENT)]
    return len(others) / (time.monotonic() - began)


def unsubscribing(run: Run) -> Iterator[Result]:
    """People say no while the queue drains; nothing sets out to them a second later."""
    run.fresh("unsubscribing")
    run.worker(concurrency=2)
    addresses = queue_mail(run, run.size(300, 1500), kind=Kind.MARKETING)
    run.sink.delay_seconds = 0.02
    goodbye: dict[str, float] = {}
    chosen = run.dice.sample(addresses, len(addresses) // 3)
    run.ring()
    wait_until(lambda: len(run.sink.raw) > 3, "mails are under way")
    for address in chosen:
        suppress(email=address, topic="newsletter", reason="unsubscribed", now=timezone.now())
        goodbye[address] = time.monotonic()
        time.sleep(run.dice.uniform(0, 0.01))
    _, unrest = send_until_rest(run, 200)
    late = [
        arrived - goodbye[recipient]
        for (_, recipient), arrived in zip(run.sink.envelopes, run.sink.arrived_at, strict=True)
        if recipient in goodbye and arrived - goodbye[recipient] > 1
    ]
    mail = check_mail(run)
    held = statuses(run).get("suppressed", 0)
    problems = every(
        [f"{len(late)} mails came up to {max(late):.1f} s after a no"] if late else [], unrest, mail.problems
    )
    yield Result(
        "P17", len(chosen), mail.lost, mail.doubled, mail.uncertain, problems=problems, notes=[f"{held} held back"]
    )
