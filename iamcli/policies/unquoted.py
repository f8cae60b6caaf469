"""Detects a policy that was typed without single quotes, and reconstructs it.

A shell changes an unquoted policy in two ways:

* It removes all quotes, and splits the policy into words at spaces.
* bash, zsh and fish expand braces: an object with a comma is split at its commas into words, each
  of which repeats the text before and after the object. dash does not expand braces, and neither
  does any shell if the braces are inside quotes, as in ``"{"Statement":[...]}"``.

The words are parsed with the grammar of IAM policies, and the result is expanded again. Only if
that produces exactly the same words is the policy suggested. If several policies would produce
them, none is. Source: LEGACY.md (policies typed without quotes).
"""

from __future__ import annotations

import json
import re
import shlex
from itertools import pairwise, product
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    Members = list[tuple[str, list[str]]]

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
_SCALARS = {
    "Version": r"2012-10-17|2008-10-17",
    "Id": r"[\w.-]+",
    "Sid": r"[\w.-]*",
    "Effect": r"Allow|Deny",
    "Action": r"\*|[\w*?-]+:[\w*?-]+",
    "NotAction": r"\*|[\w*?-]+:[\w*?-]+",
    "Resource": rf"\*|{_ARN}",
    "NotResource": rf"\*|{_ARN}",
    "AWS": rf"\*|\d{{12}}|{_ARN}",
    "Service": r"[\w.-]+",
    "Federated": rf"\w[\w./-]*|{_ARN}",
    "CanonicalUser": r"[0-9a-f]+",
}
_PRINCIPALS = {"AWS", "Service", "Federated", "CanonicalUser"}
_LISTS = {"Action", "NotAction", "Resource", "NotResource", *_PRINCIPALS}
_STATEMENT = {
    *("Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction"),
    *("Resource", "NotResource", "Condition"),
}
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


def explain(program: str, arguments: Sequence[str], option: str = "-o") -> str | None:
    """Return a message about an unquoted policy with the command line to type instead.

    ``program``: the name of the command; ``arguments``: its arguments, as the shell passed them;
    ``option``: the option that takes the policy. The message has three lines and no final newline.
    Returns None if the option is absent or its operand does not look like an unquoted policy: valid
    JSON, plain text, a file name, or JSON with a syntax error. Raises nothing. Source: LEGACY.md
    (policies typed without quotes).
    """
    for start, end in _operands(arguments, option):
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
        shown = FORM
    else:
        advice = _UNLESS_DOLLAR if policy.dollar else _TYPE_THIS
        shown = shlex.quote(policy.text)
    line = " ".join([*map(shlex.quote, before), shown, *map(shlex.quote, after)])
    return f"{problem}\n{advice}\n  {line}"


def _operands(arguments: Sequence[str], option: str) -> Iterable[tuple[int, int]]:
    """Yield the start and end of the operands of each occurrence of ``option``."""
    at = 0
    while at < len(arguments):
        argument = arguments[at]
        at += 1
        if argument == option:
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
    return len(words) > 1 or '"' not in words[0] or _has_typographic_quotes(words[0])


def _has_typographic_quotes(text: str) -> bool:
    return bool(set(text) & {*_DOUBLE, *_SINGLE})


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
        if len(words) == 1:
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
    quoted = '"' in joined
    arrived = [joined] if whole else words
    parts = [_LAYOUT.sub(r"\1", word.replace('"', "")).strip() for word in arrived]
    if any(re.search(r"\s", part) for part in parts):
        raise UnclearError("the spaces in its strings")
    # If the braces were not expanded, a comma may be part of a string.
    policy = _policy(
        expand_braces(parts[0]) if whole else parts, _Conditions(commas=whole and "," in joined)
    )
    text = json.dumps(policy, separators=(",", ":"), ensure_ascii=False)
    # Spaces between words are part of the layout, but those inside words may be part of a string.
    mixed = whole and len(words) > 1 and any(re.search(r"\s", word) for word in words)
    if mixed or not any(_expands_to(arrived, layout) for layout in _layouts(text, quoted=quoted)):
        raise UnclearError("the spaces in its strings" if " " in joined else "")
    return _Policy(text, dollar=any(map(_could_hold_dollar, _statements_of(policy))))


