"""``iamcli sandbox --changes``: what a command has changed, and what was refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support import private_iam
from support.certificates import public_key
from support.changes import READ, group, key, used
from support.clients import encoded
from support.copies import ARN, DATE, role, snapshot, user
from support.entities import CERTIFICATE, OTHER_CERTIFICATE, PRIVATE_KEY, TRUST
from support.populated import CODES

from iamcli.cli.sandbox.changes.comparison import changes, deleted
from iamcli.cli.sandbox.changes.report import Report
from iamcli.cli.sandbox.changes.seen_requests import SeenRequests
from iamcli.cli.sandbox.wsgi import Response

pytestmark = pytest.mark.releases


#: What belongs to a user: the member, the ID in it, and the type of the change.
CREDENTIALS = (
    ("AccessKeyMetadata", "AccessKeyId", "access-key"),
    ("Certificates", "CertificateId", "signing-certificate"),
    ("MFADevices", "SerialNumber", "mfa-device"),
    ("SSHPublicKeys", "SSHPublicKeyId", "ssh-key"),
    ("ServiceSpecificCredentials", "ServiceSpecificCredentialId", "service-credential"),
)


def state(*users: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return what a private IAM with these users contains, as changes are made of it."""
    none: dict[str, Any] = {member: [] for member, *_ in CREDENTIALS} | {"LoginProfile": None}
    return snapshot(users=[{**none, **one} for one in users], root=None, **more)


def brief(found: list[dict[str, Any]]) -> list[tuple[str, str, str | None, str | None]]:
    """Return the changes without what was before and after."""
    return [(one["action"], one["type"], one["name"], one["of"]) for one in found]


def test_the_order_of_changes_and_what_was_deleted():
    policies = [{"PolicyName": "z", "PolicyDocument": READ}]
    tags = [{"Key": "cost", "Value": "7"}]
    serial = f"{ARN}:mfa/phone"
    before = state(
        user("dan", UserPolicyList=policies),
        user("abe", AccessKeyMetadata=[key("ABE")]),
        user("carol"),
        user("gone"),
        virtual_mfa_devices=[{"SerialNumber": serial, "mark": "1"}],
    )
    after = state(
        user("Tim"),
        user("sue"),
        user("Abe", UserId="AIDAOTHER", UserPolicyList=policies),
        user("carol", UserId="AIDAANOTHER"),
        user("dan", Tags=tags, UserPolicyList=[{**policies[0], "PolicyName": "a"}]),
        groups=[group("ops")],
        virtual_mfa_devices=[{"SerialNumber": serial, "mark": "2"}],
    )
    found = changes(before, after)
    assert brief(found) == [
        ("create", "user", "Abe", None),
        ("create", "policy", "z", "user/Abe"),
        ("delete", "user", "abe", None),
        ("delete", "access-key", key("ABE")["AccessKeyId"], "user/abe"),
        ("delete", "user", "carol", None),
        ("create", "user", "carol", None),
        ("update", "user", "dan", None),
        ("create", "policy", "a", "user/dan"),
        ("delete", "policy", "z", "user/dan"),
        ("delete", "user", "gone", None),
        ("create", "user", "sue", None),
        ("create", "user", "Tim", None),
        ("create", "group", "ops", None),
        ("delete", "virtual-mfa-device", serial, None),
        ("create", "virtual-mfa-device", serial, None),
    ]
    assert deleted(found) == ["user/abe", "user/gone"]
    refused = {"operation": "GetUser", "code": "NoSuchEntity", "message": "not here"}
    text = Report(found, [refused] * 3, [], DATE, 0).as_text()
    assert "\n      Tags: none -> cost=7\n" in text
    assert "\n  GetUser: NoSuchEntity: not here (3 times)\n" in text


def full(content: Any) -> dict[str, Any]:
    """Return an account with two users, two groups, a role and two instance profiles.

    ``content``: returns what belongs to them, or something empty in its place.
    """

    def policies(of: str) -> dict[str, Any]:
        attached = [{"PolicyName": name, "PolicyArn": f"{ARN}:policy/{name}"} for name in "mn"]
        inline = [{"PolicyName": name, "PolicyDocument": READ} for name in "pq"]
        return {f"{of}PolicyList": content(inline), "AttachedManagedPolicies": content(attached)}

    def credentials(of: str) -> dict[str, Any]:
        held = {
            member: content([{name: f"{name}-{of}-{n}"} for n in "12"])
            for member, name, _ in CREDENTIALS
        }
        return {**held, "LoginProfile": content({"CreateDate": DATE}) or None}

    count = len(content("x"))
    policy = {"PolicyName": "m", "PolicyId": "ANPA", "PolicyVersionList": []}
    usage = {"AttachmentCount": count, "PermissionsBoundaryUsageCount": count}
    groups = content(["dev", "ops"])
    profile = {"InstanceProfileName": "i", "Roles": content([{"RoleName": "r"}])}
    return {
        **state(
            *(user(n, **policies("User"), **credentials(n), GroupList=groups) for n in BOB_AND_EVE),
            groups=[group(name, **policies("Group")) for name in ("dev", "ops")],
            roles=[role("r", **policies("Role"), RoleLastUsed=content({"Region": "us-east-1"}))],
            instance_profiles=[{**profile, "InstanceProfileId": f"AIPA{n}"} for n in "12"],
            policies=[{**policy, **usage, "UpdateDate": f"{DATE}{count}"}],
        ),
        "root": credentials("root"),
    }


