"""The declaration of a command: its name, its options and the function that does the work."""

from __future__ import annotations

import sys

from iamcli.parsing.shared import COMMON

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast
    from collections.abc import Callable, Sequence

    from iamcli.output.lines import Lines
    from iamcli.parsing.options import Option

    Function = Callable[..., Lines | None]


class Command:
    """A command: its ``name``, its ``options`` and the ``function`` that does the work.

    ``options`` are without the common ones. The function takes the IAM service and the value of
    each option by name, and yields lines; it returns None if the command never prints any. Its
    docstring is the documentation of the command, in the format that ``iamcli.help.docstring``
    describes.
    """

    def __init__(self, name: str, options: Sequence[Option], function: Function) -> None:
        self.name = name
        self.options = tuple(options)
        self.function = function
        self.__doc__ = function.__doc__

    @property
    def documentation(self) -> str:
        """The docstring of the function."""
        return docstring(self.function.__module__, self.function.__name__, self.__doc__)

    @property
    def summary(self) -> str:
        """What the command does, in one line."""
        return (self.documentation or self.name).partition("\n")[0]

    @property
    def all_options(self) -> list[Option]:
        """The command's options and the common ones, sorted by name."""
        return sorted((*self.options, *COMMON), key=lambda option: option.name)


def docstring(module: str, function: str = "", compiled: str | None = None) -> str:
    """Return the docstring of ``function`` in ``module``, or of the module itself.

    ``compiled``: the docstring as Python has it. PYTHONOPTIMIZE=2 removes docstrings; the source
    file is read then. Returns "" if there is no docstring or no source file.
    """
    if compiled is not None or sys.flags.optimize < 2:  # noqa: PLR2004 - the level that removes them
        return compiled or ""
    import ast

    tree = _parsed(module)
    if not function:
        return ast.get_docstring(tree) or ""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name == function:
            return ast.get_docstring(node) or ""
    return ""


#: The parsed source files.
_trees: dict[str, ast.Module] = {}


def _parsed(module: str) -> ast.Module:
    """Return the source of ``module``, parsed; an empty one if it is not available."""
    if module not in _trees:
        import ast
        from importlib.util import find_spec

        spec = find_spec(module)
        read = getattr(spec and spec.loader, "get_source", None)
        try:
            source = read(module) if read else None
        except (ImportError, OSError):
            source = None
        _trees[module] = ast.parse(source or "")
    return _trees[module]
