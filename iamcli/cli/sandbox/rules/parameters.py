"""ValidationError, InvalidInput, MalformedInput: what is wrong with the parameters of a request.

They are read by botocore's model of IAM, and checked against its bounds. IAM words most violations
as "Value at 'path' failed to satisfy constraint: ..." and counts them. It checks the characters of
the names, paths and texts of 2010 afterwards, one parameter at a time, and explains them in words.
Members that came later are checked in the first way, patterns included.
Source: recorded (tests/recorded/refusals.txt, UpdateAccountPasswordPolicy) and reported.
"""

from __future__ import annotations

import functools
import re

from iamcli.cli.sandbox.refusals import Refusal, invalid
from iamcli.cli.sandbox.rules.entity_types import is_policy_arn

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from iamcli.cli.sandbox.rules.entity_types import Backend, Parameters

    #: botocore's classes, which only the client imports.
    OperationModel = Any
    Shape = Any

PATHS = "It must begin and end with / and contain only alphanumeric characters and/or / characters."
TEXTS = "It must contain only printable ASCII characters."

#: How IAM explains a pattern in words.
IN_WORDS = {
    r"[\w+=,.@-]+": ("It must contain only alphanumeric characters and/or the following: +=,.@_-"),
    r"(\u002F)|(\u002F[\u0021-\u007E]+\u002F)": PATHS,
    r"((/[A-Za-z0-9\.,\+@=_-]+)*)/": PATHS,
    r"\u002F[\u0021-\u007F]*": (
        "It must begin with the / character and contain only alphanumeric characters and/or "
        "/ characters."
    ),
    r"[\u0009\u000A\u000D\u0020-\u00FF]+": TEXTS,
    r"[\u0020-\u00FF]+": TEXTS,
}
#: The same for shapes whose pattern IAM explains in words for these only.
SHAPES_IN_WORDS = {
    "accessKeyIdType": "It must contain only alphanumeric characters.",
    "certificateIdType": "It must contain only alphanumeric characters.",
}

#: The separators in Unicode, which Python's regular expressions have no class for.
SEPARATORS = " \xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"


def parse(operation: OperationModel, form: Mapping[str, str]) -> dict[str, Any]:
    """Return the parameters of ``operation`` from the fields of a request, nested as in the model.

    Numbers become int, Booleans bool; fields that the model does not have are left out, as IAM
    ignores them. Raises Refusal for a number or a Boolean that is not one. Source: the AWS query
    protocol; reported (MalformedInput without a message).
    """
    shape = operation.input_shape
    return _structure(shape, form, "") if shape else {}


def within_bounds(operation: OperationModel, parameters: Mapping[str, Any]) -> None:
    """Refuse parameters that are missing, or that are outside the bounds of botocore's model.

    Raises Refusal. Evidence: botocore's model; the wording is recorded, and reported for names
    ("The specified value for roleName is invalid...").
    """
    if not operation.input_shape:
        return
    constraints, words = [], []
    for place, shape, value in _values(operation.input_shape, parameters, ""):
        violated = list(_violations(shape, value))
        constraints += [
            f"Value at '{place}' failed to satisfy constraint: {text}" for text in violated
        ]
        if not violated and _words(shape) and not _matches(shape, value):
            words.append(f"The specified value for {place} is invalid. {_words(shape)}")
    if constraints:
        plural = "s" if len(constraints) > 1 else ""
        listed = "; ".join(constraints)
        raise invalid(f"{len(constraints)} validation error{plural} detected: {listed}")
    if words:
        raise invalid(words[0])


def policy_arn_is_valid(_backend: Backend, parameters: Parameters) -> None:
    """An ARN is expected, not a name. Evidence: recorded (AttachUserPolicy)."""
    arn = parameters.get("PolicyArn")
    if arn is not None and not is_policy_arn(arn):
        raise invalid(f"ARN {arn} is not valid.")


def boundary_arn_is_valid(_backend: Backend, parameters: Parameters) -> None:
    """A permissions boundary is the ARN of a managed policy. Evidence: recorded (CreateRole)."""
    arn = parameters.get("PermissionsBoundary")
    if arn is not None and not is_policy_arn(arn):
        raise Refusal("InvalidInput", f"ARN {arn} is not valid.")


def account_alias_is_no_account_id(_backend: Backend, parameters: Parameters) -> None:
    """An alias does not consist of 12 digits, as the ID of an account does.

    Evidence: the IAM User Guide (account aliases). The code and the wording are the sandbox's own.
    """
    if re.fullmatch("[0-9]{12}", parameters["AccountAlias"]):
        raise invalid("The specified value for accountAlias is invalid. It must not be 12 digits.")


def tag_keys_are_unique(_backend: Backend, parameters: Parameters) -> None:
    """Two tags of a request cannot have the same key; those of a user or role in any case.

    Evidence: recorded (TagPolicy, CreateRole, TagRole); the IAM User Guide for the others.
    """
    in_any_case = "UserName" in parameters or "RoleName" in parameters
    keys = [tag["Key"] for tag in parameters.get("Tags", ())]
    if len({key.lower() if in_any_case else key for key in keys}) < len(keys):
        note = " Please note that Tag keys are case insensitive." if in_any_case else ""
        raise Refusal("InvalidInput", f"Duplicate tag keys found.{note}")


