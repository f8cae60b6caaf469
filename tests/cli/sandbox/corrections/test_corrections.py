"""Corrections of the sandbox by their functions: on moto's objects without a server.

Each test has its evidence in the docstring of the correction in iamcli/cli/sandbox/corrections.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from support.certificates import public_key
from support.copies import UNREAD_CERTIFICATE, snapshot
from support.corrections import ARN, BOB, NOON, NUMBER, ROOT, pages, request
from support.entities import (
    AWS_POLICY,
    CERTIFICATE,
    DOCUMENT,
    OTHER_CERTIFICATE,
    PRIVATE_KEY,
    TRUST,
)
from support.refusals import told

from iamcli.cli.sandbox import loading, refusals
from iamcli.cli.sandbox.changes import state
from iamcli.cli.sandbox.corrections import (
    account,
    caller,
    devices,
    entities,
    keys,
    lists,
    policies,
    tags,
    users,
)
from iamcli.cli.sandbox.corrections.protocol import CORRECTIONS, document, instant
from iamcli.cli.sandbox.rules import permissions

if TYPE_CHECKING:
    from support.corrections import Ask


@pytest.fixture
def one_of_aws(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let AWS manage one policy only."""
    name = AWS_POLICY.rpartition("/")[2]
    one = {name: json.loads(policies.aws_managed_policies_data)[name]}
    monkeypatch.setattr(policies, "aws_managed_policies_data", json.dumps(one))


def policy(ask: Ask, name: str, path: str = "/", **more: Any) -> Any:
    return ask("CreatePolicy", PolicyName=name, Path=path, PolicyDocument=DOCUMENT, **more)[
        "Policy"
    ]


# What an account has.


def test_what_is_there_once_is_counted_once(backend, ask):
    counted = ("AccountAccessKeysPresent", "AccountPasswordPresent", "Users")

    def counts() -> list[int]:
        summary = ask("GetAccountSummary")["SummaryMap"]
        return [summary[name] for name in counted]

    assert counts() == [0, 0, 0]
    ask("CreateUser", **BOB)
    backend.uncounted = {"AccountAccessKeysPresent": 1, "AccountPasswordPresent": 0, "Users": 2}
    assert counts() == [1, 0, 3]
    ask("CreateAccessKey", **ROOT)
    ask("CreateAccessKey", **ROOT)
    assert counts() == [1, 0, 3]
    backend.uncounted = {"New": 7}
    assert (counts(), ask("GetAccountSummary")["SummaryMap"]["New"]) == ([1, 0, 1], 7)


def test_the_device_of_the_root_user_is_counted(backend, ask):
    names = ("MFADevices", "MFADevicesInUse", "AccountMFAEnabled")
    shown = []
    for serial in (None, "GAHT12345678"):
        if serial:
            caller.root(backend).enable_mfa_device(serial, "", "")
        summary = account.counts(backend)
        shown.append([summary[name] for name in names])
    assert shown == [[0, 0, 0], [1, 1, 1]]


def test_details_lack_what_is_empty(ask):
    ask("CreateUser", **BOB)
    ask("CreateGroup", GroupName="staff")
    ask("CreateRole", RoleName="web", AssumeRolePolicyDocument=TRUST)
    policy(ask, "plain")
    policy(ask, "read", Description="to read")
    details = ask("GetAccountAuthorizationDetails")
    common = {"Path", "Arn", "CreateDate", "AttachedManagedPolicies"}
    assert [
        set(details[f"{kind}DetailList"][0]) - common for kind in ("User", "Group", "Role")
    ] == [
        {"UserName", "UserId", "GroupList", "Tags"},
        {"GroupName", "GroupId", "GroupPolicyList"},
        {
            "RoleName",
            "RoleId",
            "AssumeRolePolicyDocument",
            "InstanceProfileList",
            "RolePolicyList",
            "Tags",
            "RoleLastUsed",
        },
    ]
    assert [each.get("Description") for each in details["Policies"]] == [None, "to read"]
    assert [
        [policy.get("Description") for policy in listed]
        for listed in (
            ask("ListPolicies", Scope="Local")["Policies"],
            [
                ask("GetPolicy", PolicyArn=f"{ARN}policy/{name}")["Policy"]
                for name in ("plain", "read")
            ],
        )
    ] == [[None, None], [None, "to read"]]


def test_the_order_of_details_is_that_of_kinds_and_then_of_names(ask):
    ask("CreateUser", UserName="z")
    ask("CreateUser", UserName="A")
    ask("CreateUser", UserName="b")
    ask("CreateGroup", GroupName="b")
    ask("CreateRole", RoleName="a", AssumeRolePolicyDocument=TRUST)
    for path in ("/z/", "/a/", "/"):
        policy(ask, "same", path)
    policy(ask, "other", "/zz/")
    members = ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")
    shown = pages(ask, "GetAccountAuthorizationDetails", *members)
    assert [each["Arn"].removeprefix(ARN) for each in shown] == [
        "user/A",
        "user/b",
        "user/z",
        "group/b",
        "role/a",
        "policy/zz/other",
        "policy/a/same",
        "policy/same",
        "policy/z/same",
    ]
    listed = pages(ask, "ListPolicies", "Policies", Scope="Local")
    assert [each["Arn"] for each in listed] == [each["Arn"] for each in shown[5:]]
    ask("CreateGroup", GroupName="A")
    assert [each["GroupName"] for each in ask("ListGroups")["Groups"]] == ["A", "b"]


