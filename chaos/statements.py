"""A proxy before PostgreSQL that counts statements and lets the n-th of them fail in a way of its choice."""

import socket
import struct
import threading
from collections.abc import Iterator

from chaos.proxy import BLOCK, Cut, Pair, Proxy, Target

# Before a connection's first message with a type: asked whether the server speaks TLS or GSSAPI.
ASKS_FOR_SECURITY = (80877103, 80877104)
QUERY = b"Q"
FAULTS = ("never heard", "answer lost", "deadlock")
_BREAK = b"DO $$ BEGIN RAISE 'chaos' USING ERRCODE = 'deadlock_detected'; END $$\0"
DEADLOCK = QUERY + struct.pack("!I", len(_BREAK) + 4) + _BREAK


class StatementProxy(Proxy):
    """``arm()`` a fault for the n-th statement from then on; ``has_struck`` says whether there were so many.

    ``never heard``: the connection is cut before the statement reaches the server. ``answer lost``: it is cut after the
    server has done it, a COMMIT for example, and before its answer is through. ``deadlock``: the server answers that it
    has broken a deadlock, and the transaction is over.
    """

    def __init__(self, target: Target) -> None:
        self._fault = ""
        self._left = 0
        self._counting = threading.Lock()
        self._mute: set[Pair] = set()
        super().__init__(target)

    def arm(self, fault: str, number: int) -> None:
        with self._counting:
            self._fault, self._left = fault, number

    def disarm(self) -> None:
        self.arm("", 0)

    @property
    def has_struck(self) -> bool:
        return bool(self._fault) and self._left <= 0

    def _requests(self, pair: Pair) -> Iterator[bytes]:
        messages = _messages(pair[0])
        for kind, head, body in messages:
            fault = self._strikes() if kind == QUERY else ""
            if fault == "never heard":
                raise Cut
            if fault == "answer lost":
                self._mute.add(pair)
            yield DEADLOCK if fault == "deadlock" else head + body

    def _answers(self, pair: Pair) -> Iterator[bytes]:
        for block in super()._answers(pair):
            if pair in self._mute:
                self._mute.discard(pair)
                raise Cut
            yield block

    def _strikes(self) -> str:
        with self._counting:
            self._left -= 1
            return self._fault if self._left == 0 else ""


def _messages(source: socket.socket) -> Iterator[tuple[bytes, bytes, bytes]]:
    """Yield each message as its type (empty for the opening ones), the bytes before its body, and its body."""
    heard = b""
    is_opening = True
    while True:
        start = 0 if is_opening else 1
        heard = _fill(source, heard, start + 4)
        if not heard:
            return
        (size,) = struct.unpack("!I", heard[start : start + 4])
        heard = _fill(source, heard, start + size)
        if not heard:
            return
        message, heard = heard[: start + size], heard[start + size :]
        yield message[:start], message[: start + 4], message[start + 4 :]
        if is_opening:
            is_opening = struct.unpack("!I", message[4:8])[0] in ASKS_FOR_SECURITY


def _fill(source: socket.socket, heard: bytes, size: int) -> bytes:
    """Read until there are ``size`` bytes; empty at the end of the connection."""
    while len(heard) < size:
        block = source.recv(BLOCK)
        if not block:
            return b""
        heard += block
    return heard
