"""Options of aws and of other programs that no command has, and what to type instead."""

from __future__ import annotations

import os

from iamcli import quoting

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_JSON = (
    "the output is plain lines; for JSON, use aws; to see its command, type: "
    "iamcli explain --format aws -- {line}"
)
_NOT_ASKED = "nothing is asked; type: {line}"
#: The placeholder of the option's value, or "", and what is said.
HABITS = {
    "--profile": ("PROFILE", "type: env {unset}AWS_PROFILE={value} {line}"),
    "--region": ("REGION", "type: env AWS_REGION={value} {line}"),
    "--output": ("FORMAT", _JSON),
    "--query": ("EXPRESSION", _JSON),
    "--dry-run": ("", "to see what it would send, type: iamcli explain -- {line}"),
    "--force": ("", _NOT_ASKED),
    "--yes": ("", _NOT_ASKED),
    "-y": ("", _NOT_ASKED),
}
#: The variables beside which AWS_PROFILE has no effect.
_BEFORE_PROFILE = (
    "AWS_CREDENTIAL_FILE",
    "AWS_ACCESS_KEY_ID",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_DEFAULT_PROFILE",
)


def without_others() -> str:
    """Return the options of env(1) that unset what has precedence over AWS_PROFILE, or ""."""
    return "".join(f"-u {name} " for name in _BEFORE_PROFILE if name in os.environ)


def separated(arguments: Iterable[str]) -> tuple[dict[str, str], list[str]]:
    """Return the value of each of these options in ``arguments``, or "", and the others."""
    values: dict[str, str] = {}
    others = []
    remaining = iter(arguments)
    for argument in remaining:
        name, attached, value = argument.partition("=")
        if name not in HABITS:
            others.append(argument)
        elif HABITS[name][0] and not attached:
            values[name] = next(remaining, "")
        else:
            values[name] = value
    return values, others


def instead(name: str, value: str, line: str) -> str:
    """Return what to type in place of the option ``name`` with this ``value``, which may be "".

    ``line``: the command line without these options.
    """
    placeholder, text = HABITS[name]
    typed = quoting.quoted(value or placeholder)
    return text.format(unset=without_others(), value=typed, line=line)