def _layouts(text: str, *, quoted: bool) -> Iterable[str]:
    """Yield the compact policy ``text`` in each layout that uses spaces consistently."""
    document = json.loads(text)
    commas, colons, pads = (",", ", ", " , "), (":", ": ", " : "), ("", " ")
    for comma, colon, brace, bracket in product(commas, colons, pads, pads):
        text = json.dumps(document, separators=(comma, colon), ensure_ascii=False)
        # No string in a reconstructed policy contains a brace or a bracket.
        text = text.replace("{", "{" + brace).replace("}", brace + "}")
        text = text.replace("[", "[" + bracket).replace("]", bracket + "]")
        yield text if quoted else text.replace('"', "")


def _expands_to(words: list[str], text: str) -> bool:
    """Return whether ``text`` results in ``words``, with its braces expanded or not."""
    whole = _is_one_object(words[0]) and len(words) == 1
    return words == ([text] if whole else expand_braces(text))


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

    Also return the indexes of the commas directly inside the braces.
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
    return -1, commas


def expand_braces(text: str) -> list[str]:
    """Expand braces as bash, zsh and fish do, as far as they can occur in a policy."""
    start = text.find("{")
    while start >= 0:
        end, commas = _closing(text, start)
        if end >= 0 and commas:
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


class _Conditions(NamedTuple):
    """Parses the conditions of a statement, whose values can be any string.

    ``commas``: whether a comma may be part of a string.
    """

    commas: bool

    def read(self, words: list[str]) -> dict[str, Any]:
        operators = _members(_inside(words), _operator_key)
        return _unique((name, self.operator(name, rest)) for name, rest in operators)

    def operator(self, name: str, words: list[str]) -> dict[str, Any]:
        members = _members(_inside(words), _condition_key)
        return _unique((key, self.operand(name, key, rest)) for key, rest in members)

    def operand(self, operator: str, key: str, words: list[str]) -> Any:
        match = _OPERATOR.match(f"{operator}:")
        pattern = _OPERANDS.get(match[2]) if match else None
        value = _value(words, pattern or rf"{_TEXT}+", lists=True)
        if pattern is None and self.commas and isinstance(value, list) and len(value) > 1:
            raise UnclearError(f"where each value of {key} ends")
        for text in _texts(value):
            if _OTHER_VALUE.fullmatch(text):
                raise UnclearError(f"whether {text} was in quotes")
            if _LOST_VARIABLE.search(text):
                raise UnclearError("whether it contained a $")
            if "/" in key.partition(":")[2] and ":" in text:
                raise UnclearError(f"where the key {key} ends")
        return value


def _policy(words: list[str], conditions: _Conditions) -> dict[str, Any]:
    """Parse a policy from its words."""
    members: Members = []
    statements: list[str] = []
    later: list[str] = []
    for word in _inside(words):
        key, _, rest = word.partition(":")
        if key == "Statement" and not later and (not statements or members[-1][0] == key):
            statements.append(rest)
            if len(statements) == 1:
                members.append((key, []))
        elif key in {"Version", "Id"}:
            members.append((key, [rest]))
        elif statements and members[-1][0] == "Statement":
            later.append(word)
        else:
            raise UnclearError
    if not statements:
        raise UnclearError
    return _unique(
        (key, _statement_value(statements, later, conditions) if key == "Statement"
         else _value(rest, _SCALARS[key]))
        for key, rest in members
    )  # fmt: skip


def _statement_value(words: list[str], later: list[str], conditions: _Conditions) -> Any:
    """Parse the value of Statement: ``words`` had that key, ``later`` are the words after them."""
    if not words[0].startswith("["):
        if later:
            raise UnclearError
        return _statement(words, conditions)
    words = _without(words, "[", "")
    if not later:
        return [_statement(_without(words, "", "]"), conditions)]
    return [_statement(words, conditions), *_later_statements(later, conditions)]


def _later_statements(words: list[str], conditions: _Conditions) -> list[Any]:
    """Parse all statements but the first. Only the end of the last one is marked, by a bracket."""
    found: list[list[Any]] = []
    last = len(words)
    while last and words[last - 1].endswith("]"):
        last -= 1
        members = _try_members(words[:last])
        ending = _try_members(_without(words[last:], "", "]"))
        statement = _try_statement(ending or [], conditions)
        if members is not None and statement:
            found += [[*way, statement] for way in _partitions(members, conditions)]
    if len(found) > 1:
        raise UnclearError("where each statement ends")
    if not found:
        raise UnclearError
    return found[0]


