"""What the sandbox's IAM does as the service does: pages, renames, callers, dates, and counts.

Each test has its evidence in the docstring of the correction in iamcli/cli/sandbox/corrections.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import boto3
import pytest
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.handlers import json_decode_policies
from cryptography import x509
from support import resettable
from support.shell import HERE, KEY_ID, ROOT, SECRET
from support.ssh_keys import public_key

from iamcli.cli.sandbox.launcher import ACCESS_KEY
from iamcli.client.full_model import full_model

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.forked import ForkRunner

ACCOUNT = "123456789012"
ARN = f"arn:aws:iam::{ACCOUNT}:"
AWS_POLICY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
CERTIFICATE, OTHER_CERTIFICATE = (
    (HERE / "answers" / f"{name}.pem").read_text() for name in ("cert", "chain")
)
PRIVATE_KEY = (HERE / "answers" / "key.pem").read_text()
DOCUMENT = (
    '{"Version": "2012-10-17", "Statement":\n'
    ' [{"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::a+b/%20/<é>&/*"}]}\n'
)
TRUST = (
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow",'
    '"Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}'
)
SSH_KEY = f"{public_key()} bob"
CODES = {"AuthenticationCode1": "123456", "AuthenticationCode2": "654321"}
SOON = dt.timedelta(minutes=5)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with resettable.server() as running:
        yield running


@pytest.fixture(scope="module")
def connected(url: str) -> Any:
    return client(url)


@pytest.fixture
def iam(url: str, connected: Any) -> Any:
    """Boto3 with the account's key, and an empty account."""
    resettable.reset(url)
    return connected


def client(url: str, key_id: str = KEY_ID, secret: str = SECRET, service: str = "iam") -> Any:
    return boto3.client(
        service,
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id=key_id,
        aws_secret_access_key=secret,
        config=Config(parameter_validation=False, retries={"total_max_attempts": 1}),
    )


def signed_by(iam: Any, name: str, service: str = "iam") -> Any:
    """Return a client that signs with a new key of the user ``name``."""
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return client(iam.meta.endpoint_url, key["AccessKeyId"], key["SecretAccessKey"], service)


def refused(call: Any, **parameters: Any) -> tuple[str, str]:
    """Return the code and the words of a refusal."""
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def recent(date: dt.datetime) -> bool:
    return abs(dt.datetime.now(dt.timezone.utc) - date) < SOON


# Every operation.

#: What the commands call, what a snapshot reads, and managed policies and tags.
SLIM = json.loads((ROOT / "iamcli" / "client" / "model.json").read_text())
COVERED = {
    # The tests of copies delete credentials; a user calls ChangePassword, in a test of its own.
    *(set(SLIM["operations"]) - {"ChangePassword", "DeleteServiceSpecificCredential"}),
    *(f"{verb}{kind}Policy" for verb in ("Attach", "Detach") for kind in ("User", "Group", "Role")),
    *(f"{verb}Policy" for verb in ("Create", "Get", "Delete")),
    *(f"{verb}PolicyVersion" for verb in ("Create", "Get", "Delete")),
    *("ListPolicies", "ListPolicyVersions", "SetDefaultPolicyVersion"),
    *(
        f"{verb}{kind}PermissionsBoundary"
        for verb in ("Put", "Delete")
        for kind in ("User", "Role")
    ),
    *("UpdateRole", "UpdateRoleDescription", "GetAccountAuthorizationDetails"),
    *(f"{verb}SSHPublicKey" for verb in ("Upload", "Get", "Update", "Delete")),
    *(
        name
        for kind in ("User", "Role", "Policy", "InstanceProfile", "ServerCertificate", "MFADevice")
        for name in (f"Tag{kind}", f"Untag{kind}", f"List{kind}Tags")
    ),
}


@pytest.mark.full
def test_every_operation_answers_with_all_that_the_model_requires(iam: Any) -> None:
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


def build(iam: Any) -> None:
    tag = {"Tags": [{"Key": "team", "Value": "web"}]}
    for name in ("pol", "other"):
        iam.create_policy(PolicyName=name, PolicyDocument=DOCUMENT, Path="/p/", **tag)
    iam.create_policy_version(PolicyArn=f"{ARN}policy/p/pol", PolicyDocument=DOCUMENT)
    iam.set_default_policy_version(PolicyArn=f"{ARN}policy/p/pol", VersionId="v2")
    iam.create_group(GroupName="staff", Path="/g/")
    iam.create_user(UserName="bob", Path="/u/", PermissionsBoundary=f"{ARN}policy/p/pol", **tag)
    iam.add_user_to_group(GroupName="staff", UserName="bob")
    iam.create_role(RoleName="web", AssumeRolePolicyDocument=TRUST, Path="/r/", **tag)
    iam.create_instance_profile(InstanceProfileName="box", Path="/i/", **tag)
    iam.add_role_to_instance_profile(InstanceProfileName="box", RoleName="web")
    for kind, holder in HOLDERS.items():
        getattr(iam, f"put_{kind}_policy")(**holder, PolicyName="in", PolicyDocument=DOCUMENT)
        getattr(iam, f"attach_{kind}_policy")(**holder, PolicyArn=f"{ARN}policy/p/pol")
    iam.create_access_key(UserName="bob")
    iam.upload_signing_certificate(UserName="bob", CertificateBody=CERTIFICATE)
    iam.upload_ssh_public_key(UserName="bob", SSHPublicKeyBody=SSH_KEY)
    iam.create_login_profile(UserName="bob", Password="one-Password-1")
    iam.create_virtual_mfa_device(VirtualMFADeviceName="phone", Path="/m/", **tag)
    iam.enable_mfa_device(UserName="bob", SerialNumber=f"{ARN}mfa/m/phone", **CODES)
    iam.upload_server_certificate(
        ServerCertificateName="site",
        CertificateBody=CERTIFICATE,
        PrivateKey=PRIVATE_KEY,
        CertificateChain=OTHER_CERTIFICATE,
        Path="/s/",
        Tags=tag["Tags"],
    )
    iam.create_account_alias(AccountAlias="example")
    iam.update_account_password_policy(MinimumPasswordLength=8)