def test_the_groups_of_a_user_are_sorted_and_its_own(backend, ask):
    for name in ("bob", "eve"):
        ask("CreateUser", UserName=name)
    for name in ("b", "C", "a"):
        ask("CreateGroup", GroupName=name)
        backend.add_user_to_group(name, "bob")
    backend.add_user_to_group("C", "eve")
    member_of = account.memberships(backend)
    assert [member_of[id(backend.users[name])] for name in ("bob", "eve")] == [
        ["a", "b", "C"],
        ["C"],
    ]
    ask("RemoveUserFromGroup", GroupName="C", UserName="bob")
    ask("RemoveUserFromGroup", GroupName="C", UserName="bob")
    assert [each["UserName"] for each in ask("GetGroup", GroupName="C")["Users"]] == ["eve"]


# Who calls.


@pytest.mark.parametrize(
    ("arn", "is_account"),
    [
        (f"arn:aws:sts::{NUMBER}:user/moto", True),
        (f"arn:aws:sts::{NUMBER}:assumed-role/web/me", False),
        (f"arn:aws:sts::{NUMBER}:user/moto2", False),
        (f"{ARN}user/moto", False),
        (f"{ARN}user/bob", False),
    ],
)
def test_only_the_user_that_nobody_made_is_the_account(*, monkeypatch, arn, is_account):
    monkeypatch.setattr(caller, "_get_caller_identity", lambda *_: ("AIDA", arn, NUMBER))
    sts = SimpleNamespace(region_name="us-east-1", account_id=NUMBER)
    root = (NUMBER, f"{ARN}root", NUMBER)
    found = caller.get_caller_identity(sts, "AKIA", "us-east-1")
    assert found == (root if is_account else ("AIDA", arn, NUMBER))


def test_the_caller_is_the_owner_of_the_key_or_the_account(backend, ask):
    ask("CreateUser", **BOB)
    for name in (None, "bob", "gone", caller.ROOT):
        backend.access_keys["AKIA"] = SimpleNamespace(user_name=name, role_arn=None)
        assert caller.caller(backend, "AKIA").name == ("bob" if name == "bob" else caller.ROOT)
    assert caller.caller(backend, "AKIB").name == caller.ROOT
    backend.access_keys["AKIA"].role_arn = f"{ARN}role/web"
    with pytest.raises(refusals.Refusal, match="when calling with non-User credentials"):
        caller.caller(backend, "AKIA")


@pytest.mark.parametrize(
    ("operation", "parameters", "implied"),
    [
        ("ListAccessKeys", {}, True),
        ("ListAccessKeys", BOB, False),
        ("GetUser", {}, True),
        # It has no such parameter, but is about the caller.
        ("ChangePassword", {}, True),
        # It requires one, has none, or has no parameters.
        ("DeleteUser", {}, False),
        ("ListUsers", {}, False),
        ("DeleteAccountPasswordPolicy", {}, False),
    ],
)
def test_which_requests_are_about_the_caller(*, backend, operation, parameters, implied):
    expected = ROOT if implied else {}
    assert caller.implied_user(backend, request(operation, **parameters)) == expected


def test_the_user_is_the_one_whose_key_signs(backend, ask):
    ask("CreateUser", **BOB)
    key = ask("CreateAccessKey", **BOB)["AccessKey"]["AccessKeyId"]
    signed = request("GetUser")._replace(access_key=key)
    assert caller.implied_user(backend, signed) == BOB


def test_the_account_is_shown_by_its_alias_and_number(backend, ask):
    for alias, name in ((None, None), ("acme", "acme")):
        backend.account_aliases = [alias] if alias else []
        shown = ask("GetUser", **ROOT)["User"]
        assert shown.pop("CreateDate") == caller.root(backend).create_date
        named = {"UserName": name} if name else {}
        assert shown == {"UserId": NUMBER, "Arn": f"{ARN}root", **named}


# Keys, certificates and devices.


def test_the_last_use_of_a_key_is_known_or_not(backend, ask):
    ask("CreateUser", **BOB)
    identity = ask("CreateAccessKey", **BOB)["AccessKey"]["AccessKeyId"]
    key = backend.access_keys[identity]
    never = {"Region": "N/A", "ServiceName": "N/A"}
    assert keys.last_use(key) == never
    key.last_use_known = True
    assert keys.last_use(key) == never
    key.last_use_known = False
    with pytest.raises(refusals.Refusal, match="is not in the copy"):
        ask("GetAccessKeyLastUsed", AccessKeyId=identity)
    key.last_used = SimpleNamespace(_timestamp=NOON, region="r", service="s3")
    used = {"LastUsedDate": NOON, "Region": "r", "ServiceName": "s3"}
    assert ask("GetAccessKeyLastUsed", AccessKeyId=identity) == {**BOB, "AccessKeyLastUsed": used}
    # A key of a role is of no user.
    key.user_name = None
    for wanted in (identity, "AKIANONE"):
        with pytest.raises(refusals.Refusal, match=f"{ARN}root is not authorized .* {wanted}$"):
            ask("GetAccessKeyLastUsed", AccessKeyId=wanted)


