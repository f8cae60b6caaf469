"""What the script cannot create, with what to do, and what the snapshot does not say."""

from __future__ import annotations

from iamcli.cli.recreate.selection import ACCOUNT, Record, Selection, versions
from iamcli.cli.recreate.shell import HELP, is_writable
from iamcli.quoting import filled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

#: What cannot be created as it was, of a user or of the account, by its member.
_LOST = {
    "AccessKeyMetadata": "access key {AccessKeyId} ({Status}): its secret cannot be read; for a "
    "new one, run: iam-useraddkey -u {UserName} -o {KeyFile}",
    "Certificates": "signing certificate {CertificateId}: its ID is new",
    "MFADevices": "MFA device {SerialNumber}: run: "
    "iam-userenablemfadevice -u {UserName} -s {SerialNumber} -c1 CODE1 -c2 CODE2",
    "ServiceSpecificCredentials": "service-specific credential {ServiceSpecificCredentialId} for "
    "{ServiceName}: its password cannot be read; for a new one, run: aws iam "
    "create-service-specific-credential --user-name={UserName} --service-name={ServiceName}",
    "SSHPublicKeys": "SSH public key {SSHPublicKeyId}: the snapshot does not have its text",
    "LoginProfile": "password: it cannot be read; the script asks for a new one",
    "server_certificates": "server-certificate/{ServerCertificateName}: its private key cannot be "
    "read; run: iam-servercertupload -s {ServerCertificateName} -b CERTIFICATE -k PRIVATEKEY",
    "virtual_mfa_devices": "virtual MFA device {SerialNumber}: its seed cannot be read",
}
#: The MFA devices of a user that have another comment, by a part of their serial numbers.
_DEVICES = {
    ":u2f/": "security key {SerialNumber}: its user registers it in the AWS Management Console",
    ":mfa/": "MFA device {SerialNumber}: its seed cannot be read; for a new one, run: "
    "iam-virtualmfadevicecreate -s {Device} -p {Path} -b QRCodePNG -o FILE, and: "
    "iam-userenablemfadevice -u {UserName} -s {SerialNumber} -c1 CODE1 -c2 CODE2",
}
#: What an entity of each kind may have, and a snapshot may lack, by its member.
_UNKNOWN = {
    "user": {
        "AccessKeyMetadata": "access keys",
        "Certificates": "signing certificates",
        "LoginProfile": "a password",
        "MFADevices": "MFA devices",
        "SSHPublicKeys": "SSH public keys",
        "ServiceSpecificCredentials": "service-specific credentials",
    },
    "role": {"MaxSessionDuration": "a description, a longer maximum session duration"},
    "instance-profile": {"Tags": "tags"},
    "policy": {"Tags": "tags"},
    ACCOUNT: {
        "account_alias": "an alias",
        "password_policy": "a password policy",
        "server_certificates": "server certificates",
        "virtual_mfa_devices": "virtual MFA devices",
    },
}


def why_not(entity: str, record: Record) -> str:
    """Return why no command creates an entity, with what to do; empty if one does."""
    kind, _, name = entity.partition("/")
    if kind == "policy":
        texts = [version["Document"] for version in record["PolicyVersionList"]]
        if not texts or not all(map(is_writable, texts)):
            return "the snapshot does not have its text, or it is not in UTF-8"
    taken = kind == "policy" or name not in HELP
    if not taken or kind != "role":
        return "" if taken else f"no iam-* command takes this name; aws iam create-{kind} does"
    path, trust = record["Path"], record.get("AssumeRolePolicyDocument")
    if path.startswith("/aws-service-role/"):
        create = "aws iam create-service-linked-role --aws-service-name={Service}"
        create = filled(create, {"Service": path.split("/")[2]})
        return f"only its service creates it, for example with: {create}"
    if path.startswith("/aws-reserved/"):
        return "IAM Identity Center creates it"
    if not trust:
        return "the snapshot does not have its trust policy; run iam-rolecreate with another one"
    return "" if is_writable(trust) else "its trust policy is not text in UTF-8"


def is_settable(tag: Record) -> bool:
    """Return whether anyone but AWS can set a tag. Source: the IAM User Guide (tags)."""
    return not tag["Key"].lower().startswith("aws:")


def lost(selection: Selection) -> Iterator[str]:
    """Yield what cannot be created again, each with what to do."""
    for entity, record in selection.entities.items():
        prefix = "" if entity == ACCOUNT else f"{entity}: "
        reason = why_not(entity, record)
        lines = [reason] if reason else _lost(entity, record)
        yield from (f"{prefix}{line}" for line in lines)


def _lost(entity: str, record: Record) -> Iterator[str]:
    kind, _, name = entity.partition("/")
    for tag in record.get("Tags", ()):
        if not is_settable(tag):
            yield f"tag {tag['Key']}: only AWS sets it"
    for policy in record.get(f"{kind.title()}PolicyList", ()):
        if not is_writable(policy["PolicyDocument"]):
            yield f"policy {policy['PolicyName']}: it is not text in UTF-8"
    for member, comment in _LOST.items():
        value = record.get(member) or ()
        for item in [value] if isinstance(value, dict) else value:
            # The script creates the SSH key, and the user has the MFA device.
            if not (item.get("SSHPublicKeyBody") or item.get("User")):
                yield _comment(comment, name, item)
    if kind == "policy":
        numbers = [version["VersionId"] for version in versions(record)]
        if numbers != [f"v{number}" for number in range(1, len(numbers) + 1)]:
            yield f"the numbers of its versions {', '.join(numbers)}: they begin with v1 again"


def _comment(comment: str, user: str, item: Record) -> str:
    """Return a comment of the tables for ``item``, of a user if there is one."""
    serial = item.get("SerialNumber", "")
    path, _, device = serial.partition(":mfa")[2].rpartition("/")
    if user:
        comment = next((text for part, text in _DEVICES.items() if part in serial), comment)
    file = f"{user}.key".replace("/", "_")
    more = {"UserName": user, "KeyFile": file, "Device": device, "Path": f"{path}/"}
    return filled(comment, {**item, **item.get("ServerCertificateMetadata", {}), **more})


def unknown(selection: Selection) -> Iterator[str]:
    """Yield what the snapshot does not say, so that it may be missing in the account."""
    snapshot, entities = selection.snapshot, selection.entities
    for entity, record in entities.items():
        members = _UNKNOWN.get(entity.partition("/")[0], {})
        missing = [what for member, what in members.items() if member not in record]
        if missing and not why_not(entity, record):
            yield f"{entity}: it may have had {', '.join(missing)}"
    unread = {*snapshot["unknown"], *(entry["operation"] for entry in snapshot["unread"])}
    if ACCOUNT in entities and unread & {"instance-profile", "ListInstanceProfiles"}:
        yield "instance profiles without a role"
    groups = any(entity.startswith((ACCOUNT, "group/")) for entity in entities)
    if groups and snapshot["only_users"] is not None:
        yield "users that iamcli snapshot --users left out, and their memberships"
    if snapshot["documents"] != "exact":
        yield "the white space of the policies, which was lost before the snapshot was made"
    if selection.target != selection.account:
        yield f"policies that name account {selection.account}: they are written as they are"
