from datetime import UTC, datetime

import pytest

from mail.models import Kind, Message
from mail.services import queue_message
from tests.mail.smtp_sink import SmtpSink


@pytest.fixture
def now():
    return datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


@pytest.fixture
def smtp_sink(settings):
    with SmtpSink() as sink:
        settings.EMAIL_URL = sink.url
        yield sink


@pytest.fixture
def queue(now):
    """Queue a valid message; each call another one."""
    counter = iter(range(1_000_000))

    def make(**changes) -> Message:
        number = next(counter)
        values = {
            "dedupe_key": f"test:{number}",
            "kind": Kind.REQUESTED,
            "to_email": f"person{number}@buyer.example",
            "subject": f"Your guide {number}",
            "text": "Here is your guide.",
            "html": "<p>Here is your guide.</p>",
            "now": now,
        }
        if changes.get("kind") == Kind.MARKETING:
            values |= {"unsubscribe_url": "https://crm.example/u/abc", "topic": "newsletter"}
        return queue_message(**values | changes)

    return make
