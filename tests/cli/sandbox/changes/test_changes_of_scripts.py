"""What ``iamcli sandbox --changes`` reports of old scripts is what boto3 sees that they changed.

Each script runs twice on the same snapshot of 40 users: in the sandbox, which reports the changes,
and on a private IAM that is read with boto3 before and after. Nothing here uses the code that finds
the changes.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest
from support import populated, private_iam, resettable
from support.clients import encoded
from support.processes import BIN, environment
from support.processes import run as run_program
from support.shell import TESTS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    #: Type, name, owner and content of things, by what identifies them.
    Seen = dict[tuple[str, ...], tuple[str, str | None, str | None, Any]]

#: Seconds for a script of up to a hundred commands, on a machine that does other work.
TIMEOUT = 300
#: IDs, and the random name that one of the scripts gives to a policy.
RANDOM = re.compile(
    r"\b(?=[A-Z0-9]*\d|A[A-Z]{3}[A-Z2-7]{16})[A-Z0-9]{16,32}\b"
    r"|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
)
STAR = '\'{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}\''

#: What old scripts do; those that are files resemble published ones.
SCRIPTS = {
    **{file.stem: file.read_text() for file in sorted((TESTS / "scripts").glob("*.sh"))},
    "leavers": """
for user in user0 user6 user17; do
    iam-userdel -u $user -r || exit 1
done
iam-userdel -u user1
iam-userdel -u nobody
""",
    "rotation": """
for user in user1 user2 user5 user8; do
    for key in $(iam-userlistkeys -u $user | grep ^AKIA); do
        iam-usermodkey -u $user -k $key -s Inactive
    done
    iam-useraddkey -u $user && iam-userdelkey -u $user -k $key
done >/dev/null
""",
    "renames": f"""
iam-usermod -u user5 -n Renamed -p /new
iam-groupmod -g Group0 -n Administrators
iam-groupmod -g Group1 -p /moved/
iam-servercertmod -s www -n www2 -p /
iam-useruploadpolicy -u Renamed -p p0 -o {STAR}
iam-groupuploadpolicy -g Administrators -p inline -o {STAR}
iam-usermod -u user7 -n user8
iam-groupadduser -g Administrators -u Renamed -u user9
iam-groupremoveuser -g Group1 -u user1
""",
    "clean-up": """
iam-groupdel -g Group2 -r
iam-groupdel -g Group3
iam-roledel -r role4 -c
iam-instanceprofiledel -s profile5
iam-instanceprofileremoverole -s profile5 -r role5
iam-roleupdateassumepolicy -r role6 -s ec2.amazonaws.com -s lambda.amazonaws.com
iam-roledelpolicy -r role7 -p inline
iam-userdelpolicy -u user1 -p p0
iam-userdelloginprofile -u user1
iam-userdeactivatemfadevice -u user12 -s GAHT12340012
iam-virtualmfadevicedel -s arn:aws:iam::123456789012:mfa/spares/spare
iam-servercertdel -s Plain
iam-accountaliasdelete -a example
iam-accountaliascreate -a another
iam-accountmodpasswordpolicy -l -m 12
for cert in $(iam-userlistcerts -u user0 | grep -v Truncated); do
    iam-usermodcert -u user0 -c $cert -s Inactive
