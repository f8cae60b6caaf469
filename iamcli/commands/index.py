"""Finding commands: by name, or all of them in groups."""

from __future__ import annotations

from importlib import import_module

from iamcli.command import docstring
from iamcli.commands.table import PROGRAMS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iamcli.runner import Program


def load(name: str) -> Program:
    """Return the command ``name`` ("iam-usercreate"); raise KeyError if there is none."""
    if not name.startswith("iam-"):
        raise KeyError(name)
    module, _, attribute = PROGRAMS[name].partition(":")
    found: Program = getattr(import_module(module), attribute)
    return found


def groups() -> dict[str, list[Program]]:
    """Return the commands by the title of their group ("Users"), in the order of setup.cfg."""
    found: dict[str, list[Program]] = {}
    for name, place in PROGRAMS.items():
        if name.startswith("iam-"):
            module = place.partition(":")[0]
            documentation = docstring(module, compiled=import_module(module).__doc__)
            title = documentation.partition("\n")[0].removesuffix(".")
            found.setdefault(title, []).append(load(name))
    return found


def commands() -> list[Program]:
    """Return all commands, in the order of setup.cfg."""
    return [command for group in groups().values() for command in group]
