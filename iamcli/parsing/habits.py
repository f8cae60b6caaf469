"""Options of aws and of other programs that no command has, and what to type instead."""

from __future__ import annotations

import os

from iamcli.quoting import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

_JSON = "the output is plain lines; for JSON, use aws; to see its command, "
_NOT_ASKED = "nothing is asked; "
_EXPLAIN = "iamcli explain "
#: The placeholder of the option's value, or ""; what is said of it; what begins the command line
#: instead: a variable, a program, or "".
HABITS = {
    "--profile": ("PROFILE", "", "AWS_PROFILE"),
    "--region": ("REGION", "", "AWS_REGION"),
    "--output": ("FORMAT", _JSON, f"{_EXPLAIN}--format aws -- "),
    "--query": ("EXPRESSION", _JSON, f"{_EXPLAIN}--format aws -- "),
    "--dry-run": ("", "to see what it would send, ", f"{_EXPLAIN}-- "),
    "--force": ("", _NOT_ASKED, ""),
    "--yes": ("", _NOT_ASKED, ""),
    "-y": ("", _NOT_ASKED, ""),
}
#: The variables beside which AWS_PROFILE has no effect.
_BEFORE_PROFILE = (
    "AWS_CREDENTIAL_FILE",
    "AWS_ACCESS_KEY_ID",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_DEFAULT_PROFILE",
)


def without_others(*, known: bool = True) -> str:
    """Return the options of env(1) that unset what has precedence over AWS_PROFILE, or "".

    ``known``: whether the variables of the command are those of this process.
    """
    return "".join(f"-u {name} " for name in _BEFORE_PROFILE if name in os.environ or not known)


def instead(
    name: str, values: Mapping[str, str], line: str, *, key_option: str = "", known: bool = True
) -> str:
    """Return what to type in place of the option ``name`` and the others in ``values``.

    ``values``: the value of each of these options that was typed, or ""; ``line``: the command line
    without them, or without ``key_option``, which names another access key; "" if it is not known;
    ``known``: as for ``without_others``.
    """
    # Whoever types this wants nothing to be changed.
    name = "--dry-run" if "--dry-run" in values else name
    placeholder, why, begin = HABITS[name]
    if begin.startswith("AWS_"):
        typed = {HABITS[each][2]: value or HABITS[each][0] for each, value in values.items()}
        variables = (f"{each}={quoted(typed[each])} " for each in typed if each.startswith("AWS_"))
        unset = without_others(known=known) if "AWS_PROFILE" in typed else ""
        begin = f"env {unset}{''.join(variables)}"
        if key_option and "AWS_PROFILE" in typed:
            why = f"{key_option} names another access key; for that of the profile, "
    if line:
        return f"{why}type: {begin}{line}"
    left_out = " and ".join(filter(None, (name, placeholder and "its value")))
    before = f"{why}begin the command with: {begin}" if begin else why
    return f"leave out {left_out}; {before}".removesuffix("; ").rstrip()
