"""The members of a snapshot file. docs/snapshot.md explains each of them.

Only the members in these tables are written to a snapshot, so no other part of a response, such as
a secret, can get into it.
"""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any, NamedTuple

#: The version of the format. A reader refuses a file of another version.
VERSION = 1

#: The types of values. A date is text as the service sends it; a document is the text of a policy;
#: an account is its number. Counts are numbers by name.
TEXT, DATE, DOCUMENT, ACCOUNT = "text", "date", "document", "account"
FLAG, NUMBER, COUNTS = "flag", "number", "counts"

# A list of one element is a list of such elements, and a dictionary is an object. The name of a
# member that may be absent ends with "?". OrNull is for a value that may be null.


class OrNull(NamedTuple):
    """A value that is null if there is none. ``value_type``: its type if there is one."""

    value_type: Any


TAGS = [{"Key": TEXT, "Value": TEXT}]
INLINE_POLICIES = [{"PolicyName": TEXT, "PolicyDocument": DOCUMENT}]
ATTACHED_POLICIES = [{"PolicyName": TEXT, "PolicyArn": TEXT}]
BOUNDARY = {"PermissionsBoundaryType?": TEXT, "PermissionsBoundaryArn": TEXT}


def _entity(kind: str) -> dict[str, Any]:
    """Return the members that every entity of IAM with an ID has; ``kind``: such as "User"."""
    return {"Path": TEXT, f"{kind}Name": TEXT, f"{kind}Id": TEXT, "Arn": TEXT, "CreateDate?": DATE}


