"""``manage.py doctor``: each fault of a new installation has a line of its own with what mends it."""

import io
import re
import subprocess
import sys
from datetime import timedelta
from types import SimpleNamespace

import pytest
import redis
from django.core.management import call_command
from django.utils import timezone

from common.models import Installation
from leadcrm.cli import ROOT
from leadcrm.system import doctor
from leadcrm.system.checks import State
from tests.mail.smtp_sink import SmtpSink

LINE = re.compile(r"(ok|warn|fail) +([^:]+): (.+)")
KEY = "k" * 40


def examined() -> dict[str, tuple[str, str]]:
    """Run the command here, and return ``check -> (state, text and remedy)``."""
    out = io.StringIO()
    try:
        call_command("doctor", stdout=out, no_color=True)
    except SystemExit as end:
        assert end.code == 1
        assert "fail " in out.getvalue()
    return read(out.getvalue())


def read(said: str) -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    name = ""
    for line in said.splitlines():
        if match := LINE.fullmatch(line):
            name = match[2]
            found[name] = (match[1], match[3])
        elif line.strip().startswith("->"):
            found[name] = (found[name][0], f"{found[name][1]} {line.strip()}")
    return found


@pytest.mark.django_db
def test_what_is_right_is_said_to_be(settings):
    settings.PUBLIC_BASE_URL = "https://crm.example.com"
    settings.TRUSTED_PROXIES = 1
    Installation.objects.create(time_zone="Europe/Berlin")

    found = examined()

    right = {name for name, (state, _) in found.items() if state == "ok"}
    assert right >= {
        "Address", "Secret key", "Database version", "Database rights", "Database connections", "Clock skew",
        "Time zone", "Broker memory", "Migrations", "Disk", "Uploads",
    }  # fmt: skip
    assert "Proxies" not in found


@pytest.mark.django_db
def test_what_a_stranger_gets_wrong_is_named_with_the_setting_that_mends_it(settings):
    settings.DEBUG = True
    settings.PUBLIC_BASE_URL = "https://crm.example.com"
    settings.TRUSTED_PROXIES = 0
    settings.EMAIL_URL = "smtp://127.0.0.1:1"
    settings.EMAIL_FROM = "LeadCRM <no-reply@localhost>"
    settings.WEB_CONNECTIONS = 500
    settings.MEDIA_ROOT = "/proc/nothing-can-be-written-here"
    Installation.objects.create(time_zone="Mars/Olympus")

    found = examined()

    for name, state, words in (
        ("Debug", "fail", "DEBUG=false"),
        ("Proxies", "warn", "TRUSTED_PROXIES=1"),
        ("Mail server", "fail", "127.0.0.1"),
        ("Sender", "fail", "EMAIL_FROM="),
        ("Database connections", "warn", "max_connections"),
        ("Uploads", "fail", "cannot be written"),
        ("Time zone", "fail", "Mars/Olympus"),
        ("Worker", "fail", "No worker runs"),
        ("Web", "fail", "does not answer"),
    ):
        assert found[name][0] == state, (name, found.get(name))
        assert words in found[name][1]


@pytest.mark.django_db
def test_a_mail_server_that_takes_the_sign_in_is_well_and_gets_no_mail(settings):
    with SmtpSink() as sink:
        settings.EMAIL_URL = sink.url

        assert examined()["Mail server"][0] == "ok"
        assert sink.messages == []


@pytest.mark.django_db
def test_a_broker_that_evicts_is_a_fault(settings):
    client = redis.Redis.from_url(settings.REDIS_URL)
    client.config_set("maxmemory-policy", "allkeys-lru")
    try:
        found = {check.name: check for check in doctor.broker()}
    finally:
        client.config_set("maxmemory-policy", "noeviction")

    assert found["Broker memory"].state == State.FAIL
    assert "noeviction" in found["Broker memory"].remedy
    assert found["Broker persistence"].state == State.WARN


@pytest.mark.django_db
@pytest.mark.parametrize(("seconds", "state"), [(0, State.OK), (30, State.WARN), (3600, State.FAIL)])
def test_clocks_that_differ_are_noticed(monkeypatch, seconds: int, state: State):
    there = timezone.now() + timedelta(seconds=seconds)
    monkeypatch.setattr(doctor, "ask", lambda sql: there)

    assert [check.state for check in doctor.skew()] == [state]


def test_a_check_that_breaks_does_not_stop_the_others():
    (check,) = doctor.guarded("Broken", lambda: SimpleNamespace().missing)

    assert check.state == State.FAIL
    assert "cannot be checked" in check.text


def test_without_a_database_it_says_so_and_ends_with_1(plain_environment):
    environment = {**plain_environment, "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none", "SECRET_KEY": KEY}
    environment |= {"REDIS_URL": "redis://127.0.0.1:1/0", "LEADCRM_ENV": "here"}

    ended = subprocess.run(
        [sys.executable, "manage.py", "doctor"], check=False, cwd=ROOT, env=environment, capture_output=True, text=True
    )

    found = read(ended.stdout)
    assert ended.returncode == 1
    assert (found["Database"][0], found["Broker"][0]) == ("fail", "fail")
    assert "Traceback" not in ended.stderr