def test_a_key_of_the_account_has_no_user_name(ask):
    ask("CreateUser", **BOB)
    members = {"AccessKeyId", "Status", "CreateDate"}
    for whose, name in ((ROOT, set()), (BOB, {"UserName"})):
        assert set(ask("CreateAccessKey", **whose)["AccessKey"]) == {
            *members,
            *name,
            "SecretAccessKey",
        }
        [listed] = ask("ListAccessKeys", **whose)["AccessKeyMetadata"]
        assert set(listed) == members | name


def test_what_a_copy_lacks_of_an_ssh_key(backend, ask):
    ask("CreateUser", **BOB)
    sent = {**BOB, "SSHPublicKeyBody": f"{public_key()} bob"}
    uploaded = ask("UploadSSHPublicKey", **sent)["SSHPublicKey"]
    assert (uploaded["UserName"], uploaded["SSHPublicKeyBody"]) == tuple(sent.values())
    [key] = backend.users["bob"].ssh_public_keys
    key.ssh_public_key_body = None
    shown = set(state._present(keys.ssh_key(key)))  # noqa: SLF001
    assert shown == {"UserName", "SSHPublicKeyId", "Status", "UploadDate"}
    with pytest.raises(refusals.Refusal, match=r"The SSH public key APKA.* is not in the copy"):
        ask("GetSSHPublicKey", **BOB, SSHPublicKeyId=key.ssh_public_key_id)


def test_a_credential_has_a_user_name_or_an_alias():
    for service, member in (
        ("codecommit.amazonaws.com", "ServiceUserName"),
        ("bedrock.amazonaws.com", "ServiceCredentialAlias"),
        ("logs.amazonaws.com", "ServiceCredentialAlias"),
    ):
        credential = keys.ServiceCredential("ACCA", service, "bob+1", "Active", NOON, None)
        assert state._present(keys.of_service(credential)) == {  # noqa: SLF001
            "ServiceSpecificCredentialId": "ACCA",
            "ServiceName": service,
            member: "bob+1",
            "Status": "Active",
            "CreateDate": NOON,
        }


def test_tags_are_shown_where_there_are_some(ask):
    """As IAM does: without tags, most responses have no list, and some an empty one."""
    tag = [{"Key": key, "Value": "v"} for key in "ba"]
    body = {"CertificateBody": CERTIFICATE, "PrivateKey": PRIVATE_KEY, "Path": "/"}
    trust = {"AssumeRolePolicyDocument": TRUST}
    box = "InstanceProfileName"
    for number, more in enumerate(({}, {"Tags": tag})):
        name = f"n{number}"
        certificate = ask("UploadServerCertificate", ServerCertificateName=name, **body, **more)
        shown = [
            certificate,
            ask("CreateVirtualMFADevice", VirtualMFADeviceName=name, **more)["VirtualMFADevice"],
            ask("CreateUser", UserName=name, **more)["User"],
            ask("GetUser", UserName=name)["User"],
            ask("CreateRole", RoleName=name, **trust, **more)["Role"],
            ask("GetRole", RoleName=name)["Role"],
            ask("CreateInstanceProfile", **{box: name}, **more)["InstanceProfile"],
            policy(ask, name, **more),
        ]
        expected = tag[::-1] if more else None
        assert [each.get("Tags") for each in shown] == [expected] * len(shown)
        found = [
            ask("GetServerCertificate", ServerCertificateName=name)["ServerCertificate"],
            ask("GetInstanceProfile", **{box: name})["InstanceProfile"],
            ask("GetPolicy", PolicyArn=f"{ARN}policy/{name}")["Policy"],
        ]
        assert [each["Tags"] for each in found] == [expected or []] * len(found)


def test_the_body_of_a_certificate_that_the_copy_lacks(backend, ask):
    loading._Loader(backend).load(snapshot(server_certificates=[UNREAD_CERTIFICATE]))  # noqa: SLF001
    which = {"ServerCertificateName": "www"}
    with pytest.raises(refusals.Refusal, match="The body of the server certificate www is not in"):
        ask("GetServerCertificate", **which)
    for given, arn in (({"NewPath": "/x/"}, "x/www"), ({"NewServerCertificateName": "w2"}, "x/w2")):
        ask("UpdateServerCertificate", **which, **given)
        [listed] = ask("ListServerCertificates")["ServerCertificateMetadataList"]
        assert listed["Arn"] == f"{ARN}server-certificate/{arn}"


def test_the_picture_of_a_seed_needs_segno(ask, monkeypatch):
    for missing in (False, True):
        if missing:
            monkeypatch.setitem(sys.modules, "segno", None)
        name = f"n{missing}"
        device = ask("CreateVirtualMFADevice", VirtualMFADeviceName=name)["VirtualMFADevice"]
        assert device["SerialNumber"] == f"{ARN}mfa/{name}"
        # Nothing is sent that is no picture.
        assert device.get("QRCodePNG", b"")[:4] == (b"" if missing else b"\x89PNG")