ACCESS_KEY = {
    "AccessKeyId": TEXT,
    "Status": TEXT,
    "CreateDate?": DATE,
    "AccessKeyLastUsed?": {"LastUsedDate?": DATE, "ServiceName?": TEXT, "Region?": TEXT},
}
SIGNING_CERTIFICATE = {
    "CertificateId": TEXT,
    "CertificateBody": TEXT,
    "Status": TEXT,
    "UploadDate?": DATE,
}
MFA_DEVICE = {"SerialNumber": TEXT, "EnableDate?": DATE}
LOGIN_PROFILE = {"CreateDate?": DATE, "PasswordResetRequired?": FLAG}
SSH_KEY = {
    "SSHPublicKeyId": TEXT,
    "Status": TEXT,
    "UploadDate?": DATE,
    "Fingerprint?": TEXT,
    "SSHPublicKeyBody?": TEXT,
}
SERVICE_CREDENTIAL = {
    "ServiceSpecificCredentialId": TEXT,
    "ServiceName": TEXT,
    "ServiceUserName?": TEXT,
    "ServiceCredentialAlias?": TEXT,
    "Status": TEXT,
    "CreateDate?": DATE,
    "ExpirationDate?": DATE,
}
USER = {
    **_entity("User"),
    "GroupList": [TEXT],
    "UserPolicyList": INLINE_POLICIES,
    "AttachedManagedPolicies": ATTACHED_POLICIES,
    "PermissionsBoundary?": BOUNDARY,
    "Tags": TAGS,
    "AccessKeyMetadata?": [ACCESS_KEY],
    "Certificates?": [SIGNING_CERTIFICATE],
    "MFADevices?": [MFA_DEVICE],
    "LoginProfile?": OrNull(LOGIN_PROFILE),
    "SSHPublicKeys?": [SSH_KEY],
    "ServiceSpecificCredentials?": [SERVICE_CREDENTIAL],
}
GROUP = {
    **_entity("Group"),
    "GroupPolicyList": INLINE_POLICIES,
    "AttachedManagedPolicies": ATTACHED_POLICIES,
}
ROLE = {
    **_entity("Role"),
    "Description?": TEXT,
    "MaxSessionDuration?": NUMBER,
    "AssumeRolePolicyDocument?": DOCUMENT,
    "RolePolicyList": INLINE_POLICIES,
    "AttachedManagedPolicies": ATTACHED_POLICIES,
    "PermissionsBoundary?": BOUNDARY,
    "Tags": TAGS,
    "RoleLastUsed?": {"LastUsedDate?": DATE, "Region?": TEXT},
}
INSTANCE_PROFILE = {**_entity("InstanceProfile"), "Roles": [{"RoleName": TEXT}], "Tags?": TAGS}
POLICY = {
    "PolicyName": TEXT,
    "PolicyId": TEXT,
    "Arn": TEXT,
    "Path": TEXT,
    "DefaultVersionId": TEXT,
    "AttachmentCount?": NUMBER,
    "PermissionsBoundaryUsageCount?": NUMBER,
    "IsAttachable?": FLAG,
    "Description?": TEXT,
    "CreateDate?": DATE,
    "UpdateDate?": DATE,
    "Tags?": TAGS,
    "PolicyVersionList": [
        {"VersionId": TEXT, "IsDefaultVersion": FLAG, "CreateDate?": DATE, "Document": DOCUMENT}
    ],
}
SERVER_CERTIFICATE = {
    "ServerCertificateMetadata": {
        "Path": TEXT,
        "ServerCertificateName": TEXT,
        "ServerCertificateId": TEXT,
        "Arn": TEXT,
        "UploadDate?": DATE,
        "Expiration?": DATE,
    },
    "CertificateBody?": TEXT,
    "CertificateChain?": TEXT,
    "Tags?": TAGS,
}
VIRTUAL_MFA_DEVICE = {
    **MFA_DEVICE,
    "User?": {"Path?": TEXT, "UserName?": TEXT, "UserId?": TEXT, "Arn": TEXT, "CreateDate?": DATE},
}
PASSWORD_POLICY = {
    "MinimumPasswordLength?": NUMBER,
    "RequireSymbols?": FLAG,
    "RequireNumbers?": FLAG,
    "RequireUppercaseCharacters?": FLAG,
    "RequireLowercaseCharacters?": FLAG,
    "AllowUsersToChangePassword?": FLAG,
    "ExpirePasswords?": FLAG,
    "MaxPasswordAge?": NUMBER,
    "PasswordReusePrevention?": NUMBER,
    "HardExpiry?": FLAG,
}
#: Part of the file that could not be read.
UNREAD = {
    "operation": TEXT,
    "name": OrNull(TEXT),
    "of": OrNull(TEXT),
    "code": TEXT,
    "message": TEXT,
}
SNAPSHOT = {
    "version": NUMBER,
    "source": TEXT,
    "taken": DATE,
    "account": OrNull(ACCOUNT),
    "documents": TEXT,
    "only_users": OrNull([TEXT]),
    "users": [USER],
    "groups": [GROUP],
    "roles": [ROLE],
    "instance_profiles": [INSTANCE_PROFILE],
    "policies": [POLICY],
    "server_certificates?": [SERVER_CERTIFICATE],
    "virtual_mfa_devices?": [VIRTUAL_MFA_DEVICE],
    "account_alias?": OrNull(TEXT),
    "password_policy?": OrNull(PASSWORD_POLICY),
    "summary?": COUNTS,
    "unread": [UNREAD],
    "unknown": [TEXT],
}


def type_of(record: dict[str, Any], member: str) -> Any:
    """Return the type of the ``member`` of ``record``, one of the tables above."""
    return record[member if member in record else f"{member}?"]


def parsed_date(text: str) -> datetime:
    """Return the date in ``text``, which is in ISO 8601, in UTC; raise ValueError if it is none.

    A date without a time zone is taken to be in UTC.
    """
    # Before Python 3.11, fromisoformat does not accept Z.
    date = datetime.fromisoformat(f"{text[:-1]}+00:00" if text.endswith("Z") else text)
    try:
        return date.replace(tzinfo=date.tzinfo or timezone.utc).astimezone(timezone.utc)
    except OverflowError:
        raise ValueError(f"there is no such date in UTC: {text!r}") from None
