"""What can be done with handovers; every act is a fact on the lead and an audit entry."""

from sales.errors import (
    AlreadyClaimed,
    AlreadyDecided,
    HandoverNotFound,
    InvalidVerdict,
    MayNotSell,
    NothingToUndo,
    SalesError,
)
from sales.services.contacts import add_note, log_contact
from sales.services.opening import hand_over
from sales.services.passing import pass_on_handovers
from sales.services.taking import accept, claim
from sales.services.undoing import undo
from sales.services.verdicts import lose, recycle, reject, win
from sales.services.watching import settle_handovers, watch_handovers
from sales.services.withdrawing import Withdrawn, withdraw_handovers

__all__ = [
    "AlreadyClaimed",
    "AlreadyDecided",
    "HandoverNotFound",
    "InvalidVerdict",
    "MayNotSell",
    "NothingToUndo",
    "SalesError",
    "Withdrawn",
    "accept",
    "add_note",
    "claim",
    "hand_over",
    "log_contact",
    "lose",
    "pass_on_handovers",
    "recycle",
    "reject",
    "settle_handovers",
    "undo",
    "watch_handovers",
    "win",
    "withdraw_handovers",
]
