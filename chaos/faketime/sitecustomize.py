"""Loaded before anything else in a process under libfaketime, whose sleep refuses the way Python 3.11 asks for it."""

import select
import time


def sleep(seconds: float) -> None:
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")
    select.select((), (), (), seconds)


time.sleep = sleep
