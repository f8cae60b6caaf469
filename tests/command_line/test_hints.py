"""The second line of errors that everybody meets: on a terminal only, and never untrue.

The messages of the service are recorded ones, or in the formats that its documentation describes.
"""

from __future__ import annotations

import json
import re
import shlex
import signal
import ssl
import sys
import time
from email.utils import formatdate
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.account import Account
from support.certificates import self_signed
from support.faults import CLOSED, SILENT
from support.limits import NEVER
from support.processes import wait_until
from support.shell import BIN, KEY_ID, SECRET
from support.stub import Stub, ok, refused
from support.terminal import Terminal, read_now, rows

from iamcli.errors import ServiceError
from iamcli.hints.credentials import expired
from iamcli.hints.messages import conflict
from iamcli.policies.findings import findings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from support.forked import ForkRunner
    from support.stub import Answer, Endpoint, Request

    from iamcli.hints.run import Run

    Say = Callable[..., list[str]]

ENV = {"AWS_MAX_ATTEMPTS": "1"}
#: No line of this test is as long, so that none is wrapped.
WIDE = 10_000


@pytest.fixture
def say(run_fast: ForkRunner, terminal: tuple[int, str]) -> Say:
    """Run a command line; return the lines that it writes to a terminal as standard error."""
    master, device = terminal

    def said(line: str, endpoint: Endpoint | None, **env: str) -> list[str]:
        where = {"AWS_IAM_URL": endpoint.url} if endpoint else {}
        arguments = shlex.split(line)
        done = run_fast(*arguments, env={**ENV, **where, **env}, stderr=device)
        assert (done.status, done.out) == (1, "")
        # What remains on the terminal; rows() refuses control characters in a message.
        shown = rows(read_now(master), columns=WIDE)[:-1]
        return [text.removeprefix(f"{arguments[0]}: ") for text in shown]

    return said


@pytest.fixture
def hints(say: Say, stub: Stub) -> Say:
    """Run a command line that is refused; return the lines that follow the error."""

    def hinted(line: str, code: str, message: str, status: int = 400, **env: str) -> list[str]:
        first, *more = say(line, stub.endpoint(refused(code, message, status)), **env)
        assert first == f"{code}: {message}"
        return more

    return hinted


def explicit(kind: str, more: str = "") -> str:
    return f"{WHO} with an explicit deny in a{'n' if kind[0] == 'i' else ''} {kind}{more}"


def lacking(kind: str) -> str:
    return f"{WHO} because no {kind} allows the iam:CreateUser action"


WHO = (
    "User: arn:aws:iam::123456789012:user/ann is not authorized to perform: iam:CreateUser on "
    "resource: arn:aws:iam::123456789012:user/bob"
)
SCP = (
    "denied by a service control policy of the organization; ask an administrator of the "
    "organization"
)
BOUNDARY = (
    "denied by the permissions boundary of your user or role; identity-based policies cannot allow "
    "more than it does"
)
SESSION = (
    "denied by the session policy of your temporary credentials; get credentials with a session "
    "policy that allows this, or without one"
)
VPC = (
    "denied by the policy of the VPC endpoint through which the request was sent; ask an "
    "administrator of the endpoint"
)
POLICY_ARN = ": arn:aws:organizations::987654321098:policy/o-a/service_control_policy/p-b"
#: A message of AccessDenied, and what is said about it.
DENIALS = {
    explicit("service control policy"): SCP,
    explicit("service control policy", POLICY_ARN): SCP,
    f"{WHO} due to an explicit deny in a Service Control Policy": SCP,
    lacking("service control policy"): SCP,
    explicit("resource control policy"): SCP.replace("service", "resource"),
    explicit("permissions boundary"): BOUNDARY,
    lacking("permissions boundary"): BOUNDARY,
    explicit("session policy"): SESSION,
    lacking("session policy"): SESSION,
    explicit("VPC endpoint policy"): VPC,
    lacking("VPC endpoint policy"): VPC,
    explicit("identity-based policy"): (
        "denied by an explicit Deny in an identity-based policy that applies to your user or role; "
        "no other policy can allow this"
    ),
    lacking("identity-based policy"): (
        "denied because no identity-based policy that applies to your user or role allows this; "
        "ask an administrator to allow it"
    ),
    explicit(
        "resource-based policy"
    ): "denied by a resource-based policy; ask the owner of the resource",
    lacking("resource-based policy"): (
        "denied because no resource-based policy allows this; ask the owner of the resource"
    ),
    # No kind of policy, or one that this release does not know: nothing is said.
    WHO: "",
    f"{WHO} with an explicit deny": "",
    explicit("galaxy control policy"): "",
    "Cannot delete policy versions for policies outside your own account.": "",
}


@pytest.mark.parametrize(
    ("code", "hint"),
    [
        ("AccessDeniedException", SESSION),
        (
            "ExpiredTokenException",
            "the temporary credentials from AWS_ACCESS_KEY_ID have expired; ",
        ),
    ],
)
def test_codes_of_other_services_are_understood(code, hint, hints):
    """Gateways and servers that emulate IAM send them."""
    env = {"AWS_ACCESS_KEY_ID": "ASIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": SECRET}
    env |= {"AWS_SESSION_TOKEN": "token", "AWS_CREDENTIAL_FILE": ""}
    (said,) = hints("iam-usercreate -u bob", code, explicit("session policy"), 403, **env)
    assert said.startswith(hint)


@pytest.mark.parametrize("message", DENIALS)
def test_denial_names_the_kind_of_policy(message, hints):
    said = hints("iam-usercreate -u bob", "AccessDenied", message, 403)
    assert said == [*filter(None, [DENIALS[message]])]


NO_USER = "Must specify userName when calling with non-User credentials"
OWN = "specify -u, because the access key belongs to a role, not to a user"


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("iam-usergetattributes", OWN),
        ("iam-userlistkeys", OWN),
        ("iam-userdelcert -c TA7SMP42TDN5Z26OBPJE7EXAMPLE", OWN),
        # A command without an option for the user, and one whose option was specified.
        ("iam-accountgetsummary", ""),
        ("iam-usergetattributes -u bob", ""),
    ],
)
def test_key_of_a_role_needs_the_option_for_the_user(line, hint, hints):
    said = hints(line, "ValidationError", NO_USER)
    assert said[:1] == [hint] * bool(hint)
    assert [text.split()[:2] for text in said[1:2]] == [["-u", "USERNAME"]] * bool(hint)


