"""Detects a policy that was typed without single quotes, and reconstructs it.

A shell changes an unquoted policy in two ways:

* It removes all quotes, and splits the policy into words at spaces.
* bash, zsh and fish expand braces: an object with a comma is split at its commas into words, each
  of which repeats the text before and after the object. dash does not expand braces, and neither
  does any shell if the braces are inside quotes, as in ``"{"Statement":[...]}"``.

The words of a policy with one statement are parsed with the grammar of IAM policies, and the result
is expanded again. Only if that produces exactly the same words is the policy suggested. For several
statements, and whenever more than one policy could have been typed, only the form of the command
line is shown. Source: LEGACY.md (policies typed without quotes).
"""

from __future__ import annotations

import json
import re
from itertools import pairwise, product
from typing import Any, NamedTuple

from iamcli.quoting import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

FORM = """'{"Statement":[...]}'"""

_UNQUOTED = "The shell changed the policy because it is not in single quotes; nothing was sent."
_TYPOGRAPHIC = "The policy must use straight double quotes, as JSON does; nothing was sent."
_TYPE_THIS = "Type this instead:"
_UNLESS_DOLLAR = "Type this instead, unless the policy contained a $ (as in ${aws:username}):"

_OPTION = re.compile(r"[-\u2010-\u2015\u2212]{1,2}[A-Za-z]|--[a-z][a-z-]+(=.*)?")
_FLAGS = {"-d", "--debug", "-h", "--help", "--version", "-v"}
# Typographic quotes, double and single.
_DOUBLE = "\u201c\u201d"
_SINGLE = "\u2018\u2019"
_ALL_QUOTES = str.maketrans(dict.fromkeys(f"{_DOUBLE}{_SINGLE}'", '"'))
_DOUBLE_QUOTES = str.maketrans(dict.fromkeys(_DOUBLE, '"'))
_BEGINNING = re.compile(
    rf"[\s\"{_DOUBLE}{_SINGLE}]*"
    r"(\{|(version|id|statement|sid|effect|(not)?(principal|action|resource)|condition)"
    rf"[\s\"{_DOUBLE}{_SINGLE}]*:)",
    re.IGNORECASE,
)
_LAYOUT = re.compile(r"\s*([{}\[\]:,])\s*")

# No string in a suggested policy has a character that is special in JSON or in a shell.
_TEXT = rf"""[^\s{{}}\[\],"'\\$`{_DOUBLE}{_SINGLE}]"""
_ARN = rf"arn:(?:[^:/\s]*:){{4}}{_TEXT}+"
_VALUES = {
    "Version": r"2012-10-17|2008-10-17",
    "Id": r"[\w.-]+",
    "Sid": r"[\w.-]*",
    "Effect": r"Allow|Deny",
    "Action": r"\*|[\w*?-]+:[\w*?-]+",
    "Resource": rf"\*|{_ARN}",
    "AWS": rf"\*|\d{{12}}|{_ARN}",
    "Service": r"[\w.-]+",
    "Federated": rf"\w[\w./-]*|{_ARN}",
    "CanonicalUser": r"[0-9a-f]+",
}
_NEVER_LISTS = {"Version", "Id", "Sid", "Effect"}
_ELEMENT = re.compile(r"(Sid|Effect|(?:Not)?(?:Principal|Action|Resource)|Condition):")
_PRINCIPAL = re.compile(r"(AWS|Service|Federated|CanonicalUser):")
# The levels of a policy: policy, statement, condition, operator.
_MAX_DEPTH = 4
# More characters than IAM accepts, and few enough to be parsed quickly.
_MAX_LENGTH = 20_000
# A complete statement has at least one element of each set.
_REQUIRED = (
    {"Effect"},
    {"Action", "NotAction"},
    {"Resource", "NotResource", "Principal", "NotPrincipal"},
)
_OPERATOR = re.compile(
    r"((?:For(?:AllValues|AnyValue):)?(String|Numeric|Date|Bool|Binary|NotIp|Ip|Arn|Null)\w*):"
)
# Patterns for the values of some condition operators; other values can be any string.
_OPERANDS = {
    "Ip": r"[0-9A-Fa-f.:]+(?:/\d+)?",
    "NotIp": r"[0-9A-Fa-f.:]+(?:/\d+)?",
    "Arn": rf"\*|{_ARN}",
    "Date": r"\d{4}-\d\d-\d\d(?:T[\d:.]+Z?)?",
}
_CONDITION_KEY = re.compile(r"([\w./-]+:[\w./=@+-]+):", re.ASCII)
_OTHER_VALUE = re.compile(r"true|false|null|-?\d+(\.\d+)?([eE][-+]?\d+)?", re.IGNORECASE)
# Text that may have contained a variable such as ${aws:username}, which the shell has removed.
_LOST_VARIABLE = re.compile(r"(?<!:)//|[/:]$|:::[/-]")


