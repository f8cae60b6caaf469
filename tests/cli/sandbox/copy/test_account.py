"""``iamcli sandbox --account``: the private IAM starts as a copy of an account."""

from __future__ import annotations

import copy
import json
import re
import sys
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Any

import pytest
from support import populated, private_iam
from support.certificates import certificate, public_key
from support.changes import runner
from support.clients import encoded
from support.copies import ARN, CREDENTIAL, DATE, UNREAD_CERTIFICATE, role, snapshot, user, whole
from support.expected import ONLY_IAM
from support.processes import BIN, environment
from support.processes import run as run_program
from support.refusals import MANAGED, Iam, too_many, trust
from support.selection import in_full
from support.shell import ROOT
from support.terminal import Terminal

from iamcli.client.model import full_model

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from support.shell import Shell

pytestmark = pytest.mark.releases

KEY = {"AccessKeyId": "AKIABOBBOBBOBBOBBOB1", "Status": "Active", "CreateDate": DATE}
OF_AWS = "Cannot delete policy versions for policies outside your own account."
NEVER_USED = {**KEY, "AccessKeyLastUsed": {"ServiceName": "N/A", "Region": "N/A"}}


def written(folder: Path, content: Mapping[str, Any]) -> str:
    """Write the snapshot ``content`` to a file in ``folder``; return the name of the file."""
    file = folder / "copied.json"
    file.write_text(json.dumps(content))
    return str(file)


@contextmanager
def copied(folder: Path, content: Mapping[str, Any]) -> Iterator[str]:
    """Run a private IAM that starts with the snapshot ``content``; yield its URL."""
    with private_iam.server(account=written(folder, content)) as private:
        yield private.url


# The copy is like the original.


@contextmanager
def original_and_copy(aws: Shell, users: int) -> Iterator[tuple[Any, str, str]]:
    """Fill an account and copy it; yield a client of the original, and the URL of each."""
    original = aws.env["AWS_IAM_URL"]
    iam = populated.populate(original, users)
    done = aws(sys.executable, "-m", "iamcli", "snapshot", "account.json")
    assert (done.status, done.err) == (0, ""), done
    with private_iam.server(account=str(aws.home / "account.json")) as private:
        yield iam, original, private.url


def names(iam: Any, operation: str, key: str, name: str) -> list[str]:
    """Return the names of all entities of a kind."""
    pages = iam.get_paginator(operation).paginate()
    return [entity[name] for page in pages for entity in page[key]]


def reading_commands(iam: Any) -> Iterator[list[str]]:
    """Yield every command that only reads, with its options, for each entity of the account."""
    yield from map(
        str.split,
        [
            "iam-accountaliaslist",
            "iam-accountgetpasswordpolicy",
            "iam-accountgetsummary",
            "iam-grouplistbypath",
            "iam-grouplistbypath -p /staff/",
            "iam-instanceprofilelistbypath",
            "iam-rolelistbypath",
            "iam-rolelistbypath -p /robots",
            "iam-servercertlistbypath",
            "iam-userlistbypath",
            "iam-userlistbypath -i 3",
            "iam-usergetattributes",
            "iam-userlistcerts",
            "iam-userlistkeys -l",
            "iam-virtualmfadevicelist -t Any -v",
            "iam-virtualmfadevicelist -t Assigned",
            "iam-virtualmfadevicelist -t Unassigned",
        ],
    )
    for name in names(iam, "list_users", "Users", "UserName"):
        for command in ("getattributes", "getloginprofile", "listcerts -v", "listgroups"):
            yield f"iam-user{command} -u {name}".split()
        for command in ("listkeys -l", "listmfadevices", "listpolicies -v", "listpolicies -a"):
            yield f"iam-user{command} -u {name}".split()
        yield f"iam-userdel -u {name} -r -p".split()
    for name in names(iam, "list_groups", "Groups", "GroupName"):
        yield f"iam-grouplistusers -g {name}".split()
        yield f"iam-grouplistpolicies -g {name} -p inline".split()
        yield f"iam-grouplistpolicies -g {name} -a".split()
        yield f"iam-groupdel -g {name} -r -p".split()
    for name in names(iam, "list_roles", "Roles", "RoleName"):
        yield f"iam-rolegetattributes -r {name}".split()
        yield f"iam-rolelistpolicies -r {name} -v".split()
        yield f"iam-rolelistpolicies -r {name} -a".split()
        yield f"iam-instanceprofilelistforrole -r {name}".split()
        yield f"iam-roledel -r {name} -c -p".split()
    for name in names(iam, "list_instance_profiles", "InstanceProfiles", "InstanceProfileName"):
        yield f"iam-instanceprofilegetattributes -s {name}".split()
    for name in ("www", "Plain"):
        yield f"iam-servercertgetattributes -s {name}".split()


