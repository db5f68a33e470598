"""A real SMTP server on loopback that misbehaves on request and journals every message.

    with SmtpSink(mode="drop_after_dot") as sink:
        settings.EMAIL_URL = sink.url
        ...
        assert [mail["Subject"] for mail in sink.messages] == ["Your guide"]

A message is in the journal before it is answered, so ``messages`` is the truth even where the sender cannot know.
Modes: ``ok``; ``banner_421``, ``banner_hang``; ``drop_at_X``, ``hang_at_X`` and ``CODE_at_X`` with X one of ehlo, auth,
mail, rcpt, data (for example ``451_at_rcpt``); ``drop_mid_body``, ``early_CODE`` (answers while the body comes);
``CODE_after_dot``, ``drop_after_dot``, ``hang_after_dot``; ``250_twice`` (says it again, unasked), ``drop_after_250``,
``250_after_next`` (says it only when the next command is there); ``drop_on_quit``; ``slow`` (a byte every
``slow_seconds`` of one reply). A mode may be limited to the first ``times`` occurrences, then the sink is ok, and from
RCPT on to recipients of ``only_domain``.
"""

import contextlib
import email
import email.policy
import socket
import socketserver
import ssl
import threading
import time
from collections.abc import Callable
from email.message import EmailMessage

REPLIES = {
    421: "4.3.2 closing",
    450: "4.2.1 try later",
    451: "4.7.1 greylisted",
    452: "4.3.1 full",
    535: "5.7.8 wrong password",
    550: "5.1.1 no such user",
    552: "5.3.4 too large",
    554: "5.7.1 refused",
}
LONGEST_HANG_SECONDS = 90


class SmtpSink:
    """Listens on ``port`` while the context is open. ``reply_text`` replaces the text of the scripted reply."""

    def __init__(
        self,
        mode: str = "ok",
        *,
        times: int | None = None,
        reply_text: str = "",
        delay_seconds: float = 0.0,
        max_connections: int = 1000,
        features: tuple[str, ...] = ("PIPELINING", "8BITMIME", "SMTPUTF8"),
        tls: ssl.SSLContext | None = None,
        implicit_tls: bool = False,
        credentials: tuple[str, str] | None = None,
    ) -> None:
        self.mode = mode
        self.times = times
        self.reply_text = reply_text
        self.delay_seconds = delay_seconds
        self.max_connections = max_connections
        self.open_connections = 0
        self.features = features
        self.tls = tls
        self.implicit_tls = implicit_tls
        self.credentials = credentials
        self.slow_seconds = 0.02
        self.only_domain = ""
        self.longest_silence = 0.0
        self.raw: list[bytes] = []
        self.envelopes: list[tuple[str, str]] = []
        self.arrived_at: list[float] = []
        self.connections = 0
        self.commands: list[str] = []
        # Called when a message is in the journal and not yet answered.
        self.on_message: Callable[[], object] = lambda: None
        self.closing = threading.Event()
        self._lock = threading.Lock()
        self._server: _Server | None = None

    def __enter__(self) -> "SmtpSink":
        self._server = _Server(("127.0.0.1", 0), _Conversation)
        self._server.sink = self
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def port(self) -> int:
        return self._server.server_address[1]

    @property
    def url(self) -> str:
        """The EMAIL_URL of this sink (without TLS)."""
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def messages(self) -> list[EmailMessage]:
        """Every message that arrived whole, parsed, in order of arrival."""
        return [email.message_from_bytes(raw, policy=email.policy.default) for raw in list(self.raw)]

    @property
    def message_ids(self) -> list[str]:
        return [message["Message-ID"] for message in self.messages]

    def misbehaves(self, mode: str, recipient: str = "") -> bool:
        """Whether to do ``mode`` now; counts ``times`` down."""
        with self._lock:
            if self.mode != mode or self.times == 0 or not recipient.endswith(self.only_domain):
                return False
            if self.times is not None:
                self.times -= 1
            return True

    def scripted_code(self, place: str, recipient: str = "") -> int | None:
        """The code of a mode ``CODE_<place>``, if that is the mode now."""
        head, _, tail = self.mode.partition("_")
        if tail == place and head.isdigit() and self.misbehaves(self.mode, recipient):
            return int(head)
        return None

    def journal(self, sender: str, recipient: str, raw: bytes) -> None:
        with self._lock:
            self.raw.append(raw)
            self.envelopes.append((sender, recipient))
            self.arrived_at.append(time.monotonic())
        self.on_message()


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64
    sink: SmtpSink


class _Drop(Exception):
    """End the conversation without a word."""


