"""E109 and W212: syntax errors, and commands in lines that the parser cannot read."""

from __future__ import annotations

import re

from iamcli.cli.check.findings import PARSER, Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamcli.cli.check.script.scripts import Script
    from iamcli.cli.check.script.walk import Walker

_WORD = re.compile(rb"(?<![\w.-])iam-\w[\w-]*")


def check(walker: Walker) -> Iterator[tuple[Script, Finding]]:
    """Yield the faults in the scripts of ``walker``, and which script.

    Of what a shell refuses this is the first one: the others may follow from it.
    """
    for script in walker.scripts:
        lines: set[int] = set()
        for fault in script.faults:
            place = script.place(fault.at)
            word = _WORD.search(script.source, fault.start, fault.end)
            name = word[0].decode("utf-8", "replace") if word else ""
            if place[0] in lines or not (fault.first if fault.error else name):
                continue
            lines.add(place[0])
            if fault.error:
                code, fix = "E109", "correct the script"
                message = f"syntax error: {fault.message}"
            else:
                code, fix = PARSER, "check it yourself, or write it in a simpler form"
                reason = f": {fault.message}" if fault.message else ""
                message = f"the parser of iamcli check cannot read this line, with {name}{reason}"
            yield script, Finding(script.file, *place, code, name, message, fix)
