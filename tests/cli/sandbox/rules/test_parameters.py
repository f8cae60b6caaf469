"""The bounds of parameters in the sandbox, in the words of the service."""

from __future__ import annotations

from typing import Any

import pytest
from support.populated import CODES
from support.refusals import (
    MANAGED,
    NAMES,
    PHONE,
    STATUSES,
    ExpectedRefusal,
    in_words,
    invalid,
    policy,
    trust,
)

from iamcli.cli.sandbox.refusals import Refusal
from iamcli.cli.sandbox.rules import parameters
from iamcli.client.model import full_model

pytestmark = pytest.mark.releases

PATHS = "It must begin and end with / and contain only alphanumeric characters and/or / characters."
TEXTS = "It must contain only printable ASCII characters."
PREFIXES = (
    "It must begin with the / character and contain only alphanumeric characters and/or / "
    "characters."
)
TAG_KEYS = (
    r"tagKeys: satisfy constraint: [Member must have length less than or equal to 128, Member must "
    r"have length greater than or equal to 1, Member must satisfy regular expression pattern: "
    r"[\p{L}\p{Z}\p{N}_.:/=+\-@]+, Member must not be null]"
)


#: One more than a request can have.
TOO_MANY = [f"k{n}" for n in range(51)]
INLINE = {"UserName": "bob", "PolicyName": "p"}


def tag(key: str = "team", value: str = "web") -> dict[str, Any]:
    return {"UserName": "plain", "Tags": [{"Key": key, "Value": value}]}


PARAMETERS = [
    ("CreateUser", {}, invalid("userName: not be null")),
    ("CreateUser", {"UserName": ""}, in_words("userName", NAMES)),
    ("CreateUser", {"UserName": "b b"}, in_words("userName", NAMES)),
    ("CreateUser", {"UserName": "bøb"}, in_words("userName", NAMES)),
    ("CreateUser", {"UserName": "bob\n"}, in_words("userName", NAMES)),
    ("CreateUser", {"UserName": "b/b", "Path": "x"}, in_words("path", PATHS)),
    *(
        (operation, parameters, invalid(f"{place}: have length less than or equal to {limit}"))
        for operation, parameters, place, limit in (
            ("CreateUser", {"UserName": "x" * 65}, "userName", 64),
            ("DeleteUser", {"UserName": "x" * 129}, "userName", 128),
            ("CreateUser", {"UserName": "new", "Path": f"/{'x' * 511}/"}, "path", 512),
            ("PutUserPolicy", {**INLINE, "PolicyDocument": "x" * 131073}, "policyDocument", 131072),
            ("TagUser", tag(key="x" * 129), "tags.1.member.key", 128),
            ("UntagUser", {"UserName": "plain", "TagKeys": TOO_MANY}, "tagKeys", 50),
        )
    ),
    (
        "CreateRole",
        {"RoleName": "x" * 65},
        invalid(
            "roleName: have length less than or equal to 64",
            "assumeRolePolicyDocument: not be null",
        ),
    ),
    ("CreateUser", {"UserName": "new", "Path": "staff/"}, in_words("path", PATHS)),
    ("CreateUser", {"UserName": "new", "Path": "/a b/"}, in_words("path", PATHS)),
    (
        "CreatePolicy",
        {"PolicyName": "a", "PolicyDocument": MANAGED, "Path": "//"},
        in_words("path", PATHS),
    ),
    ("ListUsers", {"PathPrefix": "staff"}, in_words("pathPrefix", PREFIXES)),
    ("ListUsers", {"MaxItems": 0}, invalid("maxItems: have value greater than or equal to 1")),
    ("ListUsers", {"MaxItems": 1001}, invalid("maxItems: have value less than or equal to 1000")),
    ("ListUsers", {"MaxItems": "many"}, ExpectedRefusal("MalformedInput", "", 400)),
    ("ListUsers", {"Marker": "\n"}, in_words("marker", TEXTS)),
    ("PutUserPolicy", {**INLINE, "PolicyDocument": "☃"}, in_words("policyDocument", TEXTS)),
    (
        "DeleteAccessKey",
        {"UserName": "bob", "AccessKeyId": "AKIA"},
        invalid("accessKeyId: have length greater than or equal to 16"),
    ),
    (
        "DeleteAccessKey",
        {"UserName": "bob", "AccessKeyId": "AKIA-IOSFODNN7-EXAMPLE"},
        in_words("accessKeyId", "It must contain only alphanumeric characters."),
    ),
    (
        "UpdateAccessKey",
        {"UserName": "bob", "AccessKeyId": "AKIAIOSFODNN7EXAMPLE", "Status": "active"},
        invalid(f"status: satisfy enum value set: [{', '.join(STATUSES)}]"),
    ),
    *(
        (
            "EnableMFADevice",
            {"UserName": "bob", "SerialNumber": PHONE, **CODES, f"AuthenticationCode{n}": code},
            invalid(f"authenticationCode{n}: {text}"),
        )
        for n, code, text in (
            (1, "12345", "have length greater than or equal to 6"),
            (2, "١٢٣٤٥٦", r"satisfy regular expression pattern: [\d]+"),
        )
    ),
    *(
        (
            "CreateAccountAlias",
            {"AccountAlias": alias},
            invalid(
                "accountAlias: satisfy regular expression pattern: "
                "^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$"
            ),
        )
        for alias in ("Example", "a--b")
    ),
    (
        "UpdateAccountPasswordPolicy",
        {"MinimumPasswordLength": 5, "MaxPasswordAge": 0, "PasswordReusePrevention": 25},
        invalid(
            "minimumPasswordLength: have value greater than or equal to 6",
            "maxPasswordAge: have value greater than or equal to 1",
            "passwordReusePrevention: have value less than or equal to 24",
        ),
    ),
    (
        "GetAccountAuthorizationDetails",
        {"Filter": ["User", "Usr"]},
        invalid(
            "filter: satisfy constraint: [Member must satisfy enum value set: "
            "[User, Role, Group, LocalManagedPolicy, AWSManagedPolicy], Member must not be null]"
        ),
    ),
    (
        "CreateRole",
        {"RoleName": "new", "AssumeRolePolicyDocument": trust(), "Description": "☃"},
        invalid(
            r"description: satisfy regular expression pattern: "
            r"[\u0009\u000A\u000D\u0020-\u007E\u00A1-\u00FF]*"
        ),
    ),
    (
        "TagUser",
        tag(key=""),
        invalid(
            "tags.1.member.key: have length greater than or equal to 1",
            r"tags.1.member.key: satisfy regular expression pattern: [\p{L}\p{Z}\p{N}_.:/=+\-@]+",
        ),
    ),
    (
        "TagUser",
        tag(value="a*b"),
        invalid(
            r"tags.1.member.value: satisfy regular expression pattern: [\p{L}\p{Z}\p{N}_.:/=+\-@]*"
        ),
    ),
    (
        "TagUser",
        {"UserName": "plain", "Tags": [{"Key": "a", "Value": "b"}, {"Value": "c"}]},
        invalid("tags.2.member.key: not be null"),
    ),
    ("UntagUser", {"UserName": "plain", "TagKeys": ["ok", "x" * 129]}, invalid(TAG_KEYS)),
    (
        "DeleteSigningCertificate",
        {"UserName": "bob", "CertificateId": "-" * 24},
        in_words("certificateId", "It must contain only alphanumeric characters."),
    ),
    # Bounds come before everything else.
    ("DeleteUser", {"UserName": "many!"}, in_words("userName", NAMES)),
    ("GetRole", {"RoleName": "b b"}, in_words("roleName", NAMES)),
]


