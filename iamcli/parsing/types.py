"""The types of option values: converters from an argument to a value."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


def whole_number(low: int, high: int) -> Callable[[str], int]:
    """Return a converter that takes a whole number from ``low`` to ``high``."""

    def convert(word: str) -> int:
        digits = word.removeprefix("-")
        if not (digits.isascii() and digits.isdigit() and low <= int(word) <= high):
            raise ValueError(word)
        return int(word)

    return convert


def entity_path(word: str) -> str:
    """Return a path with the slashes that old scripts leave out: ``/wirbel`` is ``/wirbel/``."""
    path = word if word.startswith("/") else f"/{word}"
    return path if path.endswith("/") else f"{path}/"
