"""Failpoints: dead weight unless armed, deadly where armed, and each of them tried by a story."""

import os
import subprocess
import sys

import pytest

from chaos.scenarios.failpoints import FLOWS, MAIL_ENDS, names
from common import failpoint as module
from common.failpoint import STATUS, failpoint
from leadcrm.cli import ROOT

PASS = "from common.failpoint import failpoint; failpoint('submit.committed'); print('went on')"


def test_unarmed_nothing_happens() -> None:
    assert module.ARMED == ""

    failpoint("submit.committed")
    failpoint("")


@pytest.mark.parametrize(("armed", "status"), [("submit.committed", STATUS), ("submit.rung", 0), ("", 0)])
def test_a_process_dies_at_the_armed_place_alone(armed: str, status: int) -> None:
    environment = os.environ | {"LEADCRM_FAILPOINT": armed}

    done = subprocess.run([sys.executable, "-c", PASS], check=False, cwd=ROOT, env=environment, capture_output=True)

    assert done.returncode == status
    assert (b"went on" in done.stdout) == (status == 0)


def test_every_place_has_a_story_that_passes_it() -> None:
    assert len(names()) > 20
    assert [name for name in names() if name.partition(".")[0] not in FLOWS] == []
    assert {name for name in names() if name.startswith("mail.")} == set(MAIL_ENDS)
