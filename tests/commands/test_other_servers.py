"""Servers that are not AWS: what they lack, and what they answer in their own way, as Ceph does."""

from __future__ import annotations

import itertools
import json
import time
from email.utils import formatdate
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from support.account import CASES, account_of
from support.faults import CLOSED
from support.forked import AT_ONCE
from support.selection import every
from support.stub import NAMESPACE, Answer, ok, refused
from support.terminal import read_now, rows

if TYPE_CHECKING:
    from support.account import Account
    from support.forked import Done, ForkRunner

ONCE = {"AWS_MAX_ATTEMPTS": "1", "IAMCLI_TIMEOUT": "10"}


def bare(code: str, status: int, message: str = "") -> Answer:
    """Return an error without the root element of IAM, as Ceph and S3 send it."""
    text = f"<Error><Code>{code}</Code><Message>{message}</Message><RequestId>1</RequestId></Error>"
    return Answer(f'<?xml version="1.0" encoding="UTF-8"?>{text}'.encode(), status)


# An operation that the server lacks.

CREATE = ("iam-useraddloginprofile", "-u", "bob", "-p", "Secret12345!")
MISSING = {
    "Ceph": bare("MethodNotAllowed", 405),
    "405 in the form of IAM": refused("MethodNotAllowed", "", 405),
    "LocalStack": refused("InternalFailure", "The API action has not yet been emulated.", 501),
    "501": bare("NotHere", 501),
    "InvalidAction": refused("InvalidAction", "Could not find the operation", 400),
    "UnknownOperation": bare("UnknownOperation", 404),
}


@pytest.mark.parametrize("answer", MISSING.values(), ids=MISSING)
def test_a_missing_operation_is_called_that(answer, run_fast, stub):
    endpoint = stub.endpoint(answer)
    done = run_fast(*CREATE, env={"AWS_IAM_URL": endpoint.url})
    said = "iam-useraddloginprofile: the server has no CreateLoginProfile\n"
    assert done == (1, "", said)
    assert endpoint.operations == ["CreateLoginProfile"]


#: No document that says so: what a wrong URL, a page, a proxy and other services answer.
OTHERS = {
    "405 page": Answer(b"<html>Method Not Allowed</html>", 405),
    "501 page": Answer(b"<html>Not Implemented</html>", 501),
    "405 empty": Answer(b"", 405),
    "501 empty": Answer(b"", 501),
    "404 of S3": bare("NoSuchBucket", 404),
    "400 of S3": bare("MethodNotAllowed", 400),
    "403 of S3": bare("MethodNotAllowed", 403),
    "405 with another code": bare("Other", 405),
    "500 of S3": bare("InternalError", 500),
    "501 with a number": bare("501", 501),
    "another root": Answer(b"<Reply><Code>MethodNotAllowed</Code></Reply>", 405),
}


@pytest.mark.parametrize("answer", OTHERS.values(), ids=OTHERS)
def test_other_errors_keep_their_message(answer, run_fast, stub):
    endpoint = stub.endpoint(answer)
    done = run_fast(*CREATE, env={"AWS_IAM_URL": endpoint.url, **ONCE})
    said = f"unexpected HTTP {answer.status} from {endpoint.url} for CreateLoginProfile"
    unknown = (
        "CreateLoginProfile may have taken effect, check first: iam-usergetloginprofile -u bob"
    )
    line = f"iam-useraddloginprofile: {said}, not an IAM response; {unknown}\n"
    assert (done.status, done.err) == (1, line)


def test_a_request_whose_earlier_attempt_may_have_acted_stays_unknown(run_fast, stub):
    endpoint = stub.endpoint(Answer(b"", 500), MISSING["Ceph"])
    arguments = ["iam-userdelpolicy", "-u", "bob", "-p", "all"]
    done = run_fast(*arguments, env={"AWS_IAM_URL": endpoint.url}, before=AT_ONCE)
    unknown = "DeleteUserPolicy may have taken effect, check first: iam-userlistpolicies -u bob"
    assert (done.status, done.err) == (
        1,
        f"iam-userdelpolicy: the server has no DeleteUserPolicy; {unknown}\n",
    )


