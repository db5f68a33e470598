"""Identifiers that sort by time, so that inserts touch the right end of an index."""

import os
import time
import uuid
from datetime import datetime


def uuid7(at: datetime | None = None) -> uuid.UUID:
    """Return a time-ordered UUID (RFC 9562, version 7) of now or ``at``.

    48 bits of Unix milliseconds, 12 bits of the fraction of one (method 3 of section 6.2), then chance: what one
    process makes one after another, within a millisecond too, sorts in that order.
    """
    nanoseconds = int(at.timestamp() * 1_000_000) * 1000 if at else time.time_ns()
    milliseconds, rest = divmod(nanoseconds, 1_000_000)
    fraction = (rest << 12) // 1_000_000
    chance = int.from_bytes(os.urandom(8), "big") >> 2
    return uuid.UUID(int=(milliseconds << 80) | (0x7 << 76) | (fraction << 64) | (0x2 << 62) | chance)


def uuid7_floor(moment: datetime) -> uuid.UUID:
    """Return the smallest version 7 UUID of a moment: those made earlier sort before it."""
    return uuid.UUID(int=(int(moment.timestamp() * 1000) << 80) | (0x7 << 76) | (0x2 << 62))
