"""Real responses of IAM: the examples of botocore and recorded errors, with each command."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from xml.sax.saxutils import escape

import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel
from support.selection import every
from support.stub import ok, refused

if TYPE_CHECKING:
    from botocore.model import Shape
    from support.forked import Done, ForkRunner
    from support.stub import Answer, Endpoint, Stub

HERE = Path(__file__).resolve().parent
ERRORS = json.loads((HERE / "recorded" / "errors.json").read_text())
FILE = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
KEY = "-----BEGIN PRIVATE KEY-----\nMIIC\n-----END PRIVATE KEY-----\n"
POLICY = '{"Statement":[]}'

#: For each operation, a command that sends it first.
COMMANDS = {
    "AddRoleToInstanceProfile": "iam-instanceprofileaddrole -s Webserver -r S3Access",
    "AddUserToGroup": "iam-groupadduser -g Admins -u Bob",
    "ChangePassword": "iam-userchangepassword -o 3s0K_;xh4~8XXI -n ]35d/{pB9Fo9wJ",
    "CreateAccessKey": "iam-useraddkey -u Bob",
    "CreateAccountAlias": "iam-accountaliascreate -a examplecorp",
    "CreateGroup": "iam-groupcreate -g Admins -v",
    "CreateInstanceProfile": "iam-instanceprofilecreate -s Webserver",
    "CreateLoginProfile": "iam-useraddloginprofile -u Bob -p h]6EszR}vJ*m",
    "CreateRole": "iam-rolecreate -r Test-Role -f policy.json -v",
    "CreateUser": "iam-usercreate -u Bob -v",
    "DeactivateMFADevice": "iam-userdeactivatemfadevice -u Bob -s arn:mfa",
    "DeleteAccessKey": "iam-userdelkey -u Bob -k AKIDPMS9RO4H3FEXAMPLE",
    "DeleteAccountAlias": "iam-accountaliasdelete -a mycompany",
    "DeleteAccountPasswordPolicy": "iam-accountdelpasswordpolicy",
    "DeleteGroup": "iam-groupdel -g Admins",
    "DeleteGroupPolicy": "iam-groupdelpolicy -g Admins -p ExamplePolicy",
    "DeleteInstanceProfile": "iam-instanceprofiledel -s ExampleInstanceProfile",
    "DeleteLoginProfile": "iam-userdelloginprofile -u Bob",
    "DeleteRole": "iam-roledel -r Test-Role",
    "DeleteRolePolicy": "iam-roledelpolicy -r Test-Role -p ExamplePolicy",
    "DeleteServerCertificate": "iam-servercertdel -s ProdServerCert",
    "DeleteSigningCertificate": "iam-userdelcert -u Anika -c TA7SMP42TDN5Z26OBPJE7EXAMPLE",
    "DeleteUser": "iam-userdel -u Bob",
    "DeleteUserPolicy": "iam-userdelpolicy -u Juan -p ExamplePolicy",
    "DeleteVirtualMFADevice": "iam-virtualmfadevicedel -s arn:aws:iam::123456789012:mfa/Name",
    "EnableMFADevice": "iam-userenablemfadevice -u Bob -s arn:mfa -c1 123456 -c2 654321",
    "GetAccountPasswordPolicy": "iam-accountgetpasswordpolicy",
    "GetAccountSummary": "iam-accountgetsummary",
    "GetGroup": "iam-grouplistusers -g Admins",
    "GetInstanceProfile": "iam-instanceprofilegetattributes -s ExampleInstanceProfile -r",
    "GetLoginProfile": "iam-usergetloginprofile -u Anika",
    "GetRole": "iam-rolegetattributes -r Test-Role",
    "GetServerCertificate": "iam-servercertgetattributes -s ProdServerCert",
    "GetUser": "iam-usergetattributes -u Bob",
    "GetUserPolicy": "iam-userlistpolicies -u Bob -p AllAccessPolicy",
    "ListAccessKeys": "iam-userlistkeys -u Alice",
    "ListAccountAliases": "iam-accountaliaslist",
    "ListGroupPolicies": "iam-grouplistpolicies -g Admins",
    "ListGroups": "iam-grouplistbypath",
    "ListGroupsForUser": "iam-userlistgroups -u Bob",
    "ListInstanceProfilesForRole": "iam-instanceprofilelistforrole -r Test-Role",
    "ListMFADevices": "iam-userlistmfadevices -u Bob",
    "ListRolePolicies": "iam-rolelistpolicies -r Test-Role",
    "ListRoles": "iam-rolelistbypath",
    "ListServerCertificates": "iam-servercertlistbypath",
    "ListSigningCertificates": "iam-userlistcerts -u Bob -v",
    "ListUserPolicies": "iam-userlistpolicies -u Bob",
    "ListUsers": "iam-userlistbypath",
    "ListVirtualMFADevices": "iam-virtualmfadevicelist -t Any -v",
    "PutGroupPolicy": "iam-groupuploadpolicy -g Admins -p AllPerms -f policy.json",
    "PutRolePolicy": "iam-roleuploadpolicy -r S3Access -p S3AccessPolicy -f policy.json",
    "PutUserPolicy": "iam-useruploadpolicy -u Bob -p AllAccessPolicy -f policy.json",
    "RemoveRoleFromInstanceProfile": "iam-instanceprofileremoverole -s Example -r Test-Role",
    "RemoveUserFromGroup": "iam-groupremoveuser -g Admins -u Bob",
    "ResyncMFADevice": "iam-userresyncmfadevice -u Bob -s arn:mfa -c1 123456 -c2 654321",
    "UpdateAccessKey": "iam-usermodkey -u Bob -k AKIAIOSFODNN7EXAMPLE -s Inactive",
    "UpdateAccountPasswordPolicy": "iam-accountmodpasswordpolicy -m 8 -n",
    "UpdateAssumeRolePolicy": "iam-roleupdateassumepolicy -r S3Access -f policy.json",
    "UpdateGroup": "iam-groupmod -g Test -n Test-1",
    "UpdateLoginProfile": "iam-usermodloginprofile -u Bob -p SomeKindOfPassword123!@#",
    "UpdateServerCertificate": "iam-servercertmod -s ProdServerCert -n New",
    "UpdateSigningCertificate": "iam-usermodcert -u Bob -c TA7SMP42TDN5Z26OBPJE7EXAMPLE -s Active",
    "UpdateUser": "iam-usermod -u Bob -n Robert",
    "UploadServerCertificate": "iam-servercertupload -s Prod -b cert.pem -k key.pem -v",
    "UploadSigningCertificate": "iam-useraddcert -u Bob -f cert.pem",
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


def run_with(operation: str, run_fast: ForkRunner, endpoint: Endpoint) -> Done:
    (run_fast.home / "cert.pem").write_text(FILE)
    (run_fast.home / "key.pem").write_text(KEY)
    (run_fast.home / "policy.json").write_text(POLICY)
    env = {"AWS_IAM_URL": endpoint.url, "AWS_MAX_ATTEMPTS": "1"}
    return run_fast(*COMMANDS[operation].split(), env=env)


def expected(output: Any) -> list[str]:
    """Return the texts of an example's output that its command prints."""
    shown = ("Arn", "AccessKeyId", "SecretAccessKey", "SerialNumber", "CertificateId", "Status")
    found = []
    if isinstance(output, dict):
        for name, value in output.items():
            if name in shown and isinstance(value, str):
                found.append(value)
            else:
                found += expected(value)
    elif isinstance(output, list):
        for value in output:
            found += [value] if isinstance(value, str) else expected(value)
    return found


