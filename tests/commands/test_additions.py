"""Options that the original did not have, as programs; test_commands.py has each variant."""

from __future__ import annotations

import pytest
from support.stub import ok, refused
from support.terminal import read_now

UNSET = ok(
    "GetAccountPasswordPolicy",
    "<PasswordPolicy><MinimumPasswordLength>8</MinimumPasswordLength><MaxPasswordAge>0"
    "</MaxPasswordAge><HardExpiry>false</HardExpiry></PasswordPolicy>",
)
NAME = "iam-accountmodpasswordpolicy"
NAMES = "MaxPasswordAge, PasswordReusePrevention, HardExpiry"


def test_rules_without_an_option_are_kept(run_fast, stub):
    rules = (
        "<MinimumPasswordLength>12</MinimumPasswordLength><RequireSymbols>true</RequireSymbols>"
        "<MaxPasswordAge>90</MaxPasswordAge><PasswordReusePrevention>5</PasswordReusePrevention>"
        "<HardExpiry>true</HardExpiry><ExpirePasswords>true</ExpirePasswords>"
    )
    read = ok("GetAccountPasswordPolicy", f"<PasswordPolicy>{rules}</PasswordPolicy>")
    endpoint = stub.endpoint(read, ok("UpdateAccountPasswordPolicy"))
    done = run_fast(NAME, "-m", "9", env={"AWS_IAM_URL": endpoint.url})
    kept = "MaxPasswordAge 90, PasswordReusePrevention 5, HardExpiry true"
    assert done == (0, "", f"{NAME}: kept from the current policy: {kept}\n")
    assert endpoint.requests[-1].parameters == {
        "MinimumPasswordLength": "9",
        "MaxPasswordAge": "90",
        "PasswordReusePrevention": "5",
        "HardExpiry": "true",
    }


@pytest.mark.parametrize(
    ("options", "answer", "status", "said"),
    [
        # As in a script that reads its lines from a file.
        ([], ok("UpdateAccountPasswordPolicy"), 0, "reset to their defaults: MinimumPasswordLe"),
        (["--reset"], refused("AccessDenied", "Not allowed.", 403), 1, "AccessDenied: Not allowed"),
    ],
)
def test_a_terminal_shows_which_rules_were_reset(
    options, answer, status, said, run_fast, stub, terminal
):
    endpoint = stub.endpoint(answer)
    done = run_fast(NAME, *options, env={"AWS_IAM_URL": endpoint.url}, stderr=terminal[1])
    assert (done.status, done.out) == (status, "")
    assert [request.parameters for request in endpoint.requests] == [{}]
    shown = read_now(terminal[0])
    assert shown.startswith(f"{NAME}: {said}")
    assert (NAMES in shown) == (status == 0)


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


def test_empty_list_on_a_terminal_says_how_to_list_the_others(run_fast, stub, terminal):
    line = ("iam-grouplistpolicies", "-g", "web")
    env = {"AWS_IAM_URL": stub.endpoint(ok("ListGroupPolicies")).url}
    note = f"{line[0]}: web has no inline policy; -a lists attached managed policies\n"
    for strict, shown in (("", note), ("1", "")):
        done = run_fast(*line, env=env | {"IAMCLI_STRICT": strict}, stderr=terminal[1])
        assert done == (0, "IsTruncated: false\n", "")
        assert read_now(terminal[0]) == shown


BOUNDARY = (
    "<PermissionsBoundary><PermissionsBoundaryArn>arn:boundary</PermissionsBoundaryArn>"
    "</PermissionsBoundary>"
)


@pytest.mark.parametrize(
    ("line", "operation", "result"),
    [
        (
            ("iam-usercreate", "-u", "bob"),
            "CreateUser",
            "<User><Arn>arn:bob</Arn><UserId>AIDA</UserId>{}</User>",
        ),
        (
            ("iam-rolecreate", "-r", "web", "-s", "ec2.amazonaws.com"),
            "CreateRole",
            "<Role><Arn>arn:web</Arn><RoleId>AROA</RoleId>{}</Role>",
        ),
    ],
)
def test_boundary_and_tags_are_sent(line, operation, result, run_fast, stub):
    tags = [("team", "web"), ("empty", ""), ("a", "b=c")]
    shown = "".join(
        f"<member><Key>{key}</Key><Value>{value}</Value></member>" for key, value in tags
    )
    shown = f"{BOUNDARY}<Tags>{shown}</Tags>"
    endpoint = stub.endpoint(ok(operation, result.format(shown)))
    more = ("-b", "arn:boundary", "-t", "team=web", "-t", "empty=", "-t", "a=b=c")
    assert run_fast(*line, *more, env={"AWS_IAM_URL": endpoint.url}) == (0, "", "")
    sent = endpoint.requests[0].parameters
    assert sent["PermissionsBoundary"] == "arn:boundary"
    for number, (key, value) in enumerate(tags, 1):
        assert sent[f"Tags.member.{number}.Key"] == key
        assert sent[f"Tags.member.{number}.Value"] == value


def test_last_use_that_is_not_in_the_answer_is_not_called_never(run_fast, stub):
    keys = "<member><AccessKeyId>AKIA1</AccessKeyId><Status>Active</Status></member>"
    lists = ok("ListAccessKeys", f"<AccessKeyMetadata>{keys}</AccessKeyMetadata>")
    endpoint = stub.endpoint(lists, ok("GetAccessKeyLastUsed"))
    done = run_fast("iam-userlistkeys", "-u", "bob", "-l", env={"AWS_IAM_URL": endpoint.url})
    assert done.status == 1
    assert "it has no AccessKeyLastUsed; is this an IAM endpoint?" in done.err
    assert "never" not in done.out
