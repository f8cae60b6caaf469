"""E109: commands of the toolkit in lines that cannot be read."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from shutil import which
from subprocess import DEVNULL, SubprocessError, run

from iamcli.cli.check.findings import Finding
from iamcli.cli.check.lexer import COMMAND

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamcli.cli.check.syntax import Script
    from iamcli.cli.check.walk import Walker

_WORD = re.compile(rb"(?<![\w.-])iam-\w[\w-]*")
#: A command of the toolkit, after assignments and with its path.
_COMMAND = re.compile(rb"(?:[A-Za-z_]\w*=[^\s()'\"`]*\s+)*(?:[^\s='\"$`(]*/)?(?=iam-\w)")
_TIMEOUT = 10


def check(walker: Walker) -> Iterator[tuple[Script, Finding]]:
    """Yield the commands in what was not read of the scripts of ``walker``, and which script."""
    for script in walker.scripts:
        if b"iam-" not in script.source:
            continue
        calls = [call for call in walker.calls if call.script is script]
        heads = {script.offset(call.head.line, call.head.column) for call in calls}
        _passed_over(script, sorted(call.node.start_byte for call in calls))
        faulty: bool | None = None
        for start, end in script.set_aside:
            for match in _WORD.finditer(script.source, start, end):
                line = script.source[script.source.rfind(b"\n", 0, match.start()) + 1 :]
                if line.lstrip().startswith(b"#") or match.start() in heads:
                    continue
                faulty = is_refused(script) if faulty is None else faulty
                yield script, _finding(script, match, faulty=faulty)


def _passed_over(script: Script, calls: list[int]) -> None:
    """Note the commands that the lexer sees and nothing else did."""
    for piece in script.lexer.pieces:
        match = _COMMAND.match(script.source, piece.start) if piece.kind == COMMAND else None
        if match is None or match.end() >= piece.end:
            continue
        if bisect_left(calls, piece.start) == bisect_right(calls, match.end()):
            script.skip_part(match.end(), piece.end)


def _finding(script: Script, match: re.Match[bytes], *, faulty: bool) -> Finding:
    name = match[0].decode("utf-8", "replace")
    line, column = script.place(match.start())
    message = f"{name} is in a part of the script that cannot be read, so it is not checked"
    fix = "correct the syntax error in the script" if faulty else "write it in a simpler form"
    return Finding(script.file, line, column, "E109", name, message, fix)


def is_refused(script: Script) -> bool:
    """Return whether the shell of ``script`` finds a syntax error in it; it runs nothing."""
    names = ("zsh",) if script.zsh else ("sh", "bash") if script.plain_sh else ("bash", "sh")
    shell = next(filter(None, map(which, names)), None)
    if shell is None:
        return False
    try:
        done = run(  # noqa: S603 - the shell only reads the script
            [shell, "-n"],
            input=script.source,
            stdout=DEVNULL,
            stderr=DEVNULL,
            env={},
            timeout=_TIMEOUT,
            check=False,
        )
    except (OSError, SubprocessError):
        return False
    return done.returncode != 0
