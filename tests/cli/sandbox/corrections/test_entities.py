"""What users, groups, roles and policies of the sandbox are and how they change, as in the service.

Each test has its evidence in the docstring of the correction in iamcli/cli/sandbox/corrections.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore import xform_name
from botocore.exceptions import ClientError
from support.entities import AWS_POLICY, DOCUMENT, HOLDERS, TAGGED, TRUST, build, refused, signed_by
from support.refusals import ARN, CODES
from support.selection import usual
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


@pytest.mark.full
def test_every_operation_answers_with_all_that_the_model_requires(iam):
    """Each response has the members that botocore's model requires, down to the last list."""
    called: dict[str, list[Any]] = {}

    def note(parsed: Any, model: Any, **_more: Any) -> None:
        called.setdefault(model.name, []).append(parsed)

    iam.meta.events.register("after-call.iam", note)
    try:
        build(iam)
        read(iam)
        change(iam)
        remove(iam)
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


def read(iam: Any) -> None:
    for name in ("users", "groups", "roles", "instance_profiles", "policies"):
        getattr(iam, f"list_{name}")()
    for kind, holder in HOLDERS.items():
        getattr(iam, f"get_{kind}")(**holder)
        getattr(iam, f"get_{kind}_policy")(**holder, PolicyName="in")
        getattr(iam, f"list_{kind}_policies")(**holder)
        getattr(iam, f"list_attached_{kind}_policies")(**holder)
    bob = HOLDERS["user"]
    iam.list_groups_for_user(**bob)
    key = iam.list_access_keys(**bob)["AccessKeyMetadata"][0]["AccessKeyId"]
    iam.get_access_key_last_used(AccessKeyId=key)
    for name in ("signing_certificates", "mfa_devices", "service_specific_credentials"):
        getattr(iam, f"list_{name}")(**bob)
    ssh_key = iam.list_ssh_public_keys(**bob)["SSHPublicKeys"][0]["SSHPublicKeyId"]
    iam.get_ssh_public_key(**bob, SSHPublicKeyId=ssh_key, Encoding="SSH")
    iam.get_login_profile(**bob)
    iam.list_virtual_mfa_devices()
    iam.get_instance_profile(InstanceProfileName="box")
    iam.list_instance_profiles_for_role(RoleName="web")
    iam.list_server_certificates()
    iam.get_server_certificate(ServerCertificateName="site")
    policy = {"PolicyArn": f"{ARN}policy/p/pol"}
    iam.get_policy(**policy)
    iam.get_policy_version(**policy, VersionId="v1")
    iam.list_policy_versions(**policy)
    iam.list_account_aliases()
    iam.get_account_password_policy()
    iam.get_account_summary()
    iam.get_account_authorization_details()
    for kind, tagged in TAGGED.items():
        getattr(iam, f"list_{kind}_tags")(**tagged)


def change(iam: Any) -> None:
    bob = HOLDERS["user"]
    iam.update_user(**bob, NewPath="/v/")
    iam.update_group(GroupName="staff", NewPath="/h/")
    iam.update_role(RoleName="web", Description="serves")
    iam.update_role_description(RoleName="web", Description="still serves")
    iam.update_assume_role_policy(RoleName="web", PolicyDocument=TRUST)
    for kind in ("user", "role"):
        boundary = getattr(iam, f"put_{kind}_permissions_boundary")
        boundary(**HOLDERS[kind], PermissionsBoundary=f"{ARN}policy/p/other")
    iam.update_access_key(**bob, AccessKeyId=first(iam, "access_keys"), Status="Inactive")
    iam.update_signing_certificate(
        **bob, CertificateId=first(iam, "signing_certificates"), Status="Inactive"
    )
    iam.update_ssh_public_key(
        **bob, SSHPublicKeyId=first(iam, "ssh_public_keys"), Status="Inactive"
    )
    iam.update_login_profile(**bob, Password="two-Passwords-2")
    signed_by(iam, "bob").get_user()
    iam.resync_mfa_device(**bob, SerialNumber=f"{ARN}mfa/m/phone", **CODES)
    iam.update_server_certificate(ServerCertificateName="site", NewPath="/t/")
    for kind, tagged in TAGGED.items():
        getattr(iam, f"tag_{kind}")(**tagged, Tags=[{"Key": "cost", "Value": "42"}])
        getattr(iam, f"untag_{kind}")(**tagged, TagKeys=["cost"])