def test_seeds_of_both_releases_of_moto():
    for seed in ("ABCD2345", "AB", "234"):
        for kept in {seed, base64.b64encode(seed.encode()).decode()} - {"AB", "234"}:
            device = SimpleNamespace(base32_string_seed=kept)
            assert devices._seed(device) == seed, kept  # noqa: SLF001


def test_a_device_without_a_user_was_not_enabled(backend, ask):
    loaded = SimpleNamespace(serial_number="a", user=None, enable_date=NOON)
    assert state._present(devices.virtual(loaded)) == {"SerialNumber": "a"}  # noqa: SLF001
    loaded.user = caller.root(backend)
    shown = devices.virtual(loaded)
    assert (shown["EnableDate"], shown["User"]["UserName"]) == (NOON, None)
    ask("CreateUser", **BOB)
    loaded.user = backend.users["bob"]
    assert devices.virtual(loaded)["User"]["UserName"] == "bob"


def test_devices_are_listed_by_their_assignment(backend, ask):
    ask("CreateUser", **BOB)
    for name in ("b", "a", "c"):
        ask("CreateVirtualMFADevice", VirtualMFADeviceName=name, Path="/m/")
    loading._enable(backend.users["bob"], f"{ARN}mfa/m/c", NOON)  # noqa: SLF001
    backend.virtual_mfa_devices[f"{ARN}mfa/m/b"].user = backend.users["bob"]
    for given, names in (
        ({}, "abc"),
        ({"AssignmentStatus": "Any"}, "abc"),
        ({"AssignmentStatus": "Assigned"}, "b"),
        ({"AssignmentStatus": "Unassigned"}, "ac"),
    ):
        listed = ask("ListVirtualMFADevices", **given)["VirtualMFADevices"]
        assert [each["SerialNumber"] for each in listed] == [f"{ARN}mfa/m/{name}" for name in names]
    [device] = ask("ListMFADevices", **BOB)["MFADevices"]
    assert device == {**BOB, "SerialNumber": f"{ARN}mfa/m/c", "EnableDate": NOON}


def test_a_signing_certificate_has_an_id_and_its_owner(backend, ask):
    ask("CreateUser", **BOB)
    upload = "UploadSigningCertificate"
    made = ask(upload, **BOB, CertificateBody=CERTIFICATE)["Certificate"]
    assert (made["UserName"], made["Status"]) == ("bob", "Active")
    assert set(made["CertificateId"]) <= set(users.LETTERS)
    assert list(backend.users["bob"].signing_certificates) == [made["CertificateId"]]
    made = ask(upload, **ROOT, CertificateBody=OTHER_CERTIFICATE)["Certificate"]
    assert "UserName" not in made


# Policies.


def test_the_latest_version_is_the_first(backend, ask):
    arn = policy(ask, "read")["Arn"]
    backend.get_policy(arn).next_version_num = 9
    for more in ({"SetAsDefault": True}, {}, {"SetAsDefault": False}):
        ask("CreatePolicyVersion", PolicyArn=arn, PolicyDocument=DOCUMENT, **more)
    expected = ["v11", "v10", "v9", "v1"]
    listed = ask("ListPolicyVersions", PolicyArn=arn)["Versions"]
    assert [each["VersionId"] for each in listed] == expected
    assert [each["VersionId"] for each in listed if each["IsDefaultVersion"]] == ["v9"]
    assert [each.version_id for each in policies.versions(backend.get_policy(arn))] == expected
    for name, default in (("v1", False), ("v9", True)):
        got = ask("GetPolicyVersion", PolicyArn=arn, VersionId=name)["PolicyVersion"]
        shown = (got["VersionId"], got["Document"], got["IsDefaultVersion"])
        assert shown == (name, DOCUMENT, default)
    held = SimpleNamespace(
        versions=[SimpleNamespace(version_id=i) for i in ("v2.b", "v10.a", "v1")]
    )
    assert [each.version_id for each in policies.versions(held)] == ["v10.a", "v2.b", "v1"]


@pytest.mark.parametrize(
    ("operation", "parameters", "about"),
    [
        ("ListPolicies", {}, True),
        ("ListPolicies", {"Scope": "All", "OnlyAttached": False}, True),
        ("ListPolicies", {"Scope": "AWS"}, True),
        ("ListPolicies", {"Scope": "Local"}, False),
        ("ListPolicies", {"Scope": "AWS", "OnlyAttached": True}, False),
        ("GetPolicy", {"PolicyArn": AWS_POLICY}, True),
        ("GetPolicy", {"PolicyArn": f"{ARN}policy/read"}, False),
        ("CreateUser", {"PermissionsBoundary": AWS_POLICY}, True),
        ("CreateUser", {"PermissionsBoundary": f"{ARN}policy/read"}, False),
        ("CreateUser", {}, False),
    ],
)
def test_when_the_policies_of_aws_are_needed(*, monkeypatch, operation, parameters, about):
    loaded: list[Any] = []
    iam: Any = object()
    monkeypatch.setattr(policies, "load_aws_policies", loaded.append)
    policies.load_aws_policies_for(iam, request(operation, **parameters))
    assert loaded == ([iam] if about else [])