class _Conversation(socketserver.StreamRequestHandler):
    server: _Server
    disable_nagle_algorithm = True
    rbufsize = -1

    def handle(self) -> None:
        self.sink = self.server.sink
        self.sink.connections += 1
        self.sink.open_connections += 1
        self.sender = self.recipient = ""
        self.read_ahead = b""
        with contextlib.suppress(_Drop, OSError, ValueError):
            if self.sink.implicit_tls:
                self._secure()
            self._greet()
            while line := self._next_line():
                self._obey(line.decode("utf-8", "replace").strip())
        self.sink.open_connections -= 1

    def _next_line(self) -> bytes:
        line, self.read_ahead = self.read_ahead, b""
        return line or self.rfile.readline()

    def _greet(self) -> None:
        if self.sink.misbehaves("banner_hang"):
            self._hang()
        is_too_many = self.sink.open_connections > self.sink.max_connections
        is_closing = is_too_many or self.sink.misbehaves("banner_421")
        code = self.sink.scripted_code("banner") or (421 if is_closing else None)
        if code:
            self._say(code, REPLIES.get(code, "no"))
            raise _Drop
        self._say(220, "sink")

    def _obey(self, line: str) -> None:
        verb = line.split(" ", maxsplit=1)[0].upper()
        self.sink.commands.append(line)
        if self._misbehave(verb.lower()):
            return
        match verb:
            case "EHLO":
                self._hello()
            case "STARTTLS":
                self._say(220, "go")
                self._secure()
            case "AUTH":
                self._authenticate(line)
            case "MAIL":
                self.sender = line.partition("<")[2].partition(">")[0]
                self._say(250, "ok")
            case "RCPT":
                self.recipient = line.partition("<")[2].partition(">")[0]
                self._say(250, "ok")
            case "DATA" if not self.recipient:
                self._say(503, "5.5.1 no recipient")
            case "DATA":
                self._take_body()
            case "QUIT":
                if self.sink.misbehaves("drop_on_quit"):
                    raise _Drop
                self._say(221, "bye")
                raise _Drop
            case _:
                self._say(250, "ok")

    def _misbehave(self, verb: str) -> bool:
        if self.sink.misbehaves(f"drop_at_{verb}"):
            raise _Drop
        if self.sink.misbehaves(f"hang_at_{verb}"):
            self._hang()
        if code := self.sink.scripted_code(f"at_{verb}"):
            self._say(code, self.sink.reply_text or REPLIES.get(code, "no"))
            if code == 421:
                raise _Drop
            return True
        return False

    def _hello(self) -> None:
        features = list(self.sink.features)
        if self.sink.tls and not isinstance(self.connection, ssl.SSLSocket):
            features.append("STARTTLS")
        if self.sink.credentials:
            features.append("AUTH PLAIN")
        for feature in ["sink", *features]:
            self.wfile.write(f"250-{feature}\r\n".encode())
        self._say(250, "HELP")

    def _authenticate(self, line: str) -> None:
        user, password = self.sink.credentials or ("", "")
        token = email.base64mime.decode(line.rpartition(" ")[2]).decode()
        good = token == f"\0{user}\0{password}"
        self._say(235 if good else 535, "welcome" if good else REPLIES[535])

    def _take_body(self) -> None:
        self._say(354, "go on")
        if self.sink.mode.startswith("early_") and self.sink.misbehaves(self.sink.mode):
            code = int(self.sink.mode.partition("_")[2])
            self._say(code, REPLIES.get(code, "no"))
            raise _Drop
        lines: list[bytes] = []
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                raise _Drop
            if self.sink.misbehaves("drop_mid_body"):
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                raise _Drop
            lines.append(line[1:] if line.startswith(b".") else line)
        if self.sink.delay_seconds:
            time.sleep(self.sink.delay_seconds)
        recipient = self.recipient
        if code := self.sink.scripted_code("after_dot", recipient):
            self._say(code, self.sink.reply_text or REPLIES.get(code, "no"))
            return
        self.sink.journal(self.sender, self.recipient, b"".join(lines))
        self.recipient = ""
        if self.sink.misbehaves("drop_after_dot", recipient):
            raise _Drop
        if self.sink.misbehaves("hang_after_dot", recipient):
            self._hang()
        if self.sink.misbehaves("250_after_next", recipient):
            self.read_ahead = self.rfile.readline()
        self._say(250, "2.0.0 queued")
        if self.sink.misbehaves("250_twice", recipient):
            self._say(250, "2.0.0 queued")
        if self.sink.misbehaves("drop_after_250", recipient):
            raise _Drop

    def _secure(self) -> None:
        self.connection = self.sink.tls.wrap_socket(self.connection, server_side=True)
        self.request = self.connection
        self.rfile = self.connection.makefile("rb", -1)
        self.wfile = socketserver._SocketWriter(self.connection)

    def _hang(self) -> None:
        """Say nothing until the other side gives up; how long it stood that is noted."""
        began = time.monotonic()
        self.connection.settimeout(0.1)
        while not self.sink.closing.is_set() and time.monotonic() - began < LONGEST_HANG_SECONDS:
            with contextlib.suppress(TimeoutError):
                if not self.connection.recv(4096):
                    break
        self.sink.longest_silence = max(self.sink.longest_silence, time.monotonic() - began)
        raise _Drop

    def _say(self, code: int, text: str) -> None:
        reply = f"{code} {text}\r\n".encode()
        if self.sink.misbehaves("slow", self.recipient):
            for byte in reply:
                self.wfile.write(bytes([byte]))
                time.sleep(self.sink.slow_seconds)
        else:
            self.wfile.write(reply)
