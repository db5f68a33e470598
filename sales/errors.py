"""What sales can refuse, in words for the person who asked; ``status`` is the HTTP answer."""

from datetime import datetime

from accounts.models import User
from sales.models import Handover


class SalesError(ValueError):
    status = 409
    title = "This handover cannot be changed like that"


class HandoverNotFound(SalesError):
    status = 404
    title = "No such handover"

    def __init__(self) -> None:
        super().__init__("There is no such handover, or it belongs to another team.")


class MayNotSell(SalesError):
    status = 403
    title = "You cannot act on handovers"

    def __init__(self) -> None:
        super().__init__("You can read handovers, not act on them. Ask an admin for the role Sales rep.")


class AlreadyClaimed(SalesError):
    title = "Taken by a colleague"

    def __init__(self, owner: User | None) -> None:
        self.owner = owner
        super().__init__(f"{owner or 'Somebody'} has taken this lead. Open the next one, or ask them for it.")


class AlreadyDecided(SalesError):
    title = "Decided already"

    def __init__(self, handover: Handover) -> None:
        words = handover.get_state_display().lower()
        super().__init__(f"This handover is {words} already. Undo that first, while its ten minutes last.")


class NothingToUndo(SalesError):
    title = "Nothing to undo"

    def __init__(self, since: datetime | None = None, *, later: str = "") -> None:
        """``since``: when the verdict took effect. ``later``: what came after the act and stands on it."""
        late = f"It took effect at {since:%H:%M} UTC. " if since else "There is no act of the last ten minutes. "
        super().__init__(f"{later} came later." if later else f"{late}Set the stage on the lead page instead.")


class InvalidVerdict(SalesError):
    status = 422
    title = "The verdict is incomplete"
