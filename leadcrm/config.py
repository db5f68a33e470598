"""Reads what the environment says into what Django, Celery and the mail app expect."""

import os
import resource
from typing import Any
from urllib.parse import parse_qs, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

DEVELOPMENT_KEY = "development-only-key-that-is-refused-when-debug-is-off"


def require_secret_key(value: str, *, debug: bool) -> str:
    """Return the key to sign with. Raises ImproperlyConfigured with the reason and the remedy."""
    if value:
        if len(value) < 32 or (value == DEVELOPMENT_KEY and not debug):
            raise ImproperlyConfigured(
                "SECRET_KEY is too short or the development one: sessions and links signed with it could be forged. "
                "Set one of at least 32 random characters, for example from "
                "`python3 -c 'import secrets; print(secrets.token_urlsafe(48))'`."
            )
        return value
    if debug:
        return DEVELOPMENT_KEY
    raise ImproperlyConfigured(
        "SECRET_KEY is not set, and with DEBUG off there is no default: anyone could forge sessions and links. "
        "Set SECRET_KEY, or run `python3 manage.py start` once, which makes one and keeps it in the data folder."
    )


def require_database_url(value: str) -> str:
    """Return ``value``. Raises ImproperlyConfigured with the remedy when it is empty."""
    if not value:
        raise ImproperlyConfigured(
            "DATABASE_URL is not set. `python3 manage.py COMMAND` brings its own PostgreSQL; a process that is "
            "started in another way needs DATABASE_URL, for example postgresql://user:password@host:5432/leadcrm."
        )
    return value


def database_of(url: str) -> dict[str, Any]:
    """Return ``url`` as Django's database settings; a socket's folder (``?host=/folder``) stands where hosts do."""
    settings = environ.Env.db_url_config(url)
    socket_folder = settings.get("OPTIONS", {}).pop("host", "")
    return {**settings, "HOST": settings["HOST"] or socket_folder}


def celery_broker_url(redis_url: str) -> str:
    """Return ``redis_url`` as Celery spells it: ``unix:///path?db=1`` is its ``redis+socket:///path``."""
    parts = urlsplit(redis_url)
    if parts.scheme != "unix":
        return redis_url
    database = parse_qs(parts.query).get("db", ["0"])[0]
    return f"redis+socket://{parts.path}?virtual_host={database}"


def hosts_with(base_url: str, hosts: list[str]) -> list[str]:
    """Return ``hosts`` and the host of the product's own address, which always answers."""
    own = urlsplit(base_url).hostname
    return [*hosts, own] if own and own not in hosts else hosts


def web_workers() -> int:
    """Return how many processes the web server has."""
    return int(os.environ.get("WEB_WORKERS") or min(2, os.cpu_count() or 1))


def web_threads() -> int:
    """Return how many threads each of them has."""
    return int(os.environ.get("WEB_THREADS") or 8)


def web_request_seconds() -> float:
    """Return how long a request may take to arrive; a large one longer, see ``leadcrm.web_worker``."""
    return float(os.environ.get("WEB_REQUEST_SECONDS") or 20)


def web_connections() -> int:
    """Return how many connections each process holds: as many as there may be files open, with room for others."""
    return max(100, min(1000, resource.getrlimit(resource.RLIMIT_NOFILE)[0] - 200))
