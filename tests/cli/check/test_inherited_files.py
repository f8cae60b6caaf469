"""iamcli check: files as they are inherited, what is said of each, and whether that is true.

inherited.txt has the files, and describes its form. A file of which check says that it found no
difference is run in the sandbox with a directory that ``iamcli home`` has set up, and has to do
what it does with the toolkit; so has each file after the advice was followed.
"""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from typing import TYPE_CHECKING, NamedTuple

import pytest
from support import prepared, processes
from support.copies import ARN, GROUP, snapshot, user
from support.requirements import PATH, needs
from support.shell import BIN, TESTS

from iamcli.cli.check.check import check_files
from iamcli.cli.check.findings import SAME
from iamcli.cli.check.script import kinds

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

#: A file of the table: what is in its lines that begin with these words is not in its text.
_FILE = re.compile(r"^## (.+?): (\S+)\nsays: (.+)\n((?:(?!## ).*\n)+)", re.MULTILINE)
_MORE = re.compile(r"^(run|gives|follow|then): (.*)\n", re.MULTILINE)
#: The kinds whose files a program reads that not every machine has.
_SHELLS = ("ksh", "zsh")


class Inherited(NamedTuple):
    """A file of the table, as inherited.txt describes it."""

    kind: str
    name: str
    says: str
    text: str
    run: str
    gives: str
    follow: str
    then: str

    def write(self, folder: Path, home: Path, *, follow: bool = False) -> Path:
        """Write the file, changed as is advised if ``follow`` is true; return its path."""
        path = folder / self.name
        path.parent.mkdir(parents=True, exist_ok=True)
        text = self.text.replace("@IAM@", str(home))
        if follow:
            command = ["sed", "-e", self.follow]
            done = subprocess.run(command, input=text, capture_output=True, text=True, check=True)
            assert done.stdout != text
            text = done.stdout
        path.write_text(text)
        path.chmod(0o755)
        return path

    def command(self, path: Path) -> str:
        """Return the line for a shell that runs the file at ``path``."""
        language = kinds.language(str(path), path.read_text())
        if language == kinds.MAKEFILE:
            return f"make -s -f {self.name}"
        if language != kinds.CRONTAB:
            return self.run or f"./{self.name}"
        lines = []
        for line in kinds.CRON_LINE.finditer(path.read_text()):
            if line["name"]:
                lines.append(f"export {line['name']}={shlex.quote(line['value'])}")
            else:
                job = line["command"].removeprefix("root ").removeprefix("ops ")
                lines.append(f"sh -c {shlex.quote(job)}".replace("\\%", "%"))
        return "; ".join(lines)


def _table() -> list[Inherited]:
    table = (TESTS / "cli" / "check" / "inherited.txt").read_text(encoding="utf-8")
    rows = []
    for kind, name, says, text in _FILE.findall(table):
        more = dict(_MORE.findall(text))
        values = (more.get(word, "") for word in ("run", "gives", "follow", "then"))
        rows.append(Inherited(kind, name, says, _MORE.sub("", text), *values))
    return rows


TABLE = _table()
#: The files that make test runs, the last three of them after the advice was followed.
QUICK = """
users.sh exists.sh remove-user-plain.sh lib.sh crontab Makefile at/a0001019ae5c8b
lenient-case.sh secret-pipefail.sh jars.sh
"""


def said(path: Path) -> str:
    """Return what check says of the file: its state and its codes, as inherited.txt has them."""
    result = check_files([str(path)])
    (file,) = (each for each in result.files if each.name == str(path))
    codes = ", ".join(each.code for each in result.findings)
    return f"{file.state}{codes and ': '}{codes}"


def test_the_table_is_long_enough():
    assert len(TABLE) >= 150
    assert len({row.kind for row in TABLE}) >= 25
    # What is said to have no difference is run.
    unproven = [row.name for row in TABLE if row.says.startswith(SAME) and not row.gives]
    assert unproven == []


def test_what_check_says_of_each_file(tmp_path):
    places = [(row, row.write(tmp_path / str(at), tmp_path)) for at, row in enumerate(TABLE)]
    found = [f"{row.kind}: {row.name}: {said(path)}" for row, path in places]
    assert found == [f"{row.kind}: {row.name}: {row.says}" for row in TABLE]


@pytest.fixture(scope="module")
def inherited_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory that ``iamcli home`` has set up."""
    made = tmp_path_factory.mktemp("opt") / "iam"
    done = processes.run(BIN / "iamcli", "home", made, env={"PATH": PATH, "HOME": str(made.parent)})
    assert done.returncode == 0
    return made


def given(row: Inherited, folder: Path, home: Path, *, follow: bool = False) -> str:
    """Run the file in the sandbox, and return what it gives, as inherited.txt has it."""
    path = row.write(folder, home, follow=follow)
    groups = [
        {**GROUP, "GroupName": name, "Arn": f"{ARN}:group/{name}", "GroupId": f"AGPA{number:A>17}"}
        for number, name in enumerate(("Admin", "staff"))
    ]
    users = [user("bob", GroupList=["Admin"]), user("susan")]
    (folder / "account.json").write_text(json.dumps(snapshot(users=users, groups=groups)))
    started = (prepared.program(), "sandbox", "--account", "account.json", "--changes")
    env = {"PATH": f"{home}/bin:{PATH}", "AWS_IAM_HOME": str(home), "HOME": str(folder)}
    done = processes.run(*started, "sh", "-c", row.command(path), env=env, cwd=folder)
    changes = re.findall(r"(?m)^  ([+~-] [a-z].*)", done.stderr)
    out = " | ".join([str(done.returncode), *map(str.strip, done.stdout.splitlines())])
    return re.sub(
        r"\bAKIA\w{16}\b", "KEY", " || ".join([out, " | ".join(changes)][: 1 + bool(changes)])
    )


def to_run(rows: list[Inherited]) -> list[Any]:
    """Return the rows as parameters; ten of them run in make test."""
    parameters = []
    for row in rows:
        marks = [] if row.name in QUICK.split() else [pytest.mark.full]
        marks += [needs(row.kind)] if row.kind in _SHELLS else []
        parameters.append(pytest.param(row, id=row.name, marks=marks))
    return parameters


@pytest.mark.parametrize("row", to_run([row for row in TABLE if row.says.startswith(SAME)]))
def test_a_file_without_differences_does_what_it_does_with_the_toolkit(
    row, tmp_path, inherited_home
):
    assert given(row, tmp_path, inherited_home) == row.gives


@pytest.mark.parametrize("row", to_run([row for row in TABLE if row.follow]))
def test_after_the_advice_a_file_has_no_difference_and_does_what_it_is_to_do(
    row, tmp_path, inherited_home
):
    path = row.write(tmp_path, inherited_home, follow=True)
    assert said(path) == SAME
    if expected := row.then or row.gives:
        assert given(row, tmp_path, inherited_home, follow=True) == expected
