"""The proof of ``iamcli recreate`` by going round: delete, run the script, and compare snapshots.

Hypothesis generates the accounts. The scripts run in dash, bash and zsh in turn.
"""

from __future__ import annotations

import itertools
import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from support import resettable
from support.clients import encoded
from support.forked import Done
from support.generated import fill, hostile_snapshots
from support.recorded_calls import CERTIFICATE, Recorder
from support.requirements import PATH, needs
from support.round import comments, differences, recreate, shellcheck
from support.snapshot import saved, succeeded
from support.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.forked import ForkRunner
    from support.shell import Shell

SHELLS = ("dash", "bash", "zsh")
#: The command that deletes an entity with everything that belongs to it.
DELETE = {
    "user": ("iam-userdel", "-r", "-u"),
    "group": ("iam-groupdel", "-r", "-g"),
    "role": ("iam-roledel", "-c", "-r"),
}
ALL = "all"
ACCOUNT = "123456789012"
#: It conforms to every password policy that is generated.
PASSWORD = "new-Password-2"
#: One of so many scripts is run again.
AGAIN = 4
#: So many scripts of a test are checked with shellcheck.
CHECKED = 4
#: What asks for a password.
ASKS = " -p -\n"
#: The title of what a script creates, in its comments.
CREATES = "It creates, after it has checked that none of this exists:"
#: What a script says if it is run again.
STOPPED = r"recreate: (.*?) (?:exists|exists and contains a role|has an alias); nothing was changed"


