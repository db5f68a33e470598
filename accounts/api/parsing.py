"""JSON in, JSON out, whatever the Accept header says; what PostgreSQL could not store is refused here."""

import json
import math
from collections.abc import Iterable, Mapping
from typing import IO, Any

from django.http import HttpRequest
from rest_framework.exceptions import ParseError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser, JSONParser
from rest_framework.renderers import BaseRenderer, JSONRenderer

from accounts.api.errors import TooLarge

MAX_BYTES = 1_000_000
MAX_DEPTH = 20


class StrictJSONParser(BaseParser):
    """Reads UTF-8 JSON of at most 1 MB and 20 levels, in which no key comes twice."""

    media_type = JSONParser.media_type

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        body = stream.read(MAX_BYTES + 1)
        if len(body) > MAX_BYTES:
            raise TooLarge
        try:
            text = body.decode("utf-8-sig")
            parsed = json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=_unique)
        except (ValueError, RecursionError) as exc:
            raise ParseError("The request body is not JSON (UTF-8) as it can be read, or has a key twice.") from exc
        if not storable(parsed):
            raise ParseError(
                f"The request body has more than {MAX_DEPTH} levels, a NUL character, half a surrogate pair or "
                "a number beyond measure, none of which can be stored."
            )
        return parsed


class JsonNegotiation(BaseContentNegotiation):
    """Answers JSON to everyone; a browser that asks for HTML gets JSON too."""

    def select_parser(self, request: HttpRequest, parsers: Iterable[BaseParser]) -> BaseParser | None:
        base = (request.content_type or "").partition(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == base), None)

    def select_renderer(
        self, request: HttpRequest, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        return next(iter(renderers)), JSONRenderer.media_type


def storable(value: Any, depth: int = 0) -> bool:
    """Whether PostgreSQL can store this as jsonb, and whether it is of sane depth."""
    if depth > MAX_DEPTH:
        return False
    if isinstance(value, str):
        return "\x00" not in value and not any("\ud800" <= char <= "\udfff" for char in value)
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, dict):
        return all(storable(key) and storable(item, depth + 1) for key, item in value.items())
    if isinstance(value, list):
        return all(storable(item, depth + 1) for item in value)
    return True


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a key that comes twice: which of the two was meant, nobody can say."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key comes twice")
    return found


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