HOLDERS = {
    "user": {"UserName": "bob"},
    "group": {"GroupName": "staff"},
    "role": {"RoleName": "web"},
}


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


TAGGED = {
    "user": {"UserName": "bob"},
    "role": {"RoleName": "web"},
    "policy": {"PolicyArn": f"{ARN}policy/p/pol"},
    "instance_profile": {"InstanceProfileName": "box"},
    "server_certificate": {"ServerCertificateName": "site"},
    "mfa_device": {"SerialNumber": f"{ARN}mfa/m/phone"},
}


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


# Pages.

NAMES = [f"Name{number}" for number in range(5)]


def fill(iam: Any) -> None:
    """Create five of everything that a list can have more than two of."""
    iam.create_user(UserName="bob")
    iam.create_group(GroupName="staff")
    iam.create_role(RoleName="web", AssumeRolePolicyDocument=TRUST)
    for name in reversed(NAMES):
        arn = iam.create_policy(PolicyName=name, PolicyDocument=DOCUMENT)["Policy"]["Arn"]
        iam.create_user(UserName=name)
        iam.create_group(GroupName=name)
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)
        iam.create_instance_profile(InstanceProfileName=name)
        iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName="web")
        iam.add_user_to_group(GroupName="staff", UserName=name)
        iam.add_user_to_group(GroupName=name, UserName="bob")
        for kind, holder in HOLDERS.items():
            getattr(iam, f"put_{kind}_policy")(**holder, PolicyName=name, PolicyDocument=DOCUMENT)
            getattr(iam, f"attach_{kind}_policy")(**holder, PolicyArn=arn)
        iam.attach_user_policy(UserName=name, PolicyArn=f"{ARN}policy/{NAMES[-1]}")
        iam.create_virtual_mfa_device(VirtualMFADeviceName=name)
        iam.enable_mfa_device(UserName="bob", SerialNumber=f"{ARN}mfa/{name}", **CODES)
        iam.tag_user(UserName="bob", Tags=[{"Key": name, "Value": ""}])
        iam.tag_policy(PolicyArn=f"{ARN}policy/{NAMES[-1]}", Tags=[{"Key": name, "Value": ""}])
        iam.upload_server_certificate(
            ServerCertificateName=name, CertificateBody=CERTIFICATE, PrivateKey=PRIVATE_KEY
        )
    for number, body in enumerate((CERTIFICATE, OTHER_CERTIFICATE)):
        iam.upload_signing_certificate(UserName="bob", CertificateBody=body)
        iam.create_access_key(UserName="bob")
        iam.upload_ssh_public_key(UserName="bob", SSHPublicKeyBody=public_key(number))
        iam.create_policy_version(PolicyArn=f"{ARN}policy/{NAMES[-1]}", PolicyDocument=DOCUMENT)
    iam.create_account_alias(AccountAlias="example")


#: The request of each list, the members of the response with its entries, and how many there are.
LISTS: dict[str, tuple[dict[str, str], tuple[str, ...], int]] = {
    "list_users": ({}, ("Users",), 6),
    "list_groups": ({}, ("Groups",), 6),
    "list_roles": ({}, ("Roles",), 6),
    "list_instance_profiles": ({}, ("InstanceProfiles",), 5),
    "list_instance_profiles_for_role": ({"RoleName": "web"}, ("InstanceProfiles",), 5),
    "get_group": ({"GroupName": "staff"}, ("Users",), 5),
    "list_groups_for_user": ({"UserName": "bob"}, ("Groups",), 5),
    "list_user_policies": ({"UserName": "bob"}, ("PolicyNames",), 5),
    "list_group_policies": ({"GroupName": "staff"}, ("PolicyNames",), 5),
    "list_role_policies": ({"RoleName": "web"}, ("PolicyNames",), 5),
    "list_attached_user_policies": ({"UserName": "bob"}, ("AttachedPolicies",), 5),
    "list_attached_group_policies": ({"GroupName": "staff"}, ("AttachedPolicies",), 5),
    "list_attached_role_policies": ({"RoleName": "web"}, ("AttachedPolicies",), 5),
    "list_access_keys": ({"UserName": "bob"}, ("AccessKeyMetadata",), 2),
    "list_signing_certificates": ({"UserName": "bob"}, ("Certificates",), 2),
    "list_ssh_public_keys": ({"UserName": "bob"}, ("SSHPublicKeys",), 2),
    "list_mfa_devices": ({"UserName": "bob"}, ("MFADevices",), 5),
    "list_virtual_mfa_devices": ({}, ("VirtualMFADevices",), 5),
    "list_server_certificates": ({}, ("ServerCertificateMetadataList",), 5),
    "list_policies": ({"Scope": "Local"}, ("Policies",), 5),
    "list_policy_versions": ({"PolicyArn": f"{ARN}policy/{NAMES[-1]}"}, ("Versions",), 3),
    "list_user_tags": ({"UserName": "bob"}, ("Tags",), 5),
    "list_policy_tags": ({"PolicyArn": f"{ARN}policy/{NAMES[-1]}"}, ("Tags",), 5),
    "list_account_aliases": ({}, ("AccountAliases",), 1),
    "get_account_authorization_details": (
        {},
        ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies"),
        23,
    ),
}


def test_a_marker_for_an_entry_with_a_long_path_is_accepted(iam: Any) -> None:
    """GetAccountAuthorizationDetails and ListPolicies sort by ARN as well, which can be long."""
    path = f"/{'p' * 500}/"
    names = [f"{letter}{'n' * 120}" for letter in "abc"]
    for name in names:
        iam.create_policy(PolicyName=name, Path=path, PolicyDocument=DOCUMENT)
    for list_pages, only in (
        (iam.get_account_authorization_details, {"Filter": ["LocalManagedPolicy"]}),
        (iam.list_policies, {"Scope": "Local"}),
    ):
        seen: list[str] = []
        more: dict[str, str] = {}
        while True:
            page = list_pages(**only, **more, MaxItems=1)
            seen += [entry["PolicyName"] for entry in page["Policies"]]
            if not page["IsTruncated"]:
                break
            assert len(page["Marker"]) <= 320
            more = {"Marker": page["Marker"]}
        assert [name for name in seen if name in names] == names


