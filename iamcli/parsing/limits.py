"""Values that the command or the service refuses."""

from __future__ import annotations

import re

from iamcli.parsing.options import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iamcli.parsing.options import Option

#: The option has no Limit: the command sends another number, too.
_LENGTH_OF_PASSWORDS = range(6, 129)


def refused(option: Option, text: str) -> tuple[str, str] | None:
    """Return why ``text`` cannot be the value of ``option``, and what to do; None if it can."""
    try:
        value = option.value(text)
    except UsageError as error:
        message = f"the value of {option.name} is not valid" if option.secret else str(error)
        if option.choices:
            message = f'"{text}" is not a value of {option.name}'
        return message, _allowed(option)
    quoted = "the value" if option.secret else f'"{text}"'
    if option.dest == "length" and value not in _LENGTH_OF_PASSWORDS:
        return f"{quoted} is not a number from 6 to 128", _allowed(option)
    limit, sent = option.limit, str(value)
    if limit is None:
        return None
    if not limit.low <= len(sent) <= limit.high:
        number = "1 character" if len(sent) == 1 else f"{len(sent)} characters"
        message = f"{quoted} cannot be {limit.what}: it has {number}"
        return message, f"{limit.what} has {limit.length} characters"
    if not re.fullmatch(limit.pattern, sent, re.ASCII):
        return f"{quoted} cannot be {limit.what}", _allowed(option)
    return None


def _allowed(option: Option) -> str:
    if option.choices:
        return f"use {' or '.join(option.choices)}"
    parts = option.limits.replace("`", "").split("; ")
    # Whether the option is required has nothing to do with its value.
    limits = "; ".join(part for part in parts if not part.startswith("required"))
    if option.metavar and "=" in option.metavar:
        limits = f"{option.metavar}, {limits}"
    return f"allowed: {limits}" if limits else "change the value"
