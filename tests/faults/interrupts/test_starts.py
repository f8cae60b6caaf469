"""A signal while a subcommand of ``iamcli`` starts, or makes files, ends it, and nothing stays.

Until the command of ``run`` or ``sandbox`` has started, iamcli ends by the signal, without a word.
"""

from __future__ import annotations

import itertools
import json
import os
import signal
import subprocess
from typing import TYPE_CHECKING

import pytest
from support import copies, moments
from support.limits import TIMEOUT
from support.processes import BIN, assert_nothing_left, environment, running, wait_until
from support.requirements import needs, require
from support.selection import usual
from support.snapshot import serving
from support.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

IAMCLI = str(BIN / "iamcli")
NUMBERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
#: To whom the signal is sent: a terminal sends it to the process group.
RECIPIENTS = ("process", "group")
CHILD = "subprocess.Popen._execute_child"

#: The subcommands and their arguments. A command leaves a file, so that it is seen to have run.
RUN = ("touch", "ran")
STARTS = {
    "sandbox": ("sandbox", *RUN),
    "keep": ("sandbox", "--keep", "kept", *RUN),
    "account": ("sandbox", "--account", "account.json", *RUN),
    "changes": ("sandbox", "--changes", *RUN),
    "changes to a file": ("sandbox", "--changes=changes", *RUN),
    "shell": ("sandbox",),
    "run": ("run", *RUN),
    "explain": ("explain", "--", "iam-usercreate", "-u", "bob", "-k"),
    "snapshot": ("snapshot", "new.json"),
    "help": ("help", "check"),
    "home": ("home", "home"),
}

#: Moments: "before" or "after" a call, which one it is, and of what; or an import.
IMPORTS = ("importing", "iamcli.cli.group")
FOLDER = [
    IMPORTS,
    # Python looks whether it can write a temporary file, and removes it.
    ("before", 1, "os.unlink"),
    ("after", 1, "os.mkdir"),
]
SERVER = [
    *FOLDER,
    ("after", 1, "socket.socket.bind"),
    ("before", 1, CHILD),
    ("after", 1, CHILD),
    ("before", 1, "select.poll"),
]
#: Of the sandbox: its server starts, is ready, and the templates are written.
SANDBOX = [
    *SERVER,
    ("before", 2, CHILD),
    ("after", 2, CHILD),
    ("before", 2, "select.poll"),
    ("before", 1, "os.statvfs"),
    ("after", 2, "os.mkdir"),
    ("after", 70, "os.replace"),
]
MOMENTS = {
    **{name: [*SANDBOX, ("before", 3, CHILD)] for name in ("sandbox", "keep", "changes")},
    # What it copies is said before.
    "account": SANDBOX,
    "changes to a file": [("after", 1, "iamcli.protection.Folder.create"), *SANDBOX],
    # The greeting comes before.
    "shell": SANDBOX,
    "run": [*SERVER, ("before", 2, CHILD)],
    "explain": [*FOLDER, ("before", 1, "shutil.rmtree"), ("before", 1, "os.write")],
    "snapshot": [
        IMPORTS,
        ("after", 1, "iamcli.protection.Folder.create"),
        ("importing", "iamcli.cli.snapshot.reader"),
        ("after", 1, "os.fsync"),
        ("after", 2, "os.fsync"),
        ("after", 1, "os.link"),
    ],
    "help": [IMPORTS, ("before", 1, CHILD), ("after", 1, CHILD)],
    "home": [
        IMPORTS,
        *[("after", number, "os.mkdir") for number in (1, 2)],
        *[("after", number, "os.replace") for number in (1, 2, 40, 73)],
        ("before", 1, CHILD),
    ],
}
ROWS = [
    (name, moment, *rest)
    for name, of_it in MOMENTS.items()
    for moment, *rest in itertools.product(of_it, NUMBERS, RECIPIENTS)
]
#: Those of make test: each moment with one signal, but few of the subcommands that are alike.
USUAL = [
    (name, moment, NUMBERS[at % 3], RECIPIENTS[at % 2])
    for name, of_it in MOMENTS.items()
    for at, moment in enumerate(of_it, len(name))
    if name in ("sandbox", "explain", "help", "snapshot") or at % 5 == 0
]


