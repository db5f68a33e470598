"""Rows that kill the process which works on them, as the out-of-memory killer would end it."""

import os
import signal
from collections.abc import Sequence
from typing import Any

from chaos.settings import DEADLY
from leadcrm import pipeline
from leads.lifecycle import Judged
from leads.models import Lead
from mail import mime
from mail.models import Message


def arm() -> None:
    """Let this process die in the middle of judging the deadly lead or of writing the deadly mail."""
    judge, build = pipeline.judge_leads, mime.build

    def judge_or_die(*, leads: Sequence[Lead], **known: Any) -> list[Judged]:
        if any(lead.company == DEADLY for lead in leads):
            os.kill(os.getpid(), signal.SIGKILL)
        return judge(leads=leads, **known)

    def build_or_die(message: Message, **known: Any) -> bytes:
        if message.subject == DEADLY:
            os.kill(os.getpid(), signal.SIGKILL)
        return build(message, **known)

    pipeline.judge_leads = judge_or_die
    mime.build = build_or_die
