"""What the script cannot create, with what to do, and what the snapshot does not say."""

from __future__ import annotations

from iamcli.cli.account_file.arns import owner_of
from iamcli.cli.recreate.plan import is_creatable, is_settable
from iamcli.cli.recreate.shell import is_writable, option, word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from iamcli.cli.recreate.selection import Selection

    Record = Mapping[str, Any]

#: The inline policies of each kind.
_INLINE = {"user": "UserPolicyList", "group": "GroupPolicyList", "role": "RolePolicyList"}
#: What a user may have, and a snapshot may lack: its member, and what it is.
_OF_USER = {
    "AccessKeyMetadata": "access keys",
    "Certificates": "signing certificates",
    "LoginProfile": "a password",
    "MFADevices": "MFA devices",
    "SSHPublicKeys": "SSH public keys",
    "ServiceSpecificCredentials": "service-specific credentials",
}
#: What the account may have, and a snapshot may lack.
_OF_ACCOUNT = {
    "account_alias": "an alias",
    "password_policy": "a password policy",
    "server_certificates": "server certificates",
    "virtual_mfa_devices": "virtual MFA devices",
}


def lost(selection: Selection) -> Iterator[str]:
    """Yield what cannot be created again, each with what to do."""
    for kind, records in selection.of.items():
        for name, record in records.items():
            yield from (f"{kind}/{name}: {line}" for line in _lost(kind, name, record))
    if selection.everything:
        yield from _lost_of_account(selection.snapshot)


def _lost(kind: str, name: str, record: Record) -> Iterator[str]:
    if not is_creatable(kind, record):
        yield _why_no_role(record)
        return
    yield from _lost_tags(record)
    for policy in record.get(_INLINE.get(kind, ""), ()):
        if not is_writable(policy["PolicyDocument"]):
            yield f"policy {policy['PolicyName']}: it is not text in UTF-8"
    if kind == "user":
        yield from _lost_of_user(name, record)


def _lost_tags(record: Record) -> Iterator[str]:
    for tag in record.get("Tags", ()):
        if not is_settable(tag):
            yield f"tag {tag['Key']}: only AWS sets it"


def _lost_of_account(snapshot: Record) -> Iterator[str]:
    for policy in snapshot["policies"]:
        if owner_of(policy["Arn"]) != "aws":
            yield from _lost_of_policy(policy)
    for certificate in snapshot.get("server_certificates", ()):
        name = certificate["ServerCertificateMetadata"]["ServerCertificateName"]
        upload = f"iam-servercertupload {option('-s', name)} -b CERTIFICATE -k PRIVATEKEY"
        yield f"server-certificate/{name}: its private key cannot be read; run: {upload}"
    for device in snapshot.get("virtual_mfa_devices", ()):
        if "User" not in device:
            yield f"virtual MFA device {device['SerialNumber']}: its seed cannot be read"


def _why_no_role(role: Record) -> str:
    path = role["Path"]
    if path.startswith("/aws-service-role/"):
        service = path.split("/")[2]
        create = f"aws iam create-service-linked-role --aws-service-name {word(service)}"
        return f"only its service creates it, for example with: {create}"
    if path.startswith("/aws-reserved/"):
        return "IAM Identity Center creates it"
    if "AssumeRolePolicyDocument" not in role:
        return "the snapshot does not have its trust policy; run iam-rolecreate with another one"
    return "its trust policy is not text in UTF-8"