def test_other_validation_errors_are_left_alone(hints):
    message = "1 validation error detected: userName"
    assert hints("iam-usergetattributes", "ValidationError", message) == []


USER = {
    "must delete access keys": "iam-userdelkey -u bob -k ACCESSKEYID",
    "must delete certificates": "iam-userdelcert -u bob -c CERTIFICATEID",
    "must remove users from group": "iam-groupremoveuser -g GROUPNAME -u bob",
    "must delete login profile": "iam-userdelloginprofile -u bob",
    "must delete MFA device": "iam-userdeactivatemfadevice -u bob -s SERIAL",
    "must delete policies": "iam-userdelpolicy -u bob -p POLICYNAME",
    "must detach all policies": "",
    "must remove referenced objects": "",
    "must delete signing certificates": "iam-userdelcert -u bob -c CERTIFICATEID",
    "must leave the group of friends": "",
}
GROUP = {
    "must remove users from group": "iam-groupremoveuser -g 'a b' -u USERNAME",
    "must delete policies": "iam-groupdelpolicy -g 'a b' -p POLICYNAME",
    "must detach all policies": "",
}
ROLE = {
    "must remove roles from instance profile": (
        "iam-instanceprofileremoverole -s INSTANCEPROFILENAME -r web"
    ),
    "must delete policies": "iam-roledelpolicy -r web -p POLICYNAME",
    "must detach all policies": "",
}
PROFILE = {
    "must remove roles from instance profile": "iam-instanceprofileremoverole -s web -r ROLENAME"
}
CONFLICTS = [
    (f"iam-{line}", f"Cannot delete entity, {must} first.", command, f"iam-{line} {recursive}")
    for line, recursive, conflicts in (
        ("userdel -u bob", "-r", USER),
        ("groupdel -g 'a b'", "-r", GROUP),
        ("roledel -r web", "-c", ROLE),
        ("instanceprofiledel -s web", "-r", PROFILE),
    )
    for must, command in conflicts.items()
]


@pytest.mark.parametrize(("line", "message", "command", "recursive"), CONFLICTS)
def test_conflict_names_the_command_that_removes_what_is_left(
    line, message, command, recursive, say, stub
):
    endpoint = stub.endpoint(refused("DeleteConflict", message, 409))
    every = f"remove it with everything that belongs to it: {recursive}"
    hint = f"first run: {command}; or {every}" if command else every
    said = say(line, endpoint, IAMCLI_SANDBOX=endpoint.url)
    assert said == [f"DeleteConflict: {message}", hint]
    # Nothing was sent but what was typed.
    assert len(endpoint.requests) == 1


@pytest.mark.parametrize(
    ("line", "message", "hint"),
    [
        (
            "iam-virtualmfadevicedel -s arn:x",
            "MFA VirtualDevice in use. Must deactivate first.",
            ["first run: iam-userdeactivatemfadevice -u USERNAME -s arn:x"],
        ),
        # No command removes what uses the certificate.
        (
            "iam-servercertdel -s web",
            "Certificate: ASCAEXAMPLE is currently in use by arn:aws:elasticloadbalancing:x",
            [],
        ),
    ],
)
def test_what_is_in_use(line, message, hint, say, stub):
    endpoint = stub.endpoint(refused("DeleteConflict", message, 409))
    said = say(line, endpoint, IAMCLI_SANDBOX=endpoint.url)
    assert said == [f"DeleteConflict: {message}", *hint]


class Keeping(Account):
    """A user who cannot be deleted for a reason that the account does not list."""

    def __init__(self, url: str, must: str) -> None:
        super().__init__(url, "User", {"ListAccessKeys": ["AKIAI44QH8DHBEXAMPLE"]})
        self._must = must

    def answer(self, request: Request) -> Answer:
        """Refuse the last step."""
        if request.operation != "DeleteUser":
            return super().answer(request)
        self.requests.append(request)
        return refused("DeleteConflict", f"Cannot delete entity, {self._must} first.", 409)


LEFT = "removed: access key AKIAI44QH8DHBEXAMPLE; left: user bob"
#: What a recursive removal must still do, and the hint.
RECURSIVE = {
    "must remove referenced objects": (
        "-r leaves what your access key may not list: iam:ListSSHPublicKeys and "
        "iam:ListServiceSpecificCredentials"
    ),
    "must delete access keys": "first run: iam-userdelkey -u bob -k ACCESSKEYID",
    "must do what nobody knows yet": "",
}


@pytest.mark.full
@pytest.mark.parametrize("must", RECURSIVE)
def test_recursive_option_is_not_suggested_again(must, say, stub):
    """It waits some seconds for the conflict to pass."""
    endpoint = stub.add(lambda url: Keeping(url, must))
    lines = say("iam-userdel -u bob -r", endpoint, IAMCLI_SANDBOX=endpoint.url)
    error = f"DeleteConflict: Cannot delete entity, {must} first."
    # The state of the removal is the last line.
    assert lines == [error, *filter(None, [RECURSIVE[must]]), LEFT]


def test_what_a_recursive_removal_leaves():
    expected = {("DeleteUser", must): hint for must, hint in RECURSIVE.items()}
    for kind, option in (("User", "-r"), ("Group", "-r"), ("Role", "-c")):
        hint = f"{option} leaves what your access key may not list: iam:ListAttached{kind}Policies"
        expected[f"Delete{kind}", "must detach all policies"] = hint
    found = {}
    for operation, must in expected:
        error = ServiceError("DeleteConflict", f"Cannot delete entity, {must} first.")
        error.operation, error.parameters = operation, {"UserName": "bob"}
        run: Any = SimpleNamespace(values={"recursive": True})
        found[operation, must] = conflict(error, run)
    assert found == expected


