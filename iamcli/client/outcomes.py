"""What becomes of requests that change something: which may be sent twice, and how to check."""

from __future__ import annotations

from iamcli.errors import UnknownOutcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

#: How to see whether a request took effect: a command, or what to do. Without -u a command acts
#: on the user whose key signs, as the request does.
CHECKS = {
    "AddRoleToInstanceProfile": "iam-instanceprofilegetattributes -s {InstanceProfileName} -r",
    "AddUserToGroup": "iam-userlistgroups -u {UserName}",
    "ChangePassword": "sign in with the new password",
    "CreateAccessKey": "iam-userlistkeys -u {UserName}",
    "CreateAccountAlias": "iam-accountaliaslist",
    "CreateGroup": "iam-grouplistusers -g {GroupName}",
    "CreateInstanceProfile": "iam-instanceprofilegetattributes -s {InstanceProfileName}",
    "CreateLoginProfile": "iam-usergetloginprofile -u {UserName}",
    "CreateRole": "iam-rolegetattributes -r {RoleName}",
    "CreateUser": "iam-usergetattributes -u {UserName}",
    "CreateVirtualMFADevice": "iam-virtualmfadevicelist -t Any",
    "DeactivateMFADevice": "iam-userlistmfadevices -u {UserName}",
    "DeleteAccessKey": "iam-userlistkeys -u {UserName}",
    "DeleteAccountAlias": "iam-accountaliaslist",
    "DeleteAccountPasswordPolicy": "iam-accountgetpasswordpolicy",
    "DeleteGroup": "iam-grouplistusers -g {GroupName}",
    "DeleteGroupPolicy": "iam-grouplistpolicies -g {GroupName}",
    "DeleteInstanceProfile": "iam-instanceprofilegetattributes -s {InstanceProfileName}",
    "DeleteLoginProfile": "iam-usergetloginprofile -u {UserName}",
    "DeleteRole": "iam-rolegetattributes -r {RoleName}",
    "DeleteRolePolicy": "iam-rolelistpolicies -r {RoleName}",
    "DeleteSSHPublicKey": "iam-userdel -u {UserName} -r -p",
    "DeleteServerCertificate": "iam-servercertgetattributes -s {ServerCertificateName}",
    "DeleteServiceSpecificCredential": "iam-userdel -u {UserName} -r -p",
    "DeleteSigningCertificate": "iam-userlistcerts -u {UserName}",
    "DeleteUser": "iam-usergetattributes -u {UserName}",
    "DeleteUserPolicy": "iam-userlistpolicies -u {UserName}",
    "DeleteVirtualMFADevice": "iam-virtualmfadevicelist -t Any",
    "DetachGroupPolicy": "iam-groupdel -g {GroupName} -r -p",
    "DetachRolePolicy": "iam-roledel -r {RoleName} -c -p",
    "DetachUserPolicy": "iam-userdel -u {UserName} -r -p",
    "EnableMFADevice": "iam-userlistmfadevices -u {UserName}",
    "PutGroupPolicy": "iam-grouplistpolicies -g {GroupName} -p {PolicyName}",
    "PutRolePolicy": "iam-rolelistpolicies -r {RoleName} -p {PolicyName}",
    "PutUserPolicy": "iam-userlistpolicies -u {UserName} -p {PolicyName}",
    "RemoveRoleFromInstanceProfile": "iam-instanceprofilegetattributes -s {InstanceProfileName} -r",
    "RemoveUserFromGroup": "iam-userlistgroups -u {UserName}",
    "ResyncMFADevice": "sign in with the device",
    "UpdateAccessKey": "iam-userlistkeys -u {UserName}",
    "UpdateAccountPasswordPolicy": "iam-accountgetpasswordpolicy",
    "UpdateAssumeRolePolicy": "iam-rolegetattributes -r {RoleName}",
    "UpdateGroup": "iam-grouplistbypath",
    "UpdateLoginProfile": "sign in with the new password",
    "UpdateServerCertificate": "iam-servercertlistbypath",
    "UpdateSigningCertificate": "iam-userlistcerts -u {UserName}",
    "UpdateUser": "iam-userlistbypath",
    "UploadServerCertificate": "iam-servercertgetattributes -s {ServerCertificateName}",
    "UploadSigningCertificate": "iam-userlistcerts -u {UserName}",
}

#: Operations that are not sent again once they may have arrived: a second time they would create
#: another thing, or report an error for a success.
NON_IDEMPOTENT = frozenset(
    name
    for name in CHECKS
    if name.startswith(("Create", "Upload"))
    or name
    in (
        "ChangePassword",
        "EnableMFADevice",
        "ResyncMFADevice",
        "UpdateGroup",
        "UpdateServerCertificate",
        "UpdateUser",
    )
)


