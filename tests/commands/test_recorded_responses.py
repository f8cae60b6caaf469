"""Real responses of IAM: recorded errors, and what the service has added over the years."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from support.cases import OPERATIONS
from support.cases.prepared import write_files
from support.legacy_requests import REFUSED, ROWS
from support.selection import every
from support.shell import TESTS
from support.stub import ok, refused

if TYPE_CHECKING:
    from support.forked import Done, ForkRunner
    from support.stub import Endpoint

ERRORS = json.loads((TESTS / "recorded" / "errors.json").read_text())
FOOTER = "IsTruncated: false"
#: A line for each operation that is refused.
LINES = {
    **{operation: case.line for operation, case in OPERATIONS.items()},
    "CreateUser": "iam-usercreate -u bob",
    "GetUser": "iam-usergetattributes",
    "ListGroups": "iam-grouplistbypath",
    "ListUsers": "iam-userlistbypath",
}


def run_line(line: str, run_fast: ForkRunner, endpoint: Endpoint) -> Done:
    # In the sandbox, no refusal is waited for; test_eventual_consistency.py tests the waiting.
    env = {"IAMCLI_SANDBOX": endpoint.url, "AWS_IAM_URL": endpoint.url, "AWS_MAX_ATTEMPTS": "1"}
    return run_fast(*line.split(), env=env)


@pytest.mark.parametrize("error", every(3, ERRORS))
def test_error_is_the_services_own_words(error, run_fast, stub):
    write_files(run_fast.home)
    line = LINES[error.get("operation", "GetUser")]
    endpoint = stub.endpoint(refused(error["code"], error["message"], error["status"]))
    said = f"{line.split(maxsplit=1)[0]}: {error['code']}: {error['message']}\n"
    assert run_line(line, run_fast, endpoint) == (1, "", said)


#: Members that the service has added since the original, and other forms of a date.
LATER = {
    "a date with fractions": "<CreateDate>2012-09-21T23:03:13.123456Z</CreateDate>",
    "tags": (
        "<Tags><member><Key>a</Key><Value/></member>"
        "<member><Key>b c</Key><Value>é</Value></member></Tags>"
    ),
    "a boundary": (
        "<PermissionsBoundary><PermissionsBoundaryType>PermissionsBoundaryPolicy"
        "</PermissionsBoundaryType><PermissionsBoundaryArn>arn:aws:iam::123456789012:policy/b"
        "</PermissionsBoundaryArn></PermissionsBoundary>"
    ),
    "a last use": (
        "<PasswordLastUsed>2020-01-01T00:00:00Z</PasswordLastUsed><RoleLastUsed><LastUsedDate>"
        "2020-01-01T00:00:00.5Z</LastUsedDate><Region>us-east-1</Region></RoleLastUsed>"
    ),
    "a role of a service": (
        "<Path>/aws-service-role/support.amazonaws.com/</Path><RoleLastUsed/>"
        "<MaxSessionDuration>3600</MaxSessionDuration>"
    ),
}
DOCUMENT = '{"Version":"2012-10-17","Statement":[{"Resource":"a+b c%20d/é"}]}'
USER = "<UserName>bob</UserName><Arn>arn:bob</Arn><UserId>AIDA</UserId>"
ROLE = (
    "<RoleName>web</RoleName><Arn>arn:web</Arn><RoleId>AROA</RoleId>"
    f"<AssumeRolePolicyDocument>{quote(DOCUMENT)}</AssumeRolePolicyDocument>"
)


@pytest.mark.parametrize("later", LATER.values(), ids=LATER)
@pytest.mark.parametrize(
    ("line", "operation", "result", "shown"),
    [
        ("iam-usergetattributes", "GetUser", f"<User>{USER}{{}}</User>", "arn:bob\nAIDA\n"),
        (
            "iam-userlistbypath",
            "ListUsers",
            f"<Users><member>{USER}{{}}</member></Users>",
            f"arn:bob\n{FOOTER}\n",
        ),
        (
            "iam-rolegetattributes -r web",
            "GetRole",
            f"<Role>{ROLE}{{}}</Role>",
            f"arn:web\nAROA\n{DOCUMENT}\n",
        ),
        (
            "iam-rolelistbypath",
            "ListRoles",
            f"<Roles><member>{ROLE}{{}}</member></Roles>",
            f"arn:web\n{FOOTER}\n",
        ),
    ],
)
def test_entity_with_members_of_later_years(line, operation, result, shown, later, run_fast, stub):
    endpoint = stub.endpoint(ok(operation, result.format(later)))
    assert run_line(line, run_fast, endpoint) == (0, shown, "")


@pytest.mark.parametrize(
    "date", ["2012-09-21T23:03:13Z", "2012-09-21T23:03:13.411Z", "2012-09-21T23:03:13.123456Z"]
)
def test_date_is_printed_as_the_service_sends_it(date, run_fast, stub):
    key = f"<AccessKeyId>A</AccessKeyId><Status>Active</Status><CreateDate>{date}</CreateDate>"
    use = f"<LastUsedDate>{date}</LastUsedDate><ServiceName>s</ServiceName><Region>r</Region>"
    device = (
        f"<SerialNumber>arn:mfa</SerialNumber><User>{USER}</User><EnableDate>{date}</EnableDate>"
    )
    lists = {
        "ListAccessKeys": f"<AccessKeyMetadata><member>{key}</member></AccessKeyMetadata>",
        "GetAccessKeyLastUsed": f"<AccessKeyLastUsed>{use}</AccessKeyLastUsed>",
        "ListVirtualMFADevices": (
            f"<VirtualMFADevices><member>{device}</member></VirtualMFADevices>"
        ),
    }
    endpoint = stub.endpoint()
    for operation, result in lists.items():
        endpoint.on(operation, ok(operation, result))
    done = run_line("iam-userlistkeys -l", run_fast, endpoint)
    assert done == (0, f"A\nActive\n{date}\t{date}\tr\ts\n{FOOTER}\n", "")
    done = run_line("iam-virtualmfadevicelist -t Any -v", run_fast, endpoint)
    assert done == (0, f"arn:mfa\narn:bob\n{date}\n{FOOTER}\n", "")


LISTS = [
    (line, operation)
    for line, operation, _ in ROWS
    if operation.startswith("List") and "list" in line.split()[0] and line not in REFUSED
]


@pytest.mark.parametrize(("line", "operation"), every(4, LISTS))
def test_empty_list_without_a_word_on_truncation(line, operation, run_fast, stub):
    assert run_line(line, run_fast, stub.endpoint(ok(operation))) == (0, f"{FOOTER}\n", "")


@pytest.mark.parametrize("marker", ["a b", "a+b/c==", "%2B", "é", "x" * 320, "-m"])
def test_odd_marker_is_sent_back_printed_and_can_be_given(marker, run_fast, stub):
    first = f"<IsTruncated>true</IsTruncated><Marker>{marker}</Marker>"
    for options, sent, footer in (
        ([], [None, marker], FOOTER),
        (["-i", "2"], [None], f"IsTruncated: true\nMarker: {marker}"),
        (["-m", marker], [marker], FOOTER),
    ):
        pages = [ok("ListUsers", first), ok("ListUsers")]
        endpoint = stub.endpoint(*pages["-m" in options :])
        done = run_fast("iam-userlistbypath", *options, env={"AWS_IAM_URL": endpoint.url})
        assert done == (0, f"{footer}\n", "")
        assert [request.parameters.get("Marker") for request in endpoint.requests] == sent
