"""The trial runs what cron runs: scripts that need strict mode end alike in both."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from support import prepared, private_iam, processes
from support.copies import ARN, GROUP, snapshot, user
from support.expected import ONLY_IAM
from support.requirements import PATH, needs
from support.selection import usual
from support.shell import BIN, TESTS
from support.strict_scripts import SCRIPTS

from iamcli.cli import installed_commands
from iamcli.cli.homes import directory

if TYPE_CHECKING:
    from collections.abc import Mapping


#: Runs a script, and prints how it and the account ended.
TRIED = f"""
import json, os, re, subprocess, sys, tempfile
sys.path.append({str(TESTS)!r})
from support.clients import client
iam = client(os.environ["AWS_IAM_URL"])
with tempfile.TemporaryDirectory() as folder:
    done = subprocess.run(sys.argv[1:], capture_output=True, text=True, cwd=folder)
account = json.dumps(iam.get_account_authorization_details(MaxItems=1000), default=str)
assert "staff" in account
account = re.sub('A[A-Z]{{3}}[A-Z0-9]{{16,17}}|[0-9: .+-]{{18,}}|"ResponseMetadata.*', "X", account)
print(json.dumps([done.returncode, done.stdout, done.stderr, account]))
"""
#: The groups that the scripts expect.
OF_SCRIPTS = ("staff", "none")
#: The users of the group staff.
STAFF = [f"user{number:03}" for number in range(1, 131)]


@pytest.fixture(scope="module")
def made_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory that ``iamcli home`` has set up."""
    made = tmp_path_factory.mktemp("opt") / "aws" / "apitools" / "iam"
    env = {"PATH": PATH, "HOME": str(made.parent)}
    done = processes.run(BIN / "iamcli", "home", made, env=env)
    assert (done.returncode, done.stderr) == (0, "")
    return made


#: How scripts name the commands, with the variables of cron and of the shell that starts the trial.
WAYS: dict[str, tuple[str, Mapping[str, str], Mapping[str, str]]] = {
    "PATH": ("", {"PATH": "{}/bin:" + PATH}, {"PATH": f"{{}}/bin:{BIN}:{PATH}"}),
    "names": ("{}/bin/", {}, {"PATH": f"{BIN}:{PATH}"}),
    "AWS_IAM_HOME": ("$AWS_IAM_HOME/bin/", {"AWS_IAM_HOME": "{}"}, {"PATH": f"{BIN}:{PATH}"}),
}
TABLE = [(name, way) for name in SCRIPTS for way in WAYS]
QUICK = [
    ("over 100: is a user there", "PATH"),
    ("emptiness: a key that was not made", "names"),
    ("standard error: both files are read", "AWS_IAM_HOME"),
]


def account(*staff: str) -> str:
    """Return the account that the scripts expect, in which these users are in the group staff."""
    groups = [{**GROUP, "GroupName": name, "Arn": f"{ARN}:group/{name}"} for name in OF_SCRIPTS]
    users = [user("bob"), *(user(name, GroupList=["staff"]) for name in staff)]
    return json.dumps(snapshot(users=users, groups=groups))


@pytest.fixture
def trial(run, made_home):
    """Return what runs a script in cron's environment at a server, or in the sandbox.

    ``place``: what is before the names of the commands. It returns how that ended.
    """

    def ended(name: str, env: Mapping[str, str], place: str = "", *, cron: bool = False) -> object:
        script = run.home / "old.sh"
        script.write_text(re.sub(r"\biam-(?=[a-z]+ )", f"{place}iam-", SCRIPTS[name]))
        script.chmod(0o755)
        file = run.home / "account.json"
        file.write_text(account(*STAFF if name.startswith("over 100") else ()))
        given = {"PATH": PATH, "HOME": str(run.home)}
        command = (sys.executable, "-c", TRIED, script)
        if cron:
            with private_iam.server(account=str(file)) as private:
                given |= {"LOGNAME": "root", "SHELL": "/bin/sh", "AWS_IAM_URL": private.url}
                given["AWS_CREDENTIAL_FILE"] = run.env["AWS_CREDENTIAL_FILE"]
                done = processes.run(*command, env={**given, **env})
        else:
            started = (prepared.program(), "sandbox", "--account", file)
            done = processes.run(*started, *command, env={**given, **env})
        assert (done.returncode, done.stderr) == (0, "" if cron else ONLY_IAM)
        return json.loads(done.stdout)

    return ended


