"""EMAIL_URL: ``smtp://``, ``smtp+tls://`` (STARTTLS) or ``smtps://`` (TLS from the first byte)."""

import ipaddress
from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote, urlsplit

PORTS = {"smtp": 25, "smtp+tls": 587, "smtps": 465}


class BadEmailUrl(ValueError):
    """EMAIL_URL cannot be used; the text says what to change."""


@dataclass(frozen=True)
class RelayAddress:
    """A mail server and how to talk to it. ``ca`` is a file of certificates trusted besides the system's."""

    security: str
    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)
    ca: str = ""

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def parse_email_url(url: str) -> RelayAddress:
    """Return the relay an EMAIL_URL names. Raises BadEmailUrl."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as exc:
        raise BadEmailUrl(f"EMAIL_URL cannot be read ({exc}). Use smtp+tls://user:password@host:587.") from exc
    if parts.scheme not in PORTS or not parts.hostname:
        raise BadEmailUrl("EMAIL_URL starts with smtp://, smtp+tls:// or smtps:// and names a host.")
    relay = RelayAddress(
        security=parts.scheme,
        host=parts.hostname,
        port=port or PORTS[parts.scheme],
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        ca=parse_qs(parts.query).get("ca", [""])[0],
    )
    if relay.user and relay.security == "smtp" and not _is_loopback(relay.host):
        raise BadEmailUrl("EMAIL_URL would send the password unencrypted. Use smtp+tls:// or smtps://.")
    return relay


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
