"""Old scripts run unchanged and leave the account in the state that they describe."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.requirements import PATH
from support.selection import usual
from support.shell import BIN, ROOT, TESTS

if TYPE_CHECKING:
    from typing import Any

    from support.forked import ForkedPrograms
    from support.shell import Done, Shell

DOCUMENT = '{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'


PATHS = ["links", "installed", "checkout"]


@pytest.fixture(params=usual(["forks"], ["forks", *PATHS]))
def path(request: pytest.FixtureRequest, tmp_path: Path, forked_programs: ForkedPrograms) -> str:
    """PATH with the commands: forks, as installed, as AWS_IAM_HOME/bin, or as links to links."""
    folders = {"forks": forked_programs.folder, "installed": BIN, "checkout": ROOT / "bin"}
    folder = folders.get(request.param)
    if folder is None:
        folder = tmp_path / "my commands"
        folder.mkdir()
        for command in (ROOT / "bin").glob("iam-*"):
            (tmp_path / f"to-{command.name}").symlink_to(command)
            (folder / command.name).symlink_to(Path("..") / f"to-{command.name}")
    # A checkout without .venv runs the python3 on PATH.
    (tmp_path / "python").mkdir()
    python = tmp_path / "python" / "python3"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    return f"{folder}:{python.parent}:{PATH}"


@pytest.fixture
def script(aws: Shell, path: str) -> Any:
    """Run a script unchanged; it must succeed."""
    for name, variable in (("policy.json", "POLICY_FILE"), ("cert.pem", "CERT")):
        aws.env[variable] = str(TESTS / "answers" / name)
    aws.env |= {
        "KEY": str(TESTS / "answers" / "key.pem"),
        "CHAIN": str(TESTS / "answers" / "chain.pem"),
        "PATH": path,
        "AWS_IAM_HOME": os.path.dirname(path.partition(":")[0]),  # noqa: PTH120 - it is a string
        "JAVA_HOME": "/nowhere",
    }

    def run(name: str) -> Done:
        done = aws(str(TESTS / "scripts" / name))
        assert done.status == 0, done.err
        return done

    return run


@pytest.mark.parametrize("path", usual(["links"], PATHS), indirect=True)
def test_first_user(script, iam):
    done = script("first-user.sh")
    lines = done.out.splitlines()
    assert lines[0] == lines[4] == "arn:aws:iam::123456789012:user/iam_user"
    assert lines[1] == lines[5]
    assert (len(lines[2]), len(lines[3])) == (20, 40)
    assert lines[6:] == ["AllAccessPolicy", "IsTruncated: false", DOCUMENT]
    assert done.err == ""
    assert iam.get_login_profile(UserName="iam_user")["LoginProfile"]["UserName"] == "iam_user"
    assert iam.list_account_aliases()["AccountAliases"] == ["example"]
    policy = iam.get_user_policy(UserName="iam_user", PolicyName="AllAccessPolicy")
    assert policy["PolicyDocument"]["Statement"][0]["Action"] == "*"


def test_bucket_user(script, iam):
    done = script("bucket-user.sh")
    assert done.err == ""
    names = iam.list_user_policies(UserName="backup")["PolicyNames"]
    assert len(names) == 2
    assert "list-only" in names
    lines = done.out.splitlines()
    assert lines[-1] == "IsTruncated: false"
    for name in names:
        assert lines[lines.index(name) + 1].startswith('{"Version":"2008-10-17"')


def test_deploy_user(script, iam):
    assert script("deploy-user.sh").err == ""
    group = iam.get_group(GroupName="wirbel")
    assert group["Group"]["Path"] == "/wirbel/"
    assert [user["UserName"] for user in group["Users"]] == ["wirbel-deploy"]
    assert iam.get_user(UserName="wirbel-deploy")["User"]["Path"] == "/wirbel/"
    assert len(iam.list_access_keys(UserName="wirbel-deploy")["AccessKeyMetadata"]) == 1
    policies = iam.list_user_policies(UserName="wirbel-deploy")["PolicyNames"]
    assert policies == ["Deploy_user_v20140301"]


def test_instance_role(script, iam):
    done = script("instance-role.sh")
    assert done.err == ""
    profile = iam.get_instance_profile(InstanceProfileName="webserver-profile")["InstanceProfile"]
    assert [role["RoleName"] for role in profile["Roles"]] == ["webserver"]
    assert iam.list_role_policies(RoleName="webserver")["PolicyNames"] == ["read-config"]
    assert done.out.splitlines()[-3:] == [
        profile["Arn"],
        profile["InstanceProfileId"],
        profile["Roles"][0]["Arn"],
    ]


def test_list_all_keys(script, iam):
    for name in ("andrew", "bob"):
        iam.create_user(UserName=name)
    ids = {user["UserName"]: user["UserId"] for user in iam.list_users()["Users"]}
    done = script("list-all-keys.sh")
    assert done.out == f"andrew {ids['andrew']}\nbob {ids['bob']}\n"
    assert done.err == ""


def test_server_cert(script, iam):
    done = script("server-cert.sh")
    arn = "arn:aws:iam::123456789012:server-certificate/cloudfront/path/transload-it"
    lines = done.out.splitlines()
    assert (lines[0], lines[2]) == (arn, arn)
    assert lines[3:] == [arn, "IsTruncated: false"]
    assert iam.list_server_certificates()["ServerCertificateMetadataList"] == []
