"""What docs/session.svg shows: command lines that are typed on a terminal, and what they print."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from support.changes import ACCOUNT, key, used
from support.processes import BIN, environment
from support.terminal import Terminal

if TYPE_CHECKING:
    from pathlib import Path

#: The commands, of which the first has a mistake.
COMMANDS = ("iam-userdel bob", "iamcli sandbox --account account.json --changes ./old-script.sh")
PROMPT = "$ "
#: The width of the terminal (columns).
COLUMNS = 100
SCRIPT = """\
#!/bin/sh
iam-useruploadpolicy -u bob -p logs -o \
'{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:Get*","Resource":"*"}]}'
iam-userdelkey -u bob -k AKIAIOSFODNN7EXAMPLE
iam-groupadduser -g ops -u bob
iam-usercreate -u carol
"""
KEY = {**key("", **used("2026-11-01")), "AccessKeyId": "AKIAIOSFODNN7EXAMPLE"}
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def prepare(folder: Path) -> None:
    """Write account.json and old-script.sh, which the commands name, to ``folder``."""
    bob, carol = ACCOUNT["users"]
    users = [{**bob, "AccessKeyMetadata": [KEY]}, carol]
    (folder / "account.json").write_text(json.dumps({**ACCOUNT, "users": users}))
    script = folder / "old-script.sh"
    script.write_text(SCRIPT)
    script.chmod(0o755)


def session(folder: Path) -> list[str]:
    """Run the commands in ``folder``; return the lines of the terminal, with their colours."""
    prepare(folder)
    lines = []
    env = {**environment(folder), "TERM": "xterm-256color"}
    env["PATH"] = f"{BIN}:{env['PATH']}"
    for command in COMMANDS:
        terminal = Terminal("sh", "-c", f"cd {folder}; {command}", env=env, size=(50, COLUMNS))
        terminal.status()
        shown = terminal.shown.replace("\r\n", "\n")
        # What a line of progress showed before is erased.
        lines += [
            "",
            f"{PROMPT}{command}",
            *(re.sub(r".*\r|\x1b\[K", "", line) for line in shown.splitlines()),
        ]
    return [*lines[1:], ""]


def plain(line: str) -> str:
    """Return ``line`` without colours."""
    return _COLOUR.sub("", line)