@pytest.mark.full
def test_every_list_has_pages(iam: Any) -> None:
    fill(iam)
    for name, (parameters, members, count) in LISTS.items():
        call = getattr(iam, name)
        whole = call(**parameters)
        assert whole["IsTruncated"] is False
        entries = [entry for member in members for entry in whole[member]]
        assert len(entries) == count, name
        size = 2 if count > 2 else 1
        seen: list[Any] = []
        more: dict[str, str] = {}
        while True:
            page = call(**parameters, **more, MaxItems=size)
            shown = [entry for member in members for entry in page[member]]
            seen += shown
            assert page["IsTruncated"] is ("Marker" in page) is (len(seen) < count), name
            if not page["IsTruncated"]:
                break
            assert len(shown) == size, name
            more = {"Marker": page["Marker"]}
        assert sorted(map(str, seen)) == sorted(map(str, entries)), name
        other = iam.list_groups if name == "list_users" else iam.list_users
        for marker in ("2", "unknown", other(MaxItems=1)["Marker"]):
            assert refused(call, **parameters, Marker=marker) == (
                "ValidationError",
                "Invalid Marker.",
            ), name
        assert call(**parameters, MaxItems=1000)["IsTruncated"] is False


def test_a_page_has_100_entries_if_nothing_is_said(iam: Any) -> None:
    first_page = iam.list_policies()
    assert (len(first_page["Policies"]), first_page["IsTruncated"]) == (100, True)


def test_a_list_that_is_emptied_while_it_is_read_is_read_whole(iam: Any) -> None:
    for name in NAMES:
        iam.create_user(UserName=name)
    seen = []
    page = iam.list_users(MaxItems=2)
    while True:
        for user in page["Users"]:
            seen.append(user["UserName"])
            iam.delete_user(UserName=user["UserName"])
        if not page["IsTruncated"]:
            break
        page = iam.list_users(MaxItems=2, Marker=page["Marker"])
    assert seen == NAMES


def test_lists_are_sorted_by_name_in_any_case(iam: Any) -> None:
    for name in ("b", "C", "a", "B2"):
        iam.create_user(UserName=name)
    assert [user["UserName"] for user in iam.list_users()["Users"]] == ["a", "b", "B2", "C"]


def test_a_path_prefix_is_text(iam: Any) -> None:
    document = {"PolicyDocument": DOCUMENT}
    trust = {"AssumeRolePolicyDocument": TRUST}
    body = {"CertificateBody": CERTIFICATE, "PrivateKey": PRIVATE_KEY}
    iam.create_role(RoleName="holder", **trust)
    for name, path in (("in", "/division/"), ("below", "/division/sub/"), ("out", "/")):
        iam.create_user(UserName=name, Path=path)
        iam.create_group(GroupName=name, Path=path)
        iam.create_role(RoleName=name, Path=path, **trust)
        iam.create_instance_profile(InstanceProfileName=name, Path=path)
        iam.upload_server_certificate(ServerCertificateName=name, Path=path, **body)
        arn = iam.create_policy(PolicyName=name, Path=path, **document)["Policy"]["Arn"]
        iam.attach_role_policy(RoleName="holder", PolicyArn=arn)
        iam.attach_user_policy(UserName=name, PolicyArn=f"{ARN}policy/division/in")
        iam.attach_group_policy(GroupName=name, PolicyArn=f"{ARN}policy/division/in")
    found = {
        "users": iam.list_users(PathPrefix="/div")["Users"],
        "groups": iam.list_groups(PathPrefix="/div")["Groups"],
        "roles": iam.list_roles(PathPrefix="/div")["Roles"],
        "profiles": iam.list_instance_profiles(PathPrefix="/div")["InstanceProfiles"],
        "certificates": iam.list_server_certificates(PathPrefix="/div")[
            "ServerCertificateMetadataList"
        ],
        "policies": iam.list_policies(PathPrefix="/division/", Scope="Local")["Policies"],
        "attached": iam.list_attached_role_policies(RoleName="holder", PathPrefix="/division/")[
            "AttachedPolicies"
        ],
    }
    assert {what: len(entries) for what, entries in found.items()} == dict.fromkeys(found, 2)
    assert iam.list_groups(PathPrefix="/division/x")["Groups"] == []


# Renames.


def test_a_renamed_user_keeps_what_belongs_to_it(iam: Any) -> None:
    build(iam)
    bob = signed_by(iam, "bob")
    before = belongings(iam, "bob")
    iam.update_user(UserName="bob", NewUserName="robert", NewPath="/new/")
    assert belongings(iam, "robert") == before
    assert len(before["keys"]) == 2
    assert all(before.values())
    assert bob.get_user()["User"]["Arn"] == f"{ARN}user/new/robert"
    assert refused(iam.get_user, UserName="bob")[0] == "NoSuchEntity"
    # What belongs to it can be removed under the new name.
    for key in before["keys"]:
        iam.delete_access_key(UserName="robert", AccessKeyId=key)
    assert iam.list_access_keys(UserName="robert")["AccessKeyMetadata"] == []
    iam.deactivate_mfa_device(UserName="robert", SerialNumber=f"{ARN}mfa/m/phone")


