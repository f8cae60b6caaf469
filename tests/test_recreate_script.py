"""``iamcli recreate``: the whole script, the answers that its checks know, and its comments."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from support.shell import HERE
from test_copy import ARN, DATE, snapshot, user
from test_recreate import GROUP, READ_ONLY, role

from iamcli import __version__

if TYPE_CHECKING:
    from support.forked import ForkRunner

#: A policy that names a role, in the form in which JSON may escape it; and one that is not JSON.
NAMES_LATER = f'{{"AWS":"{ARN}:role\\/later"}}'
NOT_JSON = f'"{ARN}:role/late"}}'


def managed(name: str, path: str = "/", **versions: str) -> dict[str, Any]:
    """Return a managed policy of a snapshot; the first of ``versions`` is the default one."""
    return {
        "PolicyName": name,
        "PolicyId": f"ANPA{name.upper()}",
        "Arn": f"{ARN}:policy{path}{name}",
        "Path": path,
        "DefaultVersionId": next(iter(versions), "v1"),
        "AttachmentCount": 0,
        "PermissionsBoundaryUsageCount": 0,
        "IsAttachable": True,
        "CreateDate": DATE,
        "UpdateDate": DATE,
        "PolicyVersionList": [
            {
                "VersionId": version,
                "IsDefaultVersion": version == next(iter(versions)),
                "CreateDate": DATE,
                "Document": text,
            }
            for version, text in versions.items()
        ],
    }


def instance_profile(name: str, *roles: str, **more: Any) -> dict[str, Any]:
    """Return an instance profile of a snapshot."""
    return {
        "Path": "/",
        "InstanceProfileName": name,
        "InstanceProfileId": f"AIPA{name.upper()}",
        "Arn": f"{ARN}:instance-profile/{name}",
        "CreateDate": DATE,
        "Roles": [{"RoleName": role} for role in roles],
        **more,
    }


def tags(*keys: str) -> list[dict[str, str]]:
    return [{"Key": key, "Value": f"of {key}"} for key in keys]


def inline(*names: str) -> list[dict[str, str]]:
    return [{"PolicyName": name, "PolicyDocument": f"{{{name}}}"} for name in names]


def attached(*arns: str) -> list[dict[str, str]]:
    return [{"PolicyName": arn.rpartition("/")[2], "PolicyArn": arn} for arn in arns]


def boundary(arn: str) -> dict[str, str]:
    return {"PermissionsBoundaryType": "PermissionsBoundaryPolicy", "PermissionsBoundaryArn": arn}


UNREADABLE = {"PolicyName": "old", "PolicyDocument": "{\udcff}"}
SSH_KEYS = [
    {"SSHPublicKeyId": f"APKA{status.upper()}{body}", "Status": status, "UploadDate": DATE}
    | ({"SSHPublicKeyBody": f"ssh-rsa {body}"} if body else {})
    for status, body in (("Active", "1"), ("Inactive", "2"), ("Active", ""))
]
#: An account with everything that a snapshot can say of an entity.
EVERYTHING = snapshot(
    policies=[
        managed("own", "/p/", v10="{10}", v9="{9}", v11="{11}")
        | {"Description": "d", "Tags": tags("a=b", "team", "aws:x")},
        managed("first", v2="{2}", v1="{1}"),
        managed("unreadable", v1="{1}", v2="{\udcff}"),
        managed("empty"),
        managed("ReadOnlyAccess") | {"Arn": READ_ONLY},
    ],
    groups=[
        GROUP
        | {
            "Path": "/groups/",
            "GroupPolicyList": [*inline("in"), UNREADABLE],
            "AttachedManagedPolicies": attached(f"{ARN}:policy/p/own", READ_ONLY),
        },
        GROUP | {"GroupName": "ops"},
    ],
    users=[
        user("ann", GroupList=["ops"]),
        user(
            "bob",
            Path="/staff/",
            GroupList=["dev", "ops"],
            UserPolicyList=inline("in"),
            AttachedManagedPolicies=attached(f"{ARN}:policy/p/own"),
            PermissionsBoundary=boundary(READ_ONLY),
            Tags=tags("aws:cloud", "team", "AWS:Cloud", "a=b", "awsome"),
            AccessKeyMetadata=[
                {"AccessKeyId": f"AKIA{status.upper()}", "Status": status, "CreateDate": DATE}
                for status in ("Active", "Inactive")
            ],
            Certificates=[
                {
                    "CertificateId": "TA7SM",
                    "CertificateBody": "x",
                    "Status": "Inactive",
                    "UploadDate": DATE,
                }
            ],
            MFADevices=[
                {"SerialNumber": serial, "EnableDate": DATE}
                for serial in (
                    f"{ARN}:mfa/a/b/phone",
                    f"{ARN}:mfa/pad",
                    f"{ARN}:u2f/user/bob/yubi",
                    "GAHT1",
                )
            ],
            LoginProfile={"CreateDate": DATE, "PasswordResetRequired": True},
            SSHPublicKeys=SSH_KEYS,
            ServiceSpecificCredentials=[
                {
                    "ServiceSpecificCredentialId": "ACCA1",
                    "ServiceName": "codecommit.amazonaws.com",
                    "Status": "Active",
                    "CreateDate": DATE,
                }
            ],
        ),
        user(
            "=a/b",
            AccessKeyMetadata=[{"AccessKeyId": "AKIA=", "Status": "Active", "CreateDate": DATE}],
            LoginProfile={"CreateDate": DATE, "PasswordResetRequired": False},
        ),
    ],
    roles=[
        role("early", AssumeRolePolicyDocument=NAMES_LATER, MaxSessionDuration=3600),
        role("late", AssumeRolePolicyDocument=NOT_JSON, MaxSessionDuration=3601),
        role(
            "later",
            Path="/r/",
            Arn=f"{ARN}:role/later",
            AssumeRolePolicyDocument=f'{{"AWS":["{ARN}:role/early"]}}',
            Description="d",
            MaxSessionDuration=3600,
            RolePolicyList=inline("in", "out"),
            AttachedManagedPolicies=attached(READ_ONLY),
            PermissionsBoundary=boundary(f"{ARN}:policy/p/own"),
            Tags=tags("team", "a=b"),
        ),
        role("itself", AssumeRolePolicyDocument=f'{{"AWS":"{ARN}:role/itself"}}'),
        role("AWSReservedSSO_x", Path="/aws-reserved/sso.amazonaws.com/"),
        role("unreadable", AssumeRolePolicyDocument="{\udcff}"),
        role("of_service", Path="/aws-service-role/x.amazonaws.com/y/"),
    ],
    instance_profiles=[
        instance_profile("front", "late", Path="/i/", Tags=tags("team")),
        instance_profile("empty"),
        instance_profile("back", "of_service", "itself"),
    ],
    server_certificates=[
        {
            "ServerCertificateMetadata": {
                "Path": "/",
                "ServerCertificateName": "www",
                "ServerCertificateId": "ASCA1",
                "Arn": f"{ARN}:server-certificate/www",
                "UploadDate": DATE,
                "Expiration": DATE,
            },
            "CertificateBody": "x",
        }
    ],
    virtual_mfa_devices=[
        {"SerialNumber": f"{ARN}:mfa/a/b/phone", "EnableDate": DATE, "User": {"Arn": "x"}},
        {"SerialNumber": f"{ARN}:mfa/spare"},
    ],
    account_alias="example",
    password_policy={
        "MinimumPasswordLength": 9,
        "RequireSymbols": True,
        "RequireNumbers": False,
        "MaxPasswordAge": 90,
    },
)


def outside_functions(script: str) -> str:
    """Return a script without the bodies of its functions and without the version."""
    script = script.replace(f" {__version__} from ", " VERSION from ")
    return re.sub(r"^(\w+\(\)) {\n.*?^}$", r"\1 { ...; }", script, flags=re.DOTALL | re.MULTILINE)


def written(run_fast: ForkRunner, content: dict[str, Any], *arguments: str) -> str:
    """Return the script that is made of a snapshot."""
    (run_fast.home / "before.json").write_text(json.dumps(content))
    done = run_fast("iamcli", "recreate", "before.json", *arguments)
    assert (done.status, done.err) == (0, ""), done
    return done.out


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("all", ["all"]),
        # What belongs together and is not created must exist; here the account is another one.
        ("another-account", ["role/late", "group/dev", "--account", "111122223333"]),
        # No line needs aws, and a password is typed.
        ("without-aws", ["user/=a/b", "group/ops"]),
    ],
)
def test_the_whole_script(run_fast: ForkRunner, name: str, arguments: list[str]) -> None:
    script = outside_functions(written(run_fast, EVERYTHING, *arguments))
    expected = (HERE / "recreate" / f"{name}.txt").read_text()
    assert script.splitlines() == expected.splitlines()
