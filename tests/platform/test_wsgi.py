"""What the web server makes once, before it forks, instead of in each process at its first visitor."""

import subprocess
import sys

from leadcrm.cli import ROOT

LOAD = """
import leadcrm.wsgi
from capture.views.embed import script
from django.template import engines
print(script.cache_info().currsize, len(engines["django"].engine.template_loaders[0].get_template_cache))
"""


def test_the_script_of_forms_and_the_first_pages_are_made_before_the_server_forks():
    made = subprocess.run(
        [sys.executable, "-c", LOAD], cwd=ROOT, check=True, capture_output=True, text=True
    )  # fmt: skip

    scripts, templates = map(int, made.stdout.split())

    assert scripts == 1
    assert templates >= 2
