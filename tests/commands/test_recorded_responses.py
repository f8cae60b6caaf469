"""Real responses of IAM: the examples of botocore and recorded errors, with each command."""

from __future__ import annotations

import json
from base64 import b64encode
from functools import cache
from itertools import product
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from xml.sax.saxutils import escape

import jmespath
import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel
from support.selection import every
from support.shell import TESTS
from support.stub import ok, refused

if TYPE_CHECKING:
    from botocore.model import Shape
    from support.forked import Done, ForkRunner
    from support.stub import Answer, Endpoint, Stub

ERRORS = json.loads((TESTS / "recorded" / "errors.json").read_text())
FILE = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
KEY = "-----BEGIN PRIVATE KEY-----\nMIIC\n-----END PRIVATE KEY-----\n"
POLICY = '{"Statement":[]}'
DOCUMENT = '{"Version":"2012-10-17","Statement":[{"Resource":"a+b c%20d/é"}]}'
#: Policies that the commands generate, as literals of a query.
ALLOW = '{"Version":"2008-10-17","Statement":[{"Effect":"Allow",'
ADDED = f"""'{ALLOW}"Action":["s3:Put"],"Resource":["*"]}}]}}'"""
EC2 = '"Principal":{"Service":["ec2.amazonaws.com"]}'
TRUST = f"""'{ALLOW}{EC2},"Action":["sts:AssumeRole"]}}]}}'"""
SEED = "JBSWY3DPEHPK3PXP"
FOOTER = "IsTruncated: false"


def shown(sent: str, query: str) -> tuple[str, str]:
    """Return the operations, and the query for what is printed of the output of the first one."""
    return sent, f"{sent.split(maxsplit=1)[0]}.{query}"


def listed(sent: str, query: str) -> tuple[str, str]:
    """Return the same with the footer of lists."""
    return sent, f"[{sent.split(maxsplit=1)[0]}.{query}, '{FOOTER}']"


def together(*queries: str) -> str:
    """Return the query for what each of the queries selects, in order."""
    return f"[{', '.join(queries)}]"


def indented(member: str) -> str:
    """Return the query for a member behind a tab."""
    return f"join('', ['\t', {member}])"


def headed(heading: str, entries: str, member: str) -> str:
    """Return the query for a heading and the ``member`` of each of the entries below it."""
    return f"'{heading}', {entries}.{indented(member)}"


def attached(kind: str) -> str:
    """Return the query for the managed policies that are attached to an entity."""
    entries = f"ListAttached{kind}Policies.AttachedPolicies[]"
    return headed("attachedpolicies", entries, "PolicyArn")


