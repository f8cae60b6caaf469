"""The text of the pages, in which ``iamcli list`` and the search of the HTML manual find words.

Both look at the names and summaries of the commands first. Only if a word is in none of them, they
look at the text of all pages: what a command's docstring and options say, and the pages that are
not about one command, such as iam-today(7).
"""

from __future__ import annotations

import contextlib
import re

from iamcli.cli import index, manual
from iamcli.cli.listing import modules, of_groups
from iamcli.errors import Failure
from iamcli.help.text import meaning

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from iamcli.cli.listing import Rows
    from iamcli.command import Command

#: Words that people use for what commands do, and their names and summaries do not; the commands.
OTHER_WORDS = {
    "disable": "usermodkey usermodcert userdelloginprofile userdeactivatemfadevice",
    "lock": "usermodkey userdelloginprofile",
    "reset": "accountmodpasswordpolicy usermodloginprofile userchangepassword",
    "revoke": "usermodkey usermodcert userdelkey userdelcert userdelpolicy groupdelpolicy"
    " roledelpolicy groupremoveuser",
    "suspend": "usermodkey usermodcert userdelloginprofile",
}
#: Names, options, variables and other words.
_WORD = re.compile(r"[a-z0-9_-]*[a-z0-9][a-z0-9_-]+")
#: The lines of a manual page that are not shown: comments, and the kinds of lists.
_HIDDEN = re.compile(r'^\.(\\"|Bl).*', re.MULTILINE)


def matching(words: Sequence[str], own: Rows) -> dict[str, Rows]:
    """Return what matches all ``words``, by the title of its group; ``own``: the subcommands.

    A command matches a word that its name or summary contains, in upper or lower case, that is a
    name of its group, or that begins another word for it. If nothing does, a title says so, and a
    command or a topic also matches a word that begins a word of its page.
    """
    wanted = [part for word in words for part in ([word] if modules(word) else word.split())]
    groups: dict[str, Rows] = {}
    for module in index.modules():
        others = [word for word in wanted if module not in modules(word)]
        for title, rows in of_groups([module]).items():
            groups[title] = [row for row in rows if _matches(row, also(row[0]), others)]
    groups["iamcli"] = [row for row in own if _matches(row, set(), wanted)]
    only_pages = not any(groups.values())
    if only_pages:
        for title, commands in index.groups().items():
            known = map(page, commands)
            groups[title] = [row for row, text in known if _matches(row, text, wanted)]
        groups["Topics"] = [
            (f"iamcli help {topic}", f"{row[1]}.")
            for topic, (row, known) in topics().items()
            if _matches(row, known, wanted)
        ]
    found = {title: rows for title, rows in groups.items() if rows}
    return {"In manual pages only:": (), **found} if found and only_pages else found


def also(name: str) -> set[str]:
    """Return other words that people use for what the command ``name`` does."""
    return {
        word for word, names in OTHER_WORDS.items() if name.removeprefix("iam-") in names.split()
    }


def _matches(row: Sequence[str], known: set[str], wanted: Iterable[str]) -> bool:
    """Return whether a text of ``row`` contains, or a ``known`` word begins with, each word."""
    stems = [re.sub(r"^(.{3,}?)(ies|s)$", r"\1", word.lower()) for word in wanted]
    text = "\n".join(row).lower()
    return all(stem in text or any(one.startswith(stem) for one in known) for stem in stems)


def page(command: Command) -> tuple[tuple[str, str], set[str]]:
    """Return the name and the summary of ``command``, and the words of its page."""
    texts = [command.documentation]
    for option in command.options:
        texts += [*option.names, option.metavar or "", meaning(option)]
    words = _words(" ".join(texts)) | also(command.name)
    return (command.name, command.summary), words


def topics() -> dict[str, tuple[tuple[str, str], set[str]]]:
    """Return the topics of ``iamcli help`` whose pages are installed.

    Each has the name and the summary of its page, and the words in it.
    """
    pages = {}
    # The pages about all commands, of section 7, come first.
    for topic, (name, section) in sorted(manual.TOPICS.items(), key=lambda item: -item[1][1]):
        with contextlib.suppress(Failure):
            source = manual.source(name, section)
            text = _HIDDEN.sub("", source).replace("\\-", "-").replace("\\&", "")
            pages[topic] = (name, summary(source)), _words(re.sub(r"\bFl ", "-", text))
    return pages


def summary(source: str) -> str:
    """Return the summary of a manual page, as a sentence without a full stop."""
    text = next(line for line in source.splitlines() if line.startswith(".Nd "))[4:]
    return text[0].upper() + text[1:]


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text.lower()))
