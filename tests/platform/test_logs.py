"""Log lines: one JSON object an event, named after its request or task, and nobody's data in them."""

import json
import logging
import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from uuid import UUID

import pytest
from django.db import DataError, IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import Role, User
from accounts.services import create_api_key, issue_setup_link
from capture.services import create_form
from leadcrm import launch, logs
from leadcrm.celery import app
from leadcrm.cli import ROOT
from leadcrm.pipeline import advance_marked_leads
from leads.models import Lead
from mail.services import send_due_messages
from tests.factories.world import ANSWERS, send

SECRETS = {
    "email": "kim.seeded@people.example",
    "phone": "+49 30 5550 1234",
    "first_name": "Kimberella",
    "password": "correct horse seeded battery",
    "wrong_password": "wrong horse seeded battery",
    "ip": "93.184.216.34",
    "staff": "admin.seeded@crm.example",
}


@pytest.fixture
def lines() -> Iterator[list[str]]:
    """Collect what would be written to standard error, at every level."""
    # As before a process's first task, so that nothing sets up the log again below.
    app.loader.import_default_modules()
    app.log.setup()
    written: list[str] = []

    class Collecting(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            written.append(self.format(record))

    handler, root = Collecting(), logging.getLogger()
    handler.setFormatter(logs.JsonLines())
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield written
    root.removeHandler(handler)
    root.setLevel(before)


def written(lines: list[str], **wanted: object) -> list[dict]:
    """Return the lines whose fields are as wanted."""
    read = [json.loads(line) for line in lines]
    return [line for line in read if all(line.get(name) == value for name, value in wanted.items())]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("550 <kim@people.example> is not here", "550 <[left out]> is not here"),
        ("kim%40people.example", "[left out]"),
        ("jürgen@müller.example wrote", "[left out] wrote"),
        ("GET /u/abcDEF123-news HTTP/1.1", "GET /u/[left out] HTTP/1.1"),
        ("Authorization: Bearer lcrm_abc", "Authorization: Bearer [left out]"),
        ("the key lcrm_abcdefgh was used", "the key [left out] was used"),
        ("smtp+tls://user:pa%2Fss@mail.example:587", "smtp+tls://[left out]@mail.example:587"),
        ("/setup?token=abc123", "/setup?token=[left out]"),
        ("call +49 (30) 5550-1234 now", "call [left out] now"),
        ("from 93.184.216.34 and 2606:4700::1111", "from [left out] and [left out]"),
        ("listening at 127.0.0.1:8000 and [::1]:8000 since 10:00:00", None),
        ("lead 0199aa5e-3c5e-7a3b-9a47-3a4f5e6d7c8b put off after 3.5.2 tries", None),
        ('invalid input syntax for type uuid: "Kim"', "invalid input syntax for type uuid: [left out]"),
        ("broken\nDETAIL:  Key (email)=(kim) exists.\nCONTEXT: more", "broken"),
    ],
)
def test_what_says_something_of_a_person_is_left_out(text: str, expected: str | None):
    assert logs.scrub(text) == (text if expected is None else expected)


def test_a_line_stays_one_line_whatever_is_in_it(lines):
    hostile = "x\n2026-01-01 ERROR all is lost\r\x1b[31mred\x7f\u202eflipped\u2028end"

    logging.getLogger("t").warning("said %s", hostile, extra={"what": hostile})

    assert lines[0].isascii() and lines[0].isprintable()
    assert json.loads(lines[0])["event"] == f"said {hostile}"


@pytest.mark.django_db
def test_an_error_of_the_database_is_told_without_the_row(lines):
    User.objects.create_user("kim@people.example", "a long password", name="Kim", role=Role.REP)

    for broken in (
        lambda: User.objects.bulk_create([User(email="kim@people.example", name="Kimberella", role=Role.REP)]),
        lambda: connection.cursor().execute("SELECT 'Kimberella'::uuid"),
    ):
        try:
            with transaction.atomic():
                broken()
        except (IntegrityError, DataError):
            logging.getLogger("t").exception("not stored")

    unique, syntax = written(lines, event="not stored")
    assert "IntegrityError: duplicate key value violates unique constraint" in unique["traceback"]
    assert "test_logs.py" in unique["traceback"]
    assert unique["traceback"].endswith('constraint "accounts_user_email_key"')
    assert syntax["traceback"].endswith("invalid input syntax for type uuid: [left out]")


@pytest.mark.django_db
def test_a_request_is_named_in_its_answer_and_its_line(client, lines):
    response = client.get("/login/forgot", headers={"X-Request-ID": "chosen-by-a-stranger"})

    number = response.headers["X-Request-ID"]
    (line,) = written(lines, event="request", request_id=number)
    assert UUID(hex=number)
    assert (line["method"], line["route"], line["status"]) == ("GET", "login/forgot", 200)
    assert 0 < line["seconds"] < 60


@pytest.mark.parametrize(
    ("given", "is_taken"),
    [
        ("0199aa5e-3c5e-7a3b", True),
        ("short", False),
        ("x" * 65, False),
        ("kim@people.example", False),
        ("a\\nb" * 4, False),
    ],
)
def test_the_number_a_trusted_proxy_gave_is_kept_if_it_is_one(client, settings, given: str, is_taken: bool):
    settings.TRUSTED_PROXIES = 1

    number = client.get("/healthz", headers={"X-Request-ID": given}).headers["X-Request-ID"]

    assert (number == given) is is_taken


@pytest.mark.urls("tests.platform.urls")
def test_the_page_of_a_fault_shows_the_number_in_the_log(lines):
    response = Client(raise_request_exception=False).get("/f/fault")

    number = response.headers["X-Request-ID"]
    assert response.status_code == 500
    assert number in response.content.decode()
    (line,) = written(lines, level="error", request_id=number)
    assert line["traceback"].endswith("RuntimeError: nobody expects [left out]")