def belongings(iam: Any, name: str) -> dict[str, Any]:
    """Return what belongs to a user; each entry must have the name of the user."""
    whose = {"UserName": name}
    entries = {
        "keys": (iam.list_access_keys(**whose)["AccessKeyMetadata"], "AccessKeyId"),
        "certificates": (iam.list_signing_certificates(**whose)["Certificates"], "CertificateId"),
        "devices": (iam.list_mfa_devices(**whose)["MFADevices"], "SerialNumber"),
        "ssh": (iam.list_ssh_public_keys(**whose)["SSHPublicKeys"], "SSHPublicKeyId"),
        "login": ([iam.get_login_profile(**whose)["LoginProfile"]], "CreateDate"),
        "virtual": (
            [device["User"] for device in iam.list_virtual_mfa_devices()["VirtualMFADevices"]],
            "UserId",
        ),
        "member": (iam.get_group(GroupName="staff")["Users"], "UserId"),
    }
    for listed, _ in entries.values():
        assert [entry["UserName"] for entry in listed] == [name] * len(listed)
    key = entries["keys"][0][0]["AccessKeyId"]
    assert iam.get_access_key_last_used(AccessKeyId=key)["UserName"] == name
    return {
        **{what: [entry[member] for entry in listed] for what, (listed, member) in entries.items()},
        "groups": [group["GroupId"] for group in iam.list_groups_for_user(**whose)["Groups"]],
        "tags": iam.list_user_tags(**whose)["Tags"],
        "inline": iam.list_user_policies(**whose)["PolicyNames"],
        "attached": iam.list_attached_user_policies(**whose)["AttachedPolicies"],
        "boundary": iam.get_user(**whose)["User"]["PermissionsBoundary"],
        "id": iam.get_user(**whose)["User"]["UserId"],
    }


def test_a_new_path_of_a_user_keeps_the_tags(iam: Any) -> None:
    iam.create_user(UserName="bob", Tags=[{"Key": "team", "Value": "web"}])
    iam.update_user(UserName="bob", NewPath="/new/")
    assert iam.get_user(UserName="bob")["User"]["Tags"] == [{"Key": "team", "Value": "web"}]


def test_a_group_changes_its_path_alone_and_its_name_alone(iam: Any) -> None:
    build(iam)
    iam.update_group(GroupName="staff", NewPath="/new/")
    iam.update_group(GroupName="staff", NewGroupName="crew")
    assert iam.get_group(GroupName="crew")["Group"]["Arn"] == f"{ARN}group/new/crew"
    assert [user["UserName"] for user in iam.get_group(GroupName="crew")["Users"]] == ["bob"]
    assert iam.list_group_policies(GroupName="crew")["PolicyNames"] == ["in"]
    assert len(iam.list_attached_group_policies(GroupName="crew")["AttachedPolicies"]) == 1
    groups = iam.list_groups_for_user(UserName="bob")["Groups"]
    assert [group["GroupName"] for group in groups] == ["crew"]
    assert refused(iam.get_group, GroupName="staff")[0] == "NoSuchEntity"


# Who calls.


def test_without_a_user_name_a_call_is_about_the_user_whose_key_signs(iam: Any) -> None:
    build(iam)
    bob = signed_by(iam, "bob")
    assert bob.get_user()["User"]["UserName"] == "bob"
    assert bob.get_login_profile()["LoginProfile"]["UserName"] == "bob"
    devices = bob.list_mfa_devices()["MFADevices"]
    assert [device["UserName"] for device in devices] == ["bob"]
    assert [key["UserName"] for key in bob.list_ssh_public_keys()["SSHPublicKeys"]] == ["bob"]
    [certificate] = bob.list_signing_certificates()["Certificates"]
    bob.update_signing_certificate(CertificateId=certificate["CertificateId"], Status="Inactive")
    [certificate] = iam.list_signing_certificates(UserName="bob")["Certificates"]
    assert certificate["Status"] == "Inactive"
    bob.delete_signing_certificate(CertificateId=certificate["CertificateId"])
    uploaded = bob.upload_signing_certificate(CertificateBody=OTHER_CERTIFICATE)["Certificate"]
    assert uploaded["UserName"] == "bob"
    old, new = (key["AccessKeyId"] for key in bob.list_access_keys()["AccessKeyMetadata"])
    bob.update_access_key(AccessKeyId=old, Status="Inactive")
    bob.delete_access_key(AccessKeyId=old)
    [left] = iam.list_access_keys(UserName="bob")["AccessKeyMetadata"]
    assert left["AccessKeyId"] == new
    assert bob.create_access_key()["AccessKey"]["UserName"] == "bob"
    bob.deactivate_mfa_device(SerialNumber=f"{ARN}mfa/m/phone")
    bob.delete_login_profile()
    assert iam.list_mfa_devices(UserName="bob")["MFADevices"] == []
    assert refused(iam.get_login_profile, UserName="bob")[0] == "NoSuchEntity"


def test_the_key_of_another_user_is_not_found_without_its_name(iam: Any) -> None:
    iam.create_user(UserName="bob")
    iam.create_user(UserName="eve")
    key = iam.create_access_key(UserName="eve")["AccessKey"]["AccessKeyId"]
    for caller in (signed_by(iam, "bob"), iam):
        assert refused(caller.delete_access_key, AccessKeyId=key)[0] == "NoSuchEntity"
        call = caller.update_access_key
        assert refused(call, AccessKeyId=key, Status="Inactive")[0] == "NoSuchEntity"
    [kept] = iam.list_access_keys(UserName="eve")["AccessKeyMetadata"]
    assert kept["Status"] == "Active"