CONSOLE = "the Service Quotas console (AWS Identity and Access Management, Region us-east-1)"
#: A message of LimitExceeded, and what is said about it.
QUOTAS = {
    "Cannot exceed quota for UsersPerAccount: 5000": (
        "the quota UsersPerAccount is 5000 and cannot be raised; delete users that are not needed, "
        "or use roles"
    ),
    "Cannot exceed quota for AccessKeysPerUser: 2": (
        "the quota AccessKeysPerUser is 2 and cannot be raised; delete one with iam-userdelkey"
    ),
    "Cannot exceed quota for CertificatesPerUser: 2": (
        "the quota CertificatesPerUser is 2 and cannot be raised; delete one with iam-userdelcert"
    ),
    "Cannot exceed quota for GroupsPerUser: 10": (
        "the quota GroupsPerUser is 10 and cannot be raised; remove the user from a group with "
        "iam-groupremoveuser"
    ),
    "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1": (
        "the quota InstanceSessionsPerInstanceProfile is 1 and cannot be raised; remove the role "
        "with iam-instanceprofileremoverole"
    ),
    "Cannot exceed quota for RolesPerAccount: 1500": (
        f"the quota RolesPerAccount is 1500; request an increase in {CONSOLE}"
    ),
    "Cannot exceed quota for ACLSizePerRole: 2048": (
        "the quota ACLSizePerRole is 2048 (the length of the role's trust policy); request an "
        f"increase in {CONSOLE}"
    ),
    # Not in the documentation that this release knows.
    "Cannot exceed quota for WidgetsPerUser: 7": (
        f"the quota WidgetsPerUser is 7; {CONSOLE} lists the quotas that can be raised"
    ),
    "Maximum policy size of 10240 bytes exceeded for role iantest01-AmcApiAccessRole": (
        "the quota for all inline policies of a role is 10240 bytes without white space, and "
        "cannot be raised; attached managed policies do not count"
    ),
    "A managed policy can have up to 5 versions. Before you create a new version, you must delete "
    "an existing version.": "",
}


@pytest.mark.parametrize("message", QUOTAS)
def test_quota_is_named_with_where_to_raise_it(message, hints):
    said = hints("iam-useraddkey -u bob", "LimitExceeded", message, 409)
    assert said == [*filter(None, [QUOTAS[message]])]


def test_console_of_another_partition_has_another_region(hints):
    message = "Cannot exceed quota for GroupsPerAccount: 300"
    (hint,) = hints("iam-groupcreate -g g", "LimitExceeded", message, AWS_REGION="cn-north-1")
    assert hint == (
        "the quota GroupsPerAccount is 300; request an increase in the Service Quotas console "
        "(AWS Identity and Access Management)"
    )


# The clock and the keys.

UNKNOWN = "The security token included in the request is invalid."
MISMATCH = (
    "The request signature we calculated does not match the signature you provided. Check your AWS "
    "Secret Access Key and signing method."
)
LATE = (
    "Signature expired: 20160512T092519Z is now earlier than 20160512T092623Z (20160512T094123Z - "
    "15 min.)"
)
EARLY = (
    "Signature not yet current: 20160512T102519Z is still later than 20160512T093623Z "
    "(20160512T092123Z + 15 min.)"
)
HOUR = 3600


def dated(code: str, message: str, ahead: float | None) -> Answer:
    """Return a refusal whose Date is ``ahead`` seconds ahead of this clock; None: without one."""
    date = "" if ahead is None else formatdate(time.time() + ahead, usegmt=True)
    return refused(code, message, 403)._replace(headers={"Date": date})


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("SignatureDoesNotMatch", LATE),
        ("SignatureDoesNotMatch", EARLY),
        ("RequestExpired", "Request has expired."),
    ],
)
@pytest.mark.parametrize(
    ("ahead", "shown"),
    [
        (HOUR + 5 * 60 + 30, "1 hour 5 minutes behind"),
        (-3 * 24 * HOUR - 2 * HOUR - 60, "3 days 2 hours ahead of"),
        (-17 * 60 - 30, "17 minutes 3"),
        (400, "6 minutes "),
    ],
)
def test_clock_that_is_wrong(code, message, ahead, shown, say, stub):
    line, hint = say("iam-accountaliaslist", stub.endpoint(dated(code, message, ahead)))
    assert line == f"{code}: {message}"
    assert hint.startswith(f"the clock of this machine is {shown}")
    side = "behind" if ahead > 0 else "ahead of"
    assert hint.endswith(f" {side} the Date of the response; correct it")


@pytest.mark.parametrize("ahead", [-240, 0, 240])
@pytest.mark.parametrize("code", ["SignatureDoesNotMatch", "RequestExpired"])
def test_clock_that_is_right_is_not_blamed(code, ahead, say, stub):
    _, hint = say("iam-accountaliaslist", stub.endpoint(dated(code, LATE, ahead)))
    assert hint.endswith(" the Date of the response, so it is not wrong now; try again")
    assert "correct" not in hint


@pytest.mark.parametrize(
    ("ahead", "shown"),
    [
        (299, "4 minutes 59 seconds ahead of the Date of the response, so it is not wrong now"),
        (300, "5 minutes ahead of the Date of the response; correct it"),
        (-299, "4 minutes 59 seconds behind the Date of the response, so it is not wrong now"),
        (-300, "5 minutes behind the Date of the response; correct it"),
        (86400 + 59, "1 day 59 seconds ahead of the Date of the response; correct it"),
    ],
)
def test_a_difference_of_five_minutes_is_too_much(ahead, shown):
    error, run = ServiceError("RequestExpired", "no"), cast("Run", None)
    error.skew = ahead
    assert expired(error, run).startswith(f"the clock of this machine is {shown}")


@pytest.mark.parametrize("date", ["", "yesterday", "Fri, 99 Foo 2026 10:00:00 GMT"])
def test_without_a_date_nothing_is_said_about_the_clock(date, say, stub):
    answer = dated("SignatureDoesNotMatch", LATE, None)._replace(headers={"Date": date})
    assert len(say("iam-accountaliaslist", stub.endpoint(answer))) == 1