def code(moment: tuple[str, ...], number: int, to: str) -> dict[str, str]:
    """Return the variables with which a program sends a signal at ``moment``."""
    kind, *which = moment
    if kind == "importing":
        return moments.variables(moments.importing, number, *which, to)
    count, function = which
    if kind == "before":
        return moments.variables(moments.before_call, number, function, count, to)
    return moments.variables(moments.after_call, number, function, None, count, to)


@pytest.fixture
def start_env(tmp_path: Path, run, stub) -> Iterator[dict[str, str]]:
    """Variables for programs, of which neither a process nor a temporary file may be left."""
    serving(stub, run)
    (tmp_path / "account.json").write_text(json.dumps(copies.whole()))
    yield {**run.env, **environment(tmp_path)}
    assert_nothing_left(tmp_path)


def start(name: str, env: dict[str, str], folder: Path, **options: object) -> tuple[int, str]:
    """Run a subcommand in a process group of its own; return its status and all that it printed."""
    if name == "shell":
        terminal = Terminal("sh", "-c", f"cd {folder}; exec {IAMCLI} sandbox", env=env)
        status = terminal.status()
        return status, terminal.shown
    with subprocess.Popen(
        [IAMCLI, *STARTS[name]],
        env=env,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        **options,
    ) as process:
        shown = process.communicate(timeout=TIMEOUT)[0].decode()
    return process.returncode, shown


def tree(folder: Path) -> dict[str, bytes]:
    """Return the files in a directory, hidden ones included, and their contents."""
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def assert_whole_or_absent(env: dict[str, str], folder: Path) -> None:
    """Assert that what the subcommand makes is whole or absent."""
    made = {path.name for path in folder.iterdir()} - {"tmp", "credentials", "account.json", "ran"}
    assert made <= {"kept", "home", "new.json"}
    if "new.json" in made:
        assert "users" in json.loads((folder / "new.json").read_text())
    if "kept" in made:
        assert {path.name for path in (folder / "kept").iterdir()} == {"account", "lock"}
        assert start("keep", env, folder) == (0, "")
    if "home" in made:
        before = tree(folder / "home")
        assert start("home", env, folder)[0] == 0
        assert tree(folder / "home") == before


@pytest.mark.parametrize(("name", "moment", "number", "to"), usual(USUAL, ROWS))
def test_a_signal_ends_the_start(name, moment, number, to, start_env, tmp_path, request):
    if name == "help":
        require(request.node, "man")
    status, shown = start(name, {**start_env, **code(moment, number, to)}, tmp_path)
    assert (status, shown.strip()) == (-number, "")
    assert not (tmp_path / "ran").exists()
    assert_nothing_left(tmp_path)
    assert_whole_or_absent(start_env, tmp_path)


@pytest.mark.parametrize(
    ("name", "count", "number", "to"),
    usual(
        [("sandbox", 3, signal.SIGTERM, "process"), ("run", 2, signal.SIGINT, "group")],
        list(itertools.product(("sandbox", "keep", "changes"), (3,), NUMBERS, RECIPIENTS))
        + list(itertools.product(("run",), (2,), NUMBERS, RECIPIENTS)),
    ),
)
def test_a_signal_is_for_the_command_that_has_started(name, count, number, to, start_env, tmp_path):
    """The command may end before the signal reaches it."""
    status, shown = start(
        name, {**start_env, **code(("after", count, CHILD), number, to)}, tmp_path
    )
    assert status in {0, -number if number == signal.SIGINT else 128 + number}
    assert shown.strip() == "" or name == "changes"
    assert_nothing_left(tmp_path)
    assert_whole_or_absent(start_env, tmp_path)


