"""What may stand in a header, and which addresses are the same one."""

import re
from functools import lru_cache

from django.conf import settings
from django.utils.crypto import salted_hmac

from common.domains import NotADomain, ascii_domain

LOCAL_MAX = 64
ADDRESS_MAX = 254
_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")
_NOT_IN_ADDRESS = re.compile(r"[\s\x00-\x1f\x7f<>,;:\"()\[\]\\]")

_MAILBOX = re.compile(r"(?P<name>[^<>]*)<(?P<address>[^<>]+)>")


class MailRefused(ValueError):
    """The message was not queued; the text says what to change."""


class HeaderInjection(MailRefused):
    """A header value holds a line break or another control character."""


class InvalidAddress(MailRefused):
    """The value is not one e-mail address."""


def check_header(name: str, value: str) -> str:
    """Return ``value`` without outer spaces. Raises HeaderInjection if it would break out of its header."""
    if _CONTROL.search(value):
        raise HeaderInjection(f"The {name} contains a line break or a control character. Remove it.")
    return value.strip()


def check_address(name: str, value: str) -> str:
    """Return ``value`` if it is one bare address. Raises HeaderInjection or InvalidAddress."""
    address = check_header(name, value)
    local, _, domain = address.rpartition("@")
    has_shape = local and domain.strip(".") == domain != "" and "@" not in local and ".." not in address
    if not has_shape or _NOT_IN_ADDRESS.search(address):
        raise InvalidAddress(f"The {name} “{address[:80]}” is not an e-mail address. Check its spelling.")
    if len(local.encode()) > LOCAL_MAX or len(envelope_address(address).encode()) > ADDRESS_MAX:
        raise InvalidAddress(f"The {name} is longer than a mail server accepts. Check its spelling.")
    return address


@lru_cache(maxsize=256)
def envelope_address(address: str) -> str:
    """Return the address as SMTP carries it: the domain in its ASCII form, the local part untouched."""
    local, _, domain = address.rpartition("@")
    try:
        return f"{local}@{ascii_domain(domain)}"
    except NotADomain as exc:
        raise InvalidAddress(f"The domain of “{address[:80]}” is not a valid domain name.") from exc


@lru_cache(maxsize=256)
def split_mailbox(mailbox: str) -> tuple[str, str]:
    """Return name and address of ``Name <address>``; the name may hold a comma, as company names do."""
    if match := _MAILBOX.fullmatch(mailbox.strip()):
        return match["name"].strip().strip('"'), match["address"].strip()
    return "", mailbox.strip()


def bare_address(mailbox: str) -> str:
    """Return the address in ``Name <address>``."""
    return split_mailbox(mailbox)[1]


def address_hmacs(email: str) -> list[str]:
    """Return the keyed hashes of an address, the present key's first, then those of SECRET_KEY_FALLBACKS."""
    try:
        folded = envelope_address(email.strip()).lower()
    except InvalidAddress:
        folded = email.strip().lower()
    return [_hmac(folded, key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]


@lru_cache(maxsize=256)  # a sender asks twice for each address
def _hmac(address: str, key: str) -> str:
    return salted_hmac("mail.suppression", address, secret=key, algorithm="sha256").hexdigest()