def tags_are_not_reserved(_backend: Backend, parameters: Parameters) -> None:
    """Neither the key nor the value of a tag begins with ``aws:``.

    Evidence: the IAM User Guide (rules for tagging). The wording is the sandbox's own.
    """
    texts = [text for tag in parameters.get("Tags", ()) for text in tag.values()]
    if any(text.lower().startswith("aws:") for text in texts):
        message = "Tag keys and values cannot begin with aws:, which is reserved for AWS."
        raise Refusal("InvalidInput", message)


def _structure(shape: Shape, form: Mapping[str, str], prefix: str) -> dict[str, Any]:
    values = {name: _value(member, form, prefix + name) for name, member in shape.members.items()}
    return {name: value for name, value in values.items() if value is not None}


def _value(shape: Shape, form: Mapping[str, str], key: str) -> Any:
    """Return the value of the field ``key``, or None if the request does not have it."""
    if shape.type_name == "structure":
        return _structure(shape, form, f"{key}.") or None
    if shape.type_name == "list":
        return _list(shape, form, key)
    text = form.get(key)
    if text is not None and shape.type_name in ("integer", "long"):
        if not re.fullmatch(r"[+-]?[0-9]{1,18}", text):
            raise Refusal("MalformedInput", "")
        return int(text)
    if text is not None and shape.type_name == "boolean":
        if text.lower() not in ("true", "false"):
            raise Refusal("MalformedInput", "")
        return text.lower() == "true"
    return text


def _list(shape: Shape, form: Mapping[str, str], key: str) -> list[Any] | None:
    member = re.compile(rf"{re.escape(key)}\.member\.([0-9]{{1,9}})(?:\.|$)")
    numbers = {int(match[1]) for name in form if (match := member.match(name))}
    if not numbers and key not in form:
        return None
    empty: Any = {} if shape.member.type_name == "structure" else ""
    values = [_value(shape.member, form, f"{key}.member.{n}") for n in sorted(numbers)]
    return [empty if value is None else value for value in values]


def _values(shape: Shape, value: Any, place: str) -> Iterator[tuple[str, Shape, Any]]:
    """Yield each value with its place in the request and its shape; None if it is missing."""
    if place:
        yield place, shape, value
    if shape.type_name == "structure":
        for name, member in shape.members.items():
            lower = name[0].lower() + name[1:]
            inside = f"{place}.{lower}" if place else lower
            if name in value:
                yield from _values(member, value[name], inside)
            elif name in shape.required_members:
                yield inside, member, None
    elif shape.type_name == "list" and shape.member.type_name == "structure":
        for number, item in enumerate(value, 1):
            yield from _values(shape.member, item, f"{place}.{number}.member")


def _violations(shape: Shape, value: Any) -> Iterator[str]:
    """Yield the constraints that a value violates, in the words of IAM."""
    if value is None:
        yield "Member must not be null"
        return
    yield from (text for text, satisfied in _constraints(shape, value) if not satisfied)
    if shape.type_name == "list" and shape.member.type_name != "structure":
        of_members = [dict(_constraints(shape.member, item)) for item in value]
        if not all(satisfied for constraints in of_members for satisfied in constraints.values()):
            listed = ", ".join([*of_members[0], "Member must not be null"])
            yield f"Member must satisfy constraint: [{listed}]"


def _constraints(shape: Shape, value: Any) -> Iterator[tuple[str, bool]]:
    """Yield the constraints of a shape, and whether ``value`` satisfies each."""
    bounds = shape.metadata
    name, size = ("value", value) if isinstance(value, int) else ("length", len(value))
    if "max" in bounds:
        text = f"Member must have {name} less than or equal to {bounds['max']}"
        yield text, size <= bounds["max"]
    # IAM finds an empty name invalid, not too short.
    if bounds.get("min", 0) > int(bool(_words(shape))):
        text = f"Member must have {name} greater than or equal to {bounds['min']}"
        yield text, size >= bounds["min"]
    if "enum" in bounds:
        listed = ", ".join(bounds["enum"])
        yield f"Member must satisfy enum value set: [{listed}]", value in bounds["enum"]
    if "pattern" in bounds and not _words(shape):
        text = f"Member must satisfy regular expression pattern: {bounds['pattern']}"
        yield text, _matches(shape, value)


def _words(shape: Shape) -> str:
    """Return how IAM explains the pattern of a shape, or "" if it does not."""
    pattern = shape.metadata.get("pattern", "")
    return SHAPES_IN_WORDS.get(shape.name) or IN_WORDS.get(pattern, "")


def _matches(shape: Shape, value: str) -> bool:
    return bool(_pattern(shape.metadata["pattern"]).fullmatch(value))


@functools.cache
def _pattern(pattern: str) -> re.Pattern[str]:
    r"""Compile a pattern of the model, as Java does: ``\w`` and ``\d`` are ASCII."""
    if r"\p{" not in pattern:
        return re.compile(pattern, re.ASCII)
    # In Python, \w without re.ASCII is what Java calls \p{L} and \p{N}, and the underscore.
    classes = {r"\p{L}": r"\w", r"\p{N}": r"\w", r"\p{Z}": SEPARATORS}
    for java, python in classes.items():
        pattern = pattern.replace(java, python)
    return re.compile(pattern)