class UnclearError(Exception):
    """The policy cannot be determined from the words. The message, if any, says what is lost."""


class _Policy(NamedTuple):
    """A reconstructed policy: its text, and whether the shell may have removed a ``$``."""

    text: str
    dollar: bool = False


def explain(program: str, arguments: Sequence[str]) -> str | None:
    """Return a message about an unquoted policy with the command line to type instead.

    ``program``: the name of the command; ``arguments``: its arguments, as the shell passed them.
    The message has three lines and no final newline. Returns None if ``-o`` is absent or its
    operand does not look like an unquoted policy: valid JSON, plain text, a file name, or JSON with
    a syntax error. Raises nothing. Source: LEGACY.md (policies typed without quotes).
    """
    for start, end in _operands(arguments):
        words = list(arguments[start:end])
        if _is_unquoted(words):
            return _explanation(words, [program, *arguments[:start]], arguments[end:])
    return None


def _explanation(words: list[str], before: Sequence[str], after: Sequence[str]) -> str:
    problem = _UNQUOTED
    try:
        policy = _requoted(words)
        if policy and len(words) == 1:
            problem = _TYPOGRAPHIC
        policy = policy or _reconstructed(words)
    except UnclearError as unclear:
        reason = f" (the arguments no longer show {unclear})" if str(unclear) else ""
        advice = f"The original policy cannot be determined{reason}. Put it in single quotes:"
        operand = FORM
    else:
        advice = _UNLESS_DOLLAR if policy.dollar else _TYPE_THIS
        operand = quoted(policy.text)
    line = " ".join([*map(quoted, before), operand, *map(quoted, after)])
    return f"{problem}\n{advice}\n  {line}"


def _operands(arguments: Sequence[str]) -> Iterable[tuple[int, int]]:
    """Yield the start and end of the operands of each occurrence of ``-o``."""
    at = 0
    while at < len(arguments):
        argument = arguments[at]
        at += 1
        if argument == "-o":
            start = at
            while at < len(arguments) and not _OPTION.fullmatch(arguments[at]):
                at += 1
            yield start, at
        elif argument not in _FLAGS and "=" not in argument and _OPTION.fullmatch(argument):
            at += 1


def _is_unquoted(words: list[str]) -> bool:
    if not words or not _BEGINNING.match(words[0]) or _json(words[0]) is not None:
        return False
    # A single word that still has its quotes is JSON with a syntax error.
    return bool(words[1:] or '"' not in words[0] or {*words[0]} & {*_DOUBLE, *_SINGLE})


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _requoted(words: list[str]) -> _Policy | None:
    """Return the policy if only its quotes are wrong or it was only split at spaces, else None.

    An unquoted ``$POLICY`` is split at spaces.
    """
    joined = " ".join(words)
    for text in (joined, joined.translate(_ALL_QUOTES), joined.translate(_DOUBLE_QUOTES)):
        document = _json(text)
        if not isinstance(document, dict):
            continue
        if not words[1:]:
            return _Policy(text)
        compact = "".join(text.split())
        if _json(compact) != document:
            raise UnclearError("the spaces in its strings")
        return _Policy(compact)
    return None


