"""The grammar of the command line, which is the legacy toolkit's.

Options are separate words in any order, a value option takes the next word even if it begins with
``-``, the last of several values wins, repeatable options collect. The word ``-h`` or ``--help`` is
help wherever it stands, and never a value.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any


class UsageError(Exception):
    """The command line is not one that the command accepts; the message says where."""


class HelpWanted(Exception):  # noqa: N818 - not an error
    """The command line asks for the help text."""


class VersionWanted(Exception):  # noqa: N818 - not an error
    """The command line asks for the version."""


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
        return self.but(required=False)

    def but(self, **changes: Any) -> Option:
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


def read(program: str, options: Sequence[Option], words: Sequence[str]) -> dict[str, Any]:
    """Read the words that follow the name of ``program``.

    Returns the value of each option by its ``dest``: None, False or an empty list where it was
    not given. Raises HelpWanted if one of the words is ``-h`` or ``--help``, also behind an option
    that takes a value and behind ``--``; VersionWanted if an option asks for it; else UsageError
    for the first thing from the left that is wrong, then for the first required option that is
    missing, in the order of the names. Ledger: parse order.
    """
    if any(option.dest == "help" and not {*option.names}.isdisjoint(words) for option in options):
        raise HelpWanted
    values = {option.dest: _absent(option) for option in options}
    wrong: UsageError | None = None
    version = False
    for found in _walk(program, options, words):
        if isinstance(found, UsageError):
            wrong = wrong or found
        elif found[0].dest == "version":
            version = True
        elif wrong is None:
            wrong = _store(values, *found)
    if version:
        raise VersionWanted
    if wrong:
        raise wrong
    for option in sorted(options, key=lambda option: option.name):
        if option.required and values[option.dest] in (None, []):
            raise UsageError(f'Option "{option.name}" is required')
    return values


def _absent(option: Option) -> Any:
    if option.switch:
        return False
    return [] if option.repeatable else None


def _store(values: dict[str, Any], option: Option, word: str | None) -> UsageError | None:
    if word is None:
        values[option.dest] = True
        return None
    try:
        word.encode()
        value = option.value(word)
    except UnicodeEncodeError:
        return UsageError(f'The value of "{option.name}" is not text in this locale\'s encoding')
    except UsageError as error:
        return error
    if option.repeatable:
        values[option.dest].append(value)
    else:
        values[option.dest] = value
    return None


def _walk(
    program: str, options: Sequence[Option], words: Sequence[str]
) -> Iterator[tuple[Option, str | None] | UsageError]:
    """Yield each option with its word, and an error for each word that fits nothing."""
    waiting = iter(words)
    for word in waiting:
        if word == "--":
            for rest in waiting:
                yield UsageError(f"No argument is allowed: {rest}")
            return
        option, glued = _match(options, word)
        if option is None:
            yield _misfit(program, options, words, word)
        elif option.switch or glued is not None:
            yield option, glued
        else:
            operand = next(waiting, None)
            if operand is None:
                yield UsageError(f'Option "{word}" takes an operand')
            else:
                yield option, operand


def _match(options: Sequence[Option], word: str) -> tuple[Option | None, str | None]:
    """Return the option that ``word`` names, and the value where one is glued to it."""
    for option in options:
        if word in option.names:
            return option, None
    if word.startswith("--"):
        name, equals, value = word.partition("=")
        for option in options:
            if equals and name in option.names and not option.switch:
                return option, value
        return None, None
    glued = [
        option
        for option in options
        if not option.switch and not option.name.startswith("--") and word.startswith(option.name)
    ]
    if not glued:
        return None, None
    longest = max(glued, key=lambda option: len(option.name))
    return longest, word[len(longest.name) :]


def _misfit(program: str, options: Sequence[Option], words: Sequence[str], word: str) -> UsageError:
    from iamcli import misfit

    return UsageError(misfit.explain(program, options, words, word))
