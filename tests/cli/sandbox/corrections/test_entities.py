"""What users, groups, roles and policies of the sandbox are and how they change, as in the service.

Each test has its evidence in the docstring of the correction in iamcli/cli/sandbox/corrections.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore import xform_name
from botocore.exceptions import ClientError
from support.entities import AWS_POLICY, TRUST, build
from support.populated import CODES
from support.refusals import ARN
from support.shell import ROOT

from iamcli.client.model import full_model

pytestmark = pytest.mark.releases


# Every operation.

#: What the commands call, what a snapshot reads, and managed policies and tags.
SLIM = json.loads((ROOT / "iamcli" / "client" / "model.json").read_text())
COVERED = {
    # The tests of copies delete credentials; a user calls ChangePassword, in a test of its own.
    *(set(SLIM["operations"]) - {"ChangePassword", "DeleteServiceSpecificCredential"}),
    *(f"{verb}{kind}Policy" for verb in ("Attach", "Detach") for kind in ("User", "Group", "Role")),
    *(f"{verb}Policy" for verb in ("Create", "Get", "Delete")),
    *(f"{verb}PolicyVersion" for verb in ("Create", "Get", "Delete")),
    "ListPolicies",
    "ListPolicyVersions",
    "SetDefaultPolicyVersion",
    *(
        f"{verb}{kind}PermissionsBoundary"
        for verb in ("Put", "Delete")
        for kind in ("User", "Role")
    ),
    "UpdateRole",
    "UpdateRoleDescription",
    "GetAccountAuthorizationDetails",
    *(f"{verb}SSHPublicKey" for verb in ("Upload", "Get", "Update", "Delete")),
    *(
        name
        for kind in ("User", "Role", "Policy", "InstanceProfile", "ServerCertificate", "MFADevice")
        for name in (f"Tag{kind}", f"Untag{kind}", f"List{kind}Tags")
    ),
}


#: What the operations get of the parameters that they have.
GIVEN: dict[str, Any] = {
    "AccountAlias": "example",
    "Description": "serves",
    "Encoding": "SSH",
    "GroupName": "staff",
    "InstanceProfileName": "box",
    "Password": "two-Passwords-2",
    "PermissionsBoundary": f"{ARN}policy/p/other",
    "PolicyArn": f"{ARN}policy/p/pol",
    "PolicyDocument": TRUST,
    "PolicyName": "in",
    "RoleName": "web",
    "SerialNumber": f"{ARN}mfa/m/phone",
    "ServerCertificateName": "site",
    "Status": "Inactive",
    "TagKeys": ["cost"],
    "Tags": [{"Key": "cost", "Value": "42"}],
    "UserName": "bob",
    "VersionId": "v1",
    **CODES,
}
BOB = {"UserName": "bob"}
#: The last operations, in the order in which they are accepted.
REMOVING = """
DeleteAccountPasswordPolicy DeleteAccountAlias DeleteServerCertificate DeactivateMFADevice
DeleteVirtualMFADevice DeleteLoginProfile DeleteAccessKey DeleteSigningCertificate
DeleteSSHPublicKey DetachUserPolicy DetachGroupPolicy DetachRolePolicy DeleteUserPolicy
DeleteGroupPolicy DeleteRolePolicy DeleteUserPermissionsBoundary DeleteRolePermissionsBoundary
DeletePolicyVersion DeletePolicy RemoveUserFromGroup RemoveRoleFromInstanceProfile
DeleteInstanceProfile DeleteUser DeleteGroup DeleteRole
"""


def test_every_operation_answers_with_all_that_the_model_requires(iam):
    """Each response has the members that botocore's model requires, down to the last list."""
    called: dict[str, list[Any]] = {}

    def note(parsed: Any, model: Any, **_more: Any) -> None:
        called.setdefault(model.name, []).append(parsed)

    iam.meta.events.register("after-call.iam", note)
    try:
        build(iam)
        given = GIVEN | {
            "AccessKeyId": iam.list_access_keys(**BOB)["AccessKeyMetadata"][0]["AccessKeyId"],
            "CertificateId": iam.list_signing_certificates(**BOB)["Certificates"][0][
                "CertificateId"
            ],
            "SSHPublicKeyId": iam.list_ssh_public_keys(**BOB)["SSHPublicKeys"][0]["SSHPublicKeyId"],
        }
        reading, changing = (
            sorted(name for name in COVERED - called.keys() if name.startswith(verbs))
            for verbs in (("Get", "List"), ("Put", "Resync", "Tag", "Untag", "Update"))
        )
        for name in (*reading, *changing, *REMOVING.split()):
            shape: Any = full_model().operation_model(name).input_shape
            members = shape.members if shape else ()
            known = {member: value for member, value in given.items() if member in members}
            getattr(iam, xform_name(name))(**known)
    finally:
        iam.meta.events.unregister("after-call.iam", note)
    assert called.keys() == COVERED
    lacking = {
        name: lacks(full_model().operation_model(name).output_shape, response)
        for name, responses in called.items()
        for response in responses
    }
    assert {name: lack for name, lack in lacking.items() if lack} == {}


