"""The declaration of a command: its name, its options and the function that does the work."""

from __future__ import annotations

from iamcli.parsing.shared import COMMON

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from iamcli.output.lines import Lines
    from iamcli.parsing.options import Option

    Function = Callable[..., Lines | None]


class Command:
    """A command: its ``name``, its ``options`` and the ``function`` that does the work.

    ``options`` are without the common ones. The function takes the IAM service and the value of
    each option by name, and yields lines; it returns None if the command never prints any. Its
    docstring is the documentation of the command, in the format that ``iamcli.help.docstring``
    describes.
    """

    def __init__(self, name: str, options: Sequence[Option], function: Function) -> None:
        self.name = name
        self.options = tuple(options)
        self.function = function

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