def remove(iam: Any) -> None:
    bob = HOLDERS["user"]
    iam.delete_account_password_policy()
    iam.delete_account_alias(AccountAlias="example")
    iam.delete_server_certificate(ServerCertificateName="site")
    iam.deactivate_mfa_device(**bob, SerialNumber=f"{ARN}mfa/m/phone")
    iam.delete_virtual_mfa_device(SerialNumber=f"{ARN}mfa/m/phone")
    iam.delete_login_profile(**bob)
    for key in iam.list_access_keys(**bob)["AccessKeyMetadata"]:
        iam.delete_access_key(**bob, AccessKeyId=key["AccessKeyId"])
    iam.delete_signing_certificate(**bob, CertificateId=first(iam, "signing_certificates"))
    iam.delete_ssh_public_key(**bob, SSHPublicKeyId=first(iam, "ssh_public_keys"))
    for kind, holder in HOLDERS.items():
        getattr(iam, f"detach_{kind}_policy")(**holder, PolicyArn=f"{ARN}policy/p/pol")
        getattr(iam, f"delete_{kind}_policy")(**holder, PolicyName="in")
    for kind in ("user", "role"):
        getattr(iam, f"delete_{kind}_permissions_boundary")(**HOLDERS[kind])
    iam.delete_policy_version(PolicyArn=f"{ARN}policy/p/pol", VersionId="v1")
    iam.delete_policy(PolicyArn=f"{ARN}policy/p/pol")
    iam.remove_user_from_group(GroupName="staff", UserName="bob")
    iam.remove_role_from_instance_profile(InstanceProfileName="box", RoleName="web")
    iam.delete_instance_profile(InstanceProfileName="box")
    for kind, holder in HOLDERS.items():
        getattr(iam, f"delete_{kind}")(**holder)


def first(iam: Any, what: str) -> str:
    """Return the ID of bob's first key or certificate."""
    member = {
        "access_keys": ("AccessKeyMetadata", "AccessKeyId"),
        "signing_certificates": ("Certificates", "CertificateId"),
        "ssh_public_keys": ("SSHPublicKeys", "SSHPublicKeyId"),
    }[what]
    found: str = getattr(iam, f"list_{what}")(UserName="bob")[member[0]][0][member[1]]
    return found


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


def test_a_role_shows_what_the_service_shows(iam):
    role = {"RoleName": "web"}
    created = iam.create_role(**role, AssumeRolePolicyDocument=TRUST, Description="serves")["Role"]
    assert not created.keys() & {"Description", "MaxSessionDuration", "RoleLastUsed", "Tags"}
    got = iam.get_role(**role)["Role"]
    assert (got["Description"], got["MaxSessionDuration"]) == ("serves", 3600)
    assert got["RoleLastUsed"] == {}
    changed = iam.update_role_description(**role, Description="serves")["Role"]
    assert changed == {**created, "Description": "serves"}
    iam.update_role(**role, MaxSessionDuration=7200)
    assert iam.get_role(**role)["Role"] == {**got, "MaxSessionDuration": 7200}
    assert iam.list_roles()["Roles"] == [
        {key: value for key, value in iam.get_role(**role)["Role"].items() if key != "RoleLastUsed"}
    ]


