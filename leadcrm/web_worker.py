"""The web server's worker: a thread is given to a request once all of it is here.

Gunicorn's threads read by themselves, so a few visitors who send a byte now and then would hold all of them. Here one
loop collects what arrives from everybody, and whoever takes too long is hung up on. Likewise for those who do not hang
up after the answer, and for those who take it drop by drop.
"""

import errno
import selectors
import socket
import time
from collections import OrderedDict
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from typing import Any

from django.conf import settings
from gunicorn.http import get_parser
from gunicorn.workers.gthread import TConn, ThreadWorker

from leadcrm.config import web_request_seconds
from leadcrm.incoming import Incoming

# Whoever sends at least this much may take longer: large files over thin lines.
SLOWEST_BYTES_PER_SECOND = 4 * 1024
READ_BYTES = 64 * 1024
# What all connections of a process may hold in memory before the largest is hung up on.
MAX_HELD_BYTES = 128 * 1024 * 1024
# A page fits in here, so that writing it does not wait for whoever reads it.
SEND_BUFFER_BYTES = 512 * 1024
ANSWER_SECONDS = 20
FAREWELL_SECONDS = 2.0
LOOK_SECONDS = 0.5
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class Connection(TConn):
    """A visitor's connection, with what has arrived of the next request."""

    def __init__(self, cfg: Any, sock: socket.socket, client: Any, server: Any) -> None:
        super().__init__(cfg, sock, client, server)
        self.incoming = Incoming(settings.MAX_BODY_BYTES)
        self.waits_since = 0.0
        self.waits_until = 0.0
        self.is_leaving = False
        # There is nothing to set up, and no data to wait for, by the time a thread gets it.
        self.initialized = self.data_ready = True

    def await_request(self, seconds: float) -> None:
        self.waits_since = time.monotonic()
        self.waits_until = self.waits_since + seconds

    def is_late(self, now: float) -> bool:
        return now > self.waits_until + len(self.incoming) / SLOWEST_BYTES_PER_SECOND


class WholeRequestWorker(ThreadWorker):
    """Gunicorn's worker with threads, which wait for nobody."""

    def init_process(self) -> None:
        # The one that has waited longest comes first.
        self.waiting: OrderedDict[socket.socket, Connection] = OrderedDict()
        self.looks_again_at = 0.0
        self.request_seconds = web_request_seconds()
        super().init_process()

    def accept(self, listener: Any) -> None:
        """Take in a visitor. With no place left the one that has waited longest makes room."""
        try:
            sock, client = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return None
        except OSError as exc:
            if exc.errno not in (errno.EMFILE, errno.ENFILE):
                raise
            return self._make_room()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
        self.nr_conns += 1
        conn = Connection(self.cfg, sock, client, listener.getsockname())
        conn.await_request(self.request_seconds)
        self._wait_for(conn)
        self._read(conn)
        if self.nr_conns >= self.worker_connections:
            self._make_room()
        return None

    def _wait_for(self, conn: Connection) -> None:
        self.waiting[conn.sock] = conn
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._read, conn))

    def _no_longer(self, conn: Connection) -> None:
        del self.waiting[conn.sock]
        self.poller.unregister(conn.sock)

    def _read(self, conn: Connection, _sock: Any = None) -> None:
        """Take what has arrived, and give the request to a thread if that is all of it."""
        try:
            received = conn.sock.recv(READ_BYTES)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            received = b""
        if not received:
            self._hang_up(conn)
        elif not conn.is_leaving:
            if not conn.incoming:
                # Between two requests one may wait as long as it is kept; the next one has a time of its own.
                conn.await_request(self.request_seconds)
            conn.incoming.add(received)
            self._go_on(conn)

    def _go_on(self, conn: Connection) -> None:
        if conn.incoming.is_whole:
            self._no_longer(conn)
            self.enqueue_req(conn)
        elif conn.incoming.waits_for_a_sign:
            conn.incoming.waits_for_a_sign = False
            with suppress(OSError):
                conn.sock.send(CONTINUE)

    def handle(self, conn: Connection) -> Any:
        """Answer one request. Runs in a thread."""
        conn.parser = get_parser(self.cfg, conn.incoming.take(), conn.client)
        return super().handle(conn)

    def handle_request(self, req: Any, conn: Connection) -> Any:
        conn.sock.settimeout(ANSWER_SECONDS)
        if conn.incoming.is_last:
            req.force_close()
        try:
            return super().handle_request(req, conn)
        except TimeoutError:
            self.log.debug("Gave up on %s, who does not take the answer", conn.client)
            return False

    def finish_request(self, conn: Connection, fs: Future[Any]) -> None:
        """Wait for the next request of this visitor, or for its farewell; in the loop, as all waiting is."""
        is_kept = not fs.cancelled() and fs.exception() is None and bool(fs.result())
        # The parser and this worker must agree on where a request ends, or the next one would be read wrongly.
        is_kept = is_kept and not conn.parser.unreader.read()
        try:
            conn.sock.setblocking(False)
            if is_kept:
                conn.await_request(self.cfg.keepalive)
                self._wait_for(conn)
                self._go_on(conn)
            else:
                # What still arrives is read and forgotten: closing at once could cut off the answer.
                conn.is_leaving = True
                conn.await_request(FAREWELL_SECONDS)
                conn.sock.shutdown(socket.SHUT_WR)
                self._wait_for(conn)
        except (OSError, ValueError):
            self.waiting.pop(conn.sock, None)
            self._close(conn)

    def murder_pending(self) -> None:
        """Hang up on whoever takes too long, and on the largest while all together hold too much."""
        now = time.monotonic()
        if now < self.looks_again_at and self.alive:
            return
        self.looks_again_at = now + LOOK_SECONDS
        for conn in list(self.waiting.values()):
            idles_at_the_end = not self.alive and not conn.incoming and now > conn.waits_since + FAREWELL_SECONDS
            if idles_at_the_end or conn.is_late(now):
                self._hang_up(conn)
        while sum(len(conn.incoming) for conn in self.waiting.values()) > MAX_HELD_BYTES:
            self._hang_up(max(self.waiting.values(), key=lambda conn: len(conn.incoming)))

    def _make_room(self) -> None:
        if self.waiting:
            self._hang_up(next(iter(self.waiting.values())))

    def _hang_up(self, conn: Connection) -> None:
        self._no_longer(conn)
        self._close(conn)

    def _close(self, conn: Connection) -> None:
        self.nr_conns -= 1
        conn.close()
