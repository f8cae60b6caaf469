"""Where a statement of a script is, and what the output of a command substitution is used for."""

from __future__ import annotations

from typing import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tree_sitter import Node

    from iamcli.cli.check.calls import Capture, Redirect
    from iamcli.cli.check.syntax import Script


class Context(NamedTuple):
    """Where a statement is.

    ``tested``: whether its status is tested; ``redirects``: those of the statements around it;
    ``ending``: the redirections after a pipeline or a list, which only its last command has;
    ``capture``: the command substitution that it is directly in; ``function``: whether it is in a
    function; ``replaced``: the text that xargs or find replaces in it.
    """

    script: Script
    tested: bool = False
    redirects: tuple[Redirect, ...] = ()
    ending: tuple[Redirect, ...] = ()
    capture: Capture | None = None
    function: bool = False
    replaced: str = ""


class Use(NamedTuple):
    """What the output of a command substitution is used for, see ``Capture``."""

    use: str = "other"
    name: str = ""
    statement: Node | None = None
