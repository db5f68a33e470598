"""What follows from what the mail server did. Pure: the whole decision table stands here."""

import re
from datetime import timedelta
from enum import StrEnum

RETRY_FIRST = timedelta(minutes=5)
RETRY_CAP = timedelta(minutes=80)
JITTER = 0.2
MESSAGE_TOO_LARGE = 552
SERVICE_CLOSING = 421
# 5.1.7 and 5.1.8 speak of the sender's address, not the recipient's
_BAD_RECIPIENT = re.compile(r"5\.1\.(?![78]\b)\d{1,3}\b")
_POLICY = re.compile(r"5\.7\.\d{1,3}\b")


class SmtpPhase(StrEnum):
    """The part of the conversation in which something happened."""

    CONNECT = "connect"
    SETUP = "setup"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    BODY = "body"
    DOT = "dot"
    QUIT = "quit"


class Event(StrEnum):
    """What happened in it."""

    REFUSED = "refused"
    DROPPED = "dropped"
    TIMEOUT = "timeout"
    REPLY = "reply"


class Outcome(StrEnum):
    """What becomes of the message."""

    SENT = "sent"
    RETRY = "retry"
    FAILED = "failed"
    UNCERTAIN = "uncertain"


def outcome(phase: SmtpPhase, event: Event, code: int | None = None) -> Outcome:
    """Return what becomes of a message after ``event`` in ``phase`` (``code`` where the server replied).

    Only after the final dot can a message have arrived unseen. Before it every silence is safe to repeat. A refusal
    before a recipient is named speaks of the installation, not of the message, and is tried again.
    """
    if phase is SmtpPhase.QUIT:
        return Outcome.SENT
    if event is not Event.REPLY or code is None:
        return Outcome.UNCERTAIN if phase is SmtpPhase.DOT else Outcome.RETRY
    first = code // 100
    if phase is SmtpPhase.DOT and first not in (4, 5):
        return Outcome.SENT if first == 2 else Outcome.UNCERTAIN
    if first != 5 or phase in (SmtpPhase.CONNECT, SmtpPhase.SETUP):
        return Outcome.RETRY
    if phase is SmtpPhase.MAIL and code != MESSAGE_TOO_LARGE:
        return Outcome.RETRY
    return Outcome.FAILED


def blames_address(phase: SmtpPhase, event: Event, reply: str) -> bool:
    """Whether the server said for good that nobody can be reached at this address (5.1.x)."""
    told = event is Event.REPLY and phase in (SmtpPhase.RCPT, SmtpPhase.DATA, SmtpPhase.DOT)
    return told and bool(_BAD_RECIPIENT.match(reply))


def blames_relay(phase: SmtpPhase, event: Event, code: int | None, reply: str) -> bool:
    """Whether the mail server, rather than this message, is the trouble; five in a row give it a rest."""
    if event is not Event.REPLY or code == SERVICE_CLOSING:
        return True
    return phase in (SmtpPhase.CONNECT, SmtpPhase.SETUP, SmtpPhase.MAIL) or bool(_POLICY.match(reply))


def retry_delay(attempts: int, spread: float) -> timedelta:
    """Return the wait after try ``attempts``: 5, 10, 20, 40, 80 minutes, up to 20 % longer by ``spread`` (0 to 1)."""
    doubled = RETRY_FIRST * 2 ** min(max(attempts - 1, 0), 10)
    return min(doubled, RETRY_CAP) * (1 + JITTER * spread)
