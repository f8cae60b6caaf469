"""The grammar of the command line, which is the legacy toolkit's.

Options are separate words in any order, a value option takes the next word even if it begins with
``-``, the last of several values wins, repeatable options collect. The word ``-h`` or ``--help`` is
help wherever it stands, and never a value.
"""

from __future__ import annotations

from iamcli.parsing.options import Option, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any


class HelpRequested(Exception):  # noqa: N818 - not an error
    """The command line asks for the help text."""


class VersionRequested(Exception):  # noqa: N818 - not an error
    """The command line asks for the version."""


def parse(program: str, options: Sequence[Option], words: Sequence[str]) -> dict[str, Any]:
    """Read the words that follow the name of ``program``.

    Returns the value of each option by its ``dest``: None, False or an empty list where it was
    not given. Raises HelpRequested if one of the words is ``-h`` or ``--help``, also after an
    option that takes a value and after ``--``; VersionRequested if an option asks for it; else
    UsageError for the first thing from the left that is wrong, then for the first required option
    that is missing, in the order of the names. Ledger: parse order.
    """
    if any(option.dest == "help" and not {*option.names}.isdisjoint(words) for option in options):
        raise HelpRequested
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
        raise VersionRequested
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
    from iamcli.parsing import suggestions

    return UsageError(suggestions.explain(program, options, words, word))
