"""Kills, floods, cuts and doubles a running product, and prints what was promised and what was held.

``manage.py chaos --short`` takes three minutes; ``manage.py chaos`` runs every story, ``manage.py chaos kills`` one.
"""

import argparse
import importlib
import os
import random
import sys

import django

from chaos.servers import Servers
from chaos.settings import make_folder, settings


def main() -> int:
    """Return 0 when every promise that was tried was held."""
    options = _options()
    folder = make_folder()
    servers = Servers(folder / "data")
    own = settings(servers.place, database="postgres", port=1, through={})
    os.environ.update(own, STATEMENT_TIMEOUT_MS="0")
    django.setup()
    # Only now: the stories read the product's models.
    return importlib.import_module("chaos.story").tell(options, folder, servers)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="manage.py chaos", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="STORY", help="some of the stories (all)")
    parser.add_argument("--short", action="store_true", help="a few stories at a small size, within three minutes")
    parser.add_argument("--share", type=float, default=1.0, help="share of the proof sizes that is run (1)")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6), help="repeats a run's dice")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
