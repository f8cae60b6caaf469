"""The declaration of a command: its name, its options and the function that does the work."""

from __future__ import annotations

from iamcli.parsing.options import FOOTER, SECRET
from iamcli.parsing.shared import COMMON

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from typing import Any

    from iamcli.output.lines import Lines
    from iamcli.parsing.options import Option

    Function = Callable[..., Lines | None]


class Command:
    """A command: its ``name``, its ``options`` and the ``function`` that does the work.

    ``options`` are without the common ones. The function takes the IAM service and the value of
    each option by name, and yields lines; it returns None if the command never prints any. Its
    docstring is the documentation of the command, in the format that ``iamcli.help.docstring``
    describes. ``creates``: whether it creates, uploads or adds something; ``secret``: whether it
    prints a new secret without any option; ``multiline``: whether an entry of its list has several
    lines without any option.
    """

    def __init__(  # noqa: PLR0913 - one for each part of a declaration
        self,
        name: str,
        options: Sequence[Option],
        function: Function,
        *,
        creates: bool = False,
        secret: bool = False,
        multiline: bool = False,
    ) -> None:
        self.name = name
        self.options = tuple(options)
        self.function = function
        self.creates = creates
        self.secret = secret
        self.multiline = multiline

    @property
    def documentation(self) -> str:
        """The docstring of the function; "" with python -OO, which removes it."""
        return self.function.__doc__ or ""

    @property
    def summary(self) -> str:
        """What the command does, in one line."""
        return (self.documentation or self.name).partition("\n")[0]

    @property
    def all_options(self) -> list[Option]:
        """The command's options and the common ones, sorted by name."""
        return sorted((*self.options, *COMMON), key=lambda option: option.name)

    def excluded(self, option: Option) -> list[str]:
        """Return the names of the options that cannot be used with ``option``, sorted."""
        others = [other.name for other in self.options if option.name in other.excludes]
        return sorted({*option.excludes, *others})

    def conflicts(self, given: Collection[str]) -> list[tuple[Option, str]]:
        """Return the options that cannot be used as ``given``, and the other option of each.

        ``given``: the names of the options that are used.
        """
        found: list[tuple[Option, str]] = []
        for option in self.options:
            if option.name in given:
                found += [(option, name) for name in option.excludes if name in given]
                if option.requires and option.requires not in given:
                    found.append((option, option.requires))
        return found

    def conflict(self, values: Mapping[str, Any]) -> str:
        """Return why options with these ``values``, by ``dest``, cannot be used, or ""."""
        # 0 is a value.
        given = {
            option.name
            for option in self.options
            if values[option.dest] not in (None, []) and values[option.dest] is not False
        }
        return next((option.conflict for option, _ in self.conflicts(given)), "")

    def prints(self, given: Collection[str]) -> set[str]:
        """Return which of SECRET, FOOTER and LIST the command prints with the options ``given``."""
        options = [option for option in self.options if option.name in given]
        printed = {option.prints for option in options} | ({SECRET} if self.secret else set())
        if any(option.dest == "marker" for option in self.options):
            printed.add(FOOTER)
        return printed - {"", *(option.withholds for option in options)}
