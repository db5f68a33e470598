"""Writes the whole installation into one file, and puts one back.

A backup is a tar file: ``manifest.json``, ``database.dump`` (pg_dump's own format), ``media/`` and, where the key that
signs lies in the data folder, ``secret_key``. A restore is one transaction that also holds outgoing mail back, so no
worker ever sees the old ledger without the hold.
"""

import hashlib
import hmac
import io
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

import redis
from django.conf import settings
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from common import heartbeat
from common.installation import lock_installation, save_installation
from leadcrm.launch import update_database
from leadcrm.remedy import Remedy, explain
from leadcrm.system.programs import postgres_clients

FORMAT = 1
MANIFEST, DUMP, KEY, MEDIA = "manifest.json", "database.dump", "secret_key", "media"
# pg_dump 17 and newer set this for pg_restore; older servers do not know it.
UNKNOWN_TO_OLD_SERVERS = (b"SET transaction_timeout = 0;\n",)
# Only what is not part of an extension: those stay, since not every role may make them.
CLEAR = """
DO $$
DECLARE found record;
BEGIN
  FOR found IN
    SELECT format('%I.%I', n.nspname, c.relname) AS name,
           CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE'
                          ELSE 'TABLE' END AS kind
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
      AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype IN ('e', 'i', 'a'))
  LOOP EXECUTE 'DROP ' || found.kind || ' IF EXISTS ' || found.name || ' CASCADE'; END LOOP;
  FOR found IN
    SELECT p.oid::regprocedure::text AS name
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE n.nspname = 'public' AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
  LOOP EXECUTE 'DROP ROUTINE IF EXISTS ' || found.name || ' CASCADE'; END LOOP;
END $$;
"""
HOLD = """
INSERT INTO public.mail_restore (id, backup_at, restored_at, decision)
VALUES (1, '{backup_at}', '{restored_at}', '')
ON CONFLICT (id) DO UPDATE
SET backup_at = excluded.backup_at, restored_at = excluded.restored_at, decision = '', decided_at = NULL;
"""


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself. ``key_print`` tells whether a key is the one its hashes were made with."""

    format: int
    version: str
    made_at: str
    server_major: int
    migrations: list[list[str]]
    key_print: str
    rows: dict[str, int]
    media_files: int


def back_up(file: Path, *, now: datetime, say: Callable[[str], None]) -> Manifest:
    """Write a backup to ``file``; it appears under its name only when it is whole. Raises Remedy."""
    if file.exists():
        raise explain(f"{file} exists already.", "name another file; a backup never overwrites one")
    folder = file.absolute().parent
    if not folder.is_dir():
        raise explain(f"There is no folder {folder}.", f"mkdir -p {folder}")
    partial = folder / f".{file.name}.{os.getpid()}"
    try:
        with tempfile.TemporaryDirectory(dir=folder, prefix=".leadcrm-") as scratch:
            dump = Path(scratch) / DUMP
            say("Reading the database ...")
            _dump(dump)
            manifest = _manifest(now)
            say("Packing ...")
            descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as raw, tarfile.open(fileobj=raw, mode="w") as tar:
                _pack(tar, manifest, dump)
                raw.flush()
                os.fsync(raw.fileno())
        partial.rename(file)
    except OSError as exc:
        raise explain(f"The backup could not be written: {exc.strerror}.", f"is there room in {folder}?") from exc
    finally:
        partial.unlink(missing_ok=True)
    _note_backup(now)
    return manifest


def restore(
    file: Path, *, now: datetime, is_replacing: bool, is_other_key: bool, say: Callable[[str], None]
) -> Manifest:
    """Put the backup in ``file`` in place of what is there, with outgoing mail held back. Raises Remedy."""
    refuse_while_running(now)
    with opened(file) as (tar, manifest):
        _refuse_newer(manifest)
        brings_key = KEY in tar.getnames() and _is_key_of_data_folder()
        if not (brings_key or is_other_key or manifest.key_print == key_print()):
            raise _other_key()
        if not is_replacing and (users := _count("accounts_user", "WHERE NOT is_service")):
            raise explain(
                f"This installation is in use: it has {users} people and {_count('leads_lead')} leads.",
                "to replace all of it: add --replace",
                "to keep it as well: python3 manage.py backup FILE",
            )
        with _media_beside(tar) as media:
            say("Filling the database ...")
            _fill(tar, manifest, now)
            _swap(media, Path(settings.MEDIA_ROOT))
        if brings_key:
            _place_key(_bytes(tar, KEY))
    connection.close()
    update_database(say)
    _note_backup(datetime.fromisoformat(manifest.made_at))
    return manifest


@contextmanager
def opened(file: Path) -> Iterator[tuple[tarfile.TarFile, Manifest]]:
    """Open a backup and read what it says of itself. Raises Remedy."""
    try:
        with tarfile.open(file) as tar:
            yield tar, Manifest(**json.loads(_bytes(tar, MANIFEST)))
    except FileNotFoundError as exc:
        raise explain(f"There is no file {file}.") from exc
    except (tarfile.TarError, KeyError, TypeError, ValueError, EOFError) as exc:
        raise explain(f"{file} is no backup of LeadCRM, or it is cut off.") from exc


def refuse_while_running(now: datetime) -> None:
    """Raise Remedy while a worker or a clock gives signs of life: it would work on half of two installations."""
    try:
        pulse = heartbeat.pulse()
    except redis.RedisError:
        return
    if pulse.live_workers(now) or not pulse.is_clock_late(now):
        raise explain(
            "The product runs.",
            "stop it first: Ctrl-C in its terminal, or docker compose stop web worker beat",
            f"after it was killed, wait {heartbeat.LATE_AFTER.seconds} s",
        )


def key_print() -> str:
    """Return what tells this installation's key from others without telling the key."""
    return hmac.new(settings.SECRET_KEY.encode(), b"leadcrm backup", hashlib.sha256).hexdigest()[:32]


