"""Who carries a message out: the relay of EMAIL_URL, or nobody, and then it is caught."""

from typing import Protocol

from mail.relay import RelayAddress
from mail.smtp import Envelope, HandoverStopped, Reply, SmtpSession, Steps, Timeouts, Wait


class Courier(Protocol):
    """What a sending run needs; ``SmtpSession`` and ``CatchingCourier`` have it."""

    handed_over: int
    deadline: float
    following: Envelope | None

    @property
    def is_open(self) -> bool: ...

    def fileno(self) -> int: ...

    def hand_over(self, envelope: Envelope, content: bytes) -> Steps[Reply]: ...

    def abort(self) -> None: ...

    def close(self) -> None: ...


class CatchingCourier:
    """Takes every message and keeps it in the product."""

    handed_over = 0
    is_open = True
    deadline = 0.0
    following: Envelope | None = None

    def fileno(self) -> int:
        """Nothing to look at: a hand-over never waits."""
        return -1

    def hand_over(self, envelope: Envelope, content: bytes) -> Steps[Reply]:
        """Accept the message after the same commit a real relay waits for."""
        if not (yield Wait.MAY_BODY_LEAVE):
            raise HandoverStopped
        self.handed_over += 1
        return Reply(250, "Caught: EMAIL_URL is not set, nothing left this machine.")

    def abort(self) -> None:
        """Nothing to give up."""

    def close(self) -> None:
        """Nothing to close."""


def courier_for(relay: RelayAddress | None, timeouts: Timeouts | None = None) -> Courier:
    """Return a courier, which is one connection at a time."""
    return SmtpSession(relay, timeouts) if relay else CatchingCourier()
