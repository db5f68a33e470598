"""How often one network may send one form, and how often a token or a text was seen. Counts live in Redis.

Capture beats limiting: when Redis does not answer within 200 ms the counts of this process are used instead, and
Redis is left alone for five seconds.
"""

import ipaddress
import logging
import threading
import time
from dataclasses import dataclass

import redis
from django.conf import settings

logger = logging.getLogger(__name__)

PER_MINUTE = 10
PER_HOUR = 60
# A /24 is an office or a street, not a person.
PEOPLE_IN_A_NETWORK = 30
TIMEOUT_SECONDS = 0.2
OPEN_CIRCUIT_SECONDS = 5.0
MAX_LOCAL = 50_000

# Counts every key once. A key that is new gets its life time; each answer is the count and what is left of it.
SCRIPT = """
local out = {}
for i, key in ipairs(KEYS) do
  local count = redis.call('INCR', key)
  local left
  if count == 1 then
    left = tonumber(ARGV[i])
    redis.call('EXPIRE', key, left)
  else
    left = redis.call('TTL', key)
  end
  out[#out + 1] = count
  out[#out + 1] = left
end
return out
"""


@dataclass(frozen=True)
class Use:
    """What the counts say: seconds to wait (0: go on), and how often this token and this text came before."""

    retry_after: int = 0
    token_uses: int = 0
    text_uses: int = 0


def networks(ip: str) -> list[str]:
    """Return the networks an address is counted under: itself and its /24, or its /64 for IPv6."""
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return []
    if address.version == 6:
        return [str(ipaddress.ip_network(f"{ip}/64", strict=False))]
    return [ip, ip.rpartition(".")[0] + ".0/24"]


class Counter:
    """Counts in Redis, or in this process while Redis is away."""

    def __init__(self, url: str | None = None) -> None:
        self._url = url
        self._own = threading.local()
        self._closed_until = 0.0
        self._local: dict[str, tuple[int, float]] = {}
        self._lock = threading.Lock()

    def count(self, lives: dict[str, int]) -> list[tuple[int, int]]:
        """Add one to each key and return ``(count, seconds left)``; ``lives`` maps a key to its life in seconds."""
        if time.monotonic() >= self._closed_until:
            try:
                flat = self._redis()(keys=list(lives), args=list(lives.values()))
                return list(zip(flat[::2], flat[1::2], strict=True))
            except (redis.RedisError, OSError) as exc:
                self._closed_until = time.monotonic() + OPEN_CIRCUIT_SECONDS
                logger.warning("Redis does not count submissions (%s); this process counts alone for a while.", exc)
        return self._count_here(lives)

    def _redis(self) -> "redis.commands.core.Script":
        """Return the script on this thread's own connection: a pool's checks would cost more than the counting."""
        script: redis.commands.core.Script | None = getattr(self._own, "script", None)
        if script is None:
            client = redis.Redis.from_url(
                self._url or settings.REDIS_URL,
                socket_timeout=TIMEOUT_SECONDS,
                socket_connect_timeout=TIMEOUT_SECONDS,
                retry=redis.retry.Retry(redis.backoff.NoBackoff(), 0),
                health_check_interval=0,
                single_connection_client=True,
            )
            script = self._own.script = client.register_script(SCRIPT)
        return script

    def _count_here(self, lives: dict[str, int]) -> list[tuple[int, int]]:
        now = time.monotonic()
        found = []
        with self._lock:
            if len(self._local) > MAX_LOCAL:
                self._local.clear()
            for key, life in lives.items():
                count, until = self._local.get(key, (0, 0.0))
                if until <= now:
                    count, until = 0, now + life
                self._local[key] = (count + 1, until)
                found.append((count + 1, max(1, int(until - now))))
        return found


counter = Counter()


def allowed(key: str, life: int) -> int:
    """Return how often one network may send one form within ``life`` seconds: an address, a /64, or all of a /24."""
    of_one = PER_MINUTE if life == 60 else PER_HOUR
    return of_one * PEOPLE_IN_A_NETWORK if "/24:" in key else of_one


def note_use(*, form_id: str, ip: str, nonce: str, text_hash: str) -> Use:
    """Count one submission. Networks are counted per form, a token per network for a day, a text for an hour."""
    lives: dict[str, int] = {}
    for network in networks(ip):
        lives[f"leadcrm:form:{form_id}:{network}:m"] = 60
        lives[f"leadcrm:form:{form_id}:{network}:h"] = 3600
    if nonce:
        lives[f"leadcrm:token:{nonce}:{networks(ip)[-1:]}"] = 86_400
    if text_hash:
        lives[f"leadcrm:text:{text_hash}"] = 3600
    if not lives:
        return Use()
    retry_after, token_uses, text_uses = 0, 0, 0
    for (key, life), (count, left) in zip(lives.items(), counter.count(lives), strict=True):
        if key.startswith("leadcrm:token:"):
            token_uses = count
        elif key.startswith("leadcrm:text:"):
            text_uses = count
        elif count > allowed(key, life):
            retry_after = max(retry_after, left)
    return Use(retry_after, token_uses, text_uses)