@pytest.mark.parametrize("key_id", [ACCESS_KEY, KEY_ID])
def test_the_sandboxs_key_is_the_accounts(iam: Any, url: str, key_id: str) -> None:
    account = client(url, key_id)
    assert account.get_user()["User"].keys() == {"UserId", "Arn", "CreateDate"}
    assert account.get_user()["User"]["UserId"] == ACCOUNT
    assert account.get_user()["User"]["Arn"] == f"{ARN}root"
    account.create_account_alias(AccountAlias="example")
    assert account.get_user()["User"]["UserName"] == "example"
    identity = client(url, key_id, service="sts").get_caller_identity()
    assert (identity["Arn"], identity["UserId"]) == (f"{ARN}root", ACCOUNT)
    assert account.list_users()["Users"] == []
    assert account.list_access_keys()["AccessKeyMetadata"] == []
    for kind, member in (
        ("signing_certificates", "Certificates"),
        ("mfa_devices", "MFADevices"),
        ("ssh_public_keys", "SSHPublicKeys"),
        ("service_specific_credentials", "ServiceSpecificCredentials"),
    ):
        assert getattr(account, f"list_{kind}")()[member] == []
    assert account.get_account_authorization_details()["UserDetailList"] == []
    code, message = refused(account.get_access_key_last_used, AccessKeyId=key_id)
    assert code == "AccessDenied"
    assert message.startswith(f"User: {ARN}root is not authorized to perform")


def test_the_account_can_have_keys_and_certificates_of_its_own(iam: Any) -> None:
    key = iam.create_access_key()["AccessKey"]
    iam.upload_signing_certificate(CertificateBody=CERTIFICATE)
    [listed] = iam.list_access_keys()["AccessKeyMetadata"]
    assert listed == {name: key[name] for name in ("AccessKeyId", "Status", "CreateDate")}
    summary = iam.get_account_summary()["SummaryMap"]
    assert summary["AccountAccessKeysPresent"] == 1
    assert summary["AccountSigningCertificatesPresent"] == 1
    assert iam.list_users()["Users"] == []
    account = client(iam.meta.endpoint_url, key["AccessKeyId"], key["SecretAccessKey"])
    assert account.get_user()["User"]["Arn"] == f"{ARN}root"
    iam.delete_access_key(AccessKeyId=key["AccessKeyId"])
    assert iam.list_access_keys()["AccessKeyMetadata"] == []


def test_a_users_key_names_the_user_also_after_a_rename(iam: Any) -> None:
    iam.create_user(UserName="bob")
    sts = signed_by(iam, "bob", "sts")
    iam.update_user(UserName="bob", NewUserName="robert")
    assert sts.get_caller_identity()["Arn"] == f"{ARN}user/robert"


def test_a_role_must_name_the_user(iam: Any, url: str) -> None:
    iam.create_role(RoleName="web", AssumeRolePolicyDocument=TRUST)
    sts = client(url, service="sts")
    key = sts.assume_role(RoleArn=f"{ARN}role/web", RoleSessionName="me")["Credentials"]
    session = client(url, key["AccessKeyId"], key["SecretAccessKey"])
    message = "Must specify userName when calling with non-User credentials"
    for call in (session.get_user, session.list_access_keys, session.create_access_key):
        assert refused(call) == ("ValidationError", message)
    session.list_users()
    assert recent(iam.get_role(RoleName="web")["Role"]["RoleLastUsed"]["LastUsedDate"])


# Passwords.


def test_a_user_changes_the_password_with_the_right_old_one(iam: Any) -> None:
    iam.create_user(UserName="bob")
    bob = signed_by(iam, "bob")
    wanted = {"OldPassword": "one-Password-1", "NewPassword": "two-Passwords-2"}
    assert refused(bob.change_password, **wanted)[0] == "NoSuchEntity"
    iam.create_login_profile(UserName="bob", Password="one-Password-1", PasswordResetRequired=True)
    assert iam.get_login_profile(UserName="bob")["LoginProfile"]["PasswordResetRequired"] is True
    bob.change_password(**wanted)
    assert iam.get_login_profile(UserName="bob")["LoginProfile"]["PasswordResetRequired"] is False
    assert refused(bob.change_password, **wanted)[0] == "AccessDenied"
    bob.change_password(OldPassword="two-Passwords-2", NewPassword="one-Password-1")
    assert refused(iam.change_password, **wanted)[0] == "InvalidUserType"


def test_a_user_changes_the_password_with_the_command(
    iam: Any, url: str, run_fast: ForkRunner
) -> None:
    iam.create_user(UserName="bob")
    iam.create_login_profile(UserName="bob", Password="one-Password-1")
    key = iam.create_access_key(UserName="bob")["AccessKey"]
    (run_fast.home / "bob").write_text(
        f"AWSAccessKeyId={key['AccessKeyId']}\nAWSSecretKey={key['SecretAccessKey']}\n"
    )
    env = {"AWS_IAM_URL": url, "AWS_CREDENTIAL_FILE": str(run_fast.home / "bob")}
    line = ("iam-userchangepassword", "-o", "one-Password-1", "-n", "two-Passwords-2")
    assert run_fast(*line, env=env) == (0, "", "")
    status, out, err = run_fast(*line, env=env)
    assert (status, out) == (1, "")
    assert err.startswith("iam-userchangepassword: AccessDenied: ")
    assert run_fast("iam-userlistmfadevices", env=env) == (0, "IsTruncated: false\n", "")
    assert run_fast("iam-userlistcerts", env=env) == (0, "IsTruncated: false\n", "")
    assert run_fast("iam-usergetattributes", env=env).out.startswith(f"{ARN}user/bob\n")


def test_a_login_profile_has_its_own_date_and_keeps_what_is_not_given(iam: Any) -> None:
    iam.create_user(UserName="bob")
    created = iam.create_login_profile(UserName="bob", Password="one-Password-1")["LoginProfile"]
    assert recent(created["CreateDate"])
    iam.update_login_profile(UserName="bob", PasswordResetRequired=True)
    bob = signed_by(iam, "bob")
    iam.update_login_profile(UserName="bob")
    assert iam.get_login_profile(UserName="bob")["LoginProfile"] == {
        **created,
        "PasswordResetRequired": True,
    }
    bob.change_password(OldPassword="one-Password-1", NewPassword="two-Passwords-2")