def test_no_reading_command_is_forgotten():
    from iamcli.installation.table import PROGRAMS

    class Nobody:
        def get_paginator(self, _operation: str) -> Any:
            return self

        def paginate(self) -> list[dict[str, Any]]:
            kinds = ("User", "Group", "Role", "InstanceProfile")
            return [{f"{kind}s": [{f"{kind}Name": "x"}] for kind in kinds}]

    tested = {command[0] for command in reading_commands(Nobody())}
    reading = {name for name in PROGRAMS if re.search("list|get", name)}
    assert reading - tested == set()
    assert len(reading) > 20


@pytest.mark.full
@pytest.mark.parametrize(("users", "every"), [(5, 4), (150, 1)])
def test_commands_and_snapshots_read_the_same_on_the_copy(aws, run_fast, users, every):
    with original_and_copy(aws, users) as (iam, original, private):
        differ = []
        compared = 0
        for command in islice(reading_commands(iam), 0, None, every):
            compared += 1
            seen = [run_fast(*command, env={"AWS_IAM_URL": url}) for url in (original, private)]
            if seen[0] != seen[1]:
                differ.append((command, *seen))
        assert differ == []
        assert compared > users * 10 / every
        # Another client sees what no command prints.
        details = [
            encoded(url).get_account_authorization_details(MaxItems=1000)
            for url in (original, private)
        ]
        for answer in details:
            del answer["ResponseMetadata"]
        assert details[0] == details[1]
        aws.env["AWS_IAM_URL"] = private
        assert aws(sys.executable, "-m", "iamcli", "snapshot", "copy.json").status == 0
    first, second = (
        json.loads((aws.home / name).read_text()) for name in ("account.json", "copy.json")
    )
    del first["taken"], second["taken"]
    assert first == second
    entities = ("users", "groups", "roles", "instance_profiles", "policies", "virtual_mfa_devices")
    assert sum(len(first[kind]) for kind in entities) > users * 2


@pytest.mark.full
def test_five_thousand_users_are_loaded(tmp_path):
    document = json.dumps({"Version": "2012-10-17", "Statement": [{"x": "y" * 500}] * 4})
    users = [
        user(
            f"user{number}",
            UserId=f"AIDA{number:017}",
            UserPolicyList=[{"PolicyName": f"p{n}", "PolicyDocument": document} for n in "12"],
            Tags=[{"Key": "team", "Value": "web"}],
            AccessKeyMetadata=[{**NEVER_USED, "AccessKeyId": f"AKIA{n}{number:015}"} for n in "12"],
            MFADevices=[{"SerialNumber": f"{ARN}:mfa/user{number}", "EnableDate": DATE}],
            LoginProfile={"CreateDate": DATE, "PasswordResetRequired": False},
        )
        for number in range(5000)
    ]
    with copied(tmp_path, snapshot(users=users)) as url:
        iam = encoded(url)
        assert len(names(iam, "list_users", "Users", "UserName")) == 5000
        found = iam.get_access_key_last_used(AccessKeyId="AKIA2000000000004999")
        assert found["UserName"] == "user4999"


BODY, PRIVATE_KEY = certificate("example.com")
UPLOAD = {"ServerCertificateName": "x", "CertificateBody": BODY, "PrivateKey": PRIVATE_KEY}