def _manifest(now: datetime) -> Manifest:
    applied = sorted([app, name] for app, name in MigrationRecorder(connection).applied_migrations())
    tables = ("accounts_user", "leads_lead", "leads_activity", "capture_submission", "mail_message")
    return Manifest(
        format=FORMAT,
        version=settings.VERSION,
        made_at=now.isoformat(),
        server_major=_server_major(),
        migrations=applied,
        key_print=key_print(),
        rows={table: _count(table) for table in tables},
        media_files=len(_media_files()),
    )


def _pack(tar: tarfile.TarFile, manifest: Manifest, dump: Path) -> None:
    text = json.dumps(asdict(manifest), indent=1).encode()
    about = tarfile.TarInfo(MANIFEST)
    about.size = len(text)
    tar.addfile(about, io.BytesIO(text))
    tar.add(dump, DUMP)
    if _is_key_of_data_folder():
        tar.add(_key_file(), KEY)
    for path in _media_files():
        tar.add(path, f"{MEDIA}/{path.relative_to(settings.MEDIA_ROOT)}", recursive=False)


def _refuse_newer(manifest: Manifest) -> None:
    known = set(MigrationLoader(None).disk_migrations)
    newer = [f"{app}.{name}" for app, name in manifest.migrations if (app, name) not in known]
    if manifest.format != FORMAT or newer:
        raise explain(
            f"The backup was made by LeadCRM {manifest.version}, which is newer than this one ({settings.VERSION}).",
            "restore it with that version or a newer one",
        )


def _other_key() -> Remedy:
    return explain(
        "The backup was made with another SECRET_KEY. With this one, people who unsubscribed would not be recognized "
        "and would get mail again.",
        "set SECRET_KEY to the one of the installation that was backed up, or",
        "set that one as SECRET_KEY_FALLBACKS and add --other-key",
    )


def _is_key_of_data_folder() -> bool:
    """Whether the key that signs is the one ``start`` has made, and not one from the environment."""
    file = _key_file()
    return file.exists() and file.read_text().strip() == settings.SECRET_KEY


def _key_file() -> Path:
    return Path(settings.DATA_DIR) / KEY


def _dump(target: Path) -> None:
    program = str(postgres_clients(_server_major()) / "pg_dump")
    command = [program, "--format=custom", "--no-owner", "--no-privileges", "--no-comments", f"--file={target}"]
    result = subprocess.run(command, check=False, env=_environment(), capture_output=True, text=True)
    if result.returncode:
        raise _failed("The database could not be read", result.stderr)