def test_the_password_of_the_account_has_no_user_name(iam: Any) -> None:
    for call in (iam.get_login_profile, iam.delete_login_profile):
        message = f"Login Profile for User {ARN}root cannot be found."
        assert refused(call) == ("NoSuchEntity", message)
    created = iam.create_login_profile(Password="one-Password-1")["LoginProfile"]
    assert created.keys() == {"CreateDate", "PasswordResetRequired"}
    assert iam.get_login_profile()["LoginProfile"] == created
    message = f"Login Profile for user {ARN}root already exists."
    assert refused(iam.create_login_profile, Password="x") == ("EntityAlreadyExists", message)
    iam.delete_login_profile()
    assert refused(iam.get_login_profile)[0] == "NoSuchEntity"


def test_a_password_policy_shows_what_was_given(iam: Any) -> None:
    iam.update_account_password_policy()
    policy = iam.get_account_password_policy()["PasswordPolicy"]
    assert not policy.keys() & {"HardExpiry", "MaxPasswordAge", "PasswordReusePrevention"}
    assert (policy["MinimumPasswordLength"], policy["ExpirePasswords"]) == (6, False)
    iam.update_account_password_policy(HardExpiry=False, MaxPasswordAge=60, RequireNumbers=True)
    policy = iam.get_account_password_policy()["PasswordPolicy"]
    assert (policy["HardExpiry"], policy["ExpirePasswords"]) == (False, True)
    assert (policy["MaxPasswordAge"], policy["RequireNumbers"]) == (60, True)


# Certificates.


def test_server_certificates_have_ids_dates_and_tags_of_their_own(iam: Any) -> None:
    body = {"CertificateBody": CERTIFICATE, "PrivateKey": PRIVATE_KEY}
    shown = [
        iam.upload_server_certificate(
            ServerCertificateName=name, CertificateChain=OTHER_CERTIFICATE, **body
        )["ServerCertificateMetadata"]
        for name in ("a", "b")
    ]
    tag = {"Key": "team", "Value": "web"}
    tagged = iam.upload_server_certificate(ServerCertificateName="c", Tags=[tag], **body)
    assert tagged["Tags"] == [tag]
    shown.append(tagged["ServerCertificateMetadata"])
    assert iam.list_server_certificates()["ServerCertificateMetadataList"] == shown
    got = iam.get_server_certificate(ServerCertificateName="a")["ServerCertificate"]
    assert got["ServerCertificateMetadata"] == shown[0]
    assert got["Tags"] == []
    assert got["CertificateChain"] == OTHER_CERTIFICATE
    ids = {each["ServerCertificateId"] for each in shown}
    assert len(ids) == 3
    assert all(len(identity) == 21 and identity.startswith("ASCA") for identity in ids)
    assert recent(shown[0]["UploadDate"])
    expiration = x509.load_pem_x509_certificate(CERTIFICATE.encode()).not_valid_after_utc
    assert shown[0]["Expiration"] == expiration


def test_a_server_certificate_changes_its_name_and_path(
    iam: Any, url: str, run_fast: ForkRunner
) -> None:
    body = {"CertificateBody": CERTIFICATE, "PrivateKey": PRIVATE_KEY}
    for name in ("a", "b"):
        iam.upload_server_certificate(ServerCertificateName=name, **body)
    line = ("iam-servercertmod", "-s", "a", "-n", "c", "-p", "/new/")
    assert run_fast(*line, env={"AWS_IAM_URL": url}) == (0, "", "")
    shown = iam.list_server_certificates()["ServerCertificateMetadataList"]
    assert [each["Arn"] for each in shown] == [
        f"{ARN}server-certificate/b",
        f"{ARN}server-certificate/new/c",
    ]


def test_a_signing_certificate_is_of_one_user(iam: Any) -> None:
    for name in ("bob", "eve"):
        iam.create_user(UserName=name)
    uploaded = iam.upload_signing_certificate(UserName="bob", CertificateBody=CERTIFICATE)
    identity = uploaded["Certificate"]["CertificateId"]
    assert (len(identity), identity) == (32, identity.upper())
    for name in ("bob", "eve"):
        body = f"\n{CERTIFICATE}"
        code, _ = refused(iam.upload_signing_certificate, UserName=name, CertificateBody=body)
        assert code == "DuplicateCertificate"
    iam.delete_signing_certificate(UserName="bob", CertificateId=identity)
    iam.upload_signing_certificate(UserName="eve", CertificateBody=CERTIFICATE)


# MFA devices, SSH keys and service-specific credentials.


def test_a_virtual_device_shows_its_user_of_now_and_its_seed_once(iam: Any) -> None:
    device = iam.create_virtual_mfa_device(VirtualMFADeviceName="phone")["VirtualMFADevice"]
    seed = device["Base32StringSeed"].decode()
    assert len(base64.b32decode(seed)) == 40
    assert device["QRCodePNG"].startswith(b"\x89PNG\r\n")
    assert iam.list_virtual_mfa_devices()["VirtualMFADevices"] == [
        {"SerialNumber": f"{ARN}mfa/phone"}
    ]
    iam.create_user(UserName="bob")
    iam.enable_mfa_device(UserName="bob", SerialNumber=f"{ARN}mfa/phone", **CODES)
    iam.update_user(UserName="bob", NewPath="/new/")
    [shown] = iam.list_virtual_mfa_devices(AssignmentStatus="Assigned")["VirtualMFADevices"]
    assert shown["User"] == iam.get_user(UserName="bob")["User"]
    assert recent(shown["EnableDate"])
    assert iam.list_virtual_mfa_devices(AssignmentStatus="Unassigned")["VirtualMFADevices"] == []


@pytest.mark.parametrize("pem", [False, True])
def test_an_ssh_key_has_one_fingerprint_and_the_encoding_that_is_asked_for(
    iam: Any,
    pem: bool,  # noqa: FBT001
) -> None:
    body = public_key(pem=pem)
    iam.create_user(UserName="bob")
    key = iam.upload_ssh_public_key(UserName="bob", SSHPublicKeyBody=body)["SSHPublicKey"]
    assert key["SSHPublicKeyBody"] == body
    # What ssh-keygen -l -E md5 shows.
    assert key["Fingerprint"] == "a0:ac:80:7e:d4:f0:03:b8:f4:4c:50:14:f8:cb:f6:a1"
    which = {"UserName": "bob", "SSHPublicKeyId": key["SSHPublicKeyId"]}
    for encoding in ("SSH", "PEM"):
        shown = {**key, "SSHPublicKeyBody": public_key(pem=encoding == "PEM")}
        assert iam.get_ssh_public_key(**which, Encoding=encoding)["SSHPublicKey"] == shown