def test_the_copy_has_what_belongs_to_the_account(tmp_path):
    rules = {"MinimumPasswordLength": 12, "RequireSymbols": True}
    version = {"Document": MANAGED, "VersionId": "v2", "IsDefaultVersion": True, "CreateDate": DATE}
    policies = [
        {
            "PolicyName": "own",
            "PolicyId": f"ANPA{number:017}",
            "Arn": f"arn:aws:iam::{owner}:policy/x/own",
            "Path": "/x/",
            "DefaultVersionId": "v2",
            "CreateDate": DATE,
            "UpdateDate": DATE,
            "PolicyVersionList": [version],
        }
        for number, owner in enumerate(("210987654321", "aws"))
    ]
    attached = {"PolicyName": "ReadOnlyAccess", "PolicyArn": populated.READ_ONLY}
    certificates = [
        {"CertificateId": f"CERT{n}", "CertificateBody": BODY, "Status": status, "UploadDate": DATE}
        for n, status in enumerate(("Inactive", "Active"))
    ]
    web = role("web", AssumeRolePolicyDocument=trust(), AttachedManagedPolicies=[attached])
    profile = {
        "Path": "/x/",
        "InstanceProfileName": "i",
        "InstanceProfileId": "AIPAI",
        "Arn": f"{ARN}:instance-profile/x/i",
        "CreateDate": DATE,
        "Roles": [web],
        "Tags": [{"Key": "team", "Value": "web"}],
    }
    content = snapshot(
        users=[
            user(
                "bob",
                Certificates=certificates,
                Tags=profile["Tags"],
                PermissionsBoundary={"PermissionsBoundaryArn": policies[0]["Arn"]},
            )
        ],
        roles=[web],
        instance_profiles=[profile],
        # The devices of bob could not be read.
        virtual_mfa_devices=[{"SerialNumber": f"{ARN}:mfa/phone", "User": user("bob")}],
        account_alias="acme",
        password_policy=rules,
        policies=policies,
    )
    with copied(tmp_path, content) as url:
        iam = encoded(url)
        (listed,) = iam.list_instance_profiles_for_role(RoleName="web")["InstanceProfiles"]
        assert {name: listed[name] for name in ("Path", "InstanceProfileId", "Arn")} == {
            name: profile[name] for name in ("Path", "InstanceProfileId", "Arn")
        }
        assert f"{listed['CreateDate']:%FT%TZ}" == DATE
        assert iam.list_instance_profile_tags(InstanceProfileName="i")["Tags"] == profile["Tags"]
        held = iam.list_signing_certificates(UserName="bob")["Certificates"]
        assert [{**one, "UploadDate": f"{one['UploadDate']:%FT%TZ}"} for one in held] == [
            {**one, "UserName": "bob"} for one in certificates
        ]
        (device,) = iam.list_mfa_devices(UserName="bob")["MFADevices"]
        assert device["SerialNumber"] == f"{ARN}:mfa/phone"
        bob = iam.get_user(UserName="bob")["User"]
        assert bob["Tags"] == profile["Tags"]
        assert bob["PermissionsBoundary"]["PermissionsBoundaryArn"] == policies[0]["Arn"]
        # AWS's own policy has its document, although the snapshot has only its name.
        assert iam.list_attached_role_policies(RoleName="web")["AttachedPolicies"] == [attached]
        given = {"PolicyArn": populated.READ_ONLY}
        latest = iam.get_policy(**given)["Policy"]["DefaultVersionId"]
        version = iam.get_policy_version(**given, VersionId=latest)["PolicyVersion"]
        assert "Statement" in version["Document"]
        assert iam.list_account_aliases()["AccountAliases"] == ["acme"]
        held = iam.get_account_password_policy()["PasswordPolicy"]
        assert {name: held[name] for name in rules} == rules
        for scope, policy in zip(("Local", "AWS"), policies, strict=True):
            (listed,) = iam.list_policies(Scope=scope, PathPrefix="/x/")["Policies"]
            assert (listed["Arn"], listed["DefaultVersionId"]) == (policy["Arn"], "v2")
        own = {"PolicyArn": policies[0]["Arn"], "PolicyDocument": MANAGED}
        assert iam.create_policy_version(**own)["PolicyVersion"]["VersionId"] == "v3"


def test_a_snapshot_of_a_copy_is_like_that_of_the_account(tmp_path, run_fast):
    content = whole()
    with copied(tmp_path, content) as url:
        env = {"AWS_IAM_URL": url}
        done = run_fast("iamcli", "snapshot", "again.json", env=env)
        assert done.status == 0, done
        iam = encoded(url)
        summary = iam.get_account_summary()["SummaryMap"]
        serial = content["virtual_mfa_devices"][3]["SerialNumber"]
        iam.deactivate_mfa_device(SerialNumber=serial)
        after = iam.get_account_summary()["SummaryMap"]
        # Tags of AWS do not count as tags of the role.
        tags = [{"Key": f"k{number}", "Value": ""} for number in range(49)]
        iam.tag_role(RoleName="web", Tags=tags)
        with pytest.raises(iam.exceptions.LimitExceededException):
            iam.tag_role(RoleName="web", Tags=[{"Key": "one", "Value": "more"}])
    again = json.loads((run_fast.home / "again.json").read_text())
    assert again.pop("summary").items() >= content.pop("summary").items()
    # Older releases of botocore do not know all members.
    known = full_model().shape_for("ServiceSpecificCredentialMetadata").members
    content["users"][0]["ServiceSpecificCredentials"] = [
        {name: one[name] for name in one if name in known}
        for one in content["users"][0]["ServiceSpecificCredentials"]
    ]
    for kind in content.keys() - {"taken"}:
        assert again[kind] == content[kind], kind
    names = ("MFADevices", "MFADevicesInUse", "AccountMFAEnabled")
    assert [[counts[name] for name in names] for counts in (summary, after)] == [
        [6, 5, 1],
        [6, 4, 0],
    ]


