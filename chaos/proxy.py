"""A TCP proxy before PostgreSQL, Redis or SMTP that delays, throttles, cuts and falls silent on request."""

import socket
import threading
import time
from contextlib import suppress

BLOCK = 65536
Target = str | tuple[str, int]


class Proxy:
    """Listens on ``port`` of the loopback and passes on to ``target``, a socket's path or an address.

    ``delay_seconds`` is added to every block, ``bytes_per_second`` limits each direction. ``is_silent``: connections
    are taken and stay open, but nothing passes (half-open). ``refuse()`` closes the door until ``allow()``.
    """

    def __init__(self, target: Target) -> None:
        self.target = target
        self.delay_seconds = 0.0
        self.bytes_per_second = 0
        self.is_silent = False
        # Cuts a connection after it has carried so many requests to the target, before the answer comes back.
        self.cut_answers = 0
        self._pairs: set[tuple[socket.socket, socket.socket]] = set()
        self._lock = threading.Lock()
        self._is_closed = False
        self._door: socket.socket | None = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port = self._door.getsockname()[1]
        self._serve(self._door)

    def refuse(self) -> None:
        """Refuse new connections and cut those there are."""
        if self._door is not None:
            with suppress(OSError):
                self._door.shutdown(socket.SHUT_RDWR)
            self._door.close()
        self._door = None
        self.cut()

    def allow(self) -> None:
        if self._door is None:
            self._door = socket.create_server(("127.0.0.1", self.port), backlog=256)
            self._serve(self._door)

    def cut(self) -> None:
        """Cut every connection as it stands."""
        with self._lock:
            pairs, self._pairs = self._pairs, set()
        for pair in pairs:
            _end(*pair)

    def close(self) -> None:
        self._is_closed = True
        self.refuse()

    def _serve(self, door: socket.socket) -> None:
        threading.Thread(target=self._accept, args=(door,), daemon=True).start()

    def _accept(self, door: socket.socket) -> None:
        while True:
            try:
                client, _ = door.accept()
            except OSError:
                return
            try:
                server = _connect(self.target)
            except OSError:
                client.close()
                continue
            pair = (client, server)
            with self._lock:
                self._pairs.add(pair)
            threading.Thread(target=self._pass, args=(client, server, pair, False), daemon=True).start()
            threading.Thread(target=self._pass, args=(server, client, pair, True), daemon=True).start()

    def _pass(self, source: socket.socket, sink: socket.socket, pair: tuple, is_answer: bool) -> None:
        with suppress(OSError):
            while block := source.recv(BLOCK):
                while self.is_silent and not self._is_closed:
                    time.sleep(0.02)
                if is_answer and self._is_to_be_cut():
                    break
                if self.delay_seconds:
                    time.sleep(self.delay_seconds)
                if self.bytes_per_second:
                    time.sleep(len(block) / self.bytes_per_second)
                sink.sendall(block)
        with self._lock:
            self._pairs.discard(pair)
        _end(*pair)

    def _is_to_be_cut(self) -> bool:
        with self._lock:
            if self.cut_answers:
                self.cut_answers -= 1
                return True
        return False


def _connect(target: Target) -> socket.socket:
    if isinstance(target, tuple):
        return socket.create_connection(target, timeout=None)
    server = socket.socket(socket.AF_UNIX)
    server.connect(target)
    return server


def _end(*sockets: socket.socket) -> None:
    for one in sockets:
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
        one.close()