def test_a_key_that_was_never_used_has_no_date(iam: Any) -> None:
    iam.create_user(UserName="bob")
    key = iam.create_access_key(UserName="bob")["AccessKey"]
    used = iam.get_access_key_last_used(AccessKeyId=key["AccessKeyId"])["AccessKeyLastUsed"]
    assert used == {"Region": "N/A", "ServiceName": "N/A"}
    client(iam.meta.endpoint_url, key["AccessKeyId"], key["SecretAccessKey"]).get_user()
    used = iam.get_access_key_last_used(AccessKeyId=key["AccessKeyId"])["AccessKeyLastUsed"]
    assert (used["Region"], used["ServiceName"]) == ("us-east-1", "iam")
    assert recent(used["LastUsedDate"])


# Boundaries, roles and managed policies.


def test_users_and_roles_have_permissions_boundaries(iam: Any) -> None:
    arn = iam.create_policy(PolicyName="most", PolicyDocument=DOCUMENT)["Policy"]["Arn"]
    boundary = {"PermissionsBoundaryArn": arn, "PermissionsBoundaryType": "Policy"}
    iam.create_user(UserName="bob", PermissionsBoundary=arn)
    iam.create_role(RoleName="web", AssumeRolePolicyDocument=TRUST, PermissionsBoundary=arn)
    assert iam.get_user(UserName="bob")["User"]["PermissionsBoundary"] == boundary
    assert iam.get_role(RoleName="web")["Role"]["PermissionsBoundary"] == boundary
    assert "PermissionsBoundary" not in iam.list_users()["Users"][0]
    details = iam.get_account_authorization_details()
    assert details["UserDetailList"][0]["PermissionsBoundary"] == boundary
    assert details["RoleDetailList"][0]["PermissionsBoundary"] == boundary
    assert iam.get_policy(PolicyArn=arn)["Policy"]["PermissionsBoundaryUsageCount"] == 2
    iam.delete_user_permissions_boundary(UserName="bob")
    iam.delete_role_permissions_boundary(RoleName="web")
    assert "PermissionsBoundary" not in iam.get_user(UserName="bob")["User"]
    assert "PermissionsBoundary" not in iam.get_role(RoleName="web")["Role"]
    none = "arn:aws:iam::aws:policy/None"
    message = f"Scope ARN: {none} does not exist or is not attachable."
    for kind in ("user", "role"):
        call = getattr(iam, f"put_{kind}_permissions_boundary")
        whose = {"user": {"UserName": "bob"}, "role": {"RoleName": "web"}}[kind]
        assert refused(call, **whose, PermissionsBoundary=none) == ("NoSuchEntity", message)


def test_a_role_shows_what_the_service_shows(iam: Any) -> None:
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


def test_a_user_that_is_not_in_the_group_is_removed_without_a_refusal(iam: Any) -> None:
    iam.create_user(UserName="bob")
    iam.create_group(GroupName="staff")
    iam.remove_user_from_group(GroupName="staff", UserName="bob")
    assert refused(iam.remove_user_from_group, GroupName="none", UserName="bob")[0] == (
        "NoSuchEntity"
    )


def test_a_managed_policy_shows_true_counts_dates_and_versions(iam: Any) -> None:
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


def test_policies_that_aws_manages_are_there(iam: Any) -> None:
    iam.create_user(UserName="bob")
    assert iam.list_policies(Scope="Local")["Policies"] == []
    iam.attach_user_policy(UserName="bob", PolicyArn=AWS_POLICY)
    assert iam.get_policy(PolicyArn=AWS_POLICY)["Policy"]["AttachmentCount"] == 1
    listed = iam.list_policies(Scope="AWS", OnlyAttached=True)["Policies"]
    assert [policy["Arn"] for policy in listed] == [AWS_POLICY]
    details = iam.get_account_authorization_details()
    assert [policy["Arn"] for policy in details["Policies"]] == [AWS_POLICY]
    assert iam.list_policies(Scope="Local")["Policies"] == []
    assert iam.list_policies(MaxItems=1000)["IsTruncated"] is True


def test_the_first_request_about_a_policy_of_aws_is_refused_as_the_next_ones(iam: Any) -> None:
    for _ in range(2):
        with pytest.raises(ClientError) as refused:
            iam.get_policy_version(PolicyArn=AWS_POLICY, VersionId="v999")
        said = refused.value.response["Error"]["Message"]
        assert said == f"Policy {AWS_POLICY} version v999 does not exist or is not attachable."


#: The case of letters in keys counts for all kinds but these.
IN_ANY_CASE = ("user", "role")


@pytest.mark.parametrize("kind", TAGGED)
def test_a_tag_replaces_one_with_the_same_key(iam: Any, kind: str) -> None:
    build(iam)
    tag, untag, listed = (
        getattr(iam, name.format(kind)) for name in ("tag_{}", "untag_{}", "list_{}_tags")
    )
    tagged = TAGGED[kind]
    db, web = ({"Key": key, "Value": value} for key, value in (("Team", "db"), ("team", "web")))
    kept = [] if kind in IN_ANY_CASE else [web]
    tag(**tagged, Tags=[db, {"Key": "a", "Value": ""}])
    assert listed(**tagged)["Tags"] == [{"Key": "a", "Value": ""}, db, *kept]
    tag(**tagged, Tags=[{"Key": "Team", "Value": "ops"}])
    untag(**tagged, TagKeys=["a", "other"])
    assert listed(**tagged)["Tags"] == [{"Key": "Team", "Value": "ops"}, *kept]
    untag(**tagged, TagKeys=["TEAM"])
    assert len(listed(**tagged)["Tags"]) == (0 if kind in IN_ANY_CASE else 2)


