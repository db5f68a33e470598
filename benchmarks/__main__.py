"""Runs every measurement, or those named: ``make bench``, ``make bench ARGS="engine mail"``.

Each measures against a baseline taken in the same run; the last thing printed is one table of all. Without
DATABASE_URL the product's own servers are used.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import results

ROOT = Path(__file__).resolve().parent.parent
NAMES = ("engine", "weights", "capture", "pipeline", "mail", "pages", "memory", "vitals")
# Enough to see that everything is wired, not to believe a figure.
SHORT = {
    "capture": ("--rounds", "1", "--seconds", "1"),
    "pipeline": ("--leads", "200", "--rounds", "1"),
    "mail": ("--mails", "100", "--rounds", "1"),
    "pages": ("--leads", "100", "400", "--rounds", "1"),
    "memory": ("--seconds", "2"),
    "vitals": ("--leads", "100", "--rounds", "1"),
}


def main() -> int:
    """Run the measurements one after another, each in a process of its own; print what all of them found.

    Returns 1 when one has failed or, but for a short run, missed its must.
    """
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"some of {', '.join(NAMES)} (all)")
    parser.add_argument("--short", action="store_true", help="only try whether they run")
    options = parser.parse_args()
    if unknown := set(options.names) - set(NAMES):
        parser.error(f"no such measurement: {', '.join(sorted(unknown))}")
    with tempfile.NamedTemporaryFile() as file:
        os.environ[results.FILE] = file.name
        failed = [
            name for name in options.names or NAMES if not has_run(name, SHORT.get(name, ()) if options.short else ())
        ]
        found = results.read(Path(file.name))
    print("\n" + results.table(found))
    if failed:
        print(f"\nFailed: {', '.join(failed)}")
    is_missed = not options.short and any(result.is_missed for result in found)
    return 1 if failed or is_missed else 0


def has_run(name: str, arguments: tuple[str, ...]) -> bool:
    """Run one measurement and say how long it took; return whether it ended well."""
    print(f"\n=== {name}", flush=True)
    began = time.monotonic()
    command = [sys.executable, "-m", f"benchmarks.{name}", *arguments]
    status = subprocess.run(command, check=False, cwd=ROOT).returncode
    print(
        f"=== {name}: {'ok' if status == 0 else f'exit status {status}'} ({time.monotonic() - began:.0f} s)", flush=True
    )
    return status == 0


if __name__ == "__main__":
    sys.exit(main())
