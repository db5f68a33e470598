"""Who carries a message out: the relay of EMAIL_URL, or nobody, and then it is caught."""

from collections.abc import Callable
from typing import Protocol

from mail.relay import RelayAddress
from mail.smtp import Envelope, HandoverStopped, Reply, SmtpSession, Timeouts


class Courier(Protocol):
    """What a sending run needs; ``SmtpSession`` and ``CatchingCourier`` have it."""

    handed_over: int

    def open(self) -> bool: ...

    def hand_over(self, envelope: Envelope, content: bytes, begin_body: Callable[[], bool]) -> Reply: ...

    def close(self) -> None: ...


class CatchingCourier:
    """Takes every message and keeps it in the product."""

    handed_over = 0

    def open(self) -> bool:
        """Nothing to connect to."""
        return False

    def hand_over(self, envelope: Envelope, content: bytes, begin_body: Callable[[], bool]) -> Reply:
        """Accept the message after the same commit a real relay waits for."""
        if not begin_body():
            raise HandoverStopped
        self.handed_over += 1
        return Reply(250, "Caught: EMAIL_URL is not set, nothing left this machine.")

    def close(self) -> None:
        """Nothing to close."""


def courier_for(relay: RelayAddress | None, timeouts: Timeouts | None = None) -> Courier:
    """Return a courier for one run."""
    return SmtpSession(relay, timeouts) if relay else CatchingCourier()