def _reconstructed(words: list[str]) -> _Policy:
    """Return the only policy that expands to ``words``; raise UnclearError if there is none."""
    words = _without_outer_quotes([word.translate(_DOUBLE_QUOTES) for word in words])
    joined = " ".join(words)
    if len(joined) > _MAX_LENGTH:
        raise UnclearError
    whole = _is_one_object(joined)
    arrived = [joined] if whole else words
    parts = [_LAYOUT.sub(r"\1", word.replace('"', "")).strip() for word in arrived]
    if any(re.search(r"\s", part) for part in parts):
        raise UnclearError("the spaces in its strings")
    policy = _policy(expand_braces(parts[0]) if whole else parts)
    [statement] = _as_list(policy["Statement"])
    # If the braces were not expanded, a comma may be part of a string.
    _check_condition(statement.get("Condition", {}), commas=whole)
    # Spaces between words are part of the layout, but those inside words may be part of a string.
    mixed = whole and len(words) > 1 and any(re.search(r"\s", word) for word in words)
    layouts = _layouts(policy, quoted='"' in joined)
    if mixed or all(arrived != ([text] if whole else expand_braces(text)) for text in layouts):
        raise UnclearError("the spaces in its strings" if " " in joined else "")
    text = json.dumps(policy, separators=(",", ":"), ensure_ascii=False)
    return _Policy(text, dollar=_could_hold_dollar(statement))


def _layouts(policy: dict[str, Any], *, quoted: bool) -> Iterable[str]:
    """Yield the text of ``policy`` in each layout that uses spaces consistently."""
    commas, colons, pads = (",", ", ", " , "), (":", ": ", " : "), ("", " ")
    for comma, colon, brace, bracket in product(commas, colons, pads, pads):
        text = json.dumps(policy, separators=(comma, colon), ensure_ascii=False)
        # No string in a reconstructed policy contains a brace or a bracket.
        text = text.replace("{", "{" + brace).replace("}", brace + "}")
        text = text.replace("[", "[" + bracket).replace("]", bracket + "]")
        yield text if quoted else text.replace('"', "")


def _without_outer_quotes(words: list[str]) -> list[str]:
    """Remove typographic single quotes around the policy, which brace expansion has repeated."""
    if all(word.startswith(_SINGLE[0]) and word.endswith(_SINGLE[1]) for word in words):
        return _without(words, _SINGLE[0], _SINGLE[1])
    return words


def _is_one_object(text: str) -> bool:
    """Return whether the first and the last character are a pair of braces."""
    return text.startswith("{") and _closing(text, 0)[0] == len(text) - 1


def _closing(text: str, start: int) -> tuple[int, list[int]]:
    """Return the index of the brace that closes the one at ``start``, or -1 if there is none.

    Also return the indexes of the commas directly inside the braces, if it is closed.
    """
    depth, commas = 0, []
    for at in range(start, len(text)):
        if text[at] == "{":
            depth += 1
        elif text[at] == "}":
            depth -= 1
        elif text[at] == "," and depth == 1:
            commas.append(at)
        if depth == 0:
            return at, commas
        if depth > _MAX_DEPTH:
            break
    return -1, []


def expand_braces(text: str) -> list[str]:
    """Expand braces as bash, zsh and fish do, as far as they can occur in a policy."""
    start = text.find("{")
    while start >= 0:
        end, commas = _closing(text, start)
        if commas:
            break
        start = text.find("{", start + 1)
    else:
        return [text]
    before, after = text[:start], text[end + 1 :]
    # In JSON there is a comma between two objects, so there are no two objects to combine.
    if "{" in after:
        raise UnclearError
    cuts = [start, *commas, end]
    parts = [text[left + 1 : right] for left, right in pairwise(cuts)]
    return [before + word + after for part in parts for word in expand_braces(part)]


def _policy(words: list[str]) -> dict[str, Any]:
    """Parse a policy with one statement. An element that occurs twice is found by expanding it."""
    policy: dict[str, Any] = {}
    statement: list[str] = []
    for word in _inside(words):
        key, _, rest = word.partition(":")
        if key == "Statement":
            statement.append(rest)
            policy[key] = None  # its place among the elements
        elif key in {"Version", "Id"}:
            policy[key] = _value(key, [rest])
        else:
            raise UnclearError
    if not statement:
        raise UnclearError
    if statement[0].startswith("["):
        policy["Statement"] = [_statement(_without(statement, "[", "]"))]
    else:
        policy["Statement"] = _statement(statement)
    return policy