def _partitions(members: Members, conditions: _Conditions) -> list[list[Any]]:
    """Return up to two of the ways to split ``members`` into statements."""
    ways: dict[int, list[list[Any]]] = {len(members): [[]]}
    for start in reversed(range(len(members))):
        found: list[list[Any]] = []
        for end in range(start + 1, min(start + len(_STATEMENT), len(members)) + 1):
            statement = _try_statement(members[start:end], conditions) if ways[end] else None
            if statement:
                found += [[statement, *way] for way in ways[end]]
        ways[start] = found[:2]
    return ways[0]


def _statement(words: list[str], conditions: _Conditions) -> dict[str, Any]:
    statement = _try_statement(_members(words, _statement_key), conditions)
    if not statement:
        raise UnclearError
    return statement


def _try_statement(members: Members, conditions: _Conditions) -> dict[str, Any] | None:
    """Parse a statement; return None if ``members`` are none, raise if only a detail is unclear."""
    keys = {key for key, _ in members}
    if len(keys) < len(members) or not all(choice & keys for choice in _REQUIRED):
        return None
    try:
        return {key: _statement_member(key, words, conditions) for key, words in members}
    except UnclearError as unclear:
        if str(unclear):
            raise
        return None


def _statement_member(key: str, words: list[str], conditions: _Conditions) -> Any:
    if key == "Condition":
        return conditions.read(words)
    if key in {"Principal", "NotPrincipal"}:
        return "*" if words == ["*"] else _principal(words)
    value = _value(words, _SCALARS[key], lists=key in _LISTS)
    if key in {"Resource", "NotResource"} and any(map(_LOST_VARIABLE.search, _texts(value))):
        raise UnclearError("whether it contained a $")
    return value


def _principal(words: list[str]) -> dict[str, Any]:
    members = _members(_inside(words), _principal_key)
    return _unique((key, _value(rest, _SCALARS[key], lists=True)) for key, rest in members)


def _value(words: list[str], pattern: str, *, lists: bool = False) -> Any:
    """Parse a string, or a list of strings: one per word, with brackets around the list."""
    listed = lists and words[0].startswith("[") and words[-1].endswith("]")
    if listed:
        words = [words[0][1:], *words[1:]]
        words[-1] = words[-1][:-1]
    elif len(words) > 1:
        raise UnclearError
    if not all(re.fullmatch(pattern, word, re.ASCII) for word in words):
        raise UnclearError
    return words if listed else words[0]


def _texts(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def _members(words: list[str], key_of: Callable[[str], str]) -> Members:
    """Group words by the key that they start with; later elements of a list have no key."""
    members: Members = []
    at = 0
    while at < len(words):
        key = key_of(words[at])
        rest = [words[at][len(key) + 1 :]]
        at += 1
        if rest[0].startswith("["):
            while not rest[-1].endswith("]") and at < len(words):
                rest.append(words[at])
                at += 1
        else:
            while at < len(words) and words[at].startswith(f"{key}:"):
                rest.append(words[at][len(key) + 1 :])
                at += 1
        members.append((key, rest))
    return members


def _try_members(words: list[str]) -> Members | None:
    try:
        return _members(words, _statement_key)
    except UnclearError:
        return None


def _statement_key(word: str) -> str:
    return _known(word.partition(":")[0], _STATEMENT)


def _principal_key(word: str) -> str:
    return _known(word.partition(":")[0], _PRINCIPALS)


def _operator_key(word: str) -> str:
    return _matched(_OPERATOR, word)


def _condition_key(word: str) -> str:
    return _matched(_CONDITION_KEY, word)


def _known(key: str, keys: set[str]) -> str:
    if key not in keys:
        raise UnclearError
    return key


def _matched(pattern: re.Pattern[str], word: str) -> str:
    match = pattern.match(word)
    if not match:
        raise UnclearError
    return match[1]


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


def _unique(members: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    pairs = list(members)
    if len(dict(pairs)) != len(pairs):
        raise UnclearError
    return dict(pairs)


def _statements_of(policy: dict[str, Any]) -> list[dict[str, Any]]:
    statements = policy["Statement"]
    return statements if isinstance(statements, list) else [statements]


def _could_hold_dollar(statement: dict[str, Any]) -> bool:
    """Return whether the statement has an element that often contains variables."""
    parts = {"Resource", "NotResource", "Principal", "NotPrincipal", "Condition"}
    return any(statement[part] not in ("*", ["*"]) for part in parts & set(statement))