def test_last_use_that_the_server_does_not_tell(run_fast, stub):
    key = (
        "<member><UserName>bob</UserName><AccessKeyId>AKIA{}</AccessKeyId><Status>Active</Status>"
        "<CreateDate>2011-05-02T00:00:00Z</CreateDate></member>"
    )
    keys = f"<AccessKeyMetadata>{key.format(1)}{key.format(2)}</AccessKeyMetadata>"
    endpoint = stub.endpoint(MISSING["Ceph"]).on("ListAccessKeys", ok("ListAccessKeys", keys))
    done = run_fast("iam-userlistkeys", "-u", "bob", "-l", env={"AWS_IAM_URL": endpoint.url})
    line = "2011-05-02T00:00:00Z\tunknown\tunknown\tunknown"
    shown = f"AKIA1\nActive\n{line}\nAKIA2\nActive\n{line}\nIsTruncated: false\n"
    said = "iam-userlistkeys: the server does not tell when access keys were last used\n"
    assert done == (0, shown, said)
    assert endpoint.operations == ["ListAccessKeys", "GetAccessKeyLastUsed"]


# Recursive deletions.


def remove(run: ForkRunner, account: Account, case: str, *more: str, **env: str) -> Done:
    env = {"AWS_IAM_URL": account.url, **ONCE, **env}
    return run(*CASES[case].arguments, *more, env=env, before=AT_ONCE)


@pytest.mark.parametrize("pretend", [False, True])
@pytest.mark.parametrize(
    ("case", "lists"),
    [
        ("user", ["ListSigningCertificates", "GetLoginProfile", "ListMFADevices"]),
        ("role", ["ListInstanceProfilesForRole"]),
        ("group", ["GetGroup"]),
    ],
)
def test_missing_lists_are_skipped_and_named(case, lists, run_fast, stub, *, pretend):
    account = account_of(stub, case, **{name: [] for name in lists if name != "GetLoginProfile"})
    account.login = False
    for name in lists:
        account.on(name, MISSING["Ceph"])
    done = remove(run_fast, account, case, *["-p"] * pretend)
    command = CASES[case].arguments[0]
    note = f"{command}: the server has no {', '.join(lists)}; the list may be incomplete\n"
    assert (done.status, done.err) == (0, note if pretend else "")
    assert account.exists is pretend
    assert (account.changes == []) is pretend


@pytest.mark.parametrize("pretend", [False, True])
@pytest.mark.parametrize("case", CASES)
def test_a_server_that_lacks_everything_stops_it(case, run_fast, stub, *, pretend):
    account = account_of(stub, case)
    lists = account_lists(case)
    for name in (*lists, account.case.kind):
        account.on(name, MISSING["Ceph"])
    done = remove(run_fast, account, case, *["-p"] * pretend)
    command = CASES[case].arguments[0]
    said = f"{command}: the server has no {', '.join(lists)}; nothing was removed\n"
    assert (done.status, done.err) == (1, said)
    assert account.changes == []


def account_lists(case: str) -> list[str]:
    """Return what a recursive deletion reads first."""
    from iamcli.operations import deletion

    entity = getattr(deletion, case.upper().replace(" ", "_"))
    return [dependent.lookup.operation for dependent in entity.dependents]


STALE = {
    "page 405": (OTHERS["405 page"], "unexpected HTTP 405 from {url} for ListAccessKeys"),
    "page 501": (OTHERS["501 page"], "unexpected HTTP 501 from {url} for ListAccessKeys"),
    "stale": (ok("ListUsers"), "unexpected response from {url}, not an IAM response"),
    "empty": (OTHERS["405 empty"], "unexpected HTTP 405 from {url} for ListAccessKeys"),
}


@pytest.mark.parametrize(("answer", "said"), STALE.values(), ids=STALE)
def test_pages_and_stale_responses_remove_nothing(answer, said, run_fast, stub):
    account = account_of(stub, "user")
    for name in account_lists("user"):
        account.on(name, answer)
    done = remove(run_fast, account, "user")
    assert done.status == 1
    assert done.err.startswith(f"iam-userdel: {said.format(url=account.url)}")
    assert account.changes == []


#: The lists that the original did not read.
NEWER = {
    "GetLoginProfile",
    "ListMFADevices",
    "ListSSHPublicKeys",
    "ListServiceSpecificCredentials",
    "ListAttachedUserPolicies",
    "ListAttachedGroupPolicies",
    "ListAttachedRolePolicies",
}
LISTS = [(case, name) for case in CASES for name in account_lists(case)]
REFUSALS = {code: refused(code, "no", 403) for code in ("AccessDenied", "AccessDeniedException")}
#: What a server other than AWS answers, if it lacks the operation, with no document of IAM.
PAGES = {
    "400 text": Answer(b"Bad Request", 400, {"Content-Type": "text/plain"}),
    "404 page": Answer(b"<html>Not Found</html>", 404),
    "405 page": OTHERS["405 page"],
    "500 page": Answer(b"<html/>", 500),
    "501 page": OTHERS["501 page"],
    "501 empty": OTHERS["501 empty"],
    "400 of S3": OTHERS["400 of S3"],
}
#: A 501 with a code, but not the root element of such an error.
OTHER_ROOT = Answer(b"<Response><Error><Code>NotHere</Code></Error></Response>", 501)
#: What tells nothing of the operation.
BROKEN = {
    "Throttling": refused("Throttling", "Rate exceeded"),
    "InternalFailure": refused("InternalFailure", "", 500),
    "page": Answer(b"<html>Sign in</html>"),
    "502 page": Answer(b"<html/>", 502),
    "closed": CLOSED,
}
FAILURES = {**MISSING, **REFUSALS, **PAGES, **BROKEN, "501 root": OTHER_ROOT}