def _statement(words: list[str]) -> dict[str, Any]:
    members = _members(words, _ELEMENT)
    if not all(choice & set(members) for choice in _REQUIRED):
        raise UnclearError
    return {key: _element(key, rest) for key, rest in members.items()}


def _element(key: str, words: list[str]) -> Any:
    if key == "Condition":
        return {
            operator: {key: _value(key, value) for key, value in _object(rest, _CONDITION_KEY)}
            for operator, rest in _object(words, _OPERATOR)
        }
    if key.endswith("Principal"):
        if words == ["*"]:
            return "*"
        return {kind: _value(kind, value) for kind, value in _object(words, _PRINCIPAL)}
    value = _value(key, words)
    if key.endswith("Resource") and any(map(_LOST_VARIABLE.search, _as_list(value))):
        raise UnclearError("whether it contained a $")
    return value


def _check_condition(condition: dict[str, dict[str, Any]], *, commas: bool) -> None:
    """Raise UnclearError if a value may have been another. ``commas``: they may be part of it."""
    for operator, members in condition.items():
        pattern = _OPERANDS.get(_OPERATOR.sub(r"\2", f"{operator}:"))
        for key, value in members.items():
            values = _as_list(value)
            if pattern and not all(re.fullmatch(pattern, text, re.ASCII) for text in values):
                raise UnclearError
            if not pattern and commas and len(values) > 1:
                raise UnclearError(f"where each value of {key} ends")
            for text in values:
                if _OTHER_VALUE.fullmatch(text):
                    raise UnclearError(f"whether {text} was in quotes")
                if _LOST_VARIABLE.search(text):
                    raise UnclearError("whether it contained a $")
                if "/" in key.partition(":")[2] and ":" in text:
                    raise UnclearError(f"where the key {key} ends")


def _value(key: str, words: list[str]) -> Any:
    """Parse a string, or a list of strings: one per word, with brackets around the list."""
    listed = words[0].startswith("[") and words[-1].endswith("]") and key not in _NEVER_LISTS
    if listed:
        words = [words[0][1:], *words[1:]]
        words[-1] = words[-1][:-1]
    elif len(words) > 1:
        raise UnclearError
    pattern = _VALUES.get(key.removeprefix("Not"), rf"{_TEXT}+")
    if not all(re.fullmatch(pattern, word, re.ASCII) for word in words):
        raise UnclearError
    return words if listed else words[0]


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _object(words: list[str], keys: re.Pattern[str]) -> Iterable[tuple[str, list[str]]]:
    return _members(_inside(words), keys).items()


def _members(words: list[str], keys: re.Pattern[str]) -> dict[str, list[str]]:
    """Group words by the key that they start with; later elements of a list have no key."""
    members: dict[str, list[str]] = {}
    at = 0
    while at < len(words):
        match = keys.match(words[at])
        if not match:
            raise UnclearError
        rest = [words[at][match.end() :]]
        at += 1
        if rest[0].startswith("["):
            while not rest[-1].endswith("]") and at < len(words):
                rest.append(words[at])
                at += 1
        else:
            while at < len(words) and words[at].startswith(match[0]):
                rest.append(words[at][match.end() :])
                at += 1
        members[match[1]] = rest
    return members


def _inside(words: list[str]) -> list[str]:
    """Return the members of an object; it still has its braces if it had no comma."""
    if all(word.startswith("{") for word in words):
        return _without(words, "{", "}")
    if len(words) == 1:
        raise UnclearError
    return words


def _without(words: list[str], first: str, last: str) -> list[str]:
    """Remove ``first`` and ``last`` from each word; raise UnclearError if a word lacks them."""
    if not all(word.startswith(first) and word.endswith(last) for word in words):
        raise UnclearError
    return [word[len(first) : len(word) - len(last)] for word in words]


def _could_hold_dollar(statement: dict[str, Any]) -> bool:
    """Return whether the statement has an element that often contains variables."""
    parts = {"Resource", "NotResource", "Principal", "NotPrincipal", "Condition"}
    return any(statement[part] not in ("*", ["*"]) for part in parts & set(statement))
