"""Captures per second, as a share of a bare view that inserts one row, under the same server in the same minute.

    DATABASE_URL=… REDIS_URL=… python -m benchmarks.capture [--rounds 5] [--seconds 3]

Makes a database of its own beside the one in DATABASE_URL and drops it in the end. Every request is a new visitor
with an address and a token of their own, so every layer works: token, limits, content, lead, facts, mark, consent.
"""

import argparse
import multiprocessing
import os
import secrets
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import psycopg2

from benchmarks.results import Result, hand_over
from benchmarks.scratch import scratch_database  # sets Django up, so it comes before what needs it

# isort: split
from django.utils import timezone

from capture.models import Submission
from capture.services import create_form
from capture.tokens import issue_token
from leadcrm.gunicorn_config import worker_class
from leads.models import Lead

ROOT = Path(__file__).resolve().parent.parent
WORKERS, THREADS, CLIENTS = 2, 4, 8
SETTINGS = {"DJANGO_SETTINGS_MODULE": "leadcrm.settings", "TRUSTED_PROXIES": "1", "PYTHONPATH": str(ROOT)}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--seconds", type=float, default=3.0)
    chosen = options.parse_args()
    os.environ.update(SETTINGS)
    with scratch_database() as name:
        os.environ["DATABASE_URL"] = urlsplit(os.environ["DATABASE_URL"])._replace(path="/" + name).geturl()
        measure(chosen.rounds, chosen.seconds)


def measure(rounds: int, seconds: float) -> None:
    sql(
        os.environ["DATABASE_URL"],
        "CREATE TABLE bench_single (id bigserial PRIMARY KEY, email text, payload jsonb, at timestamptz)",
    )
    form_id, number = new_form()
    rates: dict[str, list[float]] = {"bare": [], "capture": []}
    sent = {"bare": 0, "capture": 0}
    with served() as port:
        run(port, "/f/bare/insert", bodies(form_id, number, 400), 1.0)
        sent["capture"] += run(port, f"/f/{form_id}/submit", bodies(form_id, number, 400), 1.0)[0]
        for n in range(1, rounds + 1):
            figures = {}
            order = [("bare", "/f/bare/insert"), ("capture", f"/f/{form_id}/submit")]
            for name, path in order if n % 2 else order[::-1]:
                done, elapsed, latencies = run(port, path, bodies(form_id, number, int(seconds * 3000)), seconds)
                sent[name] += done
                figures[name] = (done / elapsed, percentile(latencies, 50), percentile(latencies, 99))
                rates[name].append(done / elapsed)
            print(
                f"round {n}: "
                + ", ".join(f"{k} {v[0]:.0f}/s p50 {v[1]:.1f} ms p99 {v[2]:.1f} ms" for k, v in figures.items())
            )
    check(sent["capture"])
    hand_over(
        Result(
            name="capture: submissions",
            figure=statistics.median(rates["capture"]),
            unit="/s",
            baseline=statistics.median(rates["bare"]),
            baseline_name="view with one INSERT",
            ratio=statistics.median(ours / bare for ours, bare in zip(rates["capture"], rates["bare"], strict=True)),
            bound="at least",
            must=0.5,
            aim=0.7,
        )
    )


def new_form() -> tuple[str, int]:
    form = create_form(template="demo", name="Bench", by=None, now=timezone.now())
    return form.pk, form.live_version.number


def bodies(form_id: str, number: int, count: int) -> list[bytes]:
    """Return whole requests, but for the path: each a visitor of their own."""
    then = timezone.now() - timedelta(seconds=60)
    made = []
    for _ in range(count):
        who = secrets.token_hex(8)
        form = urlencode(
            {
                "email": f"{who}@work.example", "first_name": "Ada", "last_name": "Example", "company": "Engines",
                "job_title": "Head of Operations", "message": "Show me how it works.", "consent": "yes",
                "submission_key": who, "token": issue_token(form_id=form_id, number=number, now=then),
                "page": "https://site.example/demo?utm_source=google&utm_medium=cpc",
            }
        ).encode()  # fmt: skip
        a, b, c, d = secrets.token_bytes(4)
        made.append(
            b" HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\nUser-Agent: bench\r\n"
            b"X-Forwarded-For: %d.%d.%d.%d\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            b"Content-Length: %d\r\n\r\n%s" % (a % 200 + 11, b, c, d % 254 + 1, len(form), form)
        )
    return made


