"""From the bytes of a request to a flat dict of text; whatever cannot be read is refused with a reason."""

import json
import unicodedata
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl

from django.core.exceptions import TooManyFieldsSent, TooManyFilesSent
from django.http.multipartparser import MultiPartParser, MultiPartParserError

MAX_BODY = 64 * 1024
MAX_FIELDS = 50
# As many as Unicode's own stream-safe text has; more take normalization the square of their number.
MAX_MARKS = 30
# Direction overrides make a name read differently from what is stored; control characters have no glyph at all.
REMOVED = {
    code: None
    for code in (*range(0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A))
    if chr(code) not in "\n\t"
}


class Unreadable(ValueError):
    """The body cannot be read; ``field`` names the culprit where there is one."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


def read_body(*, body: bytes, content_type: str) -> dict[str, str]:
    """Return the fields of an urlencoded, multipart or JSON body. Raises Unreadable."""
    kind, _, parameters = content_type.partition(";")
    kind = kind.strip().lower()
    if kind == "application/json":
        pairs = _json_pairs(body)
    elif kind == "application/x-www-form-urlencoded":
        pairs = _urlencoded_pairs(body)
    elif kind == "multipart/form-data":
        pairs = _multipart_pairs(body, content_type)
    else:
        raise Unreadable("Send the form as urlencoded, multipart or JSON.")
    if "charset" in parameters.lower() and "utf-8" not in parameters.lower().replace("utf8", "utf-8"):
        raise Unreadable("Send the form in UTF-8.")
    return fields_of(pairs)


def clean(text: str) -> str:
    """Return ``text`` as it is stored: NFC, trimmed, without control characters and direction overrides.

    Of marks that pile up on one letter, the first 30 stay.
    """
    if text.isascii() and text.isprintable():
        return text.strip()
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", _with_few_marks(text.translate(REMOVED))).strip()


def _with_few_marks(text: str) -> str:
    if len(text) <= MAX_MARKS:
        return text
    kept, marks = [], 0
    for char in text:
        marks = marks + 1 if unicodedata.combining(char) else 0
        if marks <= MAX_MARKS:
            kept.append(char)
    return "".join(kept)


def fields_of(pairs: list[tuple[str, str]]) -> dict[str, str]:
    """Return the pairs as fields. Raises Unreadable for too many, for NUL, and for a name with two values."""
    if len(pairs) > MAX_FIELDS:
        raise Unreadable(f"A form may have at most {MAX_FIELDS} fields.")
    fields: dict[str, str] = {}
    for name, value in pairs:
        if "\0" in name or "\0" in value:
            raise Unreadable("A NUL character cannot be stored.", name.replace("\0", "")[:60])
        if name in fields and fields[name] != value:
            raise Unreadable("This field was sent twice with different values.", name[:60])
        fields[name] = value
    return fields


def _decoded(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise Unreadable("The text is not UTF-8.") from exc


def _urlencoded_pairs(body: bytes) -> list[tuple[str, str]]:
    text = _decoded(body)
    if not text.strip():
        raise Unreadable("The form was sent empty.")
    try:
        return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS)
    except UnicodeDecodeError as exc:
        raise Unreadable("The text is not UTF-8.") from exc
    except ValueError as exc:
        raise Unreadable(f"A form may have at most {MAX_FIELDS} fields.") from exc


def _multipart_pairs(body: bytes, content_type: str) -> list[tuple[str, str]]:
    _decoded(body)
    meta = {"CONTENT_TYPE": content_type, "CONTENT_LENGTH": str(len(body))}
    try:
        posted, _files = MultiPartParser(meta, BytesIO(body), [], "utf-8").parse()
    except (MultiPartParserError, TooManyFieldsSent, TooManyFilesSent, ValueError) as exc:
        raise Unreadable("The multipart body is damaged.") from exc
    pairs = [(name, value) for name, values in posted.lists() for value in values]
    if not pairs:
        raise Unreadable("The form was sent empty.")
    return pairs


def _json_pairs(body: bytes) -> list[tuple[str, str]]:
    try:
        sent = json.loads(_decoded(body), object_pairs_hook=_unique, parse_constant=_no_constant)
    except RecursionError as exc:
        raise Unreadable("The JSON is nested too deeply.") from exc
    except Unreadable:
        raise
    except ValueError as exc:
        raise Unreadable("The JSON cannot be read.") from exc
    if not isinstance(sent, dict):
        raise Unreadable("Send one JSON object with a value for each field.")
    return [(_whole(name), _text(name, value)) for name, value in sent.items() if value is not None]


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Unreadable("A JSON key was sent twice.")
    return found


def _no_constant(word: str) -> Any:
    raise Unreadable(f"{word} is not a value of JSON.")


def _text(name: str, value: Any) -> str:
    """Return a JSON value as a form would have sent it; only text and yes or no are answers."""
    if isinstance(value, bool):
        return "yes" if value else ""
    if not isinstance(value, str):
        raise Unreadable("This field must be text.", name[:60])
    return _whole(value, name)


def _whole(text: str, field: str = "") -> str:
    """Refuse halves of surrogate pairs: they are no characters and cannot be stored."""
    try:
        text.encode()
    except UnicodeEncodeError as exc:
        raise Unreadable("The text contains half a character (a lone surrogate).", field[:60]) from exc
    return text