NO_AGE = {"PasswordPolicy": {"MinimumPasswordLength": 8, "MaxPasswordAge": 0}}
CASES = [
    (operation, number)
    for operation in sorted(examples())
    if operation not in NOT_SENT
    for number in range(len(examples()[operation]))
]


def test_the_examples_are_all_here() -> None:
    assert set(examples()) == {operation for operation, _ in CASES} | NOT_SENT
    assert sum(map(len, examples().values())) >= 68


@pytest.mark.parametrize(("operation", "number"), every(2, CASES))
def test_example_is_printed_whole(
    operation: str, number: int, run_fast: ForkRunner, stub: Stub
) -> None:
    output = examples()[operation][number].get("output")
    endpoint = stub.endpoint(answer(operation, output))
    done = run_with(operation, run_fast, endpoint)
    if operation == "UpdateAccountPasswordPolicy":
        # The current policy is read first.
        endpoint.on("GetAccountPasswordPolicy", answer("GetAccountPasswordPolicy", NO_AGE))
        done = run_with(operation, run_fast, endpoint)
    assert (done.status, done.err) == (0, "")
    assert endpoint.operations[-1] == operation
    lines = done.out.splitlines()
    values = [line.removeprefix("Alias: ").strip() for line in lines]
    if operation in ("GetAccountSummary", "GetAccountPasswordPolicy"):
        ((_, entries),) = output.items()
        assert dict(line.split(": ") for line in lines) == {
            key: str(value).lower() if isinstance(value, bool) else str(value)
            for key, value in entries.items()
        }
    elif operation in ("CreateAccessKey", "UploadSigningCertificate"):
        assert set(values) == set(expected(output)) - {"Active"}
    elif operation.startswith(("Get", "List")):
        for text in expected(output):
            assert text in values, (text, lines)
        if operation.startswith("List"):
            assert lines[-1] == "IsTruncated: false"


