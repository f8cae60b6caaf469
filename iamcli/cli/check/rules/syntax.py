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
            word = _WORD.search(script.source, fault.start, fault.end)
            name = word[0].decode("utf-8", "replace") if word else ""
            if fault.error and fault.first:
                code, fix = "E109", "correct the script"
                place = script.place(fault.at)
                message = f"syntax error: {fault.message}"
            elif word and not fault.error:
                code, fix = PARSER, "check it yourself, or write it in a simpler form"
                place = script.place(word.start())
                reason = f": {fault.message}" if fault.message else ""
                message = f"the parser of iamcli check cannot read this line, with {name}{reason}"
            else:
                continue
            if place[0] not in lines:
                lines.add(place[0])
                yield script, Finding(script.file, *place, code, name, message, fix)