def proof(examples: int) -> settings:
    """Return the settings for so many examples; a failure is not made smaller, which takes long."""
    return settings(
        max_examples=examples,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


class World(NamedTuple):
    """An account in the sandbox at ``url``, and what changes it.

    ``run`` runs single commands, ``shell`` scripts. ``scripts``: those that have run.
    """

    iam: Any
    url: str
    run: ForkRunner
    shell: Shell
    scripts: list[str]

    def go_round(self, shells: Iterator[str], data: st.DataObject) -> None:
        """Fill the account; delete a part and create it again; then create all in an empty one."""
        resettable.reset(self.url)
        entities = fill(self.iam, data)
        before = saved(self.run, "--force")
        deleted = data.draw(st.lists(st.sampled_from(entities), unique=True)) if entities else []
        if deleted:
            for entity in deleted:
                self.delete(entity)
            self.recreate(next(shells), before, *deleted)
        resettable.reset(self.url)
        self.recreate(next(shells), before, ALL)

    def recreate(self, shell: str, before: dict[str, Any], *entities: str) -> None:
        """Create ``entities`` of the snapshot ``before`` again; compare what is there then."""
        # An empty account has no ARN, and so no number.
        account = () if before["account"] else ("--account", ACCOUNT)
        made = recreate(self.run, before, *entities, *account)
        assert made.status == 0, made
        script = made.out
        self.scripts.append(script)
        (self.run.home / "script.sh").write_bytes(script.encode())
        files = sorted(self.run.home.rglob("*"))
        done = self.sh(shell, script, script.count(ASKS))
        assert done.status == 0, done
        assert sorted(self.run.home.rglob("*")) == files
        after = saved(self.run, "--force")
        found = differences(before, after, script, None if ALL in entities else entities)
        assert not found, "\n".join(found)
        created = comments(script).get(CREATES)
        if created and len(self.scripts) % AGAIN == 1:
            self.run_again(shell, script, after, created)

    def run_again(
        self, shell: str, script: str, before: dict[str, Any], created: list[str]
    ) -> None:
        """Run the script again: it names one of ``created``, which exists, and changes nothing."""
        done = self.sh(shell, script, 0)
        stopped = re.fullmatch(STOPPED, done.err.strip())
        assert done.status == 1, done
        assert stopped, done
        assert stopped[1].replace("the account", "the account alias") in created
        assert saved(self.run, "--force") | {"taken": ""} == before | {"taken": ""}

    def sh(self, shell: str, script: str, passwords: int) -> Done:
        """Run the script; type the passwords that it asks for, on a terminal."""
        if ASKS not in script:
            return self.shell(shell, "script.sh")
        line = f"cd '{self.run.home}' && exec {shell} script.sh"
        terminal = Terminal("sh", "-c", line, env=self.shell.env)
        for _ in range(passwords):
            for prompt in ("Password: ", "Password again: "):
                terminal.wait_for(prompt)
                terminal.type(f"{PASSWORD}\r")
        return Done(terminal.status(), "", terminal.shown)

    def delete(self, entity: str) -> None:
        kind, _, name = entity.partition("/")
        *words, option = DELETE[kind]
        succeeded(self.run(*words, option, name))


@pytest.fixture
def world(moto: str, aws: Shell, run_fast: ForkRunner, programs: Path) -> World:
    aws.env["PATH"] = f"{programs}:{PATH}"
    return World(encoded(moto), moto, run_fast, aws, [])


def parts(number: int, examples: int) -> list[Any]:
    """Return ``number`` seeds, each for so many accounts that are checked in make test-full."""
    return [pytest.param(one, examples, marks=pytest.mark.full) for one in range(1, number + 1)]


@pytest.mark.parametrize(("start", "examples"), [(0, 1), *parts(8, 25)])
@needs(*SHELLS)
def test_what_is_deleted_comes_back(world, start, examples):
    shells = itertools.cycle(SHELLS)

    @seed(start)
    @proof(examples)
    @given(st.data())
    def go_round(data: st.DataObject) -> None:
        world.go_round(shells, data)

    go_round()
    shellcheck(world.run.home, *world.scripts[-CHECKED:])


#: The name of the file may be hostile, too.
HOSTILE_FILE = "a\ntouch made $(touch made) 'touch made'.json"
#: What the script of a hostile snapshot calls, each once.
CREATED = [
    "iam-accountaliascreate",
    "iam-groupadduser",
    "iam-groupcreate",
    "iam-groupuploadpolicy",
    "iam-instanceprofileaddrole",
    "iam-instanceprofilecreate",
    "iam-rolecreate",
    "iam-roleuploadpolicy",
    "iam-useraddcert",
    "iam-usercreate",
    "iam-usermodcert",
    "iam-useruploadpolicy",
]
#: The operations for which it may call ``aws``.
BY_AWS = {
    "attach-group-policy",
    "attach-role-policy",
    "attach-user-policy",
    "create-policy",
    "tag-instance-profile",
    "tag-role",
    "tag-user",
    "update-role",
    "update-ssh-public-key",
    "upload-ssh-public-key",
}


def hostile_texts(snapshot: dict[str, Any]) -> set[str]:
    """Return the texts that the calls which create the entities of a hostile snapshot must have."""
    (user,), (group,), role = snapshot["users"], snapshot["groups"], snapshot["roles"][0]
    (profile,), (policy,) = snapshot["instance_profiles"], snapshot["policies"]
    (ssh,), (certificate,) = user["SSHPublicKeys"], user["Certificates"]
    texts = {
        user["UserName"],
        group["GroupName"],
        role["RoleName"],
        policy["PolicyName"],
        profile["InstanceProfileName"],
        snapshot["account_alias"],
        policy["Arn"],
        *(one["Path"] for one in (user, group, role, profile, policy)),
        role["AssumeRolePolicyDocument"],
        role["Description"],
        policy["Description"],
        policy["PolicyVersionList"][0]["Document"],
        *(one["PermissionsBoundary"]["PermissionsBoundaryArn"] for one in (user, role)),
        ssh["SSHPublicKeyBody"],
        ssh["Status"],
        certificate["CertificateBody"],
        certificate["Status"],
        CERTIFICATE,
    }
    for tag in (*user["Tags"], *role["Tags"]):
        # The option -t cannot have a key with "=".
        key, value = tag["Key"], tag["Value"]
        texts |= {key, value} if "=" in key else {f"{key}={value}"}
    for tag in (*profile["Tags"], *policy["Tags"]):
        texts |= {tag["Key"], tag["Value"]}
    for (inline,) in (user["UserPolicyList"], group["GroupPolicyList"], role["RolePolicyList"]):
        texts |= {inline["PolicyName"], inline["PolicyDocument"]}
    return texts


@pytest.fixture
def recorder(tmp_path: Path) -> Recorder:
    return Recorder(tmp_path)


def run_hostile(
    run_fast: ForkRunner, recorder: Recorder, snapshot: dict[str, Any], shell: str
) -> str:
    """Run the script that is made of a hostile snapshot; return it."""
    (run_fast.home / HOSTILE_FILE).write_text(json.dumps(snapshot))
    made = run_fast("iamcli", "recreate", HOSTILE_FILE, "all")
    assert made.status == 0, made
    head = made.out.partition("\nset -eu\n")[0]
    assert all(line.isprintable() and line[:1] in ("#", "") for line in head.split("\n"))
    done = recorder.run(shell, made.out)
    assert done.status == 0, done
    creating = [call for call in recorder.calls() if not call.reads]
    assert sorted(call.name for call in creating if call.name != "aws") == CREATED
    assert {call.arguments[1] for call in creating if call.name == "aws"} <= BY_AWS
    assert {value for call in creating for value in call.values()} == hostile_texts(snapshot)
    return made.out


@pytest.mark.parametrize(("start", "examples"), [(0, 1), *parts(2, 15)])
@needs(*SHELLS)
def test_a_hostile_snapshot_makes_a_script_that_creates_and_does_nothing_else(
    run_fast, recorder, start, examples
):
    shells = itertools.cycle(SHELLS)
    scripts: list[str] = []

    @seed(start)
    @proof(examples)
    @given(hostile_snapshots())
    def check(snapshot: dict[str, Any]) -> None:
        scripts.append(run_hostile(run_fast, recorder, snapshot, next(shells)))

    check()
    shellcheck(run_fast.home, *scripts[-CHECKED:])
