"""Signs of life, kept in the broker, of what works in the background.

Three, because each can stand still alone: every worker says that its loop runs, the clock (beat) that it ticks, and a
tick that went through a worker leaves the beat, which shows that clock, broker and worker are alive together.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

KEY = "leadcrm:heartbeat"
CLOCK_KEY = "leadcrm:clock"
CLOCK_SINCE_KEY = "leadcrm:clock-since"
WORKERS_KEY = "leadcrm:workers"
# Three ticks missed: something on the way from the clock to the worker stands still.
LATE_AFTER = timedelta(seconds=35)
GONE_AFTER = timedelta(days=1)


@dataclass(frozen=True)
class Pulse:
    """When each sign of life was last seen; ``workers`` by name. ``clock_since``: since when it ticks without a gap."""

    beat: datetime | None = None
    clock: datetime | None = None
    clock_since: datetime | None = None
    workers: dict[str, datetime] = field(default_factory=dict)

    def live_workers(self, now: datetime) -> list[str]:
        """Return the names of those whose loop runs."""
        return sorted(name for name, seen in self.workers.items() if now - seen <= LATE_AFTER)

    def is_clock_late(self, now: datetime) -> bool:
        """Whether the clock has not ticked for three ticks."""
        return self.clock is None or now - self.clock > LATE_AFTER

    def is_beat_late(self, now: datetime) -> bool:
        """Whether no tick has passed through a worker for three ticks; a clock that has just begun has time for it."""
        if self.clock_since is not None and not self.is_clock_late(now) and now - self.clock_since <= LATE_AFTER:
            return False
        return self.beat is None or now - self.beat > LATE_AFTER


@cache
def _client() -> redis.Redis:
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=0.5, socket_connect_timeout=0.5, retry=Retry(NoBackoff(), 0)
    )


def record_heartbeat(*, now: datetime) -> None:
    """Leave ``now`` as the last beat. Raises redis.RedisError when the broker is down."""
    _client().set(KEY, now.timestamp())


def record_clock(*, now: datetime) -> None:
    """Leave ``now`` as the clock's last tick. Raises redis.RedisError when the broker is down."""
    if pulse().is_clock_late(now):
        _client().set(CLOCK_SINCE_KEY, now.timestamp())
    _client().set(CLOCK_KEY, now.timestamp())


def record_worker(*, name: str, now: datetime) -> None:
    """Leave ``now`` as the last sign of one worker, and forget those gone for a day. Raises redis.RedisError."""
    gone = [other for other, seen in pulse().workers.items() if now - seen > GONE_AFTER]
    if gone:
        _client().hdel(WORKERS_KEY, *gone)
    _client().hset(WORKERS_KEY, name, str(now.timestamp()))


def pulse() -> Pulse:
    """Return all signs of life. Raises redis.RedisError when the broker is down."""
    with _client().pipeline(transaction=False) as ask:
        ask.get(KEY)
        ask.get(CLOCK_KEY)
        ask.get(CLOCK_SINCE_KEY)
        ask.hgetall(WORKERS_KEY)
        beat, clock, since, workers = ask.execute()
    return Pulse(
        _moment(beat), _moment(clock), _moment(since), {name.decode(): _seen(text) for name, text in workers.items()}
    )


def last_heartbeat() -> datetime | None:
    """Return the last beat, None before the first. Raises redis.RedisError when the broker is down."""
    return pulse().beat


def clear_heartbeat() -> None:
    """Forget all signs: whoever stopped the worker knows that none will follow. Raises redis.RedisError."""
    _client().delete(KEY, CLOCK_KEY, CLOCK_SINCE_KEY, WORKERS_KEY)


def _moment(text: bytes | None) -> datetime | None:
    return _seen(text) if text else None


def _seen(text: bytes) -> datetime:
    return datetime.fromtimestamp(float(text), tz=UTC)
