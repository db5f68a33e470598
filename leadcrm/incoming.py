"""What has arrived of a request, and whether that is all of it; knows bytes, no sockets."""

import re

# A longer head is handed on as it is: the parser refuses it, for it allows far less in each line.
MAX_HEAD_BYTES = 64 * 1024
HEAD_END = b"\r\n\r\n"
LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,18})[ \t]*(?=\r\n)", re.IGNORECASE)
EXPECT = re.compile(rb"\r\nexpect:[ \t]*100-continue[ \t]*(?=\r\n)", re.IGNORECASE)


class Incoming:
    """One request after the other from one connection; what comes after a request begins the next.

    A body that is announced as larger than ``max_body_bytes``, or without a length, is not waited for: the head is the
    whole request then, and ``is_last`` says that nothing more can be read from this connection.
    """

    def __init__(self, max_body_bytes: int) -> None:
        self.max_body_bytes = max_body_bytes
        self.is_last = False
        self.waits_for_a_sign = False
        self._received = bytearray()
        self._head_bytes = 0
        self._whole_bytes: int | None = None

    def __len__(self) -> int:
        return len(self._received)

    @property
    def is_whole(self) -> bool:
        return self._whole_bytes is not None and len(self._received) >= self._whole_bytes

    def add(self, received: bytes) -> None:
        """Take in what arrived, and look how much more is to come."""
        # The network may cut the end of the head in two.
        looked_at = max(0, len(self._received) - len(HEAD_END) + 1)
        self._received += received
        if self._whole_bytes is not None:
            return
        end = self._received.find(HEAD_END, looked_at)
        if end >= 0:
            self._read_head(end + len(HEAD_END))
        elif len(self._received) > MAX_HEAD_BYTES:
            self._head_bytes = self._whole_bytes = len(self._received)
            self.is_last = True

    def take(self) -> list[bytes]:
        """Return head and body of the whole request, and begin anew with what came after them."""
        end = self._whole_bytes or 0
        pieces = [bytes(self._received[: self._head_bytes]), bytes(self._received[self._head_bytes : end])]
        rest = bytes(self._received[end:])
        self._received, self._head_bytes, self._whole_bytes = bytearray(), 0, None
        self.waits_for_a_sign = False
        if rest and not self.is_last:
            self.add(rest)
        return [piece for piece in pieces if piece]

    def _read_head(self, end: int) -> None:
        head = bytes(self._received[:end])
        if EXPECT.search(head):
            # Whoever waits for a sign before the body gets it from here; the parser would give another one.
            self.waits_for_a_sign = True
            head = EXPECT.sub(b"", head)
            self._received[:end] = head
        length = LENGTH.search(head)
        body = int(length[1]) if length else 0
        self.is_last = body > self.max_body_bytes or b"\r\ntransfer-encoding:" in head.lower()
        self._head_bytes = len(head)
        self._whole_bytes = len(head) + (0 if self.is_last else body)
