"""What the transcripts show with another server: the listed differences, each with its reason.

A file of differences has the format of transcripts, and names before its entries the transcript
that they are about: ``=== iam-x``. Remarks are the reason. An entry stands for the first command
line of the same words whose output differs.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from support import transcripts
from support.transcripts import TRANSCRIPTS, Part, parts, played

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest

    from support.shell import Shell
    from support.stub import Stub

#: The remark of an entry whose lines come in an order that changes from run to run.
ANY_ORDER = "# in any order: "


class Differences:
    """The differences in ``file``; ``volatile``: what changes from run to run on the server.

    ``adapt``: makes what the server shows comparable, and likewise what is wanted.
    """

    def __init__(
        self, file: Path, volatile: re.Pattern[str], adapt: Callable[[str], str] = str
    ) -> None:
        _, *sections = re.split(r"^=== (.*)\n", file.read_text(), flags=re.MULTILINE)
        names, texts = sections[::2], sections[1::2]
        self._listed = {name: parts(text) for name, text in zip(names, texts, strict=True)}
        self._volatile, self._adapt = volatile, adapt

    def compared(
        self, file: Path, run: Shell, stub: Stub, url: str, monkeypatch: pytest.MonkeyPatch
    ) -> tuple[list[Part], list[Part]]:
        """Return what the transcript ``file`` shows with the server at ``url``, and is to show."""
        monkeypatch.setattr(transcripts, "VOLATILE", self._volatile)
        text = self._adapt(file.read_bytes().decode())
        shown = parts(self._adapt(played(run, stub, url, text)))
        return shown, _known(parts(text), shown, self._listed.get(file.stem, []))

    def without_reason(self) -> list[str]:
        """Return the names of what is no transcript, and the entries without a reason."""
        names = self._listed.keys() - {file.stem for file in TRANSCRIPTS}
        entries = (entry for listed in self._listed.values() for entry in listed)
        return [*names, *(entry.command for entry in entries if not entry.before)]


def _known(wanted: list[Part], shown: list[Part], listed: list[Part]) -> list[Part]:
    """Return the ``wanted`` parts with the ``listed`` differences put in.

    A difference stands for the first part with its command line that is ``shown`` otherwise than
    wanted. One that stands for none is no longer true, and remains as a part too many.
    """
    left = list(listed)
    found = []
    for part, now in zip(wanted, shown, strict=True):
        entry = next((entry for entry in left if entry.command == part.command), None)
        if entry and entry.before[-1].startswith(ANY_ORDER):
            left.remove(entry)
            same = sorted(entry.output.splitlines()) == sorted(now.output.splitlines())
            found.append(now if same else part)
        elif entry and now.output != part.output:
            left.remove(entry)
            found.append(part._replace(output=entry.output))
        else:
            found.append(part)
    return found + left
