"""What scripts expect of this machine: the commands in a directory, and files with settings."""

from __future__ import annotations

import os
import re
from shutil import which

from iamcli.cli.check.rules.values import is_written, written
from iamcli.cli.check.script.states import in_folder
from iamcli.cli.installed_commands import commands_folders
from iamcli.quoting import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamcli.cli.check.rules.commands import Commands, Invocation
    from iamcli.cli.check.script.calls import Call


def add_missing(commands: Commands, found: dict[tuple[str, str], list[str]]) -> None:
    """Add to ``found`` what is not there and the line that makes it, with the scripts that need it.

    What the script tests for, or may write, is left out, and what another machine needs.
    """
    made = written(commands)
    words = [word.known for _, words in commands.walk.tests for word in words]
    tests = [text for text in words if re.match("/.", text)]
    for invocation in commands.invocations:
        call = invocation.call
        needed = [*_folders(call), *([] if made is None else _files(invocation))]
        for path, name, line in needed if call.script.root.shown and not call.flags.remote else ():
            known = any(path.startswith(test) or test.startswith(path) for test in tests)
            if not (known or is_written(made or set(), path.removesuffix("/bin"))):
                users = found.setdefault((name, line), [])
                users += {call.script.root.file}.difference(users)


def _folders(call: Call) -> Iterator[tuple[str, str, str]]:
    """Yield the directory or the PATH without the command, how it is named, and the line."""
    folder, _, name = (call.head.literal or "").rpartition("/")
    elsewhere = not (name and {"sudo", "doas", "env"}.isdisjoint(call.inner.run_by))
    path = folder or ("" if elsewhere else call.inner.environment["PATH"])
    folders = path.split(":")
    if all(map(os.path.isabs, folders)) and not which(name, path=path):
        # Other directories below /usr are the system's.
        bins = (each for each in folders if re.fullmatch("(?!/usr/).+/bin", each))
        new = next((each for each in bins if not os.path.exists(each)), "")
        own = next(map(str, commands_folders()), "/opt/aws/apitools/iam/bin")
        if new:
            yield new, new, f"iamcli home {quoted(new[:-4])}"
        elif not folder:
            yield path, f"the iam-* commands in {path}", f"PATH={own}:{path}"


def _files(invocation: Invocation) -> Iterator[tuple[str, str, str]]:
    """Yield the files with settings that are not there, as ``_folders`` does."""
    call = invocation.call
    given = {each.option.name: each.text for each in invocation.values}
    for variable in ("AWS_CREDENTIAL_FILE", "CLIENT_CONFIG_FILE"):
        option = f"--{variable.lower().replace('_', '-')}"
        name = given.get(option, call.inner.environment[variable])
        path = in_folder(call.flags.folder, name) if name else None
        if path and not os.path.exists(path):
            yield path, path, f"(umask 077; cat >{quoted(path)})"
