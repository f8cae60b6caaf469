"""What an option of a command is."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


class UsageError(Exception):
    """The command line is not one that the command accepts; the message says where."""


class Option:
    """One option of a command.

    ``name``: as typed (``-u``, ``--url``); ``metavar``: the placeholder of its value, None for a
    switch; ``dest``: the parameter of the command's function that receives it; ``help``: what it
    does, a phrase without final stop; ``limits``: what the service or this tool demands of the
    value, for the man page; ``default``: what holds without it, in words; ``convert``: turns the
    word into the value or raises ValueError; ``choices``: the words that are accepted, in any
    case; ``instead``: the option beside it of which exactly one has to be given; ``complete``: what
    kind of thing the value is, for completion: ``file``, ``path``, ``assignment``, or a kind of
    ``iamcli.complete``; ``secret``: the value is never shown again; ``alias``: a second name.

    In ``help``, ``limits`` and ``default`` backquotes stand around what is meant letter by letter.
    """

    def __init__(  # noqa: PLR0913 - the fields of a declaration
        self,
        name: str,
        metavar: str | None,
        dest: str,
        help: str,  # noqa: A002 - the field's own word
        *,
        required: bool = False,
        repeatable: bool = False,
        limits: str = "",
        default: str = "",
        convert: Callable[[str], Any] | None = None,
        choices: tuple[str, ...] = (),
        instead: str = "",
        complete: str = "",
        secret: bool = False,
        alias: str = "",
    ) -> None:
        self.name = name
        self.metavar = metavar
        self.dest = dest
        self.help = help
        self.required = required
        self.repeatable = repeatable
        self.limits = limits
        self.default = default
        self.convert = convert
        self.choices = choices
        self.instead = instead
        self.complete = complete
        self.secret = secret
        self.alias = alias

    @property
    def switch(self) -> bool:
        """Whether the option stands alone, without a value."""
        return self.metavar is None

    @property
    def names(self) -> tuple[str, ...]:
        """The option's name and, where it has one, its alias."""
        return (self.name, self.alias) if self.alias else (self.name,)

    @property
    def optional(self) -> Option:
        """The same option where it may be left out."""
        return self.replace(required=False)

    def replace(self, **changes: Any) -> Option:
        """Return a copy with some fields changed."""
        fields = {**vars(self), **changes}
        return Option(
            fields.pop("name"),
            fields.pop("metavar"),
            fields.pop("dest"),
            fields.pop("help"),
            **fields,
        )

    def value(self, word: str) -> Any:
        """Return the value that ``word`` stands for; raise UsageError if it stands for none."""
        if self.choices:
            for choice in self.choices:
                if choice.lower() == word.lower():
                    return choice
            raise UsageError(
                f'"{word}" is not a valid value for "{self.name}"; '
                f"it takes {' or '.join(self.choices)}"
            )
        if self.convert is None:
            return word
        try:
            return self.convert(word)
        except ValueError:
            raise UsageError(f'"{word}" is not a valid value for "{self.name}"') from None