#: The operations that read what belongs to an entity, and those that remove it.
OF_USER = (
    "ListAccessKeys ListUserPolicies ListSigningCertificates ListGroupsForUser GetLoginProfile"
    " ListMFADevices ListSSHPublicKeys ListServiceSpecificCredentials ListAttachedUserPolicies"
)
REMOVED_FROM_USER = (
    "DeleteAccessKey DeleteAccessKey DeleteUserPolicy DeleteUserPolicy DeleteSigningCertificate"
    " RemoveUserFromGroup RemoveUserFromGroup DeleteLoginProfile DeactivateMFADevice"
    " DeleteVirtualMFADevice DeactivateMFADevice DeleteVirtualMFADevice DetachUserPolicy"
)
OF_GROUP = "GetGroup ListGroupPolicies ListAttachedGroupPolicies"
REMOVED_FROM_GROUP = (
    "RemoveUserFromGroup RemoveUserFromGroup DeleteGroupPolicy DeleteGroupPolicy DetachGroupPolicy"
)
OF_ROLE = "ListInstanceProfilesForRole ListRolePolicies ListAttachedRolePolicies"
REMOVED_FROM_ROLE = (
    "RemoveRoleFromInstanceProfile DeleteRolePolicy DeleteRolePolicy DetachRolePolicy"
)
#: For each command line, the operations that it sends, in order, and what it prints: a JMESPath
#: query of the outputs by operation, or "" if it prints nothing. Each string is a line; the entries
#: of a map are lines "KEY: VALUE", sorted.
COMMANDS = {
    # the account
    "iam-accountaliascreate -a examplecorp": ("CreateAccountAlias", ""),
    "iam-accountaliasdelete -a mycompany": ("DeleteAccountAlias", ""),
    "iam-accountaliaslist": listed(
        "ListAccountAliases", "AccountAliases[].join('', ['Alias: ', @])"
    ),
    "iam-accountaliaslist -i 3 -m MK": listed(
        "ListAccountAliases", "AccountAliases[].join('', ['Alias: ', @])"
    ),
    "iam-accountdelpasswordpolicy": ("DeleteAccountPasswordPolicy", ""),
    "iam-accountgetpasswordpolicy": shown("GetAccountPasswordPolicy", "PasswordPolicy"),
    "iam-accountgetsummary": shown("GetAccountSummary", "SummaryMap"),
    "iam-accountmodpasswordpolicy": ("UpdateAccountPasswordPolicy", ""),
    "iam-accountmodpasswordpolicy --reset": ("UpdateAccountPasswordPolicy", ""),
    "iam-accountmodpasswordpolicy -m 8 -n": (
        "GetAccountPasswordPolicy UpdateAccountPasswordPolicy",
        "",
    ),
    # groups
    "iam-groupadduser -g Admins -u Bob": ("AddUserToGroup", ""),
    "iam-groupadduser -g Admins -u Bob -u Alice": ("AddUserToGroup AddUserToGroup", ""),
    "iam-groupcreate -g Admins": ("CreateGroup", ""),
    "iam-groupcreate -g Admins -p / -v": shown("CreateGroup", "Group.[Arn, GroupId]"),
    "iam-groupdel -g Admins": ("DeleteGroup", ""),
    "iam-groupdel -g Admins -r -p": (
        OF_GROUP,
        together(
            headed("users", "GetGroup.Users[]", "Arn"),
            headed("policies", "ListGroupPolicies.PolicyNames[]", "@"),
            attached("Group"),
        ),
    ),
    "iam-groupdel -g Admins -r": (f"{OF_GROUP} {REMOVED_FROM_GROUP} DeleteGroup", ""),
    "iam-grouplistbypath": listed("ListGroups", "Groups[].Arn"),
    "iam-grouplistbypath -p /x/ -i 2 -m MK": listed("ListGroups", "Groups[].Arn"),
    "iam-grouplistusers -g Admins": listed(
        "GetGroup", f"Group.Arn, '\tusers', GetGroup.Users[].{indented('Arn')}"
    ),
    "iam-grouplistusers -g Admins -i 7 -m MK": listed(
        "GetGroup", f"Group.Arn, '\tusers', GetGroup.Users[].{indented('Arn')}"
    ),
    "iam-groupmod -g Test -n Test-1": ("UpdateGroup", ""),
    "iam-groupremoveuser -g Admins -u Bob": ("RemoveUserFromGroup", ""),
    "iam-groupremoveuser -g Admins -u Bob -u Alice": (
        "RemoveUserFromGroup RemoveUserFromGroup",
        "",
    ),
    # instance profiles
    "iam-instanceprofileaddrole -s Webserver -r S3Access": ("AddRoleToInstanceProfile", ""),
    "iam-instanceprofilecreate -s Webserver": ("CreateInstanceProfile", ""),
    "iam-instanceprofilecreate -s Webserver -r S3Access": (
        "GetRole CreateInstanceProfile AddRoleToInstanceProfile",
        "",
    ),
    "iam-instanceprofiledel -s Example": ("DeleteInstanceProfile", ""),
    "iam-instanceprofiledel -s Example -r -p": (
        "GetInstanceProfile",
        together(headed("roles", "GetInstanceProfile.InstanceProfile.Roles[]", "Arn")),
    ),
    "iam-instanceprofiledel -s Example -r": (
        "GetInstanceProfile RemoveRoleFromInstanceProfile DeleteInstanceProfile",
        "",
    ),
    "iam-instanceprofilegetattributes -s Example": shown(
        "GetInstanceProfile", "InstanceProfile.[Arn, InstanceProfileId]"
    ),
    "iam-instanceprofilegetattributes -s Example -r": shown(
        "GetInstanceProfile", "InstanceProfile.[Arn, InstanceProfileId, Roles[].Arn]"
    ),
    "iam-instanceprofilelistbypath": listed("ListInstanceProfiles", "InstanceProfiles[].Arn"),
    "iam-instanceprofilelistbypath -p /x/ -i 5 -m MK": listed(
        "ListInstanceProfiles", "InstanceProfiles[].Arn"
    ),
    "iam-instanceprofilelistforrole -r Test-Role": listed(
        "ListInstanceProfilesForRole", "InstanceProfiles[].Arn"
    ),
    "iam-instanceprofileremoverole -s Example -r Test-Role": ("RemoveRoleFromInstanceProfile", ""),
    # policies
    "iam-groupaddpolicy -g Admins -p p -e Allow -a s3:Put -r *": ("PutGroupPolicy", ""),
    "iam-groupaddpolicy -g Admins -p p -e Allow -a s3:Put -r * -o": ("PutGroupPolicy", ADDED),
    "iam-groupdelpolicy -g Admins -p ExamplePolicy": ("DeleteGroupPolicy", ""),
    "iam-grouplistpolicies -g Admins": listed("ListGroupPolicies", "PolicyNames"),
    "iam-grouplistpolicies -g Admins -i 2": listed("ListGroupPolicies", "PolicyNames"),
    "iam-grouplistpolicies -g Admins -v": listed(
        "ListGroupPolicies GetGroupPolicy GetGroupPolicy", f"PolicyNames[].[@, '{DOCUMENT}']"
    ),
    "iam-grouplistpolicies -g Admins -p AdminRoot": ("GetGroupPolicy", f"'{DOCUMENT}'"),
    "iam-grouplistpolicies -g Admins -a": listed(
        "ListAttachedGroupPolicies", "AttachedPolicies[].PolicyArn"
    ),
    "iam-groupuploadpolicy -g Admins -p AllPerms -f policy.json": ("PutGroupPolicy", ""),
    "iam-groupuploadpolicy -g Admins -p AllPerms -o {}": ("PutGroupPolicy", ""),
    "iam-roleaddpolicy -r S3Access -p p -e Allow -a s3:Put -c *": ("PutRolePolicy", ""),
    "iam-roleaddpolicy -r S3Access -p p -e Allow -a s3:Put -c * -o": ("PutRolePolicy", ADDED),
    "iam-roledelpolicy -r Test-Role -p ExamplePolicy": ("DeleteRolePolicy", ""),
    "iam-rolelistpolicies -r Test-Role": listed("ListRolePolicies", "PolicyNames"),
    "iam-rolelistpolicies -r Test-Role -v": listed(
        "ListRolePolicies GetRolePolicy GetRolePolicy", f"PolicyNames[].[@, '{DOCUMENT}']"
    ),
    "iam-rolelistpolicies -r Test-Role -p KeyPolicy -v": ("GetRolePolicy", f"'{DOCUMENT}'"),
    "iam-rolelistpolicies -r Test-Role -a": listed(
        "ListAttachedRolePolicies", "AttachedPolicies[].PolicyArn"
    ),
    "iam-roleuploadpolicy -r S3Access -p S3AccessPolicy -f policy.json": ("PutRolePolicy", ""),
    "iam-useraddpolicy -u Bob -p p -e Allow -a s3:Put -r *": ("PutUserPolicy", ""),
    "iam-useraddpolicy -u Bob -p p -e Allow -a s3:Put -r * -o": ("PutUserPolicy", ADDED),
    "iam-userdelpolicy -u Juan -p ExamplePolicy": ("DeleteUserPolicy", ""),
    "iam-userlistpolicies -u Bob": listed("ListUserPolicies", "PolicyNames"),
    "iam-userlistpolicies -u Bob -v": listed(
        "ListUserPolicies GetUserPolicy GetUserPolicy", f"PolicyNames[].[@, '{DOCUMENT}']"
    ),
    "iam-userlistpolicies -u Bob -p AllAccessPolicy": ("GetUserPolicy", f"'{DOCUMENT}'"),
    "iam-userlistpolicies -u Bob -a": listed(
        "ListAttachedUserPolicies", "AttachedPolicies[].PolicyArn"
    ),
    "iam-useruploadpolicy -u Bob -p AllAccessPolicy -f policy.json": ("PutUserPolicy", ""),
    "iam-useruploadpolicy -u Bob -p AllAccessPolicy -o {}": ("PutUserPolicy", ""),
    # roles
    "iam-rolecreate -r Test-Role -f policy.json": ("CreateRole", ""),
    "iam-rolecreate -r Test-Role -f policy.json -v": (
        "CreateRole",
        f"[CreateRole.Role.[Arn, RoleId], '{POLICY}']",
    ),
    "iam-rolecreate -r Test-Role -s ec2.amazonaws.com -b arn:aws:iam::aws:policy/P -t a=b -v": (
        "CreateRole",
        f"[CreateRole.Role.[Arn, RoleId], {TRUST}]",
    ),
    "iam-roledel -r Test-Role": ("DeleteRole", ""),
    "iam-roledel -r Test-Role -c -p": (
        OF_ROLE,
        together(
            headed("instance profiles", "ListInstanceProfilesForRole.InstanceProfiles[]", "Arn"),
            headed("policies", "ListRolePolicies.PolicyNames[]", "@"),
            attached("Role"),
        ),
    ),
    "iam-roledel -r Test-Role -c": (f"{OF_ROLE} {REMOVED_FROM_ROLE} DeleteRole", ""),
    "iam-rolegetattributes -r Test-Role": shown(
        "GetRole", "Role.[Arn, RoleId, AssumeRolePolicyDocument]"
    ),
    "iam-rolelistbypath": listed("ListRoles", "Roles[].Arn"),
    "iam-rolelistbypath -p / -i 2": listed("ListRoles", "Roles[].Arn"),
    "iam-roleupdateassumepolicy -r S3Access -f policy.json": ("UpdateAssumeRolePolicy", ""),
    "iam-roleupdateassumepolicy -r S3Access -f policy.json -o": (
        "UpdateAssumeRolePolicy",
        f"'{POLICY}'",
    ),
    "iam-roleupdateassumepolicy -r S3Access -s ec2.amazonaws.com -o": (
        "UpdateAssumeRolePolicy",
        TRUST,
    ),
    # server certificates
    "iam-servercertdel -s ProdServerCert": ("DeleteServerCertificate", ""),
    "iam-servercertgetattributes -s ProdServerCert": shown(
        "GetServerCertificate",
        "ServerCertificate.ServerCertificateMetadata.[Arn, ServerCertificateId]",
    ),
    "iam-servercertlistbypath": listed(
        "ListServerCertificates", "ServerCertificateMetadataList[].Arn"
    ),
    "iam-servercertmod -s ProdServerCert -n New": ("UpdateServerCertificate", ""),
    "iam-servercertupload -s Prod -b cert.pem -k key.pem": ("UploadServerCertificate", ""),
    "iam-servercertupload -s Prod -b cert.pem -k key.pem -c cert.pem -p /company/ -v": shown(
        "UploadServerCertificate", "ServerCertificateMetadata.[Arn, ServerCertificateId]"
    ),
    # users
    "iam-usercreate -u Bob": ("CreateUser", ""),
    "iam-usercreate -u Bob -v": shown("CreateUser", "User.[Arn, UserId]"),
    "iam-usercreate -u Bob -b arn:aws:iam::aws:policy/P -t a=b -v": shown(
        "CreateUser", "User.[Arn, UserId]"
    ),
    "iam-usercreate -u Bob -g Admins": ("GetGroup CreateUser AddUserToGroup", ""),
    "iam-usercreate -u Bob -g Admins -k -v": (
        "GetGroup CreateUser AddUserToGroup CreateAccessKey",
        "[CreateAccessKey.AccessKey.[AccessKeyId, SecretAccessKey], CreateUser.User.[Arn, UserId]]",
    ),
    "iam-userdel -u Bob": ("DeleteUser", ""),
    "iam-userdel -u Bob -r -p": (
        OF_USER,
        together(
            headed("accesskeys", "ListAccessKeys.AccessKeyMetadata[]", "AccessKeyId"),
            headed("policies", "ListUserPolicies.PolicyNames[]", "@"),
            headed("certificates", "ListSigningCertificates.Certificates[]", "CertificateId"),
            headed("groups", "ListGroupsForUser.Groups[]", "Arn"),
            "'loginprofile', '\tBob'",
            headed("mfadevices", "ListMFADevices.MFADevices[]", "SerialNumber"),
            attached("User"),
        ),
    ),
    "iam-userdel -u Bob -r": (f"{OF_USER} {REMOVED_FROM_USER} DeleteUser", ""),
    "iam-usergetattributes": shown("GetUser", "User.[Arn, UserId]"),
    "iam-usergetattributes -u Bob": shown("GetUser", "User.[Arn, UserId]"),
    "iam-userlistbypath": listed("ListUsers", "Users[].Arn"),
    "iam-userlistbypath -p /division_abc/ -i 9 -m MK": listed("ListUsers", "Users[].Arn"),
    "iam-userlistgroups -u Bob": listed("ListGroupsForUser", "Groups[].Arn"),
    "iam-usermod -u Bob -n Robert": ("UpdateUser", ""),
    # access keys
    "iam-useraddkey": shown("CreateAccessKey", "AccessKey.[AccessKeyId, SecretAccessKey]"),
    "iam-useraddkey -u Bob": shown("CreateAccessKey", "AccessKey.[AccessKeyId, SecretAccessKey]"),
    "iam-userdelkey -u Bob -k AKIDPMS9RO4H3FEXAMPLE": ("DeleteAccessKey", ""),
    "iam-userlistkeys": listed("ListAccessKeys", "AccessKeyMetadata[].[AccessKeyId, Status]"),
    "iam-userlistkeys -u Alice -i 9": listed(
        "ListAccessKeys", "AccessKeyMetadata[].[AccessKeyId, Status]"
    ),
    "iam-userlistkeys -u Alice -l": listed(
        "ListAccessKeys GetAccessKeyLastUsed GetAccessKeyLastUsed",
        "AccessKeyMetadata[].[AccessKeyId, Status,"
        " join('\t', [CreateDate, '2019-11-18T05:01:58Z', 'us-east-1', 's3'])]",
    ),
    "iam-usermodkey -u Bob -k AKIAIOSFODNN7EXAMPLE -s Inactive": ("UpdateAccessKey", ""),
    # signing certificates
    "iam-useraddcert -u Bob -f cert.pem": shown(
        "UploadSigningCertificate", "Certificate.CertificateId"
    ),
    "iam-useraddcert -c MIIB": shown("UploadSigningCertificate", "Certificate.CertificateId"),
    "iam-userdelcert -u Anika -c TA7SMP42TDN5Z26OBPJE7EXAMPLE": ("DeleteSigningCertificate", ""),
    "iam-userlistcerts -u Bob": listed(
        "ListSigningCertificates", "Certificates[].[CertificateId, Status]"
    ),
    "iam-userlistcerts -u Bob -v": listed(
        "ListSigningCertificates", "Certificates[].[CertificateId, CertificateBody, Status]"
    ),
    "iam-usermodcert -u Bob -c TA7SMP42TDN5Z26OBPJE7EXAMPLE -s Active": (
        "UpdateSigningCertificate",
        "",
    ),
    # MFA devices
    "iam-userdeactivatemfadevice -u Bob -s arn:mfa": ("DeactivateMFADevice", ""),
    "iam-userenablemfadevice -u Bob -s arn:mfa -c1 123456 -c2 654321": ("EnableMFADevice", ""),
    "iam-userlistmfadevices -u Bob": listed("ListMFADevices", "MFADevices[].SerialNumber"),
    "iam-userresyncmfadevice -u Bob -s arn:mfa -c1 123456 -c2 654321": ("ResyncMFADevice", ""),
    "iam-virtualmfadevicecreate -s Juan -b Base32String": (
        "CreateVirtualMFADevice",
        f"[CreateVirtualMFADevice.VirtualMFADevice.SerialNumber, '{SEED}']",
    ),
    "iam-virtualmfadevicecreate -s Juan -b QRCodePNG -o seed.png": shown(
        "CreateVirtualMFADevice", "VirtualMFADevice.SerialNumber"
    ),
    "iam-virtualmfadevicedel -s arn:aws:iam::123456789012:mfa/Name": ("DeleteVirtualMFADevice", ""),
    "iam-virtualmfadevicelist -t Any": listed(
        "ListVirtualMFADevices", "VirtualMFADevices[].SerialNumber"
    ),
    "iam-virtualmfadevicelist -t Any -v": listed(
        "ListVirtualMFADevices", "VirtualMFADevices[].[SerialNumber, User.Arn, EnableDate]"
    ),
    # passwords
    "iam-useraddloginprofile -u Bob -p h]6EszR}vJ*m": ("CreateLoginProfile", ""),
    "iam-userchangepassword -o 3s0K_;xh4~8XXI -n ]35d/{pB9Fo9wJ": ("ChangePassword", ""),
    "iam-userdelloginprofile -u Bob": ("DeleteLoginProfile", ""),
    "iam-usergetloginprofile -u Anika": (
        "GetLoginProfile",
        "join('', ['Login Profile Exists for User ', GetLoginProfile.LoginProfile.UserName])",
    ),
    "iam-usermodloginprofile -u Bob -p SomeKindOfPassword123!@#": ("UpdateLoginProfile", ""),
}
#: What a command line also writes to standard error.
NOTES = {
    "iam-accountmodpasswordpolicy -m 8 -n": (
        "kept from the current policy: MaxPasswordAge 90, PasswordReusePrevention 12"
    )
}
#: The second line of an error of a command line and an operation: what was done, what was not.
STATES = {
    ("iam-groupadduser -g Admins -u Bob -u Alice", "AddUserToGroup"): (
        "added: nothing; not added: user Bob, user Alice"
    ),
    ("iam-groupremoveuser -g Admins -u Bob -u Alice", "RemoveUserFromGroup"): (
        "removed: nothing; not removed: user Bob, user Alice"
    ),
    (
        "iam-instanceprofilecreate -s Webserver -r S3Access",
        "AddRoleToInstanceProfile",
    ): "created: instance profile Webserver; not created: role S3Access in it",
    ("iam-roledel -r Test-Role -c", "DeleteRole"): (
        "removed: place in instance profile ExampleInstanceProfile, policy AdminRoot,"
        " policy KeyPolicy, attached policy arn:aws:iam::aws:policy/P; left: role Test-Role"
    ),
    ("iam-usercreate -u Bob -g Admins", "CreateUser"): (
        "created: nothing; not created: user Bob, membership of group Admins"
    ),
    ("iam-usercreate -u Bob -g Admins -k -v", "CreateUser"): (
        "created: nothing; not created: user Bob, membership of group Admins, access key"
    ),
    ("iam-usercreate -u Bob -g Admins -k -v", "CreateAccessKey"): (
        "created: user Bob, membership of group Admins; not created: access key"
    ),
}
#: The outputs of operations without an example: queries of the outputs of the examples.
MADE = {
    "GetGroup": "{Group: CreateGroup.Group, Users: ListUsers.Users}",
    "GetServerCertificate": "{ServerCertificate: UploadServerCertificate}",
    "ListInstanceProfiles": (
        "{InstanceProfiles: [CreateInstanceProfile.InstanceProfile,"
        " GetInstanceProfile.InstanceProfile]}"
    ),
    "ListInstanceProfilesForRole": "{InstanceProfiles: [GetInstanceProfile.InstanceProfile]}",
    "ListMFADevices": "{MFADevices: ListVirtualMFADevices.VirtualMFADevices}",
    "ListRolePolicies": "ListGroupPolicies",
    "ListRoles": "{Roles: [CreateRole.Role, GetRole.Role]}",
    "ListServerCertificates": (
        "{ServerCertificateMetadataList: [UploadServerCertificate.ServerCertificateMetadata]}"
    ),
    "ListUserPolicies": "ListGroupPolicies",
}
STORED = {"PolicyName": "p", "PolicyDocument": quote(DOCUMENT)}
ADMIN = {"AttachedPolicies": [{"PolicyName": "P", "PolicyArn": "arn:aws:iam::aws:policy/P"}]}
#: The outputs of the other operations without an example.
OWN: dict[str, dict[str, Any]] = {
    "CreateVirtualMFADevice": {
        "VirtualMFADevice": {
            "SerialNumber": "arn:aws:iam::123456789012:mfa/Juan",
            "Base32StringSeed": b64encode(SEED.encode()).decode(),
            "QRCodePNG": b64encode(b"\x89PNG").decode(),
        }
    },
    "GetAccessKeyLastUsed": {
        "UserName": "Alice",
        "AccessKeyLastUsed": {
            "LastUsedDate": "2019-11-18T05:01:58Z",
            "ServiceName": "s3",
            "Region": "us-east-1",
        },
    },
    "GetGroupPolicy": {"GroupName": "Admins", **STORED},
    "GetRolePolicy": {"RoleName": "Test-Role", **STORED},
    "GetUserPolicy": {"UserName": "Bob", **STORED},
    "ListAttachedGroupPolicies": ADMIN,
    "ListAttachedRolePolicies": ADMIN,
    "ListAttachedUserPolicies": ADMIN,
}
#: The operations of the examples that no command sends.
NOT_SENT = {
    "AddClientIDToOpenIDConnectProvider",
    "AttachGroupPolicy",
    "AttachRolePolicy",
    "AttachUserPolicy",
    "CreateOpenIDConnectProvider",
    "GenerateOrganizationsAccessReport",
    "GenerateServiceLastAccessedDetails",
    "GetOrganizationsAccessReport",
    "GetServiceLastAccessedDetails",
    "GetServiceLastAccessedDetailsWithEntities",
    "ListPoliciesGrantingServiceAccess",
    "ListRoleTags",
    "ListUserTags",
    "SetSecurityTokenServicePreferences",
    "TagRole",
    "TagUser",
    "UntagRole",
    "UntagUser",
}


