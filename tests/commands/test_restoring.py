"""A recursive deletion at a terminal names the snapshot from which the entity can be created again.

Only one of this account that has the entity, and nothing if there is none.
"""

from __future__ import annotations

import json
import shlex

import pytest
from support.account import CASES, Account, Case
from support.shell import BIN, KEY_ID, SECRET
from support.snapshot import ACCOUNT, DATE, SNAPSHOT, saved
from support.terminal import Terminal

TAKEN = {**SNAPSHOT, "taken": DATE}
NAMES = {"user": "bob", "group": "dev", "role": "web", "instance profile": "web"}
LINES = {
    case.name: " ".join((case.arguments[0], case.arguments[1], NAMES[case.name], case.arguments[3]))
    for case in CASES.values()
}


def record(shell, **changed: str) -> str:
    """Make a snapshot known, as ``iamcli snapshot`` does; return its name."""
    file = shell.home / "a b.json"
    if not file.exists():
        file.write_text(json.dumps(TAKEN))
    state = shell.home / ".local" / "state" / "iamcli"
    state.mkdir(parents=True, exist_ok=True)
    one = {"file": str(file), "account": ACCOUNT, "key": KEY_ID, **changed}
    (state / "snapshots.json").write_text(json.dumps([one]))
    return str(file)


def removed(typed, stub, case: Case, **env: str) -> str:
    """Return what the deletion of ``case`` shows at a terminal."""
    account = stub.add(lambda url: Account(url, case.kind, case.things, **case.more))
    shown = typed(LINES[case.name], {"AWS_IAM_URL": account.url, **env})
    assert account.operations[-1] == f"Delete{case.kind}"
    return shown


@pytest.mark.parametrize("name", CASES)
def test_the_script_is_advised(name, run, typed, stub):
    case = CASES[name]
    file = record(run)
    named = f"{case.name.replace(' ', '-')}/{NAMES[case.name]}"
    line = f"iamcli recreate '{file}' {named} >recreate.sh"
    what = f"{case.name} {NAMES[case.name]}"
    advice = f"{case.arguments[0]}: to create {what} again as of 2012-05-01, make a script: {line}"
    assert advice in removed(typed, stub, case)
    assert run("sh", "-c", f"PATH={BIN}:$PATH; {line}").status == 0
    assert NAMES[case.name] in (run.home / "recreate.sh").read_text()


USER = CASES["user"]
OTHER = {"AWS_ACCESS_KEY_ID": "AKIAOTHER", "AWS_SECRET_ACCESS_KEY": SECRET}
#: What makes a snapshot unsuitable: what is recorded, its content, variables of the command.
UNSUITABLE = {
    "another account, another key": ({"account": "210987654321", "key": "AKIAOTHER"}, {}, {}),
    "another account, this key": ({"account": "210987654321"}, {}, {}),
    "overwritten by another account": ({}, {"account": "210987654321"}, {}),
    "without the user": ({}, {"users": []}, {}),
    "no list": ({}, {"users": {}}, {}),
    "removed": ({"file": "/nonexistent"}, {}, {}),
    "a directory": ({"file": "/"}, {}, {}),
    "strict mode": ({}, {}, {"IAMCLI_STRICT": "1"}),
    "another state directory": ({}, {}, {"XDG_STATE_HOME": "/nonexistent"}),
}


@pytest.mark.parametrize("why", UNSUITABLE)
def test_nothing_is_said_of_another_snapshot(why, run, typed, stub):
    recorded, content, env = UNSUITABLE[why]
    (run.home / "a b.json").write_text(json.dumps({**TAKEN, **content}))
    record(run, **recorded)
    assert "create" not in removed(typed, stub, USER, **env)


@pytest.mark.parametrize("text", ["", "{}", "[1]", '[{"file": 1}]', "[" * 9999])
def test_a_damaged_list_is_ignored(text, run, typed, stub):
    record(run)
    (run.home / ".local" / "state" / "iamcli" / "snapshots.json").write_text(text)
    assert "create" not in removed(typed, stub, USER)


def test_an_arn_shows_the_account_of_a_temporary_key(run, typed, stub):
    record(run, key="ASIAOTHER")
    assert "iamcli recreate" in removed(typed, stub, USER)


def test_the_sandbox_says_nothing(run, typed, stub):
    record(run)
    account = stub.add(lambda url: Account(url, USER.kind, USER.things, **USER.more))
    assert "create" not in typed(LINES["user"], {"IAMCLI_SANDBOX": account.url})
    assert account.operations[-1] == "DeleteUser"


def test_a_pipe_gets_no_line(run, run_fast, stub):
    record(run)
    account = stub.add(lambda url: Account(url, USER.kind, USER.things, **USER.more))
    done = run_fast(*shlex.split(LINES["user"]), env={"AWS_IAM_URL": account.url})
    assert (done.status, done.out, done.err) == (0, "", "")


@pytest.mark.usefixtures("served_account")
def test_a_snapshot_is_made_known(run):
    saved(run)
    file = run.home / ".local" / "state" / "iamcli" / "snapshots.json"
    one = {"file": str(run.home / "account.json"), "account": ACCOUNT, "key": KEY_ID}
    assert json.loads(file.read_text()) == [one]
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    # The newest first, each once, at most twenty.
    file.write_text(json.dumps([{**one, "file": f"/{number}"} for number in range(20)]))
    run("iamcli", "snapshot", "other.json")
    run("iamcli", "snapshot", "account.json", "--force")
    known = [one["file"] for one in json.loads(file.read_text())]
    names = [str(run.home / name) for name in ("account.json", "other.json")]
    assert known == [*names, *(f"/{number}" for number in range(18))]


@pytest.mark.usefixtures("served_account")
def test_a_list_that_cannot_be_written_is_no_failure(run):
    run.env["XDG_STATE_HOME"] = "/dev/null/x"
    saved(run)


def test_the_key_of_the_file_is_named_before_the_deletion(run, stub):
    account = stub.add(lambda url: Account(url, USER.kind, USER.things, **USER.more))
    record(run)
    env = {**run.env, "AWS_IAM_URL": account.url, "AWS_PROFILE": "prod"}
    terminal = Terminal("sh", "-c", f"{BIN}/{LINES['user']}", env=env)
    assert terminal.status() == 0
    first = terminal.shown.splitlines()[0]
    assert first.startswith("iam-userdel: AWS_PROFILE is not used for the access key, which is")
    assert "iamcli recreate" in terminal.shown.removeprefix(first)