#: The kinds besides users that have a quota in each account: in the summary, and what makes one.
ACCOUNT_QUOTAS: dict[str, tuple[str, dict[str, Any]]] = {
    "Groups": ("CreateGroup", {"GroupName": "x"}),
    "Roles": ("CreateRole", {"RoleName": "x", "AssumeRolePolicyDocument": trust()}),
    "InstanceProfiles": ("CreateInstanceProfile", {"InstanceProfileName": "x"}),
    "Policies": ("CreatePolicy", {"PolicyName": "x", "PolicyDocument": MANAGED}),
    "ServerCertificates": ("UploadServerCertificate", UPLOAD),
}


PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
#: SSH keys that cannot be uploaded, and their fingerprints: one whose body is not known, one of an
#: unknown kind, and one that is the text "ssh-old" only.
SSH_KEYS = {
    "APKAXXXXXXXXXXXXXXX1": ({}, ""),
    "APKAXXXXXXXXXXXXXXX2": (
        {"SSHPublicKeyBody": "ssh-new AAAA bob"},
        "69:3e:9a:f8:4d:3d:fc:c7:1e:64:0e:00:5b:dc:5e:2e",
    ),
    "APKAXXXXXXXXXXXXXXX3": (
        {"SSHPublicKeyBody": "ssh-old"},
        "b2:8a:38:da:26:44:74:72:48:2c:cb:2f:2f:5f:76:21",
    ),
}
#: A byte that is not UTF-8, as a snapshot has it.
STRANGE = '{"Statement":"caf\udce9\r\n\t"}'


