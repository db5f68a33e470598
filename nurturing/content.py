"""The body of a mail: a little markup, rendered as text and as HTML.

Paragraphs are divided by an empty line. ``# `` begins a heading, ``- `` a list item, ``**bold**`` is bold,
``[words](https://…)`` a link; a paragraph that is nothing but a link becomes a button. In place of an address a
link may name one of LINKS; where a lead has no such address, the line with the link is left out.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape

from nurturing.tokens import TokenError, check_tokens, fill_tokens

LINKS = {"guide": "The guide they asked for", "website": "Our website", "preferences": "Their preferences"}

_LINK = re.compile(r"\[([^\[\]]+)\]\(([^()\s]+)\)")
_INLINE = re.compile(rf"{_LINK.pattern}|\*\*([^*]+)\*\*")
_ADDRESS = re.compile(r"https?://[^\s\"'<>{}|\\^`]+")


@dataclass(frozen=True)
class Values:
    """What fills a mail for one lead: words for tokens, addresses for links."""

    words: Mapping[str, str]
    links: Mapping[str, str]


@dataclass(frozen=True)
class _Block:
    kind: str
    lines: tuple[str, ...]


def check_body(body: str) -> None:
    """Raise TokenError when a token or a link of ``body`` cannot be rendered."""
    check_tokens(body)
    for match in _LINK.finditer(body):
        target = match.group(2)
        if target not in LINKS and not _ADDRESS.fullmatch(target):
            raise TokenError(
                f"The link “{match.group(1)}” leads to “{target}”. "
                f"Give an address that begins with https://, or one of: {', '.join(LINKS)}."
            )


def render_text(body: str, values: Values) -> str:
    """Return the plain-text form of ``body``."""
    blocks = []
    for block in _blocks(body, values):
        lines = [_inline_text(line, values) for line in block.lines]
        if block.kind == "list":
            lines = [f"- {line}" for line in lines]
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


def render_html(body: str, values: Values) -> str:
    """Return the HTML form of ``body``; every word of the lead and of the author is escaped."""
    return "\n".join(_block_html(block, values) for block in _blocks(body, values))


def _blocks(body: str, values: Values) -> Iterator[_Block]:
    for part in re.split(r"\n\s*\n", body.replace("\r\n", "\n").strip()):
        lines = tuple(line.strip() for line in part.split("\n") if _is_complete(line, values))
        if not lines:
            continue
        if all(line.startswith("- ") for line in lines):
            yield _Block("list", tuple(line[2:] for line in lines))
        elif len(lines) == 1 and lines[0].startswith("# "):
            yield _Block("heading", (lines[0][2:],))
        elif len(lines) == 1 and _LINK.fullmatch(lines[0]):
            yield _Block("button", lines)
        else:
            yield _Block("paragraph", lines)


def _is_complete(line: str, values: Values) -> bool:
    return all(_address(match.group(2), values) for match in _LINK.finditer(line))


def _address(target: str, values: Values) -> str:
    return values.links.get(target, "") if target in LINKS else target


def _inline_text(line: str, values: Values) -> str:
    def plain(match: re.Match[str]) -> str:
        words, target, bold = match.groups()
        if bold:
            return bold
        address = _address(target, values)
        return f"{words}:\n{address}" if match.group(0) == line else f"{words} ({address})"

    return fill_tokens(_INLINE.sub(plain, line), values.words)


def _block_html(block: _Block, values: Values) -> str:
    lines = [_inline_html(line, values) for line in block.lines]
    if block.kind == "list":
        return "<ul>" + "".join(f"<li>{line}</li>" for line in lines) + "</ul>"
    if block.kind == "heading":
        return f"<h2>{lines[0]}</h2>"
    if block.kind == "button":
        return "<p>" + lines[0].replace("<a ", '<a class="button" ', 1) + "</p>"
    return "<p>" + "<br>\n".join(lines) + "</p>"


def _inline_html(line: str, values: Values) -> str:
    """Markup is read before tokens are filled, so that a lead's name can never be markup."""
    parts = []
    end = 0
    for match in _INLINE.finditer(line):
        parts.append(_words_html(line[end : match.start()], values))
        words, target, bold = match.groups()
        if bold:
            parts.append(f"<strong>{_words_html(bold, values)}</strong>")
        else:
            parts.append(f'<a href="{escape(_address(target, values))}">{_words_html(words, values)}</a>')
        end = match.end()
    parts.append(_words_html(line[end:], values))
    return "".join(parts)


def _words_html(words: str, values: Values) -> str:
    return escape(fill_tokens(words, values.words))
