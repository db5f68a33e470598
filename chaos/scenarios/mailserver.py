"""P3, P16, P17: a mail server that misbehaves in every way it can, hangs for one domain, or gets a no in between."""

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
    """The mail server falls silent for the mails to one domain, with the real time-outs or a share of them."""
    run.fresh("hung")
    is_real = run.is_long and run.share >= 1
    haste = 1 if is_real else HASTE
    run.worker(concurrency=2, **({} if is_real else HASTY))
    run.beat()
    count = run.size(200, 2000)
    run.sink.mode, run.sink.only_domain = "hang_after_dot", "silent.example"
    queue_mail(run, 3, domain="silent.example", kind=Kind.REQUESTED)
    others = queue_mail(run, count, kind=Kind.REQUESTED)
    began = time.monotonic()
    send_until_rest(run, 400)
    took = time.monotonic() - began
    run.sink.mode = "ok"
    longest = run.sink.longest_silence
    allowed = Timeouts().final / haste + 5
    problems = [f"a sender was held for {longest:.1f} s, allowed are {allowed:.0f} s"] if longest > allowed else []
    found = statuses(run, others)
    if found.get("sent") != count:
        problems.append(f"of the mails to other domains {found} were sent")
    mail = check_mail(run)
    note = f"{count} mails to others took {took:.1f} s beside 3 silent ones; longest hold {longest:.1f} s"
    yield Result(
        "P16", count, mail.lost, mail.doubled, mail.uncertain, problems=every(problems, mail.problems), notes=[note]
    )


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
