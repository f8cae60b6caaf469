"""W210: recursive removals whose name may be empty."""

from __future__ import annotations

from iamcli.cli.check.rules.commands import fault

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamcli.cli.check.rules.commands import Commands, Fault


def check(commands: Commands) -> Iterator[Fault]:
    """Yield the recursive removals whose name is a variable that may be empty."""
    for invocation in commands.invocations:
        call = invocation.call
        recursive = any(value.option.dest == "recursive" for value in invocation.values)
        if not recursive or invocation.get("-p"):
            continue
        for value in invocation.values:
            word = value.word
            if word is None or not value.option.required or word.known or call.flags.nounset:
                continue
            unsure = [
                gap.name
                for gap in word.gaps
                if gap.name and not (gap.filled or gap.many or gap.name in commands.walker.tested)
            ]
            if unsure and len(unsure) == len(word.gaps):
                name = unsure[0]
                message = (
                    f"everything of {word.source} is removed, and ${name} may be empty or wrong"
                )
                fix = f"use ${{{name}:?}}, or run set -u before"
                yield fault(call, word, "W210", message, fix)
