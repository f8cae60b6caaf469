"""What the sandbox refuses: the rules of the service, with its code, words and status.

One account is built for all refusals, because a refused request changes nothing. Each pair of an
operation and a rule in the sandbox's table is refused here at least once. What moto refuses in the
same words has no rule, but a test.
"""

from __future__ import annotations

import ast
import functools
import re
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)
from support.certificates import public_key
from support.populated import CODES
from support.refusals import (
    ARN,
    BODY,
    BOUNDARY,
    ED25519,
    INLINE,
    KEY,
    MANAGED,
    PASSWORD,
    PHONE,
    PROTECTED,
    SSH_KEY,
    TWICE,
    UPLOAD,
    VERSIONED,
    WEB,
    ExpectedRefusal,
    Iam,
    absent,
    certificate,
    conflict,
    padded,
    sized,
    taken,
    told,
    too_many,
    trust,
)
from support.shell import ROOT

from iamcli.cli.sandbox import refusals
from iamcli.cli.sandbox.rules import deletions, names, parameters, passwords, permissions
from iamcli.client.model import full_model

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.releases

PACKAGE = ROOT / "iamcli" / "cli" / "sandbox"

# What does not exist.

NO_POLICY = f"{ARN}policy/nothing"
NO_DEVICE = f"{ARN}mfa/nothing"
NO_KEY, NO_CERTIFICATE = "AKIAIOSFODNN7EXAMPLE", "NONEXISTENTCERTID12345678901"
NO_SSH_KEY = "APKAXXXXXXXXXXXXXXXXX"


def not_found(what: str, **parameters: Any) -> tuple[dict[str, Any], ExpectedRefusal]:
    return parameters, absent(f"{what} cannot be found.")


def no_device(**parameters: Any) -> tuple[dict[str, Any], ExpectedRefusal]:
    serial = parameters["SerialNumber"]
    return parameters, absent(f"MFA Device with serial number {serial} does not exist.")


#: The rules about things that must exist: parameters that name nothing, and what is said.
ABSENT: dict[str, tuple[dict[str, Any], ExpectedRefusal]] = {
    "user_exists": not_found("The user with name nobody", UserName="nobody"),
    "group_exists": not_found("The group with name nothing", GroupName="nothing"),
    "role_exists": not_found("The role with name nothing", RoleName="nothing"),
    "instance_profile_exists": not_found("Instance Profile nothing", InstanceProfileName="nothing"),
    "policy_arn_is_valid": (
        {"PolicyArn": "not-an-arn-of-a-policy"},
        ExpectedRefusal("ValidationError", "ARN not-an-arn-of-a-policy is not valid.", 400),
    ),
    "policy_exists": ({"PolicyArn": NO_POLICY}, absent(f"Policy {NO_POLICY} was not found.")),
    "policy_is_attachable": (
        {"PolicyArn": NO_POLICY},
        absent(f"Policy {NO_POLICY} does not exist or is not attachable."),
    ),
    "policy_version_exists": (
        {"PolicyArn": WEB, "VersionId": "v9"},
        absent(f"Policy {WEB} version v9 does not exist or is not attachable."),
    ),
    "policy_is_of_this_account": (
        {"PolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"},
        ExpectedRefusal(
            "AccessDenied",
            "Cannot delete policy versions for policies outside your own account.",
            403,
        ),
    ),
    **{
        f"policy_is_attached_to_{noun}": (
            {f"{noun.title()}Name": name, "PolicyArn": WEB},
            absent(f"Policy {WEB} was not found."),
        )
        for noun, name in (("user", "plain"), ("group", "Admin"), ("role", "web"))
    },
    **{
        f"{noun}_inline_policy_exists": not_found(
            f"The {noun} policy with name none", PolicyName="none", **{f"{noun.title()}Name": name}
        )
        for noun, name in (("user", "plain"), ("group", "Admin"), ("role", "web"))
    },
    "access_key_exists": not_found(
        f"The Access Key with id {NO_KEY}", UserName="key", AccessKeyId=NO_KEY
    ),
    "signing_certificate_exists": not_found(
        f"The Certificate with id {NO_CERTIFICATE}", UserName="cert", CertificateId=NO_CERTIFICATE
    ),
    "ssh_public_key_exists": not_found(
        f"The Public Key with id {NO_SSH_KEY}", UserName="ssh", SSHPublicKeyId=NO_SSH_KEY
    ),
    "login_profile_exists": not_found("Login Profile for User plain", UserName="plain"),
    "server_certificate_exists": not_found(
        "The Server Certificate with name nothing", ServerCertificateName="nothing"
    ),
    "account_alias_exists": not_found(
        "The Account Alias with name another", AccountAlias="another"
    ),
    "virtual_mfa_device_exists": no_device(SerialNumber=NO_DEVICE),
    "mfa_device_can_be_known": no_device(UserName="plain", SerialNumber=NO_DEVICE),
    "mfa_device_is_assigned": no_device(UserName="plain", SerialNumber=PHONE),
    "role_is_not_protected": (
        {"RoleName": PROTECTED},
        ExpectedRefusal(
            "UnmodifiableEntity",
            f"Cannot perform the operation on the protected role '{PROTECTED}' - this role is only "
            "modifiable by AWS",
            400,
        ),
    ),
}
#: Parameters with which an operation is refused for no other reason.
USUAL: dict[str, Any] = {
    "UserName": "plain",
    "GroupName": "Admin",
    "RoleName": "web",
    "InstanceProfileName": "empty",
    "PolicyArn": WEB,
    "PolicyName": "p",
    "PolicyDocument": INLINE,
    "AssumeRolePolicyDocument": trust(),
    "PermissionsBoundary": BOUNDARY,
    "Password": PASSWORD,
    "OldPassword": "old",
    "NewPassword": PASSWORD,
    "VersionId": "v1",
    "ServerCertificateName": "example.com",
    "SerialNumber": PHONE,
    "Status": "Active",
    "Tags": [{"Key": "team", "Value": "web"}],
    "TagKeys": ["team"],
    "AccessKeyId": NO_KEY,
    "CertificateId": NO_CERTIFICATE,
    "CertificateBody": certificate("usual")[0],
    "SSHPublicKeyId": NO_SSH_KEY,
    "SSHPublicKeyBody": SSH_KEY,
    "Encoding": "SSH",
    "ServiceName": "codecommit.amazonaws.com",
    "ServiceSpecificCredentialId": "ACCAXXXXXXXXXXXXXXXXX",
    "AccountAlias": "example",
    "VirtualMFADeviceName": "new",
    "Description": "text",
    **CODES,
}


