"""What keeps work from being lost or done again and again stands in the settings and nowhere else."""

import ast
import os
import subprocess

import pytest

from leadcrm import launch
from leadcrm.celery import app
from leadcrm.cli import ROOT

APPS = ("common", "mail", "accounts", "leads", "scoring", "capture", "nurturing", "sales", "insights", "leadcrm")
TICKS = {
    "leadcrm.advance_marked_leads",
    "mail.send_due_messages",
    "nurturing.advance_due_enrollments",
    "sales.watch_handovers",
    "capture.join_unjoined_submissions",
    "common.record_heartbeat",
    "accounts.deliver_webhooks",
    "accounts.answer_reset_requests",
    "accounts.seal_audit_log",
    "insights.roll_up",
    "leadcrm.tell_admins",
    "leadcrm.apply_retention",
}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("task_acks_late", True),
        ("task_reject_on_worker_lost", True),
        ("worker_prefetch_multiplier", 1),
        ("task_time_limit", 240),
        ("task_ignore_result", True),
        ("worker_soft_shutdown_timeout", 10.0),
        ("broker_connection_retry_on_startup", True),
        ("accept_content", ["json"]),
    ],
)
def test_the_pinned_settings(name, value):
    assert app.conf[name] == value


def test_unfinished_work_comes_back_within_seconds_but_not_while_it_may_still_run():
    options = app.conf.broker_transport_options

    assert options["unacked_restore_interval"] == options["unacked_restore_throttle"] == 1
    assert options["visibility_timeout"] == 600 > app.conf.task_time_limit


def test_the_clock_ticks_for_every_kind_of_due_row():
    schedule = app.conf.beat_schedule

    assert {entry["task"] for entry in schedule.values()} == TICKS
    seconds = {entry["task"]: entry["schedule"] for entry in schedule.values()}
    assert seconds.pop("leadcrm.apply_retention") == 600
    assert seconds.pop("leadcrm.tell_admins") == 60
    assert set(seconds.values()) == {10}
    assert all(entry["options"]["expires"] == 2 * entry["schedule"] for entry in schedule.values())


def test_every_tick_has_a_task():
    app.loader.import_default_modules()

    assert set(app.tasks) >= TICKS


def test_the_worker_of_start_keeps_no_shell_in_its_memory():
    command = launch.children("127.0.0.1", 1)[1].command
    environment = {**os.environ, "SECRET_KEY": "k" * 40, "PYTHONPROFILEIMPORTTIME": "1"}
    loaded = []

    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True) as worker:
        for line in worker.stderr:
            loaded.append(line.rpartition("|")[2].strip())
            if loaded[-1] == "kombu.transport.virtual":
                break
        worker.kill()

    assert loaded[-1] == "kombu.transport.virtual", loaded[-1]
    assert not {"prompt_toolkit", "click_repl", "celery.bin.celery"} & set(loaded)


def test_nothing_is_scheduled_inside_the_broker():
    offences = []
    for path in (path for name in APPS for path in (ROOT / name).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                named = {keyword.arg for keyword in node.keywords} & {"eta", "countdown"}
                retries = isinstance(node.func, ast.Attribute) and node.func.attr in ("retry", "apply_async")
                if named or (retries and getattr(node.func.value, "attr", "") == "self"):
                    offences.append(f"{path.relative_to(ROOT)}:{node.lineno}")

    assert offences == []