@pytest.mark.parametrize("zone", ["", " +0900"])
def test_time_zones_do_not_matter(zone, run, stub):
    now = time.time() + (9 * HOUR if zone == " +0900" else 0)
    date = formatdate(now).removesuffix(" -0000") + zone
    answer = dated("SignatureDoesNotMatch", LATE, None)._replace(headers={"Date": date})
    env = {"AWS_IAM_URL": stub.endpoint(answer).url, "TZ": "JST-9"}
    terminal = Terminal("iam-accountaliaslist", env=run.env | ENV | env)
    assert terminal.status() == 1
    assert "so it is not wrong now" in terminal.shown


@pytest.mark.parametrize("ahead", [None, 0, -200])
def test_signature_that_does_not_match_is_about_the_secret(ahead, run_fast, say, stub):
    endpoint = stub.endpoint(dated("SignatureDoesNotMatch", MISMATCH, ahead))
    file = run_fast.env["AWS_CREDENTIAL_FILE"]
    check = f"check the secret access key of {KEY_ID} from"
    assert say("iam-accountaliaslist", endpoint)[1:] == [f"{check} credential file {file}"]
    variables = {"AWS_ACCESS_KEY_ID": KEY_ID, "AWS_SECRET_ACCESS_KEY": SECRET}
    lines = say("iam-accountaliaslist", endpoint, AWS_CREDENTIAL_FILE="", **variables)
    assert lines[1:] == [f"{check} AWS_ACCESS_KEY_ID"]


@pytest.mark.parametrize(
    ("seconds", "where"), [(-2 * HOUR - 20, "ahead of"), (2 * HOUR + 20, "behind")]
)
def test_signature_and_clock_that_are_both_wrong(seconds, where, say, stub):
    endpoint = stub.endpoint(dated("SignatureDoesNotMatch", MISMATCH, seconds))
    _, hint = say("iam-accountaliaslist", endpoint)
    clock, _, rest = hint.partition("; ")
    said = re.sub(r"\d\d? seconds", "20 seconds", clock)
    assert (
        said == f"the clock of this machine is 2 hours 20 seconds {where} the Date of the response"
    )
    assert rest.startswith(f"correct it, and check the secret access key of {KEY_ID} from ")


@pytest.mark.parametrize(
    ("env", "partition", "setting"),
    [
        ({}, "aws", "AWS_REGION is not set"),
        ({"AWS_REGION": "eu-west-1"}, "aws", "AWS_REGION is eu-west-1"),
        (
            {"AWS_DEFAULT_REGION": "cn-northwest-1"},
            "aws-cn",
            "AWS_DEFAULT_REGION is cn-northwest-1",
        ),
        ({"AWS_REGION": "us-gov-west-1"}, "aws-us-gov", "AWS_REGION is us-gov-west-1"),
    ],
)
def test_refused_key_names_the_partition_last(env, partition, setting, hints, run_fast):
    (hint,) = hints("iam-grouplistbypath", "InvalidClientTokenId", UNKNOWN, 403, **env)
    assert hint == (
        f"access key {KEY_ID} from credential file {run_fast.env['AWS_CREDENTIAL_FILE']} may be "
        "mistyped, deleted, inactive or less than a minute old, or not of partition "
        f"{partition} (AWS_IAM_URL; {setting})"
    )


def test_a_key_without_a_token_has_no_token_that_expired(hints):
    message = "The security token included in the request is expired"
    assert hints("iam-grouplistbypath", "ExpiredToken", message, 403) == []


def test_region_of_a_profile_is_named(run_fast, hints):
    (run_fast.home / "config").write_text(
        f"[default]\naws_access_key_id={KEY_ID}\naws_secret_access_key={SECRET}\n"
        "region=us-gov-east-1\n"
    )
    env = {"AWS_CREDENTIAL_FILE": "", "AWS_CONFIG_FILE": "config"}
    (hint,) = hints("iam-grouplistbypath", "InvalidClientTokenId", UNKNOWN, 403, **env)
    assert hint.endswith(
        "or not of partition aws-us-gov (AWS_IAM_URL; the region of the AWS profile is "
        "us-gov-east-1)"
    )


@pytest.fixture(scope="module")
def amazon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stub, Path]]:
    """A proxy that takes the place of the endpoint of AWS, and the certificate."""
    file = self_signed(tmp_path_factory.mktemp("amazon") / "cert.pem", host="iam.amazonaws.com")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    running = Stub(tunnel=context)
    running.endpoint(refused("InvalidClientTokenId", UNKNOWN, 403))
    yield running, file
    running.close()


def test_refused_key_at_the_endpoint_of_a_region(amazon, say, run_fast):
    env = {
        "HTTPS_PROXY": f"http://127.0.0.1:{amazon[0].port}",
        "AWS_CA_BUNDLE": str(amazon[1]),
        "AWS_DEFAULT_REGION": "eu-west-1",
    }
    _, hint = say("iam-grouplistbypath", None, **env)
    assert hint == (
        f"access key {KEY_ID} from credential file {run_fast.env['AWS_CREDENTIAL_FILE']} may be "
        "mistyped, deleted, inactive or less than a minute old, or not of partition aws "
        "(AWS_DEFAULT_REGION is eu-west-1)"
    )


# The form of a policy.

