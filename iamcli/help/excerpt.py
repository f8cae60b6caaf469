"""What the manual page iamcli(1) says about one subcommand, as a page of its own."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

#: How the list of the subcommands begins.
_LIST = "The subcommands are as follows:\n.Bl "


def excerpt(source: str, subcommand: str) -> str:
    """Return the part of the page ``source`` about ``subcommand``, both in mdoc.

    It has the name, the synopsis and the description of the subcommand, and the sections that are
    named after it ("The findings of check"). Raises ValueError if the page does not describe it.
    """
    head, _, rest = source.partition(".Sh SYNOPSIS\n")
    synopsis, _, rest = rest.partition(".Sh DESCRIPTION\n")
    forms = re.findall(
        rf"^\.Nm iamcli\n\.Cm {subcommand}\n(?:.(?!Nm).*\n)*", synopsis, re.MULTILINE
    )
    items = [
        item
        for item in _items(rest.partition(_LIST)[2])
        if re.match(rf"\.It Cm {subcommand}(?: |$)", item, re.MULTILINE)
    ]
    if not (forms and items):
        raise ValueError(f"no description of {subcommand}")
    sections = re.findall(rf"^\.Ss .* of {subcommand}\n(?:(?!\.S[hs] ).*\n)*", rest, re.MULTILINE)
    parts = [head, ".Sh SYNOPSIS\n", *forms, ".Sh DESCRIPTION\n", ".Bl -tag -width Ds\n", *items]
    parts += [".El\n", *sections, ".Sh SEE ALSO\n", ".Xr iamcli 1\n"]
    return "".join(parts)


def _items(text: str) -> Iterator[str]:
    """Yield the items of a list, whose first line ``text`` begins with the rest of; to its end."""
    depth = 1
    item = ""
    for line in text.splitlines(keepends=True)[1:]:
        depth += line.startswith(".Bl ") - line.startswith(".El")
        if depth == 0 or (depth == 1 and line.startswith(".It ")):
            if item:
                yield item
            item = ""
        if depth == 0:
            return
        item += line
