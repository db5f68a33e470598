"""The doorbell never costs its caller anything, and rings once for many."""

import os
import socket
import threading
import time

import pytest
from celery import current_app
from django.db import transaction

from common import wake as wake_module
from common.wake import BROKER_TIMEOUT_SECONDS, COALESCE_SECONDS, Doorbell, Line, doorbell, wake


class Notebook:
    """Takes the place of the line to the broker and notes what is sent."""

    def __init__(self, fault: Exception | None = None) -> None:
        self.fault = fault
        self.sent: list[tuple[str, float]] = []

    def send(self, name: str) -> None:
        self.sent.append((name, time.monotonic()))
        if self.fault:
            raise self.fault

    def names(self) -> list[str]:
        return [name for name, _ in self.sent]


def eventually(condition, seconds: float = 5.0) -> bool:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.005)
    return bool(condition())


def test_a_hundred_rings_at_once_are_few_sends():
    notebook = Notebook()
    bell = Doorbell(notebook.send)

    for _ in range(100):
        bell.ring("mail.send_due_messages")

    assert eventually(lambda: notebook.sent)
    time.sleep(2 * COALESCE_SECONDS)
    assert 1 <= len(notebook.sent) <= 2


def test_a_name_is_sent_at_most_once_in_the_coalescing_time():
    notebook = Notebook()
    bell = Doorbell(notebook.send)

    until = time.monotonic() + 4 * COALESCE_SECONDS
    while time.monotonic() < until:
        bell.ring("sales.watch_handovers")
        time.sleep(0.002)

    gaps = [b - a for (_, a), (_, b) in zip(notebook.sent, notebook.sent[1:], strict=False)]
    assert len(notebook.sent) >= 2
    assert min(gaps) >= COALESCE_SECONDS * 0.9


def test_different_names_do_not_wait_for_each_other():
    notebook = Notebook()
    bell = Doorbell(notebook.send)
    began = time.monotonic()

    bell.ring("a")
    bell.ring("b")

    assert eventually(lambda: len(notebook.sent) == 2)
    assert sorted(notebook.names()) == ["a", "b"]
    assert time.monotonic() - began < 1


def test_after_a_failure_the_broker_is_left_alone_for_a_while():
    notebook = Notebook(fault=ConnectionError("refused"))
    bell = Doorbell(notebook.send)

    bell.ring("a")
    assert eventually(lambda: bell.is_open_circuit)
    for _ in range(50):
        bell.ring("a")
    time.sleep(2 * COALESCE_SECONDS)

    assert notebook.names() == ["a"]


def test_the_bell_rings_again_when_the_circuit_has_closed(monkeypatch):
    monkeypatch.setattr(wake_module, "OPEN_CIRCUIT_SECONDS", 0.1)
    notebook = Notebook(fault=ConnectionError("refused"))
    bell = Doorbell(notebook.send)
    bell.ring("a")
    assert eventually(lambda: bell.is_open_circuit)

    notebook.fault = None
    assert eventually(lambda: not bell.is_open_circuit)
    bell.ring("a")

    assert eventually(lambda: notebook.names() == ["a", "a"])


def test_a_forked_process_gets_a_bell_whose_thread_lives():
    # given: this process has rung already
    parents = doorbell()
    read, write = os.pipe()

    # when
    pid = os.fork()
    if pid == 0:
        bell = doorbell()
        bell._send = lambda name: os.write(write, name.encode())
        bell.ring("from the child" if bell is not parents else "the parent's bell")
        time.sleep(5)
        os._exit(0)

    # then
    os.close(write)
    try:
        assert os.read(read, 100) == b"from the child"
    finally:
        os.kill(pid, 9)
        os.waitpid(pid, 0)
        os.close(read)


def test_a_broker_that_refuses_costs_the_caller_nothing():
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        bell = Doorbell(Line(f"redis://127.0.0.1:{closed.getsockname()[1]}/0").send)

        began = time.perf_counter()
        bell.ring("common.record_heartbeat")
        cost = time.perf_counter() - began

        assert eventually(lambda: bell.is_open_circuit)
    assert cost < 0.02


def test_a_broker_that_accepts_and_never_answers_costs_the_caller_nothing():
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen()
        bell = Doorbell(Line(f"redis://127.0.0.1:{deaf.getsockname()[1]}/0").send)

        began = time.perf_counter()
        bell.ring("common.record_heartbeat")
        cost = time.perf_counter() - began

        assert eventually(lambda: bell.is_open_circuit, seconds=20 * BROKER_TIMEOUT_SECONDS)
        took = time.perf_counter() - began
    assert cost < 0.02
    assert took < 10 * BROKER_TIMEOUT_SECONDS


def test_a_ring_reaches_a_broker_that_is_there():
    queue = f"test-{os.getpid()}-{threading.get_ident()}"
    with current_app.connection_for_write() as connection:
        connection.default_channel.client.delete(queue)
        was, current_app.conf.task_default_queue = current_app.conf.task_default_queue, queue
        current_app.amqp.queues.add(queue)
        try:
            Doorbell().ring("common.record_heartbeat")

            assert eventually(lambda: connection.default_channel.client.llen(queue) == 1)
        finally:
            current_app.conf.task_default_queue = was
            connection.default_channel.client.delete(queue)


@pytest.mark.django_db(transaction=True)
def test_the_bell_rings_after_commit_and_not_after_a_rollback(monkeypatch):
    notebook = Notebook()
    bell = Doorbell(notebook.send)
    monkeypatch.setattr(wake_module, "doorbell", lambda: bell)

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        wake("rolled back")
        _ = 1 / 0
    with transaction.atomic():
        wake("committed")
        before_commit = notebook.names()

    assert before_commit == []
    assert eventually(lambda: notebook.names() == ["committed"])