SYNTAX = "Syntax errors in policy."
GOOD = '{"Effect":"Allow","Action":"s3:Get*","Resource":"*"}'
#: A policy, and what is wrong with it.
POLICIES = {
    '{"Statement":{"Effect":NaN}}': "line 1, column 24: not JSON (NaN is not a value)",
    '{\n "Statement": [],\n  "Id": -Infinity}': (
        "line 3, column 9: not JSON (-Infinity is not a value)"
    ),
    "[]": "it is not a JSON object",
    "null": "it is not a JSON object",
    "{}": "no Statement",
    '{"Statement":[]}': "Statement is empty",
    f'{{"Statment":{GOOD}}}': 'unknown element "Statment"; no Statement',
    f'{{"statement":{GOOD}}}': 'unknown element "statement"; no Statement',
    f'{{"Version":"2012-10-18","Statement":{GOOD}}}': (
        'Version is "2012-10-18", not 2008-10-17 or 2012-10-17'
    ),
    f'{{"Version":2012,"Statement":{GOOD}}}': "Version is 2012, not 2008-10-17 or 2012-10-17",
    f'{{"Statement":{GOOD},"Statement":{GOOD}}}': '"Statement" occurs more than once',
    '{"Statement":"Allow"}': "the statement is not a JSON object",
    f'{{"Statement":[{GOOD},7]}}': "statement 2 is not a JSON object",
    '{"Statement":{"Effect":"allow","Action":"*"}}': (
        'Effect is "allow" in the statement, not Allow or Deny'
    ),
    f'{{"Statement":[{GOOD},{{"Effect":["Allow"],"Action":"*"}}]}}': (
        "Effect is an array in statement 2, not Allow or Deny"
    ),
    '{"Statement":{"Action":"*"}}': "no Effect in the statement",
    '{"Statement":{"Effect":{},"Action":"*"}}': (
        "Effect is an object in the statement, not Allow or Deny"
    ),
    '{"Statement":{"Effect":"Deny","Action":"*","NotAction":"a:*"}}': (
        "both Action and NotAction in the statement"
    ),
    '{"Statement":{"Effect":"Deny","Action":"*","Resource":"*","NotResource":"*"}}': (
        "both Resource and NotResource in the statement"
    ),
    '{"Statement":{"Effect":"Deny","NotAction":"*","Principal":"*","NotPrincipal":"*"}}': (
        "both Principal and NotPrincipal in the statement"
    ),
    '{"Statement":{"Effect":"Deny","Actions":"*"}}': (
        'unknown element "Actions" in the statement; neither Action nor NotAction in the statement'
    ),
    '{"Statement":{"Effect":"Deny","Effect":"Allow","Action":"*"}}': (
        '"Effect" occurs more than once in the statement'
    ),
    '{"Statement":{"Effect":"Deny","Action":"*","Condition":{"Bool":{"a:b":1,"a:b":2}}}}': (
        '"a:b" occurs more than once in the statement'
    ),
    '{"Statement":[{"Effect":"Deny","Action":"*","Condition":[[{"a":1,"a":2}]]}]}': (
        '"a" occurs more than once in the statement'
    ),
    '{"a":1,"b":2}': 'unknown element "a"; unknown element "b"; no Statement',
    '{"a":1,"b":2,"c":3}': (
        'unknown element "a"; unknown element "b"; unknown element "c"; 1 more'
    ),
    '{"a":1,"b":2,"c":3,"d":4}': (
        'unknown element "a"; unknown element "b"; unknown element "c"; 2 more'
    ),
    '{"Statement":{"Effect":"\\u001b[31mAllow\\u009b","Action":"*"}}': (
        r'Effect is "\u001b[31mAllow\x9b" in the statement, not Allow or Deny'
    ),
    f'{{"Statement":{{"Effect":"{"A" * 80}","Action":"*"}}}}': (
        "Effect is a longer string or number in the statement, not Allow or Deny"
    ),
    # What the grammar allows in some policies, and what only the service knows.
    f'{{"Id":"x","Statement":{GOOD}}}': "",
    '{"Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":"*"}}]}': "",
    '{"Version":"2008-10-17","Statement":{"Sid":"","Effect":"Deny","NotAction":[]}}': "",
    '{"Statement":{"Effect":"Allow","Action":"Infinity","Resource":"\\"NaN"}}': "",
    f'{{"Statement":{{"Effect":"Allow","Action":"*","Sid":{"9" * 5000}}}}}': "",
}


@pytest.mark.parametrize("number", range(len(POLICIES)))
def test_form_of_the_policy(number, say, run_fast, stub):
    document, found = list(POLICIES.items())[number]
    (run_fast.home / "policy.json").write_text(document)
    endpoint = stub.endpoint(refused("MalformedPolicyDocument", SYNTAX))
    lines = say("iam-useruploadpolicy -u bob -p p -f policy.json", endpoint)
    # It was sent: the service decides.
    assert endpoint.requests[0].parameters["PolicyDocument"] == document
    expected = [f"in the policy: {found}"] if found else []
    assert lines == [f"MalformedPolicyDocument: {SYNTAX}", *expected]


@pytest.mark.parametrize(
    "line",
    [
        "iam-groupuploadpolicy -g g -p p -o '{}'",
        "iam-roleuploadpolicy -r r -p p -o '{}'",
        "iam-rolecreate -r r -f policy.json",
        "iam-roleupdateassumepolicy -r r -f policy.json",
    ],
)
def test_each_command_that_sends_a_policy(line, hints, run_fast):
    (run_fast.home / "policy.json").write_text("{}")
    assert hints(line, "MalformedPolicyDocument", SYNTAX) == ["in the policy: no Statement"]


def test_generated_policy_has_the_right_form(hints):
    message = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."
    line = "iam-useraddpolicy -u bob -p p -e Allow -a x -r '*'"
    assert hints(line, "MalformedPolicyDocument", message) == []


@pytest.mark.parametrize(
    ("options", "message", "number"),
    [
        ("-a s3:Get -r notes.txt", 'Resource notes.txt must be in ARN format or "*".', 1),
        ("-a notes.txt -r '*'", "Actions must be prefaced, not notes.txt", 1),
        # It is not what the service refuses, or nothing that * matches.
        ("-a s3:Get -r notes.txt", "Syntax errors in policy.", 0),
        ("-a s3:Get -r other.txt", 'Resource other.txt must be in ARN format or "*".', 0),
    ],
)
def test_an_asterisk_that_the_shell_replaced(options, message, number, hints, run_fast):
    (run_fast.home / "notes.txt").touch()
    line = f"iam-useraddpolicy -u bob -p p -e Allow {options}"
    hint = (
        "notes.txt is in the current directory; if you typed * without quotes, the shell "
        "replaced it with the names there; type '*'"
    )
    assert hints(line, "MalformedPolicyDocument", message) == [hint] * number


