"""How fast mail leaves: ``python -m benchmarks.mail [--mails 2000] [--rounds 5]``.

Each round sends the same number of 10 kB messages twice to the same sink process: by smtplib over one connection,
constant bytes, no database (the floor); and by two sending processes over the ledger (claim, build, hand over, commit
before each body, mark sent). A commit that reaches the disk stands before each body, so what one costs is printed
beside. On a machine with other work on its disk or processors the ratio says nothing; the processor time a mail, which
is printed too, still does.

The messages differ as those of a step do: greeting and link are the reader's, the rest is the same, and not all of it
is ASCII. Their texts are filled in when they are planned, before the clock starts. The sink takes as much processor
time a mail as Postfix's ``smtp-sink`` (67 to 86 us on the machine of our figures, that one 83 to 98), so it does not
decide the ratio.
"""

import argparse
import asyncio
import multiprocessing
import smtplib
import statistics
import time
from pathlib import Path
from typing import NamedTuple

from benchmarks.results import Result, hand_over
from benchmarks.scratch import scratch_database  # sets Django up, so it comes before what needs it

# isort: split
from django.conf import settings
from django.db import connection, connections
from django.utils import timezone

from leadcrm.celery import settle_memory
from mail.models import Kind, Message, Status
from mail.services import queue_message, send_due_messages

PROCESSES = 2
MUST, AIM = 1.2, 2
WORDS = "Thank you for reading our guide on planning production with fewer stoppages, by Jörg Müller."
PARAGRAPHS = 30
CONTENT = b"Subject: x\r\n\r\n" + (b"x" * 76 + b"\r\n") * 129


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
    async def run() -> None:
        server = await asyncio.get_running_loop().create_server(Sink, "127.0.0.1", 0)
        port.value = server.sockets[0].getsockname()[1]
        await server.serve_forever()

    asyncio.run(run())


def start_sink() -> int:
    """Start the sink and return its port."""
    port = multiprocessing.Value("i", 0)
    multiprocessing.Process(target=serve, args=(port,), daemon=True).start()
    while not port.value:
        time.sleep(0.01)
    return port.value


class Speed(NamedTuple):
    """Mails per second, and microseconds of processor time a mail: of the senders and of their database processes."""

    rate: float
    sender: float
    database: float = 0.0


def send_by_smtplib(port: int, mails: int) -> Speed:
    with smtplib.SMTP("127.0.0.1", port) as client:
        began, used = time.perf_counter(), time.process_time()
        for _ in range(mails):
            client.sendmail("a@crm.example", ["b@buyer.example"], CONTENT)
        return Speed(mails / (time.perf_counter() - began), (time.process_time() - used) / mails * 1e6)


def fill(mails: int) -> None:
    Message.objects.all().delete()
    for number in range(mails):
        link = f"https://crm.example/c/{number:08}"
        queue_message(
            dedupe_key=f"benchmark:{number}",
            kind=Kind.MARKETING,
            topic="newsletter",
            to_email=f"reader{number}@buyer.example",
            subject="Planning production with fewer stoppages",
            text="\n\n".join([f"Hello Reader {number},", *[WORDS] * PARAGRAPHS, f"{link}\n"]),
            html="\n".join(f"<p>{words}</p>" for words in [f"Hello Reader {number},", *[WORDS] * PARAGRAPHS, link]),
            unsubscribe_url=f"https://crm.example/u/{number:08}",
            now=timezone.now(),
        )


def drain(port: int, together: multiprocessing.Barrier, used: multiprocessing.Queue) -> None:
    """One sending process."""
    settings.EMAIL_URL = f"smtp://127.0.0.1:{port}"
    connection.ensure_connection()
    together.wait()
    python, database = time.process_time(), database_seconds()
    while Message.objects.filter(status=Status.PENDING).exists():
        send_due_messages(now=timezone.now())
    used.put((time.process_time() - python, database_seconds() - database))
    together.wait()


def database_seconds() -> float:
    """Return the processor time of this connection's database process; 0 where that is out of sight."""
    schedule = Path(f"/proc/{connection.connection.get_backend_pid()}/schedstat")
    return int(schedule.read_text().split()[0]) / 1e9 if schedule.exists() else 0.0


def send_by_ledger(port: int, mails: int) -> Speed:
    """Measure two processes; their start and the queueing are not counted."""
    fill(mails)
    connections.close_all()
    together = multiprocessing.Barrier(PROCESSES + 1)
    used: multiprocessing.Queue = multiprocessing.Queue()
    senders = [multiprocessing.Process(target=drain, args=(port, together, used)) for _ in range(PROCESSES)]
    for sender in senders:
        sender.start()
    together.wait()
    began = time.perf_counter()
    together.wait()
    took = time.perf_counter() - began
    python, database = (sum(spent) / mails * 1e6 for spent in zip(*(used.get() for _ in senders), strict=True))
    for sender in senders:
        sender.join()
    assert Message.objects.filter(status=Status.SENT).count() == mails, "not every message was sent"
    return Speed(mails / took, python, database)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--mails", type=int, default=2000)
    options.add_argument("--rounds", type=int, default=5)
    given, _ = options.parse_known_args()
    multiprocessing.set_start_method("fork", force=True)
    with scratch_database():
        settle_memory()  # as the worker does before it forks
        port = start_sink()
        rounds = []
        for _ in range(given.rounds):
            floor, ledger = send_by_smtplib(port, given.mails), send_by_ledger(port, given.mails)
            rounds.append((floor.rate, ledger.rate))
            print(
                f"mail: smtplib {floor.rate:,.0f}/s ({floor.sender:.0f} us a mail), ledger {ledger.rate:,.0f}/s by "
                f"{PROCESSES} processes ({ledger.sender:.0f} us, database {ledger.database:.0f} us)"
            )
    hand_over(
        Result(
            name="mail: ledger",
            figure=statistics.median(ledger for _, ledger in rounds),
            unit="/s",
            baseline=statistics.median(floor for floor, _ in rounds),
            baseline_name="smtplib, one connection",
            ratio=statistics.median(ledger / floor for floor, ledger in rounds),
            bound="at least",
            must=MUST,
            aim=AIM,
        )
    )


if __name__ == "__main__":
    main()
