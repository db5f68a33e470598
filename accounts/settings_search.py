"""The pages under Settings that a person may open, and how they and the single settings are found by a few letters."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from accounts.models import User
from common.composition import composed
from common.places import Page
from common.routes import may_open, url_of

WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Found:
    """A page or a single setting that fits what somebody typed."""

    label: str
    place: str
    text: str
    icon: str
    url: str


def pages_of(user: User) -> list[Page]:
    """Return the pages that this person may open."""
    return [page for page in composed("SETTINGS_PAGES") if may_open(user, page.name)]


def find(text: str, *, user: User) -> list[Found]:
    """Return pages and single settings in which each word of ``text`` begins a word; names before what is told of them.

    An empty text finds nothing.
    """
    wanted = WORD.findall(text.lower())
    if not wanted:
        return []
    ranked = [
        (rank, found)
        for page in pages_of(user)
        for label, words, found in _findable(page)
        if (rank := _rank(wanted, label, words)) is not None
    ]
    return [found for _, found in sorted(ranked, key=lambda pair: pair[0])]


def _findable(page: Page) -> Iterator[tuple[str, str, Found]]:
    """Yield label, words and what is shown, of the page and of each setting on it."""
    yield page.label, f"{page.text} {page.words}", Found(page.label, page.group, page.text, page.icon, page.url)
    for setting in page.all_settings:
        url = url_of(setting.name) if setting.name else f"{page.url}{_target(setting.anchor)}"
        yield setting.label, f"{page.label} {setting.words}", Found(setting.label, page.label, "", page.icon, url)


def _target(anchor: str) -> str:
    return anchor if not anchor or anchor.startswith("?") else f"#{anchor}"


def _rank(wanted: list[str], label: str, words: str) -> int | None:
    """Return 0 where the label alone has all words, 1 where it has some, 2 where none, None where not all are there."""
    own = WORD.findall(label.lower())
    every = [*own, *WORD.findall(words.lower())]
    if not all(any(part.startswith(word) for part in every) for word in wanted):
        return None
    hits = sum(any(part.startswith(word) for part in own) for word in wanted)
    return 0 if hits == len(wanted) else 1 if hits else 2
