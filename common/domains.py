"""Domain names of every language in the one form by which the network knows them."""

import idna


class NotADomain(ValueError):
    """No name server could know this name."""


def ascii_domain(domain: str) -> str:
    """Return the domain in ASCII and lower case, by IDNA 2008 with the mapping of UTS 46. Raises NotADomain.

    Python's own "idna" codec is of 2003 and makes of straße.example another one's strasse.example.
    """
    if domain.isascii():
        return domain.lower()
    try:
        return idna.encode(domain, uts46=True).decode()
    except idna.IDNAError as exc:
        raise NotADomain(f"“{domain[:80]}” is not a domain name.") from exc
