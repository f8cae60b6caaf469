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

    In a script that its shell refuses this is the first one: the others may follow from it.
    """
    for script in walker.scripts:
        errors = [fault for fault in script.faults if fault.message]
        if errors and script.refused:
            word = _WORD.search(script.source, errors[0].start, errors[0].end)
            name = word[0].decode("utf-8", "replace") if word else ""
            message = f"syntax error: {errors[0].message}"
            place = script.place(errors[0].at)
            yield script, Finding(script.file, *place, "E109", name, message, "correct the script")
            continue
        for fault in script.faults:
            word = _WORD.search(script.source, fault.start, fault.end)
            if word:
                name = word[0].decode("utf-8", "replace")
                message = f"the parser of iamcli check cannot read this line, with {name}"
                if fault.message:
                    message += f": {fault.message}"
                fix = "check it yourself, or write it in a simpler form"
                yield (
                    script,
                    Finding(script.file, *script.place(fault.at), PARSER, name, message, fix),
                )
