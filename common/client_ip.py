"""Which address a request came from, without believing what a stranger wrote into a header."""

import ipaddress
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.conf import settings
from django.http import HttpRequest

_caller_ip: ContextVar[str] = ContextVar("caller_ip", default="")


@contextmanager
def answering(request: HttpRequest) -> Iterator[None]:
    """Let what is written down meanwhile know where the request came from."""
    before = _caller_ip.set(client_ip(request))
    try:
        yield
    finally:
        _caller_ip.reset(before)


def caller_ip() -> str:
    """Return the address of the request that is being answered, "" in tasks and commands."""
    return _caller_ip.get()


def client_ip(request: HttpRequest) -> str:
    """Return the client's address, or "" where there is none (a Unix socket without a proxy).

    ``TRUSTED_PROXIES`` proxies each append the address they were called from to X-Forwarded-For, so the last
    that many entries are believed and the deepest of them is the client. Anything unreadable there falls back
    to the address of the connection.
    """
    depth = settings.TRUSTED_PROXIES
    entries: list[str] = []
    if depth > 0:
        entries = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    believed = entries[-depth:]
    return (_address(believed[0]) if believed else "") or _address(request.META.get("REMOTE_ADDR", ""))


def _address(text: str) -> str:
    """Return ``text`` as a plain address without port or brackets, "" when it is none."""
    candidate = text.strip()
    if candidate.startswith("["):
        candidate = candidate[1:].partition("]")[0]
    elif candidate.count(":") == 1:
        candidate = candidate.partition(":")[0]
    try:
        address = ipaddress.ip_address(candidate.partition("%")[0])
    except ValueError:
        return ""
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address)