@pytest.mark.usefixtures("one_of_aws")
def test_the_policies_of_aws_are_added_once(backend, monkeypatch):
    policies.load_aws_policies(backend)
    first = {arn: each.id for arn, each in backend.managed_policies.items()}
    assert first[AWS_POLICY].startswith("ANPA")
    # What was read is not read again.
    monkeypatch.setattr(policies, "aws_managed_policies_data", "")
    policies.load_aws_policies(backend)
    assert {arn: each.id for arn, each in backend.managed_policies.items()} == first


def test_attachments_and_boundaries_are_counted_by_all_that_can_have_them(backend, ask):
    arn = policy(ask, "read")["Arn"]
    ask("CreateUser", **BOB, PermissionsBoundary=arn)
    ask("CreateGroup", GroupName="staff")
    ask("CreateRole", RoleName="web", AssumeRolePolicyDocument=TRUST)

    def counts() -> list[int]:
        [listed] = ask("ListPolicies", Scope="Local")["Policies"]
        return [listed["AttachmentCount"], listed["PermissionsBoundaryUsageCount"]]

    shown = [counts()]
    for holder in (backend.users["bob"], backend.groups["staff"], backend.get_role("web")):
        backend.managed_policies[arn].attach_to(holder)
        shown.append(counts())
    ask("PutRolePermissionsBoundary", RoleName="web", PermissionsBoundary=arn)
    ask("DeleteUserPermissionsBoundary", **BOB)
    assert [*shown, counts()] == [[0, 1], [1, 1], [2, 1], [3, 1], [3, 1]]


@pytest.mark.usefixtures("one_of_aws")
def test_which_policies_are_listed(backend, ask):
    arns = {name: policy(ask, name)["Arn"] for name in ("attached", "bounding", "unused")}
    ask("CreateUser", **BOB, PermissionsBoundary=arns["bounding"])
    policies.load_aws_policies(backend)
    for arn in (arns["attached"], AWS_POLICY):
        backend.managed_policies[arn].attach_to(backend.users["bob"])
    aws = AWS_POLICY.rpartition("/")[2]
    for expected, more in {
        ("attached", aws): {"OnlyAttached": True},
        ("attached",): {"OnlyAttached": True, "Scope": "Local"},
        (aws,): {"OnlyAttached": True, "Scope": "AWS"},
        ("bounding",): {"PolicyUsageFilter": "PermissionsBoundary"},
        ("attached", "bounding", "unused"): {"Scope": "Local", "OnlyAttached": False},
        (): {"OnlyAttached": True, "PolicyUsageFilter": "PermissionsBoundary"},
        # The last one is of all scopes.
        ("attached", aws, ""): {"PolicyUsageFilter": "PermissionsPolicy", "Scope": "All"},
    }.items():
        listed = ask("ListPolicies", **more)["Policies"]
        assert [each["PolicyName"] for each in listed] == [name for name in expected if name], more


def test_policies_of_an_entity_are_sorted_in_any_case(backend):
    held = [SimpleNamespace(name=name, arn=f"{ARN}policy/{name}") for name in ("b", "C", "a")]
    holder = SimpleNamespace(
        policies=dict.fromkeys(("b", "C", "a"), "{}"),
        managed_policies={each.arn: each for each in held},
    )
    assert [each["PolicyName"] for each in policies.inline(holder)] == ["a", "b", "C"]
    assert policies.attached(holder) == [
        {"PolicyName": name, "PolicyArn": f"{ARN}policy/{name}"} for name in ("a", "b", "C")
    ]
    assert (policies.inline(SimpleNamespace(policies={})), backend.users) == ([], {})


# Users, roles and tags.


def test_how_long_a_session_of_a_new_role_may_last(ask):
    ask("CreateRole", RoleName="web", AssumeRolePolicyDocument=TRUST)
    assert ask("GetRole", RoleName="web")["Role"]["MaxSessionDuration"] == 3600


def test_what_is_not_given_stays(backend, ask):
    web = {"RoleName": "web"}
    ask("CreateRole", **web, AssumeRolePolicyDocument=TRUST, MaxSessionDuration=7200, Path="/x/")
    for given, shown in (
        ({}, (None, 7200)),
        ({"Description": "serves"}, ("serves", 7200)),
        ({"MaxSessionDuration": 3600}, ("serves", 3600)),
        ({}, ("serves", 3600)),
        ({"Description": ""}, (None, 3600)),
    ):
        ask("UpdateRole", **web, **given)
        role = ask("GetRole", **web)["Role"]
        assert (role.get("Description"), role["MaxSessionDuration"]) == shown, given
        assert ask("ListRoles")["Roles"] == [
            {name: value for name, value in role.items() if name != "RoleLastUsed"}
        ]
    for text in ("again", ""):
        role = ask("UpdateRoleDescription", **web, Description=text)["Role"]
        assert (role.get("Description"), role["Path"]) == (text or None, "/x/")
    backend.get_role("web").max_session_duration = None
    assert "MaxSessionDuration" not in ask("GetRole", **web)["Role"]
    assert ask("GetRole", **web)["Role"]["RoleLastUsed"] == {}
    backend.get_role("web").last_used = NOON
    backend.get_role("web").last_used_region = "r"
    assert ask("GetRole", **web)["Role"]["RoleLastUsed"] == {"LastUsedDate": NOON, "Region": "r"}