def _lost_of_user(name: str, user: Record) -> Iterator[str]:
    own = option("-u", name)
    file = option("-o", f"{name}.key".replace("/", "_"))
    for key in user.get("AccessKeyMetadata", ()):
        yield (
            f"access key {key['AccessKeyId']} ({key['Status']}): its secret cannot be read; for a "
            f"new one, run: iam-useraddkey {own} {file}"
        )
    for certificate in user.get("Certificates", ()):
        yield (
            f"signing certificate {certificate['CertificateId']} ({certificate['Status']}): run: "
            f"iam-useraddcert {own} -f FILE"
        )
    for device in user.get("MFADevices", ()):
        yield _lost_device(device["SerialNumber"], own)
    for credential in user.get("ServiceSpecificCredentials", ()):
        yield (
            f"service-specific credential {credential['ServiceSpecificCredentialId']} for "
            f"{credential['ServiceName']}: its password cannot be read; for a new one, run: aws "
            f"iam create-service-specific-credential --user-name={word(name)} "
            f"--service-name={word(credential['ServiceName'])}"
        )
    for key in user.get("SSHPublicKeys", ()):
        if not key.get("SSHPublicKeyBody"):
            yield f"SSH public key {key['SSHPublicKeyId']}: the snapshot does not have its text"
    if user.get("LoginProfile"):
        yield "password: it cannot be read; the script asks for a new one"


def _lost_device(serial: str, own: str) -> str:
    enable = f"iam-userenablemfadevice {own} {option('-s', serial)} -c1 CODE1 -c2 CODE2"
    if ":u2f/" in serial:
        return f"security key {serial}: its user registers it in the AWS Management Console"
    if ":mfa/" in serial:
        path, _, device = serial.partition(":mfa")[2].rpartition("/")
        create = f"iam-virtualmfadevicecreate {option('-s', device)}"
        create += f" {option('-p', f'{path}/')}" if path else ""
        return (
            f"MFA device {serial}: its seed cannot be read; for a new one, run: {create} -b "
            f"QRCodePNG -o FILE, and: {enable}"
        )
    return f"MFA device {serial}: run: {enable}"


def _lost_of_policy(policy: Record) -> Iterator[str]:
    title = f"policy/{policy['PolicyName']}"
    if not is_creatable("policy", policy):
        yield f"{title}: the snapshot does not have its text, or it is not in UTF-8"
        return
    yield from (f"{title}: {line}" for line in _lost_tags(policy))
    numbers = sorted(version["VersionId"] for version in policy["PolicyVersionList"])
    if numbers != [f"v{number}" for number in range(1, len(numbers) + 1)]:
        yield f"{title}: the numbers of its versions {', '.join(numbers)}: they begin with v1 again"


def unknown(selection: Selection) -> Iterator[str]:
    """Yield what the snapshot does not say, so that it may be missing in the account."""
    snapshot = selection.snapshot
    for kind, records in selection.of.items():
        for name, record in records.items():
            yield from (f"{kind}/{name}: {line}" for line in _unknown(kind, record))
    if selection.everything:
        yield from _unknown_of_account(snapshot)
    if snapshot["only_users"] is not None and (selection.everything or selection.of["group"]):
        yield "users that iamcli snapshot --users left out, and their memberships"
    if snapshot["documents"] != "exact":
        yield "the white space of the policies, which was lost before the snapshot was made"
    if selection.target != selection.account:
        yield f"policies that name account {selection.account}: they are written as they are"


def _unknown(kind: str, record: Record) -> Iterator[str]:
    missing = [what for member, what in _OF_USER.items() if member not in record]
    if kind == "user" and missing:
        yield f"it may have had {', '.join(missing)}"
    if kind == "role" and "MaxSessionDuration" not in record and is_creatable(kind, record):
        yield "its description and its maximum session duration"
    if kind == "instance-profile" and "Tags" not in record:
        yield "its tags"


def _unknown_of_account(snapshot: Record) -> Iterator[str]:
    for policy in snapshot["policies"]:
        if owner_of(policy["Arn"]) != "aws" and "Tags" not in policy:
            yield f"policy/{policy['PolicyName']}: its tags"
    missing = [what for member, what in _OF_ACCOUNT.items() if member not in snapshot]
    if missing:
        yield f"the account: it may have had {', '.join(missing)}"
    if "instance-profile" in snapshot["unknown"] or any(
        entry["operation"] == "ListInstanceProfiles" for entry in snapshot["unread"]
    ):
        yield "instance profiles without a role"
