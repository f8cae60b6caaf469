"""What the rules share: the commands in a script with their options, and how findings are made."""

from __future__ import annotations

from typing import NamedTuple

from iamcli.cli import index
from iamcli.cli.check.findings import Finding
from iamcli.parsing.options import is_joined, match

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamcli.cli.check.script.calls import Call, Word
    from iamcli.cli.check.script.walk import Walker
    from iamcli.command import Command
    from iamcli.parsing.options import Option

#: A finding and the command that it concerns.
Fault = tuple["Call", Finding]


class Value(NamedTuple):
    """An option, the words of its name and its value, and the value as far as it is known.

    ``word``: the word of the value, the same as ``name`` if it is attached; None for a switch.
    """

    option: Option
    name: Word
    word: Word | None
    text: str | None


class Invocation:
    """A ``call`` of a ``command`` of the toolkit, with its arguments.

    ``values``: its options; ``unknown``: words that look like options but are none; ``joined``:
    words such as ``-u=bob``, with their options; ``extra``: unexpected words, the first of each
    run; ``bare``: an option without its value; ``suspended``: whether there may be other options;
    ``helps``: whether the command only shows help.
    """

    def __init__(self, call: Call, command: Command) -> None:
        self.call = call
        self.command = command
        self.values: list[Value] = []
        self.unknown: list[Word] = []
        self.joined: list[tuple[Option, Word]] = []
        self.extra: list[Word] = []
        self.bare: Word | None = None
        self.suspended = call.target.arguments_added
        self.helps = not {"-h", "--help", "--version"}.isdisjoint(call.literals)
        self._loose = False
        remaining = iter(call.words)
        for word in remaining:
            if word.literal == "--":
                self.extra += list(remaining)[:1]
            else:
                self._read(word, remaining)

    def get(self, name: str) -> Value | None:
        """Return the last occurrence of the option ``name``, None if there is none."""
        values = [value for value in self.values if value.option.name == name]
        return values[-1] if values else None

    @property
    def prints(self) -> set[str]:
        """What it prints besides other lines: SECRET or FOOTER."""
        names = {value.option.name for value in self.values}
        return set() if self.helps else self.command.prints(names)

    def _read(self, word: Word, remaining: Iterator[Word]) -> None:
        """Read an argument, and the value after it from the ``remaining`` words."""
        if self._is_joined(word):
            return
        text = word.literal
        if text is None or word.may_split:
            self.suspended = self._loose = True
            return
        option, attached = match(self.command.all_options, text)
        if option is None:
            self._other(word, text)
            return
        self._loose = False
        if option.switch:
            self.values.append(Value(option, word, None, None))
        elif attached is not None:
            self.values.append(Value(option, word, word, attached))
        else:
            self._operand(option, word, next(remaining, None))

    def _is_joined(self, word: Word) -> bool:
        """Record a word such as ``-u=bob``, whose value need not be known."""
        begin = word.with_unknowns_as("\0").partition("\0")[0]
        option, attached = match(self.command.all_options, begin)
        if option is None or not is_joined(begin, attached):
            return False
        self.joined.append((option, word))
        self.values.append(Value(option, word, word, None))
        self.suspended = self.suspended or word.may_split
        self._loose = True
        return True

    def _operand(self, option: Option, name: Word, operand: Word | None) -> None:
        if operand is None:
            # Another program may add the value.
            self.bare = None if self.call.target.arguments_added else name
            return
        if operand.may_split:
            self.suspended = self._loose = True
        self.values.append(
            Value(option, name, operand, None if operand.may_split else operand.literal)
        )

    def _other(self, word: Word, text: str) -> None:
        if text.startswith("-") and text != "-":
            self.unknown.append(word)
        elif not self._loose:
            self.extra.append(word)
        # One fault is reported once: what follows may be the value of an unknown option.
        self._loose = True


class Commands:
    """The commands of the toolkit that a ``walker`` has followed.

    ``invocations``: those that the toolkit has; ``unknown``: the others.
    """

    def __init__(self, walker: Walker) -> None:
        self.walker = walker
        self.unknown: list[Call] = []
        self._by_call: dict[int, Invocation] = {}
        names = set(index.names())
        for call in walker.calls:
            name = str(call.program)
            if call.iam and name in names:
                self._by_call[id(call)] = Invocation(call, index.load(name))
            elif call.iam:
                self.unknown.append(call)
        self.invocations = list(self._by_call.values())

    def of(self, call: Call) -> Invocation | None:
        """Return the invocation that ``call`` is, None if the toolkit has no such command."""
        return self._by_call.get(id(call))


def fault(call: Call, word: Word, code: str, message: str, fix: str) -> Fault:
    """Return a finding about ``call`` at ``word``."""
    file = call.script.file
    return call, Finding(file, word.line, word.column, code, str(call.program), message, fix)