@cache
def model() -> ServiceModel:
    return ServiceModel(Loader().load_service_model("iam", "service-2"), "iam")


@cache
def examples() -> dict[str, list[dict[str, Any]]]:
    return Loader().load_service_model("iam", "examples-1")["examples"]  # type: ignore[no-any-return]


def xml(shape: Shape, value: Any) -> str:
    """Return ``value`` as the query protocol writes it."""
    if shape.type_name == "structure":
        return "".join(
            f"<{name}>{xml(member, value[name])}</{name}>"
            for name, member in shape.members.items()
            if name in value
        )
    if shape.type_name == "list":
        return "".join(f"<member>{xml(shape.member, entry)}</member>" for entry in value)
    if shape.type_name == "map":
        return "".join(
            f"<entry><key>{key}</key><value>{xml(shape.value, entry)}</value></entry>"
            for key, entry in value.items()
        )
    return escape(str(value).lower() if isinstance(value, bool) else str(value))


def answer(operation: str, output: dict[str, Any] | None) -> Answer:
    shape = model().operation_model(operation).output_shape
    return ok(operation, xml(shape, output or {}) if shape else "")


@cache
def outputs() -> dict[str, dict[str, Any]]:
    """Return the output of each operation that a command sends, or {} if it has none."""
    found = {
        operation: entries[0].get("output") or {}
        for operation, entries in examples().items()
        if operation not in NOT_SENT
    }
    made = {operation: jmespath.search(query, found) for operation, query in MADE.items()}
    return {**OWN, **made, **found}


