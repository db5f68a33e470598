#!/usr/bin/env python3
"""Entry point of every command. Needs nothing but Python 3.11: the rest comes with the first use."""

import sys

if sys.version_info < (3, 11):
    sys.exit(
        "LeadCRM needs Python 3.11 or newer, this is %d.%d.\n"
        "  - Debian 12, Ubuntu 24.04 or newer: sudo apt install python3 python3-venv\n"
        "  - elsewhere: https://docs.astral.sh/uv/ (uv run --python 3.12 python manage.py ...)" % sys.version_info[:2]
    )

from leadcrm.bootstrap import main

if __name__ == "__main__":
    sys.exit(main(sys.argv))
