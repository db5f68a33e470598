"""Backup, destroy, restore: nothing lost, no mail sent twice."""

import hashlib
import json
import os
import re
import shutil
import stat
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg2
import pytest

from leadcrm.cli import ROOT
from leadcrm.embedded.places import Place
from leadcrm.embedded.servers import Servers
from tests.mail.smtp_sink import SmtpSink

Run = Callable[..., str]
# Plays a small company in an empty installation: a guide is asked for and sent, a sequence has a step that is due.
PLAY = """
from django.conf import settings
from django.utils import timezone
from common.installation import lock_installation, save_installation
from nurturing.models import Enrollment
from mail.services import send_due_messages, suppress
from capture.models import Form
from leadcrm.pipeline import advance_marked_leads
from tests.factories.world import ANSWERS, build_world, send
build_world()
lock_installation()
save_installation(changes={"name": "Example", "time_zone": "Europe/Berlin"})
send(Form.objects.get(name="Guide"), {**ANSWERS, "email": "kim@work.example"}, now=timezone.now())
advance_marked_leads(now=timezone.now())
send_due_messages(now=timezone.now())
assert Enrollment.objects.filter(state="active").update(due_at=timezone.now()) == 1
suppress(email="gone@people.example", topic="all", reason="Asked", now=timezone.now())
(settings.MEDIA_ROOT / "offers").mkdir(parents=True)
(settings.MEDIA_ROOT / "offers" / "guide.pdf").write_bytes(b"%PDF guide")
"""
WORK = """
from django.utils import timezone
from nurturing.services import advance_due_enrollments
from mail.services import send_due_messages
advance_due_enrollments(now=timezone.now())
send_due_messages(now=timezone.now())
"""
DECIDE = """
from django.utils import timezone
from mail.services import decide_after_restore
decide_after_restore(decision="{}", now=timezone.now())
"""


@pytest.fixture
def sink() -> Iterator[SmtpSink]:
    with SmtpSink() as sink:
        yield sink


@pytest.fixture
def run(place: Place, plain_environment: dict[str, str], sink: SmtpSink) -> Run:
    """Return a function that runs a management command on an installation of its own."""
    environment = {**plain_environment, "LEADCRM_DATA_DIR": str(place.root), "EMAIL_URL": sink.url}
    environment |= {"EMAIL_FROM": "Example <hello@crm.example>", "LEADCRM_ENV": "here", "ALLOWED_HOSTS": "testserver"}

    def call(*arguments: str | Path, status: int = 0, **changes: str) -> str:
        command = [sys.executable, "manage.py", *map(str, arguments)]
        ended = subprocess.run(
            command, check=False, cwd=ROOT, env=environment | changes, capture_output=True, text=True, timeout=300
        )
        assert ended.returncode == status, ended.stdout + ended.stderr
        return ended.stdout + ended.stderr

    return call


@pytest.fixture
def company(place: Place, run: Run) -> Iterator[Servers]:
    """Yield the running servers of a played installation."""
    with Servers(place) as servers:
        run("migrate", "--verbosity", "0")
        run("shell", "--verbosity", "0", "--command", PLAY)
        yield servers


def contents(place: Place) -> dict[str, tuple[int, str]]:
    """Return the number of rows of each table and a digest of what is in them, but for the time of the last backup."""
    with psycopg2.connect(f"host={place.sockets} user=postgres dbname=postgres") as connection:
        cursor = connection.cursor()
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        found = {}
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT (to_jsonb(t) - 'last_backup_at')::text FROM \"{table}\" t ORDER BY 1")
            rows = [row for (row,) in cursor.fetchall()]
            found[table] = (len(rows), hashlib.sha256("\n".join(rows).encode()).hexdigest())
    return found


def rows(place: Place, sql: str) -> list[tuple]:
    with psycopg2.connect(f"host={place.sockets} user=postgres dbname=postgres") as connection:
        cursor = connection.cursor()
        cursor.execute(sql)
        return cursor.fetchall()


