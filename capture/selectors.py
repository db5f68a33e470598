"""Reading forms, submissions and guides."""

import re
from dataclasses import dataclass
from math import ceil
from typing import Any

from capture.models import Offer

WORDS_A_MINUTE = 220
# What capture/embed/embed.js draws, in pixels: label 23 + 4, control 44, error line 21 + 2 + 4, and so on.
LABEL_LINE, FIELD_ROW, TEXTAREA_ROW, STATUS_AND_BUTTON = 22.4, 75, 139, 76
CONSENT_LINE, CONSENT_ERROR, LETTERS_A_LINE = 21, 31, 30
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


def embed_height(definition: dict[str, Any]) -> int:
    """Return the pixels a page keeps free for a form, so that nothing moves when it appears (320 px and wider)."""
    height: float = STATUS_AND_BUTTON
    for field in definition["fields"]:
        label = field["label"] if field.get("required") else field["label"] + " (optional)"
        height += LABEL_LINE * ceil(len(label) / LETTERS_A_LINE)
        height += TEXTAREA_ROW if field["type"] == "textarea" else FIELD_ROW
    consent = definition.get("consent")
    if consent:
        height += CONSENT_LINE * ceil(len(consent["wording"]) / LETTERS_A_LINE) + CONSENT_ERROR
    return ceil(height)
