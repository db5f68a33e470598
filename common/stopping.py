"""Whether this process was asked to end, so that long work stops at its next safe place instead of being cut off.

The byte lies in memory that a worker shares with the children it forks: only the parent hears of the end.
"""

import mmap

_asked = mmap.mmap(-1, 1)


def ask_to_stop(*, stop: bool = True) -> None:
    """Note that the process and its children should end soon, or that they need not after all."""
    _asked[0] = int(stop)


def is_asked_to_stop() -> bool:
    """Whether work that comes in pieces should begin no other piece."""
    return _asked[0] == 1
