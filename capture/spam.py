"""Points for what looks like a machine; three of them and a person looks first. Pure."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

HOLD_AT = 3
TRAP = "reference_note"
# Shorter texts are typed by many people: "Please send me a demo".
LONG_TEXT = 80
MAX_TRACES = 6
# The embed sends again with the same token when the network or the database failed.
MAX_TOKEN_USES = 10
LINK = re.compile(r"https?://|www\.|\[url|<a\s", re.IGNORECASE)
# Word by word: one pattern with two look-aheads takes the square of a long word's length.
WORD = re.compile(r"\w+")
LATIN, CYRILLIC = re.compile(r"[A-Za-z]"), re.compile(r"[\u0400-\u04ff]")
ADDRESS = re.compile(r"(?:https?://|www\.)([^\s<>\"'?#\]]{4,200})", re.IGNORECASE)
NAMES = ("first_name", "last_name", "company", "job_title", "phone")


@dataclass(frozen=True)
class Signs:
    """What was noticed about one submission besides its words."""

    is_trap_filled: bool = False
    has_token: bool = True
    is_young: bool = False
    is_instant: bool = False
    token_uses: int = 0
    text_uses: int = 0
    link_uses: int = 0


@dataclass(frozen=True)
class Verdict:
    """Points and the reasons for them, in words a person reads."""

    points: int
    reasons: tuple[str, ...]

    @property
    def is_held(self) -> bool:
        """Whether a person looks before it becomes a lead."""
        return self.points >= HOLD_AT


def text_trace(answers: Mapping[str, str]) -> str:
    """Return what a text is known by again, "" for one that several people may well have typed."""
    text = answers.get("message", "")
    if len(text) < LONG_TEXT and not LINK.search(text):
        return ""
    return _trace(" ".join(text.lower().split()))


def link_traces(answers: Mapping[str, str]) -> list[str]:
    """Return what the links of a message are known by again, however the words around them are spun."""
    found = ADDRESS.findall(answers.get("message", ""))
    return sorted({_trace(address.lower().removeprefix("www.").rstrip("/.,;:)!")) for address in found})[:MAX_TRACES]


def _trace(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()


def judge(answers: Mapping[str, str], signs: Signs) -> Verdict:
    """Return the verdict on one submission."""
    found = [
        (5, "The field that people do not see was filled in.", signs.is_trap_filled),
        (3, "It came without the form's token.", not signs.has_token),
        (3, "It was sent less than half a second after the form was opened.", signs.is_instant),
        (1, "It was sent less than 2 seconds after the form was opened.", signs.is_young and not signs.is_instant),
        (3, f"Its token was used {signs.token_uses} times.", signs.token_uses > MAX_TOKEN_USES),
        (3, f"The same text came {signs.text_uses} times within an hour.", signs.text_uses > 3),
        (3, f"The same link came {signs.link_uses} times within an hour.", signs.link_uses > 3),
        (3, "A name contains a link.", any(LINK.search(answers.get(name, "")) for name in NAMES)),
        (3, "The message contains more than 3 links.", len(LINK.findall(answers.get("message", ""))) > 3),
        (2, "A word mixes Cyrillic and Latin letters.", _mixes_scripts(answers)),
    ]
    hits = [(points, reason) for points, reason, is_true in found if is_true]
    return Verdict(sum(points for points, _ in hits), tuple(f"{reason} (+{points})" for points, reason in hits))


def _mixes_scripts(answers: Mapping[str, str]) -> bool:
    words = (word for value in answers.values() if not value.isascii() for word in WORD.findall(value))
    return any(LATIN.search(word) and CYRILLIC.search(word) for word in words)
