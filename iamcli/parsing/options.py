"""The data of a command-line option, its place in an argument, and its value."""

from __future__ import annotations

from iamcli.errors import concealed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

#: What a command can print besides values of the entity that it names: a secret that is new, the
#: last line of a list, names of other entities without one.
SECRET, FOOTER, LIST = "secret", "footer", "list"
#: What an option says in its limits that only the service requires.
NEEDED = "the service refuses the request without it"
#: The length of passwords has no Limit: the command sends another number, too.
_LENGTH_OF_PASSWORDS = range(6, 129)


class UsageError(Exception):
    """The command line is not valid; the message says what is wrong, without secrets.

    ``option``: the option that the message is about, if it is one of the command. ``hint``: a
    second line for a terminal: the probable reason, and what to type; "" if that has a secret.
    """

    def __init__(self, message: str, *, option: Option | None = None, hint: str = "") -> None:
        super().__init__(concealed(message))
        self.option = option
        self.hint = hint if concealed(hint) == hint else ""


class Limit:
    """What a value must look like. Source: the limits in the API reference of IAM.

    ``what``: what the value is ("a user name"); ``low`` and ``high``: the bounds of its length;
    ``pattern``: a regular expression; ``characters``: the pattern in words, for the help.
    """

    def __init__(self, what: str, low: int, high: int, pattern: str, characters: str = "") -> None:
        self.what = what
        self.low = low
        self.high = high
        self.pattern = pattern
        self.characters = characters

    @property
    def length(self) -> str:
        """The bounds in words: "1 to 64"."""
        return f"{self.low} to {self.high}" if self.low < self.high else f"{self.low}"

    def allows(self, value: str) -> bool:
        """Return whether ``value`` is within the limit."""
        import re

        fits = self.low <= len(value) <= self.high
        return fits and re.fullmatch(self.pattern, value, re.ASCII) is not None


class Option:
    """One option of a command, with the fields below; the others in ``fields`` have a default.

    In ``help``, ``limits``, ``brief`` and ``default``, backquotes mark literal text.
    """

    #: Whether the command needs it, and whether each of several values counts.
    required = repeatable = False
    #: The requirements for the value, in words; by default those of ``limit``.
    limits = ""
    #: What ``iamcli check`` compares values with.
    limit: Limit | None = None
    #: What ``-h`` says of the limits on the option's line; by default their first clause.
    brief: str = ""
    #: What applies without the option, in words, and in strict mode, if that differs.
    default = strict_default = ""
    #: Converts the argument to the value, or raises ValueError.
    convert: Callable[[str], Any] | None = None
    #: The accepted values, in any case.
    choices: tuple[str, ...] = ()
    #: The name of another option; one of the two is required, not both.
    alternative = ""
    #: The names of options that cannot be used with it, the name of one that it is used with, and
    #: the error if it is used otherwise.
    excludes: tuple[str, ...] = ()
    requires = conflict = ""
    #: SECRET, FOOTER or LIST, if the command prints it only with, or only without, the option.
    prints = withholds = ""
    #: The kind of value, for completion: ``file``, ``path``, ``assignment``, or a kind in
    #: ``iamcli.operations.names``.
    complete = ""
    #: Whether the value is never shown.
    secret = False
    #: A second name.
    alias = ""
    #: Whether the value may contain invisible characters, and whether ``-`` stands for a line of
    #: standard input.
    free = reads = False
    #: Returns, for a program and its arguments, the lines to print instead of an error if a shell
    #: has changed the value, else None.
    explain: Callable[[str, Sequence[str]], str | None] | None = None

    def __init__(self, name: str, metavar: str | None, dest: str, help: str, **fields: Any) -> None:  # noqa: A002 - the name of the field
        #: The option as typed: ``-u``, ``--url``.
        self.name = name
        #: The placeholder of its value; None for a switch.
        self.metavar = metavar
        #: The parameter of the command's function that receives the value.
        self.dest = dest
        #: What the option does, a phrase without a full stop.
        self.help = help
        for field, value in fields.items():
            # Raises AttributeError for a field that does not exist.
            getattr(self, field)
            setattr(self, field, value)
        if self.limit:
            self.limits = self.limits or f"{self.limit.length} {self.limit.characters}"
        if "brief" not in fields:
            self.brief = self.limits.partition("; ")[0].partition(": ")[0]

    @property
    def switch(self) -> bool:
        """Whether the option takes no value."""
        return self.metavar is None

    @property
    def names(self) -> tuple[str, ...]:
        """The option's name and its alias, if it has one."""
        return (self.name, self.alias) if self.alias else (self.name,)

    @property
    def names_entity(self) -> bool:
        """Whether the value is the name of an entity, or its ID."""
        return self.limit is not None and self.complete not in ("assignment", "file", "path")

    def replace(self, **changes: Any) -> Option:
        """Return a copy with some fields changed."""
        return Option(**{**vars(self), **changes})

    def value(self, argument: str) -> Any:
        """Convert ``argument`` to the option's value. Raises UsageError if it is not valid."""
        message = f'"{argument}" is not a valid value for "{self.name}"'
        if self.choices:
            for choice in self.choices:
                if choice.lower() == argument.lower():
                    return choice
            raise UsageError(f"{message}; it takes {' or '.join(self.choices)}", option=self)
        try:
            return self.convert(argument) if self.convert else argument
        except ValueError:
            raise UsageError(message, option=self) from None


def match(options: Sequence[Option], argument: str) -> tuple[Option | None, str | None]:
    """Return the option that ``argument`` names, None if there is none, and the attached value.

    The value is None if it is not attached to the name as in ``--url=X``.
    """
    name, equals, value = argument.partition("=")
    for option in options:
        if argument in option.names:
            return option, None
        if equals and name == option.name and name.startswith("--") and not option.switch:
            return option, value
    return None, None


def joined(options: Sequence[Option], argument: str) -> tuple[Option | None, str]:
    """Return the short option that ``argument`` begins with, and the rest: ``-ubob``, ``-u=bob``.

    No command accepts such an argument. Source: LEGACY.md (``-ubob``).
    """
    short = [option for option in options if option.metavar and option.name[:2] != "--"]
    named = [option for option in short if argument.startswith(option.name)]
    option = max(named, key=lambda option: len(option.name), default=None)
    return option, argument[len(option.name) :] if option else ""


def whole_number(low: int, high: int) -> Callable[[str], int]:
    """Return a converter for whole numbers from ``low`` to ``high``, both included."""

    def convert(argument: str) -> int:
        digits = argument.removeprefix("-")
        if not (digits.isascii() and digits.isdigit() and low <= int(argument) <= high):
            raise ValueError(argument)
        return int(argument)

    return convert


def entity_path(argument: str) -> str:
    """Add a missing slash at either end, as in ``/wirbel/``, because old scripts omit them."""
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
    if not limit.allows(sent):
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
