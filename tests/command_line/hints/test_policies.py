"""After a policy is refused, what is wrong with its form."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.hints import WHO
from support.shell import SECRET
from support.stub import refused

from iamcli.policies.findings import findings

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
    said = "x is not an action; an action is SERVICE:ACTION, such as s3:GetObject"
    assert hints(line, "MalformedPolicyDocument", message) == [said]


@pytest.mark.parametrize(
    ("options", "message", "number"),
    [
        ("-a s3:Get -r notes.txt", 'Resource notes.txt must be in ARN format or "*".', 1),
        ("-a notes.txt -r '*'", "Actions must be prefaced, not notes.txt", 1),
        # It is not what the service refuses, or nothing that * matches.
        ("-a s3:Get -r notes.txt", "Syntax errors in policy.", 0),
        ("-a other.txt -r '*'", "Actions must be prefixed, not other.txt", 0),
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
    message = f"{WHO} with an explicit deny in a resource-based policy"
    hint, *said = hints(f"iam-groupadduser -g g -u {SECRET} -u susan", "AccessDenied", message, 403)
    assert hint == "denied by a resource-based policy; ask the owner of the resource"
    assert said == ["added: nothing; not added: user ***, user susan"]


ELEMENTS = ("Version", "Statement", "Effect", "Action", "NotAction", "Condition")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(ELEMENTS), inner),
)


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
