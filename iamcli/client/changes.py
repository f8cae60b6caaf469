"""Requests that change something: which can be sent twice, and how to check their outcome."""

from __future__ import annotations

from iamcli.errors import UnknownOutcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from iamcli.errors import Failure

#: How to check whether a request took effect: a command or an instruction. Without -u, a command
#: applies to the user whose key signs, as the request does.
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

#: Operations that are not sent again if they may have reached the service: a second request would
#: create another resource, or report an error although the first one succeeded.
NON_IDEMPOTENT = frozenset(
    {
        *(name for name in CHECKS if name.startswith(("Create", "Upload"))),
        "ChangePassword",
        "EnableMFADevice",
        "ResyncMFADevice",
        "UpdateGroup",
        "UpdateServerCertificate",
        "UpdateUser",
    }
)


def only_reads(operation: str) -> bool:
    """Return whether ``operation`` changes nothing."""
    return operation.startswith(("Get", "List"))


def advice(operation: str, parameters: Mapping[str, Any]) -> str:
    """Return the message for a request whose outcome is unknown."""
    from iamcli import quoting

    try:
        check = quoting.filled(CHECKS[operation], parameters)
    except KeyError:
        check = CHECKS[operation].partition(" -u")[0]
    return f"{operation} may have taken effect, check first: {check}"


def unknown_if_changing(failure: Failure, operation: str, parameters: Mapping[str, Any]) -> Failure:
    """Return ``failure`` if the request only reads, else that its outcome is unknown.

    ``failure``: why there is no valid response to the request, which was sent.
    """
    if only_reads(operation):
        return failure
    return UnknownOutcome(str(failure), advice(operation, parameters))
