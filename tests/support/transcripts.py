"""Transcripts: what they consist of, and what their command lines print now.

A transcript is what a terminal shows. In addition to command lines (``$ ``) and their output, it
contains remarks (``# ``), exit statuses other than 0 (``[1]``), and lines that name canned answers
in tests/answers (``% ``), with which the wire stub answers the next command line instead of moto.
Values that change from run to run are numbered tokens: ``<KEYID-1>``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from support.shell import TESTS
from support.stub import Answer, refused

if TYPE_CHECKING:
    from support.shell import Shell
    from support.stub import Stub

TRANSCRIPTS = sorted((TESTS / "transcripts").glob("iam-*.txt"))

MARK = "\x01"


#: What changes from run to run, and the name of its token.
VOLATILE = re.compile(
    r"(?P<KEYID>\bAKIA[A-Z0-9]{16}\b)"
    r"|(?P<ROLEID>\bAROA[A-Z0-9]{17}\b)"
    r"|(?P<ID>\bA(?:GPA|IDA|IPA|SCA)[A-Z0-9]{17}\b)"
    r"|(?P<SEED>^[A-Z2-7]{64}$)"
    r"|(?P<SECRET>^[A-Za-z0-9/+]{40}$)"
    r"|(?P<CERTID>^[A-Z2-7]{32}$)"
    r"|(?P<DATE>\b\d{4}-\d\d-\d\dT[0-9:.+]+Z?)"
    r"|(?P<PORT>(?<=http://127\.0\.0\.1:)\d+)",
    re.MULTILINE,
)


#: The files of tests/answers that command lines use.
FILES = ("policy.json", "trust.json", "cert.pem", "key.pem", "chain.pem")


#: Examples of the AWS documentation stay as they are.
EXAMPLE = re.compile(r"EXAMPLE")


class Part(NamedTuple):
    """A command line with what precedes it (remarks and answers) and what it prints."""

    before: list[str]
    command: str
    output: str


def parts(text: str) -> list[Part]:
    """Return the parts of a transcript."""
    found: list[Part] = []
    before: list[str] = []
    lines = iter(text.removesuffix("\n").split("\n"))
    for line in lines:
        if line.startswith(("# ", "% ")):
            before.append(line)
        elif line.startswith("$ "):
            command = line[2:]
            while command.endswith("\\"):
                command += "\n" + next(lines)
            found.append(Part(before, command, ""))
            before = []
        else:
            found[-1] = found[-1]._replace(output=f"{found[-1].output}{line}\n")
    return found


def script(stub: Stub, moto: str, wanted: list[Part]) -> str:
    """Return the shell script that runs the command lines, each followed by a mark and status."""
    lines = []
    for part in wanted:
        names = [name for line in part.before if line[0] == "%" for name in line[2:].split()]
        url = stub.endpoint(*map(answer, names)).url if names else moto
        # In the sandbox, no refusal is waited for.
        where = f"AWS_IAM_URL={url} IAMCLI_SANDBOX={url}"
        lines += [where, part.command, f"printf '{MARK}%s\\n' $?"]
    return "\n".join(["exec 2>&1", "export AWS_IAM_URL IAMCLI_SANDBOX", *lines, ""])


def answer(name: str) -> Answer:
    """Return the canned answer ``name``: a refusal's code, or a file in tests/answers."""
    file = TESTS / "answers" / f"{name}.xml"
    if not file.exists():
        return refused(name, f"This is the service's sentence about {name}.")
    return Answer(file.read_bytes())


def tokens(text: str) -> str:
    """Return ``text`` with volatile values as numbered tokens."""
    seen: dict[str, str] = {}
    counts: dict[str, int] = {}

    def token(match: re.Match[str]) -> str:
        value, kind = match.group(), str(match.lastgroup)
        if EXAMPLE.search(value):
            return value
        if value not in seen:
            counts[kind] = counts.get(kind, 0) + 1
            seen[value] = f"<{kind}-{counts[kind]}>"
        return seen[value]

    return VOLATILE.sub(token, text)


def played(run: Shell, stub: Stub, moto: str, text: str, *prefix: str) -> str:
    """Return what the transcript ``text`` shows now; ``prefix``: what runs its shell."""
    wanted = parts(text)
    for name in FILES:
        (run.home / name).write_bytes((TESTS / "answers" / name).read_bytes())
    pieces = run(*prefix, "sh", "-c", script(stub, moto, wanted)).out.split(MARK)
    lines = []
    for number, part in enumerate(wanted):
        printed = pieces[number] if number == 0 else pieces[number].partition("\n")[2]
        status = pieces[number + 1].partition("\n")[0]
        lines += [*part.before, f"$ {part.command}"]
        text = printed.removesuffix("\n")
        lines += [text] if text else []
        lines += [f"[{status}]"] if status != "0" else []
    return tokens("\n".join(lines) + "\n")