def lacks(shape: Any, value: Any) -> list[str]:
    """Return the members that ``value`` lacks or that are empty, by the model."""
    if shape is None:
        return []
    if shape.type_name == "list":
        return [name for entry in value for name in lacks(shape.member, entry)]
    if shape.type_name != "structure":
        return [shape.name] if value in (None, "") else []
    absent = [name for name in shape.required_members if name not in value]
    if "IsTruncated" in shape.members and "IsTruncated" not in value:
        absent.append("IsTruncated")
    inner = (lacks(shape.members[name], value[name]) for name in shape.members if name in value)
    return [*absent, *(f"{shape.name}.{name}" for names in inner for name in names)]


@pytest.mark.parametrize(
    ("operation", "parameters", "code"),
    [
        ("GetUser", {"UserName": "nobody"}, "NoSuchEntity"),  # by a rule
        ("ListUsers", {"Marker": "unknown"}, "ValidationError"),  # by a correction
        ("GetAccountPasswordPolicy", {}, "NoSuchEntity"),  # by moto
    ],
)
def test_a_refusal_has_its_request_id_also_in_a_header(iam, operation, parameters, code):
    with pytest.raises(ClientError) as caught:
        getattr(iam, xform_name(operation))(**parameters)
    about = caught.value.response["ResponseMetadata"]
    assert caught.value.response["Error"]["Code"] == code
    header = about["HTTPHeaders"]["x-amzn-requestid"]
    # In the responses of moto 5.1 itself, botocore does not find the one in the body.
    assert about.get("RequestId", header) == header


# Roles and managed policies.


def test_policies_that_aws_manages_are_there(iam):
    # This is the first request about one of them.
    iam.create_user(UserName="bob", PermissionsBoundary=AWS_POLICY)
    assert iam.list_policies(Scope="Local")["Policies"] == []
    assert iam.get_account_summary()["SummaryMap"]["Policies"] == 0
    details = iam.get_account_authorization_details()
    assert [policy["Arn"] for policy in details["Policies"]] == [AWS_POLICY]
    iam.delete_user_permissions_boundary(UserName="bob")
    assert iam.get_account_authorization_details()["Policies"] == []
    iam.attach_user_policy(UserName="bob", PolicyArn=AWS_POLICY)
    assert iam.get_policy(PolicyArn=AWS_POLICY)["Policy"]["AttachmentCount"] == 1
    listed = iam.list_policies(Scope="AWS", OnlyAttached=True)["Policies"]
    assert [policy["Arn"] for policy in listed] == [AWS_POLICY]
    details = iam.get_account_authorization_details()
    assert [policy["Arn"] for policy in details["Policies"]] == [AWS_POLICY]
    assert iam.list_policies(Scope="Local")["Policies"] == []
    assert iam.list_policies(MaxItems=1000)["IsTruncated"] is True


def test_the_first_request_about_a_policy_of_aws_is_refused_as_the_next_ones(iam):
    for _ in range(2):
        with pytest.raises(ClientError) as refused:
            iam.get_policy_version(PolicyArn=AWS_POLICY, VersionId="v999")
        said = refused.value.response["Error"]["Message"]
        assert said == f"Policy {AWS_POLICY} version v999 does not exist or is not attachable."
