"""What a command line reads or writes: files, and lines of standard input.

The command must neither wait for input nor write. So a file that is not there, and what is not a
regular file, is replaced by a temporary one that names the original.
"""

from __future__ import annotations

import json
import os
import stat
from contextlib import suppress
from typing import NamedTuple

from iamcli.config import files
from iamcli.errors import Failure
from iamcli.protection import write_private

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from typing import Any

    from iamcli.parsing.options import Option


class StdinLine(str):
    """A secret that the command would read from standard input."""

    __slots__ = ()


class InputFile(NamedTuple):
    """A file that an option names: its ``name`` and its ``content``; ``known``: it was read."""

    name: str
    content: str
    known: bool


class Inputs:
    """The values of a command's options, changed so that its function can run in ``folder``.

    ``values``: the changed values; ``files``: the files that it reads; ``written``: the file that
    it would write, and ``draft``, where it writes it instead.
    """

    def __init__(self, options: Sequence[Option], values: dict[str, Any], folder: Path) -> None:
        self.values = dict(values)
        self.files: list[InputFile] = []
        self.written = ""
        self.draft = folder / "written"
        for option in options:
            value = values[option.dest]
            writes = option.metavar == "OUTPUTFILE"
            if writes and value is not None and _can_be_created(value):
                self.written = value
                self.values[option.dest] = str(self.draft)
            elif not writes and option.complete == "file" and value:
                self._read(option, value, folder)
            elif option.reads and value == "-":
                self.values[option.dest] = StdinLine("a line of standard input")

    def _read(self, option: Option, name: str, folder: Path) -> None:
        if is_absent(name):
            file = InputFile(name, json.dumps(f"contents of {name}"), known=False)
            content = os.fsencode(file.content)
            self.values[option.dest] = write_private(str(folder), option.dest, content)
            self.files.append(file)
            return
        # If it cannot be read, the command refuses it, and says why.
        with suppress(Failure):
            self.files.append(InputFile(name, files.text(name, option.help), known=True))

    def file(self, text: Any) -> InputFile | None:
        """Return the file whose content ``text`` is, without regard to the last newline."""
        text = text.removesuffix("\n") if isinstance(text, str) else None
        return next((file for file in self.files if file.content.removesuffix("\n") == text), None)


def is_absent(name: str) -> bool:
    """Return whether there is no such file, or one that can be read only once."""
    try:
        mode = os.stat(name).st_mode
    except FileNotFoundError:
        # The command refuses a private key that is typed as a name.
        return "PRIVATE KEY" not in name
    except (OSError, ValueError):
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def _can_be_created(name: str) -> bool:
    """Return whether the command could create the file. If not, it says why."""
    if name in {"", "-"} or os.path.lexists(name):
        return False
    return os.access(os.path.dirname(name) or ".", os.W_OK | os.X_OK)