def operations(line: str) -> list[str]:
    return COMMANDS[line][0].split()


def lines_of(value: Any) -> list[str]:
    """Return the lines for what a query selects."""
    if isinstance(value, dict):
        return [f"{key}: {json.dumps(entry)}" for key, entry in sorted(value.items())]
    if isinstance(value, list):
        return [line for entry in value for line in lines_of(entry)]
    return [] if value is None else [str(value)]


def printed(line: str, **changed: dict[str, Any]) -> str:
    """Return what a command line prints with the outputs, of which some are ``changed``."""
    query = COMMANDS[line][1]
    selected = jmespath.search(query, {**outputs(), **changed}) if query else None
    return "".join(f"{text}\n" for text in lines_of(selected))


def serve(stub: Stub, line: str, **changed: dict[str, Any]) -> Endpoint:
    """Return an endpoint with an answer for each operation that a command line sends."""
    endpoint = stub.endpoint()
    for operation in operations(line):
        output = changed.get(operation, outputs().get(operation))
        endpoint.on(operation, answer(operation, output))
    return endpoint


def run_line(line: str, run_fast: ForkRunner, endpoint: Endpoint, *more: str) -> Done:
    (run_fast.home / "cert.pem").write_text(FILE)
    (run_fast.home / "key.pem").write_text(KEY)
    (run_fast.home / "policy.json").write_text(POLICY)
    # In the sandbox, no refusal is waited for; test_eventual_consistency.py tests the waiting.
    env = {"IAMCLI_SANDBOX": endpoint.url, "AWS_IAM_URL": endpoint.url, "AWS_MAX_ATTEMPTS": "1"}
    return run_fast(*line.split(), *more, env=env)


