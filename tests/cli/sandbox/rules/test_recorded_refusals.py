"""Each recorded refusal of the service is compared with the sandbox's.

Or there is a reason why not.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import pytest
from support.populated import CODES
from support.refusals import (
    ACCOUNT,
    ARN,
    BODY,
    MALFORMED,
    MANAGED,
    PASSWORD,
    PHONE,
    SPARE,
    TWICE,
    UPLOAD,
    VERSIONED,
    WEB,
    ExpectedRefusal,
    Iam,
    trust,
)
from support.shell import TESTS

pytestmark = pytest.mark.releases


class Row(NamedTuple):
    """A recorded refusal: where, and what the service said."""

    where: str
    code: str
    message: str


ROWS = [
    Row(*(part.strip() for part in line.split(" | ", 2)))
    for line in (TESTS / "recorded" / "refusals.txt").read_text().splitlines()
]
#: Refusals that are not of these rules, and why.
NOT_HERE = {
    r"credential_(invalid_|different_)": "the sandbox makes no credentials, and lists all",
    r"update-wrong-": "the sandbox changes no credentials",
    r"TestIAMServiceRoles": "moto makes up the names of service-linked roles",
}
#: What is said of an entity that is not there, which test_rules sees for each operation that names
#: one. Requests below are about one of several reasons.
ABSENT = re.compile(
    r"(The (user|group|role|Server Certificate|Certificate|Public Key) with (name|id) \S+"
    r"|Instance Profile \S+) cannot be found\."
)
#: One more than a request can have.
TOO_MANY = [f"k{n}" for n in range(51)]
NEW_ROLE = {"RoleName": "new", "AssumeRolePolicyDocument": trust()}
WRONG_ID = {"ServiceSpecificCredentialId": "totally-wrong-credential-id-with-hyphens"}


def sent(operation: str, **parameters: Any) -> tuple[str, dict[str, Any]]:
    return operation, parameters


def tag(key: str, value: str = "") -> dict[str, Any]:
    return {"Tags": [{"Key": key, "Value": value}]}


#: The requests that are refused as in a recorded row, by the end of its name.
REQUESTS: dict[str, tuple[str, dict[str, Any]]] = {
    "delete-wrong-id": sent("DeleteServiceSpecificCredential", UserName="bob", **WRONG_ID),
    # The words are those of another operation with credentials.
    "reset-wrong-id": sent(
        "DeleteServiceSpecificCredential",
        UserName="bob",
        ServiceSpecificCredentialId="satisfiesregexbutstillinvalid",
    ),
    "get-last-used-nonexistent-key-error": sent(
        "GetAccessKeyLastUsed", AccessKeyId="AKIAIOSFODNN7EXAMPLE"
    ),
    "invalid-json": sent("CreateRole", RoleName="new", AssumeRolePolicyDocument="malformed"),
    "existing_policy_name_provided": sent(
        "AttachUserPolicy", UserName="bob", PolicyArn="name-of-a-policy-that-exists"
    ),
    "delete-non-existent-policy-exc": sent(
        "DeletePolicy", PolicyArn=f"{ARN}policy/non-existent-policy"
    ),
    "create-group-duplicate": sent("CreateGroup", GroupName="Admin"),
    "remove-from-unknown-group": sent(
        "RemoveUserFromGroup", GroupName="unknown", UserName="any-user"
    ),
    "detach-unattached-error": sent("DetachGroupPolicy", GroupName="Admin", PolicyArn=SPARE),
    "create-duplicate-error": sent("CreateInstanceProfile", InstanceProfileName="web"),
    "add-second-role-error": sent(
        "AddRoleToInstanceProfile", InstanceProfileName="web", RoleName="spare"
    ),
    "get-version-error": sent("GetPolicyVersion", PolicyArn=WEB, VersionId="1"),
    "delete-managed-policy-version-error": sent(
        "DeletePolicyVersion", PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess", VersionId="v1"
    ),
    "deactivate-nonexistent-mfa-error": sent(
        "DeactivateMFADevice", UserName="bob", SerialNumber=f"{ARN}mfa/nonexistent-mfa"
    ),
    "create-invalid-path-no-leading-slash-error": sent(
        "CreateVirtualMFADevice", VirtualMFADeviceName="new", Path="path/"
    ),
    "create-path-too-long-error": sent(
        "CreateVirtualMFADevice", VirtualMFADeviceName="new", Path=f"/{'x' * 511}/"
    ),
    "enable-mfa-already-attached-error": sent(
        "EnableMFADevice", UserName="bob", SerialNumber=PHONE, **CODES
    ),
    "err-version-limit-exceeded": sent(
        "CreatePolicyVersion", PolicyArn=VERSIONED, PolicyDocument=MANAGED
    ),
    "err-get-nonexistent-version": sent("GetPolicyVersion", PolicyArn=WEB, VersionId="v9"),
    "err-delete-nonexistent-version": sent("DeletePolicyVersion", PolicyArn=WEB, VersionId="v9"),
    "err-set-default-invalid-version-format": sent(
        "SetDefaultPolicyVersion", PolicyArn=WEB, VersionId="1"
    ),
    "err-too-many-tags": sent(
        "TagPolicy", PolicyArn=WEB, Tags=[{"Key": key, "Value": ""} for key in TOO_MANY]
    ),
    "err-large-key": sent("TagPolicy", PolicyArn=WEB, **tag("x" * 129)),
    "err-invalid-character": sent("TagPolicy", PolicyArn=WEB, **tag("a*b")),
    "err-tag-duplicate-keys": sent(
        "TagPolicy", PolicyArn=WEB, Tags=2 * [{"Key": "a", "Value": ""}]
    ),
    "err-tag-large-value": sent("TagPolicy", PolicyArn=WEB, **tag("a", "x" * 257)),
    "err-tag-nonexistent-policy": sent(
        "TagPolicy", PolicyArn=f"{ARN}policy/NotAPolicy", **tag("a")
    ),
    "err-untag-large-key": sent("UntagPolicy", PolicyArn=WEB, TagKeys=["x" * 129]),
    "err-untag-nonexistent-policy": sent(
        "UntagPolicy", PolicyArn=f"{ARN}policy/NotAPolicy", TagKeys=["a"]
    ),
    # The words are those of ListEntitiesForPolicy too.
    "err-nonexistent-policy": sent(
        "AttachUserPolicy", UserName="bob", PolicyArn=f"{ARN}policy/NonExistentPolicy"
    ),
    "create-role-already-exists-error": sent(
        "CreateRole", RoleName="web", AssumeRolePolicyDocument=trust()
    ),
    "invalid-action-error": sent(
        "UpdateAssumeRolePolicy", RoleName="web", PolicyDocument=trust(Action="s3:GetObject")
    ),
    "get-deleted-policy-error": sent("GetRolePolicy", RoleName="web", PolicyName="deleted"),
    "detach-not-attached-policy-error": sent("DetachRolePolicy", RoleName="web", PolicyArn=SPARE),
    "existing-policy-name-provided": sent(
        "AttachRolePolicy", RoleName="web", PolicyArn="name-of-a-policy-that-exists"
    ),
    "delete-attached-policy-error": sent("DeletePolicy", PolicyArn=WEB),
    "create-role-too-many-tags": sent(
        "CreateRole", **NEW_ROLE, Tags=[{"Key": key, "Value": ""} for key in TOO_MANY]
    ),
    "create-role-duplicate-tags": sent(
        "CreateRole", **NEW_ROLE, Tags=2 * [{"Key": "a", "Value": ""}]
    ),
    "create-role-tag-key-too-long": sent("CreateRole", **NEW_ROLE, **tag("x" * 129)),
    "create-role-tag-invalid-char": sent("CreateRole", **NEW_ROLE, **tag("a*b")),
    "tag-role-duplicate-tags-different-case": sent("TagRole", RoleName="web", **TWICE),
    "tag-role-tag-value-too-long": sent("TagRole", RoleName="web", **tag("a", "x" * 257)),
    "untag-role-too-many-keys": sent("UntagRole", RoleName="web", TagKeys=TOO_MANY),
    "untag-role-invalid-char": sent("UntagRole", RoleName="web", TagKeys=["a*b"]),
    "create-role-invalid-boundary-error": sent(
        "CreateRole", **NEW_ROLE, PermissionsBoundary=f"{ARN}not_a_policy/invalid"
    ),
    "create-role-nonexistent-policy-error": sent(
        "CreateRole", **NEW_ROLE, PermissionsBoundary=f"{ARN}policy/nonexistent-policy"
    ),
    "get-nonexistent-policy-error": sent(
        "GetRolePolicy", RoleName="web", PolicyName="non-existent-policy"
    ),
    "put-policy-nonexistent-role-error": sent(
        "PutRolePolicy", RoleName="nonexistent-role", PolicyName="p", PolicyDocument="malformed"
    ),
    "detach-nonexistent-policy-error": sent(
        "DetachRolePolicy", RoleName="web", PolicyArn="arn:aws:iam::aws:policy/Nonexistent"
    ),
    "upload-duplicate-certificate-error": (
        "UploadServerCertificate",
        {**UPLOAD, "ServerCertificateName": "other"},
    ),
    "upload-exceeds-limit-error": sent(
        "UploadSigningCertificate", UserName="many", CertificateBody=BODY
    ),
    "create-duplicate-user-error": sent("CreateUser", UserName="bob"),
    "delete-user-with-attached-policy-error": sent("DeleteUser", UserName="attached"),
    "delete-user-with-inline-policy-error": sent("DeleteUser", UserName="inline"),
    "get-deleted-login-profile-error": sent("GetLoginProfile", UserName="plain"),
    "create-duplicate-login-profile-error": sent(
        "CreateLoginProfile", UserName="bob", Password=PASSWORD
    ),
    "attach-nonexistent-policy-error": sent(
        "AttachUserPolicy", UserName="bob", PolicyArn=f"{ARN}policy/nonexistent"
    ),
}
#: The statuses that are not 400, by the code.
STATUSES = {
    "AccessDenied": 403,
    "DeleteConflict": 409,
    "EntityAlreadyExists": 409,
    "LimitExceeded": 409,
    "NoSuchEntity": 404,
}
#: Those of an account without a password policy.
WITHOUT_POLICY = {
    "policy-not-found": "GetAccountPasswordPolicy",
    "delete-not-found": "DeleteAccountPasswordPolicy",
}


def pattern(recorded: str) -> re.Pattern[str]:
    """Return what a recorded message looks like here: its placeholders stand for names."""
    text = re.escape(recorded)
    here = {"<partition>": "aws", "1" * 12: ACCOUNT, "<caller>": f"{ARN}root"}
    for placeholder, value in here.items():
        text = text.replace(re.escape(placeholder), value)
    text = re.sub(r"<[^>]*>", r"[\\w.-]+", text)
    # The recordings are cut after 230 characters.
    return re.compile(text + (".*" if len(recorded) >= 230 else ""))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.where.replace("::", " "))
def test_refusals_are_those_that_were_recorded(full_iam, row):
    name = row.where.rsplit(" ", 1)[1]
    if name in WITHOUT_POLICY or any(re.search(part, row.where) for part in NOT_HERE):
        return
    if name not in REQUESTS and ABSENT.fullmatch(row.message):
        assert row.code == "NoSuchEntity"
        return
    if "DocumentValidity" in row.where:
        (text,) = (text for text in MALFORMED if pattern(row.message).fullmatch(text))
        operation, parameters = (
            "CreatePolicy",
            {"PolicyName": "new", "PolicyDocument": MALFORMED[text][0]},
        )
    else:
        operation, parameters = REQUESTS[name]
    assert_as_recorded(full_iam.refused(operation, **parameters), row)


def assert_as_recorded(said: ExpectedRefusal, row: Row) -> None:
    assert (said.code, said.status) == (row.code, STATUSES.get(row.code, 400))
    assert pattern(row.message).fullmatch(said.message), said.message


@pytest.mark.parametrize("name", WITHOUT_POLICY)
def test_refusals_without_a_password_policy_are_those_that_were_recorded(moto, name):
    (row,) = (row for row in ROWS if row.where.endswith(f" {name}"))
    assert_as_recorded(Iam(moto).refused(WITHOUT_POLICY[name]), row)


def test_each_reason_not_to_compare_a_recorded_refusal_is_needed():
    for name in NOT_HERE:
        assert any(re.search(name, row.where) for row in ROWS), name
