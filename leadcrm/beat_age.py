"""``python -m leadcrm.beat_age 90``: fails when no tick of the clock has passed through a worker for 90 s.

A health check for containers, so it asks the broker alone and starts without Django.
"""

import os
import sys
import time

import redis

KEY = "leadcrm:heartbeat"


def main(argv: list[str]) -> int:
    """Return 0 when the last beat is younger than the seconds in ``argv``."""
    longest = float(argv[1]) if len(argv) > 1 else 90.0
    client = redis.Redis.from_url(os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/0"), socket_timeout=3)
    try:
        last = client.get(KEY)
    except redis.RedisError as exc:
        print(f"The broker does not answer: {exc}")
        return 1
    age = time.time() - float(last) if last else None
    print("No beat yet." if age is None else f"Last beat {age:.0f} s ago.")
    return 0 if age is not None and age <= longest else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv))
