"""The trial runs what cron runs: scripts that need strict mode end alike in both."""

from __future__ import annotations

import json
import re
import sys
from typing import TYPE_CHECKING, Any

import pytest
from support import private_iam
from support.processes import run
from support.selection import usual
from support.shell import BIN
from support.strict_scripts import SCRIPTS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from support.shell import Shell

#: Makes the account that the scripts expect, runs one, and prints how it and the account ended.
TRIED = """
import http.client, json, os, re, subprocess, sys, tempfile, urllib.parse
url = urllib.parse.urlsplit(os.environ["AWS_IAM_URL"])
server = http.client.HTTPConnection(url.netloc)
signed = "AWS4-HMAC-SHA256 Credential=x/20150101/us-east-1/iam/aws4_request,"
def ask(action, **more):
    query = urllib.parse.urlencode({"Action": action, "Version": "2010-05-08", **more})
    server.request("POST", url.path + "/", query, {"Authorization": signed})
    return server.getresponse().read().decode()
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
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
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
def test_the_trial_ends_as_in_cron(name, way, folder, trial):
    place, *variables = WAYS[way]
    tried = trial(name, place.format(folder))
    of_cron, of_shell = ({n: v.format(folder) for n, v in env.items()} for env in variables)
    assert tried.in_sandbox(**of_shell) == tried.in_cron(**of_cron)


@pytest.mark.parametrize("name", usual([QUICK[0][0]], SCRIPTS))
def test_the_scripts_need_strict_mode(name, folder, trial):
    tried = trial(name)
    installed = tried.in_sandbox(PATH=f"{BIN}:/usr/bin:/bin")
    assert tried.in_cron(PATH=f"{folder}/bin:/usr/bin:/bin") != installed
