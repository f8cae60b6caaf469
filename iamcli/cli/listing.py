"""Lists as text: commands, words, and the groups of commands by the names that users have."""

from __future__ import annotations

from iamcli.cli import index
from iamcli.help.text import wrapped as words_wrapped
from iamcli.output.progressline import columns

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    #: Names, each with its summary.
    Rows = Sequence[tuple[str, str]]

#: The width of what is printed, but on a terminal with fewer columns.
WIDTH = 80

#: The names of the groups as ``iamcli`` shows them, each with its modules in iamcli.commands.
GROUPS = {
    "users": ("users",),
    "groups": ("groups",),
    "roles": ("roles",),
    "instance profiles": ("instanceprofiles",),
    "policies": ("policies",),
    "keys": ("keys",),
    "certificates": ("signingcerts", "servercerts"),
    "mfa": ("mfa",),
    "passwords": ("passwords",),
    "account": ("account",),
}
#: Other names that are accepted. So is the name of each module.
SYNONYMS = {
    "access keys": ("keys",),
    "certs": ("signingcerts", "servercerts"),
    "inline policies": ("policies",),
    "login profiles": ("passwords",),
    "mfa devices": ("mfa",),
    "server certificates": ("servercerts",),
    "signing certificates": ("signingcerts",),
}


def modules(name: str) -> tuple[str, ...]:
    """Return the modules of the group that ``name`` names, in any spelling; () if none."""
    return names().get(_normalized(name), ())


def names() -> dict[str, tuple[str, ...]]:
    """Return the names of all groups, normalized, each with the modules of the group."""
    known = {module: (module,) for module in index.modules()} | SYNONYMS | GROUPS
    return {_normalized(name): members for name, members in known.items()}


def _normalized(name: str) -> str:
    """Return ``name`` in lower case, in the singular and without blanks, hyphens and underscores.

    "Instance profiles", "instance-profile" and "instanceprofiles" are the same.
    """
    word = "".join(letter for letter in name.lower() if letter not in " -_")
    return f"{word[:-3]}y" if word.endswith("ies") else word.removesuffix("s")


def of_groups(wanted: Iterable[str]) -> dict[str, Rows]:
    """Return the commands in the modules ``wanted``, by the title of their group."""
    return {
        title: [(command.name, command.summary) for command in commands]
        for title, commands in index.groups(*wanted).items()
    }


def text(parts: Mapping[str, Rows]) -> str:
    """Return the rows of each part below its title, as ``filled`` does."""
    lines = []
    for title, rows in parts.items():
        lines.append(filled(title))
        width = max((len(name) for name, _ in rows), default=0)
        for name, summary in rows:
            left = f"  {name:{width}}  "
            lines.append(filled(summary, left, " " * len(left)))
        lines.append("")
    return "\n".join(lines).rstrip()


def wrapped(words: Iterable[str]) -> str:
    """Return ``words`` separated by commas, in indented lines."""
    return filled(", ".join(words), "  ", "  ")


def filled(text: str, first: str = "", rest: str = "") -> str:
    """Return ``text`` in lines of whole words, which begin with ``first`` and ``rest``."""
    return "\n".join(words_wrapped(text.split(" "), min(columns(1), WIDTH), first, rest))


def joined(words: Sequence[str], conjunction: str = "and") -> str:
    """Return ``words`` as an enumeration: "a", "a and b", "a, b and c"."""
    return f" {conjunction} ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def counted(number: int, noun: str) -> str:
    """Return a number of things: "1 entry", "2 entries"."""
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{number} {noun if number == 1 else plural}"