@pytest.fixture(scope="module")
def strange(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a copy with quotas, documents, devices and passwords of all kinds."""
    content = snapshot(
        users=[
            user(
                "bob",
                UserPolicyList=[{"PolicyName": "old", "PolicyDocument": STRANGE}],
                AccessKeyMetadata=[
                    {**KEY, "AccessKeyId": f"AKIABOBBOBBOBBOBBO{n:02}"} for n in (9, 3, 7)
                ],
                MFADevices=[{"SerialNumber": f"{ARN}:mfa/phone", "EnableDate": DATE}],
                LoginProfile={"CreateDate": DATE, "PasswordResetRequired": True},
                SSHPublicKeys=[
                    {"SSHPublicKeyId": identity, "Status": "Active", **body}
                    for identity, (body, _) in SSH_KEYS.items()
                ],
            ),
            # A snapshot may lack the date.
            {name: value for name, value in user("eve").items() if name != "CreateDate"},
        ],
        virtual_mfa_devices=[
            {
                "SerialNumber": f"{ARN}:mfa/root-account-mfa-device",
                "EnableDate": DATE,
                "User": {"UserId": "210987654321", "Arn": f"{ARN}:root", "CreateDate": DATE},
            }
        ],
        server_certificates=[{**UNREAD_CERTIFICATE, "CertificateBody": PEM}],
        account_alias="example",
        summary={
            "Users": 2,
            "UsersQuota": 3,
            "AccountMFAEnabled": 1,
            "AccountAccessKeysPresent": 1,
            "NewQuota": 7,
            **{f"{kind}Quota": 1 for kind in ACCOUNT_QUOTAS},
        },
    )
    with copied(tmp_path_factory.mktemp("strange"), content) as url:
        yield url


def test_documents_are_byte_for_byte(strange, run_fast):
    done = run_fast("iam-userlistpolicies", "-u", "bob", "-p", "old", env={"AWS_IAM_URL": strange})
    assert done.status == 0
    assert done.out.replace("\udce9", "?") == STRANGE.replace("\udce9", "?") + "\n"
    assert "\udce9" in done.out
    iam = encoded(strange)
    found = iam.get_server_certificate(ServerCertificateName="www")["ServerCertificate"]
    assert found["CertificateBody"] == PEM
    # What the snapshot does not have is not known.
    known = {"Path", "ServerCertificateName", "ServerCertificateId", "Arn"}
    assert set(found["ServerCertificateMetadata"]) == known


def test_lists_keep_the_order_of_the_service(strange, run_fast):
    done = run_fast("iam-userlistkeys", "-u", "bob", env={"AWS_IAM_URL": strange})
    listed = [line[-2:] for line in done.out.splitlines() if line.startswith("AKIA")]
    assert listed == ["09", "03", "07"]


def test_the_devices_of_the_root_user_and_of_others(strange, run_fast):
    listing = ["iam-virtualmfadevicelist", "-t", "Any", "-v"]
    assert run_fast(*listing, env={"AWS_IAM_URL": strange}).out.splitlines() == [
        # It is only in the list of bob's devices.
        f"{ARN}:mfa/phone",
        f"{ARN}:user/bob",
        DATE,
        f"{ARN}:mfa/root-account-mfa-device",
        f"{ARN}:root",
        DATE,
        "IsTruncated: false",
    ]
    (_, device) = encoded(strange).list_virtual_mfa_devices()["VirtualMFADevices"]
    assert "UserName" not in device["User"]


@pytest.mark.full
def test_a_device_of_the_root_user_is_in_use(tmp_path):
    serial = f"{ARN}:mfa/root-account-mfa-device"
    root = {"UserId": "210987654321", "Arn": f"{ARN}:root", "CreateDate": DATE}
    devices = [
        {"SerialNumber": serial, "EnableDate": DATE, "User": root},
        # The devices of bob could not be read.
        {"SerialNumber": f"{ARN}:mfa/phone", "User": user("bob")},
    ]
    content = snapshot(virtual_mfa_devices=devices, summary={"AccountMFAEnabled": 1})
    with copied(tmp_path, content) as url:
        iam = encoded(url)
        (listed,) = iam.list_mfa_devices()["MFADevices"]
        assert (listed["SerialNumber"], f"{listed['EnableDate']:%F}") == (serial, DATE[:10])
        for device in devices:
            with pytest.raises(iam.exceptions.DeleteConflictException):
                iam.delete_virtual_mfa_device(SerialNumber=device["SerialNumber"])
        with pytest.raises(iam.exceptions.EntityAlreadyExistsException):
            iam.enable_mfa_device(UserName="bob", SerialNumber=serial, **populated.CODES)
        assert iam.get_account_summary()["SummaryMap"]["AccountMFAEnabled"] == 1
        iam.deactivate_mfa_device(SerialNumber=serial)
        assert iam.get_account_summary()["SummaryMap"]["AccountMFAEnabled"] == 0
        iam.delete_virtual_mfa_device(SerialNumber=serial)


def test_the_quotas_and_what_is_only_counted_are_those_of_the_account(strange):
    iam = encoded(strange)
    summary = iam.get_account_summary()["SummaryMap"]
    assert (summary["Users"], summary["UsersQuota"], summary["NewQuota"]) == (2, 3, 7)
    assert (summary["AccountMFAEnabled"], summary["AccountAccessKeysPresent"]) == (1, 1)
    iam.create_user(UserName="third")
    iam.create_access_key()
    with pytest.raises(iam.exceptions.LimitExceededException):
        iam.create_user(UserName="fourth")
    summary = iam.get_account_summary()["SummaryMap"]
    assert (summary["Users"], summary["AccountAccessKeysPresent"]) == (3, 1)
    iam.delete_user(UserName="third")
    calls = Iam(strange)
    for kind, (operation, parameters) in ACCOUNT_QUOTAS.items():
        name = next(iter(parameters))
        # There is a server certificate.
        if kind != "ServerCertificates":
            calls(operation, **{**parameters, name: "first"})
        second = calls.refused(operation, **{**parameters, name: "second"})
        assert second == too_many(f"{kind}PerAccount", 1), kind


def test_a_key_of_the_account_is_its_user_whose_password_nobody_knows(strange):
    iam = encoded(strange, "AKIABOBBOBBOBBOBBO09")
    assert iam.get_user()["User"]["UserName"] == "bob"
    iam.change_password(OldPassword="the old one", NewPassword="the new one")
    with pytest.raises(iam.exceptions.ClientError, match="old password"):
        iam.change_password(OldPassword="the old one", NewPassword="another one")
    iam.change_password(OldPassword="the new one", NewPassword="another one")


def test_ssh_keys_that_cannot_be_parsed_are_shown_as_they_are(strange):
    """Those that the copy lacks are refused."""
    iam = encoded(strange)
    lacking = "not in the copy of the account"
    for identity, (body, fingerprint) in SSH_KEYS.items():
        for encoding in ("SSH", "PEM"):
            which = {"UserName": "bob", "SSHPublicKeyId": identity, "Encoding": encoding}
            if not body:
                with pytest.raises(iam.exceptions.ClientError, match=lacking):
                    iam.get_ssh_public_key(**which)
                continue
            shown = iam.get_ssh_public_key(**which)["SSHPublicKey"]
            assert shown["SSHPublicKeyBody"] == body["SSHPublicKeyBody"]
            assert shown["Fingerprint"] == fingerprint
    iam.upload_ssh_public_key(UserName="bob", SSHPublicKeyBody=public_key())


@pytest.mark.full
def test_service_specific_credentials_are_listed_and_deleted(tmp_path, run_fast):
    """A copy is the only IAM of the sandbox that has some."""
    password = {**CREDENTIAL, "ServiceUserName": "bob-at-210987654321"}
    api_key = {
        **CREDENTIAL,
        "ServiceSpecificCredentialId": "ACCABEDROCKBEDROCK00",
        "ServiceName": "bedrock.amazonaws.com",
        "ServiceCredentialAlias": "bob+1-at-210987654321",
        "CreateDate": "2012-05-01T12:34:57Z",
    }
    content = snapshot(users=[user("bob", ServiceSpecificCredentials=[password, api_key])])
    with copied(tmp_path, content) as url:
        iam = encoded(url)
        listed = iam.list_service_specific_credentials(UserName="bob")["ServiceSpecificCredentials"]
        assert [one["ServiceSpecificCredentialId"] for one in listed] == [
            CREDENTIAL["ServiceSpecificCredentialId"],
            api_key["ServiceSpecificCredentialId"],
        ]
        assert [one["UserName"] for one in listed] == ["bob", "bob"]
        assert listed[0]["ServiceUserName"] == password["ServiceUserName"]
        # Older releases of botocore do not know the alias.
        known = listed[1].get("ServiceCredentialAlias", api_key["ServiceCredentialAlias"])
        assert known == api_key["ServiceCredentialAlias"]
        with pytest.raises(iam.exceptions.DeleteConflictException, match="referenced objects"):
            iam.delete_user(UserName="bob")
        iam.update_user(UserName="bob", NewUserName="rob")
        which = {"UserName": "rob", "ServiceSpecificCredentialId": "ACCACODECODECODECODE"}
        iam.delete_service_specific_credential(**which)
        said = "No such credential ACCACODECODECODECODE exists"
        with pytest.raises(iam.exceptions.NoSuchEntityException, match=said):
            iam.delete_service_specific_credential(**which)
        done = run_fast("iam-userdel", "-u", "rob", "-r", env={"AWS_IAM_URL": url})
        assert (done.status, done.err) == (0, "")
        assert iam.list_users()["Users"] == []


@pytest.mark.full
def test_an_account_of_another_partition_in_every_region(tmp_path, run_fast):
    china = json.loads(json.dumps(snapshot()).replace("arn:aws:", "arn:aws-cn:"))
    with copied(tmp_path, china) as url:
        for region in ("cn-north-1", "us-east-1", "eu-west-1"):
            env = {"AWS_IAM_URL": url, "AWS_REGION": region}
            done = run_fast("iam-userlistbypath", env=env)
            assert done.out == "arn:aws-cn:iam::210987654321:user/bob\nIsTruncated: false\n"
        assert run_fast("iam-usergetattributes", env={"AWS_IAM_URL": url}).out.startswith(
            "arn:aws-cn:iam::210987654321:root\n"
        )


@pytest.mark.full
@pytest.mark.parametrize("partition", ["aws-cn", in_full("aws-us-gov")])
def test_the_policies_of_aws_are_not_the_account_s_in_any_partition(tmp_path, partition):
    file = tmp_path / "other.json"
    file.write_text(json.dumps(snapshot()).replace("arn:aws:", f"arn:{partition}:"))
    arn = f"arn:{partition}:iam::aws:policy/ReadOnlyAccess"
    with private_iam.server(account=str(file), watch=True) as private:
        iam = encoded(private.url)
        # The policies of AWS are loaded by this request, which is the first one about them.
        iam.attach_user_policy(UserName="bob", PolicyArn=arn)
        assert names(iam, "list_policies", "Policies", "Arn").count(arn) == 1
        assert iam.list_policies(Scope="Local")["Policies"] == []
        assert iam.get_account_summary()["SummaryMap"]["Policies"] == 0
        with pytest.raises(iam.exceptions.ClientError, match="AccessDenied"):
            iam.delete_policy(PolicyArn=arn)
        document = populated.DOCUMENT.format("*").replace("arn:aws:", f"arn:{partition}:")
        iam.create_policy(PolicyName="ReadOnlyAccess", PolicyDocument=document)
    assert [(one["type"], one["name"]) for one in private.ended["changes"]] == [
        ("attachment", arn),
        ("policy", "ReadOnlyAccess"),
    ]


# What could not be read is not known.


@pytest.mark.full
def test_a_last_use_that_could_not_be_read_is_unknown(tmp_path, run_fast):
    keys = [NEVER_USED, {**KEY, "AccessKeyId": "AKIABOBBOBBOBBOBBOB2"}]
    with copied(tmp_path, snapshot(users=[user("bob", AccessKeyMetadata=keys)])) as url:
        done = run_fast("iam-userlistkeys", "-u", "bob", "-l", env={"AWS_IAM_URL": url})
    assert done.out.splitlines() == [
        "AKIABOBBOBBOBBOBBOB1",
        "Active",
        f"{DATE}\tnever\tN/A\tN/A",
        "AKIABOBBOBBOBBOBBOB2",
        "Active",
        f"{DATE}\tunknown\tunknown\tunknown",
        "IsTruncated: false",
    ]


@pytest.mark.full
@pytest.mark.parametrize("arn", [f"{ARN}:policy/x/own", "arn:aws:iam::aws:policy/New"])
def test_of_an_attached_policy_that_could_not_be_read_the_name_is_known(tmp_path, run_fast, arn):
    name = arn.rpartition("/")[2]
    attached = {"PolicyName": name, "PolicyArn": arn}
    content = snapshot(users=[user("bob", AttachedManagedPolicies=[attached]), user("eve")])
    with private_iam.server(account=written(tmp_path, content), watch=True) as private:
        assert private.about["unknown"] == ["policy"]
        done = run_fast("iam-userlistpolicies", "-u", "bob", "-a", env={"AWS_IAM_URL": private.url})
        assert arn in done.out
        iam = encoded(private.url)
        (listed,) = iam.list_policies(OnlyAttached=True)["Policies"]
        assert set(listed) == {
            "PolicyName",
            "Arn",
            "Path",
            "IsAttachable",
            "AttachmentCount",
            "PermissionsBoundaryUsageCount",
        }
        assert iam.get_account_authorization_details()["Policies"] == []
        iam.attach_user_policy(UserName="eve", PolicyArn=arn)
        iam.detach_user_policy(UserName="bob", PolicyArn=arn)
    assert [(one["action"], one["type"], one["of"]) for one in private.ended["changes"]] == [
        ("delete", "attachment", "user/bob"),
        ("create", "attachment", "user/eve"),
    ]


@pytest.mark.parametrize("arn", [f"{ARN}:policy/x/own", in_full("arn:aws:iam::aws:policy/New")])
def test_of_an_attached_policy_that_could_not_be_read_the_rest_is_refused(tmp_path, arn):
    attached = {"PolicyName": arn.rpartition("/")[2], "PolicyArn": arn}
    absent = f"The policy {arn} is not in the copy of the account"
    version = {"VersionId": "v1"}
    own = arn.startswith(ARN)
    with copied(tmp_path, snapshot(users=[user("bob", AttachedManagedPolicies=[attached])])) as url:
        iam = Iam(url)
        for operation, more, message in (
            ("GetPolicy", {}, absent),
            ("GetPolicyVersion", version, absent),
            ("ListPolicyVersions", {}, absent),
            ("SetDefaultPolicyVersion", version, absent if own else OF_AWS),
            ("DeletePolicy", {}, "Cannot delete a policy attached to entities." if own else OF_AWS),
        ):
            assert iam.refused(operation, PolicyArn=arn, **more).message == message, operation


@pytest.mark.full
@pytest.mark.parametrize(
    "only",
    [
        {"server_certificates": [UNREAD_CERTIFICATE]},
        {"virtual_mfa_devices": [{"SerialNumber": f"{ARN}:mfa/root-account-mfa-device"}]},
    ],
)
def test_the_account_and_the_partition_are_those_of_any_arn(tmp_path, only):
    content = json.dumps(snapshot(users=[], account=None, **only)).replace(
        "arn:aws:", "arn:aws-cn:"
    )
    with copied(tmp_path, json.loads(content)) as url:
        arn = encoded(url).get_user()["User"]["Arn"]
        assert arn == "arn:aws-cn:iam::210987654321:root"


# How it is started.


@pytest.fixture
def sandbox_of_snapshot(tmp_path: Path) -> Callable[..., Any]:
    """Run ``iamcli sandbox`` in an empty directory that has a snapshot, account.json."""
    return runner(tmp_path, snapshot())


UNREAD = {
    "operation": "ListAccessKeys",
    "name": None,
    "of": "user/bob",
    "code": "AccessDenied",
    "message": "No.",
}
#: What could not be read, and what nobody wanted to read.
PART = snapshot(unknown=["alias"], only_users=["bob"], unread=[UNREAD])


def test_it_is_said_what_is_a_copy(sandbox_of_snapshot, tmp_path):
    # Only a terminal shows what it lacks.
    (tmp_path / "work" / "part.json").write_text(json.dumps(PART))
    # The command does not get the file that the server reads.
    script = "iam-userlistbypath; ls -l /proc/$$/fd | grep -c part.json; exit 3"
    done = sandbox_of_snapshot("--account", "part.json", "sh", "-c", script)
    assert done.returncode == 3
    assert done.stdout == f"{ARN}:user/bob\nIsTruncated: false\n0\n"
    assert done.stderr == ONLY_IAM
    said = " ".join(sandbox_of_snapshot("-h").stdout.split())
    assert "Only IAM is a copy: COMMAND really runs here" in said
    page = " ".join((ROOT / "man" / "iamcli.1").read_text().split())
    assert "Only IAM is a copy" in page


@pytest.mark.full
def test_a_snapshot_can_be_a_pipe(sandbox_of_snapshot, tmp_path):
    script = f"'{BIN}/iamcli' sandbox --account <(cat work/account.json) iam-userlistbypath"
    done = run_program("bash", "-c", script, env=environment(tmp_path), cwd=tmp_path)
    assert done.stdout == f"{ARN}:user/bob\nIsTruncated: false\n"


@pytest.mark.full
@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (snapshot(), []),
        (snapshot(unknown=["alias"]), ["not in the copy, or only partly: alias"]),
        (
            PART,
            [
                "1 request was refused when FILE was made",
                "not in the copy, or only partly: access-key, alias, membership, user",
            ],
        ),
        (
            snapshot(
                unread=[*PART["unread"], {**PART["unread"][0], "operation": "ListMFADevices"}]
            ),
            [
                "2 requests were refused when FILE was made",
                "not in the copy, or only partly: access-key, mfa-device",
            ],
        ),
    ],
)
def test_a_terminal_shows_what_the_copy_lacks(tmp_path, content, lines):
    file, env = written(tmp_path, content), environment(tmp_path)
    terminal = Terminal(BIN / "iamcli", "sandbox", "--account", file, "true", env=env)
    assert terminal.status() == 0
    first, *others, last = terminal.shown.replace(file, "FILE").splitlines()
    assert f"{first}\n" == ONLY_IAM
    assert others == [f"iamcli: {line}" for line in lines]
    assert last.startswith("iamcli: no request reached the private IAM; ")


@pytest.mark.full
def test_a_shell_with_a_copy_speaks_of_no_command_and_of_no_name(tmp_path):
    file, env = written(tmp_path, PART), environment(tmp_path, SHELL="/bin/sh")
    terminal = Terminal(BIN / "iamcli", "sandbox", "--account", file, env=env)
    shown = " ".join(terminal.wait_for("(iamcli sandbox) $ ").split())
    assert "only IAM is a copy; what you start really runs here, with its files" in shown
    assert "the command" not in shown
    # No user of these names exists.
    assert "Try these commands. iam-userlistbypath iam-grouplistbypath iam-account" in shown
    assert "bob" not in shown.partition("Try these")[2]
    terminal.type("exit\n")
    assert terminal.status() == 0


def damaged(change: Callable[[dict[str, Any]], object]) -> str:
    content = copy.deepcopy(snapshot())
    change(content)
    return json.dumps(content)


MAKE = "; make a new one with iamcli snapshot\n"
NOT_STARTED = "iamcli: cannot start the sandbox: bad.json"
DAMAGED = f"{NOT_STARTED} is damaged: "
#: What is in the file, None if there is none, and what is said. The tests of files and of loading
#: have the other mistakes.
BAD = [
    (None, "iamcli: cannot read bad.json: No such file or directory\n"),
    (
        damaged(lambda s: s["users"][0].update(Arn="x")),
        f"{DAMAGED}users[0].Arn is not an ARN: x{MAKE}",
    ),
]


def test_a_file_without_end_is_not_read_to_the_end(sandbox_of_snapshot):
    done = sandbox_of_snapshot("--account", "/dev/zero", "touch", "ran")
    said = "/dev/zero is larger than 268435456 bytes, too large for a snapshot"
    assert (done.returncode, done.stderr) == (1, f"iamcli: cannot start the sandbox: {said}\n")


@pytest.mark.parametrize(("content", "reported"), BAD)
def test_a_file_that_is_no_snapshot_runs_nothing(sandbox_of_snapshot, tmp_path, content, reported):
    if content is not None:
        (tmp_path / "work" / "bad.json").write_text(content)
    done = sandbox_of_snapshot("--account", "bad.json", "touch", "ran")
    assert done.returncode == 1
    assert done.stderr.startswith(reported)
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "work" / "ran").exists()
