"""Tokens of a mail, ``{{first_name|there}}``: a fixed list, each with a fallback; no expressions, no look-ups."""

import re
from collections.abc import Mapping

TOKENS = {
    "first_name": "First name",
    "last_name": "Last name",
    "company": "Company",
    "job_title": "Job title",
    "offer_name": "Name of the guide",
    "offer_subject": "Subject of the guide",
    "our_name": "Our name",
}
EXAMPLE = "{{first_name|there}}"
LONGEST_VALUE = 60

_TOKEN = re.compile(r"\{\{([^{}]*)\}\}")
# Names come from strangers: one that holds an address would turn our mail into theirs.
_ADDRESS = re.compile(r"[/\\@<>]|www\.|\w\.\w{2,}", re.IGNORECASE)


class TokenError(ValueError):
    """A text that cannot be sent as it stands; the message says what to change."""


def check_tokens(text: str) -> None:
    """Raise TokenError naming the first token of ``text`` that is unknown, unclosed or has no fallback."""
    for match in _TOKEN.finditer(text):
        name, bar, fallback = match.group(1).partition("|")
        name = name.strip()
        if name not in TOKENS:
            raise TokenError(f"“{match.group(0)}” is not a token. Use one of: {', '.join(TOKENS)}.")
        if not bar or not fallback.strip():
            raise TokenError(
                f"“{match.group(0)}” needs the words to use when it is not known, "
                f"separated by a bar, such as {EXAMPLE}."
            )
    rest = _TOKEN.sub("", text)
    if "{{" in rest or "}}" in rest:
        raise TokenError(f"A token is not complete. Write it in one line with two braces on each side: {EXAMPLE}.")


def fill_tokens(text: str, values: Mapping[str, str]) -> str:
    """Return ``text`` with each token replaced by its value, or by its fallback where there is no usable one."""

    def fill(match: re.Match[str]) -> str:
        name, _, fallback = match.group(1).partition("|")
        return usable(values.get(name.strip(), "")) or fallback.strip()

    return _TOKEN.sub(fill, text)


def usable(value: str) -> str:
    """Return ``value`` in one line, or nothing when it is too long for a name or holds an address."""
    line = " ".join(value.split())
    if len(line) > LONGEST_VALUE or _ADDRESS.search(line):
        return ""
    return line
