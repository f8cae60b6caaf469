"""Values that the service refuses: the option of each, and the typographic quotes in it."""

from __future__ import annotations

import re

from iamcli import quoting

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from iamcli.errors import ServiceError
    from iamcli.hints.run import Run
    from iamcli.parsing.options import Option

#: The errors that a typographic quote in a value can cause.
CODES = ("InvalidInput", "MalformedPolicyDocument", "NoSuchEntity", "ValidationError")
#: How the service names the parameter that it finds invalid.
_INVALID = re.compile(
    r"\bValue (?:'.*?' )?at '(\w+)[\w.]*' failed|specified value for (\w+) is invalid"
)


def invalid(error: ServiceError, run: Run) -> tuple[Option, ...]:
    """Return the options whose values the service finds invalid, as far as that is certain.

    Source: the messages of ValidationError, such as "Value at 'accountAlias' failed to satisfy
    constraint: Member must satisfy regular expression pattern: ...".
    """
    invalid_options: dict[str, Option] = {}
    for match in _INVALID.finditer(error.message):
        parameter = match[1] or match[2]
        value = error.parameters.get(parameter[0].upper() + parameter[1:])
        same = [option for option in run.command.options if value in _values(option, run)]
        # Two options can have the same value.
        named = [option for option in same if _is_named(option, parameter.lower())]
        options = same if len(same) == 1 else named
        if value is not None and len(options) == 1:
            invalid_options[options[0].name] = options[0]
    return tuple(invalid_options.values())


def _is_named(option: Option, parameter: str) -> bool:
    """Return whether ``parameter`` may be that of ``option``: both say "user", or "new" "name"."""
    return all(word in parameter for word in option.dest.split("_"))


def typographic(error: ServiceError, run: Run) -> str:
    """Return where a typed value has typographic quotes, and what to type; "" if none has any."""
    if error.code not in CODES:
        return ""
    for option in run.command.options:
        for value in _values(option, run):
            places = quoting.typographic(value) if isinstance(value, str) else []
            if places and not option.secret:
                return _named(option, value, places)
    return ""


def _named(option: Option, value: str, places: list[int]) -> str:
    inner = value[1:-1] if places[0] == 0 and places[-1] == len(value) - 1 else value
    repaired = inner and not quoting.typographic(inner)
    advice = quoting.option(option.name, inner) if repaired else "' or \" to quote"
    quotes = quoting.pasted(len(places), f"character {places[0] + 1}")
    return f"the value of {option.name} has {quotes}; type: {advice}"


def _values(option: Option, run: Run) -> Iterator[Any]:
    """Yield the values that were typed for ``option``."""
    value = run.values.get(option.dest)
    yield from value if isinstance(value, list) else [value]
