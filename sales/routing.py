"""Whose turn it is: round robin among the people of a team, pure."""

import heapq
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(order=True)
class Seat:
    """One rep's place in the line: fewest open handovers first, then who waited longest, then by id."""

    open_count: int
    last_offered_at: datetime
    user_id: int


@dataclass
class Line:
    """A team's reps in the order of their turns; each turn taken moves the rep back."""

    seats: list[Seat] = field(default_factory=list)

    @classmethod
    def of(cls, seats: Iterable[Seat]) -> "Line":
        line = cls(list(seats))
        heapq.heapify(line.seats)
        return line

    def next(self, *, now: datetime, except_id: int | None = None) -> tuple[int, str] | None:
        """Return whose turn it is and why, None when there is nobody (else)."""
        skipped = [heapq.heappop(self.seats)] if self.seats and self.seats[0].user_id == except_id else []
        chosen = heapq.heappop(self.seats) if self.seats else None
        for seat in skipped:
            heapq.heappush(self.seats, seat)
        if chosen is None:
            return None
        reason = self._reason(chosen)
        heapq.heappush(self.seats, Seat(chosen.open_count + 1, now, chosen.user_id))
        return chosen.user_id, reason

    def _reason(self, chosen: Seat) -> str:
        if not self.seats:
            return "you are the only rep of the team"
        if all(seat.open_count > chosen.open_count for seat in self.seats):
            return f"round-robin, you have the fewest open ({chosen.open_count})"
        return "round-robin, your turn"
