"""``python -m leadcrm.worker``: the worker of an installation that has one, with the clock as a thread of it.

What ``celery worker`` does, without Celery's command line: that loads a shell with completion, which no worker needs
and which stays in its memory. Several workers, or processes instead of threads, are started by ``celery worker``.
"""

import sys

from leadcrm.celery import app

THREADS = 4


def main() -> int:
    """Work until a signal ends it, and return the exit status."""
    worker = app.Worker(
        pool="threads",
        concurrency=THREADS,
        clock=True,
        loglevel="WARNING",
        quiet=True,
        without_gossip=True,
        without_mingle=True,
    )
    worker.start()
    return int(worker.exitcode or 0)


if __name__ == "__main__":
    sys.exit(main())
