"""The options that a command is given, as far as they are known."""

from __future__ import annotations

from typing import NamedTuple

from iamcli.parsing.options import is_joined, match

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from iamcli.cli.check.calls import Call
    from iamcli.cli.check.words import Word
    from iamcli.command import Command
    from iamcli.parsing.options import Option


class Value(NamedTuple):
    """An option, the word that names it, and the word of its value, None for a switch."""

    option: Option
    name: Word
    value: Word | None
    text: str | None


class Given:
    """The arguments of a command.

    ``values``: its options; ``unknown``: words that look like options but are none; ``joined``:
    words such as ``-u=bob``, with their options; ``extra``: unexpected words, the first of each
    run; ``bare``: an option without its value; ``suspended``: whether there may be other options;
    ``helps``: whether the command only shows help.
    """

    def __init__(self, call: Call, command: Command) -> None:
        self.values: list[Value] = []
        self.unknown: list[Word] = []
        self.joined: list[tuple[Option, Word]] = []
        self.extra: list[Word] = []
        self.bare: Word | None = None
        self.suspended = call.open
        self.helps = not {"-h", "--help", "--version"}.isdisjoint(call.literals)
        self._loose = False
        self._added = call.open
        remaining = iter(call.words)
        for word in remaining:
            if word.literal == "--":
                self.extra += list(remaining)[:1]
            else:
                self._word(command.all_options, word, remaining)

    def get(self, name: str) -> Value | None:
        """Return the last occurrence of the option ``name``, None if it is not given."""
        found = [value for value in self.values if value.option.name == name]
        return found[-1] if found else None

    def _word(self, options: Sequence[Option], word: Word, remaining: Iterator[Word]) -> None:
        if self._is_joined(options, word):
            return
        text = word.literal
        if text is None or word.open:
            self.suspended = self._loose = True
            return
        option, attached = match(options, text)
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

    def _is_joined(self, options: Sequence[Option], word: Word) -> bool:
        """Record a word such as ``-u=bob``, whose value need not be known."""
        option, attached = match(options, word.begin)
        if option is None or not is_joined(word.begin, attached):
            return False
        self.joined.append((option, word))
        self.values.append(Value(option, word, word, None))
        self.suspended = self.suspended or word.open
        self._loose = True
        return True

    def _operand(self, option: Option, name: Word, operand: Word | None) -> None:
        if operand is None:
            if not self._added:
                self.bare = name
            return
        if operand.open:
            self.suspended = self._loose = True
        self.values.append(Value(option, name, operand, None if operand.open else operand.literal))

    def _other(self, word: Word, text: str) -> None:
        if text.startswith("-") and text != "-":
            self.unknown.append(word)
        elif not self._loose:
            self.extra.append(word)
        # One fault is reported once: what follows may be the value of an unknown option.
        self._loose = True
