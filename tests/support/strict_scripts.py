"""Scripts that end otherwise in strict mode, from scripts/strict.txt, which describes them."""

from __future__ import annotations

import re

from support.shell import TESTS

_SCRIPT = re.compile(r"^## (\S+) (.+)\n((?:(?!## ).*\n)+)", re.MULTILINE)
#: The text of each script, with its first line, by its kind and name.
SCRIPTS = {
    name: f"#!/bin/{shell}\n{text}"
    for shell, name, text in _SCRIPT.findall((TESTS / "scripts" / "strict.txt").read_text())
}