def test_a_role_is_in_some_instance_profiles(backend, ask):
    for name in ("web", "db"):
        ask("CreateRole", RoleName=name, AssumeRolePolicyDocument=TRUST)
    for name in ("one", "two"):
        ask("CreateInstanceProfile", InstanceProfileName=name, Path="/p/")
    backend.add_role_to_instance_profile("one", "web")
    for name, expected in (("web", ["one"]), ("db", [])):
        listed = ask("ListInstanceProfilesForRole", RoleName=name)["InstanceProfiles"]
        assert [each["InstanceProfileName"] for each in listed] == expected
    listed = ask("ListInstanceProfiles", PathPrefix="/p")["InstanceProfiles"]
    assert [[role["RoleName"] for role in each["Roles"]] for each in listed] == [["web"], []]


def test_what_belongs_to_a_renamed_user_has_its_name(ask):
    tag = [{"Key": "team", "Value": "web"}]
    ask("CreateUser", **BOB, Path="/x/", Tags=tag)
    ask("CreateAccessKey", **BOB)
    ask("UploadSSHPublicKey", **BOB, SSHPublicKeyBody=public_key())
    ask("UploadSigningCertificate", **BOB, CertificateBody=CERTIFICATE)
    rob = {"UserName": "rob"}
    for given, arn in (({"NewUserName": "rob"}, "x/rob"), ({"NewPath": "/y/"}, "y/rob")):
        ask("UpdateUser", **(BOB if "NewUserName" in given else rob), **given)
        shown = ask("GetUser", **rob)["User"]
        assert (shown["Arn"], shown["Tags"]) == (f"{ARN}user/{arn}", tag)
        for operation, member in (
            ("ListAccessKeys", "AccessKeyMetadata"),
            ("ListSSHPublicKeys", "SSHPublicKeys"),
            ("ListSigningCertificates", "Certificates"),
        ):
            [listed] = ask(operation, **rob)[member]
            assert listed["UserName"] == "rob", operation
        key = ask("ListAccessKeys", **rob)["AccessKeyMetadata"][0]["AccessKeyId"]
        assert ask("GetAccessKeyLastUsed", AccessKeyId=key)["UserName"] == "rob"
    # Its old name is free.
    ask("CreateUser", **BOB, Path="/x/")
    assert ask("ListAccessKeys", **BOB)["AccessKeyMetadata"] == []
    assert "Tags" not in ask("GetUser", **BOB)["User"]


def test_a_group_keeps_the_name_or_the_path(ask):
    ask("CreateGroup", GroupName="staff", Path="/x/")
    for name, given, arn in (
        ("staff", {"NewGroupName": "crew"}, "x/crew"),
        ("crew", {"NewPath": "/y/"}, "y/crew"),
        ("crew", {}, "y/crew"),
    ):
        ask("UpdateGroup", GroupName=name, **given)
        [listed] = ask("ListGroups", PathPrefix=f"/{arn[0]}")["Groups"]
        assert listed["Arn"] == f"{ARN}group/{arn}"
        assert ask("ListGroups", PathPrefix="/z")["Groups"] == []


def test_ids_have_the_prefix_of_their_kind(ask):
    made = {
        "AIDA": ask("CreateUser", **BOB)["User"]["UserId"],
        "AGPA": ask("CreateGroup", GroupName="staff")["Group"]["GroupId"],
        "AROA": ask("CreateRole", RoleName="web", AssumeRolePolicyDocument=TRUST)["Role"]["RoleId"],
        "AIPA": ask("CreateInstanceProfile", InstanceProfileName="box")["InstanceProfile"][
            "InstanceProfileId"
        ],
        "ANPA": policy(ask, "read")["PolicyId"],
    }
    for prefix, identity in made.items():
        assert (identity[:4], len(identity)) == (prefix, 21)


def test_ids_have_letters_and_digits():
    # Each letter is likely to be in one of so many.
    made = {users.unique_id("AIDA") for _ in range(50)}
    assert (len(made), {len(each) for each in made}) == (50, {21})
    assert {letter for each in made for letter in each[4:]} <= set(users.LETTERS)


def test_tags_of_aws_do_not_count():
    entity = SimpleNamespace(tags={})
    # As many as an entity can have.
    own = [{"Key": f"k{number}", "Value": ""} for number in range(50)]
    aws = [{"Key": key, "Value": ""} for key in ("aws:a", "AWS:b")]
    iam: Any = SimpleNamespace(managed_policies={"arn": entity})

    def add(added: list[dict[str, str]]) -> str:
        try:
            CORRECTIONS["TagPolicy"](iam, request("TagPolicy", PolicyArn="arn", Tags=added))
        except refusals.Refusal as refusal:
            return refusal.message
        return ""

    # moto keeps tags as a list, or as one of two forms of dict, by type and release.
    for kept in (
        [*aws],
        {each["Key"]: each for each in aws},
        {each["Key"]: each["Value"] for each in aws},
    ):
        entity.tags = kept
        assert (add(own), len(entity.tags)) == ("", 52)
        assert type(entity.tags) is type(kept)
        assert add([{"Key": "one", "Value": ""}]) == "Cannot exceed quota for TagsPerPolicy: 50"
        assert add([{"Key": "k7", "Value": "new"}]) == ""
        found = {each["Key"]: each["Value"] for each in tags.tags(iam, entity)}
        assert (len(found), found["k7"]) == (52, "new")
        listed = [each["Key"] for each in tags.tags(iam, entity)]
        assert listed == sorted(listed, key=lambda key: (key.lower(), key))
    del entity.tags
    assert tags.tags(iam, entity) == []


