"""``iamcli sandbox --changes``: the text and the JSON of the report, and its warnings."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from support.changes import READ, STAR, key, used
from support.copies import ARN, DATE
from support.expected import ONLY_IAM

from iamcli.cli.sandbox.changes.report import Report

pytestmark = pytest.mark.releases


# The text.

SCRIPT = """\
#!/bin/sh
# Replaces the key and the policy of bob, who is called rob now.
iam-usermod -u bob -n rob
iam-userdelkey -u rob -k AKIAAAAAAAAAAAAAABOB
iam-useraddkey -u rob >/dev/null
iam-groupadduser -g ops -u rob
iam-useruploadpolicy -u rob -p logs -o \
'{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}'
iam-usercreate -u carol
iam-usercreate -u temporary && iam-userdel -u temporary -r
exit 7
"""
TEXT = """\
changes in the private IAM: 2 created, 2 updated, 1 deleted
user/rob
  ~ user rob
      UserName: bob -> rob
  ~ policy logs
      --- policy logs, before
      +++ policy logs, after
      @@ -3,8 +3,8 @@
         "Statement": [
           {
             "Effect": "Allow",
      -      "Action": "s3:Get*",
      -      "Resource": "arn:aws:s3:::logs/*"
      +      "Action": "s3:*",
      +      "Resource": "*"
           }
         ]
       }
  + membership ops
  - access-key AKIAAAAAAAAAAAAAABOB
  + access-key AKIA(new)
refused requests
  CreateUser: EntityAlreadyExists: User with name carol already exists.
look-ups that found nothing
  GetLoginProfile: NoSuchEntity: Login Profile for User temporary cannot be found.
