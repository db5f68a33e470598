"""The signed token a form carries: which version the visitor saw, and when."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.core.signing import BadSignature, Signer

MIN_AGE = timedelta(seconds=2)
INSTANT = timedelta(milliseconds=500)
MAX_AGE = timedelta(hours=24)
SKEW = timedelta(minutes=5)
SALT = "capture.token"


@dataclass(frozen=True)
class FormToken:
    """What a token says; ``issued_at`` is when the form was touched first."""

    form_id: str
    number: int
    issued_at: datetime
    nonce: str

    def is_expired(self, now: datetime) -> bool:
        """Whether it is too old to be taken, or claims to be from the future."""
        return now - self.issued_at > MAX_AGE or self.issued_at - now > SKEW

    def is_young(self, now: datetime) -> bool:
        """Whether the form was sent faster than most people can."""
        return now - self.issued_at < MIN_AGE

    def is_instant(self, now: datetime) -> bool:
        """Whether the form was sent faster than anybody can, however well the browser knows them."""
        return now - self.issued_at < INSTANT


def issue_token(*, form_id: str, number: int, now: datetime) -> str:
    """Return a token for one view of one version of a form."""
    return _signer().sign(f"{form_id}.{number}.{int(now.timestamp() * 1000)}.{secrets.token_urlsafe(9)}")


def read_token(text: str, *, form_id: str) -> FormToken | None:
    """Return what ``text`` says, None when we did not sign it for this form."""
    if not text or len(text) > 200:
        return None
    try:
        signed_form, number, issued, nonce = _signer().unsign(text).split(".")
    except (BadSignature, ValueError):
        return None
    if signed_form != form_id:
        return None
    return FormToken(signed_form, int(number), datetime.fromtimestamp(int(issued) / 1000, UTC), nonce)


def _signer() -> Signer:
    """Old keys stay good for reading (SECRET_KEY_FALLBACKS), so that a rotation loses no open form."""
    return Signer(salt=SALT)
