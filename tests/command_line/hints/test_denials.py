"""After a denial, the kind of policy that denies; for the key of a role, the option it needs."""

from __future__ import annotations

import pytest
from support.hints import NO_USER, WHO, lacking
from support.shell import SECRET
from support.stub import refused

from iamcli.hints.messages import LACKING


def explicit(kind: str, more: str = "") -> str:
    return f"{WHO} with an explicit deny in a{'n' if kind[0] == 'i' else ''} {kind}{more}"


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
        "ask an administrator to allow it; for its policy, run: iamcli explain --policy -- "
        "iam-usercreate -u bob"
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


def test_the_policy_that_a_denied_command_needs(hints, run_fast):
    line = f"iam-useraddloginprofile -u bob -p {SECRET}"
    (said,) = hints(line, "AccessDenied", lacking("identity-based policy"), 403)
    assert SECRET not in said
    command = said.partition("run: ")[2]
    assert command.endswith(" -- iam-useraddloginprofile -u bob -p PASSWORD")
    assert '"iam:CreateLoginProfile"' in run_fast(*command.split()).out


def test_the_line_to_explain_names_the_file(hints, run_fast):
    name = "Users/Bob/Documents/Projects2024/policies/admin"
    (run_fast.home / name).parent.mkdir(parents=True)
    (run_fast.home / name).write_text(
        '{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'
    )
    line = f"iam-useruploadpolicy -u bob -p admin -f {name}"
    (said,) = hints(line, "AccessDenied", lacking("identity-based policy"), 403)
    assert said.endswith(f"; for its policy, run: iamcli explain --policy -- {line}")


def test_no_policy_is_explained_for_a_subcommand(say, stub):
    endpoint = stub.endpoint(refused("AccessDenied", lacking("identity-based policy"), 403))
    said = say("iamcli snapshot account.json", endpoint)
    assert said[1:] == [LACKING["identity-based policy"]]


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
