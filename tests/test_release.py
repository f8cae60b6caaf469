"""What maintainers run: the script that runs the tests in CI."""

from __future__ import annotations

import os
import re
import shutil

import pytest
from support.processes import ROOT, environment, run

#: A program that takes the place of what .ci/run starts. It notes what it was asked to do.
FAKE = """#!/bin/sh
echo "${0##*/} $*" >>"$HOME/calls"
case "${0##*/} $*" in
    dpkg-query*) echo installed ;;
    $FAILING) exit 3 ;;
    $MISSING) exit 77 ;;
esac
"""


@pytest.mark.parametrize(
    ("failing", "status", "stages"),
    [
        (
            "none",
            0,
            [
                *("make test", "make test-lowest", "packaging/deb-test", "make .venv/bin/nox"),
                *("make matrix", "make test-full TESTS=--exitfirst"),
            ],
        ),
        ("make test-lowest", 3, ["make test", "make test-lowest"]),
        (
            "make matrix",
            3,
            [
                *("make test", "make test-lowest", "packaging/deb-test", "make .venv/bin/nox"),
                "make matrix",
            ],
        ),
    ],
)
def test_ci_prints_the_seconds_of_each_stage(tmp_path, failing, status, stages):
    for name in (".ci", "packaging", "bin"):
        (tmp_path / name).mkdir()
    shutil.copy(ROOT / ".ci" / "run", tmp_path / ".ci")
    for name in ("packaging/deb-test", "bin/make", "bin/dpkg-query", "bin/apt-get"):
        (tmp_path / name).write_text(FAKE)
        (tmp_path / name).chmod(0o755)
    env = environment(tmp_path / "home", FAILING=failing, MISSING="deb-test ")
    env["PATH"] = f"{tmp_path}/bin{os.pathsep}{env['PATH']}"
    done = run(tmp_path / ".ci" / "run", env=env)
    assert (done.returncode, done.stderr) == (status, "")
    before, _, after = done.stdout.rpartition(".ci/run: seconds of each stage, ")
    assert re.match(rf"\d+ in all, exit status {status}\n", after)
    assert [re.sub(r"^ +\d+ ", "", line) for line in after.splitlines()[1:]] == stages
    assert before == (
        ".ci/run: not run: packaging/deb-test, for the reason above\n"
        if "packaging/deb-test" in stages
        else ""
    )
    calls = (tmp_path / "home" / "calls").read_text().splitlines()
    done_in_it = [call for call in calls if not call.startswith("dpkg-query")]
    assert done_in_it == [stage.replace("packaging/deb-test", "deb-test ") for stage in stages]
