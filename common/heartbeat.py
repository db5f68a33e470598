"""Shows that clock, broker and worker are alive together: every tick a worker leaves the time in the broker."""

from datetime import UTC, datetime, timedelta
from functools import cache

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

KEY = "leadcrm:heartbeat"
# Three ticks missed: something on the way from the clock to the worker stands still.
LATE_AFTER = timedelta(seconds=35)


@cache
def _client() -> redis.Redis:
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=0.5, socket_connect_timeout=0.5, retry=Retry(NoBackoff(), 0)
    )


def record_heartbeat(*, now: datetime) -> None:
    """Leave ``now`` as the last beat. Raises redis.RedisError when the broker is down."""
    _client().set(KEY, now.timestamp())


def last_heartbeat() -> datetime | None:
    """Return the last beat, None before the first. Raises redis.RedisError when the broker is down."""
    value = _client().get(KEY)
    return datetime.fromtimestamp(float(value), tz=UTC) if value else None


def clear_heartbeat() -> None:
    """Forget the last beat: whoever stopped the worker knows that none will follow. Raises redis.RedisError."""
    _client().delete(KEY)