def usual(operation: str, **parameters: Any) -> dict[str, Any]:
    """Return the required parameters of ``operation``, and ``parameters`` that it has."""
    shape = full_model().operation_model(operation).input_shape
    assert shape
    members: Any = shape.members
    required = {name: USUAL[name] for name in shape.required_members if name not in parameters}
    return required | {name: value for name, value in parameters.items() if name in members}


#: What a parameter names must exist, in every operation that has the parameter.
NAMED = {
    "UserName": "user_exists",
    "GroupName": "group_exists",
    "RoleName": "role_exists",
    "InstanceProfileName": "instance_profile_exists",
    "ServerCertificateName": "server_certificate_exists",
    "AccessKeyId": "access_key_exists",
    "CertificateId": "signing_certificate_exists",
    "SSHPublicKeyId": "ssh_public_key_exists",
    "PolicyArn": "policy_arn_is_valid",
}
#: But not what is created, and not the user whose key was used last.
OTHERWISE = {
    "CreateUser": "UserName",
    "CreateGroup": "GroupName",
    "CreateRole": "RoleName",
    "CreateInstanceProfile": "InstanceProfileName",
    "UploadServerCertificate": "ServerCertificateName",
    "GetAccessKeyLastUsed": "AccessKeyId",
}
#: The operations of the other rules.
CORRECTIONS = {
    "account_alias_exists": "DeleteAccountAlias",
    "group_inline_policy_exists": "DeleteGroupPolicy GetGroupPolicy",
    "login_profile_exists": "DeleteLoginProfile GetLoginProfile UpdateLoginProfile",
    "mfa_device_can_be_known": "EnableMFADevice",
    "mfa_device_is_assigned": "DeactivateMFADevice ResyncMFADevice",
    "policy_exists": (
        "CreatePolicyVersion DeletePolicy GetPolicy ListPolicyTags ListPolicyVersions TagPolicy "
        "UntagPolicy"
    ),
    "policy_is_attachable": "AttachGroupPolicy AttachRolePolicy AttachUserPolicy",
    "policy_is_attached_to_group": "DetachGroupPolicy",
    "policy_is_attached_to_role": "DetachRolePolicy",
    "policy_is_attached_to_user": "DetachUserPolicy",
    "policy_is_of_this_account": (
        "CreatePolicyVersion DeletePolicy DeletePolicyVersion SetDefaultPolicyVersion"
    ),
    "policy_version_exists": ("DeletePolicyVersion GetPolicyVersion SetDefaultPolicyVersion"),
    "role_is_not_protected": (
        "AddRoleToInstanceProfile AttachRolePolicy DeleteRole DeleteRolePermissionsBoundary "
        "DeleteRolePolicy DetachRolePolicy PutRolePermissionsBoundary PutRolePolicy "
        "RemoveRoleFromInstanceProfile TagRole UntagRole UpdateAssumeRolePolicy UpdateRole"
    ),
    "role_inline_policy_exists": "DeleteRolePolicy GetRolePolicy",
    "user_inline_policy_exists": "DeleteUserPolicy GetUserPolicy",
    "virtual_mfa_device_exists": (
        "DeleteVirtualMFADevice ListMFADeviceTags TagMFADevice UntagMFADevice"
    ),
}
ABSENT_PAIRS = [
    *(
        (operation, NAMED[parameter])
        for operation in full_model().operation_names
        for parameter in getattr(full_model().operation_model(operation).input_shape, "members", ())
        if parameter in NAMED and OTHERWISE.get(operation) != parameter
    ),
    *((operation, rule) for rule, names in CORRECTIONS.items() for operation in names.split()),
]