DOCUMENT = '{"Version":"2012-10-17","Statement":[{"Resource":"a+b c%20d/é"}]}'


@pytest.mark.parametrize("safe", ["", "+", "/+"])
def test_document_keeps_plus_and_percent(safe: str, run_fast: ForkRunner, stub: Stub) -> None:
    output = {"UserName": "Bob", "PolicyName": "p", "PolicyDocument": quote(DOCUMENT, safe=safe)}
    endpoint = stub.endpoint(answer("GetUserPolicy", output))
    done = run_with("GetUserPolicy", run_fast, endpoint)
    assert (done.status, done.out) == (0, f"{DOCUMENT}\n")


USER = {
    "Path": "/",
    "UserName": "Bob",
    "UserId": "AIDAEXAMPLE",
    "Arn": "arn:aws:iam::123456789012:user/Bob",
    "CreateDate": "2012-09-21T23:03:13Z",
}
ODD_USERS = {
    "a date with fractions": {"CreateDate": "2012-09-21T23:03:13.123456Z"},
    "tags": {"Tags": [{"Key": "a", "Value": ""}, {"Key": "b c", "Value": "é"}]},
    "a boundary": {
        "PermissionsBoundary": {
            "PermissionsBoundaryType": "PermissionsBoundaryPolicy",
            "PermissionsBoundaryArn": "arn:aws:iam::123456789012:policy/b",
        }
    },
    "a last use": {"PasswordLastUsed": "2020-01-01T00:00:00Z"},
}


@pytest.mark.parametrize("odd", ODD_USERS)
def test_user_with_members_of_later_years(odd: str, run_fast: ForkRunner, stub: Stub) -> None:
    user = {**USER, **ODD_USERS[odd]}
    endpoint = stub.endpoint(answer("GetUser", {"User": user}))
    done = run_with("GetUser", run_fast, endpoint)
    assert done == (0, f"{USER['Arn']}\n{USER['UserId']}\n", "")
    endpoint = stub.endpoint(answer("ListUsers", {"Users": [user, user]}))
    done = run_with("ListUsers", run_fast, endpoint)
    assert done == (0, f"{USER['Arn']}\n" * 2 + "IsTruncated: false\n", "")


@pytest.mark.parametrize("operation", [name for name in COMMANDS if name.startswith("List")])
def test_empty_list_without_a_word_on_truncation(
    operation: str, run_fast: ForkRunner, stub: Stub
) -> None:
    endpoint = stub.endpoint(ok(operation))
    done = run_with(operation, run_fast, endpoint)
    assert done == (0, "IsTruncated: false\n", "")


@pytest.mark.parametrize("marker", ["a b", "a+b/c==", "%2B", "é", "x" * 320, "-m"])
def test_odd_marker_comes_back_as_it_is(marker: str, run_fast: ForkRunner, stub: Stub) -> None:
    page = {"Users": [USER], "IsTruncated": True, "Marker": marker}
    endpoint = stub.endpoint(answer("ListUsers", page), answer("ListUsers", {"Users": []}))
    done = run_with("ListUsers", run_fast, endpoint)
    assert done.status == 0
    assert endpoint.requests[1].parameters["Marker"] == marker


def test_role_that_a_service_made(run_fast: ForkRunner, stub: Stub) -> None:
    role = {
        "Path": "/aws-service-role/support.amazonaws.com/",
        "RoleName": "AWSServiceRoleForSupport",
        "RoleId": "AROAEXAMPLE",
        "Arn": "arn:aws:iam::123456789012:role/aws-service-role/support.amazonaws.com/"
        "AWSServiceRoleForSupport",
        "CreateDate": "2018-01-01T00:00:00Z",
        "AssumeRolePolicyDocument": quote(DOCUMENT),
        "MaxSessionDuration": 3600,
        "RoleLastUsed": {},
    }
    endpoint = stub.endpoint(answer("GetRole", {"Role": role}))
    done = run_with("GetRole", run_fast, endpoint)
    assert done == (0, f"{role['Arn']}\n{role['RoleId']}\n{DOCUMENT}\n", "")


@pytest.mark.parametrize("number", every(12, range(len(ERRORS))))
def test_error_is_the_services_own_words(number: int, run_fast: ForkRunner, stub: Stub) -> None:
    error = ERRORS[number]
    named = error.get("operation")
    operations = [named] if named in COMMANDS else list(COMMANDS)
    status = error.get("status") or 400
    for operation in operations:
        endpoint = stub.endpoint(refused(error["code"], error["message"], status))
        done = run_with(operation, run_fast, endpoint)
        name = COMMANDS[operation].split()[0]
        assert (done.status, done.out) == (1, "")
        assert done.err == f"{name}: {error['code']}: {error['message']}\n"
