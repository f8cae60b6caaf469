"""What the sandbox lists: pages, prefixes, the details of the account, and its summary.

Each test has its evidence in the docstring of the correction in iamcli/cli/sandbox/corrections.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from botocore.handlers import json_decode_policies
from support.certificates import public_key
from support.entities import (
    AWS_POLICY,
    CERTIFICATE,
    DOCUMENT,
    HOLDERS,
    OTHER_CERTIFICATE,
    PRIVATE_KEY,
    TRUST,
    build,
    client,
    refused,
)
from support.populated import CODES
from support.refusals import ARN

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.releases


# Pages.

NAMES = [f"Name{number}" for number in range(5)]


def paged(call: Any, *members: str, size: int = 1, **parameters: Any) -> Iterator[list[Any]]:
    """Yield the entries of each page, with all ``members`` of the response that have some."""
    more: dict[str, str] = {}
    while True:
        page = call(**parameters, **more, MaxItems=size)
        assert page["IsTruncated"] is ("Marker" in page)
        yield [entry for member in members for entry in page[member]]
        if not page["IsTruncated"]:
            return
        assert len(page["Marker"]) <= 320
        more = {"Marker": page["Marker"]}


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


def test_every_list_has_pages(iam):
    fill(iam)
    for name, (parameters, members, count) in LISTS.items():
        call = getattr(iam, name)
        whole = call(**parameters)
        assert whole["IsTruncated"] is False
        entries = [entry for member in members for entry in whole[member]]
        assert len(entries) == count, name
        size = 2 if count > 2 else 1
        shown = list(paged(call, *members, size=size, **parameters))
        *full, last = map(len, shown)
        assert (set(full) <= {size}, 0 < last <= size) == (True, True), name
        seen = [entry for page in shown for entry in page]
        assert sorted(map(str, seen)) == sorted(map(str, entries)), name
        other = iam.list_groups if name == "list_users" else iam.list_users
        for marker in ("2", "unknown", other(MaxItems=1)["Marker"]):
            assert refused(call, **parameters, Marker=marker) == (
                "ValidationError",
                "Invalid Marker.",
            ), name
        assert call(**parameters, MaxItems=1000)["IsTruncated"] is False
    # What belongs to an entity is sorted too; it was added in the other order.
    details = iam.get_account_authorization_details()
    for kind, name in (("User", "bob"), ("Group", "staff"), ("Role", "web")):
        [found] = [one for one in details[f"{kind}DetailList"] if one[f"{kind}Name"] == name]
        for member in (f"{kind}PolicyList", "AttachedManagedPolicies"):
            assert [each["PolicyName"] for each in found[member]] == NAMES, (kind, member)
    [bob] = [one for one in details["UserDetailList"] if one["UserName"] == "bob"]
    assert bob["GroupList"] == NAMES


def test_a_marker_that_nobody_made_is_refused(iam):
    """It may be JSON of any kind, or for something else."""
    for made in ("5", "[]", '["ListUsers", 5]', '["ListUsers", [5]]', '["ListUsers", ["x"]]', "{}"):
        marker = base64.urlsafe_b64encode(made.encode()).decode()
        assert refused(iam.list_users, Marker=marker) == ("ValidationError", "Invalid Marker.")


def test_a_page_has_100_entries_if_nothing_is_said(iam):
    first_page = iam.list_policies()
    assert (len(first_page["Policies"]), first_page["IsTruncated"]) == (100, True)


def test_a_path_prefix_is_text(iam):
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


# The account.


def test_the_details_can_be_filtered(iam):
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


def test_documents_are_encoded_and_keep_their_bytes(iam):
    """A reader that decodes once has each byte, here the command."""
    build(iam)
    iam.meta.events.unregister("after-call.iam.*", json_decode_policies)
    raw = client(iam.meta.endpoint_url)
    raw.meta.events.unregister("after-call.iam", json_decode_policies)
    encoded = quote(DOCUMENT, safe="")
    details = raw.get_account_authorization_details()
    assert details["UserDetailList"][0]["UserPolicyList"][0]["PolicyDocument"] == encoded
    for kind, holder in HOLDERS.items():
        inline = getattr(raw, f"get_{kind}_policy")(**holder, PolicyName="in")
        assert inline["PolicyDocument"] == encoded, kind
    versions = details["Policies"][1]["PolicyVersionList"]
    assert [version["Document"] for version in versions] == [encoded, encoded]


def test_the_summary_counts(iam):
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
