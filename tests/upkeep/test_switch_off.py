"""tools/switch_off.py: only a test that fails notices what is off."""

from __future__ import annotations

import os
import runpy
import signal
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest
from support.shell import ROOT

TOOL = runpy.run_path(str(ROOT / "tools" / "switch_off.py"))
#: What tests do without the rule.
ENDLESS, FAILING, PASSING = "endless", "failing", "passing"


@pytest.mark.parametrize(
    ("tests", "noticing"),
    [
        ((PASSING, FAILING), FAILING),
        ((PASSING,), "not noticed"),
        # It may only be slow.
        ((ENDLESS,), "not noticed"),
        ((ENDLESS, PASSING, FAILING), FAILING),
    ],
)
def test_a_test_that_does_not_end_is_no_evidence(tests, noticing, monkeypatch, capfd):
    off: list[bool] = []

    def run(test: Any, **_: object) -> list[SimpleNamespace]:
        if off and test.nodeid == ENDLESS:
            os.kill(os.getpid(), signal.SIGALRM)
        return [SimpleNamespace(failed=bool(off) and test.nodeid == FAILING)]

    plugin = object.__new__(TOOL["Plugin"])
    monkeypatch.setitem(TOOL["Plugin"]._failing.__globals__, "runtestprotocol", run)  # noqa: SLF001
    made = [Mock(nodeid=name) for name in tests]
    vars(plugin).update(_serve=lambda: None, _pipe=None, _tests={"X": made}, failed=[])
    switch = TOOL["Switch"]("X rule", ["X"], [lambda: off.append(True)])
    assert plugin._noticing(switch) == noticing
    said = f"{ENDLESS} does not end within 20 seconds, for X rule\n"
    assert capfd.readouterr().err == (said if ENDLESS in tests else "")
