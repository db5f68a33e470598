"""Looks at everything a new installation gets wrong, and says of each what mends it."""

import select
import stat
import time
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

import redis
from django.conf import settings
from django.core.checks import WARNING, run_checks
from django.db import DatabaseError, connection
from django.utils import timezone

from accounts.selectors.audit import prove_audit_log
from common import clock
from common.models import Installation
from leadcrm.embedded.binaries import OLDEST_POSTGRES
from leadcrm.launch import static_fingerprint
from leadcrm.system.checks import Check, State, system_checks
from leadcrm.system.measures import measure
from leadcrm.system.remedies import command
from mail import config
from mail.relay import BadEmailUrl
from mail.smtp import Envelope, HandoverFailed, SmtpSession, Wait

LONGEST_SKEW_SECONDS = 2.0
WRONG_SKEW_SECONDS = 60.0
OLDEST_BROKER = 6
LOCAL_NAMES = ("localhost", "127.0.0.1", "::1", "")
SPARE_CONNECTIONS = 10
WORKER_CONNECTIONS = 8
LONGEST_UNSEALED = timedelta(hours=1)

ok = State.OK
warn = State.WARN
fail = State.FAIL


def examine() -> Iterator[Check]:
    """Yield every check; one that breaks is reported as failed and the others go on."""
    health = measure(now=timezone.now())
    yield from guarded("Settings", address)
    yield from guarded("Settings", secrets)
    yield from guarded("Settings", django_checks)
    if health.can_read:
        yield from guarded("Database", database)
        yield from guarded("Clock skew", skew)
    if health.queues:
        yield from guarded("Time zone", time_zone)
        yield from guarded("Audit log", audit_log)
    yield from guarded("Broker", broker)
    yield from guarded("Mail", mail)
    yield from guarded("Files", files)
    yield from guarded("Web", web)
    yield from system_checks(health)


def guarded(name: str, look: Callable[[], Iterable[Check]]) -> Iterator[Check]:
    """Yield what ``look`` finds; what it cannot find out is a failure of its own."""
    try:
        yield from look()
    except Exception as exc:
        yield Check(name, fail, f"This cannot be checked: {type(exc).__name__}: {str(exc).strip().splitlines()[:1]}")


def address() -> Iterator[Check]:
    """Whether links that the product writes lead to it."""
    parts = urlsplit(settings.PUBLIC_BASE_URL)
    if parts.hostname in LOCAL_NAMES:
        text = f"PUBLIC_BASE_URL is {settings.PUBLIC_BASE_URL}: links in mails and embedded forms work on this machine."
        yield Check("Address", warn, text, "PUBLIC_BASE_URL=https://crm.example.com")
    elif parts.scheme != "https":
        text = "PUBLIC_BASE_URL is not https: passwords and leads travel readable, and cookies are not Secure."
        yield Check("Address", warn, text, f"PUBLIC_BASE_URL=https://{parts.netloc}")
    else:
        yield Check("Address", ok, f"{settings.PUBLIC_BASE_URL}")
    if parts.scheme == "https" and not settings.TRUSTED_PROXIES:
        text = "https ends at a proxy, but TRUSTED_PROXIES is 0: every visitor seems to come from the proxy's address."
        yield Check("Proxies", warn, text, "TRUSTED_PROXIES=1")
    if "*" in settings.ALLOWED_HOSTS:
        yield Check("Hosts", warn, "ALLOWED_HOSTS takes any name.", f"ALLOWED_HOSTS={parts.hostname}")


def secrets() -> Iterator[Check]:
    """Whether what signs sessions and links is kept from others."""
    if settings.DEBUG:
        yield Check("Debug", fail, "DEBUG is on: whoever meets an error sees source code and settings.", "DEBUG=false")
    key = Path(settings.DATA_DIR) / "secret_key"
    if key.exists() and stat.S_IMODE(key.stat().st_mode) & 0o077:
        yield Check("Secret key", fail, f"Others on this machine can read {key}.", f"chmod 600 {key}")
    else:
        yield Check("Secret key", ok, "It is set, long enough, and not the development one.")


def django_checks() -> Iterator[Check]:
    """What the framework itself finds; what https changes is said by the address already."""
    found = [
        message
        for message in run_checks(include_deployment_checks=True)
        if message.level >= WARNING and not message.is_silenced()
    ]
    serious = [message for message in found if not (message.id or "").startswith("security.") or settings.IS_HTTPS]
    for message in serious:
        yield Check("Framework", warn, f"{message.id}: {message.msg}", message.hint or "")
    if not serious:
        yield Check("Framework", ok, "manage.py check --deploy finds nothing.")


