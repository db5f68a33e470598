"""A TCP proxy before PostgreSQL, Redis or SMTP that delays, throttles, cuts and falls silent on request."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress

BLOCK = 65536
Target = str | tuple[str, int]
Pair = tuple[socket.socket, socket.socket]


class Cut(Exception):
    """The connection ends here."""


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
        self._frozen: set[Pair] = set()
        self._pairs: set[Pair] = set()
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

    def freeze(self) -> None:
        """Let every connection there is stay open and never pass anything again; new ones pass (half-open)."""
        with self._lock:
            self._frozen |= self._pairs

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

    def _pass(self, source: socket.socket, sink: socket.socket, pair: Pair, is_answer: bool) -> None:
        with suppress(OSError, Cut):
            for block in self._answers(pair) if is_answer else self._requests(pair):
                while (self.is_silent or pair in self._frozen) and not self._is_closed:
                    time.sleep(0.02)
                if self.delay_seconds:
                    time.sleep(self.delay_seconds)
                if self.bytes_per_second:
                    time.sleep(len(block) / self.bytes_per_second)
                sink.sendall(block)
        with self._lock:
            self._pairs.discard(pair)
            self._frozen.discard(pair)
        _end(*pair)

    def _requests(self, pair: Pair) -> Iterator[bytes]:
        """Yield what the client says to the target. Raises Cut where the connection is to end."""
        return _blocks(pair[0])

    def _answers(self, pair: Pair) -> Iterator[bytes]:
        """Yield what the target answers. Raises Cut where the connection is to end."""
        return _blocks(pair[1])


def _blocks(source: socket.socket) -> Iterator[bytes]:
    while block := source.recv(BLOCK):
        yield block


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