def test_an_instance_profile_shows_sorted_tags_and_the_beginning_of_its_role(iam):
    tags = [{"Key": key, "Value": key} for key in ("a", "b")]
    iam.create_role(RoleName="web", AssumeRolePolicyDocument=TRUST, Tags=tags)
    for name, given in (("box", tags[::-1]), ("plain", [])):
        made = iam.create_instance_profile(InstanceProfileName=name, Tags=given)["InstanceProfile"]
        assert made.get("Tags") == (tags if given else None)
    iam.add_role_to_instance_profile(InstanceProfileName="box", RoleName="web")
    box, plain = (
        iam.get_instance_profile(InstanceProfileName=name)["InstanceProfile"]
        for name in ("box", "plain")
    )
    assert (box["Tags"], plain["Tags"]) == (tags, [])
    assert box["Roles"] == [
        {key: value for key, value in iam.list_roles()["Roles"][0].items() if "Max" not in key}
    ]


def test_a_user_that_is_not_in_the_group_is_removed_without_a_refusal(iam):
    iam.create_user(UserName="bob")
    iam.create_group(GroupName="staff")
    iam.remove_user_from_group(GroupName="staff", UserName="bob")
    assert refused(iam.remove_user_from_group, GroupName="none", UserName="bob")[0] == (
        "NoSuchEntity"
    )


def test_a_managed_policy_shows_true_counts_dates_and_versions(iam):
    created = iam.create_policy(PolicyName="read", PolicyDocument=DOCUMENT, Description="to read")[
        "Policy"
    ]
    assert created["PolicyId"].startswith("ANPA")
    assert "Description" not in created
    arn = {"PolicyArn": created["Arn"]}
    iam.create_user(UserName="bob")
    for _ in range(2):
        iam.attach_user_policy(UserName="bob", **arn)
    version = iam.create_policy_version(**arn, PolicyDocument=DOCUMENT)["PolicyVersion"]
    assert version.keys() == {"VersionId", "IsDefaultVersion", "CreateDate"}
    iam.set_default_policy_version(**arn, VersionId="v1")
    shown = iam.list_policy_versions(**arn)["Versions"]
    assert [(each["VersionId"], each["IsDefaultVersion"]) for each in shown] == [
        ("v2", False),
        ("v1", True),
    ]
    policy = iam.get_policy(**arn)["Policy"]
    assert (policy["AttachmentCount"], policy["Description"]) == (1, "to read")
    assert policy["Tags"] == []
    assert policy["UpdateDate"] == version["CreateDate"] >= policy["CreateDate"]
    iam.create_policy_version(**arn, PolicyDocument=DOCUMENT, SetAsDefault=True)
    assert iam.get_policy(**arn)["Policy"]["DefaultVersionId"] == "v3"
    iam.set_default_policy_version(**arn, VersionId="v3")
    for version_id in ("v1", "v3"):
        version = iam.get_policy_version(**arn, VersionId=version_id)["PolicyVersion"]
        assert version["IsDefaultVersion"] is (version_id == "v3")


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


@pytest.mark.parametrize("kind", usual(["user", "instance_profile"], TAGGED))
def test_an_entity_has_fifty_tags(iam, kind):
    build(iam)
    tag = getattr(iam, f"tag_{kind}")
    tagged = TAGGED[kind]
    many = [{"Key": f"k{number}", "Value": ""} for number in range(50)]
    tag(**tagged, Tags=many[:49])
    code, message = refused(tag, **tagged, Tags=many[49:])
    assert code == "LimitExceeded"
    assert message.startswith("Cannot exceed quota for TagsPer")
    assert message.endswith(": 50")
    # Tags that are replaced do not count.
    tag(**tagged, Tags=many[:49])
    assert len(getattr(iam, f"list_{kind}_tags")(**tagged)["Tags"]) == 50


def test_ids_have_the_prefix_of_their_kind(iam):
    build(iam)
    ids = [
        iam.get_user(UserName="bob")["User"]["UserId"],
        iam.get_group(GroupName="staff")["Group"]["GroupId"],
        iam.get_role(RoleName="web")["Role"]["RoleId"],
        iam.get_instance_profile(InstanceProfileName="box")["InstanceProfile"]["InstanceProfileId"],
        iam.list_policies(Scope="Local")["Policies"][0]["PolicyId"],
    ]
    assert [identity[:4] for identity in ids] == ["AIDA", "AGPA", "AROA", "AIPA", "ANPA"]
    assert {len(identity) for identity in ids} == {21}