def test_secret_in_a_policy_is_redacted(hints):
    document = f'{{"Statement":{{"Effect":"{SECRET}","Action":"*"}}}}'
    line = f"iam-useruploadpolicy -u bob -p p -o '{document}'"
    expected = 'in the policy: Effect is "***" in the statement, not Allow or Deny'
    assert hints(line, "MalformedPolicyDocument", SYNTAX) == [expected]


def test_secret_in_a_state_is_redacted(hints):
    said = hints(f"iam-groupadduser -g g -u {SECRET} -u susan", "AccessDenied", "No.", 403)
    assert said == ["added: nothing; not added: user ***, user susan"]


ELEMENTS = ("Version", "Statement", "Effect", "Action", "NotAction", "Condition")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(ELEMENTS), inner),
)


@pytest.mark.full
@settings(max_examples=50)
@given(JSON.map(json.dumps) | st.text())
def test_no_document_is_too_strange(document):
    assert all(findings(document)), "no phrase is empty"


def test_long_names_are_not_repeated():
    for length, shown in ((62, f'"{"x" * 62}"'), (63, "a longer string or number")):
        policy = json.dumps({"Statement": [], "x" * length: 1})
        assert findings(policy)[0] == f"unknown element {shown}"


@pytest.mark.parametrize("depth", [500, 900, 100_000])
def test_no_document_is_too_deep(depth):
    # Python may give up at any depth; then nothing is known.
    found = findings(f'{{"Statement":{"[" * depth}{"]" * depth}}}')
    assert found in ([], ["Statement is empty"], ["the statement is not a JSON object"])


# Where no second line is printed.

REFUSALS = {
    "AccessDenied": ("iam-usercreate -u bob", lacking("identity-based policy")),
    "DeleteConflict": ("iam-userdel -u bob", "Cannot delete entity, must delete policies first."),
    "InvalidClientTokenId": ("iam-grouplistbypath", UNKNOWN),
    "LimitExceeded": ("iam-useraddkey -u bob", "Cannot exceed quota for AccessKeysPerUser: 2"),
    "MalformedPolicyDocument": ("iam-useruploadpolicy -u bob -p p -o {}", "Syntax errors."),
    "RequestExpired": ("iam-accountaliaslist", "Request has expired."),
    "SignatureDoesNotMatch": ("iam-accountaliaslist", MISMATCH),
    "ValidationError": ("iam-usergetattributes", NO_USER),
}


@pytest.mark.parametrize("code", REFUSALS)
def test_pipe_and_strict_mode_get_the_services_words_only(code, say, run_fast, stub, terminal):
    line, message = REFUSALS[code]
    endpoint = stub.endpoint(refused(code, message))
    error = f"{shlex.split(line)[0]}: {code}: {message}\n"
    env = {**ENV, "IAMCLI_SANDBOX": endpoint.url, "AWS_IAM_URL": endpoint.url}
    assert run_fast(*shlex.split(line), env=env) == (1, "", error)
    strict = env | {"IAMCLI_STRICT": "1"}
    assert run_fast(*shlex.split(line), env=strict) == (1, error, "")
    master, device = terminal
    assert run_fast(*shlex.split(line), env=strict, stderr=device)[:2] == (1, error)
    assert read_now(master) == ""
    # The same, where there is one.
    assert len(say(line, endpoint)) >= 2


@pytest.mark.parametrize(
    "code", [pytest.param(c, marks=[pytest.mark.full] * (n > 0)) for n, c in enumerate(REFUSALS)]
)
def test_program_on_a_terminal_of_its_own(code, run, stub):
    line, message = REFUSALS[code]
    endpoint = stub.endpoint(refused(code, message))
    env = {"IAMCLI_SANDBOX": endpoint.url, "AWS_IAM_URL": endpoint.url}
    terminal = Terminal(*shlex.split(line), env=run.env | ENV | env)
    assert terminal.status() == 1
    name = shlex.split(line)[0]
    first, second, *options = terminal.shown.splitlines()
    assert first == f"{name}: {code}: {message}"
    assert second.startswith(f"{name}: ")
    # The option that is required with these credentials.
    assert bool(options) == (code == "ValidationError")
    assert all(one.startswith("  ") for one in options)


def test_lost_answer_gets_no_hint(say, stub):
    # The outcome is unknown, so the words of the service are not the message.
    endpoint = stub.endpoint(refused("LimitExceeded", "Cannot exceed quota for X: 1", 500))
    (line,) = say("iam-useraddkey -u bob", endpoint)
    assert line.endswith("check first: iam-userlistkeys -u bob")


def test_name_that_would_control_the_terminal_is_escaped(say, stub):
    endpoint = stub.endpoint(
        refused("DeleteConflict", "Cannot delete entity, must delete policies first.", 409)
    )
    _, hint = say("iam-userdel -u '/\x7f[31mbob'", endpoint, IAMCLI_SANDBOX=endpoint.url)
    assert hint.startswith(r"first run: iam-userdelpolicy -u '/\x7f[31mbob' -p POLICYNAME; or ")


def test_denied_look_up_is_no_error(say, stub):
    denied = refused("AccessDenied", lacking("identity-based policy"), 403)
    endpoint = stub.endpoint(refused("EntityAlreadyExists", "User exists.", 409))
    endpoint.on("GetGroup", denied)
    assert say("iam-usercreate -u bob -g g", endpoint)[0] == "EntityAlreadyExists: User exists."


# The name that is almost what was typed.

NAMES = {
    "User": ("iam-userdel -u {}", "ListUsers", "Users", "The user with name {} cannot be found."),
    "Group": (
        "iam-groupdel -g {}",
        "ListGroups",
        "Groups",
        "The group with name {} cannot be found.",
    ),
    "Role": ("iam-roledel -r {}", "ListRoles", "Roles", "The role with name {} cannot be found."),
    "InstanceProfile": (
        "iam-instanceprofilegetattributes -s {}",
        "ListInstanceProfiles",
        "InstanceProfiles",
        "Instance Profile {} cannot be found.",
    ),
    "ServerCertificate": (
        "iam-servercertdel -s {}",
        "ListServerCertificates",
        "ServerCertificateMetadataList",
        "The Server Certificate with name {} cannot be found.",
    ),
    **{
        f"{owner} Policy": (
            f"iam-{owner.lower()}delpolicy -{owner[0].lower()} ann -p {{}}",
            f"List{owner}Policies",
            "PolicyNames",
            f"The {owner.lower()} policy with name {{}} cannot be found.",
        )
        for owner in ("User", "Group", "Role")
    },
}


