"""Finding commands: by name, or all of them in groups."""

from __future__ import annotations

from importlib import import_module

from iamcli.installation.table import PROGRAMS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iamcli.runner import Program


def load(name: str) -> Program:
    """Return the command ``name`` ("iam-usercreate"); raise KeyError if there is none."""
    if not name.startswith("iam-"):
        raise KeyError(name)
    module, _, attribute = PROGRAMS[name].partition(":")
    program: Program = getattr(import_module(module), attribute)
    return program


def names() -> list[str]:
    """Return the names of all commands, in the order of setup.cfg."""
    return [name for name in PROGRAMS if name.startswith("iam-")]


def modules() -> dict[str, list[str]]:
    """Return the names of the commands by module ("users"), in the order of setup.cfg."""
    by_module: dict[str, list[str]] = {}
    for name in names():
        module = PROGRAMS[name].partition(":")[0].rpartition(".")[2]
        by_module.setdefault(module, []).append(name)
    return by_module


def groups(*wanted: str) -> dict[str, list[Program]]:
    """Return the commands by the title of their group ("Users"), in the order of setup.cfg.

    ``wanted``: the modules of the groups to return ("users"); all groups if there is none.
    """
    known = modules()
    return {_title(module): list(map(load, known[module])) for module in wanted or known}


def commands() -> list[Program]:
    """Return all commands, in the order of setup.cfg."""
    return [command for group in groups().values() for command in group]


def _title(module: str) -> str:
    documentation = import_module(f"iamcli.commands.{module}").__doc__ or module.capitalize()
    return documentation.partition("\n")[0].removesuffix(".")
