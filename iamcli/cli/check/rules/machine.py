"""What scripts find on this machine, and what they miss: commands, and files with settings."""

from __future__ import annotations

import os
import re
from pathlib import Path
from shutil import which

from iamcli.cli.check.rules.values import is_written, written
from iamcli.cli.check.script.states import in_folder
from iamcli.cli.homes.directory import RECORD, is_own, strict_default
from iamcli.cli.installed_commands import commands_folders, own_places
from iamcli.quoting import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from iamcli.cli.check.rules.commands import Commands, Invocation
    from iamcli.cli.check.script.calls import Call, Value

#: Where Amazon Linux had the toolkit.
_TOOLKIT = "/opt/aws/apitools/iam"
#: What makes any command strict.
STRICT = "IAMCLI_STRICT=1"
#: The programs with which other commands are found, or run in another environment.
_CHANGING = {"sudo", "doas", "env"}


def compare(
    commands: Commands, missing: dict[tuple[str, str], list[str]], installed: dict[str, list[str]]
) -> None:
    """Add the lines that make what is not there, or commands strict that are not, and for whom.

    What the script tests for, or may write, is left out, and what another machine needs.
    """
    made = written(commands)
    words = [word.known for words in commands.walk.tests for word in words]
    tests = [text for text in words if re.match("/.", text)]
    found: dict[tuple[str, str, str], set[str]] = {}
    default = {"IAMCLI_STRICT": "", **os.environ}
    for invocation in commands.invocations:
        call, file = invocation.call, invocation.call.script.root.file
        if call.flags.remote or not call.script.root.shown:
            continue
        for path, name, line in [*_folders(call), *([] if made is None else _files(invocation))]:
            known = any(path.startswith(test) or test.startswith(path) for test in tests)
            if not (known or is_written(made or set(), path.removesuffix("/bin"))):
                users = missing.setdefault((name, line), [])
                users += {file}.difference(users)
        # What is not known may be 0 or 1.
        strict = _text(call.inner.environment["IAMCLI_STRICT"], default, "1") in ("0", "1")
        if not strict and _CHANGING.isdisjoint(call.inner.run_by):
            found.setdefault(_place(call, os.environ), set()).add(file)
    for place, files in found.items():
        if line := _remedy(*place):
            users = installed.setdefault(line, [])
            users += sorted(files.difference(users))


def _place(call: Call, variables: Mapping[str, str]) -> tuple[str, str, str]:
    """Return the command, where it is looked for, "" if not known, and what is in PATH if there.

    ``variables``: those that a script does not set.
    """
    folder, slash, name = _text(call.head.value, variables).rpartition("/")
    path = folder
    if not slash and _CHANGING.isdisjoint(call.inner.run_by):
        path = _text(call.inner.environment["PATH"], variables)
    known = name and all(map(os.path.isabs, path.split(":")))
    rest = "" if slash else _text(call.inner.environment["PATH"], {}, "$PATH")
    return name, path if known else "", rest


def _text(value: Value, variables: Mapping[str, str], unknown: str = "") -> str:
    """Return ``value``, with ``variables`` that the script has not set; or else ``unknown``."""
    texts = [
        part if isinstance(part, str) else variables.get(part.name) if part.inherited else None
        for part in value
    ]
    return unknown if None in texts else "".join(map(str, texts))


def _remedy(name: str, path: str, rest: str) -> str:
    """Return the line that makes the installed command that is found strict; "" if none is found.

    The directory of the toolkit is that of ``path`` that has been set up, or is expected.
    """
    program = Path(which(name, path=path) or "/")
    if not is_own(program, own_places()) or strict_default(program):
        return ""
    for home in (each[:-4] for each in path.split(":") if each.endswith("/bin")):
        expected = re.search("(?i)(?<![a-z])iam|apitools", home) and not os.path.lexists(home)
        if expected or os.path.exists(f"{home}/{RECORD}"):
            return f"iamcli home {quoted(home)}"
    if rest and strict_default(Path(f"{_TOOLKIT}/bin/iam-usercreate")):
        return f"PATH={_TOOLKIT}/bin:{rest}"
    return f"iamcli home {_TOOLKIT}" if rest else STRICT


def _folders(call: Call) -> Iterator[tuple[str, str, str]]:
    """Yield the directory or the PATH without the command, how it is named, and the line."""
    name, path, rest = _place(call, {})
    if path and not which(name, path=path):
        # Other directories below /usr are the system's.
        bins = (each for each in path.split(":") if re.fullmatch("(?!/usr/).+/bin", each))
        new = next((each for each in bins if not os.path.exists(each)), "")
        own = next(map(str, commands_folders()), f"{_TOOLKIT}/bin")
        if new:
            yield new, new, f"iamcli home {quoted(new[:-4])}"
        elif rest:
            yield path, f"the iam-* commands in {path}", f"PATH={own}:{path}"


def _files(invocation: Invocation) -> Iterator[tuple[str, str, str]]:
    """Yield the files with settings that are not there, as ``_folders`` does."""
    call = invocation.call
    given = {each.option.name: each.text for each in invocation.values}
    for variable in ("AWS_CREDENTIAL_FILE", "CLIENT_CONFIG_FILE"):
        option = f"--{variable.lower().replace('_', '-')}"
        name = given.get(option, _text(call.inner.environment[variable], {}))
        path = in_folder(call.flags.folder, name) if name else None
        if path and not os.path.exists(path):
            yield path, path, f"(umask 077; cat >{quoted(path)})"
