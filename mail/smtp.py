"""An SMTP client that always knows how far it got.

smtplib writes body and final dot at once and raises the same error before and after them, so its caller cannot
tell a message that surely was not accepted from one that may have been. Here each failure names its phase.

A hand-over is a generator: it says what it waits for and is resumed when that is there, so that one thread keeps
several connections busy. Only connecting and the TLS handshake block.
"""

import base64
import socket
import ssl
import time
from collections.abc import Generator
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum, auto
from typing import NoReturn, TypeVar

from common.failpoint import failpoint
from mail.outcome import SERVICE_CLOSING, Event, SmtpPhase
from mail.relay import RelayAddress

MAX_LINE = 4096
MAX_REPLY_LINES = 100
BLOCK = 16_384  # a whole TLS record: nothing stays behind where a look at the socket would not see it
_NOT_NOW = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)
_PHASE_NAMES = {
    SmtpPhase.CONNECT: "while connecting",
    SmtpPhase.SETUP: "while signing in",
    SmtpPhase.MAIL: "to the sender",
    SmtpPhase.RCPT: "to the recipient",
    SmtpPhase.DATA: "before the text",
    SmtpPhase.BODY: "during the text",
    SmtpPhase.DOT: "after the text",
    SmtpPhase.QUIT: "at the end",
}
_ENVELOPE_PHASES = ((SmtpPhase.MAIL, 2), (SmtpPhase.RCPT, 2), (SmtpPhase.DATA, 3))  # and the answer's first digit


@dataclass(frozen=True)
class Timeouts:
    """Seconds. Set-up (greeting to AUTH) and envelope (MAIL to DATA) each have ``command`` in all."""

    connect: float = 10
    command: float = 30
    final: float = 60


@dataclass(frozen=True)
class Reply:
    code: int
    text: str

    def __str__(self) -> str:
        return f"{self.code} {self.text}".strip()


@dataclass(frozen=True)
class Envelope:
    sender: str
    recipient: str

    @property
    def needs_utf8(self) -> bool:
        return not (self.sender.isascii() and self.recipient.isascii())


class Wait(Enum):
    """What a hand-over needs before it can go on; the last two are questions, answered by True or False."""

    TO_READ = auto()
    TO_WRITE = auto()
    IS_STILL_DUE = auto()  # a connection was opened, which takes time
    MAY_BODY_LEAVE = auto()  # the server waits for the body, nothing of it has left


T = TypeVar("T")
Steps = Generator[Wait, bool | None, T]


class HandoverFailed(Exception):
    """The mail server did not take the message; says in which phase and why.

    ``is_worn_out``: a connection that had carried messages ended before this one began; a new one will do.
    """

    def __init__(self, phase: SmtpPhase, event: Event, reply: Reply | None = None, text: str = "") -> None:
        self.phase = phase
        self.event = event
        self.code = reply.code if reply else None
        self.text = reply.text if reply else text
        self.is_worn_out = False
        super().__init__(f"{phase}: {event} {reply or text}")

    @property
    def said(self) -> str:
        """What happened, for a person: the server's own words, or the silence and where it fell."""
        if self.code is not None:
            return f"“{self.code} {self.text}” ({_PHASE_NAMES[self.phase]})"
        return f"{self.text} ({_PHASE_NAMES[self.phase]})"


class HandoverStopped(Exception):
    """A question was answered by no; nothing of the message left this machine."""


