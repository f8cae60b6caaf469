"""The trial runs what cron runs: scripts that need strict mode end alike in both."""

from __future__ import annotations

import json
import re
import shutil
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from support import private_iam
from support.processes import run
from support.selection import usual
from support.shell import BIN
from support.strict_scripts import SCRIPTS

from iamcli.cli import installed_commands
from iamcli.cli.homes import directory

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from support.shell import Shell

#: Makes the account that the scripts expect, runs one, and prints how it and the account ended.
TRIED = """
import http.client, json, os, re, subprocess, sys, tempfile, urllib.parse
url = urllib.parse.urlsplit(os.environ["AWS_IAM_URL"])
server = http.client.HTTPConnection(url.netloc)
headers = {
    "Authorization": "AWS4-HMAC-SHA256 Credential=x/20150101/us-east-1/iam/aws4_request,",
    "Content-Type": "application/x-www-form-urlencoded",
}
def ask(action, **more):
    query = urllib.parse.urlencode({"Action": action, "Version": "2010-05-08", **more})
    server.request("POST", url.path + "/", query, headers)
    answer = server.getresponse()
    assert answer.status == 200 or action == "ListAccessKeys"  # bob may be gone
    return answer.read().decode()
for group in ("staff", "none"):
    ask("CreateGroup", GroupName=group)
for user in [*(f"user{number:03}" for number in range(1, int(sys.argv[2]) + 1)), "bob"]:
    ask("CreateUser", UserName=user)
    if user != "bob":
        ask("AddUserToGroup", GroupName="staff", UserName=user)
with tempfile.TemporaryDirectory() as folder:
    done = subprocess.run(sys.argv[1:2], capture_output=True, text=True, cwd=folder)
account = ask("GetAccountAuthorizationDetails", MaxItems="1000")
assert "staff" in account
account += ask("ListAccessKeys", UserName="bob")
account = re.sub("A[A-Z]{3}[A-Z0-9]{16,17}|[0-9T:.-]{18,}Z|<RequestId>.*", "X", account)
print(json.dumps([done.returncode, done.stdout, done.stderr, account]))
"""


@pytest.fixture(scope="module")
def made_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory that ``iamcli home`` has set up."""
    made = tmp_path_factory.mktemp("opt") / "aws" / "apitools" / "iam"
    done = run(
        BIN / "iamcli", "home", made, env={"PATH": "/usr/bin:/bin", "HOME": str(made.parent)}
    )
    assert (done.returncode, done.stderr) == (0, "")
    return made


class Trial:
    """Runs a script, in cron's environment at the server ``url``, and in the sandbox.

    The account has ``users`` besides bob.
    """

    def __init__(self, home: Path, url: str, text: str, users: int) -> None:
        self.script = home / "old.sh"
        self.script.write_text(text)
        self.script.chmod(0o755)
        self._home, self._url, self._users = home, url, str(users)

    def _run(self, *command: str | Path, **env: str) -> Any:
        run_it = [sys.executable, "-c", TRIED, str(self.script), self._users]
        given = {"PATH": "/usr/bin:/bin", "HOME": str(self._home), **env}
        done = run(*command, *run_it, env=given)
        assert (done.returncode, done.stderr) == (0, "")
        return json.loads(done.stdout)

    def in_cron(self, **env: str) -> Any:
        """Return how the script ends in cron's environment with ``env``."""
        file = self._home / "credentials"
        keys = (private_iam.ACCESS_KEY, private_iam.SECRET_KEY)
        file.write_text("AWSAccessKeyId={}\nAWSSecretKey={}\n".format(*keys))
        file.chmod(0o600)
        names = {"LOGNAME": "root", "SHELL": "/bin/sh", "AWS_CREDENTIAL_FILE": str(file)}
        return self._run(**names, AWS_IAM_URL=self._url, **env)

    def in_sandbox(self, **env: str) -> Any:
        """Return how the script ends in the sandbox, which is started with ``env``."""
        return self._run(BIN / "iamcli", "sandbox", **env)


#: How scripts name the commands, with the variables of cron and of the shell that starts the trial.
WAYS: dict[str, tuple[str, Mapping[str, str], Mapping[str, str]]] = {
    "PATH": ("", {"PATH": "{}/bin:/usr/bin:/bin"}, {"PATH": f"{{}}/bin:{BIN}:/usr/bin:/bin"}),
    "names": ("{}/bin/", {}, {"PATH": f"{BIN}:/usr/bin:/bin"}),
    "AWS_IAM_HOME": ("$AWS_IAM_HOME/bin/", {"AWS_IAM_HOME": "{}"}, {"PATH": f"{BIN}:/usr/bin"}),
}
TABLE = [(name, way) for name in SCRIPTS for way in WAYS]
QUICK = [
    ("over 100: is a user there", "PATH"),
    ("emptiness: a key that was not made", "names"),
    ("standard error: both files are read", "AWS_IAM_HOME"),
]


@pytest.fixture
def trial(run: Shell, moto: str) -> Callable[[str, str], Trial]:
    """Return what makes the trial of a script from its name, with a text before its commands."""

    def make(name: str, place: str = "") -> Trial:
        text = re.sub(r"\biam-(?=[a-z]+ )", f"{place}iam-", SCRIPTS[name])
        return Trial(run.home, moto, text, 130 if name.startswith("over 100") else 0)

    return make


@pytest.mark.parametrize(("name", "way"), usual(QUICK, TABLE))
def test_the_trial_ends_as_in_cron(name, way, made_home, trial):
    place, *variables = WAYS[way]
    tried = trial(name, place.format(made_home))
    of_cron, of_shell = ({n: v.format(made_home) for n, v in env.items()} for env in variables)
    assert tried.in_sandbox(**of_shell) == tried.in_cron(**of_cron)


@pytest.mark.parametrize("name", usual([QUICK[0][0]], SCRIPTS))
def test_the_scripts_need_strict_mode(name, made_home, trial):
    tried = trial(name)
    installed = tried.in_sandbox(PATH=f"{BIN}:/usr/bin:/bin")
    assert tried.in_cron(PATH=f"{made_home}/bin:/usr/bin:/bin") != installed


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
        SimpleNamespace(folder=str(place), url="", credential_file=""), env
    )
    program = Path(found["AWS_IAM_HOME"], "bin", "iam-usercreate")
    return found, directory.strict_default(program) == "1"


def made(folder: Path, name: str) -> Path:
    """Make a directory with a program that is not of this installation, and the file ``name``."""
    for path in (folder / "bin" / "iam-usercreate", folder / name):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o755)
    return folder


def test_a_temporary_directory_that_runs_no_scripts(env, tmp_path):
    mounted = tmp_path / "noexec"
    mounted.mkdir()
    if run("unshare", "-rm", "true", env=env).returncode:
        pytest.skip("this machine lets nobody mount a disk")
    script = f'mount -t tmpfs -o noexec none {mounted} && TMPDIR={mounted} exec "$@"'
    command = ("sh", "-c", '"$AWS_IAM_HOME/bin/iam-userdel" --version')
    done = run(
        "unshare", "-rm", "sh", "-c", script, "sh", BIN / "iamcli", "sandbox", *command, env=env
    )
    said = "TMPDIR is noexec, so the commands in AWS_IAM_HOME are not in strict mode"
    assert (done.returncode, done.stderr) == (0, f"iamcli: {said}\n")
