"""Names that mean nothing here: the error, with the name that was meant."""

from __future__ import annotations

from iamcli.cli import index
from iamcli.errors import Failure
from iamcli.parsing.command_names import suggest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


def hint(wrong: str, known: Mapping[str, str]) -> str:
    """Return the name that ``wrong`` means, in parentheses after a space, or "".

    ``known``: what can be meant besides the commands, each with the name to suggest.
    """
    near = suggest(wrong, index.names(), known)
    return f" (did you mean {near}?)" if near else ""


def no_such_command(name: str) -> Failure:
    """Return the error for a ``name`` that no command has, or that a shell has not found."""
    if name in index.names():
        from shutil import which

        from iamcli.cli.installed_commands import adding_to_path

        if which(name):
            return Failure(f"{name} follows --; run: iamcli {name}")
        return Failure(f"{name} is not in PATH; {adding_to_path()}")
    near = suggest(name, index.names())
    advice = f"did you mean {near}?" if near else "to list all commands, run iamcli list"
    return Failure(f"no such command: {name}; {advice}")
