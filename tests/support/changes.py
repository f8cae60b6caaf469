"""An account, of which the sandbox reports the changes, and what runs the sandbox with it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from support import prepared
from support.copies import ARN, DATE, snapshot, user
from support.processes import assert_nothing_left, environment
from support.processes import run as run_program

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

STAR = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'
READ = (
    '{"Version":"2012-10-17","Statement":'
    '[{"Effect":"Allow","Action":"s3:Get*","Resource":"arn:aws:s3:::logs/*"}]}'
)


def key(name: str, **used: str) -> dict[str, Any]:
    """Return an access key of a snapshot, and when it was last used."""
    last = {"AccessKeyLastUsed": used} if used else {}
    return {"AccessKeyId": f"AKIA{name:A>16}", "Status": "Active", "CreateDate": DATE, **last}


def used(date: str) -> dict[str, str]:
    """Return the last use of a key."""
    return {"LastUsedDate": f"{date}T12:00:00Z", "ServiceName": "s3", "Region": "us-east-1"}


def group(name: str, **more: Any) -> dict[str, Any]:
    """Return a group of a snapshot."""
    return {
        "Path": "/",
        "GroupName": name,
        "GroupId": f"AGPA{name.upper():A>17}",
        "Arn": f"{ARN}:group/{name}",
        "CreateDate": DATE,
        "GroupPolicyList": [],
        "AttachedManagedPolicies": [],
        **more,
    }


ACCOUNT = snapshot(
    users=[
        user(
            "bob",
            GroupList=["dev"],
            UserPolicyList=[{"PolicyName": "logs", "PolicyDocument": READ}],
            AccessKeyMetadata=[key("BOB", **used("2026-11-01"))],
            LoginProfile={"CreateDate": DATE, "PasswordResetRequired": False},
        ),
        user("carol", AccessKeyMetadata=[key("CAROL", **used("2026-08-01")), key("UNREAD")]),
    ],
    groups=[group("dev"), group("ops")],
    account_alias="example",
)


def runner(tmp_path: Path, account: Mapping[str, Any] = ACCOUNT) -> Callable[..., Any]:
    """Return what runs ``iamcli sandbox`` in a directory of its own, which has account.json."""
    folder = tmp_path / "work"
    folder.mkdir()
    (folder / "account.json").write_text(json.dumps(account))
    env = environment(tmp_path)

    def run(*arguments: str) -> Any:
        done = run_program(prepared.program(), "sandbox", *arguments, env=env, cwd=folder)
        assert_nothing_left(tmp_path)
        return done

    return run
