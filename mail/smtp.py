"""An SMTP client that always knows how far it got.

smtplib writes body and final dot at once and raises the same error before and after them, so its caller cannot
tell a message that surely was not accepted from one that may have been. Here each failure names its phase.
"""

import base64
import select
import socket
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import NoReturn

from common.failpoint import failpoint
from mail.outcome import SERVICE_CLOSING, Event, SmtpPhase
from mail.relay import RelayAddress

MAX_LINE = 4096
MAX_REPLY_LINES = 100
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
    """``begin_body`` said no; nothing of the message left this machine."""


class SmtpSession:
    """One connection to a relay, used for one message after another."""

    def __init__(self, relay: RelayAddress, timeouts: Timeouts | None = None) -> None:
        self._relay = relay
        self._timeouts = timeouts or Timeouts()
        self._sock: socket.socket | None = None
        self._buffer = bytearray()
        self._features: dict[str, str] = {}
        self._deadline = 0.0
        self._needs_reset = False
        self.handed_over = 0

    def open(self) -> bool:
        """Connect, greet, secure and sign in; returns False, having done nothing, while a connection is alive."""
        if self._sock is not None and not self._has_closed():
            return False
        self.abort()
        try:
            self._sock = socket.create_connection((self._relay.host, self._relay.port), self._timeouts.connect)
        except OSError as exc:
            event = Event.TIMEOUT if isinstance(exc, TimeoutError) else Event.REFUSED
            raise HandoverFailed(SmtpPhase.CONNECT, event, text=str(exc)) from exc
        self._sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._deadline = time.monotonic() + self._timeouts.command
        if self._relay.security == "smtps":
            self._secure()
        self._expect(SmtpPhase.CONNECT, 2, self._read_reply(SmtpPhase.CONNECT))
        self._hello()
        if self._relay.security == "smtp+tls":
            self._command(SmtpPhase.SETUP, "STARTTLS", 2)
            self._buffer.clear()  # what came before the encryption was not said by the server we trust
            self._secure()
            self._hello()
        if self._relay.user:
            self._sign_in()
        return True

    def hand_over(self, envelope: Envelope, content: bytes, begin_body: Callable[[], bool]) -> Reply:
        """Hand over one message and return the accepting reply.

        ``content`` begins with a header and ends its lines with CRLF. ``begin_body`` is called when the server waits
        for the body and nothing of it has left; it returns False to stop. Raises HandoverFailed or HandoverStopped.
        """
        self._deadline = time.monotonic() + self._timeouts.command
        is_used = self.handed_over > 0
        try:
            if self._needs_reset:
                self._command(SmtpPhase.MAIL, "RSET", 2)
                self._needs_reset = False
            self._open_envelope(envelope)
        except HandoverFailed as failure:
            is_gone = failure.event is Event.DROPPED or failure.code == SERVICE_CLOSING
            failure.is_worn_out = is_used and is_gone and failure.phase is SmtpPhase.MAIL
            raise
        if not begin_body():
            self.abort()
            raise HandoverStopped
        failpoint("mail.body_announced")
        self._deadline = time.monotonic() + self._timeouts.command
        self._write(SmtpPhase.BODY, content.replace(b"\r\n.", b"\r\n.."))
        failpoint("mail.body_written")
        self._check_still_listening()
        self._deadline = time.monotonic() + self._timeouts.final
        self._write(SmtpPhase.DOT, b".\r\n")
        failpoint("mail.dot_written")
        reply = self._expect(SmtpPhase.DOT, 2, self._read_reply(SmtpPhase.DOT))
        self.handed_over += 1
        return reply

    def close(self) -> None:
        """Say goodbye; whatever goes wrong here changes nothing about what was accepted."""
        if self._sock is not None:
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
        self.handed_over = 0

    def _hello(self) -> None:
        assert self._sock is not None
        host = socket.gethostname()
        if "." not in host:
            address = self._sock.getsockname()[0]
            host = f"[IPv6:{address}]" if ":" in address else f"[{address}]"
        reply = self._command(SmtpPhase.SETUP, f"EHLO {host}", 2)
        lines = [line.partition(" ") for line in reply.text.split("\n")[1:]]
        self._features = {name.upper(): rest for name, _, rest in lines}

    def _secure(self) -> None:
        assert self._sock is not None
        context = ssl.create_default_context()
        if self._relay.ca:
            context.load_verify_locations(self._relay.ca)
        self._sock.settimeout(max(self._deadline - time.monotonic(), 0.001))
        try:
            self._sock = context.wrap_socket(self._sock, server_hostname=self._relay.host)
        except OSError as exc:
            self._fail(SmtpPhase.SETUP, Event.DROPPED, f"TLS failed: {exc}", exc)

    def _sign_in(self) -> None:
        user, password = self._relay.user, self._relay.password
        offered = self._features.get("AUTH", "").upper().split()
        if "PLAIN" in offered:
            credentials = _b64("\0".join(["", user, password]))
            self._command(SmtpPhase.SETUP, f"AUTH PLAIN {credentials}", 2)
        elif "LOGIN" in offered:
            self._command(SmtpPhase.SETUP, "AUTH LOGIN", 3)
            self._command(SmtpPhase.SETUP, _b64(user), 3)
            self._command(SmtpPhase.SETUP, _b64(password), 2)
        else:
            text = "The mail server offers neither AUTH PLAIN nor AUTH LOGIN; check user and port in EMAIL_URL."
            self._fail(SmtpPhase.SETUP, Event.DROPPED, text)

    def _open_envelope(self, envelope: Envelope) -> None:
        """MAIL, RCPT and DATA, in one write where the server allows it; DATA is answered by 354."""
        mail_options = ""
        if envelope.needs_utf8:
            if "SMTPUTF8" not in self._features:
                text = "5.6.7 The mail server cannot carry an address with such letters before the @."
                raise HandoverFailed(SmtpPhase.RCPT, Event.REPLY, Reply(553, text))
            mail_options = " SMTPUTF8"
        commands = [
            (SmtpPhase.MAIL, f"MAIL FROM:<{envelope.sender}>{mail_options}\r\n".encode(), 2),
            (SmtpPhase.RCPT, f"RCPT TO:<{envelope.recipient}>\r\n".encode(), 2),
            (SmtpPhase.DATA, b"DATA\r\n", 3),
        ]
        pipelining = "PIPELINING" in self._features
        if pipelining:
            self._write(SmtpPhase.MAIL, b"".join(line for _, line, _ in commands))
        failure: HandoverFailed | None = None
        for phase, line, expected in commands:
            if not pipelining:
                self._write(phase, line)
            reply = self._read_reply(phase)
            if failure is None and reply.code // 100 != expected:
                failure = HandoverFailed(phase, Event.REPLY, reply)
            elif failure is not None and reply.code == 354:
                self.abort()  # it waits for the body of a message it refused
            if reply.code == SERVICE_CLOSING or (failure and not pipelining) or self._sock is None:
                break
        if failure is not None:
            self._give_way(failure)

    def _check_still_listening(self) -> None:
        """Raise while it is still certain that the dot has not left: the server hung up or spoke early."""
        assert self._sock is not None
        if not self._buffer and not self._readable():
            return
        reply = self._read_reply(SmtpPhase.BODY)
        self.abort()
        raise HandoverFailed(SmtpPhase.BODY, Event.REPLY, reply)

    def _readable(self) -> bool:
        assert self._sock is not None
        if not select.select([self._sock], [], [], 0)[0]:
            return False
        if not isinstance(self._sock, ssl.SSLSocket):
            return True
        self._sock.settimeout(0)  # TLS has bytes of its own (session tickets), so only a read can tell
        try:
            self._buffer += self._sock.recv(MAX_LINE)
        except (ssl.SSLWantReadError, BlockingIOError):
            return False
        except OSError:
            return True
        return True

    def _has_closed(self) -> bool:
        try:
            return self._readable()
        except OSError:
            return True

    def _command(self, phase: SmtpPhase, line: str, expected: int) -> Reply:
        self._write(phase, line.encode() + b"\r\n")
        return self._expect(phase, expected, self._read_reply(phase))

    def _expect(self, phase: SmtpPhase, expected: int, reply: Reply) -> Reply:
        if reply.code // 100 != expected:
            if phase in (SmtpPhase.CONNECT, SmtpPhase.SETUP):
                self.abort()
            self._give_way(HandoverFailed(phase, Event.REPLY, reply))
        return reply

    def _give_way(self, failure: HandoverFailed) -> NoReturn:
        if failure.code == SERVICE_CLOSING:
            self.abort()
        self._needs_reset = self._sock is not None
        raise failure

    def _write(self, phase: SmtpPhase, block: bytes) -> None:
        if self._sock is None:
            raise HandoverFailed(phase, Event.DROPPED, text="the connection is closed")
        try:
            self._sock.settimeout(max(self._deadline - time.monotonic(), 0.001))
            self._sock.sendall(block)
        except TimeoutError as exc:
            self._fail(phase, Event.TIMEOUT, "the mail server does not read", exc)
        except OSError as exc:
            self._fail(phase, Event.DROPPED, str(exc), exc)

    def _read_reply(self, phase: SmtpPhase) -> Reply:
        lines: list[str] = []
        code = b""
        while len(lines) < MAX_REPLY_LINES:
            line = self._read_line(phase)
            code = line[:3]
            lines.append(line[4:].decode("utf-8", "replace").strip())
            if line[3:4] != b"-":
                break
        if not code.isdigit() or len(code) != 3:
            self._fail(phase, Event.DROPPED, "the answer is not SMTP")
        return Reply(int(code), "\n".join(lines))

    def _read_line(self, phase: SmtpPhase) -> bytes:
        assert self._sock is not None
        while (end := self._buffer.find(b"\n")) < 0:
            if len(self._buffer) > MAX_LINE:
                self._fail(phase, Event.DROPPED, "the answer is not SMTP")
            try:
                # per reply, not per byte: a server that sends one byte a second must not hold a sender
                self._sock.settimeout(max(self._deadline - time.monotonic(), 0.001))
                block = self._sock.recv(MAX_LINE)
            except TimeoutError as exc:
                self._fail(phase, Event.TIMEOUT, "the mail server does not answer", exc)
            except OSError as exc:
                self._fail(phase, Event.DROPPED, str(exc), exc)
            if not block:
                self._fail(phase, Event.DROPPED, "the mail server closed the connection")
            self._buffer += block
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        return line

    def _fail(self, phase: SmtpPhase, event: Event, text: str, cause: BaseException | None = None) -> NoReturn:
        self.abort()
        raise HandoverFailed(phase, event, text=text) from cause


def _b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
