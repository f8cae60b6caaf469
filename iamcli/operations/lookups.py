"""How to see in the account whether a request took effect, and what an error reports missing."""

from __future__ import annotations

from typing import Any, NamedTuple

from iamcli.client.changes import REMOVALS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from iamcli.errors import ServiceError

#: How error messages of the service, and of servers that emulate it, report a missing entity.
_NOT_FOUND = ("cannot be found", "not found", "was not found", "does not exist")

#: Kinds of entity, as the error messages call them, with the parameters that name them.
USER = {"user": "UserName"}
GROUP = {"group": "GroupName"}
ROLE = {"role": "RoleName"}
INSTANCE_PROFILE = {"instance profile": "InstanceProfileName"}
ENTITIES = USER | GROUP | ROLE | INSTANCE_PROFILE


class Lookup(NamedTuple):
    """How to see whether a request took effect: the ``operation`` that reads what it is about.

    ``key``: the list in the response, "" if the response is about the thing itself; ``member``: the
    parameter of the request, and the member of an entry, that names the thing in this list;
    ``within``: the member of the response that contains ``key``. ``subject`` and ``place``: the
    words for an addition. For a removal: ``owners``: the kinds of entity that the thing belongs to,
    with the parameters that name them; ``named``: the parameter that names the thing in an error
    message, if not ``member``; ``also``: what the message calls it, if not by its name.
    """

    operation: str
    key: str = ""
    member: str = ""
    within: str = ""
    subject: str = ""
    place: str = ""
    named: str = ""
    also: str = ""
    owners: Mapping[str, str] = {}

    def name(self, entry: Any) -> str:
        """Return the name in an ``entry`` of the list; some entries are the name."""
        return str(entry if isinstance(entry, str) else entry[self.member])


_ATTACHED = ("AttachedPolicies", "PolicyArn")
_POLICIES = ("PolicyNames", "PolicyName")
_MEMBERSHIPS = ("ListGroupsForUser", "Groups", "GroupName")
_PLACES = ("GetInstanceProfile", "Roles", "RoleName", "InstanceProfile")

#: How to see whether something was added to a list, or removed.
LOOKUPS = {
    "AddRoleToInstanceProfile": Lookup(
        *_PLACES, subject="role {RoleName}", place="in instance profile {InstanceProfileName}"
    ),
    "AddUserToGroup": Lookup(
        *_MEMBERSHIPS, subject="user {UserName}", place="in group {GroupName}"
    ),
    "DeactivateMFADevice": Lookup(
        "ListMFADevices", "MFADevices", "SerialNumber", also="MFA device", owners=USER
    ),
    "DeleteAccessKey": Lookup("ListAccessKeys", "AccessKeyMetadata", "AccessKeyId", owners=USER),
    "DeleteAccountAlias": Lookup("ListAccountAliases", "AccountAliases", "AccountAlias"),
    "DeleteAccountPasswordPolicy": Lookup("GetAccountPasswordPolicy"),
    "DeleteGroup": Lookup("GetGroup"),
    "DeleteGroupPolicy": Lookup("ListGroupPolicies", *_POLICIES, owners=GROUP),
    "DeleteInstanceProfile": Lookup("GetInstanceProfile"),
    "DeleteLoginProfile": Lookup("GetLoginProfile", also="Login Profile", owners=USER),
    "DeleteRole": Lookup("GetRole"),
    "DeleteRolePolicy": Lookup("ListRolePolicies", *_POLICIES, owners=ROLE),
    "DeleteSSHPublicKey": Lookup(
        "ListSSHPublicKeys", "SSHPublicKeys", "SSHPublicKeyId", owners=USER
    ),
    "DeleteServerCertificate": Lookup("GetServerCertificate"),
    "DeleteServiceSpecificCredential": Lookup(
        "ListServiceSpecificCredentials",
        "ServiceSpecificCredentials",
        "ServiceSpecificCredentialId",
        owners=USER,
    ),
    "DeleteSigningCertificate": Lookup(
        "ListSigningCertificates", "Certificates", "CertificateId", owners=USER
    ),
    "DeleteUser": Lookup("GetUser"),
    "DeleteUserPolicy": Lookup("ListUserPolicies", *_POLICIES, owners=USER),
    "DeleteVirtualMFADevice": Lookup("ListVirtualMFADevices", "VirtualMFADevices", "SerialNumber"),
    "DetachGroupPolicy": Lookup("ListAttachedGroupPolicies", *_ATTACHED, owners=GROUP),
    "DetachRolePolicy": Lookup("ListAttachedRolePolicies", *_ATTACHED, owners=ROLE),
    "DetachUserPolicy": Lookup("ListAttachedUserPolicies", *_ATTACHED, owners=USER),
    "RemoveRoleFromInstanceProfile": Lookup(*_PLACES, owners=INSTANCE_PROFILE | ROLE),
    "RemoveUserFromGroup": Lookup(*_MEMBERSHIPS, named="UserName", owners=USER | GROUP),
}


def reports_missing(kind: str, name: str, message: str) -> bool:
    """Return whether the ``message`` of a NoSuchEntity reports this one entity missing.

    ``kind``: "user", "group", "role" or "instance profile".
    """
    sentence = message.removeprefix("The ").lower()
    subjects = (f"{kind} with name {name.lower()} ", f"{kind} {name.lower()} ")
    return sentence.startswith(tuple(s + ending for s in subjects for ending in _NOT_FOUND))


def is_gone(operation: str, parameters: Mapping[str, Any], refusal: ServiceError) -> bool:
    """Return whether a ``refusal`` reports that the entity to be removed is missing, not its owner.

    Source: the error messages of the service, such as "The user with name bob cannot be found."
    """
    if refusal.code != "NoSuchEntity" or operation not in REMOVALS:
        return False
    removal, message = LOOKUPS[operation], refusal.message
    if any(
        reports_missing(kind, str(parameters.get(member, "")), message)
        for kind, member in removal.owners.items()
    ):
        return False
    name = str(parameters.get(removal.named or removal.member, ""))
    words = [word.lower() for word in (name, removal.also) if word]
    return not removal.owners or any(word in message.lower() for word in words)