BOB_AND_EVE = ("bob", "eve")


def test_what_belongs_to_an_entity_is_no_change_of_it():
    """Each is a change of its own: also for two users with the same."""
    found = brief(changes(full(lambda value: type(value)()), full(lambda value: value)))

    def credentials(of: str, whose: str | None) -> list[tuple[str, str | None, str | None]]:
        held = [(kind, f"{name}-{of}-{n}", whose) for _, name, kind in CREDENTIALS for n in "12"]
        return [("login-profile", None, whose), *held]

    def inlines(whose: str) -> list[tuple[str, str, str]]:
        return [("policy", name, whose) for name in "pq"]

    def attachments(whose: str) -> list[tuple[str, str, str]]:
        return [("attachment", f"{ARN}:policy/{name}", whose) for name in "mn"]

    expected: list[tuple[str, str | None, str | None]] = []
    for name in BOB_AND_EVE:
        whose = f"user/{name}"
        groups = [("membership", group, whose) for group in ("dev", "ops")]
        expected += [*inlines(whose), *groups, *attachments(whose), *credentials(name, whose)]
    for whose in ("group/dev", "group/ops"):
        expected += [*inlines(whose), *attachments(whose)]
    expected += [*inlines("role/r"), *[("membership", "i", "role/r")] * 2, *attachments("role/r")]
    assert {action for action, *_ in found} == {"create"}
    assert [row[1:] for row in found] == [*expected, *credentials("root", None)]


def test_another_role_in_an_instance_profile_is_two_changes():
    roles = [role(name) for name in "rs"]
    profile = {"InstanceProfileName": "i", "InstanceProfileId": "AIPA"}
    before, after = (
        state(roles=roles, instance_profiles=[{**profile, "Roles": [one]}]) for one in roles
    )
    assert brief(changes(before, after)) == [
        ("delete", "membership", "i", "role/r"),
        ("create", "membership", "i", "role/s"),
    ]


def test_what_the_account_has_is_known_by_its_id():
    tags = [{"Key": "cost", "Value": "7"}]
    certificates = [
        {"ServerCertificateMetadata": {"ServerCertificateName": name, "ServerCertificateId": one}}
        for name, one in (("a", "ASCA1"), ("b", "ASCA2"), ("c", "ASCA1"))
    ]
    devices = [{"SerialNumber": serial, "mark": "1", "EnableDate": DATE} for serial in ("x", "y")]
    before = state(server_certificates=certificates[:1], virtual_mfa_devices=devices)
    found = changes(
        before,
        state(
            server_certificates=certificates[1:],
            virtual_mfa_devices=[{"SerialNumber": "x", "mark": "1"}, {**devices[1], "Tags": tags}],
            account_alias="example",
            password_policy={"MinimumPasswordLength": 9},
        ),
    )
    assert brief(found) == [
        ("create", "server-certificate", "b", None),
        ("update", "server-certificate", "c", None),
        ("update", "virtual-mfa-device", "y", None),
        ("create", "alias", "example", None),
        ("create", "password-policy", None, None),
    ]
    assert [found[2][when] for when in ("before", "after")] == [
        {"SerialNumber": "y"},
        {"SerialNumber": "y", "Tags": tags},
    ]
    assert changes(before, before) == []


def test_a_use_alone_is_no_change():
    unused, again = key("A"), key("A", **used("2026-11-01"))
    before, after = (state(user("bob", AccessKeyMetadata=[one])) for one in (unused, again))
    assert changes(before, after) == []
    inactive = {**again, "Status": "Inactive"}
    (found,) = changes(before, state(user("bob", AccessKeyMetadata=[inactive])))
    assert (found["action"], found["before"], found["after"]) == ("update", unused, inactive)


def test_what_is_deleted_of_what_was_renamed_is_under_the_new_name():
    of_bob = {"UserId": "AIDABOB", "AccessKeyMetadata": [key("A")], "GroupList": ["dev"]}
    before = state(user("bob", **of_bob), groups=[group("dev")])
    found = changes(before, state(user("rob", UserId="AIDABOB"), groups=[group("dev")]))
    assert brief(found) == [
        ("update", "user", "rob", None),
        ("delete", "membership", "dev", "user/rob"),
        ("delete", "access-key", key("A")["AccessKeyId"], "user/rob"),
    ]
    # Without a rename, and of one that was deleted too.
    found = changes(before, state(user("bob", UserId="AIDABOB"), groups=[group("dev")]))
    assert [one["of"] for one in found] == ["user/bob"] * 2
    assert [one["of"] for one in changes(before, state())] == [None, "user/bob", "user/bob", None]
    assert deleted(changes(before, state())) == ["user/bob", "group/dev"]