def why_skipped(place: str, name: str, failure: str) -> str:
    """Return the note of -p about a list that is skipped after a failure, "" if it is not."""
    if failure in MISSING and (name in NEWER or place == "elsewhere"):
        return f"the server has no {name}"
    if failure in REFUSALS and name in NEWER:
        return f"access to {name} is denied"
    if failure in {*PAGES, "501 root"} and name in NEWER and place == "elsewhere":
        return f"{name} failed with HTTP {failure[:3]}, not an IAM response"
    return ""


def test_users_groups_roles_and_instance_profiles_have_16_lists():
    assert (len(LISTS), NEWER - {name for _, name in LISTS}) == (16, set())


ROWS = [
    (place, *listing, failure)
    for place, listing, failure in itertools.product(("AWS", "elsewhere"), LISTS, FAILURES)
]


@pytest.mark.parametrize(
    ("place", "case", "name", "failure"),
    every(
        16,
        ROWS,
        *(row for row in ROWS if row[2] == "ListMFADevices" and row[3] in PAGES),
        *(row for row in ROWS if row[2] == "GetLoginProfile" and row[3] in ("501 root", "closed")),
        *(row for row in ROWS if row[3] in ("405 page", "InvalidAction")),
    ),
)
def test_a_list_is_skipped_and_reported_or_keeps_everything(
    place, case, name, failure, run_fast, stub
):
    account = account_of(stub, case).on(name, FAILURES[failure])
    env = {}
    if place == "AWS":
        url = f"http://iam.amazonaws.com{urlsplit(account.url).path}"
        env = {"AWS_IAM_URL": url, "http_proxy": account.url}
    preview, done = (remove(run_fast, account, case, *more, **env) for more in (["-p"], []))
    command = CASES[case].arguments[0]
    why = why_skipped(place, name, failure)
    if why and case != "instance profile":
        assert preview.status == 0
        assert preview.err == f"{command}: {why}; the list may be incomplete\n"
        # It has what was not listed.
        said = done.err.splitlines()
        assert said[0].startswith(f"{command}: DeleteConflict: ")
        assert said[1].startswith(f"{command}: removed: ")
        assert said[1].endswith(f"; not read: {name}; left: {CASES[case].steps[-1][0]}")
        return
    assert preview == done
    assert (done.status, done.out, len(done.err.splitlines())) == (1, "", 1)
    if name in NEWER and place == "AWS":
        assert name in done.err
    if failure in MISSING:
        assert done.err.startswith(f"{command}: the server has no {name}")
    assert account.changes == []


@pytest.mark.parametrize("strict", ["", "1"])
def test_a_last_step_that_is_the_only_one(strict, run_fast, stub):
    account = account_of(stub, "user", **{name: [] for name in CASES["user"].things})
    account.on("GetLoginProfile", REFUSALS["AccessDenied"])
    done = remove(run_fast, account, "user", IAMCLI_STRICT=strict)
    said = "iam-userdel: DeleteConflict: Cannot delete entity, it holds something.\n"
    state = "" if strict else "iam-userdel: removed: nothing; not read: GetLoginProfile\n"
    assert (done.status, done.out + done.err) == (1, said + state)


def test_what_was_not_read_is_not_why_an_earlier_step_fails(run_fast, stub):
    account = account_of(stub, "user").on("GetLoginProfile", REFUSALS["AccessDenied"])
    account.on("DeleteUserPolicy", refused("AccessDenied", "no", 403))
    done = remove(run_fast, account, "user")
    assert done.status == 1
    assert "; left: policy read, " in done.err
    assert "not read" not in done.err


# One root element.

METADATA = "<ResponseMetadata><RequestId>tx1</RequestId></ResponseMetadata>"


def root(name: str, content: str = METADATA, namespace: str = NAMESPACE) -> Answer:
    return Answer(f'<{name} xmlns="{namespace}">{content}</{name}>'.encode())