def test_a_home_that_is_changed_is_as_before_or_complete(start_env, tmp_path):
    command = [IAMCLI, "home", "home"]
    subprocess.run([*command, "--no-strict"], env=start_env, cwd=tmp_path, check=True)
    before = tree(tmp_path / "home")
    at_first = ("after", 1, "os.replace")
    assert (
        start("home", {**start_env, **code(at_first, signal.SIGTERM, "process")}, tmp_path)[0]
        == -15
    )
    found = tree(tmp_path / "home")
    assert start("home", start_env, tmp_path)[0] == 0
    assert found in (before, tree(tmp_path / "home"))


@pytest.mark.parametrize(
    "name", usual(["sandbox", "home"], ["sandbox", "keep", "run", "explain", "home"])
)
@pytest.mark.parametrize("number", usual([signal.SIGHUP], NUMBERS))
def test_a_signal_that_the_caller_ignores_stays_ignored(name, number, start_env, tmp_path):
    """As with nohup, and in the background of a script."""
    more = code(("after", 1, "os.mkdir"), number, "process")
    ignored = {"preexec_fn": lambda: signal.signal(number, signal.SIG_IGN)}
    status, _ = start(name, {**start_env, **more}, tmp_path, **ignored)
    assert status == 0
    assert (tmp_path / "ran").exists() == ("ran" in STARTS[name])
    assert_nothing_left(tmp_path)


@needs("man")
@pytest.mark.parametrize("number", usual([signal.SIGTERM], NUMBERS[1:]))
def test_a_signal_while_the_pager_shows_the_help(number, start_env, tmp_path):
    """Ctrl-C is for the pager."""
    terminal = Terminal(
        IAMCLI, "help", "check", env={**start_env, "PAGER": "less", "TERM": "xterm"}
    )
    terminal.wait_for("NAME")
    terminal.send_signal(signal.SIGINT)
    terminal.send_signal(number)
    assert terminal.status() == -number
    assert_nothing_left(tmp_path)


@pytest.mark.parametrize("number", usual([signal.SIGINT, signal.SIGTERM], NUMBERS))
@pytest.mark.parametrize("moment", [("before", 1, CHILD), ("after", 1, CHILD)])
def test_a_signal_while_the_pager_of_a_list_starts(moment, number, start_env, tmp_path):
    """The pager shows the list after Ctrl-C, which is for the pager; it is not left running."""
    pager = tmp_path / "pager"
    pager.write_text("#!/bin/sh\necho shown; read key </dev/tty")
    pager.chmod(0o755)
    more = {"PAGER": str(pager), "TERM": "xterm", **code(moment, number, "process")}
    # The shell keeps the terminal, whose end would end the pager.
    script = f"trap : INT; {IAMCLI} list; echo status=$?; read key"
    terminal = Terminal("sh", "-c", script, env={**start_env, **more}, size=(24, 80))
    if number == signal.SIGINT:
        terminal.wait_for("shown")
        terminal.type("\n")
    terminal.wait_for(f"status={0 if number == signal.SIGINT else 128 + number}")
    wait_until(lambda: len(running(tmp_path)) == 1)
    terminal.type("\n")
    assert terminal.status() == 0


@pytest.mark.parametrize("number", usual([signal.SIGTERM], NUMBERS))
def test_a_signal_to_the_server_of_the_sandbox_changes_nothing(number, start_env, tmp_path):
    """It ends when the sandbox does."""
    script = "touch started; until [ -e go ]; do sleep 0.05; done; iam-usercreate -u bob -v"
    command = [IAMCLI, "sandbox", "--keep", "kept", "sh", "-c", script]
    with subprocess.Popen(command, env=start_env, cwd=tmp_path, stdout=subprocess.PIPE) as process:
        wait_until((tmp_path / "started").exists)
        [server] = (one for one, line in running(tmp_path).items() if "sandbox.server" in line)
        os.kill(server, number)
        (tmp_path / "go").touch()
        assert process.communicate(timeout=TIMEOUT)[0].startswith(b"arn:")
    assert process.returncode == 0