def test_the_examples_are_all_here():
    sent = {operation for line in COMMANDS for operation in operations(line)}
    assert set(examples()) - sent == NOT_SENT
    assert not sent & NOT_SENT
    assert sum(map(len, examples().values())) >= 68


def test_every_command_receives_every_operation_of_the_original():
    rows = (TESTS / "interface" / "requests.tsv").read_text().splitlines()[1:]
    original = {(row.split()[0], row.split("\t")[1]) for row in rows}
    assert {name for name, _ in original} == {line.split()[0] for line in COMMANDS}
    ours = {(line.split()[0], operation) for line in COMMANDS for operation in operations(line)}
    assert original - ours == set()


@pytest.mark.parametrize("line", every(4, COMMANDS))
def test_example_is_printed_whole(line, run_fast, stub):
    endpoint = serve(stub, line)
    done = run_line(line, run_fast, endpoint)
    note = f"{line.split(maxsplit=1)[0]}: {NOTES[line]}\n" if line in NOTES else ""
    assert done == (0, printed(line), note)
    assert done.out != f"{FOOTER}\n"
    assert endpoint.operations == operations(line)


@pytest.mark.parametrize(
    ("kind", "safe"), every(2, product(["User", "Group", "Role"], ["", "+", "/+"]))
)
def test_document_keeps_plus_and_percent(kind, safe, run_fast, stub):
    operation = f"Get{kind}Policy"
    output = {**outputs()[operation], "PolicyDocument": quote(DOCUMENT, safe=safe)}
    (line,) = (line for line in COMMANDS if operations(line) == [operation])
    done = run_line(line, run_fast, serve(stub, line, **{operation: output}))
    assert done == (0, f"{DOCUMENT}\n", "")


