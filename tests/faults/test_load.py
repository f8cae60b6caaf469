"""Many commands from several shells at once: all succeed, and nothing is left behind."""

from __future__ import annotations

import re
import sys

import pytest
from support.limits import TIMEOUT
from support.processes import assert_nothing_left, environment, run
from support.shell import ROOT

sys.path.insert(0, str(ROOT / "bench"))
from load import Ran, Step, first_wrong


@pytest.mark.full
def test_commands_from_four_shells(tmp_path):
    number = 80
    env = environment(tmp_path)
    program = ROOT / "bench" / "load.py"
    done = run(sys.executable, program, "--commands", str(number), env=env, timeout=TIMEOUT)
    assert re.fullmatch(
        rf"{number} commands from 4 shells on \d+ cores\n"
        r"\d+ s, \d+\.\d commands a second\n"
        r"latency: median \d+\.\d{3} s, 95 % within \d+\.\d{3} s\n"
        r"failures: 0\n",
        done.stdout,
    ), done.stdout + done.stderr
    assert done.returncode == 0
    assert_nothing_left(tmp_path)


@pytest.mark.parametrize(
    ("shown", "status"), [("id-8", 0), ("", 0), ("id-7\nid-7", 0), ("id-7", 1)]
)
def test_a_failure_or_another_answer_is_noticed(shown, status):
    wanted = [Step("create", r"(?P<id>id-\d)"), Step("show", r"(?P=id)")]
    created, right = Ran("create", "id-7", 0, 0.1), Ran("show", "id-7", 0, 0.1)
    wrong = Ran("show", shown, status, 0.1)
    assert first_wrong(wanted, [created, right]) is None
    assert first_wrong(wanted, [created, wrong]) == wrong
