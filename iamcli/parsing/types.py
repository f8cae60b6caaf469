"""Converters from an argument to the value of an option."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


def whole_number(low: int, high: int) -> Callable[[str], int]:
    """Return a converter for whole numbers from ``low`` to ``high``, both included."""

    def convert(argument: str) -> int:
        digits = argument.removeprefix("-")
        if not (digits.isascii() and digits.isdigit() and low <= int(argument) <= high):
            raise ValueError(argument)
        return int(argument)

    return convert


def entity_path(argument: str) -> str:
    """Add a missing leading or trailing slash, because old scripts omit them.

    ``/wirbel`` becomes ``/wirbel/``.
    """
    path = argument if argument.startswith("/") else f"/{argument}"
    return path if path.endswith("/") else f"{path}/"


def tag(argument: str) -> dict[str, str]:
    """Return the tag in ``KEY=VALUE``, split at the first ``=``.

    The value may be empty. Raises ValueError if there is no ``=`` or no key. Source: Tag.
    """
    key, equals, value = argument.partition("=")
    if not (key and equals):
        raise ValueError(argument)
    return {"Key": key, "Value": value}
