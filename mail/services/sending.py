"""A sending run: claim a batch, hand each message over, write down what became of it."""

import logging
import time
from collections import deque
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from common.failpoint import failpoint
from common.models import Installation
from common.stopping import is_asked_to_stop
from mail import config, mime
from mail.addresses import bare_address, envelope_address
from mail.courier import Courier, courier_for
from mail.models import ADDRESS, Message, Status
from mail.outcome import Outcome, blames_address, blames_relay, outcome, retry_delay
from mail.services import circuit, claims
from mail.services.suppression import suppress
from mail.smtp import Envelope, HandoverFailed, HandoverStopped, Reply, Timeouts

logger = logging.getLogger(__name__)

RECHECK_SECONDS = 0.5  # an unsubscribe must be heard within a second, whatever the mail server's speed
NO_ANSWER = (
    "The mail server did not answer after it had the whole message. It may have arrived, so it is not sent again "
    "by itself."
)


def send_due_messages(
    *,
    now: datetime,
    limit_seconds: float = 60,
    lease_seconds: float = claims.LEASE_SECONDS,
    timeouts: Timeouts | None = None,
    is_caught: bool = False,
) -> int:
    """Send what is due and return how many messages were accepted; with ``is_caught`` nothing leaves this machine.

    Stops claiming after ``limit_seconds``, while sending is paused, and while the mail server is being left alone.
    Must not run inside a transaction: claims are committed before anything moves. Raises BadEmailUrl.
    """
    claims.settle_expired_leases(now)
    relay = None if is_caught else config.relay_address()
    run = _Run(courier_for(relay, timeouts), now, limit_seconds, lease_seconds, is_caught=relay is None)
    try:
        while run.may_claim():
            batch = claims.claim_batch(now=run.now(), lease_seconds=lease_seconds)
            if not batch:
                break
            failpoint("mail.claimed")
            run.send(batch)
    finally:
        run.courier.close()
    return run.accepted


class _Run:
    """One sender slot: a courier, a clock that started at the caller's ``now``, and the limit."""

    def __init__(
        self, courier: Courier, now: datetime, limit_seconds: float, lease_seconds: float, *, is_caught: bool
    ) -> None:
        self.courier = courier
        self.accepted = 0
        self._is_caught = is_caught
        self._began_at = now
        self._began = time.monotonic()
        self._limit_seconds = limit_seconds
        self._lease_seconds = lease_seconds
        self._relay_has_failed = circuit.has_failed()

    def now(self) -> datetime:
        return self._began_at + timedelta(seconds=time.monotonic() - self._began)

    def may_claim(self) -> bool:
        if is_asked_to_stop() or time.monotonic() - self._began >= self._limit_seconds:
            return False
        if circuit.is_circuit_open(now=self.now()):
            return False
        return not Installation.current().sending_paused

    def send(self, batch: Sequence[Message]) -> None:
        """Send a batch in order; what cannot be begun within half the lease, or before an end, goes back untouched."""
        claimed = checked = time.monotonic()
        waiting = deque(batch)
        while waiting:
            clock = time.monotonic()
            is_late = clock - claimed > self._lease_seconds / 2
            if is_late or is_asked_to_stop() or (self._relay_has_failed and circuit.is_circuit_open(now=self.now())):
                claims.release(waiting)
                return
            if clock - checked > RECHECK_SECONDS:
                waiting, checked = deque(claims.without_suppressed(waiting)), clock
                continue
            self._send_one(waiting.popleft())

    def _send_one(self, message: Message) -> None:
        try:
            if self.courier.open() and not claims.begin(message, lease_seconds=self._lease_seconds):
                self._note_stopped(message)
            elif content := self._content(message):
                failpoint("mail.connected")
                self._note_accepted(message, self._hand_over(message, content))
        except HandoverStopped:
            self._note_stopped(message)
        except HandoverFailed as failure:
            self._note_failure(message, failure)

    def _content(self, message: Message) -> bytes | None:
        """Return the message as bytes; one that cannot be built fails alone and the run goes on."""
        try:
            return mime.build(message, at=self.now())
        except Exception:
            logger.exception("Message %s could not be built.", message.pk)
            reason = "This message could not be built. The worker's log says why."
            claims.finish(message, status=Status.FAILED, reason=reason)
            return None

    def _hand_over(self, message: Message, content: bytes) -> Reply:
        envelope = Envelope(envelope_address(bare_address(message.from_email)), envelope_address(message.to_email))
        return self.courier.hand_over(
            envelope, content, lambda: claims.mark_data_sent(message, lease_seconds=self._lease_seconds)
        )

    def _note_accepted(self, message: Message, reply: Reply) -> None:
        failpoint("mail.accepted")
        self.accepted += 1
        claims.finish_sent(message, at=self.now(), code=reply.code, reply=reply.text, caught=self._is_caught)
        failpoint("mail.noted")
        if self._relay_has_failed:
            circuit.note_success()
            self._relay_has_failed = False

    def _note_stopped(self, message: Message) -> None:
        """Suppressed since the claim; or cancelled or taken over, and then the row says so already."""
        if suppression := claims.suppression_of(message):
            claims.finish(message, status=Status.SUPPRESSED, reason=claims.suppressed_because(suppression))

    def _note_failure(self, message: Message, failure: HandoverFailed) -> None:
        if failure.is_worn_out:
            claims.release([message])
            return
        if blames_relay(failure.phase, failure.event, failure.code, failure.text):
            self._relay_has_failed = True
            circuit.note_failure(error=failure.said, now=self.now())
        if blames_address(failure.phase, failure.event, failure.text):
            suppress(email=message.to_email, topic=ADDRESS, reason=failure.said, now=self.now())
        answer = {"smtp_code": failure.code, "smtp_reply": failure.text[:500]}
        match outcome(failure.phase, failure.event, failure.code):
            case Outcome.RETRY:
                self._put_off(message, failure, answer)
            case Outcome.UNCERTAIN:
                claims.finish(message, status=Status.UNCERTAIN, reason=NO_ANSWER, **answer)
            case _:
                reason = f"The mail server refused this message: {failure.said}"
                claims.finish(message, status=Status.FAILED, reason=reason, **answer)

    def _put_off(self, message: Message, failure: HandoverFailed, answer: Mapping[str, object]) -> None:
        due_at = self.now() + retry_delay(message.attempts, (message.pk.int & 0xFFFF) / 0xFFFF)
        if due_at > message.give_up_at:
            reason = f"Given up after {message.attempts} tries: {failure.said}"
            claims.finish(message, status=Status.FAILED, reason=reason, **answer)
        else:
            claims.finish(message, status=Status.PENDING, reason=failure.said, due_at=due_at, **answer)
