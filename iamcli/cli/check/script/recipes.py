"""Finds the scripts for sh in crontabs and Makefiles: each command of them is one."""

from __future__ import annotations

import os
import re

from iamcli.cli.check.script.kinds import CRON_LINE, CRONTAB

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    #: Text, and the byte that it is copied from, or stands for.
    Piece = tuple[str, int]

#: The crontabs with the name of a user before each command.
_OF_SYSTEM = re.compile(r"/etc/crontab$|/cron\.d/")
#: The end of a command in a crontab; the rest of the line is its standard input.
_END = re.compile(r"(?<!\\)%|$", re.MULTILINE)
_CRON_PIECE = re.compile(r"\\%|[^\\]+|\\")
#: A recipe, also on the line of its rule.
_RECIPE = re.compile(r"^(?:\t|[^\s#=:;][^=\n;:]*:[^=\n;]*;)[ \t@+-]*((?:.*\\\n)*.*)", re.MULTILINE)
_PARENTHESES = r"\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)"
_PIECE = re.compile(
    rf"\$(?:{_PARENTHESES}|\{{[^}}]*\}}|[^(])|\\\n\t?|\\[^$]|['\"]|[^$\\'\"]+|.", re.DOTALL
)
#: By the quotes around it: what a variable of make becomes. Its value is unknown.
_UNKNOWN = {"": "$_", '"': "$_", "'": "'\"$_\"'"}


def scripts(language: str, file: str, source: bytes) -> Iterator[tuple[bytes, list[int]]]:
    """Yield each script with a command of the toolkit, and at which byte each of its bytes is."""
    # Each byte is a character.
    text = source.decode("latin-1")
    for pieces in _crontab(text, file) if language == CRONTAB else _makefile(text):
        script = "".join(piece for piece, _ in pieces)
        if "iam-" in script:
            copied = ((piece, at, text.startswith(piece, at)) for piece, at in pieces)
            places = [at + n * copy for piece, at, copy in copied for n in range(len(piece))]
            yield script.encode("latin-1"), places


def _crontab(text: str, file: str) -> Iterator[list[Piece]]:
    """Yield the commands of a crontab. Source: crontab(5)."""
    words = bool(_OF_SYSTEM.search(os.path.abspath(file)))
    for line in CRON_LINE.finditer(text):
        if line["command"]:
            at = line.end() - len(line["command"].split(None, words)[-1])
            end = _END.search(text, at, line.end())
            pieces = _CRON_PIECE.finditer(text, at, end.start() if end else line.end())
            yield [(piece[0].replace("\\%", "%"), piece.start()) for piece in pieces]


def _makefile(text: str) -> Iterator[list[Piece]]:
    """Yield the recipes of a Makefile. Source: the manual of GNU make, Recipe Syntax."""
    for recipe in _RECIPE.finditer(text):
        at, end = recipe.span(1)
        quote, pieces = "", []
        while match := _PIECE.match(text, at, end):
            piece = "\\" if quote == "'" and match[0][0] == "\\" else match[0]
            replaced = "$" if piece == "$$" else _UNKNOWN[quote]
            pieces.append((replaced if piece[0] == "$" else piece.replace("\n\t", "\n"), at))
            if piece in ("'", '"') and quote in ("", piece):
                quote = "" if quote else piece
            at += len(piece)
        yield pieces
