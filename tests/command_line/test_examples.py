"""Each example can be pasted into bash, zsh, fish and dash, and does the same in all of them.

The shells read what is pasted as at a prompt: interactively, where zsh takes ``#`` for a word and
bash looks for ``!`` in its history. The commands use the private IAM, or the wire stub if the
transcript says so, because the example has an ID that the private IAM would have to choose.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

import pytest
from support import documents, resettable
from support.requirements import needs
from support.shell import ROOT, TESTS
from support.transcripts import MARK, TRANSCRIPTS, answer, parts, tokens

from iamcli.cli import index
from iamcli.cli.sandbox.launch import shell as sandbox_shell
from iamcli.help import docstring as documentation
from iamcli.help.text import help_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from support.forked import ForkedPrograms
    from support.shell import Shell
    from support.stub import Endpoint, Stub

#: How to start each shell so that it reads its standard input as it reads what is typed.
SHELLS = {
    "bash": ("bash", "--norc", "--noprofile", "-i", "-s"),
    "dash": ("dash", "-i", "-s"),
    "fish": ("fish", "--no-config", "-i"),
    "zsh": ("zsh", "-f", "-i", "-s"),
}
#: What every shell takes as it is, outside of single quotes: words, "=" inside a word, "~/" at its
#: beginning, redirections, pipes, and a backslash at the end of a line.
PLAIN = re.compile(r"(?:[\w ./:,@|<>-]|(?<=\w)=|(?<=[ =])~/|\\\n)+")
#: In single quotes, only fish takes a backslash for anything else.
QUOTED = re.compile(r"'[^'\\]*'")
END = "\x02"

#: Documents other than the pages of the commands, with what their examples need.
DOCUMENTS = {
    path: ["iam-usercreate -u bob"] if path.name == "aws-credential-file.5" else []
    for path in (
        *sorted(set((ROOT / "man").glob("*.[1-9]")) - set((ROOT / "man").glob("iam-*.1"))),
        *sorted(ROOT.glob("*.md")),
        *sorted((ROOT / "docs").glob("*.md")),
    )
    # Their blocks are followed by upkeep/test_recipes.py and release/test_moving.py.
    if path.name not in ("architecture.md", "moving.md")
}
#: What examples need that nothing before them in their document makes, by how they begin.
NEEDS = {
    "iamcli snapshot account.json": ["rm -f account.json"],
    # The bob of earlier examples can have a password, which the script would ask for.
    "iamcli snapshot before.json": [
        "if iam-usergetattributes -u bob; then iam-userdel -u bob -r; fi",
        "iam-usercreate -u bob",
    ],
    "sh bob.sh": ["iam-userdel -u bob -r"],
    "iamcli snapshot account.json --users": ["iam-usercreate -u bob", "iam-usercreate -u susan"],
}
#: A directory that examples name, and that no test may change.
OLD_HOME = "/opt/aws/apitools/iam"


#: A program that prints the requests to the private IAM since its last run, and empties it. It
#: imports next to nothing, because it runs often.
ASKED = """\
#!{python} -IS
import _socket, os
server = _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM)
server.connect(("127.0.0.1", {port}))
server.send(b"POST {path} HTTP/1.0\\r\\nHost: 127.0.0.1:{port}\\r\\n{HEADER}: yes\\r\\n\\r\\n")
answer = b""
while more := server.recv(1 << 16):
    answer += more
