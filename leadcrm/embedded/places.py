"""Where an installation keeps its data and its sockets, and as whom its servers run."""

import hashlib
import os
import pwd
import secrets
import stat
import tempfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from leadcrm.remedy import explain

ROOT_DATA = Path("/var/lib/leadcrm")
# What the kernel takes for a socket's path is 107 characters; ".s.PGSQL.5432.lock" is the longest name in it.
SOCKET_PATH_LIMIT = 107 - len("/.s.PGSQL.5432.lock")


@dataclass(frozen=True)
class Owner:
    """The account a server runs as when the product itself runs as root, as PostgreSQL refuses root."""

    uid: int
    gid: int

    def as_subprocess(self) -> dict[str, Any]:
        """Return the arguments that make ``subprocess`` run as this account."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


@dataclass(frozen=True)
class Place:
    """One data folder with its two servers; ``is_throwaway`` trades durability for speed (tests)."""

    root: Path
    owner: Owner | None = None
    is_throwaway: bool = False

    @property
    def postgres(self) -> Path:
        return self.root / "postgres"

    @property
    def valkey(self) -> Path:
        return self.root / "valkey"

    @cached_property
    def sockets(self) -> Path:
        """The folder of the sockets: in the data folder, or a private one in /tmp where that path is too long."""
        inside = self.root / "run"
        if len(str(inside)) <= SOCKET_PATH_LIMIT:
            return inside
        return Path(tempfile.gettempdir()) / f"leadcrm-{os.geteuid()}-{_short(self.root)}"

    @property
    def valkey_socket(self) -> Path:
        return self.sockets / "valkey.sock"

    @property
    def database_url(self) -> str:
        return f"postgresql://postgres@/postgres?host={self.sockets}"

    @property
    def redis_url(self) -> str:
        return f"unix://{self.valkey_socket}?db=0"

    def as_subprocess(self) -> dict[str, Any]:
        return self.owner.as_subprocess() if self.owner else {}

    def make(self) -> None:
        """Make the folders that are missing. Raises Remedy when that is not possible or not safe."""
        try:
            self.root.mkdir(mode=0o755, parents=True, exist_ok=True)
            for folder in (self.sockets, self.valkey):
                self.make_private(folder)
        except OSError as exc:
            raise explain(
                f"The data folder {self.root} cannot be made: {exc.strerror}.",
                "set LEADCRM_DATA_DIR to a folder you may write, or",
                "set DATABASE_URL and REDIS_URL to servers that run elsewhere",
            ) from exc

    def make_private(self, folder: Path) -> None:
        """Make ``folder`` for the servers' account alone. Raises Remedy when it is somebody else's."""
        folder.mkdir(mode=0o700, exist_ok=True)
        status = folder.lstat()
        expected = self.owner.uid if self.owner else os.geteuid()
        if status.st_uid != expected and os.geteuid() == 0 and stat.S_ISDIR(status.st_mode):
            os.chown(folder, expected, self.owner.gid if self.owner else -1)
        elif status.st_uid != expected or not stat.S_ISDIR(status.st_mode):
            raise explain(f"{folder} belongs to somebody else.", "remove it, or set LEADCRM_DATA_DIR to another folder")


def product_place(checkout: Path) -> Place:
    """Return the place of this checkout's data; a new clone has a new id and so starts empty."""
    return Place(root=_data_root(checkout), owner=server_owner())


def test_place(checkout: Path) -> Place:
    """Return the place of the test servers, apart from the product's data."""
    return Place(root=_data_root(checkout) / "tests", owner=server_owner(), is_throwaway=True)


def server_owner() -> Owner | None:
    """Return the account for the servers: ``nobody`` under root, else None for one's own.

    Raises Remedy when there is no such account, as PostgreSQL then refuses to start.
    """
    elsewhere = "set DATABASE_URL (and REDIS_URL) to a server that runs elsewhere"
    if os.geteuid() == 0:
        try:
            nobody = pwd.getpwnam("nobody")
        except KeyError:
            raise explain(
                "PostgreSQL does not run as root, and there is no account nobody.", "start as another user", elsewhere
            ) from None
        return Owner(nobody.pw_uid, nobody.pw_gid)
    try:
        pwd.getpwuid(os.geteuid())
    except KeyError:
        raise explain(
            f"The user id {os.geteuid()} has no entry in /etc/passwd, and PostgreSQL does not start without one.",
            "give it one (in a container: run as a named user), or",
            elsewhere,
        ) from None
    return None


def _data_root(checkout: Path) -> Path:
    chosen = os.environ.get("LEADCRM_DATA_DIR")
    if chosen:
        return Path(chosen).expanduser().resolve()
    return _base() / installation_id(checkout)


def _base() -> Path:
    if os.geteuid() == 0:
        return ROOT_DATA
    home = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(home) / "leadcrm"


def installation_id(checkout: Path) -> str:
    """Return the random id that binds a checkout to its data; made at the first use and never committed."""
    path = checkout / ".leadcrm" / "id"
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        pass
    try:
        path.parent.mkdir(exist_ok=True)
        partial = path.with_name(f"id.{os.getpid()}")
        partial.write_text(secrets.token_hex(4) + "\n")
        try:
            os.link(partial, path)
        except FileExistsError:
            pass
        finally:
            partial.unlink()
    except OSError as exc:
        raise explain(
            f"{path.parent} cannot be written: {exc.strerror}.",
            "put the checkout where you may write, or set LEADCRM_DATA_DIR to a folder for the data",
        ) from exc
    return path.read_text().strip()


def _short(path: Path) -> str:
    return hashlib.sha256(str(path).encode()).hexdigest()[:8]
