"""MalformedPolicyDocument: the grammar of inline, managed and trust policies.

Managed policies must be of version 2012-10-17. Inline and trust policies can lack a version, or be
of 2008-10-17. IAM checks a policy in passes, and reports one violation. Source of the grammar: the
IAM User Guide (grammar of the policy language); of the passes and the wording: recorded, the same
for CreatePolicy and PutUserPolicy.
"""

from __future__ import annotations

import json
import re

from iamcli.cli.sandbox.refusals import Refusal, malformed_policy
from iamcli.cli.sandbox.rules.entities import is_service_name
from iamcli.policies.findings import EFFECTS, POLICY, STATEMENT, VERSIONS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any

    from iamcli.cli.sandbox.rules.entity_types import Backend, Parameters

    Statement = dict[str, Any]

LATEST = "2012-10-17"
#: "Conditions" has no meaning, but IAM accepts it.
TOP_ELEMENTS = {*POLICY, "Conditions"}
ELEMENTS = set(STATEMENT)
PRINCIPALS = ("AWS", "Service", "Federated", "CanonicalUser")
OPERATOR = re.compile(
    r"(ForAnyValue:|ForAllValues:)?"
    r"(String(Not)?(Equals(IgnoreCase)?|Like)|Numeric(Not)?Equals|Numeric(Less|Greater)Than(Equals)?"
    r"|Date(Not)?Equals|Date(Less|Greater)Than(Equals)?|Bool|BinaryEquals|(Not)?IpAddress"
    r"|Arn(Not)?(Equals|Like)|Null)(IfExists)?"
)

#: arn, partition, service, region, account and resource.
ARN_PARTS = 6

SYNTAX = "Syntax errors in policy."
LEGACY = "The policy failed legacy parsing"
NO_VENDOR = "Resource vendor must be fully qualified and cannot contain regexes."

#: The services whose resources have no region, and what IAM says of one that has.
WITHOUT_REGION = {
    "iam": "IAM resource {} cannot contain region information.",
    "s3": "Resource {} can not contain region information.",
}
IAM_RESOURCES = (
    "user/",
    "federated-user/",
    "role/",
    "group/",
    "instance-profile/",
    "mfa/",
    "server-certificate/",
    "policy/",
    "sms-mfa/",
    "saml-provider/",
    "oidc-provider/",
    "report/",
    "access-report/",
)


def managed_policy_is_valid(backend: Backend, parameters: Parameters) -> None:
    """A managed policy must be of version 2012-10-17. Evidence: recorded (CreatePolicy)."""
    _identity_policy(parameters["PolicyDocument"], backend.partition, versioned=True)


def inline_policy_is_valid(backend: Backend, parameters: Parameters) -> None:
    """An inline policy needs no version. Evidence: recorded (PutUserPolicy)."""
    _identity_policy(parameters["PolicyDocument"], backend.partition, versioned=False)


def trust_policy_is_valid(backend: Backend, parameters: Parameters) -> None:
    """A trust policy names principals and STS actions, and no resources.

    Evidence: recorded (CreateRole, UpdateAssumeRolePolicy: JSON, actions); reported (the other
    messages, except those of ``_trust_syntax``).
    """
    text = parameters.get("AssumeRolePolicyDocument", parameters.get("PolicyDocument", ""))
    policy = _parsed(text)
    if policy is None:
        raise malformed_policy("This policy contains invalid Json")
    statements = _trust_syntax(policy)
    for statement in statements:
        _legacy_statement(statement)
        _trust_statement(backend, statement)
    _check_sids(statements)


# Managed and inline policies.


def _identity_policy(text: str, partition: str, *, versioned: bool) -> None:
    policy = _parsed(text)
    if policy is None or not _well_formed(policy):
        raise malformed_policy(SYNTAX)
    if versioned and policy.get("Version") != LATEST:
        raise malformed_policy("Policy document must be version 2012-10-17 or greater.")
    statements = _statements(policy)
    for statement in statements:
        if "Principal" in statement or "NotPrincipal" in statement:
            raise malformed_policy("Policy document should not specify a principal.")
        _legacy_statement(statement)
    error = _resource_error(statements, partition)
    _check_sids(statements)
    if not all(_present(statement, "Action", "NotAction") for statement in statements):
        raise malformed_policy("Policy statement must contain actions.")
    if error:
        raise error
    for statement in statements:
        for action in _texts(statement, "Action", "NotAction"):
            _action(action)
    if not all(_present(statement, "Resource", "NotResource") for statement in statements):
        raise malformed_policy("Policy statement must contain resources.")


def _parsed(text: str) -> dict[str, Any] | None:
    """Return the policy, or None if it is not a JSON object."""

    def constant(name: str) -> object:
        raise ValueError(name)

    try:
        policy = json.loads(text, parse_constant=constant)
    except (ValueError, RecursionError):
        return None
    return policy if isinstance(policy, dict) else None


