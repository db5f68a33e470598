"""Runs a management command with what it needs: a database, a broker, a key."""

import importlib
import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django
import environ
from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from leadcrm import stop_signals
from leadcrm.embedded import postgres, valkey
from leadcrm.embedded.places import Place, product_place, test_place
from leadcrm.embedded.servers import HELD, Servers, is_external
from leadcrm.remedy import Remedy, explain

ROOT = Path(__file__).resolve().parent.parent
# These read no row; they run at once and leave the servers alone.
WITHOUT_SERVERS = frozenset(
    ("help", "--help", "-h", "--version", "version", "check", "collectstatic", "findstatic", "diffsettings", "startapp")
)
# The fault harness has servers of its own.
WITHOUT_SERVERS |= {"chaos"}
# Statements of these end after a while; a migration or an import may take as long as it takes.
SERVING = frozenset(("start", "test", "runserver"))
KINDS = {"DATABASE_URL": postgres, "REDIS_URL": valkey}


def run(argv: list[str]) -> int:
    """Run ``argv`` and return its exit status; errors a person can act on come without a traceback."""
    stop_signals.listen()
    command = argv[1] if len(argv) > 1 else "help"
    try:
        with prepared(command):
            execute_from_command_line(argv)
    except (Remedy, ImproperlyConfigured) as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


@contextmanager
def prepared(command: str) -> Iterator[None]:
    """Provide what ``command`` needs through the environment while the block runs."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings" if command == "test" else "leadcrm.settings")
    if command != "test" and (ROOT / ".env").exists():
        environ.Env.read_env(str(ROOT / ".env"))
    if command not in SERVING:
        os.environ.setdefault("STATEMENT_TIMEOUT_MS", "0")
    missing = [name for name in KINDS if not is_external(name)]
    if not missing and (os.environ.get("SECRET_KEY") or command == "test"):
        yield
        return
    place = test_place(ROOT) if command == "test" else product_place(ROOT)
    os.environ.setdefault("LEADCRM_DATA_DIR", str(place.root))
    if command != "test":
        provide_secret_key(place, may_make=command == "start" or "DATABASE_URL" in missing)
    servers = Servers(place, kinds=tuple(KINDS[name] for name in missing))
    HELD.append(servers)
    os.environ.update(servers.environment())
    is_needed = missing and command not in WITHOUT_SERVERS
    if is_needed:
        servers.acquire(
            say=announce if command in ("start", "test") else lambda line: None,
            meanwhile=lambda: import_ahead(command),
        )
    try:
        yield
    finally:
        servers.release()


def import_ahead(command: str) -> None:
    """Import what ``command`` will need while its servers come up; pytest imports by itself, in an order of its own."""
    if command != "test":
        django.setup()
    if command == "start":
        importlib.import_module("leadcrm.management.commands.start")


def provide_secret_key(place: Place, *, may_make: bool) -> None:
    """Set SECRET_KEY from the data folder where the environment has none; make one if that is allowed.

    With a database elsewhere only ``start`` makes one: a second host would make another, and the sessions and
    links of one would be refused by the other.
    """
    if os.environ.get("SECRET_KEY") or os.environ.get("DEBUG"):
        return
    path = place.root / "secret_key"
    try:
        if may_make and not path.exists():
            place.root.mkdir(mode=0o755, parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as file:
                file.write(secrets.token_urlsafe(48))
        if path.exists():
            os.environ["SECRET_KEY"] = path.read_text().strip()
    except FileExistsError:
        os.environ["SECRET_KEY"] = path.read_text().strip()
    except OSError as exc:
        raise explain(
            f"The key in {path} cannot be read or made: {exc.strerror}.",
            "set SECRET_KEY, or LEADCRM_DATA_DIR to a folder you may write",
        ) from exc


def announce(line: str) -> None:
    """Print ``line`` at once."""
    print(line, flush=True)
