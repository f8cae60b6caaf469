"""Programs for PATH that only record how they are called, for scripts with hostile values."""

from __future__ import annotations

import json
import sys
from ast import literal_eval
from typing import TYPE_CHECKING, NamedTuple

from support.requirements import PATH
from support.shell import ROOT, Shell

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.forked import Done

#: The ID that the certificates get.
CERTIFICATE = "TA7SMP42TDN5Z26OBPJE7EXAMPLE"
#: Appends its call to a file. What it answers, so that a script of iamcli recreate goes on: nothing
#: exists in the account but some policies.
PROGRAM = """#!{python} -IS
import sys
name, *arguments = sys.argv[0].rpartition("/")[2], *sys.argv[1:]
given = sys.stdin.buffer.read().decode() if "/dev/stdin" in arguments else None
with open({record!r}, "a") as file:
    file.write(ascii((name, arguments, given)) + "\\n")
if name == "iamcli":
    print({account!r})
elif name == "iam-useraddcert":
    print({certificate!r})
elif "get-caller-identity" in arguments:
    print({account!r})
elif name == "aws" and "get-policy" in arguments and {existing!r} not in arguments[-1]:
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
    """The commands, ``iamcli`` and ``aws`` as programs in ``folder``, and what has called them.

    ``account``: the number of the account; ``existing``: what is in the ARNs of its policies.
    """

    def __init__(
        self, folder: Path, account: str = "123456789012", existing: str = ":iam::aws:"
    ) -> None:
        self.folder = folder / "programs"
        self.folder.mkdir()
        self._record = folder / "calls"
        names = {"record": str(self._record), "certificate": CERTIFICATE, "python": sys.executable}
        text = PROGRAM.format(account=account, existing=existing, **names)
        for name in ("aws", *(path.name for path in (ROOT / "bin").glob("iam*"))):
            (self.folder / name).write_text(text)
            (self.folder / name).chmod(0o755)

    def run(self, shell: str, script: str) -> Done:
        """Run a script, which must not write anything; return how it ends."""
        folder = self.folder.parent
        work = folder / "work"
        work.mkdir(exist_ok=True)
        (folder / "script.sh").write_bytes(script.encode())
        before = _files(folder)
        programs = {"PATH": f"{self.folder}:{PATH}"}
        done = Shell(work, programs)(shell, str(folder / "script.sh"))
        assert _files(folder) == before
        return done

    def calls(self) -> list[Call]:
        """Return the calls since the last time."""
        lines = self._record.read_text().splitlines()
        self._record.unlink()
        return [Call(*literal_eval(line)) for line in lines]


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.name != "calls")


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts(inner)