def _statements(policy: Mapping[str, Any]) -> list[Statement]:
    statements = policy["Statement"]
    return statements if isinstance(statements, list) else [statements]


def _well_formed(policy: Mapping[str, Any]) -> bool:
    return (
        policy.keys() <= TOP_ELEMENTS
        and policy.get("Version", LATEST) in VERSIONS
        and isinstance(policy.get("Id", ""), str)
        and isinstance(policy.get("Statement"), (dict, list))
        and bool(policy["Statement"])
        and all(map(_well_formed_statement, _statements(policy)))
    )


def _well_formed_statement(statement: object) -> bool:
    return (
        isinstance(statement, dict)
        and statement.keys() <= ELEMENTS
        and isinstance(statement.get("Effect"), str)
        and statement["Effect"].capitalize() in EFFECTS
        and isinstance(statement.get("Sid", ""), str)
        and not {"Action", "NotAction"} <= statement.keys()
        and not {"Resource", "NotResource"} <= statement.keys()
        and all(
            _is_list_of_texts(statement[element])
            for element in ("Action", "NotAction", "Resource", "NotResource")
            if element in statement
        )
        and _is_condition(statement.get("Condition", {}))
    )


def _is_list_of_texts(value: object) -> bool:
    """Return whether ``value`` is a string or a list of strings; IAM ignores null in a list."""
    return isinstance(value, str) or (
        isinstance(value, list) and all(item is None or isinstance(item, str) for item in value)
    )


def _is_condition(condition: object) -> bool:
    return isinstance(condition, dict) and all(
        isinstance(keys, dict)
        and (not keys or OPERATOR.fullmatch(operator))
        and all(isinstance(value, (int, float, list, str)) for value in keys.values())
        for operator, keys in condition.items()
    )


def _legacy_statement(statement: Statement) -> None:
    """The older parser distinguishes the case of an effect, and reads the dates of conditions."""
    dates = [
        value
        for operator, keys in statement.get("Condition", {}).items()
        if operator.rpartition(":")[2].startswith("Date")
        for values in keys.values()
        for value in (values if isinstance(values, list) else [values])
    ]
    if statement["Effect"] not in EFFECTS or not all(map(_is_date, dates)):
        raise malformed_policy(LEGACY)


#: The form of ISO 8601 that conditions use: a date, and a time with or without a zone.
DATE = re.compile(
    r"(?P<year>[+-]?\d{1,9})(-(0?[1-9]|1[0-2])(-(0?[1-9]|[12]\d|3[01]))?)?"
    r"(T(([01]?\d|2[0-3])(:[0-5]?\d(:[0-5]?\d(\.\d{1,9})?)?)?"
    r"(Z|[+-]([01]\d|2[0-3])(:[0-5]\d)?)?)?)?",
    re.ASCII | re.IGNORECASE,
)
#: The first and the last year.
YEARS = (-292275054, 292278993)


def _is_date(value: object) -> bool:
    """Return whether ``value`` is a date of ISO 8601, or seconds since 1970."""
    text = str(value)
    if "t" not in text.lower() and "-" not in text:
        return bool(re.fullmatch(r"\d{1,19}", text, re.ASCII)) and int(text) < 1 << 63
    match = DATE.fullmatch(text)
    return match is not None and YEARS[0] <= int(match["year"]) <= YEARS[1]


def _resource_error(statements: Iterable[Statement], partition: str) -> Refusal | None:
    """Return the last error of a resource; raise that of the older parser, which has precedence."""
    error = None
    for statement in statements:
        resources = list(_texts(statement, "Resource", "NotResource"))
        for resource in sorted(resources, reverse=True):
            error = _arn_error(resource, partition) or error
        if not error:
            for resource in resources:
                _legacy_resource(resource)
    return error


def _arn_error(resource: str, partition: str) -> Refusal | None:
    if resource == "*":
        return None
    if ":" not in resource:
        return malformed_policy(f'Resource {resource} must be in ARN format or "*".')
    _, named, *parts = resource.split(":")
    if named not in ("*", partition):
        missing = ["*"] * (4 - len(parts))
        arn = ":".join(["arn", named, *parts, *missing])
        return malformed_policy(f'Partition "{named}" is not valid for resource "{arn}".')
    if not parts:
        return malformed_policy(NO_VENDOR)
    text = _service_error(resource, parts[0], parts[1:2] != [""], ":".join(parts[3:]))
    return malformed_policy(text) if text else None


def _service_error(resource: str, service: str, region: bool, name: str) -> str:  # noqa: FBT001
    """Return what IAM says of the ``region`` or the ``name`` of a resource, or "" if nothing."""
    if service in WITHOUT_REGION and region and not name.startswith("accesspoint/"):
        return WITHOUT_REGION[service].format(resource)
    if service == "iam" and name != "*" and not name.startswith(IAM_RESOURCES):
        listed = ", ".join(IAM_RESOURCES)
        return f'IAM resource path must either be "*" or start with {listed}.'
    return ""