@pytest.mark.parametrize(
    ("kind", "whose", "in_any_case"),
    [
        ("User", BOB, True),
        ("Role", {"RoleName": "web"}, True),
        ("Policy", {"PolicyArn": f"{ARN}policy/read"}, False),
        ("InstanceProfile", {"InstanceProfileName": "box"}, False),
        ("ServerCertificate", {"ServerCertificateName": "site"}, False),
        ("MFADevice", {"SerialNumber": f"{ARN}mfa/phone"}, False),
    ],
)
def test_tags_are_added_replaced_and_removed(*, ask, kind, whose, in_any_case):
    ask("CreateUser", **BOB)
    ask("CreateRole", RoleName="web", AssumeRolePolicyDocument=TRUST)
    policy(ask, "read")
    ask("CreateInstanceProfile", InstanceProfileName="box")
    body = {"CertificateBody": CERTIFICATE, "PrivateKey": PRIVATE_KEY, "Path": "/"}
    ask("UploadServerCertificate", ServerCertificateName="site", **body)
    ask("CreateVirtualMFADevice", VirtualMFADeviceName="phone")

    def shown() -> dict[str, str]:
        listed = pages(ask, f"List{kind}Tags", "Tags", **whose)
        return {each["Key"]: each["Value"] for each in listed}

    ask(f"Tag{kind}", **whose, Tags=[{"Key": key, "Value": "1"} for key in "cAb"])
    assert list(shown().items()) == [("A", "1"), ("b", "1"), ("c", "1")]
    ask(f"Tag{kind}", **whose, Tags=[{"Key": "a", "Value": "2"}, {"Key": "b", "Value": "2"}])
    both = {"a": "2", "b": "2", "c": "1"}
    assert shown() == (both if in_any_case else {"A": "1", **both})
    ask(f"Untag{kind}", **whose, TagKeys=["A", "C", "x"])
    assert shown() == ({"b": "2"} if in_any_case else both)
    ask(f"Untag{kind}", **whose, TagKeys=["a", "c"])
    assert shown() == {"b": "2"}


def test_one_of_two_credentials_is_deleted(backend, ask):
    ask("CreateUser", **BOB)
    held = keys.service_credentials(backend.users["bob"])
    for name in ("one", "two"):
        held[name] = keys.ServiceCredential(name, "s", "bob+1", "Active", NOON, None)
    which = {**BOB, "ServiceSpecificCredentialId": "one"}
    ask("DeleteServiceSpecificCredential", **which)
    assert list(keys.service_credentials(backend.users["bob"])) == ["two"]
    ask("DeleteServiceSpecificCredential", **{**which, "ServiceSpecificCredentialId": "two"})
    assert ask("ListServiceSpecificCredentials", **BOB)["ServiceSpecificCredentials"] == []


