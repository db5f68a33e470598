"""A lead whose judging ends its worker is found out and put aside; the others are judged, and it can be tried again."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection, transaction

from leadcrm import pipeline
from leadcrm.cli import ROOT
from leadcrm.system.checks import judging
from leadcrm.system.measures import measure
from leads import services
from leads.kinds import Kind
from leads.models import MAX_WORKER_DEATHS, LeadState, Look, Mark, Suspect
from leads.services import record_activity
from tests.factories.leads import captured

pytestmark = pytest.mark.django_db(transaction=True)
DEADLY = "Deadly Ltd"
# A worker process that ends as the out-of-memory killer ends one, while it judges the lead of that company.
WORKER = f"""
import os, signal, sys
from datetime import datetime
import django
django.setup()
from leadcrm import pipeline
judge = pipeline.judge_leads
def judge_or_die(*, leads, **known):
    if any(lead.company == {DEADLY!r} for lead in leads):
        os.kill(os.getpid(), signal.SIGKILL)
    return judge(leads=leads, **known)
pipeline.judge_leads = judge_or_die
pipeline.advance_marked_leads(now=datetime.fromisoformat(sys.argv[1]))
"""


def run_worker(now) -> int:
    """Let a worker do what is due, and return how it ended."""
    database = connection.settings_dict
    where = urlencode({"host": database["HOST"], "port": database["PORT"] or "5432"})
    url = f"postgresql://{database['USER']}:{database['PASSWORD']}@/{database['NAME']}?{where}"
    environment = os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "leadcrm.settings", "DEBUG": "1"}
    return subprocess.run(
        [sys.executable, "-c", WORKER, now.isoformat()], check=False, cwd=ROOT, env=environment
    ).returncode


def let_the_note_age() -> None:
    """Two seconds pass, after which a note that nobody holds is a dead worker's."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE leads_look SET began_at = began_at - interval '3 seconds'")


def work_until_nobody_dies(now) -> int:
    """Start workers one after the other, as a supervisor does, and return how many were killed."""
    deaths = 0
    while (status := run_worker(now)) == -signal.SIGKILL:
        deaths += 1
        let_the_note_age()
        assert deaths <= MAX_WORKER_DEATHS
    assert status == 0
    return deaths


def test_a_lead_that_kills_its_worker_is_put_aside_after_three_and_the_others_are_judged(now) -> None:
    others = {captured(email=f"lead{n}@work.example", now=now).lead_id for n in range(20)}
    deadly = captured(email="deadly@work.example", now=now, fields={"company": DEADLY}).lead_id

    deaths = work_until_nobody_dies(now)

    assert deaths == MAX_WORKER_DEATHS
    assert set(LeadState.objects.values_list("lead_id", flat=True)) == others
    assert list(Suspect.objects.values_list("lead_id", "worker_deaths")) == [(deadly, MAX_WORKER_DEATHS)]
    assert "killed its worker" in Mark.objects.get(lead=deadly).error
    assert not Look.objects.exists()


def test_a_new_fact_does_not_bring_it_back_and_nobody_is_told_of_late_work(now) -> None:
    deadly = captured(email="deadly@work.example", now=now, fields={"company": DEADLY}).lead_id
    work_until_nobody_dies(now)

    with transaction.atomic():
        record_activity(lead_id=deadly, kind=Kind.EMAIL_REPLIED, now=now)

    assert run_worker(now) == 0
    assert {queue.name: queue.count for queue in measure(now=now).queues}["marks"] == 0


def test_the_system_page_names_the_command_that_brings_it_back(now) -> None:
    deadly = captured(email="deadly@work.example", now=now, fields={"company": DEADLY}).lead_id
    work_until_nobody_dies(now)
    check = judging()
    assert (check.state, check.remedy) == ("warn", "python3 manage.py rescore")
    assert "1 lead is not judged: it killed its worker 3 times" in check.text

    call_command("rescore")
    pipeline.advance_marked_leads(now=Mark.objects.get(lead=deadly).due_at)

    assert LeadState.objects.filter(lead=deadly).exists()
    assert judging().state == "ok"


def test_rescore_tries_again_what_was_put_off_and_of_the_leads_named_only(now) -> None:
    first, second = (captured(email=f"lead{n}@work.example", now=now).lead_id for n in range(2))
    for mark in services.due_marks(lead_ids=[first, second], now=now):
        services.put_off(lead_id=mark.lead_id, marks=[mark], error="KeyError: 'to'", now=now)

    call_command("rescore", str(second))

    assert Mark.objects.get(lead=first).attempts == 1
    assert (Mark.objects.get(lead=second).attempts, Mark.objects.get(lead=second).error) == (0, "")


def test_the_leads_of_a_worker_that_was_ended_for_another_reason_are_judged_one_by_one(now) -> None:
    leads = {captured(email=f"lead{n}@work.example", now=now).lead_id for n in range(5)}
    services.begin_look(now=now, limit=500)
    let_the_note_age()

    taken = pipeline.advance_marked_leads(now=now)

    assert taken == 5
    assert set(LeadState.objects.values_list("lead_id", flat=True)) == leads
    assert not Suspect.objects.exists() and not Look.objects.exists()


def test_a_worker_that_slept_and_was_taken_for_dead_leaves_the_leads_alone(now) -> None:
    captured(email="ada@work.example", now=now)
    look = services.begin_look(now=now, limit=500)
    let_the_note_age()
    services.suspect_leads_of_dead_workers()

    with transaction.atomic():
        assert not services.end_look(look)


def test_a_worker_at_work_is_not_taken_for_dead_however_long_it_takes(now) -> None:
    captured(email="ada@work.example", now=now)
    look = services.begin_look(now=now, limit=500)
    let_the_note_age()

    def another_worker() -> None:
        services.suspect_leads_of_dead_workers()
        connection.close()

    with transaction.atomic():
        assert services.end_look(look)
        thread = threading.Thread(target=another_worker)
        thread.start()
        thread.join()

    assert not Suspect.objects.exists()


def test_two_workers_never_have_the_same_leads_or_two_suspects_in_hand(now) -> None:
    for n in range(4):
        captured(email=f"lead{n}@work.example", now=now)

    first, second = services.begin_look(now=now, limit=2), services.begin_look(now=now, limit=500)
    assert (len(first.lead_ids), len(second.lead_ids)) == (2, 2)
    assert not set(first.lead_ids) & set(second.lead_ids)

    let_the_note_age()
    services.suspect_leads_of_dead_workers()
    assert services.begin_look(now=now, limit=500) is None
    assert services.begin_lone_look(now=now) is not None
    assert services.begin_lone_look(now=now) is None


@pytest.fixture
def full_disk() -> Iterator[None]:
    """Let the database say that its disk is full whenever a judgement is written."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
            " $$BEGIN RAISE EXCEPTION 'No space left on device' USING ERRCODE = '53100'; END$$;"
            "CREATE TRIGGER refuse BEFORE INSERT ON leads_leadstate EXECUTE FUNCTION refuse()"
        )
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP FUNCTION refuse CASCADE")


def test_a_worker_that_fails_and_lives_casts_no_suspicion(now, full_disk) -> None:
    captured(email="ada@work.example", now=now)

    with pytest.raises(OperationalError, match="No space left"):
        pipeline.advance_marked_leads(now=now)

    assert Mark.objects.filter(error="").exists()
    assert not Look.objects.exists()