done
""",
}

#: What belongs to a user: the operation, the type, the member of the response, and that of the ID.
OF_USER = (
    ("list_access_keys", "access-key", "AccessKeyMetadata", "AccessKeyId"),
    ("list_signing_certificates", "signing-certificate", "Certificates", "CertificateId"),
    ("list_mfa_devices", "mfa-device", "MFADevices", "SerialNumber"),
    ("list_ssh_public_keys", "ssh-key", "SSHPublicKeys", "SSHPublicKeyId"),
    (
        "list_service_specific_credentials",
        "service-credential",
        "ServiceSpecificCredentials",
        "ServiceSpecificCredentialId",
    ),
)


def pages(iam: Any, operation: str, member: str) -> Iterator[Any]:
    """Yield the entries of a list, of all pages."""
    for page in iam.get_paginator(operation).paginate():
        yield from page[member]


def seen(iam: Any) -> Seen:
    """Return what boto3 sees: type, name, owner and content of each thing, by its identity."""
    details: dict[str, list[Any]] = {}
    for page in iam.get_paginator("get_account_authorization_details").paginate():
        for kind in ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies"):
            details.setdefault(kind, []).extend(page[kind])
    ids = {group["GroupName"]: group["GroupId"] for group in details["GroupDetailList"]}
    found = seen_of_account(iam)
    for kind in ("User", "Group", "Role"):
        for entity in details[f"{kind}DetailList"]:
            found |= seen_of_entity(kind, entity, ids)
    for user in details["UserDetailList"]:
        found |= seen_of_user(iam, user["UserId"], user["UserName"])
    for policy in details["Policies"]:
        if ":aws:policy/" not in policy["Arn"]:
            versions = [
                (one["VersionId"], one["IsDefaultVersion"], one["Document"])
                for one in policy["PolicyVersionList"]
            ]
            found["managed", policy["PolicyId"]] = ("policy", policy["PolicyName"], None, versions)
    return found


def seen_of_entity(kind: str, entity: dict[str, Any], ids: dict[str, str]) -> Seen:
    """Return a user, group or role with its policies and memberships; ``ids``: of the groups."""
    own, name = entity[f"{kind}Id"], entity[f"{kind}Name"]
    of = f"{kind.lower()}/{name}"
    shown = ("Path", f"{kind}Name", "AssumeRolePolicyDocument", "Tags", "PermissionsBoundary")
    content = [entity.get(member) for member in shown]
    found: Seen = {(kind, own): (kind.lower(), name, None, content)}
    for policy in entity.get(f"{kind}PolicyList", ()):
        inline = policy["PolicyName"]
        found["inline", own, inline] = ("policy", inline, of, policy["PolicyDocument"])
    for policy in entity["AttachedManagedPolicies"]:
        arn = policy["PolicyArn"]
        found["attached", own, arn] = ("attachment", arn, of, None)
    for group in entity.get("GroupList", ()):
        found["member", own, ids[group]] = ("membership", group, of, None)
    for profile in entity.get("InstanceProfileList", ()):
        identity = ("member", own, profile["InstanceProfileId"])
        found[identity] = ("membership", profile["InstanceProfileName"], of, None)
    return found


def seen_of_account(iam: Any) -> Seen:
    """Return what belongs to the account."""
    found: Seen = {}
    for profile in pages(iam, "list_instance_profiles", "InstanceProfiles"):
        name, path = profile["InstanceProfileName"], profile["Path"]
        found["profile", profile["InstanceProfileId"]] = ("instance-profile", name, None, path)
    for listed in pages(iam, "list_server_certificates", "ServerCertificateMetadataList"):
        name, path = listed["ServerCertificateName"], listed["Path"]
        identity = ("server", listed["ServerCertificateId"])
        found[identity] = ("server-certificate", name, None, (path, name))
    for device in pages(iam, "list_virtual_mfa_devices", "VirtualMFADevices"):
        serial = device["SerialNumber"]
        found["device", serial] = ("virtual-mfa-device", serial, None, None)
    for alias in iam.list_account_aliases()["AccountAliases"]:
        found["alias",] = ("alias", alias, None, alias)
    policy = iam.get_account_password_policy()["PasswordPolicy"]
    found["password-policy",] = ("password-policy", None, None, policy)
    return found


def seen_of_user(iam: Any, own: str, name: str) -> Seen:
    """Return the keys, certificates, devices and passwords of a user."""
    of = f"user/{name}"
    found: Seen = {}
    for operation, kind, member, identifier in OF_USER:
        for thing in getattr(iam, operation)(UserName=name)[member]:
            identity = thing[identifier]
            content = (thing.get("Status"), thing.get("EnableDate"))
            found[kind, own, identity] = (kind, identity, of, content)
    try:
        profile = iam.get_login_profile(UserName=name)["LoginProfile"]
    except iam.exceptions.NoSuchEntityException:
        return found
    content = (profile["CreateDate"], profile["PasswordResetRequired"])
    found["login", own] = ("login-profile", None, of, content)
    return found


def differences(before: Seen, after: Seen) -> list[tuple[str, ...]]:
    """Return what differs: action, type, name, owner under its new name, and new inline policy."""
    kinds = ("User", "Group", "Role")
    owners = {key[1]: f"{row[0]}/{row[1]}" for key, row in after.items() if key[0] in kinds}
    found = []
    for identity in before | after:
        was, now = before.get(identity), after.get(identity)
        if was and now and was[3] == now[3]:
            continue
        action = "update" if was and now else "create" if now else "delete"
        kind, name, of, content = now or before[identity]
        present = owners.get(identity[1], of) if of else None
        document = unquote(content) if now and kind == "policy" and of else ""
        found.append((action, kind, str(name), str(present), document))
    return found


@pytest.fixture(scope="module")
def snapshot_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A directory with a snapshot of 40 users."""
    folder = tmp_path_factory.mktemp("account")
    with resettable.server() as url:
        populated.populate(url, 40)
        env = environment(folder) | {
            "AWS_IAM_URL": url,
            "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "secret",
        }
        done = run_program(BIN / "iamcli", "snapshot", "account.json", env=env, cwd=folder)
        assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.full
