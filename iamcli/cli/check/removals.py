"""W210: recursive removals whose name may be empty."""

from __future__ import annotations

from iamcli.cli.check.rules import found

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamcli.cli.check.rules import Context, Found

#: The option that makes a removal recursive.
_RECURSIVE = {
    "iam-userdel": "-r",
    "iam-groupdel": "-r",
    "iam-roledel": "-c",
    "iam-instanceprofiledel": "-r",
}


def check(context: Context) -> Iterator[Found]:
    """Yield the recursive removals whose name is a variable that may be empty."""
    for invocation in context.invocations.values():
        call, given = invocation.call, invocation.given
        switch = _RECURSIVE.get(invocation.name)
        if given is None or switch is None or not given.get(switch) or given.get("-p"):
            continue
        if call.flags.nounset:
            continue
        for value in given.values:
            word = value.value
            if word is None or not value.option.required or word.known:
                continue
            unsure = [
                gap.name
                for gap in word.gaps
                if gap.name and not (gap.filled or gap.many or gap.name in context.walker.tested)
            ]
            if unsure and len(unsure) == len(word.gaps):
                name = unsure[0]
                message = (
                    f"everything of {word.source} is removed, and ${name} may be empty or wrong"
                )
                fix = f"use ${{{name}:?}}, or run set -u before"
                yield found(call, word, "W210", message, fix)