ODD = root("DeleteUserPoliciesResponse")
REFUSED = {
    "a result": root("DeleteUserPoliciesResponse", f"<DeleteUserPolicyResult/>{METADATA}"),
    "no metadata": root("DeleteUserPoliciesResponse", ""),
    "metadata twice": root("DeleteUserPoliciesResponse", METADATA * 2),
    "another namespace": root("DeleteUserPoliciesResponse", namespace="https://example.com/"),
    "not complete": Answer(ODD.body[:-9]),
    "other users": root("ListUsersResponse"),
    "a user": root("DeleteUserResponse"),
    "a page": Answer(b"<html>Sign in</html>"),
}
DELETE = ("iam-userdelpolicy", "-u", "bob", "-p", "all")
NOT_IAM = "unexpected response from {}, not an IAM response; is this an IAM endpoint?"


def test_the_root_element_of_ceph(run_fast, stub):
    url = stub.endpoint(ODD).url
    assert run_fast(*DELETE, env={"AWS_IAM_URL": url, **ONCE}) == (0, "", "")
    # As a response to another request, and at AWS, it is none.
    other = ("iam-userdelkey", "-u", "bob", "-k", "AKIAIOSFODNN7EXAMPLE")
    done = run_fast(*other, env={"AWS_IAM_URL": url, **ONCE})
    assert done.err.startswith(f"iam-userdelkey: {NOT_IAM.format(url)}")
    of_aws = f"http://iam.amazonaws.com{urlsplit(url).path}"
    done = run_fast(*DELETE, env={"AWS_IAM_URL": of_aws, "http_proxy": url, **ONCE})
    assert done.err.startswith(f"iam-userdelpolicy: {NOT_IAM.format(of_aws)}")


@pytest.mark.parametrize("answer", REFUSED.values(), ids=REFUSED)
def test_other_responses_to_a_deletion_are_none(answer, run_fast, stub):
    done = run_fast(*DELETE, env={"AWS_IAM_URL": stub.endpoint(answer).url, **ONCE})
    assert done.status == 1
    assert "DeleteUserPolicy may have taken effect" in done.err


# Messages that are empty.


def test_a_denial_without_a_message_names_the_operation(run_fast, stub):
    endpoint = stub.endpoint(ok("GetGroup", "<Users/>")).on("CreateUser", refused("AccessDenied"))
    done = run_fast("iam-usercreate", "-u", "bob", "-g", "A", env={"AWS_IAM_URL": endpoint.url})
    assert done.err.startswith("iam-usercreate: AccessDenied: CreateUser is not permitted\n")


@pytest.mark.parametrize(
    ("line", "answer", "hint"),
    [
        ("iam-userlistbypath", refused("InvalidAccessKeyId"), "access key AKIA"),
        ("iam-userlistbypath", refused("SignatureDoesNotMatch"), "check the secret access key of "),
        (
            "iam-userlistbypath",
            refused("RequestTimeTooSkewed"),
            "the clock of this machine is 1 ho",
        ),
        ("iam-usergetattributes -u bbo", refused("NoSuchEntity"), "did you mean bob?"),
        (
            "iam-groupadduser -g Admin -u bbo",
            refused("NoSuchEntity", "No such UserName in the account"),
            "did you mean bob?",
        ),
        ("iam-groupadduser -g Admin -u bbo", refused("NoSuchEntity"), ""),
        ("iam-usergetattributes -u bbo", refused("NoSuchEntity", "Nobody of that name"), ""),
    ],
)
def test_hints_that_need_only_the_code(line, answer, hint, run_fast, stub, terminal):
    master, device = terminal
    date = formatdate(time.time() - 3660 * ("Skewed" in answer.body.decode()), usegmt=True)
    users = "<Users><member><UserName>bob</UserName></member></Users>"
    refusal = answer._replace(headers={"Date": date})
    endpoint = stub.endpoint(refusal)
    endpoint.on("ListUsers", *[refusal] * ("list" in line), ok("ListUsers", users))
    run_fast(*line.split(), env={"AWS_IAM_URL": endpoint.url, **ONCE}, stderr=device)
    shown = rows(read_now(master), columns=10_000)[:-1]
    said = [text for text in shown if ": added: " not in text]
    assert len(said) == 1 + bool(hint)
    assert said[-1].partition(": ")[2].startswith(hint)


# What a server ignores.

