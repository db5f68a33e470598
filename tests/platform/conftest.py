"""Places for embedded servers that every account may reach, unlike pytest's own temporary folders."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from leadcrm.embedded import postgres, valkey
from leadcrm.embedded.places import Place, server_owner
from leadcrm.embedded.servers import Servers


def new_place() -> Place:
    root = Path(tempfile.mkdtemp(prefix="lcrm-", dir="/tmp"))
    root.chmod(0o755)
    return Place(root=root, owner=server_owner(), is_throwaway=True)


def clear(place: Place) -> None:
    if postgres.is_up(place) or valkey.is_up(place):
        with Servers(place):
            pass
    shutil.rmtree(place.root, ignore_errors=True)


@pytest.fixture
def place() -> Iterator[Place]:
    """Yield an empty place; whatever a test leaves running in it is stopped."""
    fresh = new_place()
    yield fresh
    clear(fresh)


@pytest.fixture(scope="module")
def used_place() -> Iterator[Place]:
    """Yield a place whose cluster exists already; its servers are not running."""
    used = new_place()
    with Servers(used):
        pass
    yield used
    clear(used)


@pytest.fixture
def plain_environment() -> dict[str, str]:
    """Return an environment that names no server and no key, as on a new machine."""
    kept = ("PATH", "HOME", "LANG", "TMPDIR")
    return {name: os.environ[name] for name in kept if name in os.environ}
