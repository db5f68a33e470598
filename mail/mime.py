"""A message as bytes: headers, then text and HTML part, every line 7-bit, at most 998 long, ended by CRLF.

Built by hand: the standard library's message classes cost more time than handing the mail over does.
"""

import binascii
import re
from datetime import datetime
from email.header import Header
from email.utils import format_datetime, formataddr
from functools import lru_cache

from mail import config
from mail.addresses import bare_address, envelope_address, split_mailbox
from mail.models import Message

PLAIN_HEADER_MAX = 900
LINE_MAX = 990
_PART_HEAD = b'Content-Type: text/%b; charset="utf-8"\r\nContent-Transfer-Encoding: %b\r\n\r\n'
_ANY_LINE_END = re.compile(r"\r\n?|\n")


def build(message: Message, *, at: datetime) -> bytes:
    """Return the message as SMTP sends it (without dot-stuffing)."""
    lines = [f"{name}: {value}" for name, value in headers(message, at=at)]
    if message.html:
        boundary = f"part-{message.pk.hex}"
        lines.append(f'Content-Type: multipart/alternative; boundary="{boundary}"')
        body = b"\r\n".join(
            [
                b"",
                f"--{boundary}".encode(),
                _part("plain", message.text),
                f"--{boundary}".encode(),
                _part("html", message.html),
                f"--{boundary}--\r\n".encode(),
            ]
        )
    else:
        body = _part("plain", message.text)
    return "\r\n".join(lines).encode() + b"\r\n" + body


def headers(message: Message, *, at: datetime) -> list[tuple[str, str]]:
    """Return names and encoded values in the order they are sent; Content-Type follows with the body."""
    pairs = [
        ("Message-ID", message.message_id),
        ("Date", _date(at.replace(microsecond=0))),
        ("From", _mailbox(message.from_email)),
        ("To", _mailbox(message.to_email)),
        ("Subject", _text("Subject", message.subject)),
    ]
    if message.reply_to:
        pairs.append(("Reply-To", _mailbox(message.reply_to)))
    pairs.append(("Auto-Submitted", "auto-generated"))
    if message.list_id:
        pairs.append(("List-Id", message.list_id if "<" in message.list_id else f"<{message.list_id}>"))
    if message.is_marketing:
        pairs += _marketing_headers(message)
    pairs.append(("MIME-Version", "1.0"))
    return pairs


def _marketing_headers(message: Message) -> list[tuple[str, str]]:
    # One line, never folded: relays that fold it break the DKIM signature over it.
    ways_out = f"<{message.unsubscribe_url}>"
    if mailbox := config.unsubscribe_mailbox():
        ways_out += f", <mailto:{mailbox}?subject=unsubscribe>"
    domain = bare_address(message.from_email).rpartition("@")[2]
    return [
        ("List-Unsubscribe", ways_out),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        ("Feedback-ID", f"{_slug(message.topic) or 'none'}:{message.kind}:leadcrm:{_slug(domain)}"),
    ]


_date = lru_cache(maxsize=1)(format_datetime)


@lru_cache(maxsize=256)
def _slug(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9.-]+", "-", text)


@lru_cache(maxsize=256)  # the sender's is the same in all, and its name may need encoding
def _mailbox(value: str) -> str:
    name, address = split_mailbox(value)
    address = envelope_address(address)
    if address.isascii() or not name:
        return formataddr((name, address)) if name else address
    return f"{Header(name, 'utf-8').encode()} <{address}>"


def _text(name: str, value: str) -> str:
    if value.isascii() and len(value) <= PLAIN_HEADER_MAX and "=?" not in value:
        return value
    return Header(value, "utf-8", header_name=name).encode(linesep="\r\n")


def _part(subtype: str, content: str) -> bytes:
    """Return one part with its headers: as it is where any relay carries it so, else quoted-printable."""
    lines = _ANY_LINE_END.sub("\n", content).split("\n") if "\r" in content else content.split("\n")
    if content.isascii() and max(map(len, lines)) <= LINE_MAX:
        body, encoding = "\r\n".join(lines).encode(), b"7bit"
    else:
        quoted = [_quoted(line) if len(line) <= LINE_MAX else _quoted.__wrapped__(line) for line in lines]
        body, encoding = b"\r\n".join(quoted), b"quoted-printable"
    end = b"" if body.endswith(b"\r\n") else b"\r\n"
    return _PART_HEAD % (subtype.encode(), encoding) + body + end


@lru_cache(maxsize=512)  # mails of one step have most lines in common; one beyond LINE_MAX is not worth its memory
def _quoted(line: str) -> bytes:
    return binascii.b2a_qp(line.encode(), istext=True).replace(b"\n", b"\r\n")
