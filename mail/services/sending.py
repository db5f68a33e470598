"""A sending run: claim a batch, hand each message over, write down what became of it.

One thread keeps several connections busy. It does what can be done without waiting, then commits what all of them have
to say at once: which bodies leave now, and which messages were accepted meanwhile.
"""

import logging
import time
from datetime import datetime, timedelta

from common.failpoint import failpoint
from mail import config, mime
from mail.courier import courier_for
from mail.models import Message, Status
from mail.outcome import SmtpPhase, blames_relay
from mail.relay import RelayAddress
from mail.services import circuit, claims
from mail.services.endings import end_failed, end_stopped
from mail.services.moments import Acceptance, commit_moments
from mail.services.slots import Slot, ready
from mail.services.waiting import RECHECK_SECONDS, Waiting, is_suspect
from mail.smtp import HandoverFailed, HandoverStopped, Timeouts, Wait

logger = logging.getLogger(__name__)

NOTE_SECONDS = 0.02  # so long an acceptance waits for the next body, to share its commit
MAILS_PER_CONNECTION = 5  # so many must wait for each further connection
_OPENING = (SmtpPhase.CONNECT, SmtpPhase.SETUP)
LAST_WORDS_SECONDS = 10  # so long a run that is broken off waits for answers to bodies that have left


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
    claims.settle_expired_leases()
    relay = None if is_caught else config.relay_address()
    run = _Run(relay, timeouts, now=now, limit_seconds=limit_seconds, lease_seconds=lease_seconds)
    try:
        run.send_all()
    finally:
        run.end()
    return run.accepted


