"""The usage errors of the subcommands, in place of all texts of click about a command line."""

from __future__ import annotations

import re

import click

from iamcli.cli.listing import joined
from iamcli.errors import message
from iamcli.help.text import columns, wrapped
from iamcli.parsing import suggestions
from iamcli.parsing.options import Option
from iamcli.quoting import command_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def report(error: click.UsageError, arguments: list[str]) -> str:
    """Return the lines for ``error``, and the usage; ``arguments``: those of ``iamcli``."""
    context = error.ctx or click.get_current_context()
    path, pieces = context.command_path, context.command.collect_usage_pieces(context)
    text = _worded(error, context, arguments[path.count(" ") :])
    text += "" if "; " in text else f"; for help, type: {path} -h"
    # An option and its placeholder are not separated.
    usage = re.split(r" (?=\[)", " ".join([path, *pieces]))
    rows = wrapped(usage, columns(2), "Usage: ", " " * 7)
    return "".join(f"{row}\n" for row in (f"{path}: {message(text)}", *rows))


def _worded(error: click.UsageError, context: click.Context, words: list[str]) -> str:
    """Return what is wrong in ``words``, which follow the subcommand, and what to type if known."""
    params: list[Any] = context.command.get_params(context)
    options = {name: one for one in params for name in one.opts if name[0] == "-"}
    if isinstance(error, click.NoSuchOption):
        return _unknown(error.option_name, context, [*options], words)
    if isinstance(error, click.BadOptionUsage):
        name, option = error.option_name, options[error.option_name]
        value = "" if option.is_flag else f" {_values(option)[0]}"
        return f'Option "{name}" takes {"an" if value else "no"} operand; write: {name}{value}'
    if not isinstance(error, click.BadParameter) or not error.param:
        return error.message
    values = joined([value.strip("-. ") for value in _values(error.param)], "or")
    if not isinstance(error, click.MissingParameter):
        return f"the value of {error.param.opts[0]} is not valid; type {values}"
    later = params[params.index(error.param) :]
    lacking = " ".join(_values(one)[0] for one in later if one.opts[0] not in options).split(" ")
    said, typed = f"{values} is missing", [*words, *lacking]
    if "--users" in words:
        said, typed = f"{said}, or --users took it", [*lacking, *words]
        if words[-2] not in options and words[-1] not in options:
            said, typed = f"--users took {words[-1]}, too", [words[-1], *words[:-1]]
    return f"{said}; type: {command_line(*context.command_path.split(' '), *typed)}"


def _values(param: Any) -> tuple[str, ...]:
    return tuple(getattr(param.type, "choices", ())) or (str(param.metavar),)


def _unknown(wrong: str, context: click.Context, names: list[str], words: list[str]) -> str:
    """Return that ``wrong`` is none of the options ``names``, or one argument too many."""
    # click reads -strict as the option -s.
    word = next(
        (each for each in words if wrong[:1] == each[:1] == "-" and wrong[1:] in each), wrong
    )
    if wrong in words and not context.allow_interspersed_args:
        # The options of the user's command have nothing to do with it.
        words = [*words[: words.index(wrong) + 2], "COMMAND"]
    path = context.command_path
    error = suggestions.unknown(path, [Option(name, None, name, "") for name in names], word, words)
    # What iamcli explain shows is not about subcommands, and the path is not one word.
    advice = "" if "iamcli explain" in error.hint else error.hint
    if word == "--output" and "--format" in names:
        advice = 'did you mean "--format"?'
    return "; ".join(filter(None, (str(error), advice))).replace(f"'{path}'", path)