@pytest.mark.parametrize("kind", TAGGED)
def test_an_entity_has_fifty_tags(iam: Any, kind: str) -> None:
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


def test_keys_of_a_new_policy_can_differ_in_case_only(iam: Any) -> None:
    tags = [{"Key": key, "Value": "x"} for key in ("Dept", "dept")]
    made = iam.create_policy(PolicyName="pol", PolicyDocument=DOCUMENT, Tags=tags)["Policy"]
    assert made["Tags"] == tags
    assert iam.list_policy_tags(PolicyArn=made["Arn"])["Tags"] == tags


# The account.


def test_the_details_have_all_that_belongs_to_the_entities(iam: Any) -> None:
    build(iam)
    details = iam.get_account_authorization_details()
    attached = [{"PolicyName": "pol", "PolicyArn": f"{ARN}policy/p/pol"}]
    inline = [{"PolicyName": "in", "PolicyDocument": json.loads(DOCUMENT)}]
    tag = [{"Key": "team", "Value": "web"}]
    [user], [group], [role] = (details[f"{kind}DetailList"] for kind in ("User", "Group", "Role"))
    got = iam.get_user(UserName="bob")["User"]
    assert user == {
        **got,
        "GroupList": ["staff"],
        "UserPolicyList": inline,
        "AttachedManagedPolicies": attached,
        "Tags": tag,
    }
    assert group == {
        **iam.get_group(GroupName="staff")["Group"],
        "GroupPolicyList": inline,
        "AttachedManagedPolicies": attached,
    }
    got = iam.get_role(RoleName="web")["Role"]
    del got["MaxSessionDuration"]
    assert role == {
        **got,
        "InstanceProfileList": iam.list_instance_profiles()["InstanceProfiles"],
        "RolePolicyList": inline,
        "AttachedManagedPolicies": attached,
        "Tags": tag,
        "RoleLastUsed": {},
    }
    assert [policy["PolicyName"] for policy in details["Policies"]] == ["other", "pol"]
    policy = details["Policies"][1]
    assert [each["VersionId"] for each in policy["PolicyVersionList"]] == ["v2", "v1"]
    assert policy["PolicyVersionList"][0]["Document"] == json.loads(DOCUMENT)
    assert policy["AttachmentCount"] == 3


def test_the_details_can_be_filtered(iam: Any) -> None:
    build(iam)
    iam.attach_user_policy(UserName="bob", PolicyArn=AWS_POLICY)
    members = ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")
    counts = {}
    for wanted in ("User", "Group", "Role", "LocalManagedPolicy", "AWSManagedPolicy"):
        found = iam.get_account_authorization_details(Filter=[wanted])
        counts[wanted] = [len(found[member]) for member in members]
    assert counts == {
        "User": [1, 0, 0, 0],
        "Group": [0, 1, 0, 0],
        "Role": [0, 0, 1, 0],
        "LocalManagedPolicy": [0, 0, 0, 2],
        "AWSManagedPolicy": [0, 0, 0, 1],
    }
    both = iam.get_account_authorization_details(Filter=["User", "AWSManagedPolicy"])
    assert [len(both[member]) for member in members] == [1, 0, 0, 1]


def test_documents_are_encoded_and_keep_their_bytes(iam: Any) -> None:
    """A reader that decodes once has each byte, here the command."""
    build(iam)
    iam.meta.events.unregister("after-call.iam.*", json_decode_policies)
    raw = client(iam.meta.endpoint_url)
    raw.meta.events.unregister("after-call.iam", json_decode_policies)
    encoded = quote(DOCUMENT, safe="")
    details = raw.get_account_authorization_details()
    assert details["UserDetailList"][0]["UserPolicyList"][0]["PolicyDocument"] == encoded
    versions = details["Policies"][1]["PolicyVersionList"]
    assert [version["Document"] for version in versions] == [encoded, encoded]


def test_the_summary_counts(iam: Any) -> None:
    before = iam.get_account_summary()["SummaryMap"]
    build(iam)
    iam.enable_mfa_device(UserName="bob", SerialNumber="GAHT12345678", **CODES)
    after = iam.get_account_summary()["SummaryMap"]
    assert {name: after[name] for name in after if after[name] != before[name]} == {
        "Users": 1,
        "Groups": 1,
        "Roles": 1,
        "InstanceProfiles": 1,
        "Policies": 2,
        "PolicyVersionsInUse": 3,
        "ServerCertificates": 1,
        "MFADevices": 2,
        "MFADevicesInUse": 2,
    }


def test_ids_have_the_prefix_of_their_kind(iam: Any) -> None:
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


def test_an_operation_that_the_sandbox_lacks_is_refused_by_its_name(iam: Any) -> None:
    call = iam.generate_service_last_accessed_details
    assert refused(call, Arn=f"{ARN}user/bob") == (
        "NotImplemented",
        "The sandbox does not have the operation GenerateServiceLastAccessedDetails.",
    )


@pytest.mark.parametrize(
    ("operation", "parameters", "code"),
    [
        ("GetUser", {"UserName": "nobody"}, "NoSuchEntity"),  # by a rule
        ("ListUsers", {"Marker": "unknown"}, "ValidationError"),  # by a correction
        ("GetAccountPasswordPolicy", {}, "NoSuchEntity"),  # by moto
    ],
)
def test_a_refusal_has_its_request_id_also_in_a_header(
    iam: Any, operation: str, parameters: dict[str, str], code: str
) -> None:
    with pytest.raises(ClientError) as caught:
        getattr(iam, xform_name(operation))(**parameters)
    about = caught.value.response["ResponseMetadata"]
    assert caught.value.response["Error"]["Code"] == code
    header = about["HTTPHeaders"]["x-amzn-requestid"]
    # In the responses of moto 5.1 itself, botocore does not find the one in the body.
    assert about.get("RequestId", header) == header
