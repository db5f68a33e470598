"""Processes that die are started again, and nothing outlives the product."""

import os
import signal
import subprocess
import sys
import time

import pytest

from leadcrm.cli import ROOT
from leadcrm.supervisor import Child, Supervisor

SLEEPER = "import time; time.sleep(60)"
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
WITH_CHILD = "import subprocess, sys; subprocess.Popen(['sleep', '61.5']); sys.exit(3)"


def child(code: str, name: str = "sleeper", **options) -> Child:
    return Child(name, [sys.executable, "-c", code], dict(os.environ), **options)


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def supervise(said):
    """Return a function that starts children; all are ended after the test."""
    started: list[Supervisor] = []

    def start(*children: Child) -> Supervisor:
        supervisor = Supervisor(children, say=said.append)
        started.append(supervisor)
        supervisor.start()
        return supervisor

    yield start
    for supervisor in started:
        for one in supervisor.children:
            one.kill()


def wait_for(condition, seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)
    return bool(condition())


def test_a_child_that_dies_is_announced_and_started_again_with_growing_waits(supervise, said):
    # given
    worker = child("raise SystemExit(7)", "worker")
    supervisor = supervise(worker)

    # when: it dies twice
    for _ in range(2):
        assert wait_for(lambda: worker.process is None or not worker.is_running)
        supervisor.look()
        worker.starts_at = 0
        supervisor.look()

    # then
    assert said == [
        "The worker ended unexpectedly (exit status 7). It is started again in 1 s.",
        "The worker ended unexpectedly (exit status 7). It is started again in 2 s.",
    ]
    assert worker.process is not None


def test_a_child_waits_before_it_is_started_again(supervise):
    worker = child("pass", "worker")
    supervisor = supervise(worker)
    assert wait_for(lambda: not worker.is_running)

    supervisor.look()
    supervisor.look()

    assert worker.process is None
    assert worker.starts_at > time.monotonic()


def test_a_child_that_lived_long_starts_over_with_a_short_wait(supervise, said):
    worker = child("pass", "worker", failures=4)
    supervisor = supervise(worker)
    assert wait_for(lambda: not worker.is_running)
    worker.started_at -= 61

    supervisor.look()

    assert said[0].endswith("It is started again in 1 s.")


def test_a_child_that_runs_but_does_no_work_is_replaced(supervise, said):
    worker = child(SLEEPER, "worker", is_deaf=lambda seconds: True)
    supervisor = supervise(worker)

    supervisor.look()

    assert said == ["The worker runs but does no work. It is started again in 1 s."]
    assert worker.process is None


def test_stop_ends_the_first_child_before_the_second(supervise):
    web, worker = child(SLEEPER, "web server"), child(SLEEPER, "worker")
    supervisor = supervise(web, worker)
    order = []
    for one in (web, worker):
        one.kill = lambda one=one, kill=one.kill: (order.append(one.name), kill())

    supervisor.stop()

    assert order[:2] == ["web server", "worker"]
    assert web.process is None
    assert worker.process is None


def test_a_child_that_ignores_term_is_ended_by_force(supervise):
    stubborn = child(STUBBORN)
    supervise(stubborn)
    pid = stubborn.process.pid
    time.sleep(0.3)

    stubborn.stop(seconds=0.2)

    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_what_a_dead_child_left_behind_is_ended_with_it(supervise):
    parent = child(WITH_CHILD)
    supervisor = supervise(parent)
    group = parent.process.pid
    assert wait_for(lambda: not parent.is_running)

    supervisor.look()

    def is_gone() -> bool:
        found = subprocess.run(["pgrep", "-g", str(group)], capture_output=True, check=False)
        return found.returncode == 1

    assert wait_for(is_gone)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent was killed")
def test_children_end_when_the_product_itself_is_killed():
    # given
    code = f"""
import os, sys, time
from leadcrm.supervisor import Child
child = Child("x", [sys.executable, "-c", {SLEEPER!r}], dict(os.environ))
child.start()
print(child.process.pid, flush=True)
time.sleep(60)
"""
    product = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    pid = int(product.stdout.readline())

    # when
    product.send_signal(signal.SIGKILL)
    product.communicate()

    # then
    def is_gone() -> bool:
        try:
            return "\nState:\tZ" in open(f"/proc/{pid}/status").read()
        except FileNotFoundError:
            return True

    assert wait_for(is_gone)
