"""One-time tokens: 256 random bits, stored as a hash that belongs to one purpose."""

import hashlib
import secrets


def new_token() -> str:
    """Return a token that fits into a link."""
    return secrets.token_urlsafe(32)


def token_hash(token: str, *, purpose: str) -> str:
    """Return what is stored; a token of one purpose has another hash for every other one."""
    return hashlib.sha256(f"{purpose}:{token}".encode("utf-8", "replace")).hexdigest()
