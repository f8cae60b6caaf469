"""Programs for PATH that only record how they are called, for scripts with hostile values."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

#: The ID that the certificates get.
CERTIFICATE = "TA7SMP42TDN5Z26OBPJE7EXAMPLE"
#: Appends its call to a file. What it answers, so that a script of iamcli recreate goes on: the
#: account is 123456789012, and nothing exists in it but the policies of AWS.
PROGRAM = """#!{python} -IS
import json, os, sys
name, *arguments = os.path.basename(sys.argv[0]), *sys.argv[1:]
given = sys.stdin.buffer.read().decode() if "/dev/stdin" in arguments else None
with open({record!r}, "a") as file:
    file.write(json.dumps([name, arguments, given]) + "\\n")
if name == "iamcli":
    print("123456789012")
elif name == "iam-useraddcert":
    print({certificate!r})
elif "get-caller-identity" in arguments:
    print("123456789012")
elif name == "aws" and "get-policy" in arguments and ":iam::aws:" not in arguments[-1]:
    sys.exit("\\nAn error occurred (NoSuchEntity) when calling the GetPolicy operation: x")
elif "get" in name or "list" in name and name != "iam-accountaliaslist":
    sys.exit(name + ": NoSuchEntity: x")
"""
#: Commands that only read.
READS = ("get-caller-identity", "get-policy")


class Call(NamedTuple):
    """A call of a program; ``given``: its standard input, if it was told to read it."""

    name: str
    arguments: list[str]
    given: str | None

    def values(self) -> Iterator[str]:
        """Yield the values of its options, and the texts in the parameters of ``aws``."""
        if self.given is not None:
            yield self.given
        if self.name == "aws":
            place = self.arguments.index("--cli-input-json") + 1
            yield from _texts(json.loads(self.arguments[place]))
            return
        words = iter(self.arguments)
        for word in words:
            option, value = word[:2], word[2:] or next(words)
            if option != "-f":
                yield value

    @property
    def reads(self) -> bool:
        """Whether it changes nothing."""
        if self.name == "aws":
            return self.arguments[1] in READS
        return "get" in self.name or "list" in self.name or self.name == "iamcli"


class Recorder:
    """The programs ``names`` in ``folder``, and what has called them."""

    def __init__(self, folder: Path, names: Iterable[str]) -> None:
        self.folder = folder / "programs"
        self.folder.mkdir()
        self._record = folder / "calls"
        for name in names:
            program = self.folder / name
            program.write_text(
                PROGRAM.format(
                    python=sys.executable, record=str(self._record), certificate=CERTIFICATE
                )
            )
            program.chmod(0o755)

    def calls(self) -> list[Call]:
        """Return the calls since the last time."""
        lines = self._record.read_text().splitlines()
        self._record.unlink()
        return [Call(*json.loads(line)) for line in lines]


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts(inner)
