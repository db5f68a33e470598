"""Reading forms, submissions and guides."""

import re
from dataclasses import dataclass

from capture.models import Offer

WORDS_A_MINUTE = 220
HEADING = re.compile(r"^(## .*)\n", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A piece of a guide: ``kind`` is heading, list or text."""

    kind: str
    text: str = ""
    items: tuple[str, ...] = ()


@dataclass(frozen=True)
class Guide:
    """An offer that is read on a page of our own."""

    offer: Offer
    blocks: tuple[Block, ...]
    minutes: int


def guide(slug: str) -> Guide | None:
    """Return the guide of an offer, None where there is nothing to read."""
    offer = Offer.objects.filter(pk=slug).exclude(body="").first()
    if offer is None:
        return None
    parts = re.split(r"\n\s*\n|(?<=\n)(?=## )", HEADING.sub(r"\1\n\n", offer.body))
    minutes = max(1, round(len(offer.body.split()) / WORDS_A_MINUTE))
    return Guide(offer, tuple(_block(part) for part in parts if part.strip()), minutes)


def _block(part: str) -> Block:
    """Headings start with ##, lists with a dash; everything else is a paragraph."""
    text = part.strip()
    if text.startswith("## "):
        return Block("heading", text[3:])
    lines = text.split("\n")
    if all(line.startswith("- ") for line in lines):
        return Block("list", items=tuple(line[2:] for line in lines))
    return Block("text", text)
