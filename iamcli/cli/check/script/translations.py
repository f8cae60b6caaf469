"""Finds the scripts for sh in crontabs and Makefiles: each command becomes a subshell."""

from __future__ import annotations

import os
import re

from iamcli.cli.check.script.kinds import CRON_LINE, CRONTAB, MAKEFILE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    #: Text, and the byte that it is copied from, or stands for.
    Piece = tuple[str, int]

#: The crontabs with the name of a user before each command.
_OF_SYSTEM = re.compile(r"/etc/crontab$|/cron\.d/")
#: A part of a command, which ends at a % without a backslash; the rest is its standard input.
_CRON_PIECE = re.compile(r"\\%|[^\\%\n]+|\\")
_LINE = re.compile(r"^(?![ \t]*#).+", re.MULTILINE)
#: A recipe, also on the line of its rule.
_RECIPE = re.compile(r"^(?:\t|[^\s#=][^=\n;]*:[^=\n;]*;)[ \t@+-]*((?:.*\\\n)*.*)", re.MULTILINE)
_PARENTHESES = r"\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)"
_MAKE_PIECE = re.compile(
    rf"\$(?:{_PARENTHESES}|\{{[^}}]*\}}|[^(])|\\\n\t?|\\[^$]|['\"]|[^$\\'\"]+|.", re.DOTALL
)
#: By the quotes around it: what a variable of make becomes. Its value is unknown.
_UNKNOWN = {"": "$_", '"': "$_", "'": "'\"$_\"'"}


def script(language: str, file: str, source: bytes) -> tuple[bytes, list[int]]:
    """Return the script in a crontab or Makefile, and at which byte of it each byte is."""
    # Each byte is a character.
    text = source.decode("latin-1")
    pieces = list(LANGUAGES[language](text, file))
    places: list[int] = []
    for piece, at in pieces:
        copied = text.startswith(piece, at)
        places += range(at, at + len(piece)) if copied else [at] * len(piece)
    return "".join(piece for piece, _ in pieces).encode("latin-1"), places


def _crontab(text: str, file: str) -> Iterator[Piece]:
    """Yield the lines of a crontab. Source: crontab(5)."""
    words = bool(_OF_SYSTEM.search(os.path.abspath(file)))
    for line in _LINE.finditer(text):
        match = CRON_LINE.match(line[0])
        if match and match["name"]:
            # Nothing in it is expanded.
            value = match["value"].strip().strip("\"'").replace("'", "'\\''")
            yield f"{match['name']}='{value}'\n", line.start()
        elif match:
            at = line.end() - len(match["command"].split(None, words)[-1])
            yield "(", at
            while piece := _CRON_PIECE.match(text, at):
                yield piece[0].replace("\\%", "%"), at
                at = piece.end()
            yield "\n)\n", at


def _makefile(text: str, _file: str) -> Iterator[Piece]:
    """Yield the recipes of a Makefile. Source: the manual of GNU make, Recipe Syntax."""
    for recipe in _RECIPE.finditer(text):
        at, end = recipe.span(1)
        quote = ""
        yield "(", at
        while match := _MAKE_PIECE.match(text, at, end):
            piece = "\\" if quote == "'" and match[0][0] == "\\" else match[0]
            replaced = piece[1:] if piece == "$$" else _UNKNOWN[quote]
            yield replaced if piece[0] == "$" else piece.replace("\n\t", "\n"), at
            if piece in ("'", '"') and quote in ("", piece):
                quote = "" if quote else piece
            at += len(piece)
        # make ends if the command fails.
        yield "\n) || exit\n", at


LANGUAGES = {CRONTAB: _crontab, MAKEFILE: _makefile}
