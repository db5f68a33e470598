"""Points for what looks like a machine; three of them and a person looks first. Pure."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

HOLD_AT = 3
TRAP = "reference_note"
LINK = re.compile(r"https?://|www\.|\[url|<a\s", re.IGNORECASE)
# Word by word: one pattern with two look-aheads takes the square of a long word's length.
WORD = re.compile(r"\w+")
LATIN, CYRILLIC = re.compile(r"[A-Za-z]"), re.compile(r"[\u0400-\u04ff]")
NAMES = ("first_name", "last_name", "company", "job_title", "phone")


@dataclass(frozen=True)
class Signs:
    """What was noticed about one submission besides its words."""

    is_trap_filled: bool = False
    has_token: bool = True
    is_from_browser: bool = True
    is_young: bool = False
    token_uses: int = 0
    text_uses: int = 0


@dataclass(frozen=True)
class Verdict:
    """Points and the reasons for them, in words a person reads."""

    points: int
    reasons: tuple[str, ...]

    @property
    def is_held(self) -> bool:
        """Whether a person looks before it becomes a lead."""
        return self.points >= HOLD_AT


def text_hash(answers: Mapping[str, str]) -> str:
    """Return what a text with links in it is known by again, "" for a text nobody would send twice."""
    text = answers.get("message", "")
    if not LINK.search(text):
        return ""
    return hashlib.blake2b(" ".join(text.lower().split()).encode(), digest_size=12).hexdigest()


def judge(answers: Mapping[str, str], signs: Signs) -> Verdict:
    """Return the verdict on one submission."""
    found = [
        (5, "The field that people do not see was filled in.", signs.is_trap_filled),
        (1 if signs.is_from_browser else 2, "It came without the form's token.", not signs.has_token),
        (1, "It was sent less than 2 seconds after the form was opened.", signs.is_young),
        (3, f"Its token was used {signs.token_uses} times.", signs.token_uses > 3),
        (2, f"The same text with links came {signs.text_uses} times within an hour.", signs.text_uses > 3),
        (3, "A name contains a link.", any(LINK.search(answers.get(name, "")) for name in NAMES)),
        (3, "The message contains more than 3 links.", len(LINK.findall(answers.get("message", ""))) > 3),
        (2, "A word mixes Cyrillic and Latin letters.", _mixes_scripts(answers)),
    ]
    hits = [(points, reason) for points, reason, is_true in found if is_true]
    return Verdict(sum(points for points, _ in hits), tuple(f"{reason} (+{points})" for points, reason in hits))


def _mixes_scripts(answers: Mapping[str, str]) -> bool:
    words = (word for value in answers.values() if not value.isascii() for word in WORD.findall(value))
    return any(LATIN.search(word) and CYRILLIC.search(word) for word in words)