def database() -> Iterator[Check]:
    """Whether PostgreSQL is new enough, whole, writable, durable and has connections enough."""
    number, version = int(setting("server_version_num")), setting("server_version")
    if number < OLDEST_POSTGRES * 10_000:
        text = f"PostgreSQL {version} is too old; {OLDEST_POSTGRES} or newer is needed."
        yield Check("Database version", fail, text, "DATABASE_URL")
    else:
        yield Check("Database version", ok, f"PostgreSQL {version}")
    if setting("transaction_read_only") == "on" or ask("SELECT pg_is_in_recovery()"):
        yield Check("Database rights", fail, "The database is read-only, perhaps a replica.", "DATABASE_URL")
    elif not ask("SELECT has_schema_privilege(current_user, current_schema(), 'CREATE')"):
        role = ask("SELECT current_user")
        text = f"{role} may not make tables, so upgrades will fail."
        yield Check("Database rights", fail, text, f'GRANT CREATE ON SCHEMA public TO "{role}"')
    else:
        yield Check("Database rights", ok, "Tables can be written and changed.")
    if setting("server_encoding") != "UTF8" or not ask("SELECT lower('Ä') = 'ä'"):
        text = "The database does not know letters beyond English: searches will miss names."
        yield Check("Database letters", fail, text, "createdb --encoding=UTF8 --locale=C.UTF-8 --template=template0")
    if setting("fsync") == "off" or setting("synchronous_commit") == "off":
        text = "The database confirms what is not yet on disk: a power cut loses leads that were accepted."
        yield Check("Database durability", fail, text, "ALTER SYSTEM SET synchronous_commit = on")
    yield connections()


def connections() -> Check:
    """Return whether the server takes as many connections as web and worker may open."""
    there = int(setting("max_connections"))
    needed = settings.WEB_CONNECTIONS + WORKER_CONNECTIONS + SPARE_CONNECTIONS
    if there >= needed:
        return Check("Database connections", ok, f"{there}, about {needed} are needed.")
    text = f"{there} connections are too few for this web server and a worker, which need about {needed}."
    return Check("Database connections", warn, text, f"ALTER SYSTEM SET max_connections = {needed}")


def skew() -> Iterator[Check]:
    """Whether the clocks of this machine and of the database agree."""
    before = datetime.now(UTC)
    there = ask("SELECT clock_timestamp()")
    seconds = abs((there - before).total_seconds())
    if seconds <= LONGEST_SKEW_SECONDS:
        yield Check("Clock skew", ok, "This machine and the database agree on the time.")
        return
    state = fail if seconds > WRONG_SKEW_SECONDS else warn
    text = f"This machine and the database differ by {seconds:.0f} s: what is due may be done early or late."
    yield Check("Clock skew", state, text, "timedatectl set-ntp true")


def time_zone() -> Iterator[Check]:
    """Whether business hours mean something."""
    name = Installation.current().time_zone
    if name not in available_timezones():
        text = f"The company's time zone {name} is not known to this machine, so UTC is used."
        yield Check("Time zone", fail, text, "apt install tzdata")
    elif name == "UTC":
        text = "The company's time zone is UTC; business hours and clocks of handovers go by it."
        yield Check("Time zone", ok, f"{text} Settings, Company changes it.")
    else:
        yield Check("Time zone", ok, f"{name}, where it is {datetime.now(ZoneInfo(name)):%H:%M} now.")


def audit_log() -> Iterator[Check]:
    """Whether every entry is as it was written, and none is missing."""
    proof = prove_audit_log()
    if proof.trouble:
        about = f" ({proof.entry}, {proof.entry.at:%Y-%m-%d %H:%M} UTC)" if proof.entry else ""
        text = f"{proof.trouble}{about}: somebody changed the database past the product."
        yield Check("Audit log", fail, f"{text} Compare with a backup, or with the seals in the worker's log.")
        return
    if proof.oldest_unsealed_at and clock.now() - proof.oldest_unsealed_at > LONGEST_UNSEALED:
        text = f"{proof.unsealed} entries wait to be sealed; a worker does it every 10 s."
        yield Check("Audit log", warn, text, command("worker"))
    if proof.count:
        last = f"The last is number {proof.last_position}, seal {proof.last_seal[:16]}."
        yield Check("Audit log", ok, f"{proof.count} entries are as they were written. {last}")