def test_a_task_is_named_in_its_lines(lines):
    app.conf.task_always_eager = True
    try:
        number = app.tasks["common.record_heartbeat"].apply_async().id
    finally:
        app.conf.task_always_eager = False

    (line,) = written(lines, event="task", task_id=number)
    assert (line["task"], line["state"]) == ("common.record_heartbeat", "success")


@pytest.mark.django_db(transaction=True)
def test_a_day_of_work_leaves_nobodys_data_in_the_log(lines, client):
    # given
    found = dict(SECRETS)
    found["setup_token"] = issue_setup_link(now=timezone.now())

    # when
    client.get("/setup", {"token": found["setup_token"]}, REMOTE_ADDR=found["ip"])
    User.objects.create_user(found["staff"], found["password"], name="Seeded Admin", role=Role.ADMIN)
    _, found["api_key"] = create_api_key(name="Website", role=Role.ADMIN, by=None, now=timezone.now())
    form = create_form(template="guide", name="Guide", by=None, now=timezone.now())
    answers = {name: found[name] for name in ("email", "first_name")}
    send(form, {**ANSWERS, **answers, "consent": "yes"}, now=timezone.now())
    client.post(f"/f/{form.pk}/submit", {**answers, "phone": found["phone"]}, REMOTE_ADDR=found["ip"])
    advance_marked_leads(now=timezone.now())
    send_due_messages(now=timezone.now())
    found["unsubscribe_token"] = Lead.objects.get().preference_key
    visit_everything(client, found)

    # then
    assert len(written(lines, event="request")) > 12
    assert {name for name, secret in found.items() if any(secret in line for line in lines)} == set()


def visit_everything(client: Client, found: dict[str, str]) -> None:
    token, bearer = found["unsubscribe_token"], {"Authorization": f"Bearer {found['api_key']}"}
    for password in (found["wrong_password"], found["password"]):
        client.post("/login", {"username": found["staff"], "password": password}, REMOTE_ADDR=found["ip"])
    for path in (f"/u/{token}", f"/p/{token}", f"/u/{token}/", f"/p/{token}%0a", f"/leads/{found['email']}", "/leads/"):
        client.get(path, {"q": found["email"]})
    client.post(f"/u/{token}", {"List-Unsubscribe": "One-Click"})
    client.post("/login/forgot", {"email": found["email"]})
    client.get("/api/v1/leads", {"email": found["email"]}, headers=bearer)
    client.post("/api/v1/leads", {"email": found["email"]}, "application/json", headers=bearer)
    client.get("/api/v1/leads", headers={"Authorization": f"Bearer {found['api_key']}x"})
    client.get("/", headers={"Host": "evil.example", "X-Forwarded-For": found["ip"]})


@pytest.fixture
def processes() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Return a function that starts one of the product's processes on the servers of the tests."""
    running: list[subprocess.Popen[str]] = []

    def run(*arguments: str, **environment: str) -> subprocess.Popen[str]:
        redis = os.environ["REDIS_URL"].rpartition("?")[0] + "?db=14" if "?" in os.environ["REDIS_URL"] else None
        env = {**os.environ, **environment, "REDIS_URL": redis or os.environ["REDIS_URL"], "LOG_LEVEL": "INFO"}
        env |= {"DJANGO_SETTINGS_MODULE": "leadcrm.settings", "SECRET_KEY": "k" * 40}
        process = subprocess.Popen(
            arguments, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )  # fmt: skip
        running.append(process)
        return process

    yield run
    for process in running:
        process.kill()
        process.communicate()


def test_the_web_server_writes_json_too(processes, tmp_path):
    socket_path = tmp_path / "web.sock"
    web = processes(*launch.children("127.0.0.1", 1)[0].command, WEB_BIND=f"unix:{socket_path}")

    asked = ask(str(socket_path), b"GET /api/v1/leads HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    ask(str(socket_path), b"NOT HTTP \x1b[31m kim@people.example\r\n\r\n")
    web.terminate()
    said = web.communicate(timeout=30)[1]

    assert b"401" in asked
    lines = said.splitlines()
    assert [json.loads(line)["status"] for line in lines if '"request"' in line] == [401]
    assert "kim@" not in said


def ask(path: str, request: bytes) -> bytes:
    """Send raw bytes to the socket once something listens there."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with socket.socket(socket.AF_UNIX) as line:
            try:
                line.connect(path)
                line.sendall(request)
                return line.recv(1000)
            except (FileNotFoundError, ConnectionRefusedError):
                time.sleep(0.05)
    raise AssertionError("nothing listens")


def test_the_worker_writes_json_too(processes):
    worker = processes(*launch.children("127.0.0.1", 1)[1].command)
    said: list[str] = []

    for line in worker.stderr:
        said.append(line)
        if '"common.record_heartbeat"' in line:
            break
    worker.terminate()
    said += worker.communicate(timeout=60)[1].splitlines()

    read = [json.loads(line) for line in said]
    assert {"task", "task_id", "state", "seconds"} <= read[-1].keys() | {k for line in read for k in line}


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/login", "/f/abc", "/readyz", "/api/v1/leads"])
def test_a_host_that_is_not_served_is_one_warning_without_a_traceback(client, lines, settings, path):
    settings.ALLOWED_HOSTS = ["crm.example"]

    answer = client.get(path, HTTP_HOST="evil.example")

    told = [line for line in map(json.loads, lines) if line["level"] not in ("info", "debug")]
    assert answer.status_code == 400
    assert [(line["level"], line["event"]) for line in told] == [
        ("warning", "Refused a request for the host evil.example")
    ]
    assert "traceback" not in told[0]