def named(kind: str, *names: str, more: bool = False) -> Answer:
    """Return a list of ``names``; ``more``: it is truncated."""
    _, operation, key, _ = NAMES[kind]
    members = [n if "Policy" in kind else f"<{kind}Name>{n}</{kind}Name>" for n in names]
    listed = "".join(f"<member>{member}</member>" for member in members)
    rest = "<IsTruncated>true</IsTruncated><Marker>m</Marker>" if more else ""
    return ok(operation, f"<{key}>{listed}</{key}>{rest}")


def unknown(kind: str, name: str, *listing: Answer, stub: Stub) -> tuple[str, str, Endpoint]:
    """Return a line with a ``name`` that does not exist, the message, and where it is sent."""
    line, operation, _, message = NAMES[kind]
    endpoint = stub.endpoint(refused("NoSuchEntity", message.format(name), 404))
    return (
        line.format(name),
        f"NoSuchEntity: {message.format(name)}",
        endpoint.on(operation, *listing),
    )


@pytest.mark.parametrize("kind", NAMES)
def test_name_that_is_almost_there_is_suggested(kind, say, stub):
    listing = named(kind, "web", "build", "Admin", more=True)
    line, error, endpoint = unknown(kind, "biuld", listing, stub=stub)
    assert say(line, endpoint) == [error, "did you mean build?"]
    first, second = endpoint.requests
    assert second.operation == NAMES[kind][1]
    assert second.parameters["MaxItems"] == "1000"
    owner, policy, _ = kind.partition(" Policy")
    assert second.parameters.get(f"{owner}Name") == ("ann" if policy else None)
    assert first.connection == second.connection


def test_name_in_a_list_of_names_is_typed_too(say, stub):
    _, error, endpoint = unknown("User", "biuld", named("User", "build"), stub=stub)
    said = say("iam-groupremoveuser -g g -u biuld", endpoint)
    assert said[:2] == [error, "did you mean build?"]


@pytest.mark.parametrize(
    ("typed", "names", "suggested"),
    [
        ("bbo", ["ann", "bob"], "bob"),
        ("Bob", ["bob"], "bob"),
        ("backup-prd", ["backup-prod", "web"], "backup-prod"),
        ("prod", ["prox"], "prox"),
        ("website", ["webxixe"], ""),
        # Not near, or the same: it was created in the meantime.
        ("bob", ["rob", "susan"], ""),
        ("bob", ["bob"], ""),
        ("bob", [], ""),
        # What no name can contain.
        ("bob", ["bob\x85", "bob\u202e", "b\u00f6b"], ""),
    ],
)
def test_only_a_near_name_is_suggested(typed, names, suggested, say, stub):
    line, error, endpoint = unknown("User", typed, named("User", *names), stub=stub)
    hint = [f"did you mean {suggested}?"] if suggested else []
    assert say(line, endpoint) == [error, *hint]


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(refused("AccessDenied", "No.", 403), id="denied"),
        pytest.param(refused("Throttling", "Rate exceeded", 400), id="throttled"),
        pytest.param(refused("ServiceUnavailable", "", 503), id="failed"),
        pytest.param(CLOSED, id="closed"),
    ],
)
def test_names_that_cannot_be_listed_are_no_error(answer, say, stub):
    line, error, endpoint = unknown("User", "bbo", answer, stub=stub)
    # More attempts are allowed, but this request is not worth one.
    assert say(line, endpoint, AWS_MAX_ATTEMPTS="4") == [error]
    assert endpoint.operations == ["DeleteUser", "ListUsers"]


def test_message_does_not_wait_for_the_names(run, stub):
    line, error, endpoint = unknown("User", "bbo", SILENT, stub=stub)
    env = {**run.env, "AWS_IAM_URL": endpoint.url, "IAMCLI_TIMEOUT": str(NEVER)}
    terminal = Terminal("sh", "-c", f"{line}; echo ended", env=env)
    terminal.wait_for(f"iam-userdel: {error}\r\n")
    assert "ended" not in terminal.shown
    terminal.wait_for("ended")
    assert terminal.status() == 0
    assert endpoint.operations == ["DeleteUser", "ListUsers"]


#: Runs a command as its script does, but it waits for the names for longer than the test.
PATIENT = f"""
import sys
from iamcli.hints import names
names.TIMEOUT = {NEVER}
del sys.argv[0]
exec(compile(open(sys.argv[0]).read(), sys.argv[0], "exec"))
"""


def test_interrupt_ends_the_wait_for_the_names(run, stub):
    line, error, endpoint = unknown("User", "bbo", SILENT, stub=stub)
    name, *arguments = line.split()
    command = (sys.executable, "-c", PATIENT, str(BIN / name), *arguments)
    terminal = Terminal(*command, env={**run.env, "AWS_IAM_URL": endpoint.url})
    terminal.wait_for(f"iam-userdel: {error}\r\n")
    wait_until(lambda: len(endpoint.requests) == 2)
    terminal.type("\x03")
    assert terminal.status() == -signal.SIGINT
    assert "raceback" not in terminal.shown


def test_names_are_asked_for_on_a_terminal_only(run_fast, stub, terminal):
    line, error, endpoint = unknown("User", "bbo", named("User", "bob"), stub=stub)
    where = {**ENV, "AWS_IAM_URL": endpoint.url}
    assert run_fast(*line.split(), env=where) == (1, "", f"iam-userdel: {error}\n")
    master, device = terminal
    done = run_fast(*line.split(), env={**where, "IAMCLI_STRICT": "1"}, stderr=device)
    assert done[:2] == (1, f"iam-userdel: {error}\n")
    assert read_now(master) == ""
    assert endpoint.operations == ["DeleteUser", "DeleteUser"]


