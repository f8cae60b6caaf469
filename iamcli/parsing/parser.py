"""The command-line parser, with the syntax of the legacy toolkit.

Options are separate arguments in any order. An option that takes a value takes the next argument,
even if it begins with ``-``. ``--url=X`` is accepted, ``-ubob``, ``-u=bob`` and ``--`` are not. If
an option is repeated, the last value is used; repeatable options collect all values. ``-h`` or
``--help`` requests help at any position and is never a value.
"""

from __future__ import annotations

import sys

from iamcli.parsing.options import Option, UsageError, match

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any

    #: An option or None, the word as typed, and the option's value, None if it has none.
    Item = tuple[Option | None, str, str | None]


class HelpRequested(Exception):  # noqa: N818 - not an error
    """The command line requests the help text."""


class VersionRequested(Exception):  # noqa: N818 - not an error
    """The command line requests the version."""


def parse(program: str, options: Sequence[Option], arguments: Sequence[str]) -> dict[str, Any]:
    """Parse the ``arguments`` of ``program``, which do not include its name.

    Returns the value of each option by its ``dest``; an option that is not given is None, False (a
    switch) or an empty list (repeatable). ``overridden`` has the options for an entity that have
    another value before the last one, if there are any. Raises HelpRequested if one of the
    arguments is ``-h`` or ``--help``, also after an option that takes a value. Otherwise raises
    VersionRequested if an option requests the version. Otherwise raises UsageError for the first
    invalid argument from the left, or else for the first missing required option, sorted by name,
    or else if an option and its alternative are missing. Source: "parse order" in LEGACY.md.
    """
    return values_of(program, options, arguments, parsed(options, arguments))


def values_of(
    program: str, options: Sequence[Option], arguments: Sequence[str], items: Iterable[Item]
) -> dict[str, Any]:
    """Return what ``parse`` returns of ``arguments``; ``items``: what ``parsed`` yields of them."""
    helping = {name for option in options if option.dest == "help" for name in option.names}
    if not helping.isdisjoint(arguments):
        raise HelpRequested
    values: dict[str, Any] = {each.dest: False if each.switch else None for each in options}
    values |= {each.dest: [] for each in options if each.repeatable}
    error: UsageError | None = None
    wrong: str | None = None
    secret: Option | None = None
    version = False
    for option, word, value in items:
        if option and option.dest == "version":
            version = True
        elif error or wrong is not None:
            continue
        elif option is None:
            wrong = word
        else:
            secret = option if option.secret else secret
            error = _store(values, option, word, value)
    if version:
        raise VersionRequested
    if wrong is not None:
        # To import this takes time.
        from iamcli.parsing import suggestions

        raise suggestions.unknown(program, options, wrong, arguments, secret)
    if error:
        raise error
    _require(options, values)
    return values


def _require(options: Sequence[Option], values: dict[str, Any]) -> None:
    """Raise UsageError if a required option has no value, or neither of two alternatives has."""
    for option in sorted(options, key=lambda option: option.name):
        if option.required and values[option.dest] in (None, []):
            raise UsageError(f'Option "{option.name}" is required', option=option)
    absent = {option.name: option for option in options if values[option.dest] is None}
    for name, option in sorted(absent.items()):
        if option.alternative in absent:
            message = f'Option "{name}" or "{option.alternative}" is required'
            raise UsageError(message, option=option)


def _store(
    values: dict[str, Any], option: Option, word: str, argument: str | None
) -> UsageError | None:
    if option.switch:
        values[option.dest] = True
        return None
    if argument is None:
        return UsageError(f'Option "{word}" takes an operand', option=option)
    try:
        argument.encode()
        value = option.value(argument)
    except UnicodeEncodeError:
        return UsageError(_not_text(option.name), option=option)
    except UsageError as error:
        return error
    if option.repeatable:
        values[option.dest].append(value)
        return None
    if option.names_entity and values[option.dest] not in (None, value):
        values.setdefault("overridden", []).append(option.name)
    values[option.dest] = value
    return None


def _not_text(name: str) -> str:
    """Return the error for a value of the option ``name`` that Python cannot decode."""
    import _locale

    encoding = _locale.nl_langinfo(_locale.CODESET)
    # The C locale has no other letters.
    if sys.flags.utf8_mode and encoding.upper() not in ("UTF-8", "US-ASCII", "ANSI_X3.4-1968"):
        python = f"Python {sys.version_info[0]}.{sys.version_info[1]}"
        return (
            f'The value of "{name}" is not UTF-8, which {python} reads in all locales; to read '
            f"{encoding}, set PYTHONUTF8=0"
        )
    return f'The value of "{name}" is not text in this locale\'s encoding'


def parsed(options: Sequence[Option], arguments: Sequence[str]) -> Iterator[Item]:
    """Yield what each of the ``arguments`` is; those that are values come with their options."""
    remaining = iter(arguments)
    for argument in remaining:
        option, value = match(options, argument)
        if option and not option.switch and value is None:
            value = next(remaining, None)
        yield option, argument, value
