"""Log lines: one JSON object an event on standard error, with the request or task it belongs to, and nobody's data.

Web server, worker, clock and commands all write through ``JsonLines``. What a line says is scrubbed last, so that no
caller has to think of it: addresses, phone numbers, keys, tokens, passwords and public IP addresses are left out, and
so are the rows that PostgreSQL quotes in its errors.
"""

import ipaddress
import json
import logging
import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from traceback import format_tb
from types import TracebackType
from typing import Any

import structlog

LEFT_OUT = "[left out]"
# What every record carries; the rest was passed by whoever wrote the line.
PLAIN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "request"}
SECRET_NAMES = re.compile(r"token|key|secret|password|cookie|authorization|email|phone|address|name|subject|body")
# PostgreSQL puts rows and statements below its first line, each after one of these words.
QUOTED_BY_DATABASE = re.compile(r"\n(?:DETAIL|CONTEXT|HINT|QUERY|STATEMENT|LINE \d+):.*", re.DOTALL)
LONGEST_CACHED = 80

Replace = str | Callable[[re.Match[str]], str]
PATTERNS: tuple[tuple[re.Pattern[str], Replace], ...] = (
    (re.compile(r"://[^/\s@]+@"), f"://{LEFT_OUT}@"),
    (re.compile(r"[^\s<>\"'(),;:=\[\]/?&]+(?:@|%40)[^\s<>\"'(),;:=\[\]/?&]+", re.IGNORECASE), LEFT_OUT),
    (re.compile(r"(?i)\b(bearer|basic)\s+\S+"), rf"\1 {LEFT_OUT}"),
    (re.compile(r"/(u|p|c)/[^\s/?\"']+"), rf"/\1/{LEFT_OUT}"),
    (re.compile(r"\blcrm_\S+"), LEFT_OUT),
    (re.compile(r"(?<![\w.-])[\w-]{40,}(?![\w-])"), LEFT_OUT),
    (
        re.compile(
            r"(?i)([\w-]*(?:token|key|password|secret|email|phone)[\w-]*)([\"']?\s*[=:]\s*[\"']?)[^\s&\"',;}\[]+"
        ),
        rf"\1\2{LEFT_OUT}",
    ),
    (re.compile(r"(invalid input syntax for [\w ]+: )\".*\"", re.DOTALL), rf"\1{LEFT_OUT}"),
    (re.compile(r"\+\d[\d ()/.-]{6,}\d"), LEFT_OUT),
    (re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.])"), lambda found: _ip(found[0])),
    (re.compile(r"(?<![\w:])[0-9a-fA-F:]*::?[0-9a-fA-F:]+"), lambda found: _ip(found[0])),
)  # fmt: skip


class JsonLines(logging.Formatter):
    """Formats a record as one line of ASCII: line breaks, escapes and direction marks come out as text."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": scrub(record.getMessage()),
            **structlog.contextvars.get_contextvars(),
        }
        passed = {name: value for name, value in vars(record).items() if name not in PLAIN}
        line.update((name, _clean(name, value)) for name, value in passed.items())
        if record.exc_info and record.exc_info[1]:
            line["traceback"] = told(record.exc_info[1])
        if record.stack_info:
            line["stack"] = scrub(record.stack_info)
        # json escapes what is not ASCII and what lies below the space; DEL is neither.
        return json.dumps(line, default=str).replace("\x7f", "\\u007f")


def config(level: str) -> dict[str, Any]:
    """Return what ``logging.config.dictConfig`` takes; the web server and the worker use the same."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": "leadcrm.logs.JsonLines"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["stderr"], "level": level.upper()},
        "loggers": {
            "django": {"handlers": [], "level": "WARNING", "propagate": True},
            # Every request has a line of its own with its status; here only faults add their traceback.
            "django.request": {"level": "ERROR"},
            "axes": {"level": "WARNING"},
            "gunicorn.error": {"handlers": [], "level": "WARNING", "propagate": True},
            "celery": {"level": "WARNING"},
            "kombu": {"level": "WARNING"},
        },
    }


def scrub(text: str) -> str:
    """Return ``text`` without anybody's data and without secrets."""
    return _scrub_cached(text) if len(text) <= LONGEST_CACHED else _scrub(text)


def told(exc: BaseException) -> str:
    """Return an exception with its causes as Python prints it, each message scrubbed; frames hold no values."""
    parts = []
    seen: BaseException | None = exc
    while seen is not None:
        parts.append(f"{_frames(seen.__traceback__)}{type(seen).__qualname__}: {scrub(str(seen))}")
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)
    return "\n\nwhich led to\n\n".join(reversed(parts))


def _frames(found: TracebackType | None) -> str:
    return "".join(["Traceback (most recent call last):\n", *format_tb(found)])


def _clean(name: str, value: Any) -> Any:
    if SECRET_NAMES.search(name.lower()):
        return LEFT_OUT
    return value if isinstance(value, int | float | None) else scrub(str(value))


def _scrub(text: str) -> str:
    text = QUOTED_BY_DATABASE.sub("", text)
    for pattern, replacement in PATTERNS:
        text = pattern.sub(replacement, text)
    return text


_scrub_cached = lru_cache(maxsize=2048)(_scrub)


def _ip(text: str) -> str:
    """Return an address that says where a server listens, and not one that says where a person sits."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return text
    return LEFT_OUT if address.is_global else text