def test_no_names_are_asked_for_if_the_endpoint_has_just_failed(say, stub):
    message = "The user with name bbo cannot be found."
    gone = refused("NoSuchEntity", message, 404)
    endpoint = stub.endpoint(refused("ServiceUnavailable", "", 503), gone)
    assert say("iam-usergetattributes -u bbo", endpoint, AWS_MAX_ATTEMPTS="2") == [
        f"NoSuchEntity: {message}"
    ]
    assert endpoint.operations == ["GetUser", "GetUser"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        # What was not typed, what no list has, and what is not about a name.
        ("iam-userdel -u bob", "The user with name ann cannot be found."),
        (
            "iam-userdelkey -u bob -k AKIAIOSFODNN7EXAMPLE",
            "The Access Key with id A cannot be found.",
        ),
        ("iam-usergetloginprofile -u bob", "Login Profile for User bob cannot be found."),
        ("iam-accountgetpasswordpolicy", "The Password Policy with domain name 1 cannot be found."),
    ],
)
def test_no_names_are_asked_for_about_anything_else(line, message, say, stub):
    endpoint = stub.endpoint(refused("NoSuchEntity", message, 404))
    assert say(line, endpoint) == [f"NoSuchEntity: {message}"]
    assert len(endpoint.requests) == 1


# Values that the service finds invalid.

NULL = "failed to satisfy constraint: Member must not be null"


@pytest.mark.parametrize(
    ("line", "message", "option"),
    [
        ("iam-usercreate -u b/c", "The specified value for userName is invalid. It", "-u USERNAME"),
        ("iam-usermod -u a -n b/c", "The specified value for newUserName is invalid.", "-n NEW"),
        (
            "iam-usermod -u b/c -n b/c",
            "The specified value for userName is invalid.",
            "-u USERNAME",
        ),
        # The name of the parameter contains the words of both options.
        ("iam-usermod -u b/c -n b/c", "The specified value for newUserName is invalid.", ""),
        (
            "iam-userenablemfadevice -u b -s 123456789 -c1 1 -c2 1",
            "Value at 'authenticationCode1' failed: x; Value at 'authenticationCode2' failed: y",
            "-c1 CODE1 -c2 CODE2",
        ),
        # Nothing that was typed.
        ("iam-usercreate -u bob", "The specified value for path is invalid.", ""),
        ("iam-usercreate -u bob", "Value at 'tags' failed to satisfy constraint: x", ""),
        # What the service requires and the original did not.
        ("iam-usermodkey -u bob -s inactive", f"Value at 'accessKeyId' {NULL}", "-k ACCESSKEYID"),
        (
            "iam-usermodkey -u bob -s inactive",
            f"Value null at 'accessKeyId' {NULL}; Value 'Inactive' at 'status' failed: x",
            "-k ACCESSKEYID -s STATUS",
        ),
        ("iam-usermodkey -k k -s inactive", f"Value at 'accessKeyId' {NULL}", ""),
        (
            "iam-usermodkey -s inactive",
            "Value at 'accessKeyId' failed to satisfy constraint: x",
            "",
        ),
    ],
)
def test_option_of_an_invalid_value_is_explained(line, message, option, hints):
    more = hints(line, "ValidationError", message)
    shown = [text.split() for text in more if text.startswith("  -")]
    expected = option.replace("NEW", "NEWUSERNAME").split()
    assert [word for words in shown for word in words[:2]] == expected


@pytest.mark.parametrize("command", ["iam-rolecreate", "iam-roleupdateassumepolicy"])
@pytest.mark.parametrize(
    ("value", "refused", "explained"),
    [("ec2", "ec2", True), ("lambda", "lambda", True), ("ec2.amazonaws.com", "ec2", False)],
)
def test_the_name_of_a_service_is_explained(command, value, refused, explained, hints):
    message = f'Invalid principal in policy: "SERVICE":"{refused}"'
    said = hints(f"{command} -r web -s {value}", "MalformedPolicyDocument", message)
    text = " ".join(" ".join(said).split())
    example = "the service's DNS name, for example ec2.amazonaws.com"
    assert text.startswith("-s SERVICE let this service") == (example in text) == explained


@pytest.mark.parametrize(
    ("value", "quotes", "advice"),
    [
        ("\u201cbob\u201d", "2 typographic quotes (the first: character 1)", "-u bob"),
        # Without those around it, it would not be right.
        ("b\u201cob", "a typographic quote (character 2)", "' or \" to quote"),
        ("\u201cbob", "a typographic quote (character 1)", "' or \" to quote"),
        ("ab\u201d", "a typographic quote (character 3)", "' or \" to quote"),
        (
            "\u2018b\u2019b\u2019",
            "3 typographic quotes (the first: character 1)",
            "' or \" to quote",
        ),
        ("\u201c\u201d", "2 typographic quotes (the first: character 1)", "' or \" to quote"),
    ],
)
def test_quotes_in_a_value_are_named(value, quotes, advice, hints):
    said = hints(f"iam-userdel -u {value}", "ValidationError", "Is invalid.")
    assert said[0] == f"the value of -u has {quotes}, as pasted from a web page; type: {advice}"


@pytest.mark.parametrize(
    ("code", "number"),
    [
        ("InvalidInput", 1),
        ("MalformedPolicyDocument", 1),
        ("NoSuchEntity", 1),
        # They cannot be the reason.
        ("EntityAlreadyExists", 0),
        ("LimitExceeded", 0),
    ],
)
def test_quotes_are_named_if_they_can_be_the_reason(code, number, say, stub):
    endpoint = stub.endpoint(refused(code, "No."))
    said = say("iam-groupadduser -g g -u ann -u \u201cbob\u201d", endpoint)
    quotes = "the value of -u has 2 typographic quotes (the first: character 1)"
    named = [f"{quotes}, as pasted from a web page; type: -u bob"] * number
    assert [text for text in said if "typographic" in text] == named
    assert len(endpoint.requests) == 1


def test_quotes_in_a_secret_are_not_named(hints):
    line = "iam-useraddloginprofile -u bob -p \u201cpassw0rd\u201d"
    assert hints(line, "ValidationError", "Is invalid.") == []