warning: policy logs of user/rob gained * in Resource
warning: access key AKIAAAAAAAAAAAAAABOB of user/rob was deleted; it was last used on 2026-11-01
"""


def without_new(text: str) -> str:
    """Return ``text`` with the IDs of new keys replaced."""
    return re.sub(r"AKIA(?!A{9})[A-Z2-7]{16}", "AKIA(new)", text)


def test_the_text_names_each_change_and_refusal(sandbox, tmp_path):
    (tmp_path / "work" / "old.sh").write_text(SCRIPT)
    done = sandbox("--account", "account.json", "--changes", "sh", "old.sh")
    assert done.returncode == 7
    said = "iam-usercreate: EntityAlreadyExists: User with name carol already exists.\n"
    assert done.stdout == said
    assert without_new(done.stderr) == f"{ONLY_IAM}{said}{TEXT}"


# What is said of each change.


def change(entity_type: str, before: Any, after: Any, **more: str | None) -> dict[str, Any]:
    """Return a change of the entity x of the account; ``more``: its other members."""
    about = {"action": "update", "type": entity_type, "name": "x", "of": None, **more}
    return {**about, "before": before, "after": after}


def report(*changes: dict[str, Any], taken: str = DATE) -> Report:
    """Return the report of a command that succeeded, without refusals."""
    return Report(changes, [], [], taken, 0)


def updated(kind: str, before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """Return the lines about a change of an entity."""
    title, about, named, *lines = report(change(kind, before, after)).as_text().splitlines()
    assert (title, named) == ("changes in the private IAM: 1 updated", f"  ~ {kind} x")
    assert about == (f"{kind}/x" if kind in ("user", "role", "policy") else "account")
    return [line.removeprefix("      ") for line in lines]


TAGS = [{"Key": "cost", "Value": "7"}, {"Key": "team", "Value": "web"}]
VERSIONS = [
    {"VersionId": "v2", "IsDefaultVersion": True, "Document": STAR},
    {"VersionId": "v1", "IsDefaultVersion": False, "Document": READ},
]


@pytest.mark.parametrize(
    ("kind", "before", "after", "lines"),
    [
        ("user", {"Tags": []}, {"Tags": TAGS}, ["Tags: none -> cost=7, team=web"]),
        ("user", {"Tags": TAGS}, {"Tags": []}, ["Tags: cost=7, team=web -> none"]),
        # A copy may lack some.
        ("policy", {}, {"Tags": TAGS}, ["Tags: unknown -> cost=7, team=web"]),
        ("role", {}, {"Description": "new"}, ["Description: unknown -> new"]),
        (
            "role",
            {"MaxSessionDuration": 3600},
            {"MaxSessionDuration": 7200, "Description": "new"},
            ["MaxSessionDuration: 3600 -> 7200", "Description: none -> new"],
        ),
        ("role", {}, {"MaxSessionDuration": 3600}, ["MaxSessionDuration: unknown -> 3600"]),
        (
            "user",
            {},
            {"PermissionsBoundary": {"PermissionsBoundaryArn": f"{ARN}:policy/b"}},
            [f"PermissionsBoundary: none -> {ARN}:policy/b"],
        ),
        ("login-profile", {}, {"password": "changed"}, ["the password"]),
        (
            "login-profile",
            {"PasswordResetRequired": False},
            {"PasswordResetRequired": True},
            ["PasswordResetRequired: false -> true"],
        ),
        ("user", {"Path": "/", "A": "b"}, {"Path": "/a/", "A": "b"}, ["Path: / -> /a/"]),
        (
            "user",
            {"PermissionsBoundary": {"PermissionsBoundaryArn": "b"}},
            {},
            ["PermissionsBoundary: b -> none"],
        ),
        (
            "role",
            {"MaxSessionDuration": 3600, "Description": ""},
            {"MaxSessionDuration": 3600, "Description": "new"},
            ["Description: none -> new"],
        ),
        # What follows from something else, or is shown in another way.
        (
            "user",
            {"UserName": "a", "Arn": "a"},
            {"UserName": "b", "Arn": "b"},
            ["UserName: a -> b"],
        ),
        ("ssh-key", {}, {"AccessKeyLastUsed": {"Region": "x"}, "UpdateDate": DATE}, []),
        ("role", {"AssumeRolePolicyDocument": READ}, {"AssumeRolePolicyDocument": READ}, []),
        (
            "policy",
            {"PolicyVersionList": VERSIONS[1:], "DefaultVersionId": "v1"},
            {"PolicyVersionList": VERSIONS[::-1], "DefaultVersionId": "v2"},
            [
                "PolicyVersionList: v1 -> v1, v2 (default)",
                "--- policy x, before",
                "+++ policy x, after",
                "@@ -0,0 +1 @@",
                f"+{STAR}",
                "warning: policy x gained * in Action and Resource",
            ],
        ),
        (
            "role",
            {"AssumeRolePolicyDocument": '{"Statement":[]}'},
            {"AssumeRolePolicyDocument": '{"Statement":{"Effect":"ALLOW","Principal":"*"}}'},
            [
                "--- trust policy of role x, before",
                "+++ trust policy of role x, after",
                "@@ -1,3 +1,6 @@",
                " {",
                '-  "Statement": []',
                '+  "Statement": {',
                '+    "Effect": "ALLOW",',
                '+    "Principal": "*"',
                "+  }",
                " }",
                "warning: trust policy of role x gained * in Principal",
            ],
        ),
    ],
)
def test_each_member_that_differs_is_shown(kind, before, after, lines):
    assert updated(kind, before, after) == lines


def test_a_report_names_all_that_happened():
    policy = {"name": "p", "of": "user/u"}
    old, new = (
        {"PolicyName": "p", "PolicyDocument": text} for text in ("caf\udce9", '{"a":"\u00e9"}')
    )
    found = [
        change("policy", old, None, action="delete", **policy),
        change("policy", None, new, action="create", **policy),
        change(
            "login-profile", {"CreateDate": DATE}, None, action="delete", name=None, of="user/u"
        ),
    ]
    refused = [
        {"operation": operation, "code": code, "message": message}
        for message in "aba"
        for operation, code in (
            ("GetUser", "NoSuchEntity"),
            ("DeleteUser", "NoSuchEntity"),
            ("GetUser", "AccessDenied"),
        )
    ]
    made = Report(
        found, refused, ["alias", "role"], DATE, 3, ["iam-a", "iam-b", "iam-a"], ["sh (1)", "x (2)"]
    )
    lines = [
        "changes in the private IAM: 1 created, 2 deleted",
        "user/u",
        "  - policy p",
        "  + policy p",
        "      +{",
        '      +  "a": "\u00e9"',
        "      +}",
        "  - login-profile",
        "refused requests",
        "  DeleteUser: NoSuchEntity: a (2 times)",
        "  GetUser: AccessDenied: a (2 times)",
        "  DeleteUser: NoSuchEntity: b",
        "  GetUser: AccessDenied: b",
        "look-ups that found nothing",
        "  GetUser: NoSuchEntity: a (2 times)",
        "  GetUser: NoSuchEntity: b",
        "sent nothing, because the environment was reset: iam-a (2 times), iam-b",
        "still running, but no longer in the sandbox: sh (1), x (2)",
        "not in the copy, or only partly: alias, role",
    ]
    assert made.as_text().splitlines() == lines
    text = made.as_json()
    assert text.endswith("\n}\n")
    assert '"caf\\udce9"' in text
    assert "\u00e9" in text
    # In the order of the documentation.
    assert list(json.loads(text).items()) == [
        ("changes", found),
        ("refused", refused),
        ("unknown", ["alias", "role"]),
        ("status", 3),
        ("without_environment", ["iam-a", "iam-b", "iam-a"]),
        ("running", ["sh (1)", "x (2)"]),
        ("reached", True),
    ]


def test_layout_alone_is_shown_as_it_is():
    """So is a document that is not JSON, and what would control a terminal."""
    deep = "[" * 100_000
    for document, shown in ((f" {READ}", f" {READ}"), ("\x1b", "\\x1b"), (deep, deep)):
        before, after = ({"PolicyDocument": text} for text in (READ, document))
        text = report(change("policy", before, after, of="user/u")).as_text()
        assert f"      -{READ}\n      +{shown}\n" in text
        made = change("policy", None, {"PolicyDocument": document}, action="create", of="user/u")
        assert report(made).as_text().endswith(f"\n      +{shown}\n") is (document != f" {READ}")


# Warnings.

DELETED = "access key A of the account was deleted; "
OFF = {**key("A"), "Status": "Inactive"}


@pytest.mark.parametrize(
    ("before", "after", "warnings"),
    [
        (key("A", **used("2026-08-23")), None, [f"{DELETED}it was last used on 2026-08-23"]),
        # 90 days before to the second.
        (key("A", **used("2026-08-22")), None, [f"{DELETED}it was last used on 2026-08-22"]),
        (key("A", **used("2026-08-21")), None, []),
        (key("A", ServiceName="N/A", Region="N/A"), None, []),
        (key("A"), None, [f"{DELETED}it is not known when it was last used"]),
        (
            key("A", **used("2026-11-01")),
            OFF,
            ["access key A of the account was deactivated; it was last used on 2026-11-01"],
        ),
        ({**OFF, **key("A", **used("2026-11-01")), "Status": "Inactive"}, key("A"), []),
        (OFF, OFF, []),
        (key("A"), key("A"), []),
        (None, key("A"), []),
    ],
)
def test_keys_that_may_be_in_use_are_warned_of(before, after, warnings):
    found = change("access-key", before, after, name="A")
    assert report(found, taken="2026-11-20T12:00:00Z").warnings() == warnings


def statements(*statements: str) -> str:
    return f'{{"Statement":[{",".join(statements)}]}}'


ALLOW = '{{"Effect":"Allow",{}}}'.format
SOME = ALLOW('"Action":"s3:*","Resource":"arn:aws:s3:::a"')


@pytest.mark.parametrize(
    ("before", "after", "gained"),
    [
        ("", STAR, "Action and Resource"),
        (STAR, STAR, ""),
        # A second statement beside one that had them.
        (STAR, statements(*[ALLOW('"Action":"*","Resource":"*"')] * 2), "Action and Resource"),
        (statements(ALLOW('"Action":"*"')), statements(SOME, ALLOW('"Action":"*"')), ""),
        (STAR, READ, ""),
        (READ, STAR.replace("Allow", "Deny"), ""),
        (READ, "not JSON", ""),
        ("not JSON", STAR, "Action and Resource"),
        (
            statements(SOME),
            statements(ALLOW('"Action":["s3:Get*","*:*"],"Resource":"a"')),
            "Action",
        ),
        (statements(SOME), statements(SOME, ALLOW('"Action":"x:Y","Resource":["*"]')), "Resource"),
        (
            statements(ALLOW('"Action":"s3:*","Resource":"*"')),
            statements(ALLOW('"Action":"iam:*","Resource":"*"')),
            "",
        ),
        ("", '{"Statement":{"Effect":"Allow","Principal":"*"}}', "Principal"),
        ("", '{"Statement":{"Effect":"Allow","Principal":{"AWS":["*"]}}}', "Principal"),
        ("", '{"Statement":{"Effect":"allow","Action":"*"}}', "Action"),
        ("", statements('"x"', ALLOW('"Action":"*"')), "Action"),
        ("", '{"Statement":7}', ""),
        ("", '{"Statement":{"Action":"*"}}', ""),
        ("", "[]", ""),
        ("", "{}", ""),
        ("", "[" * 100_000, ""),
    ],
)
def test_policies_that_gain_a_star_are_warned_of(before, after, gained):
    old = {"PolicyDocument": before} if before else None
    found = change("policy", old, {"PolicyDocument": after}, name="p", of="group/g")
    warnings = report(found).warnings()
    assert warnings == ([f"policy p of group/g gained * in {gained}"] if gained else [])


@pytest.mark.parametrize(("document", "warned"), [(STAR, False), (READ, True)])
def test_a_policy_that_was_created_again_is_compared(*, document, warned):
    before, after = ({"PolicyDocument": text} for text in (document, STAR))
    deleted = change("policy", before, None, action="delete", of="user/u")
    created = change("policy", None, after, action="create", of="user/u")
    warnings = report(deleted, created).warnings()
    assert warnings == ["policy x of user/u gained * in Action and Resource"] * warned
    # One of another user, and one with another name, is another one.
    for member, value in (("of", "user/v"), ("name", "q")):
        assert len(report({**deleted, member: value}, created).warnings()) == 1, member
