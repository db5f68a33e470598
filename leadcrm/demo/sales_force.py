"""Three reps who work the queue of the sample data: they claim, call, decide and sell."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from random import Random
from uuid import UUID
from zoneinfo import ZoneInfo

from accounts.models import User
from leads.models import Lead
from sales import services as sales
from sales.models import Handover

Plan = Callable[[datetime, Callable[[datetime], None]], None]
REJECTIONS = (1, 1, 2, 3, 4, 4, 5, 8)
ZONE = ZoneInfo("UTC")


class SalesForce:
    """Decides what becomes of each handover and plans the acts; ``worth`` says how well a lead fits in truth.

    What was opened since ``leaves`` is left in the queue, for whoever looks around.
    """

    def __init__(
        self, *, random: Random, reps: list[User], worth: dict[str, float], plan: Plan, leaves: datetime
    ) -> None:
        self._leaves = leaves
        self._random = random
        self._reps = reps
        self._worth = worth
        self._plan = plan
        self._seen: set[UUID] = set()

    def notice(self, now: datetime) -> None:
        """Plan the work on every handover that was opened since the last look."""
        queued = Handover.objects.filter(state="queued", lead__is_sample=True, opened_at__lt=self._leaves)
        for handover in queued.exclude(pk__in=self._seen):
            self._seen.add(handover.pk)
            rep = next((r for r in self._reps if r.pk == handover.offered_to_id), None) or self._random.choice(
                self._reps
            )
            self._plan(self._soon(now), partial(self._take, handover, rep))

    def _soon(self, now: datetime) -> datetime:
        minutes = self._random.lognormvariate(3.1, 1.1)
        return working_moment(now + timedelta(minutes=minutes))

    def _take(self, handover: Handover, rep: User, now: datetime) -> None:
        sales.claim(handover=handover, by=rep, now=now)
        result = self._random.choices(("reached", "no_answer", "left_message"), (6, 3, 1))[0]
        sales.log_contact(handover=handover, result=result, by=rep, now=now + timedelta(minutes=2))
        later = working_moment(now + timedelta(minutes=4 + self._random.expovariate(0.03)))
        self._plan(later, lambda at: self._judge(handover, rep, at))

    def _judge(self, handover: Handover, rep: User, now: datetime) -> None:
        worth = self._worth.get(Lead.objects.get(pk=handover.lead_id).email, 0.3)
        if self._random.random() < 0.25 + worth * 0.8:
            sales.accept(handover=handover, by=rep, now=now, value_key=self._value(worth))
            if self._random.random() < 0.85:
                later = working_moment(now + timedelta(days=4 + self._random.expovariate(0.07)))
                self._plan(later, lambda at: self._close(handover, rep, worth, at))
        else:
            sales.reject(handover=handover, reason=self._random.choice(REJECTIONS), by=rep, now=now)

    def _close(self, handover: Handover, rep: User, worth: float, now: datetime) -> None:
        chance = self._random.random()
        if chance < 0.15 + worth * 0.45:
            amount = Decimal(self._random.randrange(30, 260) * 100)
            sales.win(handover=handover, by=rep, now=now, amount=amount)
        elif chance < 0.8:
            sales.lose(handover=handover, reason=self._random.randint(1, 6), by=rep, now=now)
        else:
            sales.recycle(handover=handover, until=(now + timedelta(days=60)).date(), by=rep, now=now)

    def _value(self, worth: float) -> int:
        return 3 if worth > 0.9 else 2 if worth > 0.45 else 1


def working_moment(at: datetime) -> datetime:
    """Return ``at``, or the next moment after it on a weekday between 9 and 18 o'clock."""
    local = at.astimezone(ZONE)
    if local.hour >= 18:
        local = (local + timedelta(days=1)).replace(hour=9, minute=local.minute)
    elif local.hour < 9:
        local = local.replace(hour=9)
    while local.weekday() >= 5:
        local = (local + timedelta(days=1)).replace(hour=9)
    return local