os.write(1, answer.partition(b"\\r\\n\\r\\n")[2])
"""


class Step(NamedTuple):
    """What is pasted, what must precede it, and where its requests go; "" for the private IAM.

    ``printed``: what must be printed, None for anything.
    """

    pasted: str
    before: list[str]
    endpoint: Endpoint | None = None
    printed: str | None = None


class Result(NamedTuple):
    """What came of a step: its exit status, what was printed, and the requests to the stub."""

    status: str
    printed: str
    requests: list[dict[str, str]]


Walks = dict[str, list[Step]]


class Example(NamedTuple):
    """An example of a command: in the transcript, in the help and on the page.

    The help has the first one only.
    """

    line: str
    in_help: str
    on_page: str


def of_command(name: str) -> list[Example]:
    command = index.load(name)
    lines = documentation.of(command).examples
    in_help = [documents.of_help(help_text(command)), *lines[1:]]
    return list(map(Example, lines, in_help, documents.of_page(ROOT / "man" / f"{name}.1")))


def of_document(file: Path) -> list[str]:
    read = documents.of_markdown if file.suffix == ".md" else documents.of_page
    return read(file)


def all_examples() -> list[str]:
    """Every example of the project."""
    names = [file.stem for file in TRANSCRIPTS]
    return [
        *(form for name in names for example in of_command(name) for form in example),
        *(line for file in DOCUMENTS for line in of_document(file)),
        *sandbox_shell.FIRST_COMMANDS,
        *sandbox_shell.LATER_COMMANDS,
    ]


def walk(name: str, stub: Stub, *, as_in_help: bool = False) -> list[Step]:
    """Return the examples of a command as steps, each after what precedes it in the transcript."""
    found = parts((TESTS / "transcripts" / f"{name}.txt").read_text())
    chosen = {}
    for example in of_command(name):
        succeeded = [
            number
            for number, part in enumerate(found)
            if part.command == example.line and not failed(part.output)
        ]
        place = max(succeeded, key=lambda number: len(found[number].output))
        chosen[place] = example.in_help if as_in_help else example.on_page
    steps: list[Step] = []
    before: list[str] = []
    for number, part in enumerate(found[: max(chosen) + 1]):
        canned = [file for line in part.before if line[0] == "%" for file in line[2:].split()]
        if number in chosen:
            endpoint = stub.endpoint(*map(answer, canned)) if canned else None
            steps.append(Step(chosen[number], before, endpoint, part.output))
            before = []
        elif not canned and not failed(part.output):
            before.append(part.command)
    return steps


def failed(output: str) -> bool:
    return bool(re.search(r"^\[\d+\]$", output, re.MULTILINE))


@pytest.fixture
def example_shell(aws: Shell, moto: str, forked_programs: ForkedPrograms) -> Shell:
    """The environment of the shells, with a program that empties the private IAM."""
    folder = aws.home / "programs"
    folder.mkdir()
    program = folder / "asked"
    private = urlsplit(moto)
    asked = {
        "python": sys.executable,
        "port": private.port,
        "path": f"{private.path.rstrip('/')}{resettable.PATH}",
        "HEADER": resettable.HEADER,
    }
    program.write_text(ASKED.format(**asked))
    program.chmod(0o755)
    aws.env["PATH"] = f"{folder}:{forked_programs.folder}:{aws.env['PATH']}"
    # The shell of `iamcli sandbox`, which ends at once.
    aws.env |= {"SHELL": "/bin/true", "PS1": "", "PS2": "", "TERM": "dumb"}
    return aws


def pasted(shell: str, account: Shell, walks: Walks) -> tuple[list[Result], list[str]]:
    """Paste the steps of all ``walks`` into one shell.

    Returns what came of each step, and the requests to the private IAM in each walk.
    """
    home = account.home / shell
    home.mkdir()
    keys = f"AWSAccessKeyId={account.env['AWS_ACCESS_KEY_ID']}\nAWSSecretKey=secret\n"
    (home / ".iam-credentials").write_text(keys)
    status = "$status" if shell == "fish" else "$?"
    # Escaped, because shells use these characters themselves.
    mark, end = f"\\{ord(MARK):03o}", f"printf '\\{ord(END):03o}'"
    lines = []
    for name, steps in walks.items():
        folder = home / f"walk-{name}"
        folder.mkdir()
        for file in ("policy.json", "cert.pem", "key.pem", "chain.pem"):
            (folder / file).write_bytes((TESTS / "answers" / file).read_bytes())
        (folder / "old-script.sh").write_text("iam-usercreate -u old\n")
        (folder / "old-script.sh").chmod(0o755)
        (folder / "tests").symlink_to(TESTS)
        lines.append(f"cd {folder}")
        for number, step in enumerate(steps):
            if step.before:
                script = folder / f"before-{number}"
                script.write_text("".join(f"{line}\n" for line in step.before))
                lines.append(f"sh -e {script} >/dev/null </dev/null")
            if step.endpoint:
                lines.append(f"export AWS_IAM_URL={step.endpoint.url}")
            lines += [
                f"{end}; false",
                step.pasted.replace(OLD_HOME, str(folder / "iam")),
                f"printf '{mark}%s' {status}; {end}",
                f"export AWS_IAM_URL={account.env['AWS_ENDPOINT_URL']}",
            ]
        lines.append(f"{end}; asked; {end}")
    done = subprocess.run(
        SHELLS[shell],
        env={**account.env, "HOME": str(home)},
        cwd=home,
        input="\n".join(lines) + "\n",
        text=True,
        capture_output=True,
        start_new_session=True,  # away from a terminal that a shell would want to control
        check=False,
    )
    pieces = iter(done.stdout.replace(str(home), "HOME").split(END)[1::2])
    results, asked = [], []
    for steps in walks.values():
        results += [result(step, next(pieces)) for step in steps]
        asked.append(unnumbered(next(pieces)))
    assert not list(pieces), done.stderr
    return results, asked


def result(step: Step, text: str) -> Result:
    printed, _, status = text.partition(MARK)
    requests = [request.parameters for request in step.endpoint.requests] if step.endpoint else []
    return Result(status, unnumbered(printed), requests)


def unnumbered(text: str) -> str:
    """Return ``text`` with tokens in place of what changes from run to run."""
    return re.sub(r"<([A-Z]+)-\d+>", r"<\1>", tokens(text))


def check(account: Shell, make: Callable[[], Walks]) -> None:
    """Assert that all shells do the same, what is shown is printed, and nothing fails.

    ``make`` is called for each shell, because the answers of the stub are used up.
    """
    first: tuple[list[Result], list[str]] | None = None
    for shell in SHELLS:
        walks = make()
        steps = [step for steps in walks.values() for step in steps]
        results = pasted(shell, account, walks)
        for step, got in zip(steps, results[0], strict=True):
            assert (shell, step.pasted, got.status) == (shell, step.pasted, "0")
            if step.printed is not None:
                assert (shell, got.printed) == (shell, unnumbered(step.printed)), step.pasted
        first = first or results
        assert results == first, shell
    assert first
    assert first[0]


def test_examples_leave_a_shell_nothing_to_change():
    examples = all_examples()
    assert len(examples) > 150
    assert [line for line in examples if not PLAIN.fullmatch(QUOTED.sub("", line))] == []


@pytest.mark.full
@pytest.mark.parametrize("shown", ["help", "page"])
@needs(*SHELLS)
def test_all_examples_of_commands_work_in_each_shell(example_shell, stub, shown):
    names = [file.stem for file in TRANSCRIPTS]
    check(
        example_shell,
        lambda: {name: walk(name, stub, as_in_help=shown == "help") for name in names},
    )


def document_walks() -> Walks:
    walks = {}
    for file, before in DOCUMENTS.items():
        if lines := of_document(file):
            steps = [Step(line, needed_by(line)) for line in lines]
            walks[file.name] = [steps[0]._replace(before=before + steps[0].before), *steps[1:]]
    return walks


def needed_by(line: str) -> list[str]:
    return [
        command
        for start, commands in NEEDS.items()
        if line.startswith(start)
        for command in commands
    ]


@pytest.mark.full
@needs("man", *SHELLS)
def test_all_examples_of_documents_work_in_each_shell(example_shell):
    def walks() -> Walks:
        found = document_walks()
        suggested = (*sandbox_shell.FIRST_COMMANDS, *sandbox_shell.LATER_COMMANDS)
        found["sandbox"] = [Step(line, []) for line in suggested]
        # The walk of the overview leaves nothing behind.
        nothing_left = Step("iam-userlistbypath", [], printed="IsTruncated: false\n")
        found["iam-toolkit.7"].append(nothing_left)
        return found

    check(example_shell, walks)
    for shell in SHELLS:
        file = example_shell.home / shell / "walk-aws-credential-file.5" / "bob.credentials"
        assert file.stat().st_mode & 0o777 == 0o600
        assert re.fullmatch(r"AWSAccessKeyId=AKIA\w{16}\nAWSSecretKey=\S{40}\n", file.read_text())


def passwords(line: str) -> list[str]:
    """Return the passwords on a command line of ours."""
    words = shlex.split(line, comments=True)
    names = [word for word in words if word.startswith("iam-")]
    if not names:
        return []
    options = {
        option.name
        for option in index.load(names[0]).all_options
        if (option.metavar or "").endswith("PASSWORD")
    }
    return [value for word, value in pairwise(words) if word in options]


def test_no_example_has_a_password_on_the_command_line():
    first_walk = set(of_document(ROOT / "README.md"))
    given = {line: passwords(line) for line in all_examples() if passwords(line)}
    assert len(given) >= 3
    assert {line for line in given if set(given[line]) != {"-"}} == {
        line for line in first_walk if passwords(line)
    }
    # A password before a pipe is on a command line as well.
    assert not [line for line in all_examples() if re.search(r"[pP]assword\S* *\|", line)]
