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

#: The variables that name a file with settings, with the options that override them.
_FILES = {
    "AWS_CREDENTIAL_FILE": "--aws-credential-file",
    "CLIENT_CONFIG_FILE": "--client-config-file",
}


def add_missing(commands: Commands, found: dict[tuple[str, str], list[str]]) -> None:
    """Add to ``found`` what is not there and the line that makes it, with the scripts that need it.

    What the script tests for, or may write, is left out, and what another machine needs.
    """
    made = written(commands)
    tested = {word.literal for _, words, _ in commands.walker.tests for word in words}
    for invocation in commands.invocations:
        call = invocation.call
        paths = (in_folder(call.flags.folder, text) for text in tested if text)
        tests = [path for path in paths if path and path != "/"]
        for path, name, line in (*_folders(call), *_files(invocation, made)):
            known = any(path.startswith(test) or test.startswith(path) for test in tests)
            home = path.removesuffix("/bin")
            if not (known or call.flags.remote or is_written(made or set(), home)):
                files = found.setdefault((name, line), [])
                files += {call.script.file}.difference(files)


def _folders(call: Call) -> Iterator[tuple[str, str, str]]:
    """Yield the directory or the PATH that does not have the command, its name and the line."""
    name = call.head.literal
    elsewhere = name is None or not {"sudo", "doas", "env"}.isdisjoint(call.inner.run_by)
    path = os.path.dirname(name or "") or ("" if elsewhere else call.environment["PATH"])
    folders = path.split(":")
    if all(map(os.path.isabs, folders)) and not which(str(call.program), path=path):
        # Other directories below /usr are the system's.
        bins = (each for each in folders if re.fullmatch("(?!/usr/).+/bin", each))
        new = next((each for each in bins if not os.path.exists(each)), "")
        own = next(map(str, commands_folders()), "/opt/aws/apitools/iam/bin")
        line = f"iamcli home {quoted(new[:-4])}" if new else f"PATH={own}:{path}"
        if "/" in (name or "") and not new:
            line = f"mkdir -p {quoted(path)} && ln -s {quoted(own)}/iam-* {quoted(path)}"
        yield new or path, new or f"the iam-* commands in {path}", line


def _files(invocation: Invocation, made: set[str] | None) -> Iterator[tuple[str, str, str]]:
    """Yield the files with settings that are not there, and which the script does not write."""
    call = invocation.call
    given = {each.option.name: each.text for each in invocation.values}
    for variable, option in _FILES.items():
        name = given.get(option, call.environment[variable])
        path = in_folder(call.flags.folder, name) if name else None
        if path and not os.path.exists(path) and made is not None:
            yield path, path, f"(umask 077; cat >{quoted(path)})"