def test_what_was_backed_up_is_there_again_after_all_was_destroyed(place, run, company, sink, tmp_path):
    # given: a backup, and a mail that leaves after it
    before, sent_before = contents(place), len(sink.messages)
    said = run("backup", tmp_path / "one.tar")
    run("shell", "--verbosity", "0", "--command", WORK)
    sent = sink.message_ids
    assert sent_before > 0 and len(sent) > sent_before, said

    # when: everything is destroyed, and restored on an empty machine
    company.release()
    shutil.rmtree(place.root)
    place.root.mkdir(mode=0o755)
    company.acquire()
    run("restore", tmp_path / "one.tar")

    # then: every row and file is there, and the same key signs
    after = contents(place)
    assert after.pop("mail_restore")[0] == 1 and before.pop("mail_restore")[0] == 0
    assert {table: (before[table], after.get(table)) for table in before if before[table] != after.get(table)} == {}
    assert (place.root / "media" / "offers" / "guide.pdf").read_bytes() == b"%PDF guide"
    code = "from mail.services import is_suppressed; print(is_suppressed(email='gone@people.example', topic='all'))"
    assert "True" in run("shell", "--verbosity", "0", "--command", code)

    # and: no mail leaves before somebody has decided, and none leaves twice after
    run("shell", "--verbosity", "0", "--command", WORK)
    assert sink.message_ids == sent
    run("shell", "--verbosity", "0", "--command", DECIDE.format("uncertain"))
    run("shell", "--verbosity", "0", "--command", WORK)
    assert sink.message_ids == sent
    assert rows(place, "SELECT count(*) FROM mail_message WHERE status = 'uncertain'")[0][0] > 0
    mails = [(str(message["To"]), str(message["Subject"])) for message in sink.messages]
    assert len(mails) == len(set(mails)), mails


def test_what_becomes_due_after_the_decision_is_sent(place, run, company, sink, tmp_path):
    run("backup", tmp_path / "one.tar")
    run("restore", tmp_path / "one.tar", "--replace")
    run("shell", "--verbosity", "0", "--command", WORK)
    held = len(sink.messages)

    run("shell", "--verbosity", "0", "--command", DECIDE.format("send"))
    run("shell", "--verbosity", "0", "--command", WORK)

    assert len(sink.messages) == held + 1


def test_a_restore_that_fails_leaves_everything_as_it_was(place, run, company, tmp_path):
    run("backup", tmp_path / "one.tar")
    cut, before = tmp_path / "cut.tar", contents(place)
    with tarfile.open(tmp_path / "one.tar") as whole, tarfile.open(cut, "w") as partial:
        for member in whole.getmembers():
            if member.name == "database.dump":
                member.size = member.size * 2 // 3
            partial.addfile(member, whole.extractfile(member.name))

    said = run("restore", cut, "--replace", status=1)
    nothing = run("restore", ROOT / "README.md", "--replace", status=1)

    assert "The database was left as it was" in said and "Traceback" not in said
    assert "is no backup of LeadCRM" in nothing
    assert contents(place) == before


def test_an_installation_in_use_is_not_replaced_by_mistake(place, run, company, tmp_path):
    run("backup", tmp_path / "one.tar")
    before = contents(place)

    in_use = run("restore", tmp_path / "one.tar", status=1)
    twice = run("backup", tmp_path / "one.tar", status=1)
    other = run("restore", tmp_path / "one.tar", "--replace", status=1, SECRET_KEY="another-key-" + "0" * 40)

    assert "7 people and 2 leads" in in_use and "--replace" in in_use
    assert "exists already" in twice
    assert "another SECRET_KEY" in other
    assert contents(place) == before


def test_a_backup_is_for_its_owner_alone_and_says_what_is_in_it(place, run, company, tmp_path):
    run("backup", tmp_path / "one.tar")

    with tarfile.open(tmp_path / "one.tar") as tar:
        manifest = json.loads(tar.extractfile("manifest.json").read())
        names = set(tar.getnames())
    assert stat.S_IMODE((tmp_path / "one.tar").stat().st_mode) == 0o600
    assert names == {"manifest.json", "database.dump", "secret_key", "media/offers/guide.pdf"}
    assert manifest["rows"]["leads_lead"] == 2
    assert not re.search((place.root / "secret_key").read_text(), json.dumps(manifest))
    assert os.listdir(tmp_path) == ["one.tar"]
