"""``iamcli recreate``: the whole script, the answers that its checks know, and its comments."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from support.copies import (
    ARN,
    CREDENTIAL,
    DATE,
    GROUP,
    READ_ONLY,
    UNREAD_CERTIFICATE,
    instance_profile,
    role,
    snapshot,
    user,
)
from support.expected import compare
from support.requirements import PATH
from support.round import recreate
from support.snapshot import OF_EVE

from iamcli import __version__

if TYPE_CHECKING:
    from support.forked import ForkRunner

#: A policy that names a role, in the form in which JSON may escape it; and one that is not JSON.
NAMES_LATER = f'{{"AWS":"{ARN}:role\\/later"}}'
NOT_JSON = f'"{ARN}:role/late"}}'


def managed(name: str, path: str = "/", **versions: str) -> dict[str, Any]:
    """Return a managed policy of a snapshot; the first of ``versions`` is the default one."""
    default = next(iter(versions), "v1")
    return {
        "PolicyName": name,
        "PolicyId": f"ANPA{name.upper()}",
        "Arn": f"{ARN}:policy{path}{name}",
        "Path": path,
        "DefaultVersionId": default,
        "PolicyVersionList": [
            {"VersionId": version, "IsDefaultVersion": version == default, "Document": text}
            for version, text in versions.items()
        ],
    }


def tags(*keys: str) -> list[dict[str, str]]:
    return [{"Key": key, "Value": f"of {key}"} for key in keys]


def inline(*names: str) -> list[dict[str, str]]:
    return [{"PolicyName": name, "PolicyDocument": f"{{{name}}}"} for name in names]


def attached(*arns: str) -> list[dict[str, str]]:
    return [{"PolicyName": arn.rpartition("/")[2], "PolicyArn": arn} for arn in arns]


def boundary(arn: str) -> dict[str, str]:
    return {"PermissionsBoundaryType": "PermissionsBoundaryPolicy", "PermissionsBoundaryArn": arn}


UNREADABLE = {"PolicyName": "old", "PolicyDocument": "{\udcff}"}
SSH_KEYS = [
    {"SSHPublicKeyId": f"APKA{status.upper()}{body}", "Status": status}
    | ({"SSHPublicKeyBody": f"ssh-rsa {body}"} if body else {})
    for status, body in (("Active", ""), ("Active", "1"), ("Inactive", "2"))
]
#: An account with everything that a snapshot can say of an entity.
EVERYTHING = snapshot(
    policies=[
        managed("own", "/p/", v10="{10}", v9="{9}", v11="{11}")
        | {"Description": "d", "Tags": tags("a=b", "team", "aws:x")},
        managed("first", v2="{2}", v1="{1}"),
        managed("gap", v3="{3}", v1="{1}"),
        managed("unreadable", v1="{1}", v2="{\udcff}"),
        managed("empty"),
        managed("ReadOnlyAccess") | {"Arn": READ_ONLY},
    ],
    groups=[
        GROUP
        | {
            "Path": "/groups/",
            "GroupPolicyList": [*inline("in"), UNREADABLE],
            "AttachedManagedPolicies": attached(f"{ARN}:policy/p/own", READ_ONLY),
        },
        GROUP | {"GroupName": "ops"},
    ],
    users=[
        user("ann", GroupList=["ops"]),
        user("eve", GroupList=["gone"], PermissionsBoundary=boundary(READ_ONLY)),
        user(
            "bob",
            Path="/staff/",
            GroupList=["dev", "ops"],
            UserPolicyList=inline("in"),
            AttachedManagedPolicies=attached(f"{ARN}:policy/p/own"),
            PermissionsBoundary=boundary(READ_ONLY),
            Tags=tags("aws:cloud", "team", "AWS:Cloud", "a=b", "awsome"),
            AccessKeyMetadata=[
                {"AccessKeyId": "AKIAACTIVE", "Status": "Active"},
                {"AccessKeyId": "AKIAINACTIVE", "Status": "Inactive"},
            ],
            Certificates=[{"CertificateId": "TA7SM", "CertificateBody": "x", "Status": "Inactive"}],
            MFADevices=[
                {"SerialNumber": f"{ARN}:mfa/a/b/phone"},
                {"SerialNumber": f"{ARN}:mfa/pad"},
                {"SerialNumber": f"{ARN}:mfa/a:mfa/key"},
                {"SerialNumber": f"{ARN}:u2f/user/bob/yubi"},
                {"SerialNumber": "GAHT1"},
            ],
            LoginProfile={"CreateDate": DATE, "PasswordResetRequired": True},
            SSHPublicKeys=SSH_KEYS,
            ServiceSpecificCredentials=[CREDENTIAL | {"ServiceSpecificCredentialId": "ACCA1"}],
        ),
        user(
            "=a/b",
            AccessKeyMetadata=[{"AccessKeyId": "AKIA=", "Status": "Active", "CreateDate": DATE}],
            LoginProfile={"CreateDate": DATE, "PasswordResetRequired": False},
        ),
    ],
    roles=[
        role("early", AssumeRolePolicyDocument=NAMES_LATER, MaxSessionDuration=3600),
        role("late", AssumeRolePolicyDocument=NOT_JSON, MaxSessionDuration=3601),
        role(
            "later",
            Path="/r/",
            Arn=f"{ARN}:role/later",
            AssumeRolePolicyDocument=f'{{"AWS":["{ARN}:role/early"]}}',
            Description="d",
            MaxSessionDuration=3600,
            RolePolicyList=inline("in", "out"),
            AttachedManagedPolicies=attached(READ_ONLY),
            PermissionsBoundary=boundary(f"{ARN}:policy/p/own"),
            Tags=tags("team", "a=b", ""),
        ),
        role("itself", AssumeRolePolicyDocument=f'{{"AWS":"{ARN}:role/itself"}}'),
        role("AWSReservedSSO_x", Path="/aws-reserved/sso.amazonaws.com/"),
        role("unknown"),
        role("unreadable", AssumeRolePolicyDocument="{\udcff}"),
        role("of_service", Path="/aws-service-role/x.amazonaws.com/y/"),
    ],
    instance_profiles=[
        instance_profile("front", "late", Path="/i/", Tags=tags("team")),
        instance_profile("empty"),
        instance_profile("back", "of_service", "itself"),
    ],
    server_certificates=[UNREAD_CERTIFICATE | {"CertificateBody": "x"}],
    virtual_mfa_devices=[
        {"SerialNumber": f"{ARN}:mfa/a/b/phone", "EnableDate": DATE, "User": {"Arn": "x"}},
        {"SerialNumber": f"{ARN}:mfa/spare"},
    ],
    account_alias="example",
    password_policy={
        "MinimumPasswordLength": 9,
        "RequireSymbols": True,
        "RequireNumbers": False,
        "MaxPasswordAge": 90,
    },
)


def outside_functions(script: str) -> str:
    """Return a script without the bodies of its functions and without the version."""
    script = script.replace(f" {__version__} from ", " VERSION from ")
    return re.sub(r"^(\w+\(\)) {\n.*?^}$", r"\1 { ...; }", script, flags=re.DOTALL | re.MULTILINE)


def written(run_fast: ForkRunner, content: dict[str, Any], *arguments: str) -> str:
    """Return the script that is made of a snapshot."""
    done = recreate(run_fast, content, *arguments)
    assert (done.status, done.err) == (0, ""), done
    return done.out


ALIAS = snapshot(users=[], account_alias="example")


@pytest.mark.parametrize(
    ("name", "content", "arguments"),
    [
        ("all", EVERYTHING, ["all"]),
        # What belongs together and is not created must exist; here the account is another one.
        ("another-account", EVERYTHING, ["role/late", "group/dev", "--account", "1" * 12]),
        # No line needs aws, and a password is typed.
        ("without-aws", EVERYTHING, ["user/=a/b", "group/ops", "user/eve"]),
        ("alias", ALIAS, ["all"]),
        ("nothing", EVERYTHING, ["role/AWSReservedSSO_x"]),
    ],
)
def test_the_whole_script(run_fast, request, name, content, arguments):
    script = outside_functions(written(run_fast, content, *arguments))
    compare(script, f"cli/recreate/scripts/{name}.txt", request)


SET_RULES = "AWS_PAGER='' aws iam update-account-password-policy --cli-input-json"
NUMBERS = {"RequireNumbers": True}


@pytest.mark.parametrize(
    ("policy", "line"),
    [
        (
            {
                "MinimumPasswordLength": 9,
                "RequireSymbols": True,
                "RequireNumbers": True,
                "RequireUppercaseCharacters": True,
                "RequireLowercaseCharacters": True,
                "AllowUsersToChangePassword": True,
                "ExpirePasswords": False,
            },
            "iam-accountmodpasswordpolicy -m '9' -l -u -n -s -a",
        ),
        (
            {"RequireNumbers": False, "RequireSymbols": True, "HardExpiry": False},
            "iam-accountmodpasswordpolicy -s",
        ),
        ({"RequireNumbers": False}, "iam-accountmodpasswordpolicy --reset"),
        *(
            ({**rule, "RequireNumbers": True}, f"{SET_RULES} '{json.dumps(NUMBERS | rule)}'")
            for rule in (
                {"MaxPasswordAge": 90},
                {"PasswordReusePrevention": 1},
                {"HardExpiry": True},
            )
        ),
    ],
)
def test_a_password_policy(run_fast, policy, line):
    script = written(run_fast, snapshot(users=[], password_policy=policy), "all")
    assert script.partition("step='the password policy'\n")[2].splitlines() == [line, "", "step="]
    assert "\nabsent 'the password policy' iam-accountgetpasswordpolicy\n" in script


ONLY = "users that iamcli snapshot --users left out, and their memberships"
WITHOUT_ROLE = "instance profiles without a role"
WHITE_SPACE = "the white space of the policies, which was lost before the snapshot was made"


def unread(operation: str) -> dict[str, Any]:
    row = {"operation": operation, "name": None, "of": None, "code": "x", "message": "x"}
    return {"unread": [row]}


@pytest.mark.parametrize(
    ("entity", "more", "said"),
    [
        ("all", {}, []),
        ("user/bob", {"only_users": ["bob"]}, []),
        ("group/dev", {"only_users": []}, [ONLY]),
        ("all", {"only_users": []}, [ONLY]),
        ("all", {"only_users": [], "groups": []}, [ONLY]),
        ("group/dev", unread("ListInstanceProfiles"), []),
        ("all", unread("ListInstanceProfiles"), [WITHOUT_ROLE]),
        ("all", {"unknown": ["instance-profile"]}, [WITHOUT_ROLE]),
        ("all", {**unread("ListVirtualMFADevices"), "unknown": ["role"]}, []),
        ("user/bob", {"documents": "normalized"}, [WHITE_SPACE]),
    ],
)
def test_what_a_snapshot_does_not_say(run_fast, entity, more, said):
    content = snapshot(users=[user("bob", **OF_EVE)], **{"groups": [GROUP], **more})
    head, _, rest = written(run_fast, content, entity).partition("\nset -eu\n")
    assert rest
    _, _, unsaid = head.partition("# The snapshot does not say:\n")
    assert [line for line in unsaid.split("\n") if line.startswith("#   ")] == [
        f"#   {line}" for line in said
    ]


COLON = user("bob", Path="/a:b/", Arn=f"{ARN}:user/a:b/bob")


@pytest.mark.parametrize(
    ("content", "arguments", "of"),
    [
        (snapshot(), [], "210987654321, taken"),
        (snapshot(), ["--account", "210987654321"], "210987654321, taken"),
        (snapshot(account=None), [], "210987654321, taken"),
        (snapshot(account=None, users=[COLON]), [], "210987654321, taken"),
        (snapshot(account=None), ["--account", "1" * 12], f"210987654321, for account {'1' * 12}"),
        (snapshot(account=None, users=[user("bob", Arn="")]), ["--account", "1" * 12], "1" * 12),
    ],
)
def test_the_account_of_the_script(run_fast, content, arguments, of):
    script = written(run_fast, content, "user/bob", *arguments)
    assert script.splitlines()[2].startswith(f"# a snapshot of account {of}")
    account = arguments[-1] if arguments else "210987654321"
    assert re.findall(r"^account=.*", script, re.MULTILINE) == [f"account='{account}'"]


# What the script makes of the answers. The programs are scripts that give them.

GET_USER, GET_ROLE = "iam-usergetattributes", "iam-rolegetattributes"
GET_PROFILE, LIST_ALIASES = "iam-instanceprofilegetattributes", "iam-accountaliaslist"
#: The account of the credentials, and that nothing exists.
ANSWERS = {
    "iamcli": "echo 210987654321",
    "aws": "case $* in *sts*) echo 210987654321;; *) echo aws $2 >>calls;; esac",
    GET_USER: f"echo {GET_USER}: NoSuchEntity: x >&2; exit 1",
    GET_PROFILE: f"echo {GET_PROFILE}: NoSuchEntity: x >&2; exit 1",
    LIST_ALIASES: "echo IsTruncated: false",
    **dict.fromkeys(
        [
            GET_ROLE,
            "iam-grouplistusers",
            "iam-usercreate",
            "iam-instanceprofilecreate",
            "iam-instanceprofileaddrole",
            "iam-accountaliascreate",
        ],
        'echo "${0##*/}" "$@" >>calls',
    ),
}
FRONT = "instance-profile/front"
ENTITIES: dict[str, dict[str, Any]] = {
    "user/bob": {"users": [user("bob"), user("eve")]},
    "policy": {"policies": [managed("own", v1="{}")], "users": []},
    FRONT: {"instance_profiles": [instance_profile("front", "web")]},
    "alias": {"users": [], "account_alias": "example"},
    "user/tom": {"users": [user("tom", LoginProfile={"CreateDate": DATE})]},
}
ROLE_EXISTS = "iam-rolegetattributes -r web"
ADDED = "iam-instanceprofileaddrole -s front -r web"
UNKNOWN_USER = "cannot find out whether user/bob exists:"


def no_policy(text: str) -> dict[str, str]:
    """Return the answers of an ``aws`` that says ``text`` of a policy."""
    answer = f"case $* in *sts*) echo 210987654321;; *get-policy*) printf '{text}'; exit 254;; *)"
    return {"aws": f"{answer} echo aws $2 >>calls;; esac"}


NO_SUCH = "An error occurred (NoSuchEntity) when calling the GetPolicy operation: x"
REFUSED = NO_SUCH.replace("NoSuchEntity", "AccessDenied")
UNCLEAR = f"{GET_USER}: x: {GET_USER}: NoSuchEntity: x"
NO_ROLE = "echo iam-rolegetattributes: NoSuchEntity: x; exit 1"
ACCOUNT_UNKNOWN = "the account of iam-* is unknown; if it is 210987654321, set"
CREATE_USER = ["iam-usercreate -u bob"]
CREATE_PROFILE = [ROLE_EXISTS, "iam-instanceprofilecreate -s front", ADDED]


@pytest.mark.parametrize(
    ("entity", "answers", "said", "calls"),
    [
        ("user/bob", {}, "", CREATE_USER),
        ("user/bob", {GET_USER: ""}, "user/bob exists", []),
        ("user/bob", {GET_USER: f"echo {UNCLEAR}; exit 1"}, f"{UNKNOWN_USER} {UNCLEAR}", []),
        ("user/bob", {GET_USER: f"echo '{NO_SUCH}'; exit 1"}, "", CREATE_USER),
        ("user/bob", {GET_USER: "exit 1"}, f"{UNKNOWN_USER} ", []),
        *(
            ("policy", no_policy(f"{before}{NO_SUCH}"), "", ["aws create-policy"])
            for before in ("", "\\n", "aws: [ERROR]: ", "\\naws: [ERROR]: ")
        ),
        *(
            ("policy", no_policy(text), f"cannot find out whether policy/own exists: {text}", [])
            for text in (REFUSED, f"x {NO_SUCH}")
        ),
        (FRONT, {}, "", CREATE_PROFILE),
        (FRONT, {GET_PROFILE: "echo ARN"}, "", [ROLE_EXISTS, ADDED]),
        (
            FRONT,
            {GET_PROFILE: "echo arn:aws:iam::210987654321:role/web"},
            f"{FRONT} exists and contains a role",
            [],
        ),
        (FRONT, {GET_ROLE: NO_ROLE}, "role/web, which is needed, does not exist", []),
        ("alias", {}, "", ["iam-accountaliascreate -a example"]),
        ("alias", {LIST_ALIASES: "echo Alias: x"}, "the account has an alias", []),
        ("alias", {LIST_ALIASES: "exit 1"}, "cannot find out whether the account has an alias", []),
        ("user/tom", {}, "passwords are typed, but standard input is not a terminal", []),
        ("user/bob", {"iamcli": ""}, f"{ACCOUNT_UNKNOWN} IAMCLI_SKIP_ACCOUNT_CHECK=1", []),
        (
            "user/bob",
            {"iamcli": "echo 111122223333"},
            "iam-* uses account 111122223333, but this script is for account 210987654321",
            [],
        ),
        (
            "policy",
            {"aws": "echo 111122223333"},
            "aws uses account 111122223333, but this script is for account 210987654321",
            [],
        ),
    ],
)
def test_what_the_script_makes_of_answers(run, run_fast, entity, answers, said, calls):
    programs = run.home / "programs"
    programs.mkdir()
    for name, text in (ANSWERS | answers).items():
        (programs / name).write_text(f"#!/bin/sh\n{text}\n")
        (programs / name).chmod(0o755)
    script = written(run_fast, snapshot(**ENTITIES[entity]), entity if "/" in entity else "all")
    (run.home / "recreate.sh").write_text(script)
    done = run("sh", "recreate.sh", env={"PATH": f"{programs}:{PATH}"})
    expected = f"recreate: {said}; nothing was changed\n" if said else ""
    assert done == (1 if said else 0, "", expected)
    record = run.home / "calls"
    assert (record.read_text().splitlines() if record.exists() else []) == calls