class _Run:
    """The slots of one process, what waits for them, and a clock that started at the caller's ``now``."""

    def __init__(
        self,
        relay: RelayAddress | None,
        timeouts: Timeouts | None,
        *,
        now: datetime,
        limit_seconds: float,
        lease_seconds: float,
    ) -> None:
        self.accepted = 0
        self._began_at = now
        self._began = time.monotonic()
        self._is_caught = relay is None
        self._lease_seconds = lease_seconds
        self._slots = [Slot(courier_for(relay, timeouts)) for _ in range(config.connections())]
        self._waiting = Waiting(now=self.now, limit_seconds=limit_seconds, lease_seconds=lease_seconds)
        self._to_note: list[Acceptance] = []
        self._relay_has_failed = circuit.has_failed()

    def now(self) -> datetime:
        return self._began_at + timedelta(seconds=time.monotonic() - self._began)

    def send_all(self) -> None:
        """Go on until nothing is in hand and nothing may be begun."""
        while True:
            has_begun = self._hand_out()
            if self._in_hand():
                self._go_on_or_commit()
            elif not has_begun:
                return

    def end(self) -> None:
        """Leave nothing behind, also where the run is broken off: note, settle or give back each message."""
        try:
            self._last_words()
            self._waiting.give_back()
            self._note()
        finally:
            for slot in self._slots:
                slot.courier.close()

    def _in_hand(self) -> list[Message]:
        return [slot.message for slot in self._slots if slot.message]

    def _hand_out(self) -> bool:
        """Give a message to each free slot whose connection is open, or worth opening; False if there was none."""
        has_begun = False
        self._waiting.look_around()
        for slot in [slot for slot in self._slots if not slot.message]:
            if any(is_suspect(message) for message in self._in_hand()):
                break
            if not (slot.courier.is_open or self._is_worth_a_connection()):
                continue
            if message := self._next_for(slot):
                has_begun = True
                if content := self._content(message):
                    slot.take(message, content)
                    self._go_on(slot)
        return has_begun

    def _next_for(self, slot: Slot) -> Message | None:
        """Return the message that the slot has been promised, else the next one that waits."""
        if slot.following and not self._waiting.is_open:
            self._waiting.put_back(slot.following)
            slot.following = None
        return slot.following or self._waiting.take(in_hand=self._claimed_beside(slot))

    def _claimed_beside(self, slot: Slot) -> int:
        others = [other for other in self._slots if other is not slot]
        return sum(bool(other.message) + bool(other.following) for other in others)

    def _is_worth_a_connection(self) -> bool:
        """Whether to open one more; the first proves that the mail server works before others are opened."""
        connected = sum(1 for slot in self._slots if slot.message or slot.courier.is_open)
        return not connected or (self.accepted > 0 and len(self._waiting) >= connected * MAILS_PER_CONNECTION)

    def _content(self, message: Message) -> bytes | None:
        """Return the message as bytes; one that cannot be built fails alone and the run goes on."""
        try:
            return mime.build(message, at=self.now())
        except Exception:
            logger.exception("Message %s could not be built.", message.pk)
            reason = "This message could not be built. The worker's log says why."
            claims.finish(message, status=Status.FAILED, reason=reason)
            return None

    def _go_on_or_commit(self) -> None:
        """Let the slots go on that can; when none can without waiting, commit what they have to say."""
        asking = [slot for slot in self._slots if slot.wait is Wait.MAY_BODY_LEAVE]
        patience = 0.0 if asking else NOTE_SECONDS if self._to_note else RECHECK_SECONDS
        able = ready(self._slots, seconds=patience)
        for slot in able:
            self._go_on(slot)
        if not able:
            self._commit(asking)

    def _commit(self, asking: list[Slot]) -> None:
        if not asking and not self._to_note:
            return
        committed = commit_moments(
            bodies=[slot.message for slot in asking if slot.message],
            accepted=self._to_note,
            lease_seconds=self._lease_seconds,
            is_caught=self._is_caught,
        )
        if committed.noted:
            failpoint("mail.noted")
        self._to_note = [noted for noted in self._to_note if noted.message.pk not in committed.noted]
        for slot in asking:
            if slot.message and slot.message.pk in committed.may_leave:
                if not is_suspect(slot.message):
                    slot.reserve(self._waiting.take(in_hand=self._claimed_beside(slot) + 1))
                self._go_on(slot, True)
            else:
                self._go_on(slot, False)

    def _go_on(self, slot: Slot, answer: bool | None = None) -> None:
        message = slot.message
        assert message is not None
        try:
            reply = slot.go_on(answer)
            if slot.wait is Wait.IS_STILL_DUE:
                reply = slot.go_on(claims.begin(message, lease_seconds=self._lease_seconds))
        except HandoverStopped:
            slot.empty()
            end_stopped(message)
        except HandoverFailed as failure:
            slot.empty()
            self._note_failure(slot, message, failure)
        else:
            if reply:
                slot.empty()
                failpoint("mail.accepted")
                self.accepted += 1
                self._to_note.append(Acceptance(message, reply, self.now()))
                self._note_relay_works()

    def _note_relay_works(self) -> None:
        if self._relay_has_failed:
            circuit.note_success()
            self._relay_has_failed = False

    def _note_failure(self, slot: Slot, message: Message, failure: HandoverFailed) -> None:
        if failure.is_worn_out:
            self._waiting.put_back(message)
            return
        if failure.phase in _OPENING and any(other.courier.handed_over for other in self._slots):
            # It serves us on another connection: it takes no more than those.
            self._waiting.put_back(message)
            self._slots.remove(slot)
            return
        end_failed(message, failure, now=self.now())
        if blames_relay(failure.phase, failure.event, failure.code, failure.text):
            self._relay_has_failed = True
            if circuit.note_failure(error=failure.said, now=self.now()):
                self._waiting.close()

    def _note(self) -> None:
        """Write down the acceptances that no body took along, and wait for the rows that somebody has locked."""
        self._commit([])
        for left in self._to_note:
            answer = {"smtp_code": left.reply.code, "smtp_reply": left.reply.text[:500]}
            claims.finish(
                left.message, status=Status.SENT, reason="", sent_at=left.at, caught=self._is_caught, **answer
            )
        self._to_note = []

    def _last_words(self) -> None:
        """Give back what has not left, and wait a little for the answers to what has."""
        for slot in self._slots:
            if slot.following:
                self._waiting.put_back(slot.following)
            if slot.message and not slot.is_body_out:
                self._waiting.put_back(slot.message)
                slot.give_up()
        until = time.monotonic() + LAST_WORDS_SECONDS
        while self._in_hand() and time.monotonic() < until:
            for slot in ready(self._slots, seconds=until - time.monotonic()):
                self._go_on(slot)
