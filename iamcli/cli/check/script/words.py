"""The words of a command line, as far as they are known before the script runs."""

from __future__ import annotations

import re
from typing import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamcli.cli.check.script.nodes import Word as WordNode

_SPACES = re.compile(r"([ \t\n]+)")


class Stage:
    """A part of a pipeline: a ``Call`` or a ``Loop``, which contain words themselves."""


class Gap(NamedTuple):
    """Text that is not known before the script runs.

    ``name``: the variable that it comes from, "" if none; ``output``: the pipeline whose output it
    is, and nothing else; ``many``: whether it can be any number of words, even in double quotes;
    ``single``: whether it is one word, even without quotes; ``filled``: whether it is never empty;
    ``private``: whether it is the name of a file that only its owner can read; ``elements``: the
    words of an array, None if they are not known.
    """

    name: str = ""
    output: tuple[Stage, ...] = ()
    many: bool = False
    single: bool = False
    filled: bool = False
    private: bool = False
    elements: tuple[Word, ...] | None = None


#: The value of a variable: known text and gaps.
Value = tuple["str | Gap", ...]


class Part(NamedTuple):
    """A part of a word: known text or a gap, and whether it is in quotes.

    ``expanded``: whether it is the value of a variable, in which braces have no meaning.
    """

    text: str | Gap
    quoted: bool
    expanded: bool = False


class Word(NamedTuple):
    """A word of a command line: its parts, its source text, and its position (from 1).

    ``node``: what it is in the script, None if it is not there as such.
    """

    parts: tuple[Part, ...]
    source: str
    line: int
    column: int
    node: WordNode | None = None

    @property
    def literal(self) -> str | None:
        """The word if all of it is known, else None."""
        return None if self.gaps else self.known

    @property
    def known(self) -> str:
        """The parts of the word that are known, joined."""
        return self.with_gaps("")

    def with_gaps(self, text: str) -> str:
        """Return the word with ``text`` for each part that is not known."""
        return "".join(text if isinstance(each, Gap) else each for each in self.value)

    @property
    def gaps(self) -> list[Gap]:
        """The parts of the word that are not known."""
        return [part.text for part in self.parts if isinstance(part.text, Gap)]

    @property
    def open(self) -> bool:
        """Whether it can become no word or several words."""
        return self.braces or any(
            isinstance(part.text, Gap) and (part.text.many or not (part.quoted or part.text.single))
            for part in self.parts
        )

    @property
    def glob(self) -> bool:
        """Whether the shell may replace it with file names because of ``*`` or ``?``."""
        return any(char in text for text in self.unquoted for char in "*?")

    @property
    def braces(self) -> bool:
        """Whether it has braces with commas that are not in quotes."""
        text = "".join(
            part.text
            for part in self.parts
            if isinstance(part.text, str) and not (part.quoted or part.expanded)
        )
        return "{" in text and "," in text.partition("{")[2].rpartition("}")[0]

    @property
    def unquoted(self) -> list[str]:
        """The known parts of the word that are not in quotes."""
        return [part.text for part in self.parts if isinstance(part.text, str) and not part.quoted]

    @property
    def value(self) -> Value:
        """The word as the value of a variable."""
        return tuple(part.text for part in self.parts)


def split(word: Word) -> Iterator[Word]:
    """Yield the words that a shell makes of ``word``: it splits what is not in quotes."""
    current: list[Part] | None = None
    for part in word.parts:
        if part.quoted or isinstance(part.text, Gap):
            current = [*(current or ()), part]
            continue
        for piece in _SPACES.split(part.text):
            if piece.isspace():
                if current is not None:
                    yield word._replace(parts=tuple(current))
                current = None
            elif piece:
                current = [*(current or ()), part._replace(text=piece)]
    if current is not None:
        yield word._replace(parts=tuple(current))
