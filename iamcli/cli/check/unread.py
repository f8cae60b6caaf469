"""E109: syntax errors, and commands of the toolkit in lines that cannot be read."""

from __future__ import annotations

import re

from iamcli.cli.check.findings import Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamcli.cli.check.syntax import Script
    from iamcli.cli.check.walk import Walker

_WORD = re.compile(rb"(?<![\w.-])iam-\w[\w-]*")


def check(walker: Walker) -> Iterator[tuple[Script, Finding]]:
    """Yield the faults in the scripts of ``walker``, and which script.

    In a script that its shell refuses this is the first one: the others may follow from it.
    """
    for script in walker.scripts:
        refused = bool(script.faults) and script.refused
        for fault in script.faults[: 1 if refused else None]:
            word = _WORD.search(script.source, fault.start, fault.end)
            if refused or word:
                name = word[0].decode("utf-8", "replace") if word else ""
                place = script.place(fault.at)
                message = f"syntax error: {fault.message}"
                fix = "correct the script" if refused else "write it in a simpler form"
                yield script, Finding(script.file, *place, "E109", name, message, fix)