@pytest.mark.parametrize("name", SCRIPTS)
def test_the_changes_of_a_script_are_those_that_boto3_sees(snapshot_folder, tmp_path, name):
    answers = {"CERT": "cert", "KEY": "key", "CHAIN": "chain"}
    env = environment(tmp_path) | {
        **{variable: str(TESTS / "answers" / f"{file}.pem") for variable, file in answers.items()},
        "POLICY_FILE": str(TESTS / "answers" / "policy.json"),
    }
    script = tmp_path / name
    script.write_text(SCRIPTS[name])
    snapshot = snapshot_folder / "account.json"
    with private_iam.server(account=str(snapshot)) as private:
        iam = encoded(private.url)
        before = seen(iam)
        env_of_other = private_iam.environment(private, env)
        other = run_program("bash", script, env=env_of_other, cwd=tmp_path, timeout=TIMEOUT)
        after = seen(iam)
    arguments = ("--account", snapshot, "--changes=changes.json", "--format", "json")
    command = (BIN / "iamcli", "sandbox", *arguments, "bash", script)
    done = run_program(*command, env=env, cwd=tmp_path, timeout=TIMEOUT)
    content = json.loads((tmp_path / "changes.json").read_text())
    assert (done.returncode, content["status"]) == (other.returncode, other.returncode)
    known = snapshot.read_text()

    def without_new(row: tuple[str, ...]) -> tuple[str, ...]:
        def token(match: re.Match[str]) -> str:
            return match[0] if match[0] in known else "NEW"

        return tuple(RANDOM.sub(token, part) for part in row)

    reported = [
        (
            *(str(change[member]) for member in ("action", "type", "name", "of")),
            str((change["after"] or {}).get("PolicyDocument", "")),
        )
        for change in content["changes"]
    ]
    expected = [without_new(row) for row in differences(before, after)]
    assert sorted(map(without_new, reported)) == sorted(expected)
    assert bool(expected) == (name not in ("list-all-keys", "server-cert"))
    refusals = [line for line in done.stderr.splitlines() if re.match(r"iam-\w+: [A-Z]\w+: ", line)]
    assert refusals == [line for line in other.stderr.splitlines() if line in refusals]
    said = [f"{one['code']}: {one['message']}" for one in content["refused"]]
    assert all(line.partition(": ")[2] in said for line in refusals)
