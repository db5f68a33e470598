"""Gives every request and every task an id that stands in each of its log lines, and writes one line when it ends."""

import logging
import re
from collections.abc import Callable
from contextlib import suppress
from logging.config import dictConfig
from time import perf_counter
from typing import Any
from uuid import uuid4

import redis
import structlog
from celery import signals
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from common import heartbeat
from common.counters import counters

GetResponse = Callable[[HttpRequest], HttpResponseBase]
HEADER = "X-Request-ID"
# What proxies and tracing tools send: UUIDs, hexadecimal, ULIDs.
REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
# Asked every few seconds by machines, or once for each picture: their lines would hide the others.
QUIET = ("/healthz", "/readyz", "/metrics", "/static/")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
AREAS = {
    "/f/": "forms",
    "/t": "forms",
    "/embed.js": "forms",
    "/api/": "api",
    "/static/": "static",
    "/healthz": "health",
    "/readyz": "health",
    "/metrics": "health",
}
SIGN_SECONDS = 5.0

requests_log = logging.getLogger("leadcrm.requests")
tasks_log = logging.getLogger("leadcrm.tasks")
_began: dict[str, float] = {}
_signed: dict[str, float] = {}


class ObservingMiddleware:
    """The outermost layer: names the request, answers with its name, and writes down how it ended."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        began, request_id = perf_counter(), request_id_of(request)
        request.META["REQUEST_ID"] = request_id
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            response = self.get_response(request)
            response.headers[HEADER] = request_id
            seconds = perf_counter() - began
            count_request(request, response.status_code, seconds)
            note_request(request, response.status_code, seconds)
        return response


def request_id_of(request: HttpRequest) -> str:
    """Return the id a trusted proxy gave the request, else a new one; a stranger cannot choose what is logged."""
    given = request.META.get("HTTP_X_REQUEST_ID", "") if settings.TRUSTED_PROXIES else ""
    return given if REQUEST_ID.fullmatch(given) else uuid4().hex


def count_request(request: HttpRequest, status: int, seconds: float) -> None:
    """Count the request for ``/metrics`` by what it was for and how it ended."""
    area = area_of(request.path_info)
    method = request.method if request.method in METHODS else "other"
    counters.add("requests", area, str(method), str(status))
    counters.observe("request_seconds", area, seconds=seconds)


def area_of(path: str) -> str:
    """Return what a path serves: forms, api, static, health, or the pages of the product."""
    return next((area for prefix, area in AREAS.items() if path.startswith(prefix)), "pages")


def note_request(request: HttpRequest, status: int, seconds: float) -> None:
    """Write the request's line: its route and the ids in it, never the address, which may hold a person's token."""
    level = logging.WARNING if status >= 500 else logging.INFO
    if request.path_info.startswith(QUIET) and level == logging.INFO:
        level = logging.DEBUG
    if not requests_log.isEnabledFor(level):
        return
    match = request.resolver_match
    ids = {name: str(value) for name, value in (match.kwargs if match else {}).items() if name.endswith(("_id", "pk"))}
    passed = {"method": request.method, "route": match.route if match else "", "status": status}
    requests_log.log(level, "request", extra={**passed, "seconds": round(seconds, 4), **ids})


def watch_tasks() -> None:
    """Let Celery tell of its tasks, and keep it from setting up log lines of its own."""
    signals.setup_logging.connect(_set_up_logging)
    signals.task_prerun.connect(_begin_task)
    signals.task_postrun.connect(_end_task)
    signals.heartbeat_sent.connect(_sign)


def _set_up_logging(**_: Any) -> None:
    dictConfig(settings.LOGGING)
    logging.captureWarnings(True)


def _begin_task(task_id: str, task: Any, **_: Any) -> None:
    _began[task_id] = perf_counter()
    structlog.contextvars.bind_contextvars(task_id=task_id, task=task.name)


def _end_task(task_id: str, task: Any, state: str | None = None, **_: Any) -> None:
    seconds = perf_counter() - _began.pop(task_id, perf_counter())
    ended = (state or "unknown").lower()
    counters.add("tasks", task.name, ended)
    counters.observe("task_seconds", task.name, seconds=seconds)
    tasks_log.info("task", extra={"state": ended, "seconds": round(seconds, 4)})
    structlog.contextvars.unbind_contextvars("task_id", "task")


def _sign(sender: Any, **_: Any) -> None:
    """Say that the worker's loop runs; Celery calls it every two seconds."""
    name = str(sender.eventer.hostname)
    if perf_counter() - _signed.get(name, float("-inf")) >= SIGN_SECONDS:
        _signed[name] = perf_counter()
        with suppress(redis.RedisError):
            heartbeat.record_worker(name=name, now=timezone.now())
