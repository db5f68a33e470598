"""The product refuses to start unsafe, and says why."""

import os
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from leadcrm.cli import ROOT
from leadcrm.config import DEVELOPMENT_KEY, celery_broker_url, hosts_with, require_database_url, require_secret_key

KEY = "k" * 40


def settings_say(expression: str, **environment: str) -> str:
    """Return the values of ``expression`` in a process whose environment holds nothing else."""
    code = f"from leadcrm import settings; print({expression})"
    plain = {"PATH": os.environ["PATH"], "DATABASE_URL": "postgresql://u:p@db/leadcrm", "SECRET_KEY": KEY}
    result = subprocess.run(
        [sys.executable, "-c", code],
        check=False,
        cwd=ROOT,
        env={**plain, **environment},
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout.strip()


def test_without_a_key_it_refuses_and_names_the_two_ways():
    with pytest.raises(ImproperlyConfigured, match=r"SECRET_KEY is not set.*manage.py start"):
        require_secret_key("", debug=False)


@pytest.mark.parametrize("key", ["short", DEVELOPMENT_KEY])
def test_a_key_that_could_be_guessed_is_refused(key):
    with pytest.raises(ImproperlyConfigured, match="could be forged"):
        require_secret_key(key, debug=False)


def test_a_developer_needs_no_key():
    assert require_secret_key("", debug=True) == DEVELOPMENT_KEY


def test_without_a_database_it_names_the_setting():
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL is not set"):
        require_database_url("")


def test_debug_is_off_unless_asked_for():
    assert settings_say("settings.DEBUG") == "False"


def test_behind_https_cookies_are_secure_and_bound_to_the_host():
    said = settings_say(
        "settings.SESSION_COOKIE_NAME, settings.SESSION_COOKIE_SECURE, settings.CSRF_COOKIE_NAME,"
        "settings.SECURE_HSTS_SECONDS, settings.ALLOWED_HOSTS[-1]",
        PUBLIC_BASE_URL="https://crm.example.com/",
    )

    assert said == "__Host-session True __Host-csrf 31536000 crm.example.com"


def test_on_plain_http_cookies_work_too():
    assert settings_say("settings.SESSION_COOKIE_SECURE, settings.SESSION_COOKIE_NAME") == "False leadcrm_session"


def test_every_statement_ends_and_a_dead_database_is_noticed_soon():
    options = settings_say("settings.DATABASES['default']['OPTIONS']")

    assert "'connect_timeout': 2" in options
    assert "statement_timeout=10000" in options


def test_options_in_the_database_url_are_kept():
    url = "postgresql://postgres@/postgres?host=/var/lib/leadcrm/ab/run&sslmode=disable"

    said = settings_say(
        "settings.DATABASES['default']['OPTIONS'], settings.DATABASES['default']['HOST']", DATABASE_URL=url
    )

    assert "'sslmode': 'disable'" in said
    assert said.endswith(" /var/lib/leadcrm/ab/run")


def test_former_keys_are_read_in_their_order():
    assert settings_say("settings.SECRET_KEY_FALLBACKS") == "[]"

    said = settings_say("settings.SECRET_KEY_FALLBACKS", SECRET_KEY_FALLBACKS=f"{'b' * 40},{'c' * 40}")

    assert said == str(["b" * 40, "c" * 40])


def test_a_former_key_that_could_be_guessed_is_refused():
    with pytest.raises(AssertionError, match="too short"):
        settings_say("1", SECRET_KEY_FALLBACKS="short")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("redis://127.0.0.1:6379/3", "redis://127.0.0.1:6379/3"),
        ("rediss://cache.example:6380/0", "rediss://cache.example:6380/0"),
        ("unix:///run/valkey.sock?db=2", "redis+socket:///run/valkey.sock?virtual_host=2"),
        ("unix:///run/valkey.sock", "redis+socket:///run/valkey.sock?virtual_host=0"),
    ],
)
def test_celery_is_told_of_a_socket_in_its_own_words(given, expected):
    assert celery_broker_url(given) == expected


def test_the_products_own_host_always_answers():
    assert hosts_with("https://crm.example.com", ["localhost"]) == ["localhost", "crm.example.com"]
    assert hosts_with("http://localhost:8000", ["localhost"]) == ["localhost"]


def test_a_misconfigured_command_ends_with_a_sentence_and_no_traceback():
    environment = {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": "postgresql://u:p@db/x",
        "REDIS_URL": "redis://db",
        "SECRET_KEY": "short",
    }

    result = subprocess.run(
        [sys.executable, "manage.py", "check"], check=False, cwd=ROOT, env=environment, capture_output=True, text=True
    )

    assert result.returncode == 1
    assert result.stderr.startswith("SECRET_KEY is too short")
    assert "Traceback" not in result.stderr
