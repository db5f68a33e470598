"""How often one network may send one form, and how often a token or a text was seen.

Capture beats limiting: a request counts in the memory of its process and waits for nobody. A thread adds up the counts
of all processes in Redis, every 50 ms in which there were any. So what is sent to several processes within one such
moment may pass a limit by as many as there are processes; while Redis is away, each process counts alone.
"""

import ipaddress
import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

import redis
from django.conf import settings

logger = logging.getLogger(__name__)

PER_MINUTE = 10
PER_HOUR = 60
# A /24 is an office or a street, not a person.
PEOPLE_IN_A_NETWORK = 30
SHARE_SECONDS = 0.05
TIMEOUT_SECONDS = 0.2
OPEN_CIRCUIT_SECONDS = 5.0
MAX_TALLIES = 50_000

# Adds to every key. A key that is new gets its life time; each answer is the count of all and what is left of its life.
SCRIPT = """
local out = {}
for i, key in ipairs(KEYS) do
  local added = tonumber(ARGV[2 * i - 1])
  local count = redis.call('INCRBY', key, added)
  local left
  if count == added then
    left = tonumber(ARGV[2 * i])
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
    """What the counts say: seconds to wait (0: go on), and how often token, text and link came, this time counted."""

    retry_after: int = 0
    token_uses: int = 0
    text_uses: int = 0
    link_uses: int = 0


def networks(ip: str) -> list[str]:
    """Return the networks an address is counted under: itself and its /24, or its /64 for IPv6."""
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return []
    if address.version == 6:
        return [str(ipaddress.ip_network(f"{ip}/64", strict=False))]
    return [ip, ip.rpartition(".")[0] + ".0/24"]


@dataclass
class Tally:
    """What is known of one key: the count of all processes so far, and when it starts again (monotonic)."""

    count: int
    until: float
    life: int
    unshared: int = 0


class Counter:
    """Counts in this process; a thread of its own joins the counts of all processes in Redis."""

    def __init__(self, url: str | None = None) -> None:
        self._url = url
        self._tallies: dict[str, Tally] = {}
        self._unshared: dict[str, Tally] = {}
        self._lock = threading.Lock()
        self._sharing = threading.Lock()
        self._is_due = threading.Event()
        self._thread: threading.Thread | None = None
        self._script: redis.commands.core.Script | None = None

    def count(self, lives: dict[str, int]) -> list[tuple[int, int]]:
        """Add one to each key and return ``(count, seconds left)``; ``lives`` maps a key to its life in seconds."""
        now = time.monotonic()
        found = []
        with self._lock:
            for key, life in lives.items():
                tally = self._tallies.get(key)
                if tally is None or tally.until <= now:
                    tally = self._tallies[key] = Tally(0, now + life, life)
                tally.count += 1
                tally.unshared += 1
                self._unshared[key] = tally
                found.append((tally.count, max(1, int(tally.until - now))))
            # A thread does not survive a fork: what is not alive here is started here.
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="counter", daemon=True)
                self._thread.start()
        self._is_due.set()
        return found

    def share(self) -> None:
        """Add what was counted here to Redis and learn what others counted. Raises RedisError or OSError."""
        with self._sharing:
            self._share()

    def _share(self) -> None:
        with self._lock:
            shared = {key: (tally, tally.unshared) for key, tally in self._unshared.items()}
            self._unshared = {}
            for tally, _ in shared.values():
                tally.unshared = 0
            self._drop_old()
        if not shared:
            return
        args = [number for tally, added in shared.values() for number in (added, tally.life)]
        flat = self._redis()(keys=list(shared), args=args)
        now = time.monotonic()
        with self._lock:
            for (tally, _), count, left in zip(shared.values(), flat[::2], flat[1::2], strict=True):
                tally.count = count + tally.unshared
                tally.until = now + left

    def _run(self) -> None:
        while True:
            self._is_due.wait()
            self._is_due.clear()
            try:
                self.share()
            except (redis.RedisError, OSError) as exc:
                logger.warning("Redis does not count submissions (%s); this process counts alone for a while.", exc)
                time.sleep(OPEN_CIRCUIT_SECONDS)
            time.sleep(SHARE_SECONDS)

    def _drop_old(self) -> None:
        if len(self._tallies) <= MAX_TALLIES:
            return
        now = time.monotonic()
        self._tallies = {key: tally for key, tally in self._tallies.items() if tally.until > now}
        if len(self._tallies) > MAX_TALLIES:
            self._tallies.clear()

    def _redis(self) -> "redis.commands.core.Script":
        if self._script is None:
            client = redis.Redis.from_url(
                self._url or settings.REDIS_URL,
                socket_timeout=TIMEOUT_SECONDS,
                socket_connect_timeout=TIMEOUT_SECONDS,
                retry=redis.retry.Retry(redis.backoff.NoBackoff(), 0),
                health_check_interval=0,
                single_connection_client=True,
            )
            self._script = client.register_script(SCRIPT)
        return self._script


counter = Counter()


def allowed(key: str, life: int) -> int:
    """Return how often one network may send one form within ``life`` seconds: an address, a /64, or all of a /24."""
    of_one = PER_MINUTE if life == 60 else PER_HOUR
    return of_one * PEOPLE_IN_A_NETWORK if "/24:" in key else of_one


def note_use(*, form_id: str, ip: str, nonce: str = "", text: str = "", links: Sequence[str] = ()) -> Use:
    """Count one submission. Networks are counted per form, a token for a day, a text and a link for an hour."""
    lives: dict[str, int] = {}
    for network in networks(ip):
        lives[f"leadcrm:form:{form_id}:{network}:m"] = 60
        lives[f"leadcrm:form:{form_id}:{network}:h"] = 3600
    if nonce:
        lives[f"leadcrm:token:{nonce}"] = 86_400
    if text:
        lives[f"leadcrm:text:{text}"] = 3600
    lives |= {f"leadcrm:link:{link}": 3600 for link in links}
    if not lives:
        return Use()
    uses = {"form": 0, "token": 0, "text": 0, "link": 0}
    for (key, life), (count, left) in zip(lives.items(), counter.count(lives), strict=True):
        kind = key.split(":")[1]
        if kind != "form":
            uses[kind] = max(uses[kind], count)
        elif count > allowed(key, life):
            uses["form"] = max(uses["form"], left)
    return Use(*uses.values())
