"""Colors on a terminal, as git and ripgrep have them."""

from __future__ import annotations

import os
import re

import click

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

#: What is colored, in groups that are named after their color: the levels of findings, those of
#: the report of doctor, and the lines of a report of changes.
CODES = re.compile(r"^\S.*?: (?:(?P<red>E\d{3})|(?P<yellow>W\d{3})) ")
RESULTS = re.compile(r"^\w+ +(?:(?P<red>wrong)|(?P<yellow>warning)) ")
CHANGES = re.compile(
    r"^(?:  |      )(?:(?P<green>\+(?!\+\+ ).*)|(?P<red>-(?!-- ).*)|(?P<yellow>~.*))$", re.MULTILINE
)

option = click.option(
    "--color",
    type=click.Choice(("auto", "always", "never")),
    default="auto",
    help="Use colors; auto, the default: on a terminal.",
)


def coloring(when: str, descriptor: int, pattern: re.Pattern[str]) -> Callable[[str], str]:
    """Return the function that colors what ``pattern`` finds in a text; ``str`` if none is to.

    ``when``: the value of the option; with ``auto``, NO_COLOR and TERM decide, too, if
    ``descriptor`` is a terminal.
    """
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM", "dumb") == "dumb"
    if when == "never" or (when == "auto" and (plain or not os.isatty(descriptor))):
        return str
    return lambda text: pattern.sub(_colored, text)


def _colored(found: re.Match[str]) -> str:
    color = str(found.lastgroup)
    begin, end = (place - found.start() for place in found.span(color))
    return found[0][:begin] + click.style(found[color], fg=color) + found[0][end:]
