"""After a value is found invalid, the option, and what in the value is wrong."""

from __future__ import annotations

import pytest
from support.stub import refused

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


CEPH = "Ceph refuses _ and + in names of roles, and of policies of users and groups"


@pytest.mark.parametrize(
    ("line", "message", "shown"),
    [
        ("iam-rolecreate -r a_b -s ec2.amazonaws.com", "", CEPH),
        ("iam-rolecreate -r a+b -s ec2.amazonaws.com", "", CEPH),
        ("iam-useraddpolicy -u bob -p a_b -e Allow -a s3:* -r *", "", CEPH),
        ("iam-rolecreate -r ab -s ec2.amazonaws.com", "", ""),
        # The reason is given.
        ("iam-rolecreate -r a_b -s ec2.amazonaws.com", "RoleName contains invalid characters", ""),
        ("iam-usercreate -u a_b", "", ""),
    ],
)
def test_a_name_that_is_refused_without_a_reason(line, message, shown, say, stub):
    first, *more = say(line, stub.endpoint(refused("InvalidInput", message)))
    assert (first, more) == (f"InvalidInput: {message}".removesuffix(": "), [shown] * bool(shown))
