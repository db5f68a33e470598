"""What a page of a website says of a form: is its code there, is it whole, will a browser run it. Pure.

Only what the server of the website sends is read. What JavaScript or a tag manager adds is seen when a browser asks
for the form (``capture.services.seeing``).
"""

import time
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import SplitResult, urljoin, urlsplit

from capture.site_policy import missing_sources

CHUNK = 16 * 1024
READ_SECONDS = 1.0
# What the page says is repeated in short: it may be anybody's, and long.
MAX_PLACES, MAX_PLACE, MAX_ADDRESS = 3, 40, 200
TAG_MANAGERS = ("googletagmanager.com", "matomo", "tealium", "segment.com", "/ns.html?id=", "piwik.pro", "adobedtm")


@dataclass(frozen=True)
class Finding:
    """One answer in words. ``word`` is found, linked, incomplete, blocked, other, absent, unreachable or busy."""

    word: str
    title: str
    text: str
    url: str
    code: str = ""

    @property
    def tone(self) -> str:
        """How it looks."""
        return {"found": "ok", "linked": "info", "absent": "warn", "unreachable": "error"}.get(self.word, "warn")

    @property
    def is_found(self) -> bool:
        """Whether visitors of the page see the form or a way to it."""
        return self.word in ("found", "linked")


@dataclass
class Traces:
    """What of the product a page carries."""

    places: list[str] = field(default_factory=list)
    scripts: list[tuple[str, str]] = field(default_factory=list)
    policies: list[str] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    has_tag_manager: bool = False
    is_written_by_script: bool = False


class _Reader(HTMLParser):
    def __init__(self, url: str) -> None:
        super().__init__(convert_charrefs=True)
        self.traces = Traces()
        self._base = url
        self._in_script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if "data-lead-form" in values:
            self.traces.places.append(values["data-lead-form"].strip())
        if tag == "script":
            self._in_script = "src" not in values
            self._script(values.get("src", ""), values.get("nonce", ""))
        elif tag == "base" and values.get("href"):
            self._base = _joined(self._base, values["href"])
        elif tag == "meta" and values.get("http-equiv", "").lower() == "content-security-policy":
            self.traces.policies.append(values.get("content", ""))
        for name in ("action", "href", "src"):
            if tag in ("form", "a", "iframe") and values.get(name):
                self.traces.addresses.append(_joined(self._base, values[name]))

    def handle_endtag(self, tag: str) -> None:
        if tag == "script":
            self._in_script = False

    def handle_data(self, data: str) -> None:
        if self._in_script:
            self.traces.is_written_by_script |= "data-lead-form" in data or "/embed.js" in data
            self.traces.has_tag_manager |= any(name in data for name in TAG_MANAGERS)

    def _script(self, src: str, nonce: str) -> None:
        if src:
            self.traces.scripts.append((_joined(self._base, src.strip()), nonce))
            self.traces.has_tag_manager |= any(name in src for name in TAG_MANAGERS)


def traces(html: str, *, url: str) -> Traces:
    """Return what a page carries; reading ends after a second, however the page is made."""
    reader = _Reader(url)
    until = time.monotonic() + READ_SECONDS
    for start in range(0, len(html), CHUNK):
        try:
            reader.feed(html[start : start + CHUNK])
        except AssertionError:  # so Python's parser says that a declaration is none; what came before it counts
            break
        if time.monotonic() > until:
            break
    return reader.traces


def judge(seen: Traces, *, url: str, policies: list[str], form_id: str, script: str, hosted: str) -> Finding:
    """Return what to tell about a page that was fetched from ``url``.

    ``script`` is the address of the embed, ``hosted`` that of the form's own page, ``policies`` those of the headers.
    """
    ours = [nonce for src, nonce in seen.scripts if _same(src, script)]
    if form_id in seen.places:
        return _with_place(seen, url=url, policies=policies, script=script, nonces=ours)
    if any(_same(address, hosted) or _same(address, hosted + "/submit") for address in seen.addresses):
        text = "The page has a link to the form or carries it as plain HTML. Both need no script."
        return Finding("linked", "Found, without the script.", text, url)
    if seen.places:
        text = f"The page carries another form: {_listed(seen.places)}. This one is {form_id}."
        return Finding("other", "Another form stands there.", text, url, f'data-lead-form="{form_id}"')
    if ours:
        text = (
            "The script is there, and no place for this form. Paste the first line of the code where it should stand."
        )
        return Finding(
            "incomplete", "The script without the form", text, url, f'<div data-lead-form="{form_id}"></div>'
        )
    return Finding("absent", "The code is not in this page.", _absent(seen), url)


def _with_place(seen: Traces, *, url: str, policies: list[str], script: str, nonces: list[str]) -> Finding:
    if not nonces:
        line = f'<script async src="{script}"></script>'
        others = [src[:MAX_ADDRESS] for src, _ in seen.scripts if _split(src).path.endswith("/embed.js")]
        if others:
            text = f"The place of the form is there, but its script comes from {others[0]}. It has to be this one:"
            return Finding("incomplete", "The script of another server.", text, url, line)
        text = "The place of the form is there, its script is not. Add this line to the page:"
        return Finding("incomplete", "The form without its script.", text, url, line)
    if urlsplit(url).scheme == "https" and urlsplit(script).scheme == "http":
        text = "The page is https, and the script is http: browsers refuse that. Serve this product over https."
        return Finding("blocked", "A browser will not load it.", text, url)
    lacking = missing_sources([*policies, *seen.policies], page=url, script=script, nonce=nonces[0])
    if lacking:
        text = "The code is there, but the Content-Security-Policy of the page forbids it. Add to the policy:"
        return Finding("blocked", "A browser will not load it.", text, url, "; ".join(lacking))
    return Finding("found", "The form is on this page.", "Its place and its script are there.", url)


def _absent(seen: Traces) -> str:
    if seen.is_written_by_script:
        why = "A script of the page seems to insert it."
    elif seen.has_tag_manager:
        why = "The page uses a tag manager, which may insert it."
    else:
        why = "If JavaScript or a tag manager inserts it, that cannot be seen from here."
    return (
        f"The page was reached, and the first 300 KB of its HTML do not hold the code. {why} "
        "Open the page once in your browser: as soon as the form is drawn there, this line says so."
    )


def _same(address: str, wanted: str) -> bool:
    return _split(address)._replace(query="", fragment="") == urlsplit(wanted)


def _listed(places: list[str]) -> str:
    return ", ".join(list(dict.fromkeys(place[:MAX_PLACE] for place in places))[:MAX_PLACES])


def _split(address: str) -> SplitResult:
    """Put together again, an address may be none although its parts were read."""
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")


def _joined(base: str, address: str) -> str:
    """Strange addresses stand on strange pages; they are nobody's script."""
    try:
        return urlsplit(urljoin(base, address)).geturl()
    except ValueError:
        return ""