@pytest.mark.parametrize(("operation", "rule"), ABSENT_PAIRS)
def test_what_a_request_names_must_exist(full_iam, operation, rule):
    parameters, said = ABSENT[rule]
    assert full_iam.refused(operation, **usual(operation, **parameters)) == said


# Everything else that is refused.


class Case(NamedTuple):
    """A request that is refused: the rule, the operation, its parameters, and what is said."""

    rule: str
    operation: str
    parameters: dict[str, Any]
    said: ExpectedRefusal


EQUAL = "Duplicate tag keys found."
UNEQUAL = f"{EQUAL} Please note that Tag keys are case insensitive."
ENCRYPTED = (
    load_pem_private_key(KEY.encode(), None)
    .private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret"))
    .decode()
)
SIGNING = certificate("signing")[0]
ANOTHER, ANOTHER_KEY = certificate("another")
PAST, FUTURE = (certificate("example.com", years=y)[0] for y in ((2020, 2021), (2126, 2127)))
NOT_PEM = "Unable to parse certificate. Please ensure the certificate is in PEM format."
EXPIRED = (
    "Certificate is no longer valid. The 'Not After' date restriction on the certificate has "
    "passed."
)
NO_CHAIN = (
    "Unable to validate certificate chain. The certificate chain must start with the immediate "
    "signing certificate, followed by any intermediaries in order. The index within the chain of "
    "the invalid certificate is: "
)
NEW_ROLE = {"RoleName": "new", "AssumeRolePolicyDocument": trust()}


def tagged(operation: str, **parameters: Any) -> list[Case]:
    in_any_case = operation.endswith(("User", "Role"))
    twice = ExpectedRefusal("InvalidInput", UNEQUAL if in_any_case else EQUAL, 400)
    reserved = ExpectedRefusal(
        "InvalidInput",
        "Tag keys and values cannot begin with aws:, which is reserved for AWS.",
        400,
    )
    same = [{"Key": "team", "Value": "a"}, {"Key": "team", "Value": "b"}]
    of_aws = [{"Key": "a", "Value": ""}, {"Key": "aws:team", "Value": ""}]
    rows = [
        ("tag_keys_are_unique", TWICE["Tags"] if in_any_case else same, twice),
        ("tags_are_not_reserved", of_aws, reserved),
    ]
    return [Case(rule, operation, {**parameters, "Tags": tags}, said) for rule, tags, said in rows]


def bounded(operation: str, **parameters: Any) -> list[Case]:
    wrong = f"{ARN}not_a_policy/invalid"
    nothing = absent(f"Scope ARN: {NO_POLICY} does not exist or is not attachable.")
    bad = ExpectedRefusal("InvalidInput", f"ARN {wrong} is not valid.", 400)
    return [
        Case(rule, operation, {**parameters, "PermissionsBoundary": arn}, said)
        for rule, arn, said in (
            ("boundary_exists", NO_POLICY, nothing),
            ("boundary_arn_is_valid", wrong, bad),
        )
    ]


#: What is said of the password "secret"; the functions have the parts.
TOO_SIMPLE = ExpectedRefusal(
    "PasswordPolicyViolation",
    "Password should have a minimum length of 8, Password should have at least one uppercase "
    "letter, Password should have at least one number, Password should have at least one symbol",
    400,
)


