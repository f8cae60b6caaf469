"""Options that the original did not have, for accounts of today; old lines stay as they were."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.stub import ok, refused
from support.terminal import read_now

if TYPE_CHECKING:
    from support.forked import Done, ForkRunner
    from support.stub import Answer, Endpoint, Stub

POLICY = ok(
    "GetAccountPasswordPolicy",
    "<PasswordPolicy><MinimumPasswordLength>12</MinimumPasswordLength>"
    "<RequireSymbols>true</RequireSymbols><MaxPasswordAge>90</MaxPasswordAge>"
    "<PasswordReusePrevention>5</PasswordReusePrevention><HardExpiry>true</HardExpiry>"
    "<ExpirePasswords>true</ExpirePasswords></PasswordPolicy>",
)
UNSET = ok(
    "GetAccountPasswordPolicy",
    "<PasswordPolicy><MinimumPasswordLength>8</MinimumPasswordLength><MaxPasswordAge>0"
    "</MaxPasswordAge><HardExpiry>false</HardExpiry></PasswordPolicy>",
)
NAME = "iam-accountmodpasswordpolicy"
NAMES = "MaxPasswordAge, PasswordReusePrevention, HardExpiry"


def modify(
    run_fast: ForkRunner, stub: Stub, read: Answer, *options: str, stderr: str | None = None
) -> tuple[Done, Endpoint]:
    endpoint = stub.endpoint().on("GetAccountPasswordPolicy", read)
    endpoint.on("UpdateAccountPasswordPolicy", ok("UpdateAccountPasswordPolicy"))
    env = {"AWS_IAM_URL": endpoint.url, "AWS_MAX_ATTEMPTS": "1"}
    return run_fast(NAME, *options, env=env, stderr=stderr), endpoint


@pytest.mark.parametrize("option", ["-a", "-l", "-n", "-s", "-u", "-m 9"])
def test_rules_without_an_option_are_kept(option, run_fast, stub):
    done, endpoint = modify(run_fast, stub, POLICY, *option.split())
    kept = "MaxPasswordAge 90, PasswordReusePrevention 5, HardExpiry true"
    assert done == (0, "", f"{NAME}: kept from the current policy: {kept}\n")
    sent = endpoint.requests[-1].parameters
    assert (sent["MaxPasswordAge"], sent["PasswordReusePrevention"]) == ("90", "5")
    assert sent["HardExpiry"] == "true"
    # What has an option is as the original sets it.
    assert len(sent) == 4


@pytest.mark.parametrize(
    "read",
    [UNSET, refused("NoSuchEntity", "The Password Policy cannot be found.", 404)],
    ids=["unset", "none"],
)
def test_nothing_to_keep_is_nothing_said(read, run_fast, stub):
    done, endpoint = modify(run_fast, stub, read, "-m", "9")
    assert done == (0, "", "")
    assert endpoint.requests[-1].parameters == {"MinimumPasswordLength": "9"}


@pytest.mark.parametrize("code", ["AccessDenied", "AccessDeniedException"])
def test_reading_that_is_denied_is_said(code, run_fast, stub):
    done, endpoint = modify(run_fast, stub, refused(code, "not you", 403), "-m", "9")
    reset = f"these rules may have been reset: {NAMES}"
    assert done == (0, "", f"{NAME}: the current policy may not be read; {reset}\n")
    assert endpoint.requests[-1].parameters == {"MinimumPasswordLength": "9"}


def test_reading_that_fails_sends_nothing(run_fast, stub):
    done, endpoint = modify(run_fast, stub, refused("ServiceFailure", "broken", 500), "-m", "9")
    assert done == (1, "", f"{NAME}: ServiceFailure: broken\n")
    assert endpoint.operations == ["GetAccountPasswordPolicy"]


@pytest.mark.parametrize(
    ("options", "strict"), [("", ""), ("--reset", ""), ("", "1"), ("-m 9", "1")]
)
def test_bare_command_and_strict_mode_are_one_request(options, strict, run_fast, stub):
    run_fast.env["IAMCLI_STRICT"] = strict
    done, endpoint = modify(run_fast, stub, POLICY, *options.split())
    assert done == (0, "", "")
    assert endpoint.operations == ["UpdateAccountPasswordPolicy"]
    sent = {"MinimumPasswordLength": "9"} if "-m" in options else {}
    assert endpoint.requests[0].parameters == sent


@pytest.mark.parametrize("options", [(), ("--reset",)])
def test_a_terminal_shows_which_rules_were_reset(options, run_fast, stub, terminal):
    """Without options as in a script that reads its lines from a file."""
    done, endpoint = modify(run_fast, stub, POLICY, *options, stderr=terminal[1])
    assert done == (0, "", "")
    assert endpoint.operations == ["UpdateAccountPasswordPolicy"]
    assert endpoint.requests[0].parameters == {}
    said = read_now(terminal[0])
    assert f"{NAME}: reset to their defaults: MinimumPasswordLength, Require" in said
    assert NAMES in said


def test_no_rule_is_called_reset_if_the_service_refuses(run_fast, stub, terminal):
    endpoint = stub.endpoint(refused("AccessDenied", "Not allowed.", 403))
    env = {"AWS_IAM_URL": endpoint.url}
    assert run_fast(NAME, "--reset", env=env, stderr=terminal[1]).status == 1
    assert "reset to" not in read_now(terminal[0])


@pytest.mark.parametrize("other", ["-l", "-m 0"])
def test_reset_stands_alone(other, run_fast, stub):
    done, endpoint = modify(run_fast, stub, POLICY, "--reset", *other.split())
    assert done.status == 1
    assert len(done.err.splitlines()) == 1
    assert endpoint.requests == []


OWNERS = {
    "user": ("-u", "UserName", "ListAttachedUserPolicies", "ListUserPolicies"),
    "group": ("-g", "GroupName", "ListAttachedGroupPolicies", "ListGroupPolicies"),
    "role": ("-r", "RoleName", "ListAttachedRolePolicies", "ListRolePolicies"),
}
ARN = "arn:aws:iam::aws:policy/ReadOnlyAccess"


def attached(operation: str, more: str = "") -> Answer:
    entry = f"<member><PolicyName>R</PolicyName><PolicyArn>{ARN}</PolicyArn></member>"
    return ok(operation, f"<AttachedPolicies>{entry}</AttachedPolicies>{more}")


@pytest.mark.parametrize("owner", OWNERS)
def test_attached_policies_are_listed(owner, run_fast, stub):
    option, parameter, operation, _ = OWNERS[owner]
    endpoint = stub.endpoint(attached(operation))
    env = {"AWS_IAM_URL": endpoint.url}
    done = run_fast(f"iam-{owner}listpolicies", option, "bob", "-a", env=env)
    assert done == (0, f"{ARN}\nIsTruncated: false\n", "")
    assert endpoint.requests[0].operation == operation
    assert endpoint.requests[0].parameters == {parameter: "bob", "MaxItems": "1000"}


@pytest.mark.parametrize("owner", OWNERS)
def test_attached_policies_are_paged(owner, run_fast, stub):
    option, _, operation, _ = OWNERS[owner]
    more = "<IsTruncated>true</IsTruncated><Marker>next</Marker>"
    endpoint = stub.endpoint(attached(operation, more))
    env = {"AWS_IAM_URL": endpoint.url}
    line = (f"iam-{owner}listpolicies", option, "bob", "-a", "-i", "1", "-m", "here")
    done = run_fast(*line, env=env)
    assert done == (0, f"{ARN}\nIsTruncated: true\nMarker: next\n", "")
    assert endpoint.requests[0].parameters["Marker"] == "here"


@pytest.mark.parametrize("owner", OWNERS)
@pytest.mark.parametrize("other", [("-v",), ("-p", "x")])
def test_attached_policies_have_no_documents(owner, other, run_fast, stub):
    endpoint = stub.endpoint()
    line = (f"iam-{owner}listpolicies", OWNERS[owner][0], "bob", "-a", *other)
    done = run_fast(*line, env={"AWS_IAM_URL": endpoint.url})
    assert done.status == 1
    assert len(done.err.splitlines()) == 1
    assert endpoint.requests == []


@pytest.mark.parametrize("owner", OWNERS)
def test_empty_list_in_a_script_says_nothing(owner, run_fast, stub):
    env = {"AWS_IAM_URL": stub.endpoint(ok(OWNERS[owner][3])).url}
    done = run_fast(f"iam-{owner}listpolicies", OWNERS[owner][0], "bob", env=env)
    assert done == (0, "IsTruncated: false\n", "")


@pytest.mark.parametrize("owner", OWNERS)
def test_empty_list_on_a_terminal_says_how_to_list_the_others(owner, run_fast, stub, terminal):
    """Unless there may be some, on another page or because one was named."""
    option, _, _, operation = OWNERS[owner]
    one = "<PolicyNames><member>p</member></PolicyNames>"
    answers = (ok(operation), ok(operation), ok(operation), ok(operation, one))
    endpoint = stub.endpoint().on(operation, *answers)
    shown = []
    for more, strict in (("", ""), ("-m here", ""), ("", "1"), ("", "")):
        env = {"AWS_IAM_URL": endpoint.url, "IAMCLI_STRICT": strict}
        line = f"iam-{owner}listpolicies {option} bob {more}".split()
        assert run_fast(*line, env=env, stderr=terminal[1]).status == 0
        shown.append(read_now(terminal[0]))
    note = "bob has no inline policy; -a lists attached managed policies"
    assert shown == [f"iam-{owner}listpolicies: {note}\n", "", "", ""]


USER = "<User><Arn>arn:bob</Arn><UserId>AIDA</UserId></User>"
ROLE = "<Role><Arn>arn:web</Arn><RoleId>AROA</RoleId></Role>"
CREATING = {
    "CreateUser": (("iam-usercreate", "-u", "bob"), USER),
    "CreateRole": (("iam-rolecreate", "-r", "web", "-s", "ec2.amazonaws.com"), ROLE),
}


@pytest.mark.parametrize("operation", CREATING)
def test_boundary_and_tags_are_sent(operation, run_fast, stub):
    line, result = CREATING[operation]
    endpoint = stub.endpoint(ok(operation, result))
    more = ("-b", "arn:boundary", "-t", "team=web", "-t", "empty=", "-t", "a=b=c")
    done = run_fast(*line, *more, env={"AWS_IAM_URL": endpoint.url})
    assert done == (0, "", "")
    sent = endpoint.requests[0].parameters
    assert sent["PermissionsBoundary"] == "arn:boundary"
    for number, (key, value) in enumerate([("team", "web"), ("empty", ""), ("a", "b=c")], 1):
        assert sent[f"Tags.member.{number}.Key"] == key
        assert sent[f"Tags.member.{number}.Value"] == value


@pytest.mark.parametrize("operation", CREATING)
@pytest.mark.parametrize("tag", ["team", "=web", ""])
def test_tag_without_key_or_sign_is_a_usage_error(operation, tag, run_fast, stub):
    endpoint = stub.endpoint()
    line, _ = CREATING[operation]
    done = run_fast(*line, "-t", tag, env={"AWS_IAM_URL": endpoint.url})
    assert done.status == 1
    assert done.err.startswith(f'{line[0]}: "{tag}" is not a valid value for "-t"')
    assert endpoint.requests == []


KEYS = ok(
    "ListAccessKeys",
    "<AccessKeyMetadata><member><AccessKeyId>AKIA1</AccessKeyId><Status>Active</Status>"
    "<CreateDate>2020-01-02T03:04:05Z</CreateDate></member></AccessKeyMetadata>",
)
USED = ok(
    "GetAccessKeyLastUsed",
    "<UserName>bob</UserName><AccessKeyLastUsed><Region>us-east-1</Region><LastUsedDate>"
    "2024-05-06T07:08:09Z</LastUsedDate><ServiceName>s3</ServiceName></AccessKeyLastUsed>",
)
NEVER = ok(
    "GetAccessKeyLastUsed",
    "<AccessKeyLastUsed><Region>N/A</Region><ServiceName>N/A</ServiceName></AccessKeyLastUsed>",
)


@pytest.mark.parametrize(
    ("answer", "use"),
    [
        (USED, "2024-05-06T07:08:09Z\tus-east-1\ts3"),
        (NEVER, "never\tN/A\tN/A"),
        (ok("GetAccessKeyLastUsed", "<AccessKeyLastUsed/>"), "never\tN/A\tN/A"),
        (refused("AccessDenied", "not you", 403), "unknown\tunknown\tunknown"),
    ],
    ids=["used", "never", "bare", "denied"],
)
def test_last_use_is_a_third_line(answer, use, run_fast, stub):
    endpoint = stub.endpoint().on("ListAccessKeys", KEYS).on("GetAccessKeyLastUsed", answer)
    env = {"AWS_IAM_URL": endpoint.url}
    done = run_fast("iam-userlistkeys", "-u", "bob", "-l", env=env)
    expected = f"AKIA1\nActive\n2020-01-02T03:04:05Z\t{use}\nIsTruncated: false\n"
    assert done == (0, expected, "")
    done = run_fast("iam-userlistkeys", "-u", "bob", env=env)
    assert done == (0, "AKIA1\nActive\nIsTruncated: false\n", "")


def test_last_use_that_is_not_in_the_answer_is_not_called_never(run_fast, stub):
    nothing = ok("GetAccessKeyLastUsed")
    endpoint = stub.endpoint().on("ListAccessKeys", KEYS).on("GetAccessKeyLastUsed", nothing)
    done = run_fast("iam-userlistkeys", "-u", "bob", "-l", env={"AWS_IAM_URL": endpoint.url})
    assert done.status == 1
    assert "it has no AccessKeyLastUsed; is this an IAM endpoint?" in done.err
    assert "never" not in done.out


def test_bare_command_on_a_terminal_changes_nothing(typed, stub):
    rules = (
        "MinimumPasswordLength, RequireLowercaseCharacters, RequireUppercaseCharacters, "
        f"RequireNumbers, RequireSymbols, AllowUsersToChangePassword, {NAMES}"
    )
    message = f"{NAME}: without options, these rules are reset: {rules}; to do so, use --reset"
    reset = f"{NAME}: reset to their defaults: {rules}"
    for options, strict, shown, operations in (
        ("", "0", [message, "1"], []),
        ("", "1", ["0"], ["UpdateAccountPasswordPolicy"]),
        ("--reset", "0", [reset, "0"], ["UpdateAccountPasswordPolicy"]),
        ("-l", "0", ["0"], ["GetAccountPasswordPolicy", "UpdateAccountPasswordPolicy"]),
    ):
        endpoint = stub.endpoint().on("GetAccountPasswordPolicy", UNSET)
        endpoint.on("UpdateAccountPasswordPolicy", ok("UpdateAccountPasswordPolicy"))
        env = {"AWS_IAM_URL": endpoint.url, "IAMCLI_STRICT": strict}
        seen = typed(f"{NAME} {options}; echo $?", env, size=(24, 300)).splitlines()
        assert (seen, endpoint.operations) == (shown, operations)
