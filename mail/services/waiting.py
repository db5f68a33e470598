"""What a sending run has claimed and not begun."""

import time
from collections import deque
from collections.abc import Callable
from datetime import datetime

from common.failpoint import failpoint
from common.models import Installation
from common.stopping import is_asked_to_stop
from mail.models import Message
from mail.services import circuit, claims

RECHECK_SECONDS = 0.5  # an unsubscribe must be heard within a second, whatever the mail server's speed


class Waiting:
    """Messages in the order in which they are to be sent; more are claimed when the last is taken.

    ``is_open`` is false while sending is paused, the mail server is being left alone or this process is asked to end,
    and then all go back.
    """

    def __init__(self, *, now: Callable[[], datetime], limit_seconds: float, lease_seconds: float) -> None:
        self.is_open = True
        self._messages: deque[Message] = deque()
        self._now = now
        self._limit_seconds = limit_seconds
        self._lease_seconds = lease_seconds
        self._began = self._claimed = time.monotonic()
        self._checked = float("-inf")
        self._is_dry = False

    def __len__(self) -> int:
        return len(self._messages)

    def take(self, *, in_hand: int) -> Message | None:
        """Return the message to begin now, beside ``in_hand`` others of this run; None if there is none."""
        if not self._messages:
            self._claim(claims.BATCH_SIZE - in_hand)
        if not (self.is_open and self._messages) or (in_hand and is_suspect(self._messages[0])):
            return None
        return self._messages.popleft()

    def put_back(self, message: Message) -> None:
        """Nothing of it has left and nothing speaks against it: it is the next one."""
        self._messages.appendleft(message)

    def give_back(self) -> None:
        """Leave all to whoever claims them next."""
        claims.release(self._messages)
        self._messages.clear()

    def close(self) -> None:
        """Begin nothing more for now."""
        self.is_open = False
        self.give_back()

    def look_around(self) -> None:
        """Give back what comes too late or must not leave; to be called before each ``take``."""
        if is_asked_to_stop():
            self.close()
            return
        clock = time.monotonic()
        if clock - self._claimed > self._lease_seconds / 2:
            self.give_back()
        if clock - self._checked < RECHECK_SECONDS:
            return
        self._checked = clock
        self._is_dry = False
        if circuit.is_circuit_open(now=self._now()) or Installation.current().sending_paused:
            self.close()
        else:
            self.is_open = True
            self._messages = deque(claims.without_suppressed(self._messages))

    def _claim(self, size: int) -> None:
        clock = time.monotonic()
        if not self.is_open or self._is_dry or clock - self._began >= self._limit_seconds:
            return
        self._messages = deque(claims.claim_batch(now=self._now(), lease_seconds=self._lease_seconds, size=size))
        failpoint("mail.claimed")
        self._claimed = clock
        self._is_dry = not self._messages


def is_suspect(message: Message) -> bool:
    """Whether a sender died with it in hand: it is handed over alone, so that no other is taken for the cause."""
    return message.worker_deaths > 0