class SmtpSession:
    """One connection to a relay, used for one message after another."""

    def __init__(self, relay: RelayAddress, timeouts: Timeouts | None = None) -> None:
        self._relay = relay
        self._timeouts = timeouts or Timeouts()
        self._sock: socket.socket | None = None
        self._buffer = bytearray()
        self._features: dict[str, str] = {}
        self.deadline = 0.0
        self._needs_reset = False
        self._offered: Envelope | None = None
        self.following: Envelope | None = None
        self.handed_over = 0

    @property
    def is_open(self) -> bool:
        """Whether there is a connection, as far as is known without looking."""
        return self._sock is not None

    def fileno(self) -> int:
        """Return what to look at while a hand-over waits to read or write."""
        return self._sock.fileno() if self._sock else -1

    def hand_over(self, envelope: Envelope, content: bytes) -> Steps[Reply]:
        """Hand over one message, on a new connection where none is alive, and return the accepting reply.

        ``content`` begins with a header and ends its lines with CRLF. To be resumed when what it waits for is there
        or at ``deadline``. If ``following`` is set when the body may leave, that envelope goes out with the final dot
        (RFC 2920), and the next call is to name it. Raises HandoverFailed or HandoverStopped.
        """
        if self._offered and self._offered is not envelope:
            self.abort()  # the server waits for the body of another message
        if self._sock is None or (not self._offered and self._has_spoken()):
            yield from self._open()
            if not (yield Wait.IS_STILL_DUE):
                raise HandoverStopped
        failpoint("mail.connected")
        self.deadline = time.monotonic() + self._timeouts.command
        is_used = self.handed_over > 0
        try:
            if self._needs_reset:
                yield from self._command(SmtpPhase.MAIL, "RSET", 2)
                self._needs_reset = False
            yield from self._open_envelope(envelope)
        except HandoverFailed as failure:
            is_gone = failure.event is Event.DROPPED or failure.code == SERVICE_CLOSING
            failure.is_worn_out = is_used and is_gone and failure.phase is SmtpPhase.MAIL
            raise
        if not (yield Wait.MAY_BODY_LEAVE):
            self.abort()
            raise HandoverStopped
        failpoint("mail.body_announced")
        self.deadline = time.monotonic() + self._timeouts.command
        yield from self._write(SmtpPhase.BODY, content.replace(b"\r\n.", b"\r\n.."))
        failpoint("mail.body_written")
        yield from self._check_still_listening()
        self.deadline = time.monotonic() + self._timeouts.final
        yield from self._write(SmtpPhase.DOT, b".\r\n" + self._offer())
        failpoint("mail.dot_written")
        reply = self._expect(SmtpPhase.DOT, 2, (yield from self._read_reply(SmtpPhase.DOT)))
        self.handed_over += 1
        return reply

    def close(self) -> None:
        """Say goodbye; whatever goes wrong here changes nothing about what was accepted."""
        if self._sock is not None and not self._offered:
            with suppress(OSError):
                self._sock.settimeout(1)
                self._sock.sendall(b"QUIT\r\n")
                self._sock.recv(MAX_LINE)
        self.abort()

    def abort(self) -> None:
        """Close the connection without a word."""
        if self._sock is not None:
            with suppress(OSError):
                self._sock.close()
        self._sock = None
        self._buffer.clear()
        self._needs_reset = False
        self._offered = None
        self.handed_over = 0

    def _open(self) -> Steps[None]:
        """Connect, greet, secure and sign in."""
        self.abort()
        try:
            self._sock = socket.create_connection((self._relay.host, self._relay.port), self._timeouts.connect)
        except OSError as exc:
            event = Event.TIMEOUT if isinstance(exc, TimeoutError) else Event.REFUSED
            raise HandoverFailed(SmtpPhase.CONNECT, event, text=str(exc)) from exc
        self._sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._sock.setblocking(False)
        self.deadline = time.monotonic() + self._timeouts.command
        if self._relay.security == "smtps":
            self._secure()
        self._expect(SmtpPhase.CONNECT, 2, (yield from self._read_reply(SmtpPhase.CONNECT)))
        yield from self._hello()
        if self._relay.security == "smtp+tls":
            yield from self._command(SmtpPhase.SETUP, "STARTTLS", 2)
            self._buffer.clear()  # what came before the encryption was not said by the server we trust
            self._secure()
            yield from self._hello()
        if self._relay.user:
            yield from self._sign_in()

    def _hello(self) -> Steps[None]:
        assert self._sock is not None
        host = socket.gethostname()
        if "." not in host:
            address = self._sock.getsockname()[0]
            host = f"[IPv6:{address}]" if ":" in address else f"[{address}]"
        reply = yield from self._command(SmtpPhase.SETUP, f"EHLO {host}", 2)
        lines = [line.partition(" ") for line in reply.text.split("\n")[1:]]
        self._features = {name.upper(): rest for name, _, rest in lines}

    def _secure(self) -> None:
        assert self._sock is not None
        context = ssl.create_default_context()
        if self._relay.ca:
            context.load_verify_locations(self._relay.ca)
        self._sock.settimeout(max(self.deadline - time.monotonic(), 0.001))
        try:
            self._sock = context.wrap_socket(self._sock, server_hostname=self._relay.host)
            self._sock.setblocking(False)
        except OSError as exc:
            self._fail(SmtpPhase.SETUP, Event.DROPPED, f"TLS failed: {exc}", exc)

    def _sign_in(self) -> Steps[None]:
        user, password = self._relay.user, self._relay.password
        offered = self._features.get("AUTH", "").upper().split()
        if "PLAIN" in offered:
            credentials = _b64("\0".join(["", user, password]))
            yield from self._command(SmtpPhase.SETUP, f"AUTH PLAIN {credentials}", 2)
        elif "LOGIN" in offered:
            yield from self._command(SmtpPhase.SETUP, "AUTH LOGIN", 3)
            yield from self._command(SmtpPhase.SETUP, _b64(user), 3)
            yield from self._command(SmtpPhase.SETUP, _b64(password), 2)
        else:
            text = "The mail server offers neither AUTH PLAIN nor AUTH LOGIN; check user and port in EMAIL_URL."
            self._fail(SmtpPhase.SETUP, Event.DROPPED, text)

    def _open_envelope(self, envelope: Envelope) -> Steps[None]:
        """MAIL, RCPT and DATA, in one write where the server allows it; DATA is answered by 354."""
        if envelope.needs_utf8 and "SMTPUTF8" not in self._features:
            text = "5.6.7 The mail server cannot carry an address with such letters before the @."
            raise HandoverFailed(SmtpPhase.RCPT, Event.REPLY, Reply(553, text))
        pipelining = "PIPELINING" in self._features
        lines = _lines(envelope)
        if pipelining and not self._offered:
            yield from self._write(SmtpPhase.MAIL, b"".join(lines))
        self._offered = None
        failure: HandoverFailed | None = None
        for (phase, expected), line in zip(_ENVELOPE_PHASES, lines, strict=True):
            if not pipelining:
                yield from self._write(phase, line)
            reply = yield from self._read_reply(phase)
            if failure is None and reply.code // 100 not in (expected, 4, 5):
                # It answered something twice, or not at all: from here on nothing says which answer is whose.
                self._fail(SmtpPhase.MAIL, Event.DROPPED, "the answers do not fit the commands")
            if failure is None and reply.code // 100 != expected:
                failure = HandoverFailed(phase, Event.REPLY, reply)
            elif failure is not None and reply.code == 354:
                self.abort()  # it waits for the body of a message it refused
            if reply.code == SERVICE_CLOSING or (failure and not pipelining) or self._sock is None:
                break
        if failure is not None:
            self._give_way(failure)

    def _offer(self) -> bytes:
        """Return the commands of the following envelope where they may go out before this message is answered."""
        envelope, self.following = self.following, None
        if envelope is None or envelope.needs_utf8 or "PIPELINING" not in self._features:
            return b""
        self._offered = envelope
        return b"".join(_lines(envelope))

    def _check_still_listening(self) -> Steps[None]:
        """Raise while it is still certain that the dot has not left: the server hung up or spoke early."""
        if not self._has_spoken():
            return
        reply = yield from self._read_reply(SmtpPhase.BODY)
        self.abort()
        raise HandoverFailed(SmtpPhase.BODY, Event.REPLY, reply)

    def _has_spoken(self) -> bool:
        """Whether something has arrived, or the connection has ended."""
        try:
            return bool(self._buffer) or self._receive()
        except OSError:
            return True

    def _command(self, phase: SmtpPhase, line: str, expected: int) -> Steps[Reply]:
        yield from self._write(phase, line.encode() + b"\r\n")
        return self._expect(phase, expected, (yield from self._read_reply(phase)))

    def _expect(self, phase: SmtpPhase, expected: int, reply: Reply) -> Reply:
        if reply.code // 100 != expected:
            if phase in (SmtpPhase.CONNECT, SmtpPhase.SETUP):
                self.abort()
            self._give_way(HandoverFailed(phase, Event.REPLY, reply))
        return reply

    def _give_way(self, failure: HandoverFailed) -> NoReturn:
        if failure.code == SERVICE_CLOSING:
            self.abort()
        self._needs_reset = self._sock is not None and not self._offered
        raise failure

    def _write(self, phase: SmtpPhase, block: bytes) -> Steps[None]:
        rest = memoryview(block)
        while True:
            if self._sock is None:
                raise HandoverFailed(phase, Event.DROPPED, text="the connection is closed")
            try:
                rest = rest[self._sock.send(rest) :]
            except _NOT_NOW:
                if time.monotonic() > self.deadline:
                    self._fail(phase, Event.TIMEOUT, "the mail server does not read")
            except OSError as exc:
                self._fail(phase, Event.DROPPED, str(exc), exc)
            if not rest:
                return
            yield Wait.TO_WRITE

    def _read_reply(self, phase: SmtpPhase) -> Steps[Reply]:
        lines: list[str] = []
        code = b""
        while len(lines) < MAX_REPLY_LINES:
            line = yield from self._read_line(phase)
            code = line[:3]
            lines.append(line[4:].decode("utf-8", "replace").strip())
            if line[3:4] != b"-":
                break
        if not code.isdigit() or len(code) != 3:
            self._fail(phase, Event.DROPPED, "the answer is not SMTP")
        return Reply(int(code), "\n".join(lines))

    def _read_line(self, phase: SmtpPhase) -> Steps[bytes]:
        while (end := self._buffer.find(b"\n")) < 0:
            if len(self._buffer) > MAX_LINE:
                self._fail(phase, Event.DROPPED, "the answer is not SMTP")
            try:
                has_arrived = self._receive()
            except OSError as exc:
                self._fail(phase, Event.DROPPED, str(exc), exc)
            # per reply, not per byte: a server that sends one byte a second must not hold a connection
            if time.monotonic() > self.deadline and b"\n" not in self._buffer:
                self._fail(phase, Event.TIMEOUT, "the mail server does not answer")
            if not has_arrived:
                yield Wait.TO_READ
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        return line

    def _receive(self) -> bool:
        """Take what has arrived and return whether anything had. Raises OSError, also where the connection ended."""
        assert self._sock is not None
        try:
            block = self._sock.recv(BLOCK)
        except _NOT_NOW:
            return False
        if not block:
            raise ConnectionError("the mail server closed the connection")
        self._buffer += block
        return True

    def _fail(self, phase: SmtpPhase, event: Event, text: str, cause: BaseException | None = None) -> NoReturn:
        self.abort()
        raise HandoverFailed(phase, event, text=text) from cause


def _lines(envelope: Envelope) -> tuple[bytes, bytes, bytes]:
    mail_options = " SMTPUTF8" if envelope.needs_utf8 else ""
    return (
        f"MAIL FROM:<{envelope.sender}>{mail_options}\r\n".encode(),
        f"RCPT TO:<{envelope.recipient}>\r\n".encode(),
        b"DATA\r\n",
    )


def _b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