class Removal:
    """What an operation removes: ``member`` of its parameters names it.

    ``owners``: the kinds of entity that it belongs to, with the parameters that name them.
    ``also``: words by which the service names it if not by its name.
    """

    def __init__(self, member: str, also: str = "", **owners: str) -> None:
        self.member = member
        self.also = also
        self.owners = owners


#: How the service, and servers that imitate it, say that an entity is missing.
_NOT_FOUND = ("cannot be found", "not found", "was not found", "does not exist")

_USER = {"user": "UserName"}
_GROUP = {"group": "GroupName"}
_ROLE = {"role": "RoleName"}

#: The operations that remove something.
REMOVALS = {
    "DeactivateMFADevice": Removal("SerialNumber", also="MFA device", **_USER),
    "DeleteAccessKey": Removal("AccessKeyId", **_USER),
    "DeleteAccountAlias": Removal("AccountAlias"),
    "DeleteAccountPasswordPolicy": Removal(""),
    "DeleteGroup": Removal("GroupName"),
    "DeleteGroupPolicy": Removal("PolicyName", **_GROUP),
    "DeleteInstanceProfile": Removal("InstanceProfileName"),
    "DeleteLoginProfile": Removal("", also="Login Profile", **_USER),
    "DeleteRole": Removal("RoleName"),
    "DeleteRolePolicy": Removal("PolicyName", **_ROLE),
    "DeleteSSHPublicKey": Removal("SSHPublicKeyId", **_USER),
    "DeleteServerCertificate": Removal("ServerCertificateName"),
    "DeleteServiceSpecificCredential": Removal("ServiceSpecificCredentialId", **_USER),
    "DeleteSigningCertificate": Removal("CertificateId", **_USER),
    "DeleteUser": Removal("UserName"),
    "DeleteUserPolicy": Removal("PolicyName", **_USER),
    "DeleteVirtualMFADevice": Removal("SerialNumber"),
    "DetachGroupPolicy": Removal("PolicyArn", **_GROUP),
    "DetachRolePolicy": Removal("PolicyArn", **_ROLE),
    "DetachUserPolicy": Removal("PolicyArn", **_USER),
    "RemoveRoleFromInstanceProfile": Removal(
        "RoleName", **{"instance profile": "InstanceProfileName", **_ROLE}
    ),
    "RemoveUserFromGroup": Removal("UserName", **_USER, **_GROUP),
}


def check(operation: str, parameters: Mapping[str, Any]) -> str:
    """Return how to see whether a request took effect: a command line, or what to do."""
    from shlex import quote

    text = CHECKS[operation]
    try:
        return text.format(**{name: quote(str(value)) for name, value in parameters.items()})
    except KeyError:
        return text.partition(" -u")[0]


def unknown_words(operation: str, check: str) -> str:
    """Return the words for an operation whose outcome is unknown."""
    return f"whether {operation} was carried out is unknown, look first: {check}"


def unknown(reason: str, operation: str, parameters: Mapping[str, Any]) -> UnknownOutcome:
    """Return the failure of a request whose outcome is unknown for ``reason``."""
    look = check(operation, parameters)
    return UnknownOutcome(reason, unknown_words(operation, look), look)


def missing_owner(operation: str, parameters: Mapping[str, Any], message: str) -> str | None:
    """Return the kind of the owner ("user") that a NoSuchEntity's ``message`` reports missing.

    None if the message is about what was to be removed, or about nothing that is recognized.
    Source: the service's sentences, "The user with name bob cannot be found."
    """
    removal = REMOVALS.get(operation)
    if removal is None:
        return None
    words = message.removeprefix("The ").lower()
    for kind, member in removal.owners.items():
        name = str(parameters.get(member, "")).lower()
        subjects = (f"{kind} with name {name} ", f"{kind} {name} ")
        if words.startswith(tuple(s + ending for s in subjects for ending in _NOT_FOUND)):
            return kind
    return None


def is_gone(operation: str, parameters: Mapping[str, Any], message: str) -> bool:
    """Return whether a NoSuchEntity's ``message`` says that what was to be removed is gone."""
    removal = REMOVALS.get(operation)
    if removal is None or missing_owner(operation, parameters, message):
        return False
    if not removal.owners:
        return True
    name = str(parameters.get(removal.member, "")).lower()
    words = message.lower()
    return bool((name and name in words) or (removal.also and removal.also.lower() in words))
