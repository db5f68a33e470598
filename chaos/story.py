"""Runs stories one after another and prints the table."""

import argparse
import os
import shutil
import signal
import time
import traceback
from pathlib import Path
from types import FrameType

from chaos.processes import NeverHappened
from chaos.report import Result, gather, table
from chaos.run import Run
from chaos.scenarios import SCENARIOS, SHORT
from chaos.servers import Servers

# The longest story, ten minutes without a broker, takes a third of it. One that hangs says where.
STORY_SECONDS = 2700


def tell(options: argparse.Namespace, folder: Path, servers: Servers) -> int:
    """Run the stories named by ``options``; return 0 when none broke a promise or failed to end."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, _leave)
    signal.signal(signal.SIGALRM, _give_up)
    run = Run(folder, servers, seed=options.seed, is_long=not options.short, share=options.share)
    names = options.names or (SHORT if options.short else SCENARIOS)
    _say(f"Seed {run.seed}, load {os.getloadavg()[0]:.1f}, in {folder}")
    began = time.monotonic()
    failed: list[str] = []
    results: list[Result] = []
    try:
        run.start()
        for name in names:
            results += _story(run, name, failed)
    except SystemExit:
        _end(run)
        shutil.rmtree(folder, ignore_errors=True)
        raise
    finally:
        _end(run)
    print(f"\n{table(gather(results))}\n\nSeed {run.seed}, {time.monotonic() - began:.0f} s", flush=True)
    is_held = not failed and not any(result.is_broken for result in results)
    if is_held:
        shutil.rmtree(folder, ignore_errors=True)
    else:
        _say(f"Stories that did not end: {', '.join(failed) or 'none'}. What the processes said is kept in {folder}.")
    return 0 if is_held else 1


def _story(run: Run, name: str, failed: list[str]) -> list[Result]:
    """Return what one story found; one that fails to end says so and leaves the others alone."""
    began = time.monotonic()
    results: list[Result] = []
    signal.alarm(STORY_SECONDS)
    try:
        results.extend(SCENARIOS[name](run))
    except Exception:
        traceback.print_exc()
        failed.append(name)
    finally:
        signal.alarm(0)
        run.clear()
    broken = [result.promise for result in results if result.is_broken]
    word = "did not end" if name in failed else f"broke {', '.join(broken)}" if broken else "held"
    _say(f"{name}: {word} ({time.monotonic() - began:.0f} s)")
    return results


def _leave(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


def _give_up(number: int, frame: FrameType | None) -> None:
    raise NeverHappened(f"the story did not end within {STORY_SECONDS // 60} minutes")


def _end(run: Run) -> None:
    """End everything; nobody can break that off, or what was started here would stay."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    run.close()


def _say(line: str) -> None:
    print(line, flush=True)
