"""How points fade, and when the faded sum first leaves a range.

A line keeps ``round(points * 0.5 ** (age / half_life))`` hundredths of a point, rounded half to even. Each line only
ever moves toward zero, so positive points P(t) and negative points N(t) are falling steps, and on an interval [a, b]
a group's sum lies between P(b) - N(a) and P(a) - N(b). That is all the search below relies on, so it is exact to the
second with the same rounding the score uses.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from math import ceil, floor, inf, log, log2

from scoring.engine.definitions import MAX_SCORE

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY = 86_400.0
_LN2 = log(2)

# points, seconds since 1970 of the fact, half-life in seconds
Term = tuple[int, float, float]
# cap or None, the positive terms, the negative terms
Part = tuple[int | None, list[Term], list[Term]]


def remaining(points: int, age_seconds: float, half_life_seconds: float) -> int:
    """Return what is left of ``points``: points * 0.5 ** (age / half-life), rounded half to even."""
    return round(points * 0.5 ** (age_seconds / half_life_seconds))


def kept(terms: Iterable[Term], second: float) -> int:
    """Return the remaining points of all terms at a second."""
    return sum([round(points * 0.5 ** ((second - start) / half_life)) for points, start, half_life in terms])


def clamp(points: int) -> int:
    """Return the points within 0 and 100."""
    return 0 if points < 0 else min(points, MAX_SCORE)


class Curve:
    """The engagement score as a function of time, while no new fact comes in."""

    __slots__ = ("falling", "parts")

    def __init__(self, parts: list[Part], at: float) -> None:
        """Take the parts at a second; those whose cap can no longer be reached become one without a cap."""
        free: Part = (None, [], [])
        self.parts = []
        for part in parts:
            cap, positive, negative = part
            if cap is not None and kept(positive, at) > cap:
                self.parts.append(part)
            else:
                free[1].extend(positive)
                free[2].extend(negative)
        if free[1] or free[2]:
            self.parts.append(free)
        self.falling = not any(negative for _, _, negative in self.parts)

    def value(self, second: float) -> int:
        """Return the score at a second."""
        total = 0
        for cap, positive, negative in self.parts:
            points = kept(positive, second) + (kept(negative, second) if negative else 0)
            total += points if cap is None or points < cap else cap
        return clamp(total)

    def first_exit(self, after: float, low: int, high: int, until: float | None = None) -> int | None:
        """Return the first whole second after ``after`` at which the score is below ``low`` or at least ``high``.

        None when it stays inside for good, and where that is cheap to see also when it does until ``until``. The
        score at ``after`` itself must lie inside.
        """
        if low <= 0 and (self.falling or high > MAX_SCORE):
            return None
        first = floor(after) + 1
        if not low <= self.value(first) < high:
            return first
        if self.falling:
            if until is not None and self.value(until) >= low:
                return None
            return self._first_below(first, low)
        return self._first_outside(first, low, high)

    def _first_below(self, first: int, bound: int) -> int:
        """Return the first second at which a falling curve is below a bound above zero."""
        at_least, width = _smooth_crossing(self.parts, first, bound)
        value = self.value
        while (left := value(at_least)) < bound:
            at_least, width = max(first, at_least - width), 2 * width
        second = _step_down(self.parts, at_least, left - bound + 1)
        if value(second) < bound <= value(second - 1):
            return second
        return self._halve(at_least, at_least + width, bound)

    def _halve(self, at_least: int, below: int, bound: int) -> int:
        """Return the same, from a second at which it is not below the bound and a guess of one at which it is."""
        value = self.value
        while value(below) >= bound:
            at_least, below = below, 2 * below - at_least
        while below - at_least > 1:
            middle = (at_least + below) // 2
            if value(middle) >= bound:
                at_least = middle
            else:
                below = middle
        return below

    def _first_outside(self, first: int, low: int, high: int) -> int | None:
        """Halve intervals from the left, and skip each one whose bounds lie inside the range."""
        last = max(first + 1, self._settled())
        intervals = [(first, self._ends(first), last, self._ends(last))]
        while intervals:
            a, at_a, b, at_b = intervals.pop()
            if low <= _bound(at_b, at_a) and _bound(at_a, at_b) < high:
                continue
            if b - a == 1:
                if not low <= _bound(at_b, at_b) < high:
                    return b
                continue
            middle = (a + b) // 2
            at_middle = self._ends(middle)
            intervals += [(middle, at_middle, b, at_b), (a, at_a, middle, at_middle)]
        return None

    def _settled(self) -> int:
        """Return a second from which every line is rounded to zero."""
        terms = [term for _, positive, negative in self.parts for term in (*positive, *negative)]
        return 1 + max(ceil(start + half_life * log2(2.001 * abs(points))) for points, start, half_life in terms)

    def _ends(self, second: int) -> list[tuple[int | None, int, int]]:
        return [(cap, kept(positive, second), kept(negative, second)) for cap, positive, negative in self.parts]


def _smooth_crossing(parts: list[Part], first: float, bound: int) -> tuple[int, int]:
    """Return about when a falling sum goes below a bound, and in how many seconds it loses two hundredths there.

    Newton's method on the logarithm of the sum without rounding: with one half-life the first step meets the
    crossing. A part above its cap stands still until it comes down to it. This is only a place to start from.
    """
    second, goal, loss, thaw = first, bound - 0.5, 0.0, inf
    thaws = [0.0 if cap is None else float(_smooth_crossing([(None, t, n)], first, cap)[0]) for cap, t, n in parts]
    falls = [_by_half_life(terms, first).items() for _, terms, _ in parts]
    for _ in range(6):
        total, loss, thaw = 0.0, 0.0, inf
        for (cap, _, _), thaws_at, fall in zip(parts, thaws, falls, strict=True):
            if cap is not None and second < thaws_at:
                total += cap
                thaw = min(thaw, thaws_at)
                continue
            for half_life, at_first in fall:
                left = at_first * 0.5 ** ((second - first) / half_life)
                total += left
                loss += _LN2 * left / half_life
        step = log(total / goal) * total / loss if loss else inf
        if second + step > thaw:
            second = thaw
            continue
        second += step
        if step * loss < 0.5:
            break
    return max(int(first), int(second)), max(2, int(2 / loss)) if loss else 64


def _by_half_life(terms: list[Term], second: float) -> dict[float, float]:
    """Return what is left at a second, without rounding, of the terms of each half-life: they fade as one."""
    left: dict[float, float] = {}
    for points, start, half_life in terms:
        left[half_life] = left.get(half_life, 0.0) + points * 0.5 ** ((second - start) / half_life)
    return left


def _step_down(parts: list[Part], second: int, number: int) -> int:
    """Return the second of the next steps' ``number``-th, as if no cap stood in the way: lines step at k + 1/2."""
    steps = []
    for _, terms, _ in parts:
        for points, start, half_life in terms:
            left = round(points * 0.5 ** ((second - start) / half_life))
            for lower in range(left, max(left - number, 0), -1):
                steps.append(start + half_life * log2(points / (lower - 0.5)))
    steps.sort()
    return max(second + 1, ceil(steps[number - 1])) if number <= len(steps) else second + 1


def _bound(positive: list[tuple[int | None, int, int]], negative: list[tuple[int | None, int, int]]) -> int:
    """Return the score of the positive points at one end and the negative points at the other."""
    total = 0
    for (cap, gained, _), (_, _, lost) in zip(positive, negative, strict=True):
        points = gained + lost
        total += points if cap is None or points < cap else cap
    return clamp(total)