def run(port: int, path: str, requests: list[bytes], seconds: float) -> tuple[int, float, list[float]]:
    """Send ``requests`` for at most ``seconds`` from 8 connections in 2 processes; every answer must be 201."""
    queue: multiprocessing.Queue = multiprocessing.Queue()
    halves = [requests[0::2], requests[1::2]]
    processes = [multiprocessing.Process(target=drive, args=(port, path, half, seconds, queue)) for half in halves]
    for process in processes:
        process.start()
    results = [queue.get(timeout=seconds + 30) for _ in processes]
    for process in processes:
        process.join()
    latencies = [value for found, _ in results for value in found]
    wrong = [status for _, others in results for status in others]
    if wrong:
        raise SystemExit(f"{len(wrong)} answers were not 201, the first: {wrong[0]!r}")
    return len(latencies), seconds, latencies


def drive(port: int, path: str, requests: list[bytes], seconds: float, queue: multiprocessing.Queue) -> None:
    pending, lock = iter(requests), threading.Lock()
    latencies: list[float] = []
    wrong: list[bytes] = []
    end = time.perf_counter() + seconds

    def client() -> None:
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while time.perf_counter() < end:
                with lock:
                    body = next(pending, None)
                if body is None:
                    return
                start = time.perf_counter()
                connection.sendall(b"POST " + path.encode() + body)
                answer = receive(connection)
                latencies.append((time.perf_counter() - start) * 1000)
                if not answer.startswith(b"HTTP/1.1 201"):
                    wrong.append(answer[:200])

    clients = [threading.Thread(target=client) for _ in range(CLIENTS // 2)]
    for thread in clients:
        thread.start()
    for thread in clients:
        thread.join()
    queue.put((latencies, wrong))


def receive(connection: socket.socket) -> bytes:
    data = connection.recv(65536)
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
    while len(body) < length:
        body += connection.recv(65536)
    return data


def check(sent: int) -> None:
    """Count in the database: what was answered with 201 must be there."""
    stored, leads = Submission.objects.filter(status="accepted").count(), Lead.objects.count()
    if not stored == leads == sent:
        raise SystemExit(f"answered {sent}, stored {stored} submissions and {leads} leads")
    print(f"{stored} submissions and as many leads are in the database, as answered")


@contextmanager
def served() -> Iterator[int]:
    """Yield the port of a server that ends with the block; what it logs is kept only where something goes wrong."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "benchmarks.capture_app:application", "--worker-class", worker_class]
    command += ["--workers", str(WORKERS), "--threads", str(THREADS), "--bind", f"127.0.0.1:{port}"]
    command += ["--keep-alive", "30", "--log-level", "warning"]
    log = Path(tempfile.gettempdir(), f"leadcrm_bench_{os.getpid()}.log")
    with log.open("wb") as lines:
        server = subprocess.Popen(command, cwd=ROOT, stderr=lines)
    try:
        wait_for(port)
        yield port
    except (Exception, SystemExit):
        print(f"The server's log: {log}")
        raise
    else:
        log.unlink()
    finally:
        server.terminate()
        server.wait(20)


def wait_for(port: int) -> None:
    for _ in range(150):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("gunicorn did not start")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def sql(url: str, statement: str) -> None:
    connection = psycopg2.connect(url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(statement)
    connection.close()


def percentile(values: list[float], share: int) -> float:
    return statistics.quantiles(values, n=100)[share - 1] if len(values) > 1 else 0.0


if __name__ == "__main__":
    main()
