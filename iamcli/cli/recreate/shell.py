"""Words and command lines of the script, for every POSIX shell and zsh.

Every value is in single quotes, because nothing is special in them in any shell. ``aws`` gets its
parameters as JSON, because it reads a file or a URL for an option that names one.
"""

from __future__ import annotations

import json
import re

#: No iam-* command takes these as names, because they request its help.
HELP = ("-h", "--help")


def word(value: str) -> str:
    """Return ``value`` as one word."""
    return "'" + value.replace("'", "'\"'\"'") + "'"


def option(name: str, value: str) -> str:
    """Return an option of an iam-* command."""
    return f"{name} {word(value)}"


def iam(command: str, **options: str | None) -> str:
    """Return a line with a command of the toolkit and the options that have a value."""
    given = [option(f"-{name}", value) for name, value in options.items() if value is not None]
    return " ".join([f"iam-{command}", *given])


def piped(document: str, command: str) -> str:
    """Return a line that gives ``document`` to ``command``, byte for byte, as its file."""
    return f"printf %s {word(document)} | {command} -f /dev/stdin"


def aws(operation: str, **parameters: object) -> str:
    """Return the line that calls an operation of IAM with ``aws``."""
    return f"AWS_PAGER='' aws iam {operation} --cli-input-json {word(json.dumps(parameters))}"


def is_writable(text: str) -> bool:
    """Return whether a script in UTF-8 can contain ``text``: no NUL and no surrogate."""
    return not re.search("[\0\ud800-\udfff]", text)