BOUNDARY = "arn:aws:iam::aws:policy/PowerUserAccess"
SHOWN = (
    "<PermissionsBoundary><PermissionsBoundaryType>Policy</PermissionsBoundaryType>"
    f"<PermissionsBoundaryArn>{BOUNDARY}</PermissionsBoundaryArn></PermissionsBoundary>"
)
TAG = "<Tags><member><Key>team</Key><Value>web</Value></member></Tags>"
NONE_SHOWN = "the server shows no permissions boundary of {}\n"
STATE = "created: {}; {}: permissions boundary"


def entity(operation: str, more: str = "") -> Answer:
    kind = operation[-4:]
    arn = f"<Arn>arn:aws:iam::123456789012:{kind.lower()}/x</Arn><{kind}Id>AIDA</{kind}Id>"
    return ok(operation, f"<{kind}><{kind}Name>x</{kind}Name>{arn}{more}</{kind}>")


DENIED = "AccessDenied: GetUser is not permitted"
USER = f"iam-usercreate -u x -b {BOUNDARY} -g A -k"
LATER = "; not created: membership of group A, access key\n"
ROLE = f"iam-rolecreate -r x -s ec2.amazonaws.com -t team=web -b {BOUNDARY}"


@pytest.mark.parametrize(
    ("line", "answers", "said"),
    [
        (USER, ["", ""], [NONE_SHOWN.format("user x"), STATE.format("user x", "not set") + LATER]),
        (
            f"iam-usercreate -u x -b {BOUNDARY}",
            ["", ""],
            [NONE_SHOWN.format("user x"), STATE.format("user x", "not set") + "\n"],
        ),
        (ROLE, ["", ""], [NONE_SHOWN.format("role x"), STATE.format("role x", "not set") + "\n"]),
        (
            USER,
            ["", None],
            [
                f"the response has no permissions boundary, and GetUser failed: {DENIED}\n",
                STATE.format("user x", "unknown") + LATER,
            ],
        ),
        (f"iam-usercreate -u x -b {BOUNDARY}", [SHOWN], []),
        (f"iam-usercreate -u x -b {BOUNDARY}", ["", SHOWN], []),
        (ROLE, ["", SHOWN], []),
        (
            "iam-usercreate -u x -t team=web -t cost=42",
            ["", TAG],
            ["the server does not show these tags of user x: cost\n"],
        ),
        ("iam-usercreate -u x -t team=web", [TAG], []),
        ("iam-usercreate -u x -t team=web", ["", None], []),
        ("iam-rolecreate -r x -s ec2.amazonaws.com -t team=web", [""], []),
        ("iam-usercreate -u x", [""], []),
    ],
)
def test_a_boundary_and_tags_that_are_not_there(line, answers, said, run_fast, stub):
    kind = "Role" if "role" in line else "User"
    names = (f"Create{kind}", f"Get{kind}")
    endpoint = stub.endpoint(ok("GetGroup", "<Users/>"))
    for name, more in itertools.zip_longest(names, answers, fillvalue=""):
        endpoint.on(name, refused("AccessDenied") if more is None else entity(name, more))
    done = run_fast(*line.split(), env={"AWS_IAM_URL": endpoint.url, **ONCE})
    command = line.split()[0]
    failed = any("boundary" in text for text in said)
    assert (done.status, done.err) == (failed, "".join(f"{command}: {text}" for text in said))
    asked = [name for name in endpoint.operations if name != "GetGroup"]
    assert asked == list(names[: len(answers)])


def test_aws_is_not_asked_for_a_boundary(run_fast, stub):
    endpoint = stub.endpoint(entity("CreateUser"))
    url = f"http://iam.amazonaws.com{urlsplit(endpoint.url).path}"
    line = f"iam-usercreate -u x -b {BOUNDARY}"
    done = run_fast(*line.split(), env={"AWS_IAM_URL": url, "http_proxy": endpoint.url})
    assert (done, endpoint.operations) == ((0, "", ""), ["CreateUser"])


def test_doctor_with_a_server_that_lacks_everything(run_fast, stub):
    """As with an endpoint of S3, it is no IAM; Ceph without its IAM API answers so."""
    url = stub.endpoint(MISSING["Ceph"]).url
    done = run_fast("iamcli", "doctor", "--format", "json", env={"AWS_IAM_URL": url})
    checks = {check["check"]: check for check in json.loads(done.out)["checks"]}
    endpoint = checks["endpoint"]
    assert (endpoint["result"], endpoint["cause"]) == ("wrong", "endpoint-wrong")
    assert endpoint["found"] == f"{url}: HTTP 405, not an answer of AWS"
    address = "use the address of an IAM service; check AWS_IAM_URL; "
    assert endpoint["advice"].startswith(f"{address}with Ceph, IAM may not be enabled (rgw enable")
