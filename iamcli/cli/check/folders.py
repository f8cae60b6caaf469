"""Finds the scripts in directories."""

from __future__ import annotations

import os
import stat
from contextlib import suppress

from iamcli.cli.check.script import kinds
from iamcli.config import files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def scripts(names: Iterable[str]) -> Iterator[str]:
    """Yield the files ``names``, and instead of each directory the scripts in it.

    These are text files that are a script by their name or first line, or that have the name of a
    command, and what cannot be read. Symbolic links, FIFOs and devices are passed over.
    """
    for name in names:
        yield from _inside(name) if name != "-" and os.path.isdir(name) else [name]


def _inside(top: str) -> Iterator[str]:
    errors: list[OSError] = []
    for folder, folders, names in os.walk(top, onerror=errors.append):
        folders[:] = sorted(name for name in folders if name != ".git")
        for path in (os.path.normpath(f"{folder}/{name}") for name in sorted(names)):
            with suppress(OSError):
                if stat.S_ISREG(os.lstat(path).st_mode) and _is_script(path):
                    yield path
    yield from (str(error.filename) for error in errors)


def _is_script(path: str) -> bool:
    source = files.content(path)
    if source is None or b"\0" in source:
        return source is None
    found = kinds.language(path, source.decode("utf-8", "replace"))
    return found in kinds.READ or bool(kinds.mentions(source))
