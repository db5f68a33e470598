"""Sender slots: each is one connection to the mail server and the message in its hands."""

import select
import time
from collections.abc import Iterable, Sequence

from mail.addresses import bare_address, envelope_address
from mail.courier import Courier
from mail.models import Message
from mail.smtp import Envelope, Reply, Steps, Wait

_EVENTS = {Wait.TO_READ: select.POLLIN, Wait.TO_WRITE: select.POLLOUT}


class Slot:
    """What it waits for stands in ``wait``; None while it has no message.

    ``following`` is the message that comes next on this connection: the mail server may have heard of it already.
    """

    def __init__(self, courier: Courier) -> None:
        self.courier = courier
        self.message: Message | None = None
        self.following: Message | None = None
        self.wait: Wait | None = None
        self.is_body_out = False
        self._envelope: Envelope | None = None
        self._steps: Steps[Reply] | None = None

    def take(self, message: Message, content: bytes) -> None:
        """Prepare to hand over a message; ``go_on`` begins it."""
        envelope = (self._envelope if message is self.following else None) or envelope_of(message)
        self.message, self.following = message, None
        self.is_body_out = False
        self._steps = self.courier.hand_over(envelope, content)

    def reserve(self, message: Message | None) -> None:
        """Let a message follow the one in hand."""
        self.following = message
        self._envelope = self.courier.following = envelope_of(message) if message else None

    def go_on(self, answer: bool | None = None) -> Reply | None:
        """Do what can be done without waiting; return the accepting reply at the end, and only then.

        Raises HandoverFailed or HandoverStopped. After each of the three the slot is to be emptied.
        """
        assert self._steps is not None
        self.is_body_out |= self.wait is Wait.MAY_BODY_LEAVE and bool(answer)
        try:
            self.wait = self._steps.send(answer)
        except StopIteration as end:
            return end.value
        return None

    def empty(self) -> None:
        """Let go of the message."""
        self.message = self.wait = self._steps = None

    def give_up(self) -> None:
        """Let go of the message in the middle of its hand-over, and of the connection with it."""
        self.empty()
        self.courier.abort()


def envelope_of(message: Message) -> Envelope:
    """Return sender and recipient as SMTP carries them."""
    return Envelope(envelope_address(bare_address(message.from_email)), envelope_address(message.to_email))


def ready(slots: Iterable[Slot], *, seconds: float) -> Sequence[Slot]:
    """Return the slots that can go on: at once those that can now, else whoever can first, within ``seconds``."""
    waiting = {slot.courier.fileno(): slot for slot in slots if slot.wait in _EVENTS}
    if not waiting:
        return ()
    poll = select.poll()
    for number, slot in waiting.items():
        poll.register(number, _EVENTS[slot.wait])  # type: ignore[index]
    first_deadline = min(slot.courier.deadline for slot in waiting.values())
    seconds = max(min(seconds, first_deadline - time.monotonic()), 0)
    able = {number for number, _ in poll.poll(seconds * 1000)}
    now = time.monotonic()
    return [slot for number, slot in waiting.items() if number in able or slot.courier.deadline <= now]
