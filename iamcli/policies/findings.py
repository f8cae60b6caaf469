"""What is certainly wrong with the form of a policy.

Only what the grammar of policies rules out for every kind of policy is reported, so the service may
also refuse a policy without findings. Source: the grammar of the JSON policy language in the IAM
User Guide.
"""

from __future__ import annotations

import json
import re
from collections import Counter

from iamcli import quoting

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

#: The elements of a policy and of a statement; their names are case-sensitive.
POLICY = ("Version", "Id", "Statement")
#: Elements of a statement that exclude each other.
EXCLUSIVE = (("Principal", "NotPrincipal"), ("Action", "NotAction"), ("Resource", "NotResource"))
STATEMENT = ("Sid", "Effect", "Condition", *(name for pair in EXCLUSIVE for name in pair))
VERSIONS = ("2008-10-17", "2012-10-17")
EFFECTS = ("Allow", "Deny")

#: A string, or a word that Python accepts as a number although JSON does not.
_STRING_OR_WORD = re.compile(r'"(?:[^"\\]|\\.)*"|(-?Infinity|NaN)', re.DOTALL)
#: Longer names and values are not shown.
_MAX_SHOWN = 64


class Members(dict[str, "Any"]):
    """An object of JSON; ``repeated``: the names that occur more than once in it."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        counts = Counter(name for name, _ in pairs)
        self.repeated = [name for name, count in counts.items() if count > 1]


class JSONNumber(str):
    """A number as it is in the document. As an integer it could be too long for Python."""

    __slots__ = ()


def findings(document: str) -> list[str]:
    """Return phrases that say what is wrong with a policy ("no Statement"); [] if nothing is known.

    The phrases may contain control characters of the document. Raises nothing.
    """
    try:
        policy = json.loads(
            document, object_pairs_hook=Members, parse_int=JSONNumber, parse_float=JSONNumber
        )
    except json.JSONDecodeError as error:
        return [described(error)]
    except RecursionError:
        return []
    for match in _STRING_OR_WORD.finditer(document):
        if match[1]:
            message = f"{match[1]} is not a value"
            return [described(json.JSONDecodeError(message, document, match.start()))]
    if not isinstance(policy, Members):
        return ["it is not a JSON object"]
    phrases = [*_of_policy(policy)]
    for name, statement in _statements(policy):
        if isinstance(statement, Members):
            phrases += _of_statement(statement, name)
        else:
            phrases.append(f"{name} is not a JSON object")
    return phrases


def described(error: json.JSONDecodeError) -> str:
    """Return where and why a document is not JSON ("line 1, column 2: not JSON (...)")."""
    return f"line {error.lineno}, column {error.colno}: not JSON ({error.msg})"


def typographic_quotes(error: json.JSONDecodeError) -> str:
    """Return where a document that is not JSON has typographic quotes; "" if they are not why.

    They are those before the place of ``error``, or at it: elsewhere they may be part of a string.
    """
    before = quoting.typographic(error.doc[: error.pos + 1])
    if not before:
        return ""
    first = json.JSONDecodeError("", error.doc, before[0])
    place = f"line {first.lineno}, column {first.colno}"
    quotes = quoting.pasted(len(quoting.typographic(error.doc)), place)
    return f'the policy has {quotes}; JSON needs "'


def _statements(policy: Members) -> Iterator[tuple[str, Any]]:
    """Yield the name of each statement ("statement 2") and the statement."""
    statements = policy.get("Statement", [])
    if not isinstance(statements, list):
        statements = [statements]
    for number, statement in enumerate(statements, 1):
        yield (f"statement {number}" if len(statements) > 1 else "the statement"), statement


def _of_policy(policy: Members) -> Iterator[str]:
    for name in policy:
        if name not in POLICY:
            yield f"unknown element {_abbreviated(name)}"
    for name in policy.repeated:
        yield f"{_abbreviated(name)} occurs more than once"
    if "Version" in policy and policy["Version"] not in VERSIONS:
        yield f"Version is {_abbreviated(policy['Version'])}, not {' or '.join(VERSIONS)}"
    if "Statement" not in policy:
        yield "no Statement"
    elif policy["Statement"] == []:
        yield "Statement is empty"


def _of_statement(statement: Members, name: str) -> Iterator[str]:
    for element in statement:
        if element not in STATEMENT:
            yield f"unknown element {_abbreviated(element)} in {name}"
    for element in _repeated(statement):
        yield f"{_abbreviated(element)} occurs more than once in {name}"
    if "Effect" not in statement:
        yield f"no Effect in {name}"
    elif statement["Effect"] not in EFFECTS:
        yield f"Effect is {_abbreviated(statement['Effect'])} in {name}, not {' or '.join(EFFECTS)}"
    if "Action" not in statement and "NotAction" not in statement:
        yield f"neither Action nor NotAction in {name}"
    for element, other in EXCLUSIVE:
        if element in statement and other in statement:
            yield f"both {element} and {other} in {name}"


def _repeated(statement: Members) -> Iterator[str]:
    """Yield the names that occur more than once in an object, at any level."""
    inner: list[Any] = [statement]
    while inner:
        value = inner.pop()
        if isinstance(value, Members):
            yield from value.repeated
            inner += value.values()
        elif isinstance(value, list):
            inner += value


def _abbreviated(value: Any) -> str:
    """Return a name or a value as in the document if it is short, else its type."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "an array"
    text = value if isinstance(value, JSONNumber) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _MAX_SHOWN else "a longer string or number"
