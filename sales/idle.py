"""Keys that do nothing on a handover as it stands, and what is said to who presses one."""

from collections.abc import Mapping

from common.shortcuts import shortcut
from sales.models import Handover, State

KEYS = ("accept", "reject", "claim", "log", "mail", "won", "lost", "recycle", "note")


def idle_keys(handover: Handover, *, taken_by: str, may_act: bool, can_undo: bool) -> Mapping[str, str]:
    """Return why not and what to do instead for each act whose key is dead now."""
    if taken_by:
        return dict.fromkeys(KEYS, f"{taken_by} has this lead. Open the next {_cap('next')}.")
    if not handover.is_working:
        remedy = f" Undo that first {_cap('undo')}." if can_undo else ""
        return dict.fromkeys(KEYS, f"{handover.get_state_display()} already.{remedy}")
    if not may_act:
        return dict.fromkeys(KEYS, "You can read this handover. Reps and managers act on it.")
    found = dict(_undecided(handover))
    if not handover.lead.email:
        found["mail"] = "This lead has no e-mail address."
    return found


def _undecided(handover: Handover) -> Mapping[str, str]:
    first = f"Accept it first {_cap('accept')}."
    if handover.state == State.QUEUED:
        return {
            "won": first,
            "lost": first,
            "recycle": f"Claim it {_cap('claim')} or accept it {_cap('accept')} first.",
        }
    if handover.state == State.CLAIMED:
        return {"won": first, "lost": first, "claim": "It is yours already."}
    instead = f"Accepted already. Report it as lost {_cap('lost')} or recycle it {_cap('recycle')}."
    return {"accept": "Accepted already.", "claim": "It is yours already.", "reject": instead}


def _cap(act: str) -> str:
    """The key as this person has it: (A)."""
    return f"({' '.join(shortcut(act).caps[0])})" if shortcut(act).caps else ""