BOUNDARY = {
    "PermissionsBoundaryType": "PermissionsBoundaryPolicy",
    "PermissionsBoundaryArn": "arn:aws:iam::123456789012:policy/b",
}
#: Members that the service has added since the original, and other forms of a date.
ODD: dict[str, dict[str, Any]] = {
    "a date with fractions": {"CreateDate": "2012-09-21T23:03:13.123456Z"},
    "tags": {"Tags": [{"Key": "a", "Value": ""}, {"Key": "b c", "Value": "é"}]},
    "a boundary": {"PermissionsBoundary": BOUNDARY},
    "a last use": {
        "PasswordLastUsed": "2020-01-01T00:00:00Z",
        "RoleLastUsed": {"LastUsedDate": "2020-01-01T00:00:00.5Z", "Region": "us-east-1"},
    },
}
#: For each kind of entity, command lines that print some of its members.
PRINTING = {
    "User": ("iam-usergetattributes -u Bob", "iam-userlistbypath", "iam-usercreate -u Bob -v"),
    "Role": (
        "iam-rolegetattributes -r Test-Role",
        "iam-rolelistbypath",
        "iam-rolecreate -r Test-Role -f policy.json -v",
    ),
}


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("kind", PRINTING)
def test_entity_with_members_of_later_years(kind, odd, run_fast, stub):
    entity = {**outputs()[f"Get{kind}"][kind], **ODD[odd]}
    changed: dict[str, dict[str, Any]] = {
        f"Get{kind}": {kind: entity},
        f"List{kind}s": {f"{kind}s": [entity, entity]},
        f"Create{kind}": {kind: entity},
    }
    for line in PRINTING[kind]:
        done = run_line(line, run_fast, serve(stub, line, **changed))
        assert done == (0, printed(line, **changed), "")
        assert entity["Arn"] in done.out


