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

#: The options that name a file with settings, with their variables, and how to make it.
_FILES = {
    "--aws-credential-file": ("AWS_CREDENTIAL_FILE", "(umask 077; cat >{})"),
    "--client-config-file": ("CLIENT_CONFIG_FILE", "touch {}"),
}
#: With these, a command may be looked up in other directories.
_OTHER_PATH = {"sudo", "doas", "env"}


def add_missing(commands: Commands, found: dict[tuple[str, str], list[str]]) -> None:
    """Add to ``found`` what is not there and the line that makes it, with the scripts that need it.

    What the script tests for, or may write, is left out, and what another machine needs.
    """
    made = written(commands)
    tested = {word.literal for _, words, _ in commands.walker.tests for word in words}
    for invocation in commands.invocations:
        call = invocation.call
        if not call.script.shown:
            continue
        folder = call.flags.folder or "/"
        tests = [os.path.join(folder, text) for text in tested if text not in ("", "/", None)]
        for path, line in (*_folders(call), *_files(invocation)):
            home = path.removesuffix("/bin")
            names = made if home == path else made - {"\0"}
            known = any(os.path.commonpath([path, test]) in (path, test) for test in tests)
            if known or is_written(names, home) or call.flags.remote:
                continue
            there = ":" in path or os.path.exists(path)
            files = found.setdefault((f"the iam-* commands in {path}" if there else path, line), [])
            files += {call.script.file}.difference(files)


def _folders(call: Call) -> Iterator[tuple[str, str]]:
    """Yield the directory or the PATH that does not have the command."""
    name = call.head.literal or ""
    own = next(map(str, commands_folders()), "/opt/aws/apitools/iam/bin")
    if "/" in name:
        path = os.path.normpath(os.path.dirname(in_folder(call.flags.folder, name) or ""))
        line = f"mkdir -p {quoted(path)} && ln -s {quoted(own)}/iam-* {quoted(path)}"
    else:
        other = not name or not _OTHER_PATH.isdisjoint(call.inner.run_by)
        path = "" if other else call.environment["PATH"]
        line = f"PATH={own}:{path}"
    folders = path.split(":")
    if all(map(os.path.isabs, folders)) and not which(str(call.program), path=path):
        # Other directories below /usr are the system's.
        bins = (each for each in folders if re.fullmatch("(?!/usr/).+/bin", each))
        new = next((each for each in bins if not os.path.exists(each)), "")
        yield (new, f"iamcli home {quoted(new[:-4])}") if new else (path, line)


def _files(invocation: Invocation) -> Iterator[tuple[str, str]]:
    """Yield the files with settings that are not there."""
    call = invocation.call
    given = {each.option.name: each.text for each in invocation.values}
    for option, (variable, line) in _FILES.items():
        name = given.get(option, call.environment[variable])
        path = in_folder(call.flags.folder, name) if name else None
        if path and not os.path.exists(path):
            yield path, line.format(quoted(path))
