"""The grammar of policies in the sandbox: what is malformed, and what is accepted."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from support.refusals import (
    ARN,
    INLINE,
    LATEST,
    MALFORMED,
    MANAGED,
    WEB,
    malformed,
    padded,
    policy,
    sized,
    told,
    trust,
)

from iamcli.cli.sandbox.rules import documents

pytestmark = pytest.mark.releases

VERSIONS = "Policy document must be version 2012-10-17 or greater."


def two(**elements: Any) -> str:
    """Return a trust policy whose first statement is valid, with a second one."""
    statements = [json.loads(one)["Statement"][0] for one in (trust(), trust(**elements))]
    return json.dumps({"Statement": statements})


#: What IAM says about a trust policy, and policies about which it says so.
MALFORMED_TRUST: dict[str, list[str]] = {
    "This policy contains invalid Json": ["no policy", "[]"],
    "Syntax errors in policy.": [
        trust().replace("{", '{"Version":"2011-01-01",', 1),
        trust(Effect="Perhaps"),
        trust(Action={}),
        '{"Statement":["text"]}',
        '{"Statement":7}',
    ],
    "The policy failed legacy parsing": [trust(Effect="allow"), two(Effect="allow")],
    "Could not parse the policy: Statement is empty!": ["{}", '{"Statement":[]}'],
    "Has prohibited field Extra": [
        trust(Extra="field"),
        two(Extra="field"),
        trust().replace("{", '{"Extra":"field",', 1),
    ],
    "Has prohibited field Resource": [INLINE, trust(Resource="*"), two(Resource="*")],
    "AssumeRole policy must not contain resources.": [trust(NotResource="*")],
    "Allow with NotPrincipal is not allowed.": [trust(Principal=None, NotPrincipal={"AWS": "*"})],
    "Missing required field Principal": [trust(Principal=None)],
    "Missing required field Principal cannot be empty!": [
        trust(Principal={}),
        trust(Principal=""),
        trust(Effect="Deny", Principal=None, NotPrincipal={}),
    ],
    "Missing required field Action": [trust(Action=None), trust(Action=[])],
    "AssumeRole policy may only specify STS AssumeRole actions.": [
        trust(Action="*"),
        trust(Action=["sts:AssumeRole", "s3:GetObject"]),
        trust(Action=None, NotAction="s3:*"),
    ],
    'AssumeRolepolicy contained an invalid principal: "STAR":"*".': [trust(Principal="*")],
    f'Invalid principal in policy: "AWS":"{ARN}user/nobody"': [
        trust(Principal={"AWS": ["*", f"{ARN}user/nobody"]})
    ],
    **{
        f'Invalid principal in policy: "AWS":"{name}"': [trust(Principal={"AWS": name})]
        for name in (
            f"{ARN}group/Admin",
            f"{ARN}role/bob",
            f"{ARN}user/web",
            f"{ARN}userbob",
            "AIDACKCEVSQ6C2EXAMPLE",
            "11112222333",
            "1111222233334",
            "arn:aws-cn:iam::111122223333:root",
            "arn:aws:iam::111122223333:group/x",
            "arn:aws:sts::111122223333:user/x",
            "arn:aws:s3::111122223333:root",
            "arn:aws:iam::1111222233334:root",
        )
    },
    'Invalid principal in policy: "AWS":"true"': [trust(Principal={"AWS": True})],
    'Invalid principal in policy: "Federated":""': [trust(Principal={"Federated": ["x.y", ""]})],
    'Invalid principal in policy: "SERVICE":"amazonaws.com"': [
        trust(Principal={"Service": "amazonaws.com"}),
        trust(Principal={"Service": ["ec2.amazonaws.com", "amazonaws.com"]}),
    ],
    **{
        f'Invalid principal in policy: "SERVICE":"{name}"': [trust(Principal={"Service": name})]
        for name in ("ec2", "", "ec2.amazonaws.com ", "ec2.example.com", "e_c2.amazonaws.com")
    },
    'Invalid principal in policy: "User":"bob"': [trust(Principal={"User": "bob"})],
    "Statement IDs (SID) in a single policy must be unique.": [
        json.dumps({"Statement": 2 * json.loads(trust(Sid="a"))["Statement"]})
    ],
}


#: Who can assume a role: some are not in the account, about which nothing is known.
PRINCIPALS: list[dict[str, Any]] = [
    {"AWS": "*"},
    {"AWS": ["111122223333", "arn:aws:iam::111122223333:root"]},
    {"AWS": [f"{ARN}root", f"{ARN}user/bob", f"{ARN}role/web"]},
    {"AWS": "arn:aws:iam::111122223333:role/theirs"},
    {"AWS": "arn:aws:sts::111122223333:assumed-role/theirs/session"},
    {"AWS": ["arn:aws:sts::111122223333:federated-user/x", "arn:aws:iam::111122223333:user/x"]},
    {"Service": ["ec2.amazonaws.com", "lambda.amazonaws.com"]},
    {"Service": ["ec2.amazonaws.com.cn", "logs.us-east-1.amazonaws.com", "ec2.c2s.ic.gov"]},
    {"Service": ["no-service-that-exists.amazonaws.com", "rds.aws.internal"]},
    {"Service": ["EC2.amazonaws.com", "a.amazonaws.eu", "a.sc2s.sgov.gov", "a.cloud.adc-e.uk"]},
    {"Service": "a.csp.hci.ic.gov"},
    {"Federated": "cognito-identity.amazonaws.com"},
    {"CanonicalUser": "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"},
]
VALID_TRUST = [
    trust(Effect="Deny", Principal=None, NotPrincipal={"AWS": "*"}),
    trust(Action=["STS:AssumeRole", "sts:TagSession"]),
    json.dumps({"Conditions": {}, "Statement": json.loads(trust())["Statement"][0]}),
]
#: An account with the user bob and the role web.
SMALL = {
    "users": {"bob": SimpleNamespace(arn=f"{ARN}user/bob")},
    "roles": {"web": SimpleNamespace(arn=f"{ARN}role/web")},
}


def said(rule: Any, document: str) -> tuple[str, str]:
    """Return what a rule says about ``document``, "" if it accepts it, and the document."""
    found = told(rule, SMALL, PolicyDocument=document)
    return found.removeprefix("MalformedPolicyDocument: "), document


@pytest.mark.parametrize("message", MALFORMED)
def test_what_is_malformed(message):
    for document in MALFORMED[message]:
        assert said(documents.managed_policy_is_valid, document) == (message, document)
        unversioned = "" if message == VERSIONS else message
        assert said(documents.inline_policy_is_valid, document) == (unversioned, document)


def test_what_is_valid():
    for document in VALID:
        latest = "{" + f'"Version":"{LATEST}",' + document[1:]
        assert said(documents.managed_policy_is_valid, latest) == ("", latest)
        assert said(documents.inline_policy_is_valid, document) == ("", document)
    for principal in PRINCIPALS:
        document = trust(Principal=principal)
        assert said(documents.trust_policy_is_valid, document) == ("", document)
    for document in VALID_TRUST:
        assert said(documents.trust_policy_is_valid, document) == ("", document)


@pytest.mark.parametrize("message", MALFORMED_TRUST)
def test_what_is_a_malformed_trust_policy(message):
    for document in MALFORMED_TRUST[message]:
        assert said(documents.trust_policy_is_valid, document) == (message, document)


NO_VENDOR = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."
NO_PRINCIPAL = "Missing required field Principal"


@pytest.mark.parametrize(
    ("operation", "parameters", "message"),
    [
        ("CreatePolicy", {"PolicyName": "new"}, NO_VENDOR),
        ("CreatePolicyVersion", {"PolicyArn": WEB}, NO_VENDOR),
        ("PutUserPolicy", {"UserName": "plain", "PolicyName": "new"}, NO_VENDOR),
        ("PutGroupPolicy", {"GroupName": "Admin", "PolicyName": "new"}, NO_VENDOR),
        ("PutRolePolicy", {"RoleName": "web", "PolicyName": "new"}, NO_VENDOR),
        ("CreateRole", {"RoleName": "new"}, NO_PRINCIPAL),
        ("UpdateAssumeRolePolicy", {"RoleName": "web"}, NO_PRINCIPAL),
    ],
)
def test_each_operation_with_a_policy_refuses_a_malformed_one(
    full_iam, operation, parameters, message
):
    documents = MALFORMED if message == NO_VENDOR else MALFORMED_TRUST
    member = "AssumeRolePolicyDocument" if operation == "CreateRole" else "PolicyDocument"
    refused = full_iam.refused(operation, **parameters, **{member: documents[message][0]})
    assert refused == malformed(message)


VALID = [
    policy(Sid=""),
    json.dumps({"Id": "x", "Conditions": {}, "Statement": json.loads(policy())["Statement"][0]}),
    json.dumps({"Statement": 2 * json.loads(policy(Sid=""))["Statement"]}),
    policy(Action="*"),
    policy(Action=["*:*", "*"]),
    policy(Action=["iam:*", "s3-x.y:List Bucket", None]),
    policy(Action=None, NotAction="iam:*"),
    policy(Resource=None, NotResource=["arn:aws:s3:::a", "arn:aws:s3:::a/*"]),
    policy(Resource="arn:aws:iam::*:user/${aws:username}"),
    policy(Resource="arn:aws:iam::*:*"),
    policy(Resource="arn:*:s3:::bucket"),
    policy(Resource="arn:aws:s3:us-west-2:123456789012:accesspoint/name"),
    policy(Resource=["arn:aws:ec2:*:*:instance/*", "arn:aws:ec2:*"]),
    policy(Condition={"DateGreaterThan": {"aws:CurrentTime": "2026-01-01T00:00:00Z"}}),
    policy(Condition={"DateLessThanIfExists": {"aws:CurrentTime": ["2016-12-13T1:02:03.5+01:00"]}}),
    policy(Condition={"DateEquals": {"aws:EpochTime": ["1600000000", "9223372036854775807"]}}),
    *(
        policy(Condition={"DateEquals": {"aws:CurrentTime": date}})
        for date in (
            "7",
            "1-1",
            "2026-12-31T23:59:59.999999999+23:59",
            "2026-01-01T00:00:00-00:00",
            "2026t1z",
            "292278993-12",
            "-292275054-1",
            "2026T",
        )
    ),
    policy(Condition={"ForAllValues:StringNotEqualsIgnoreCase": {"aws:TagKeys": ["a"]}}),
    policy(
        Condition={
            "Bool": {"aws:SecureTransport": True},
            "NumericLessThan": {"s3:x": [10], "s3:y": 1.5},
        }
    ),
    policy(Condition={"NumericEquals": {"s3:x": 10}}),
    policy(Condition={"NotIpAddress": {"aws:SourceIp": "192.0.2.0/24"}, "Unknown": {}}),
]


def test_policies_that_moto_refuses_are_accepted(full_iam):
    """Moto requires the version, and that a statement with an empty Sid is alone."""
    many = json.dumps({"Statement": 2 * json.loads(policy(Sid=""))["Statement"]})
    for kind, name in (("User", "plain"), ("Group", "Admin"), ("Role", "web")):
        owner = {f"{kind}Name": name, "PolicyName": "valid"}
        full_iam(f"Put{kind}Policy", **owner, PolicyDocument=many)
        full_iam(f"Delete{kind}Policy", **owner)
    document = trust(Principal={"AWS": "111122223333"}, Action=["sts:AssumeRole", "sts:TagSession"])
    full_iam("UpdateAssumeRolePolicy", RoleName="spare", PolicyDocument=document)


def test_sizes_do_not_count_white_space_and_end_exactly(full_iam):
    full_iam("CreateUser", UserName="sizes")
    full_iam("CreateGroup", GroupName="sizes")
    document = padded(trust(), 2048)
    assert len(document) > 2048
    full_iam("CreateRole", RoleName="sizes", AssumeRolePolicyDocument=document)
    for kind, limit in (("User", 2048), ("Group", 5120), ("Role", 10240)):
        owner = {f"{kind}Name": "sizes"}
        half = {"PolicyDocument": padded(INLINE, limit // 2)}
        full_iam(f"Put{kind}Policy", PolicyName="a", **owner, **half)
        full_iam(f"Put{kind}Policy", PolicyName="b", **owner, **half)
        # A policy that replaces another counts once.
        full_iam(f"Put{kind}Policy", PolicyName="a", **owner, **half)
        more = {"PolicyName": "c", "PolicyDocument": INLINE}
        assert full_iam.refused(f"Put{kind}Policy", **owner, **more) == sized(
            kind.lower(), limit, "sizes"
        )
        for name in "ab":
            full_iam(f"Delete{kind}Policy", PolicyName=name, **owner)
        full_iam(f"Delete{kind}", **owner)
    managed = {"PolicyName": "sizes", "PolicyDocument": padded(MANAGED, 6144)}
    full_iam("DeletePolicy", PolicyArn=full_iam("CreatePolicy", **managed)["Policy"]["Arn"])