DATES = ["2012-09-21T23:03:13Z", "2012-09-21T23:03:13.411Z", "2012-09-21T23:03:13.123456Z"]


@pytest.mark.parametrize("date", DATES)
def test_date_is_printed_as_the_service_sends_it(date, run_fast, stub):
    key = {**outputs()["ListAccessKeys"]["AccessKeyMetadata"][0], "CreateDate": date}
    use = {"LastUsedDate": date, "ServiceName": "iam", "Region": "us-east-1"}
    keys: dict[str, dict[str, Any]] = {
        "ListAccessKeys": {"AccessKeyMetadata": [key]},
        "GetAccessKeyLastUsed": {"UserName": "Alice", "AccessKeyLastUsed": use},
    }
    line = "iam-userlistkeys -u Alice -l"
    done = run_line(line, run_fast, serve(stub, line, **keys))
    third = f"{date}\t{date}\tus-east-1\tiam"
    assert done == (0, f"{key['AccessKeyId']}\nActive\n{third}\n{FOOTER}\n", "")

    user = outputs()["GetUser"]["User"]
    device = {"SerialNumber": "arn:mfa", "User": user, "EnableDate": date}
    line = "iam-virtualmfadevicelist -t Any -v"
    devices = {"ListVirtualMFADevices": {"VirtualMFADevices": [device]}}
    done = run_line(line, run_fast, serve(stub, line, **devices))
    assert done == (0, f"arn:mfa\n{user['Arn']}\n{date}\n{FOOTER}\n", "")


