"""Tells a fault of the database itself from one of a row: of what happens while it is full, no row is to blame."""

from django.db import DatabaseError, InterfaceError, OperationalError

DISK_FULL = "53100"
READ_ONLY = "25006"
# Connections, resources, the operating system; the last three are a server that stops or has not started yet.
CLASSES = ("08", "53", "58")
CODES = (READ_ONLY, "57P01", "57P02", "57P03")


def sql_state(exc: BaseException) -> str:
    """Return PostgreSQL's five letters for what happened, empty where it could not say a word."""
    return getattr(exc.__cause__, "pgcode", None) or ""


def is_outage(exc: BaseException) -> bool:
    """Whether the database cannot work at the moment, whichever row it is asked for."""
    if not isinstance(exc, (DatabaseError, InterfaceError)):
        return False
    state = sql_state(exc)
    if not state:
        # A connection that ends in the middle of a statement is a plain DatabaseError.
        return type(exc) in (DatabaseError, OperationalError, InterfaceError)
    return state.startswith(CLASSES) or state in CODES


def is_unavailable(exc: BaseException) -> bool:
    """Whether the same may work a little later: an outage, a statement that took too long, a lock that did not come."""
    return isinstance(exc, (OperationalError, InterfaceError)) or is_outage(exc)
