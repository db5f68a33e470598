"""From the fields of a request to a stored submission: which version was seen, is it right, is it a machine."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from capture import live, spam
from capture.answers import Answers, Wrong, judge_answers
from capture.attribution import arrival
from capture.limits import note_use
from capture.live import Head, Published
from capture.reading import Unreadable, clean
from capture.services.errors import FormClosed, UnknownForm
from capture.services.joining import let_through
from capture.services.submissions import Received, Taken, submit
from capture.tokens import FormToken, read_token

MAX_KEY = 200
MAX_URL = 1000
EXPIRED = "This form was open for more than a day. Please send it again; your answers are still here."


class TooMany(RuntimeError):
    """This network has sent the form too often; ``retry_after`` seconds make it good."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"Too many forms came from your network. Please send it again in {retry_after} s.")
        self.retry_after = retry_after


@dataclass(frozen=True)
class Caller:
    """What the request says besides its fields. ``is_trusted``: a signed-in machine, which needs no token."""

    ip: str = ""
    user_agent: str = ""
    referrer: str = ""
    key: str = ""
    is_trusted: bool = False


def open_form(form_id: str) -> Head:
    """Return a form that takes submissions. Raises UnknownForm, FormClosed."""
    found = live.head(form_id)
    if found is None or (found.version is None and found.state != "closed"):
        raise UnknownForm("There is no form at this address.")
    if not found.is_live:
        raise FormClosed("This form is closed.")
    return found


def open_version(form_id: str) -> Published:
    """Return what a form that takes submissions shows. Raises UnknownForm, FormClosed."""
    found = open_form(form_id)
    assert found.version is not None
    return found.version


def receive(*, form_id: str, fields: dict[str, str], caller: Caller, now: datetime) -> tuple[Taken, Published]:
    """Judge and store one submission; returns after the commit.

    Raises UnknownForm, FormClosed, Unreadable, Wrong, TooMany, OtherAnswers, StillRunning.
    """
    token = read_token(fields.get("token", ""), form_id=form_id)
    version = _version_seen(open_form(form_id), token)
    answers = judge_answers(version=version, fields=fields)
    if token and token.is_expired(now):
        raise Wrong({"token": [EXPIRED]}, code="token_expired")
    received = _received(fields, caller, answers, now)
    verdict = spam.Verdict(0, ())
    if not caller.is_trusted:
        verdict = _verdict(fields, caller, answers, token, form_id=form_id, now=now)
    taken = submit(version=version, answers=answers, received=received, verdict=verdict, now=now)
    if verdict.is_held:
        # The visitor of a form that has no token can still show that a person is there: see ``accepted``.
        return replace(taken, lacks_token=token is None), version
    if not taken.is_new:
        let_through(submission_id=taken.id, received=received, now=now)
    return taken, version


def _version_seen(head: Head, token: FormToken | None) -> Published:
    """The version the token names is the one the visitor read, consent and all."""
    seen = live.version(head.form_id, token.number) if token else None
    return seen or head.version  # type: ignore[return-value]


def _verdict(
    fields: dict[str, str], caller: Caller, answers: Answers, token: FormToken | None, *, form_id: str, now: datetime
) -> spam.Verdict:
    use = note_use(
        form_id=form_id,
        ip=caller.ip,
        nonce=token.nonce if token else "",
        text=spam.text_trace(answers.values),
        links=spam.link_traces(answers.values),
    )
    if use.retry_after:
        raise TooMany(use.retry_after)
    signs = spam.Signs(
        is_trap_filled=bool(fields.get(spam.TRAP, "").strip()),
        has_token=token is not None,
        is_young=token is not None and token.is_young(now),
        is_instant=token is not None and token.is_instant(now),
        token_uses=use.token_uses,
        text_uses=use.text_uses,
        link_uses=use.link_uses,
    )
    return spam.judge(answers.values, signs)


def _received(fields: dict[str, str], caller: Caller, answers: Answers, now: datetime) -> Received:
    page = clean(fields.get("page", ""))[:MAX_URL] or caller.referrer[:MAX_URL]
    first_page = clean(fields.get("first_page", ""))[:MAX_URL] or page
    referrer = clean(fields.get("first_referrer", ""))[:MAX_URL]
    first = arrival(page=first_page, referrer=referrer)
    return Received(
        key=_key(fields.get("submission_key", "") or caller.key, answers, now),
        page_url=page,
        referrer=referrer,
        first=first,
        last=first if page == first_page else arrival(page=page, referrer=referrer),
        ip=caller.ip,
        user_agent=caller.user_agent[:300],
    )


def _key(sent: str, answers: Answers, now: datetime) -> str:
    """Without a key of its own, the same answers in the same ten minutes have the same key: twins meet in the index."""
    if not sent:
        return f"auto-{answers.hash}-{int(now.timestamp()) // int(timedelta(minutes=10).total_seconds())}"
    if len(sent) > MAX_KEY or not sent.isprintable():
        raise Unreadable(f"A submission key is plain text of at most {MAX_KEY} characters.", "submission_key")
    return sent
