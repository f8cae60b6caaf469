"""Sets aside what the grammar of the parser does not know, so that the rest can be read.

Everything here keeps the length of the source and the places of its lines.
"""

from __future__ import annotations

import re

from iamcli.cli.check.lexer import COMMAND, PATTERNS, WORDS, Lexer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from iamcli.cli.check.lexer import Document, Piece


def _blanked(match: re.Match[bytes]) -> bytes:
    return b" " * len(match[0])


#: What the parser does not know, and what it reads as the same.
_SAME: tuple[tuple[re.Pattern[bytes], bytes | Callable[[re.Match[bytes]], bytes]], ...] = (
    # A $ that expands nothing, as in sed s/$/x/.
    (re.compile(rb"\$(?=[/%^,:+=.\]~\\ )|]|\Z)"), b"_"),
    # A variable as the offset of ${NAME:$OFFSET:LENGTH}.
    (re.compile(rb"(?<=:)\$(?=\w+(?::\w+)?\})"), b"_"),
    (re.compile(rb"(?<=\s)~(?=\s)"), b"_"),
    (re.compile(rb"<>(?!>)"), b"< "),
    # The redirection of an assignment.
    (re.compile(rb"[ \t]+\d?>{1,2}[ \t]*[\w/.-]+\Z"), _blanked),
)
_FOR_ARGUMENTS = re.compile(rb"(?<![\w$-])(for[ \t]+\w+)[ \t](?=[ \t]*do\s)")
_REDIRECTION = re.compile(rb"\d*[<>]")
_IAM = re.compile(rb"(?<![\w.-])iam-\w")
#: Files that are larger, or have more faults, are read as far as the parser understands them.
_MAX_SIZE = 1 << 20
_MAX_FAULTS = 1000


class Recovery:
    """A source that the parser can read as far as possible.

    ``source``: the source; ``plain``: the same before something was set aside; ``unread``: where
    that is. ``faulty``: tells whether the parser cannot read a text.
    """

    def __init__(self, source: bytes, faulty: Callable[[bytes], bool]) -> None:
        self.source = source
        self.plain = source
        self.unread: list[tuple[int, int]] = []
        self._faulty = faulty
        if len(source) > _MAX_SIZE:
            return
        if b"\\`" in source:
            self.source = self.plain = nested(source)
        if faulty(self.source):
            lexer = Lexer(self.source)
            self._text = bytearray(_FOR_ARGUMENTS.sub(rb"\1;", self.source))
            self._documents(lexer)
            self._pieces(lexer)
            self.source = bytes(self._text)

    def _documents(self, lexer: Lexer) -> None:
        """Leave at most one here-document for each line, and only those that can be read."""
        before: Document | None = None
        starts = {piece.start for piece in lexer.pieces}
        for document in lexer.documents:
            follows = before is not None and document.body[0] in (before.end, before.end + 1)
            if follows and before is not None and not (before.quoted or document.quoted):
                # The bodies become one.
                self._blank(*before.operator)
                self._fill(before.body[1], before.end)
            elif follows and before is not None and before.quoted:
                self._remove(before)
                self._fill(before.body[0], before.end)
            elif follows or document.operator[0] in starts or self._unreadable(document):
                self._remove(document)
                continue
            before = document

    def _unreadable(self, document: Document) -> bool:
        start, end = document.operator
        body = self.source[document.body[0] : document.end]
        return self._faulty(b": " + self.source[start:end] + b"\n" + body + b"\n")

    def _remove(self, document: Document) -> None:
        if not document.quoted and _IAM.search(self.source, *document.body):
            self.unread.append(document.body)
        self._blank(*document.operator)
        self._blank(document.body[0], document.end)

    def _pieces(self, lexer: Lexer) -> None:
        faults = 0
        documents = lexer.documents
        for piece in lexer.pieces:
            text = bytearray(self._text[piece.start : piece.end])
            for start, end in _inside(documents, piece):
                text[start:end] = _spaces(bytes(text[start:end]))
            if not self._faulty(_whole(bytes(text), piece.kind)):
                continue
            faults += 1
            if faults > _MAX_FAULTS:
                return
            self._set_aside(piece, bytes(text))

    def _set_aside(self, piece: Piece, text: bytes) -> None:
        for pattern, same in _SAME:
            changed = pattern.sub(same, text)
            if changed != text and not self._faulty(_whole(changed, piece.kind)):
                for number, (old, new) in enumerate(zip(text, changed, strict=True)):
                    if old != new:
                        self._text[piece.start + number] = new
                return
        if piece.end >= len(self.source.rstrip()) and b"\n\n" in text:
            # A quote that is never closed; the parser goes on after the next empty line.
            return
        self.unread.append((piece.start, piece.end))
        self._blank(piece.start, piece.end)
        if _REDIRECTION.match(text):
            return
        place = piece.start if piece.kind == WORDS else piece.end - 1
        # A name that any entity can have, because the variable of a loop has it.
        self._text[place : place + 1] = b":" if piece.kind == COMMAND else b"_"

    def _fill(self, start: int, end: int) -> None:
        # In a line of blanks, the parser would read what is expanded after it as text.
        self._text[start:end] = re.sub(rb"[^\n]", b"_", self._text[start:end])

    def _blank(self, start: int, end: int) -> None:
        self._text[start:end] = _spaces(bytes(self._text[start:end]))


def nested(source: bytes) -> bytes:
    r"""Return ``source`` with ``$( )`` for the backticks in backticks, which have a backslash."""
    text = bytearray(source)
    for escaped in Lexer(source).nested:
        opened: list[int] = []
        changes: list[tuple[int, bytes]] = []
        for start, end in escaped:
            length = end - start
            closes = bool(opened) and opened[-1] == length
            changes.append((start, (b" )" if closes else b"$(").rjust(length)))
            if closes:
                opened.pop()
            else:
                opened.append(length)
        for start, new in changes if not opened else ():
            text[start : start + len(new)] = new
    return bytes(text)


def _spaces(text: bytes) -> bytes:
    return re.sub(rb"[^\n]+", _blanked, text)


_AROUND = {
    COMMAND: (b"", b""),
    WORDS: (b"for x in ", b"; do :; done"),
    PATTERNS: (b"case x in ", b") :;; esac"),
}


def _whole(text: bytes, kind: str) -> bytes:
    """Return a script of its own with the piece ``text``."""
    before, after = _AROUND[kind]
    return before + text + after


def _inside(documents: list[Document], piece: Piece) -> Iterator[tuple[int, int]]:
    """Yield where the ``documents`` are that begin in the ``piece``."""
    for document in documents:
        for start, end in (document.operator, (document.body[0], document.end)):
            if piece.start <= start < piece.end:
                yield start - piece.start, min(end, piece.end) - piece.start