def _legacy_resource(resource: str) -> None:
    """The older parser wants all parts of an ARN if one is empty, and always the service."""
    parts = resource.split(":")
    complete = len(parts) >= ARN_PARTS or "::" not in resource
    if resource != "*" and not (complete and parts[2]):
        raise malformed_policy(LEGACY)


def _action(action: str) -> None:
    vendor, *rest = action.split(":")
    if not rest and vendor != "*":
        raise malformed_policy(
            "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."
        )
    if len(rest) > 1:
        raise malformed_policy("Actions/Condition can contain only one colon.")
    if vendor != "*" and not re.fullmatch(r"[A-Za-z0-9.-]*", vendor):
        raise malformed_policy(f"Vendor {vendor} is not valid")


# Trust policies.


def _trust_syntax(policy: Mapping[str, Any]) -> list[Statement]:
    """Return the statements; the wording here is like that of other fields."""
    if not policy.get("Statement"):
        raise malformed_policy("Could not parse the policy: Statement is empty!")
    for fields, known in (
        (policy, TOP_ELEMENTS),
        *((statement, ELEMENTS) for statement in _statements(policy)),
    ):
        for field in fields if isinstance(fields, dict) else ():
            if field not in known:
                raise malformed_policy(f"Has prohibited field {field}")
    if not _well_formed(policy):
        raise malformed_policy(SYNTAX)
    return _statements(policy)


def _trust_statement(backend: Backend, statement: Statement) -> None:
    if "Resource" in statement:
        raise malformed_policy("Has prohibited field Resource")
    if "NotResource" in statement:
        raise malformed_policy("AssumeRole policy must not contain resources.")
    if "NotPrincipal" in statement and statement["Effect"] == "Allow":
        raise malformed_policy("Allow with NotPrincipal is not allowed.")
    principal = statement.get("Principal", statement.get("NotPrincipal"))
    if principal is None:
        raise malformed_policy("Missing required field Principal")
    if not principal:
        raise malformed_policy("Missing required field Principal cannot be empty!")
    if not _present(statement, "Action", "NotAction"):
        raise malformed_policy("Missing required field Action")
    for action in _texts(statement, "Action", "NotAction"):
        if not action.lower().startswith("sts:"):
            raise malformed_policy("AssumeRole policy may only specify STS AssumeRole actions.")
    _principals(backend, principal)


def _principals(backend: Backend, principal: object) -> None:
    if not isinstance(principal, dict):
        raise malformed_policy(
            f'AssumeRolepolicy contained an invalid principal: "STAR":"{principal}".'
        )
    for principal_type, values in principal.items():
        for value in values if isinstance(values, list) else [values]:
            if (
                principal_type not in PRINCIPALS
                or not isinstance(value, str)
                or not value
                or (principal_type == "AWS" and not _is_aws_principal(backend, value))
                or (principal_type == "Service" and not is_service_name(value))
            ):
                text = value if isinstance(value, str) else json.dumps(value)
                # Reported: messages write the name of this type alone in capitals.
                called = "SERVICE" if principal_type == "Service" else principal_type
                raise malformed_policy(f'Invalid principal in policy: "{called}":"{text}"')


def _is_aws_principal(backend: Backend, value: str) -> bool:
    """Return whether ``value`` is an account, a user, a role or a session.

    Those of this account must exist; of other accounts nothing is known here.
    """
    if value == "*" or re.fullmatch(r"\d{12}", value, re.ASCII):
        return True
    match = re.fullmatch(r"arn:([\w-]+):(iam|sts)::(\d{12}):(.+)", value, re.ASCII)
    if not match or match[1] != backend.partition:
        return False
    entity = match[4].partition("/")[0]
    if match[2] == "sts":
        return entity in ("assumed-role", "federated-user")
    if entity not in ("user", "role") or match[3] != backend.account_id:
        return entity in ("root", "user", "role")
    entities = backend.users if entity == "user" else backend.roles
    return value in [known.arn for known in entities.values()]


# Both.


def _check_sids(statements: Iterable[Statement]) -> None:
    """Evidence: recorded (they must be unique); reported (they must be alphanumeric)."""
    sids = [statement["Sid"] for statement in statements if statement.get("Sid")]
    if len(set(sids)) < len(sids):
        raise malformed_policy("Statement IDs (SID) in a single policy must be unique.")
    if not all(re.fullmatch("[0-9A-Za-z]*", sid) for sid in sids):
        raise malformed_policy(
            "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the "
            "regular expression [0-9A-Za-z]*"
        )


def _present(statement: Statement, *elements: str) -> bool:
    """Return whether a statement has one of the elements, and not as an empty list."""
    return any(element in statement and statement[element] != [] for element in elements)


def _texts(statement: Statement, *elements: str) -> Iterator[str]:
    """Yield the strings of the elements; IAM ignores null in lists."""
    for element in elements:
        value = statement.get(element, [])
        texts = [value] if isinstance(value, str) else value
        yield from (text for text in texts if text is not None)