def _fill(tar: tarfile.TarFile, manifest: Manifest, now: datetime) -> None:
    """Replace all tables by those of the dump and hold mail back, in one transaction. Raises Remedy."""
    programs = postgres_clients(max(_server_major(), manifest.server_major))
    with tempfile.TemporaryDirectory(prefix="leadcrm-") as scratch, tempfile.TemporaryFile() as complaints:
        tar.extract(DUMP, scratch, filter="data")
        reader = [str(programs / "pg_restore"), "--file=-", "--no-owner", "--no-privileges", f"{scratch}/{DUMP}"]
        writer = [str(programs / "psql"), "--quiet", "--no-psqlrc", "--single-transaction", "--output=/dev/null"]
        writer += ["--set=ON_ERROR_STOP=1", "--file=-"]
        read = subprocess.Popen(reader, stdout=subprocess.PIPE, stderr=complaints)
        write = subprocess.Popen(writer, stdin=subprocess.PIPE, stderr=complaints, env=_environment())
        hold = HOLD.format(backup_at=manifest.made_at, restored_at=now.isoformat())
        if not _pour(read, write, hold.encode()):
            complaints.seek(0)
            raise _failed("The database was left as it was", complaints.read().decode(errors="replace"))


def _pour(read: subprocess.Popen[bytes], write: subprocess.Popen[bytes], last: bytes) -> bool:
    """Send what ``read`` says, and ``last`` if it ends well, to ``write``; whether both ended well.

    A writer that is killed has committed nothing: its one transaction ends with it.
    """
    assert read.stdout and write.stdin
    with suppress(BrokenPipeError):
        write.stdin.write(CLEAR.encode())
        for line in read.stdout:
            if line not in UNKNOWN_TO_OLD_SERVERS:
                write.stdin.write(line)
        if read.wait() == 0:
            write.stdin.write(last)
        else:
            write.kill()
    read.stdout.close()
    with suppress(BrokenPipeError):
        write.stdin.close()
    return read.wait() == write.wait() == 0


def _failed(what: str, output: str) -> Remedy:
    lines = "\n".join(f"    {line}" for line in output.strip().splitlines()[-6:])
    return explain(f"{what}:\n{lines}", "python3 manage.py doctor says whether the database is well")


def _environment() -> dict[str, str]:
    """Return what leads PostgreSQL's programs to the database, with the password where no other user sees it."""
    own = connection.settings_dict
    options = own.get("OPTIONS", {})
    values = {
        "PGHOST": own["HOST"], "PGPORT": own["PORT"], "PGUSER": own["USER"], "PGPASSWORD": own["PASSWORD"],
        "PGDATABASE": own["NAME"], "PGSSLMODE": options.get("sslmode"), "PGSSLROOTCERT": options.get("sslrootcert"),
        "PGCONNECT_TIMEOUT": "10", "PGCLIENTENCODING": "UTF8", "PGAPPNAME": "leadcrm backup",
    }  # fmt: skip
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"} | {
        name: str(value) for name, value in values.items() if value
    }


def _server_major() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        return int(cursor.fetchone()[0]) // 10_000


def _count(table: str, condition: str = "") -> int:
    if table not in connection.introspection.table_names():
        return 0
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table} {condition}")  # nosec B608 - both stand in this file
        return int(cursor.fetchone()[0])


def _bytes(tar: tarfile.TarFile, name: str) -> bytes:
    file = tar.extractfile(name)
    assert file is not None
    return file.read()


def _media_files() -> list[Path]:
    root = Path(settings.MEDIA_ROOT)
    return sorted(path for path in root.rglob("*") if path.is_file() and not path.is_symlink())


@contextmanager
def _media_beside(tar: tarfile.TarFile) -> Iterator[Path]:
    """Unpack the uploads beside where they belong, so that what is there stays until the database is filled."""
    root = Path(settings.MEDIA_ROOT)
    root.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=root.parent, prefix=".media-", ignore_cleanup_errors=True) as scratch:
        members = [member for member in tar.getmembers() if member.name.startswith(f"{MEDIA}/")]
        tar.extractall(scratch, members, filter="data")  # nosec B202 - the filter refuses what leads outside
        found = Path(scratch) / MEDIA
        found.mkdir(exist_ok=True)
        yield found


def _swap(found: Path, root: Path) -> None:
    old = found.with_name("old")
    if root.exists():
        root.rename(old)
    found.rename(root)
    shutil.rmtree(old, ignore_errors=True)


def _place_key(text: bytes) -> None:
    file = _key_file()
    partial = file.with_name(f"{KEY}.new")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as key:
        key.write(text)
    partial.replace(file)


def _note_backup(made_at: datetime) -> None:
    """Leave the time of the backup where the System page and ``/metrics`` look."""
    with transaction.atomic():
        lock_installation()
        save_installation(changes={"last_backup_at": made_at})