@pytest.mark.parametrize(("operation", "sent", "said"), PARAMETERS)
def test_parameters_are_within_the_bounds_of_the_model(full_iam, operation, sent, said):
    assert full_iam.refused(operation, **sent) == said


def test_names_and_texts_at_the_bounds_are_accepted(full_iam):
    name = "+=,.@_-" + "aZ09" * 14 + "x"
    assert len(name) == 64
    tags = [{"Key": "Größe / + - = . _ : / @ ²\u2028", "Value": ""}]
    made = full_iam("CreateUser", UserName=name, Path=f"/{'~' * 510}/", Tags=tags)
    assert made["User"]["UserName"] == name
    full_iam("UntagUser", UserName=name, TagKeys=[tags[0]["Key"]])
    full_iam(
        "PutUserPolicy", UserName=name, PolicyName="x" * 128, PolicyDocument=policy(Sid="") + "\n"
    )
    full_iam("DeleteUserPolicy", UserName=name, PolicyName="x" * 128)
    full_iam("DeleteUser", UserName=name)


def read(operation: str, **form: str) -> dict[str, Any] | str:
    """Return the parameters of a request from its fields, or the code of a refusal."""
    fields = {name.replace("_", "."): value for name, value in form.items()}
    try:
        return parameters.parse(full_model().operation_model(operation), fields)
    except Refusal as refusal:
        return refusal.error


def test_fields_are_read_by_their_types():
    flag = "PasswordResetRequired"
    for text, expected in (("true", True), ("TRUE", True), ("False", False)):
        found = read("UpdateLoginProfile", UserName="b", **{flag: text}, Other="x")
        assert found == {"UserName": "b", flag: expected}
    for text in ("", "yes", "1"):
        assert read("UpdateLoginProfile", **{flag: text}) == "MalformedInput", text
    for text, number in (("7", 7), ("+7", 7), ("-7", -7), ("0" * 17 + "7", 7)):
        assert read("ListUsers", MaxItems=text) == {"MaxItems": number}
    for text in ("", "7.0", "7 ", "\u0667", "7" * 19, "many"):
        assert read("ListUsers", MaxItems=text) == "MalformedInput", text
    assert read("ListUsers") == {}


def test_lists_are_read_in_the_order_of_their_numbers():
    tags = {f"Tags_member_{number}_Key": f"k{number}" for number in (10, 2, 1)}
    assert read("TagUser", **tags, Tags_member_2_Value="v", Tags_member_3="x") == {
        "Tags": [{"Key": "k1"}, {"Key": "k2", "Value": "v"}, {}, {"Key": "k10"}]
    }
    assert read("UntagUser", TagKeys_member_2="b", TagKeys_member_1="", TagKeys_members="x") == {
        "TagKeys": ["", "b"]
    }
    # A list that is empty was sent.
    assert (read("UntagUser", TagKeys=""), read("UntagUser")) == ({"TagKeys": []}, {})
