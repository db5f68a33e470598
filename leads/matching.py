"""Which submissions belong to one lead: the normalized e-mail key, and nothing else."""

import unicodedata

from common.domains import NotADomain, ascii_domain


def email_key(email: str) -> str:
    """Return the form of an address under which it is unique: NFC, lower case, domain in ASCII (IDNA).

    Dots and ``+tags`` stay: to most servers they are different mailboxes.
    """
    cleaned = unicodedata.normalize("NFC", email.strip()).lower()
    local, at, domain = cleaned.rpartition("@")
    try:
        return f"{local}{at}{ascii_domain(domain)}"
    except NotADomain:
        return cleaned