def test_a_boundary_is_set_and_removed(backend, ask):
    ask("CreateUser", **BOB)
    ask("CreateRole", RoleName="web", AssumeRolePolicyDocument=TRUST, PermissionsBoundary="arn")
    assert users.boundary(backend.users["bob"]) is None
    assert users.boundary(SimpleNamespace()) is None
    shown = {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": "arn"}
    assert ask("GetRole", RoleName="web")["Role"]["PermissionsBoundary"] == shown
    for kind, whose, entity in (
        ("User", BOB, backend.users["bob"]),
        ("Role", {"RoleName": "web"}, backend.get_role("web")),
    ):
        ask(f"Put{kind}PermissionsBoundary", **whose, PermissionsBoundary="arn")
        assert users.boundary(entity) == shown
        ask(f"Delete{kind}PermissionsBoundary", **whose)
        assert users.boundary(entity) is None


def test_what_has_a_boundary_and_what_has_policies():
    assert (entities.HOLDERS, entities.BOUNDED) == (("User", "Group", "Role"), ("User", "Role"))


# Passwords.


def test_the_password_of_a_copy_is_not_known(backend, ask):
    ask("CreateUser", **BOB)
    key = ask("CreateAccessKey", **BOB)["AccessKey"]["AccessKeyId"]
    asked = {"OldPassword": "old", "NewPassword": "new"}
    bob = backend.users["bob"]

    def change() -> str:
        said = told(permissions.old_password_is_right, {"users": {"bob": bob}}, **BOB, **asked)
        if not said:
            sent = request("ChangePassword", **asked)._replace(access_key=key)
            CORRECTIONS["ChangePassword"](backend, sent)
        return said.partition(":")[0]

    bob.password, bob.password_reset_required = "other", True
    assert (change(), bob.password) == ("AccessDenied", "other")
    bob.unknown_password = "other"
    assert (change(), bob.password, bob.password_reset_required) == ("", "new", False)
    # It is known from now on.
    assert (change(), bob.password) == ("AccessDenied", "new")


def test_a_login_profile_keeps_what_is_not_given(backend, ask):
    ask("CreateUser", **BOB)
    bob = backend.users["bob"]
    made = ask("CreateLoginProfile", **BOB, Password="one")["LoginProfile"]
    assert (made["UserName"], made["PasswordResetRequired"]) == ("bob", False)
    for given, held in (
        ({"PasswordResetRequired": True}, ("one", True)),
        ({"Password": "two"}, ("two", True)),
        ({}, ("two", True)),
        ({"Password": "three", "PasswordResetRequired": False}, ("three", False)),
    ):
        ask("UpdateLoginProfile", **BOB, **given)
        assert (bob.password, bob.password_reset_required) == held
        assert ask("GetLoginProfile", **BOB)["LoginProfile"] == {
            **made,
            "PasswordResetRequired": held[1],
        }
    made = ask("CreateLoginProfile", **ROOT, Password="one", PasswordResetRequired=True)
    assert (set(made["LoginProfile"]), made["LoginProfile"]["PasswordResetRequired"]) == (
        {"CreateDate", "PasswordResetRequired"},
        True,
    )
    assert state.account_contents()["root"]["LoginProfile"]["PasswordResetRequired"] is True


# Pages and the XML of responses.


def test_a_marker_is_the_last_entry_or_its_digest():
    for size, is_key in ((223, True), (224, False)):
        key = ("x" * size,)
        marker = lists._marker("ListUsers", key)  # noqa: SLF001
        made = json.loads(base64.urlsafe_b64decode(marker))
        assert (len(marker) <= 320, made[1] == key[0], made[0]) == (True, is_key, "ListUsers")
        others = [("a",), key, ("b",)]
        assert lists._read("ListUsers", marker, others) == key  # noqa: SLF001
        with pytest.raises(refusals.Refusal, match="Invalid Marker"):
            lists._read("ListRoles", marker, others)  # noqa: SLF001
    assert len(lists._marker("ListUsers", ("x" * 223,))) == 320  # noqa: SLF001


def test_dates_are_sorted_in_utc_and_unknown_ones_are_the_first():
    east = dt.timezone(dt.timedelta(hours=2))
    dates = [NOON.replace(tzinfo=east), NOON, None, NOON.replace(microsecond=7)]
    order = sorted(dates, key=lambda date: lists.dated(date, "a"))
    assert order == [None, NOON.replace(tzinfo=east), NOON, NOON.replace(microsecond=7)]
    assert lists.dated(NOON, "a") < lists.dated(NOON, "b")
    assert instant(NOON) == NOON.replace(tzinfo=dt.timezone.utc)
    assert f"{instant(NOON.replace(tzinfo=east)):%H}" == "10"


def test_the_form_of_each_type():
    shown = document(
        "ListUsers",
        {
            "Users": [
                {"UserName": "a<&\r", "Path": None, "CreateDate": NOON, "Other": "x"},
                {"CreateDate": NOON.replace(tzinfo=dt.timezone(dt.timedelta(hours=2)))},
            ],
            "IsTruncated": False,
        },
    )
    inner = shown.partition("<ListUsersResult>")[2].partition("</ListUsersResult>")[0]
    assert inner == (
        "<Users><member><UserName>a&lt;&amp;&#13;</UserName>"
        "<CreateDate>2026-05-01T12:00:00Z</CreateDate></member>"
        "<member><CreateDate>2026-05-01T10:00:00Z</CreateDate></member></Users>"
        "<IsTruncated>false</IsTruncated>"
    )
    for operation, result, part in (
        ("GetAccountSummary", {"SummaryMap": {"Users": 2}}, "<key>Users</key><value>2</value>"),
        (
            "CreateVirtualMFADevice",
            {"VirtualMFADevice": {"Base32StringSeed": b"A"}},
            "<Base32StringSeed>QQ==</Base32StringSeed>",
        ),
        (
            "GetUserPolicy",
            {"PolicyDocument": "{/\udce9\r"},
            "<PolicyDocument>%7B%2F%E9%0D</PolicyDocument>",
        ),
        ("DeleteUser", None, "<ResponseMetadata>"),
        ("UpdateRole", None, "<UpdateRoleResult></UpdateRoleResult>"),
    ):
        assert part in document(operation, result)
    assert "Result" not in document("DeleteUser", None)
    assert document("DeleteUser", None).startswith(
        '<DeleteUserResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">'
    )


def test_refusals_have_the_status_of_the_model():
    statuses = {
        error: refusals.Refusal(error, "no").status
        for error in ("NoSuchEntity", "LimitExceeded", "MalformedPolicyDocument", "AccessDenied")
    }
    assert statuses == {
        "NoSuchEntity": 404,
        "LimitExceeded": 409,
        "MalformedPolicyDocument": 400,
        "AccessDenied": 403,
    }
    assert refusals.Refusal("NotImplemented", "no").status == 501
    lacking = refusals.not_in_copy("it")
    said = "it is not in the copy of the account"
    assert (lacking.error, lacking.message) == ("AccessDenied", said)
    refusal = refusals.invalid("no")
    assert (refusal.status, refusal.error, refusal.message) == (400, "ValidationError", "no")
