"""Why sales says no, what kind of no it is, and where the lead goes then."""

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class RejectReason:
    """``key`` is what a person presses; ``to_stage`` is empty where the lead's stage does not change."""

    key: int
    slug: str
    text: str
    kind: str
    to_stage: str
    then: str
    recycle_days: int | None = None


@dataclass(frozen=True)
class LostReason:
    key: int
    slug: str
    text: str


REJECT_REASONS: dict[int, RejectReason] = {
    reason.key: reason
    for reason in (
        RejectReason(1, "not_our_market", "Not our market", "fit", "disqualified", "Disqualified"),
        RejectReason(2, "no_budget", "Too small or no budget", "fit", "mql", "Back to nurture, again in 180 days", 180),
        RejectReason(3, "wrong_person", "Wrong person", "fit", "mql", "Back to nurture, asked for the right person"),
        RejectReason(4, "only_researching", "Only researching", "intent", "mql", "Back to nurture"),
        RejectReason(5, "bad_timing", "Bad timing", "timing", "mql", "Back to nurture until the recycle date", 90),
        RejectReason(6, "wrong_data", "Cannot be reached, wrong data", "data", "mql", "That channel is blocked"),
        RejectReason(7, "in_contact", "Already in contact", "duplicate", "", "Stage unchanged, the owner is asked"),
        RejectReason(8, "junk", "Spam, student or competitor", "junk", "disqualified", "Disqualified"),
    )
}

WRONG_DATA, IN_CONTACT = 6, 7

LOST_REASONS: dict[int, LostReason] = {
    reason.key: reason
    for reason in (
        LostReason(1, "price", "Price too high"),
        LostReason(2, "competitor", "Chose a competitor"),
        LostReason(3, "missing_feature", "Something they need is missing"),
        LostReason(4, "no_decision", "No decision, stayed as they are"),
        LostReason(5, "postponed", "Postponed"),
        LostReason(6, "budget_gone", "Budget gone"),
        LostReason(7, "went_silent", "Went silent"),
    )
}


def recycle_date(reason: RejectReason, *, today: date) -> date | None:
    """Return the day from which the lead may come back by itself, None where only new evidence brings it back."""
    return today + timedelta(days=reason.recycle_days) if reason.recycle_days else None