#: The command lines that print nothing but a list.
LISTS = [
    line
    for line, (sent, query) in COMMANDS.items()
    if sent.startswith("List") and query.endswith(f"'{FOOTER}']")
]


@pytest.mark.parametrize("line", every(4, LISTS))
def test_empty_list_without_a_word_on_truncation(line, run_fast, stub):
    endpoint = stub.endpoint(ok(operations(line)[0]))
    done = run_line(line, run_fast, endpoint)
    assert done == (0, f"{FOOTER}\n", "")


MARKED = ["iam-userlistbypath", "iam-userlistkeys", "iam-grouplistusers -g Admins"]
MARKERS = ["a b", "a+b/c==", "%2B", "é", "x" * 320, "-m"]
ODD_MARKERS = every(5, product(MARKED, MARKERS))


@pytest.mark.parametrize(("line", "marker"), ODD_MARKERS)
def test_odd_marker_comes_back_as_it_is(line, marker, run_fast, stub):
    (operation,) = operations(line)
    page = outputs()[operation]
    first = answer(operation, {**page, "IsTruncated": True, "Marker": marker})
    endpoint = stub.endpoint(first, answer(operation, {**page, "IsTruncated": False}))
    done = run_line(line, run_fast, endpoint)
    assert (done.status, done.err) == (0, "")
    assert done.out.count(FOOTER) == 1
    assert [request.parameters.get("Marker") for request in endpoint.requests] == [None, marker]


@pytest.mark.parametrize(("line", "marker"), ODD_MARKERS)
def test_odd_marker_is_printed_and_can_be_given(line, marker, run_fast, stub):
    (operation,) = operations(line)
    page = {**outputs()[operation], "IsTruncated": True, "Marker": marker}
    done = run_line(line, run_fast, serve(stub, line, **{operation: page}), "-i", "2")
    more = f"IsTruncated: true\nMarker: {marker}\n"
    assert done == (0, printed(line).replace(f"{FOOTER}\n", more), "")
    endpoint = serve(stub, line)
    done = run_line(line, run_fast, endpoint, "-m", marker)
    assert done == (0, printed(line), "")
    assert endpoint.requests[0].parameters["Marker"] == marker


def test_role_that_a_service_made(run_fast, stub):
    path = "/aws-service-role/support.amazonaws.com/"
    role = {
        "Path": path,
        "RoleName": "AWSServiceRoleForSupport",
        "RoleId": "AROAEXAMPLE",
        "Arn": f"arn:aws:iam::123456789012:role{path}AWSServiceRoleForSupport",
        "CreateDate": "2018-01-01T00:00:00Z",
        "AssumeRolePolicyDocument": quote(DOCUMENT),
        "MaxSessionDuration": 3600,
        "RoleLastUsed": {},
    }
    line = "iam-rolegetattributes -r Test-Role"
    done = run_line(line, run_fast, serve(stub, line, GetRole={"Role": role}))
    assert done == (0, f"{role['Arn']}\n{role['RoleId']}\n{DOCUMENT}\n", "")
    done = run_line(
        "iam-rolelistbypath",
        run_fast,
        serve(stub, "iam-rolelistbypath", ListRoles={"Roles": [role]}),
    )
    assert done == (0, f"{role['Arn']}\n{FOOTER}\n", "")


def refusing(stub: Stub, line: str, error: dict[str, Any]) -> Endpoint:
    """Return an endpoint that refuses the operation of ``error``, or all if it names none."""
    response = refused(error["code"], error["message"], error.get("status") or 400)
    if "operation" not in error:
        return stub.endpoint(response)
    return serve(stub, line).on(error["operation"], response)


def receiving(error: dict[str, Any]) -> list[str]:
    """Return the command lines that can receive an error."""
    if "operation" not in error:
        return list(COMMANDS)
    found = [line for line in COMMANDS if error["operation"] in operations(line)]
    if error["code"] == "DeleteConflict":
        # With -r, a conflict is what the last deletion meets; test_real_service.py tests that.
        found = [line for line in found if " -r" not in line]
    return found


#: Each error, and some of the command lines that can receive it.
REFUSALS = [
    (error, lines)
    for error in ERRORS
    for parts in [1 if "operation" in error else 5]
    for lines in [receiving(error)[part::parts] for part in range(parts)]
]


@pytest.mark.parametrize(("error", "lines"), every(30, REFUSALS))
def test_error_is_the_services_own_words(error, lines, run_fast, stub):
    assert lines
    for line in lines:
        done = run_line(line, run_fast, refusing(stub, line, error))
        name = line.split(maxsplit=1)[0]
        said = f"{name}: {error['code']}: {error['message']}\n"
        step = (line, error.get("operation") or operations(line)[0])
        state = f"{name}: {STATES[step]}\n" if step in STATES else ""
        assert done == (1, "", said + state), line
