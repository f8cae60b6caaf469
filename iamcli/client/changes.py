"""Requests that change something: which can be sent twice, and how to check their outcome.

``tests/upkeep/test_operations.py`` says which table lacks an operation.
"""

from __future__ import annotations

from iamcli.errors import ServiceError, UnknownOutcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from iamcli.errors import Failure

# The operations that change something, each with how to check whether a request took effect: a
# command or an instruction. Without -u, a command applies to the user whose key signs, as the
# request does.

#: They add something to an entity that may not be visible yet, and can be sent again.
ADDITIONS = {
    "AddRoleToInstanceProfile": "iam-instanceprofilegetattributes -s {InstanceProfileName} -r",
    "AddUserToGroup": "iam-userlistgroups -u {UserName}",
    "PutGroupPolicy": "iam-grouplistpolicies -g {GroupName} -p {PolicyName}",
    "PutRolePolicy": "iam-rolelistpolicies -r {RoleName} -p {PolicyName}",
    "PutUserPolicy": "iam-userlistpolicies -u {UserName} -p {PolicyName}",
    "UpdateAssumeRolePolicy": "iam-rolegetattributes -r {RoleName}",
}
#: They create something, some of them for such an entity. They are not sent again if they may have
#: reached the service: a second request would create another one, or fail after a success.
CREATIONS = {
    "CreateAccessKey": "iam-userlistkeys -u {UserName}",
    "CreateAccountAlias": "iam-accountaliaslist",
    "CreateGroup": "iam-grouplistusers -g {GroupName}",
    "CreateInstanceProfile": "iam-instanceprofilegetattributes -s {InstanceProfileName}",
    "CreateLoginProfile": "iam-usergetloginprofile -u {UserName}",
    "CreateRole": "iam-rolegetattributes -r {RoleName}",
    "CreateUser": "iam-usergetattributes -u {UserName}",
    "CreateVirtualMFADevice": "iam-virtualmfadevicelist -t Any",
    "EnableMFADevice": "iam-userlistmfadevices -u {UserName}",
    "UploadServerCertificate": "iam-servercertgetattributes -s {ServerCertificateName}",
    "UploadSigningCertificate": "iam-userlistcerts -u {UserName}",
}
#: They remove something, and can be sent again. LOOKUPS in ``lookups.py`` says how to see that.
REMOVALS = {
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
    "RemoveRoleFromInstanceProfile": "iam-instanceprofilegetattributes -s {InstanceProfileName} -r",
    "RemoveUserFromGroup": "iam-userlistgroups -u {UserName}",
}
#: They change something that exists, and can be sent again.
UPDATES = {
    "UpdateAccessKey": "iam-userlistkeys -u {UserName}",
    "UpdateAccountPasswordPolicy": "iam-accountgetpasswordpolicy",
    "UpdateLoginProfile": "sign in with the new password",
    "UpdateSigningCertificate": "iam-userlistcerts -u {UserName}",
}
#: They change something that exists, and are not sent again, for the same reason as CREATIONS.
ONCE = {
    "ChangePassword": "sign in with the new password",
    "ResyncMFADevice": "sign in with the device",
    "UpdateGroup": "iam-grouplistbypath",
    "UpdateServerCertificate": "iam-servercertlistbypath",
    "UpdateUser": "iam-userlistbypath",
}
_REPEATABLE = ADDITIONS | REMOVALS | UPDATES
CHECKS = _REPEATABLE | CREATIONS | ONCE


def only_reads(operation: str) -> bool:
    """Return whether ``operation`` changes nothing."""
    return operation.startswith(("Get", "List"))


def may_repeat(operation: str) -> bool:
    """Return whether a request may be sent again although it may have reached the service."""
    return only_reads(operation) or operation in _REPEATABLE


def unknown_outcome_message(operation: str, parameters: Mapping[str, Any]) -> str:
    """Return the message for a request whose outcome is unknown."""
    from iamcli import quoting

    check = CHECKS.get(operation, "see the account in the IAM console or with the AWS CLI")
    try:
        check = quoting.filled(check, parameters)
    except KeyError:
        check = check.partition(" -u")[0]
    return f"{operation} may have taken effect, check first: {check}"


def unknown_if_changing(
    failure: Failure, operation: str, parameters: Mapping[str, Any], *, acted: bool = True
) -> Failure:
    """Return ``failure`` if the request only reads, else that its outcome is unknown.

    ``failure``: why there is no valid response to the request, which was sent; ``acted``: whether
    the last attempt, too, may have taken effect.
    """
    if only_reads(operation):
        return failure
    refusal = failure if isinstance(failure, ServiceError) and not acted else None
    return UnknownOutcome(str(failure), unknown_outcome_message(operation, parameters), refusal)
