"""How fast mail leaves, as a ratio of smtplib on one connection measured in the same minute.

    DATABASE_URL=... python benchmarks/mail.py [--mails 2000] [--rounds 5]

Each round sends the same number of 8 kB messages twice to the same sink process: by smtplib over one connection,
constant bytes, no database (the floor); and by two sending processes over the ledger (claim, build, hand over, commit
before each body, mark sent). Prints both rates, their ratio per round and the median; target 1.2. A commit that reaches
the disk stands before each body, so the time of one commit is printed beside: on a machine with other work on its disk
the ratio says nothing.
"""

import argparse
import asyncio
import multiprocessing
import os
import smtplib
import statistics
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leadcrm.settings")
os.environ.setdefault("SECRET_KEY", "benchmark-only-" + "0" * 40)

import django  # noqa: E402

django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection, connections  # noqa: E402
from django.utils import timezone  # noqa: E402

from mail.models import Kind, Message, Status  # noqa: E402
from mail.services import queue_message, send_due_messages  # noqa: E402

PROCESSES = 2
TARGET = 1.2
WORDS = "<p>Thank you for reading our guide on planning production with fewer stoppages, chapter by chapter.</p>"


class Sink(asyncio.Protocol):
    """The least an SMTP server can do, so that the sender is what is measured."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.buffer = b""
        self.in_body = False
        transport.write(b"220 sink\r\n")

    def data_received(self, block: bytes) -> None:
        self.buffer += block
        while True:
            end, length = (self.buffer.find(b"\r\n.\r\n"), 5) if self.in_body else (self.buffer.find(b"\r\n"), 2)
            if end < 0:
                return
            line, self.buffer = self.buffer[:end], self.buffer[end + length :]
            if self.in_body:
                self.in_body = False
                self.transport.write(b"250 queued\r\n")
            else:
                self.answer(line[:4].upper())

    def answer(self, verb: bytes) -> None:
        if verb == b"EHLO":
            self.transport.write(b"250-sink\r\n250 PIPELINING\r\n")
        elif verb == b"DATA":
            self.in_body = True
            self.transport.write(b"354 go\r\n")
        else:
            self.transport.write(b"221 bye\r\n" if verb == b"QUIT" else b"250 ok\r\n")


def serve(port: multiprocessing.Value) -> None:
    async def commit_milliseconds() -> float:
    """Return the median time of a commit that is flushed to disk."""
    times = []
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS benchmark_commit (n int)")
        for number in range(50):
            began = time.perf_counter()
            cursor.execute("INSERT INTO benchmark_commit VALUES (%s)", [number])
            times.append(time.perf_counter() - began)
    return statistics.median(times) * 1000


def main() -> None:
        server = await asyncio.get_running_loop().create_server(Sink, "127.0.0.1", 0)
        port.value = server.sockets[0].getsockname()[1]
        await server.serve_forever()

    asyncio.run(main())


def send_by_smtplib(port: int, mails: int, content: bytes) -> float:
    """Return mails per second."""
    with smtplib.SMTP("127.0.0.1", port) as client:
        began = time.perf_counter()
        for _ in range(mails):
            client.sendmail("a@crm.example", ["b@buyer.example"], content)
        return mails / (time.perf_counter() - began)


def drain(port: int, database: str, start: multiprocessing.Barrier) -> None:
    """One sending process."""
    connections.databases["default"]["NAME"] = database
    settings.EMAIL_URL = f"smtp://127.0.0.1:{port}"
    connection.ensure_connection()
    start.wait()
    while Message.objects.filter(status=Status.PENDING).exists():
        send_due_messages(now=timezone.now())
    start.wait()


def send_by_ledger(port: int, mails: int, database: str) -> float:
    """Return mails per second of two processes; process start and queueing are not counted."""
    Message.objects.all().delete()
    for number in range(mails):
        queue_message(
            dedupe_key=f"benchmark:{number}",
            kind=Kind.MARKETING,
            topic="newsletter",
            to_email=f"reader{number}@buyer.example",
            subject="Planning production with fewer stoppages",
            text="Thank you for reading our guide.\n" * 40,
            html=WORDS * 50,
            unsubscribe_url="https://crm.example/u/abcdefgh",
            now=timezone.now(),
        )
    connection.cursor().execute("ANALYZE mail_message")
    start = multiprocessing.Barrier(PROCESSES + 1)
    senders = [multiprocessing.Process(target=drain, args=(port, database, start)) for _ in range(PROCESSES)]
    connection.close()
    for sender in senders:
        sender.start()
    start.wait()
    began = time.perf_counter()
    start.wait()
    took = time.perf_counter() - began
    for sender in senders:
        sender.join()
    assert Message.objects.filter(status=Status.SENT).count() == mails, "not every message was sent"
    return mails / took


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mails", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    connection.settings_dict["TEST"]["NAME"] = "benchmark_mail"
    database = connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    connections.databases["default"]["NAME"] = database
    port = multiprocessing.Value("i", 0)
    sink = multiprocessing.Process(target=serve, args=(port,), daemon=True)
    sink.start()
    content = b"Subject: x\r\n\r\n" + (b"x" * 76 + b"\r\n") * 105
    ratios = []
    try:
        while not port.value:
            time.sleep(0.01)
        for number in range(options.rounds):
            floor = send_by_smtplib(port.value, options.mails, content)
            ours = send_by_ledger(port.value, options.mails, database)
            ratios.append(ours / floor)
            rates = f"smtplib {floor:6.0f}/s   ledger {ours:6.0f}/s   ratio {ratios[-1]:.2f}"
            print(f"round {number + 1}: {rates}   commit {commit_milliseconds():.2f} ms   load {os.getloadavg()[0]:.1f}")
        print(f"median ratio {statistics.median(ratios):.2f} (target {TARGET})")
    finally:
        sink.terminate()
        connection.creation.destroy_test_db("", verbosity=0)


if __name__ == "__main__":
    multiprocessing.set_start_method("fork")
    main()