def broker() -> Iterator[Check]:
    """Whether Redis keeps what it is given."""
    client = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=3, socket_connect_timeout=3)
    try:
        about = client.info()
    except redis.RedisError:
        return
    version = str(about.get("valkey_version") or about.get("redis_version", "0"))
    if int(version.partition(".")[0]) < OLDEST_BROKER:
        yield Check("Broker version", warn, f"{version} is old; {OLDEST_BROKER} or newer is tested.", "REDIS_URL")
    policy = about.get("maxmemory_policy")
    if policy not in (None, "noeviction"):
        text = f"maxmemory-policy is {policy}: short of memory the broker drops wake-ups and counts without a word."
        yield Check("Broker memory", fail, text, "valkey-cli config set maxmemory-policy noeviction")
    else:
        yield Check("Broker memory", ok, "Nothing is evicted.")
    if about.get("aof_enabled"):
        yield Check("Broker persistence", ok, "Its log is kept on disk.")
    else:
        text = "The broker keeps nothing over a restart. No work is lost by that, but wake-ups and limits are."
        yield Check("Broker persistence", warn, text, "valkey-cli config set appendonly yes")


def mail() -> Iterator[Check]:
    """Whether the mail server takes a sign-in, and whether the sender is somebody. No mail is sent."""
    try:
        relay = config.relay_address()
    except BadEmailUrl as exc:
        yield Check("Mail server", fail, str(exc), "EMAIL_URL=smtp+tls://user:password@smtp.example.com:587")
        return
    if relay is None:
        text = "EMAIL_URL is not set: mail is caught and shown in the product, and reaches nobody."
        yield Check("Mail server", warn, text, "EMAIL_URL=smtp+tls://user:password@smtp.example.com:587")
        return
    session = SmtpSession(relay)
    try:
        sign_in(session)
        yield Check("Mail server", ok, f"{relay} takes mail from here.")
    except HandoverFailed as exc:
        yield Check("Mail server", fail, f"{relay}: {exc.said}", "EMAIL_URL")
    finally:
        session.close()
    domain = parseaddr(config.from_email())[1].rpartition("@")[2]
    if domain in LOCAL_NAMES or "." not in domain:
        text = f"Mails come from {config.from_email()}, which no mail server accepts."
        yield Check("Sender", fail, text, "EMAIL_FROM=Example <hello@example.com>")


def sign_in(session: SmtpSession) -> None:
    """Connect and sign in, up to where a message would begin. Raises HandoverFailed."""
    steps = session.hand_over(Envelope("", ""), b"")
    wait = next(steps)
    while wait in (Wait.TO_READ, Wait.TO_WRITE):
        left = max(session.deadline - time.monotonic(), 0.0)
        ends = ([session], []) if wait is Wait.TO_READ else ([], [session])
        select.select(*ends, [], left)
        wait = steps.send(None)


def files() -> Iterator[Check]:
    """Whether uploads can be kept, and whether the stylesheets are those of this version."""
    folder = Path(settings.MEDIA_ROOT)
    there = next(path for path in (folder, *folder.parents) if path.exists())
    probe = there / ".leadcrm-probe"
    try:
        probe.touch()
        probe.unlink()
        yield Check("Uploads", ok, f"{folder} can be written.")
    except OSError as exc:
        yield Check("Uploads", fail, f"{folder} cannot be written: {exc.strerror}.", f"chown -R $(id -u) {there}")
    stamp = Path(settings.STATIC_ROOT) / ".collected"
    is_collected = stamp.exists() and stamp.read_text() == static_fingerprint()
    if not is_collected and not (settings.IS_CONTAINER and Path(settings.STATIC_ROOT).exists()):
        text = "Stylesheets and scripts of this version are not collected yet; start does it by itself."
        yield Check("Static files", warn, text, "python3 manage.py collectstatic --noinput")


def web() -> Iterator[Check]:
    """Whether the product answers at its own public address, the way a visitor comes."""
    url = f"{settings.PUBLIC_BASE_URL}/healthz"
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # nosec B310 - the installation's own address
            is_ours = b'"leadcrm"' in answer.read(500)
    except (OSError, ValueError) as exc:
        text = f"{url} does not answer ({getattr(exc, 'reason', exc)}): not started, or the proxy leads elsewhere."
        yield Check("Web", fail, text, command("web"))
        return
    if is_ours:
        yield Check("Web", ok, f"{settings.PUBLIC_BASE_URL} answers.")
    else:
        yield Check("Web", fail, f"Something else answers at {url}.", "PUBLIC_BASE_URL")


def setting(name: str) -> str:
    """Return one of the database server's settings."""
    return str(ask("SELECT current_setting(%s)", [name]))


def ask(sql: str, values: list[str] | None = None) -> Any:
    """Return the one value of a query. Raises DatabaseError."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        row = cursor.fetchone()
    if row is None:
        raise DatabaseError("no answer")
    return row[0]