CASES = [
    # names
    *(
        Case(f"{noun}_name_is_free", operation, parameters, taken(f"{what} already exists."))
        for noun, operation, parameters, what in (
            ("user", "CreateUser", {"UserName": "BOB"}, "User with name BOB"),
            ("group", "CreateGroup", {"GroupName": "admin"}, "Group with name admin"),
            ("role", "CreateRole", {**NEW_ROLE, "RoleName": "WEB"}, "Role with name WEB"),
            (
                "instance_profile",
                "CreateInstanceProfile",
                {"InstanceProfileName": "Empty"},
                "Instance Profile Empty",
            ),
            (
                "server_certificate",
                "UploadServerCertificate",
                {**UPLOAD, "ServerCertificateName": "Example.com"},
                "The Server Certificate with name Example.com",
            ),
        )
    ),
    *(
        Case(
            f"{noun}_new_name_is_free",
            f"Update{entity_type}",
            {f"{entity_type}Name": old, f"New{entity_type}Name": new},
            taken(f"{what} {new} already exists."),
        )
        for noun, entity_type, old, new, what in (
            ("user", "User", "bob", "Plain", "User with name"),
            ("user", "User", "bob", "Bob", "User with name"),
            ("group", "Group", "Admin", "READERS", "Group with name"),
            ("group", "Group", "Admin", "ADMIN", "Group with name"),
            (
                "server_certificate",
                "ServerCertificate",
                "other",
                "EXAMPLE.COM",
                "The Server Certificate with name",
            ),
        )
    ),
    Case(
        "policy_name_is_free",
        "CreatePolicy",
        {"PolicyName": "WEB", "Path": "/other/", "PolicyDocument": MANAGED},
        taken("A policy called WEB already exists. Duplicate names are not allowed."),
    ),
    # What does not exist cannot get any name.
    Case(
        "server_certificate_exists",
        "UpdateServerCertificate",
        {"ServerCertificateName": "nothing", "NewServerCertificateName": "EXAMPLE.COM"},
        absent("The Server Certificate with name nothing cannot be found."),
    ),
    Case(
        "virtual_mfa_device_is_new",
        "CreateVirtualMFADevice",
        {"VirtualMFADeviceName": "phone"},
        taken("MFA device already exists."),
    ),
    Case(
        "mfa_device_is_not_in_use",
        "EnableMFADevice",
        {"UserName": "plain", "SerialNumber": PHONE, **CODES},
        taken("MFA Device is already in use."),
    ),
    Case(
        "account_alias_is_new",
        "CreateAccountAlias",
        {"AccountAlias": "example"},
        taken("The account alias example already exists."),
    ),
    Case(
        "account_alias_is_no_account_id",
        "CreateAccountAlias",
        {"AccountAlias": "123456789012"},
        ExpectedRefusal(
            "ValidationError",
            "The specified value for accountAlias is invalid. It must not be 12 digits.",
            400,
        ),
    ),
    *tagged("CreateUser", UserName="new"),
    *tagged("TagUser", UserName="plain"),
    *tagged("CreateRole", **NEW_ROLE),
    *tagged("TagRole", RoleName="web"),
    *tagged("CreateInstanceProfile", InstanceProfileName="new"),
    *tagged("TagInstanceProfile", InstanceProfileName="empty"),
    *tagged("CreatePolicy", PolicyName="new", PolicyDocument=MANAGED),
    *tagged("TagPolicy", PolicyArn=WEB),
    *tagged("UploadServerCertificate", **UPLOAD),
    *tagged("TagServerCertificate", ServerCertificateName="other"),
    *tagged("CreateVirtualMFADevice", VirtualMFADeviceName="new"),
    *tagged("TagMFADevice", SerialNumber=PHONE),
    # A line end is no part of an ARN.
    *(
        Case(
            "policy_arn_is_valid",
            "GetPolicy",
            {"PolicyArn": arn},
            ExpectedRefusal("ValidationError", f"ARN {arn} is not valid.", 400),
        )
        for arn in (f"{WEB}\n", f"arn:aws:iam::{'1' * 13}:policy/x")
    ),
    # what does not belong together
    Case(
        "role_is_in_instance_profile",
        "RemoveRoleFromInstanceProfile",
        {"InstanceProfileName": "web", "RoleName": "spare"},
        absent("The role with name spare cannot be found."),
    ),
    # deletions
    *(
        Case("user_is_not_referenced", "DeleteUser", {"UserName": name}, conflict(what))
        for name, what in {
            "attached": "detach all policies",
            "inline": "delete policies",
            "password": "delete login profile",
            "key": "delete access keys",
            "cert": "delete certificates",
            "mfa": "delete MFA device",
            "ssh": "remove referenced objects",
            "member": "remove users from group",
            "many": "detach all policies",
        }.items()
    ),
    *(
        Case(f"{noun}_is_not_referenced", operation, {parameter: name}, conflict(what))
        for noun, operation, parameter, name, what in (
            ("group", "DeleteGroup", "GroupName", "g0", "remove users from group"),
            ("group", "DeleteGroup", "GroupName", "Admin", "detach all policies"),
            ("group", "DeleteGroup", "GroupName", "Readers", "detach all policies"),
            ("role", "DeleteRole", "RoleName", "profiled", "remove roles from instance profile"),
            ("role", "DeleteRole", "RoleName", "web", "detach all policies"),
            ("role", "DeleteRole", "RoleName", "spare", "detach all policies"),
        )
    ),
    Case(
        "policy_has_one_version",
        "DeletePolicy",
        {"PolicyArn": VERSIONED},
        ExpectedRefusal(
            "DeleteConflict",
            "This policy has more than one version. Before you delete a policy, you must delete "
            "the policy's versions. The default version is deleted with the policy.",
            409,
        ),
    ),
    Case(
        "policy_version_is_not_default",
        "DeletePolicyVersion",
        {"PolicyArn": VERSIONED, "VersionId": "v1"},
        ExpectedRefusal("DeleteConflict", "Cannot delete the default version of a policy.", 409),
    ),
    Case(
        "virtual_mfa_device_is_not_assigned",
        "DeleteVirtualMFADevice",
        {"SerialNumber": PHONE},
        ExpectedRefusal("DeleteConflict", "MFA VirtualDevice in use. Must deactivate first.", 409),
    ),
    # quotas
    Case(
        "access_keys_fit", "CreateAccessKey", {"UserName": "many"}, too_many("AccessKeysPerUser", 2)
    ),
    Case(
        "ssh_public_keys_fit",
        "UploadSSHPublicKey",
        {"UserName": "many", "SSHPublicKeyBody": SSH_KEY},
        too_many("SSHPublicKeysPerUser", 5),
    ),
    Case(
        "mfa_devices_fit",
        "EnableMFADevice",
        {"UserName": "many", "SerialNumber": "GAHT00000009", **CODES},
        too_many("MFADevicesPerUser", 8),
    ),
    Case(
        "groups_of_user_fit",
        "AddUserToGroup",
        {"UserName": "many", "GroupName": "Admin"},
        too_many("GroupsPerUser", 10),
    ),
    *(
        Case(
            f"{entity_type.lower()}_attached_policies_fit",
            f"Attach{entity_type}Policy",
            {f"{entity_type}Name": name, "PolicyArn": WEB},
            too_many(f"PoliciesPer{entity_type}", 10),
        )
        for entity_type, name in (("User", "many"), ("Group", "Admin"), ("Role", "web"))
    ),
    *(
        Case(
            "managed_policy_is_short",
            operation,
            {**parameters, "PolicyDocument": padded(MANAGED, 6145)},
            too_many("PolicySize", 6144),
        )
        for operation, parameters in (
            ("CreatePolicy", {"PolicyName": "new"}),
            ("CreatePolicyVersion", {"PolicyArn": WEB}),
        )
    ),
    *(
        Case("trust_policy_is_short", operation, parameters, too_many("ACLSizePerRole", 2048))
        for operation, parameters in (
            ("CreateRole", {**NEW_ROLE, "AssumeRolePolicyDocument": padded(trust(), 2049)}),
            (
                "UpdateAssumeRolePolicy",
                {"RoleName": "web", "PolicyDocument": padded(trust(), 2049)},
            ),
        )
    ),
    # The user has a policy already, and the sum counts.
    *(
        Case(
            f"{noun}_inline_policies_are_short",
            f"Put{noun.title()}Policy",
            {
                f"{noun.title()}Name": name,
                "PolicyName": "q",
                "PolicyDocument": padded(INLINE, size),
            },
            sized(noun, limit, name),
        )
        for noun, name, size, limit in (
            ("user", "inline", 2000, 2048),
            ("group", "Admin", 5121, 5120),
            ("role", "web", 10241, 10240),
        )
    ),
    # boundaries
    *bounded("CreateUser", UserName="new"),
    *bounded("PutUserPermissionsBoundary", UserName="plain"),
    *bounded("CreateRole", **NEW_ROLE),
    *bounded("PutRolePermissionsBoundary", RoleName="web"),
    # passwords
    *(
        Case("password_conforms", operation, {"UserName": name, "Password": "secret"}, TOO_SIMPLE)
        for operation, name in (("CreateLoginProfile", "plain"), ("UpdateLoginProfile", "bob"))
    ),
    Case(
        "caller_is_a_user",
        "ChangePassword",
        {"OldPassword": "old", "NewPassword": "short"},
        ExpectedRefusal("InvalidUserType", "Only IAM Users can change their own password.", 400),
    ),
    # SSH keys
    *(
        Case(
            "ssh_public_key_is_one",
            "UploadSSHPublicKey",
            {"UserName": "plain", "SSHPublicKeyBody": body},
            ExpectedRefusal(
                "InvalidPublicKey", "The public key is malformed or otherwise invalid.", 400
            ),
        )
        for body in (
            "garbage",
            "ssh-rsa AAAA bob",
            ED25519,
            public_key(bits=1024),
            KEY,
            f"{SSH_KEY}\n{KEY}",
            f"{public_key(pem=True)}{KEY}",
            BODY,
        )
    ),
    *(
        Case(
            "ssh_public_key_is_new",
            "UploadSSHPublicKey",
            {"UserName": "ssh", "SSHPublicKeyBody": body},
            ExpectedRefusal(
                "DuplicateSSHPublicKey",
                "The SSH public key is already associated with the specified IAM user.",
                400,
            ),
        )
        for body in (SSH_KEY, public_key(), public_key(pem=True))
    ),
    # certificates
    *(
        Case(
            "signing_certificate_is_one",
            "UploadSigningCertificate",
            {"UserName": "plain", "CertificateBody": body},
            ExpectedRefusal("MalformedCertificate", f"Certificate {body} is malformed.", 400),
        )
        for body in ("invalid-certificate-body", BODY + KEY)
    ),
    *(
        Case(
            "signing_certificate_is_new",
            "UploadSigningCertificate",
            {"UserName": name, "CertificateBody": body},
            ExpectedRefusal(
                "DuplicateCertificate",
                "The same certificate is associated with an IAM user in the account.",
                409,
            ),
        )
        for name, body in (("cert", SIGNING), ("plain", SIGNING.replace("\n", "\r\n ")))
    ),
    *(
        Case(
            rule,
            "UploadServerCertificate",
            {**UPLOAD, parameter: value},
            ExpectedRefusal("MalformedCertificate", message, 400),
        )
        for rule, parameter, value, message in (
            ("server_certificate_is_one", "CertificateBody", KEY, NOT_PEM),
            ("server_certificate_is_one", "CertificateBody", BODY + KEY, NOT_PEM),
            ("server_certificate_is_one", "CertificateBody", KEY + BODY, NOT_PEM),
            ("server_certificate_is_valid_now", "CertificateBody", PAST, EXPIRED),
            ("server_certificate_is_valid_now", "CertificateBody", FUTURE, NOT_PEM),
            # The first certificate counts.
            ("server_certificate_is_valid_now", "CertificateBody", PAST + BODY, EXPIRED),
            ("private_key_matches", "PrivateKey", BODY, "Invalid Private Key."),
            ("private_key_matches", "PrivateKey", ENCRYPTED, "Invalid Private Key."),
            ("chain_leads_on", "CertificateChain", ANOTHER, f"{NO_CHAIN}-1"),
            ("chain_leads_on", "CertificateChain", BODY + ANOTHER, f"{NO_CHAIN}0"),
            ("chain_leads_on", "CertificateChain", "chain", NOT_PEM),
            ("chain_leads_on", "CertificateChain", BODY + KEY, NOT_PEM),
        )
    ),
    *(
        Case(
            "private_key_matches",
            "UploadServerCertificate",
            {**UPLOAD, "CertificateBody": body, "PrivateKey": ANOTHER_KEY},
            ExpectedRefusal(
                "KeyPairMismatch",
                "The public key certificate and the private key do not match.",
                400,
            ),
        )
        for body in (BODY, BODY + ANOTHER)
    ),
    Case(
        "chain_leads_on",
        "UploadServerCertificate",
        {**UPLOAD, "CertificateBody": BODY + ANOTHER, "CertificateChain": ANOTHER},
        ExpectedRefusal("MalformedCertificate", f"{NO_CHAIN}-1", 400),
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.operation}-{case.rule}")
def test_what_the_service_refuses(full_iam, case):
    assert full_iam.refused(case.operation, **case.parameters) == case.said


# Rules by themselves: what no account of the other tests has.


def first(what: str) -> str:
    return f"DeleteConflict: {conflict(what).message}"


def test_a_user_is_deleted_after_all_that_it_has():
    obstacles = {
        "managed_policies": "detach all policies",
        "policies": "delete policies",
        "password": "delete login profile",
        "access_keys": "delete access keys",
        "signing_certificates": "delete certificates",
        "mfa_devices": "delete MFA device",
        "ssh_public_keys": "remove referenced objects",
        "service_credentials": "remove referenced objects",
    }
    user = SimpleNamespace(name="bob", **dict.fromkeys(obstacles, "x"))
    account = {"users": {"bob": user}, "groups": {"g": SimpleNamespace(users=[user])}}
    for attribute, what in obstacles.items():
        found = told(deletions.user_is_not_referenced, account, UserName="bob")
        assert found == first(what), attribute
        setattr(user, attribute, "")
    found = told(deletions.user_is_not_referenced, account, UserName="bob")
    assert found == first("remove users from group")
    account["groups"]["g"].users.clear()
    assert told(deletions.user_is_not_referenced, account, UserName="bob") == ""


def test_a_group_and_a_role_are_deleted_after_all_that_they_have():
    for rule, lists, parameter, own, more in (
        (deletions.group_is_not_referenced, "groups", "GroupName", "remove users from group", {}),
        (
            deletions.role_is_not_referenced,
            "roles",
            "RoleName",
            "remove roles from instance profile",
            {"instance_profiles": {"i": SimpleNamespace(roles=[])}},
        ),
    ):
        one = SimpleNamespace(name="x", managed_policies="x", policies="x", users=["bob"])
        account = {lists: {"x": one}, **more}
        for profile in more.get("instance_profiles", {}).values():
            profile.roles.append(one)
        for attribute, what in (
            ("managed_policies", "detach all policies"),
            ("policies", "delete policies"),
            ("users", own),
        ):
            assert told(rule, account, **{parameter: "x"}) == first(what)
            setattr(one, attribute, [])
        for profile in more.get("instance_profiles", {}).values():
            profile.roles.clear()
        assert told(rule, account, **{parameter: "x"}) == ""


@pytest.mark.parametrize("kind", ["users", "groups", "roles"])
def test_a_policy_of_one_entity_is_not_deleted(kind):
    refusal = "DeleteConflict: Cannot delete a policy attached to entities."
    attached, bounded, free = (
        SimpleNamespace(managed_policies=policies, permissions_boundary_arn=boundary)
        for policies, boundary in (({WEB: 1}, None), ({}, WEB), ({}, BOUNDARY))
    )
    for holder, expected in ((attached, refusal), (bounded, refusal), (free, "")):
        account = {kind: {"x": holder}}
        assert told(deletions.policy_is_not_attached, account, PolicyArn=WEB) == expected


def test_a_device_of_the_root_user_is_in_use():
    account = {"account_root": SimpleNamespace(mfa_devices={PHONE: 1})}
    for rule, refusal in (
        (names.mfa_device_is_not_in_use, "EntityAlreadyExists: MFA Device is already in use."),
        (
            deletions.virtual_mfa_device_is_not_assigned,
            "DeleteConflict: MFA VirtualDevice in use. Must deactivate first.",
        ),
    ):
        assert told(rule, account, SerialNumber=PHONE) == refusal
        assert told(rule, account, SerialNumber=f"{PHONE}s") == ""
        assert told(rule, {}, SerialNumber=PHONE) == ""


def test_a_name_of_a_device_is_free_under_another_path():
    account = {"virtual_mfa_devices": {f"{ARN}mfa/a/phone": 1}}
    for path, refusal in (("/a/", "EntityAlreadyExists: MFA device already exists."), ("/b/", "")):
        new = {"VirtualMFADeviceName": "phone", "Path": path}
        assert told(names.virtual_mfa_device_is_new, account, **new) == refusal
    new = {"VirtualMFADeviceName": "phone"}
    assert told(names.virtual_mfa_device_is_new, account, **new) == ""


@pytest.mark.parametrize(
    ("path", "protected"),
    [
        ("/aws-service-role/support.amazonaws.com/", True),
        ("/aws-reserved/sso.amazonaws.com/", True),
        ("/aws/", False),
        ("/x/aws-reserved/", False),
    ],
)
def test_roles_of_aws_are_known_by_their_path(*, path, protected):
    account = {"roles": {"x": SimpleNamespace(name="r", path=path)}}
    found = told(permissions.role_is_not_protected, account, RoleName="r")
    assert found.partition(":")[0] == "UnmodifiableEntity" * protected


def test_an_alias_of_twelve_digits_is_an_account():
    rule = parameters.account_alias_is_no_account_id
    found = {digits: bool(told(rule, {}, AccountAlias="1" * digits)) for digits in (11, 12, 13)}
    assert found == {11: False, 12: True, 13: False}


def test_values_of_tags_are_reserved_in_any_case():
    for tag in ({"Key": "a", "Value": "Aws:x"}, {"Key": "AWS:", "Value": ""}):
        found = told(parameters.tags_are_not_reserved, {}, Tags=[{"Key": "a", "Value": "x"}, tag])
        assert found.startswith("InvalidInput: Tag keys and values cannot begin with aws:"), tag
    tags = [{"Key": "xaws:", "Value": "aws"}]
    assert told(parameters.tags_are_not_reserved, {}, Tags=tags) == ""


# Passwords.

FLAGS = {
    "require_uppercase_characters": ("A", "uppercase letter"),
    "require_lowercase_characters": ("a", "lowercase letter"),
    "require_numbers": ("1", "number"),
    "require_symbols": ("'", "symbol"),
}


def test_each_part_of_a_password_policy_counts_alone():
    def conforms(password: str, minimum: int | None = None, **flags: bool) -> str:
        policy = SimpleNamespace(minimum_password_length=minimum)
        vars(policy).update(dict.fromkeys(FLAGS, False) | flags)
        account = {"account_password_policy": policy}
        found = {told(passwords.password_conforms, account, **{name: password}) for name in NEW}
        (said,) = found
        return said.removeprefix("PasswordPolicyViolation: Password should have ")

    assert [conforms("x" * size, 8) for size in (7, 8, 9)] == ["a minimum length of 8", "", ""]
    assert conforms("x") == ""
    for flag, (good, what) in FLAGS.items():
        for other, _ in FLAGS.values():
            expected = "" if other == good else f"at least one {what}"
            assert conforms(other, **{flag: True}) == expected, (flag, other)
    assert told(passwords.password_conforms, {"account_password_policy": None}, Password="") == ""


#: The parameters that have a new password.
NEW = ("Password", "NewPassword")


def test_the_last_passwords_are_remembered_once():
    bob = SimpleNamespace(name="bob", password="0")
    policy = SimpleNamespace(password_reuse_prevention=2)
    account = {"users": {"bob": bob}, "account_password_policy": policy}

    def new(password: str) -> bool:
        said = told(passwords.password_is_new, account, UserName="bob", NewPassword=password)
        return not said

    def change(password: str) -> None:
        bob.earlier_passwords = passwords.used_passwords(bob)
        bob.password = password

    assert (new("0"), new("0"), new("1")) == (False, False, True)
    for word in "112":
        change(word)
    # The present one, and the one before.
    assert [new(password) for password in "0123"] == [True, False, False, True]
    # One that comes again counts again.
    change("1")
    assert [new(password) for password in "012"] == [True, False, False]
    policy.password_reuse_prevention = None
    assert new("1")
    account["account_password_policy"] = None
    assert new("1")


def own(iam: Iam, name: str) -> Iam:
    """Return IAM as the user ``name`` calls it."""
    key = iam("CreateAccessKey", UserName=name)["AccessKey"]
    return Iam(iam.url, key["AccessKeyId"], key["SecretAccessKey"])


def test_a_user_chooses_a_password_that_conforms_and_is_new(full_iam):
    full_iam("CreateUser", UserName="choosy")
    choosy = own(full_iam, "choosy")
    change = {"OldPassword": "Old-Pass-0", "NewPassword": "New-Pass-1"}
    assert choosy.refused("ChangePassword", **change) == absent(
        "Login Profile for User choosy cannot be found."
    )
    full_iam("CreateLoginProfile", UserName="choosy", Password="Old-Pass-0")
    simple = {"OldPassword": "Old-Pass-0", "NewPassword": "secret"}
    assert choosy.refused("ChangePassword", **simple) == TOO_SIMPLE
    again = ExpectedRefusal(
        "PasswordPolicyViolation", "Password should not be one of the last passwords", 400
    )
    change["NewPassword"] = "Old-Pass-0"
    assert choosy.refused("ChangePassword", **change) == again
    # The policy prevents the last two; who administers the user is free.
    for number in (1, 2):
        full_iam("UpdateLoginProfile", UserName="choosy", Password=f"New-Pass-{number}")
    for word in ("New-Pass-1", "New-Pass-2"):
        change["NewPassword"] = word
        assert choosy.refused("ChangePassword", **change) == again
    change["NewPassword"] = "Old-Pass-0"
    # This one is new again, but the old password is wrong.
    assert choosy.refused("ChangePassword", **change).code == "AccessDenied"


def test_moto_refuses_to_delete_an_instance_profile_with_a_role(full_iam):
    said = full_iam.refused("DeleteInstanceProfile", InstanceProfileName="web")
    assert said == conflict("remove roles from instance profile")


def test_an_operation_that_the_sandbox_lacks_is_refused_by_its_name(full_iam):
    assert full_iam.refused(
        "GenerateServiceLastAccessedDetails", Arn=f"{ARN}user/bob"
    ) == ExpectedRefusal(
        "NotImplemented",
        "The sandbox does not have the operation GenerateServiceLastAccessedDetails.",
        501,
    )


# Names that stay free, and who calls.


def test_a_rename_to_the_same_name_and_a_second_membership_are_accepted(full_iam):
    full_iam("UpdateUser", UserName="plain", NewUserName="plain", NewPath="/")
    full_iam("AddUserToGroup", UserName="many", GroupName="g0")
    full_iam("AttachUserPolicy", UserName="many", PolicyArn=f"{ARN}policy/p0")


def test_a_chain_of_several_certificates_is_accepted(full_iam):
    body, key = certificate("leaf", "middle")
    chain = "".join(certificate(*names)[0] for names in (("middle", "root"), ("root",)))
    parts = {"CertificateBody": body, "PrivateKey": key, "CertificateChain": chain}
    full_iam("UploadServerCertificate", ServerCertificateName="leaf", **parts)


def test_without_a_user_name_it_is_the_caller_who_must_have_it(full_iam):
    full_iam("CreateUser", UserName="self")
    caller = own(full_iam, "self")
    assert caller.refused("DeleteAccessKey", AccessKeyId="AKIAIOSFODNN7EXAMPLE") == absent(
        "The Access Key with id AKIAIOSFODNN7EXAMPLE cannot be found."
    )
    full_iam("CreateAccessKey", UserName="self")
    assert caller.refused("CreateAccessKey") == too_many("AccessKeysPerUser", 2)


# The modules.


def raised(file: Path) -> set[str]:
    """The error codes of the refusals in a module, and ``copy`` for what a copy lacks."""
    codes = set()
    for node in ast.walk(ast.parse(file.read_text())):
        name = getattr(getattr(node, "func", None), "id", "")
        if name == "Refusal":
            codes.add(ast.literal_eval(node.args[0]))  # type: ignore[attr-defined]
        elif name in ("not_in_copy", "quota_exceeded"):
            codes.add({"not_in_copy": "copy", "quota_exceeded": "LimitExceeded"}[name])
        elif isinstance(made := getattr(refusals, name, None), functools.partial):
            codes.add(made.args[0])
    return codes


def test_each_error_code_has_one_module():
    """The module whose docstring names it."""
    codes = {file.stem: raised(file) - {"copy"} for file in PACKAGE.glob("rules/*.py")}
    # This finds entities for the other modules.
    codes["entities"] |= codes.pop("entity_types")
    every = set().union(*codes.values())
    for name, own in codes.items():
        about = ast.get_docstring(ast.parse((PACKAGE / "rules" / f"{name}.py").read_text()))
        assert set(re.findall(r"\w+", str(about))) & every == own, name


def test_a_correction_refuses_only_what_depends_on_what_it_finds():
    """Everything else that IAM refuses is a rule."""
    assert {
        file.stem: codes for file in PACKAGE.glob("corrections/*.py") if (codes := raised(file))
    } == {
        # A caller without a user, whom the rules do not know; its ARN is in the message.
        "caller": {"ValidationError"},
        "keys": {"AccessDenied", "copy"},
        # The entries of a list, and the tags that there are.
        "lists": {"ValidationError"},
        "tags": {"LimitExceeded"},
        "certificates": {"copy"},
    }


# Whoever asks.


def test_the_page_says_what_the_sandbox_does_not_do(moto):
    said = " ".join((ROOT / "man" / "iamcli-sandbox.1").read_text().split())
    iam = Iam(moto)
    assert "accepts any two six-digit codes for an MFA device, and any key" in said
    iam("CreateUser", UserName="bob")
    iam("CreateVirtualMFADevice", VirtualMFADeviceName="phone")
    iam("EnableMFADevice", UserName="bob", SerialNumber=PHONE, **CODES)
    assert "does not check permissions" in said
    own(iam, "bob")("CreateGroup", GroupName="Admin")
    assert "Any password is accepted until you set a password policy" in said
    iam("CreateLoginProfile", UserName="bob", Password="x")