@pytest.mark.parametrize(("name", "way"), usual(QUICK, TABLE))
def test_the_trial_ends_as_in_cron(name, way, made_home, trial):
    place, *variables = WAYS[way]
    of_cron, of_shell = ({n: v.format(made_home) for n, v in env.items()} for env in variables)
    place = place.format(made_home)
    assert trial(name, of_shell, place=place) == trial(name, of_cron, place=place, cron=True)


@pytest.mark.parametrize("name", usual([QUICK[0][0]], SCRIPTS))
def test_the_scripts_need_strict_mode(name, made_home, trial):
    installed = trial(name, {"PATH": f"{BIN}:{PATH}"})
    assert trial(name, {"PATH": f"{made_home}/bin:{PATH}"}, cron=True) != installed


def test_which_commands_the_trial_finds(made_home, run, monkeypatch, tmp_path):
    """The last ones of PATH are those of the sandbox only if PATH has all, wherever it is read."""
    own = str(installed_commands.commands_folder())
    home = tmp_path / "older"
    run("iamcli", "home", "--no-strict", str(home))
    some = tmp_path / "some"
    shutil.copytree(home / "bin", some, symlinks=True)
    (some / "iam-userdel").unlink()
    foreign = tmp_path / "foreign" / "bin"
    shutil.copytree(some, foreign, symlinks=True)
    (foreign / "iam-userdel").write_text("#!/bin/sh\n")
    (foreign / "iam-userdel").chmod(0o755)
    monkeypatch.chdir(made_home / "bin")
    monkeypatch.setattr(sys, "argv", [f"{own}/iamcli"])
    other = "/usr/bin:/bin"
    for path, last in (
        (f"{made_home}/bin:{other}", True),
        (f"{own}:{made_home}/bin", True),
        (f"/absent:{some}:{own}", True),
        (f"{foreign}:{own}", False),
        (f"{some}:{other}", False),
        (other, False),
        (f"{made_home}/bin:", False),
        (f".:{own}", False),
        (f"{own}:{tmp_path.name}", False),
        ("", False),
    ):
        env, _ = given(tmp_path, PATH=path)
        assert env["PATH"] == (f"{path}:{own}" if last else f"{own}:{path}"), path
    for named, strict in (
        ("", True),
        (str(made_home), True),
        ("/absent", True),
        (str(home), False),
        (str(Path(own).parent), False),
        # Directories of another installation, and of the legacy toolkit.
        (str(made(tmp_path / "other", directory.RECORD)), False),
        (str(made(tmp_path / "toolkit", "lib/iam.jar")), True),
    ):
        assert given(tmp_path, PATH=other, AWS_IAM_HOME=named)[1] == strict, named


def given(place: Path, **env: str) -> tuple[dict[str, str], bool]:
    """Return the variables of the sandbox, and whether its AWS_IAM_HOME is in strict mode."""
    shutil.rmtree(place / "home", ignore_errors=True)
    found = private_iam.environment(
        SimpleNamespace(folder=str(place), url="", credential_file=os.devnull), env
    )
    program = Path(found["AWS_IAM_HOME"], "bin", "iam-usercreate")
    return found, directory.strict_default(program) == "1"


def made(folder: Path, name: str) -> Path:
    """Make a directory with a program that is not of this installation, and the file ``name``."""
    for path in (folder / "bin" / "iam-usercreate", folder / name):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o755)
    return folder


@needs("mount", "unshare")
def test_a_temporary_directory_that_runs_no_scripts(env, tmp_path):
    mounted = tmp_path / "noexec"
    mounted.mkdir()
    if processes.run("unshare", "-rm", "true", env=env).returncode:
        pytest.skip("this machine lets nobody mount a disk")
    script = f'mount -t tmpfs -o noexec none {mounted} && TMPDIR={mounted} exec "$@"'
    command = ("sh", "-c", '"$AWS_IAM_HOME/bin/iam-userdel" --version')
    done = processes.run(
        "unshare", "-rm", "sh", "-c", script, "sh", BIN / "iamcli", "sandbox", *command, env=env
    )
    said = "TMPDIR is noexec, so the commands in AWS_IAM_HOME are not in strict mode"
    assert (done.returncode, done.stderr) == (0, f"iamcli: {said}\n")
