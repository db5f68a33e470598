"""``manage.py start``: from nothing to the first answer, and from Ctrl-C to nothing."""

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from leadcrm import launch
from leadcrm.cli import ROOT
from leadcrm.management.commands.start import is_loopback
from leadcrm.remedy import Remedy

TOKEN = "a-token-of-the-monitoring-00000000"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def data() -> Iterator[Path]:
    """Yield an empty data folder that every account may enter."""
    folder = Path(tempfile.mkdtemp(prefix="lcrm-", dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def start(data, plain_environment) -> Iterator:
    """Return a function that runs ``manage.py start``; what still runs afterwards is killed."""
    running: list[subprocess.Popen[str]] = []
    environment = {**plain_environment, "LEADCRM_DATA_DIR": str(data), "STATIC_ROOT": str(data / "static")}
    environment["METRICS_TOKEN"] = TOKEN

    def run(*arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "manage.py", "start", *arguments]
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        running.append(process)
        return process

    yield run
    for process in running:
        process.terminate()
        process.communicate(timeout=60)


def read_until(process: subprocess.Popen[str], words: str, seconds: float = 90) -> str:
    """Return what ``process`` has printed up to the line with ``words``."""
    said, deadline = "", time.monotonic() + seconds
    while words not in said and time.monotonic() < deadline:
        line = process.stdout.readline()
        if not line:
            break
        said += line
    assert words in said, said
    return said


def get(port: int, path: str) -> int:
    call = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    call.request("GET", path)
    return call.getresponse().status


def wait_for_signs_of_life(port: int, seconds: float = 30) -> None:
    """Wait until a worker and the clock have said that they run."""
    deadline, found = time.monotonic() + seconds, {}
    while time.monotonic() < deadline and not (found.get("worker_ages") and found["last_clock_age"] is not None):
        time.sleep(0.2)
        call = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        call.request("GET", "/readyz", headers={"Authorization": f"Bearer {TOKEN}"})
        found = json.load(call.getresponse())
    assert found["worker_ages"] and found["last_clock_age"] is not None, found


def processes_of(data: Path) -> str:
    """Return the processes that name the data folder or carry it in their environment."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            text = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
            if str(data).encode() in text and int(entry.name) != os.getpid():
                found.append((entry / "cmdline").read_text().replace("\0", " "))
        except OSError:
            continue
    return "\n".join(found)


def test_the_product_starts_from_nothing_answers_and_leaves_nothing_behind(start, data):
    # when: the first start
    port = free_port()
    product = start("--port", str(port))
    said = read_until(product, "/setup?token=")

    # then: it answers, and a stylesheet comes compressed
    assert f"http://127.0.0.1:{port}/" in said
    assert get(port, "/healthz") == 200
    assert get(port, "/readyz") == 200
    wait_for_signs_of_life(port)
    assert list((data / "static").rglob("*.css.br"))
    assert (data / "secret_key").stat().st_mode & 0o077 == 0

    # when: Ctrl-C
    product.send_signal(signal.SIGINT)
    rest, _ = product.communicate(timeout=60)

    # then
    assert rest.rstrip().endswith("Stopped.")
    assert "Traceback" not in rest, rest
    assert processes_of(data) == ""

    # when: started again, it is quick and keeps its data
    key = (data / "secret_key").read_text()
    product = start("--port", str(port))
    read_until(product, "LeadCRM runs at")
    product.terminate()
    product.communicate(timeout=60)

    # then
    assert (data / "secret_key").read_text() == key
    assert product.returncode == 128 + signal.SIGTERM
    assert processes_of(data) == ""


def test_a_reader_that_has_gone_keeps_nothing_running(start, data):
    product = start("--port", str(free_port()))
    read_until(product, "/setup?token=")

    product.stdout.close()
    product.stdout = None
    product.terminate()
    product.wait(60)

    assert processes_of(data) == ""


def test_a_taken_port_is_named_with_the_way_out():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        with pytest.raises(Remedy, match=f"Port {port} (.|\n)*--port {port + 1}"):
            launch.refuse_taken_port("127.0.0.1", port)


def test_a_free_port_is_taken_without_a_word():
    launch.refuse_taken_port("127.0.0.1", free_port())


def test_sample_data_are_for_this_machine_only(start):
    product = start("--demo", "--host", "0.0.0.0")

    said, _ = product.communicate(timeout=60)

    assert "127.0.0.1 only" in said
    assert product.returncode != 0


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("10.0.0.1", False),
    ],
)
def test_loopback_is_recognized(host, expected):
    assert is_loopback(host) is expected