# What has changed in a private IAM.


def test_every_type():
    with private_iam.server(watch=True) as private:
        iam = encoded(private.url)
        iam.create_user(UserName="u")
        iam.create_group(GroupName="g")
        iam.add_user_to_group(GroupName="g", UserName="u")
        iam.create_role(RoleName="r", AssumeRolePolicyDocument=TRUST)
        iam.create_instance_profile(InstanceProfileName="i")
        iam.add_role_to_instance_profile(InstanceProfileName="i", RoleName="r")
        arn = iam.create_policy(PolicyName="p", PolicyDocument=READ)["Policy"]["Arn"]
        for kind in ("user", "group", "role"):
            named = {f"{kind.title()}Name": kind[0]}
            getattr(iam, f"attach_{kind}_policy")(**named, PolicyArn=arn)
            getattr(iam, f"put_{kind}_policy")(**named, PolicyName="q", PolicyDocument=READ)
        key_id = iam.create_access_key(UserName="u")["AccessKey"]["AccessKeyId"]
        own_key = iam.create_access_key()["AccessKey"]["AccessKeyId"]
        certificate = iam.upload_signing_certificate(UserName="u", CertificateBody=CERTIFICATE)
        iam.upload_server_certificate(
            ServerCertificateName="s",
            CertificateBody=CERTIFICATE,
            CertificateChain=OTHER_CERTIFICATE,
            PrivateKey=PRIVATE_KEY,
        )
        iam.create_login_profile(UserName="u", Password="some-Password-1")
        device = iam.create_virtual_mfa_device(VirtualMFADeviceName="d")["VirtualMFADevice"]
        serial = device["SerialNumber"]
        iam.enable_mfa_device(UserName="u", SerialNumber=serial, **CODES)
        ssh = iam.upload_ssh_public_key(UserName="u", SSHPublicKeyBody=public_key())
        iam.create_account_alias(AccountAlias="example")
        iam.update_account_password_policy(MinimumPasswordLength=9)
    found = private.end_report.changes
    assert {action for action, *_ in brief(found)} == {"create"}
    assert [tuple(row[1:]) for row in brief(found)] == [
        ("user", "u", None),
        ("policy", "q", "user/u"),
        ("membership", "g", "user/u"),
        ("attachment", arn, "user/u"),
        ("login-profile", None, "user/u"),
        ("access-key", key_id, "user/u"),
        ("signing-certificate", certificate["Certificate"]["CertificateId"], "user/u"),
        ("mfa-device", serial, "user/u"),
        ("ssh-key", ssh["SSHPublicKey"]["SSHPublicKeyId"], "user/u"),
        ("group", "g", None),
        ("policy", "q", "group/g"),
        ("attachment", arn, "group/g"),
        ("role", "r", None),
        ("policy", "q", "role/r"),
        ("membership", "i", "role/r"),
        ("attachment", arn, "role/r"),
        ("instance-profile", "i", None),
        ("policy", "p", None),
        ("server-certificate", "s", None),
        ("virtual-mfa-device", serial, None),
        ("alias", "example", None),
        ("password-policy", None, None),
        ("access-key", own_key, None),
    ]
    shown = json.dumps(found)
    for secret in ("some-Password-1", "SECRET", "mark"):
        assert secret not in shown


# What was refused.


def test_refusals_are_noted_as_they_are_sent():
    key = "no -----BEGIN RSA PRIVATE KEY-----\nMIIE"
    seen = SeenRequests()
    for fields, said in (
        ({"Password": "hunter2hunter2"}, "&quot;hunter2hunter2&quot; &lt;no&gt;\n more"),
        ({"Action": "CreateUser"}, key),
        ({"Action": "UploadServerCertificate", "CertificateBody": "x" * 9}, f"{'x' * 9} is no key"),
        (
            {"Action": "UploadServerCertificate", "CertificateChain": "y" * 9},
            f"{'y' * 9} is no key",
        ),
        ({"Action": "UploadSSHPublicKey", "SSHPublicKeyBody": "z" * 9}, f"{'z' * 9} is no key"),
        ({"Action": "TagUser"}, "--begin private key--\nMIIE"),
    ):
        body = f"<Code>Bad</Code><Message>{said}</Message>".encode()
        for status in ("200 OK", "302 Found", "399 Odd", "400 Bad Request"):
            seen.note_refusal(fields, Response(status, [], body))
    seen.note_refusal({}, Response("400 Bad Request", [], b"<html>\xff"))
    assert seen.refused == [
        {"operation": "", "code": "Bad", "message": '"***" <no>  more'},
        {"operation": "CreateUser", "code": "Bad", "message": "no ***"},
        *(
            {"operation": f"Upload{what}", "code": "Bad", "message": "*** is no key"}
            for what in ("ServerCertificate", "ServerCertificate", "SSHPublicKey")
        ),
        {"operation": "TagUser", "code": "Bad", "message": "***"},
        {"operation": "", "code": "400 Bad Request", "message": ""},
    ]
