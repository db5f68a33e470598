"""What becomes of a message that the mail server did not accept."""

from collections.abc import Mapping
from datetime import datetime

from mail.models import ADDRESS, Message, Status
from mail.outcome import Outcome, blames_address, outcome, retry_delay
from mail.services import claims
from mail.services.suppression import suppress
from mail.smtp import HandoverFailed

NO_ANSWER = (
    "The mail server did not answer after it had the whole message. It may have arrived, so it is not sent again "
    "by itself."
)


def end_stopped(message: Message) -> None:
    """Suppressed since the claim; or cancelled or taken over, and then the row says so already."""
    claims.without_suppressed([message])


def end_failed(message: Message, failure: HandoverFailed, *, now: datetime) -> None:
    """Put off, fail or call uncertain, as the decision table says; an address nobody has gets nothing more."""
    if blames_address(failure.phase, failure.event, failure.text):
        suppress(email=message.to_email, topic=ADDRESS, reason=failure.said, now=now)
    answer = {"smtp_code": failure.code, "smtp_reply": failure.text[:500]}
    match outcome(failure.phase, failure.event, failure.code):
        case Outcome.RETRY:
            _put_off(message, failure, answer, now)
        case Outcome.UNCERTAIN:
            claims.finish(message, status=Status.UNCERTAIN, reason=NO_ANSWER, **answer)
        case _:
            reason = f"The mail server refused this message: {failure.said}"
            claims.finish(message, status=Status.FAILED, reason=reason, **answer)


def _put_off(message: Message, failure: HandoverFailed, answer: Mapping[str, object], now: datetime) -> None:
    due_at = now + retry_delay(message.attempts, (message.pk.int & 0xFFFF) / 0xFFFF)
    if due_at > message.give_up_at:
        reason = f"Given up after {message.attempts} tries: {failure.said}"
        claims.finish(message, status=Status.FAILED, reason=reason, **answer)
    else:
        claims.finish(message, status=Status.PENDING, reason=failure.said, due_at=due_at, **answer)
