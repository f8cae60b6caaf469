"""A policy typed without single quotes: what the shell made of it, and what it was.

Source: issue 4, point 6, and behaviour.md ("A policy typed without quotes"). Two things happen to
such a policy, and the second depends on the shell:

* every quote is gone, and blanks between the parts may have cut it into several words;
* bash, zsh and fish expand braces: an object with a comma in it loses its braces and falls apart at
  its commas, each part as one word that repeats what stood before and after the object. dash does
  not; neither does any shell where only the braces were inside quotes: ``"{"Statement":[...]}"``.

The policy is read back by the grammar of IAM's policies and torn again by the same rules; only if
that yields the very words that arrived is it offered. What the words do not decide is never chosen.
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

_TORN = "The shell took the policy apart, because it is not in single quotes; nothing was sent."
_CURLY = "The policy's quotes are not the straight double ones of JSON; nothing was sent."
_DOLLAR = "Unless it held a $ (as in ${aws:username}), which the shell has replaced, type:"

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

# No text that is offered holds a character that is structure, quoting or expansion to anyone.
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
# Policy, statement, condition, operator.
_MAX_DEPTH = 4
# Far above what IAM takes, and little enough to be read at once.
_MAX_LENGTH = 20_000
# A statement without one of each cannot be whole.
_REQUIRED = (
    {"Effect"},
    {"Action", "NotAction"},
    {"Resource", "NotResource", "Principal", "NotPrincipal"},
)
_OPERATOR = re.compile(
    r"((?:For(?:AllValues|AnyValue):)?(String|Numeric|Date|Bool|Binary|NotIp|Ip|Arn|Null)\w*):"
)
# What the values of some conditions look like; those of the others are free.
_OPERANDS = {
    "Ip": r"[0-9A-Fa-f.:]+(?:/\d+)?",
    "NotIp": r"[0-9A-Fa-f.:]+(?:/\d+)?",
    "Arn": rf"\*|{_ARN}",
    "Date": r"\d{4}-\d\d-\d\d(?:T[\d:.]+Z?)?",
}
_CONDITION_KEY = re.compile(r"([\w./-]+:[\w./=@+-]+):", re.ASCII)
_NOT_ONLY_TEXT = re.compile(r"true|false|null|-?\d+(\.\d+)?([eE][-+]?\d+)?", re.IGNORECASE)
# What a vanished ${aws:username} leaves behind.
_HOLE = re.compile(r"(?<!:)//|[/:]$|:::[/-]")


class _UnclearError(Exception):
    """The words do not decide what the policy was; says what they lack, if that has a name."""


class _Policy(NamedTuple):
    """A policy put together again: its text, and whether a lost ``$`` could go unnoticed."""

    text: str
    dollar: bool = False


def explain(program: str, argv: Sequence[str], option: str = "-o") -> str | None:
    """Tell what the shell did to a policy, and how the command has to be typed.

    ``program`` is the command's name, ``argv`` the words after it as they arrived, ``option`` the
    option that takes the policy. Out comes the text to be shown, without a newline at its end; None
    where the option is absent or its operand is no remains of a policy (valid JSON, a plain text, a
    file name, JSON with a mistake in it). Raises nothing. Source: issue 4, point 6.
    """
    for start, end in _operands(argv, option):
        words = list(argv[start:end])
        if _is_torn(words):
            return _told(words, [program, *argv[:start]], argv[end:])
    return None


def _told(words: list[str], before: Sequence[str], after: Sequence[str]) -> str:
    happened = _TORN
    try:
        policy = _requoted(words)
        if policy and len(words) == 1:
            happened = _CURLY
        policy = policy or _put_together(words)
    except _UnclearError as unclear:
        why = f" (the words no longer show {unclear})" if str(unclear) else ""
        advice = f"What it was cannot be told for certain{why}. Put it in single quotes:"
        shown = FORM
    else:
        advice = _DOLLAR if policy.dollar else "Type it like this:"
        shown = shlex.quote(policy.text)
    line = " ".join([*map(shlex.quote, before), shown, *map(shlex.quote, after)])
    return f"{happened}\n{advice}\n  {line}"


def _operands(argv: Sequence[str], option: str) -> Iterable[tuple[int, int]]:
    """Tell where the words after each occurrence of the option begin and end."""
    at = 0
    while at < len(argv):
        word = argv[at]
        at += 1
        if word == option:
            start = at
            while at < len(argv) and not _OPTION.fullmatch(argv[at]):
                at += 1
            yield start, at
        elif word not in _FLAGS and "=" not in word and _OPTION.fullmatch(word):
            at += 1


def _is_torn(words: list[str]) -> bool:
    if not words or not _BEGINNING.match(words[0]) or _json(words[0]) is not None:
        return False
    # One word with its quotes in place is JSON with a mistake in it: not the shell's doing.
    return len(words) > 1 or '"' not in words[0] or not _curly_free(words[0])


def _curly_free(text: str) -> bool:
    return not set(text) & {*_DOUBLE, *_SINGLE}


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _requoted(words: list[str]) -> _Policy | None:
    """Return the policy if it only wants other quotes or was only cut at blanks, as ``$POLICY``."""
    joined = " ".join(words)
    for text in (joined, joined.translate(_ALL_QUOTES), joined.translate(_DOUBLE_QUOTES)):
        document = _json(text)
        if not isinstance(document, dict):
            continue
        if len(words) == 1:
            return _Policy(text)
        compact = "".join(text.split())
        if _json(compact) != document:
            raise _UnclearError("the blanks in its texts")
        return _Policy(compact)
    return None


def _put_together(words: list[str]) -> _Policy:
    """Return the one policy that tears into these words; raise if there is no such."""
    words = _without_outer_quotes([word.translate(_DOUBLE_QUOTES) for word in words])
    joined = " ".join(words)
    if len(joined) > _MAX_LENGTH:
        raise _UnclearError
    whole = _is_one_object(joined)
    quoted = '"' in joined
    arrived = [joined] if whole else words
    parts = [_LAYOUT.sub(r"\1", word.replace('"', "")).strip() for word in arrived]
    if any(re.search(r"\s", part) for part in parts):
        raise _UnclearError("the blanks in its texts")
    # Where braces were not expanded, a comma may be one of a text.
    policy = _policy(
        _tear(parts[0]) if whole else parts, _Conditions(commas=whole and "," in joined)
    )
    text = json.dumps(policy, separators=(",", ":"), ensure_ascii=False)
    # Between words only the layout can have had a blank; inside them also a text. Not both.
    mixed = whole and len(words) > 1 and any(re.search(r"\s", word) for word in words)
    if mixed or not any(_tears_into(arrived, layout) for layout in _layouts(text, quoted=quoted)):
        raise _UnclearError("the blanks in its texts" if " " in joined else "")
    return _Policy(text, dollar=any(map(_could_hold_dollar, _statements_of(policy))))


def _layouts(text: str, *, quoted: bool) -> Iterable[str]:
    """Write a compact policy with blanks in every way that is the same from end to end."""
    document = json.loads(text)
    commas, colons, pads = (",", ", ", " , "), (":", ": ", " : "), ("", " ")
    for comma, colon, brace, bracket in product(commas, colons, pads, pads):
        text = json.dumps(document, separators=(comma, colon), ensure_ascii=False)
        # No text that is read back holds a brace or a bracket.
        text = text.replace("{", "{" + brace).replace("}", brace + "}")
        text = text.replace("[", "[" + bracket).replace("]", bracket + "]")
        yield text if quoted else text.replace('"', "")


def _tears_into(words: list[str], text: str) -> bool:
    """Tell whether the shell makes these words of the text, with its braces expanded or not."""
    return words == ([text] if _is_one_object(words[0]) and len(words) == 1 else _tear(text))


def _without_outer_quotes(words: list[str]) -> list[str]:
    """Take off typographic single quotes around it all: expanded braces repeat them."""
    if all(word.startswith(_SINGLE[0]) and word.endswith(_SINGLE[1]) for word in words):
        return _without(words, _SINGLE[0], _SINGLE[1])
    return words


def _is_one_object(text: str) -> bool:
    """Whether the brace that opens the text is closed by the one that ends it."""
    return text.startswith("{") and _closing(text, 0)[0] == len(text) - 1


def _closing(text: str, start: int) -> tuple[int, list[int]]:
    """Where the brace at ``start`` is closed, -1 if nowhere, and the commas directly inside it."""
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


def _tear(text: str) -> list[str]:
    """Expand braces as bash, zsh and fish do, as far as a policy can hold them."""
    start = text.find("{")
    while start >= 0:
        end, commas = _closing(text, start)
        if end >= 0 and commas:
            break
        start = text.find("{", start + 1)
    else:
        return [text]
    before, after = text[:start], text[end + 1 :]
    # In JSON a comma stands between two objects, so nothing is ever left to multiply.
    if "{" in after:
        raise _UnclearError
    cuts = [start, *commas, end]
    parts = [text[left + 1 : right] for left, right in pairwise(cuts)]
    return [before + word + after for part in parts for word in _tear(part)]


class _Conditions(NamedTuple):
    """Reads the conditions of a statement, where texts are free.

    ``commas`` says that there are some which may belong to a text.
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
            raise _UnclearError(f"where each value of {key} ends")
        for text in _texts(value):
            if _NOT_ONLY_TEXT.fullmatch(text):
                raise _UnclearError(f"whether {text} stood in quotes")
            if _HOLE.search(text):
                raise _UnclearError("whether a $ in it was replaced")
            if "/" in key.partition(":")[2] and ":" in text:
                raise _UnclearError(f"where the key {key} ends")
        return value


def _policy(words: list[str], conditions: _Conditions) -> dict[str, Any]:
    """Read a policy from its torn words."""
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
            raise _UnclearError
    if not statements:
        raise _UnclearError
    return _unique(
        (key, _statement_value(statements, later, conditions) if key == "Statement"
         else _value(rest, _SCALARS[key]))
        for key, rest in members
    )  # fmt: skip


def _statement_value(words: list[str], later: list[str], conditions: _Conditions) -> Any:
    """Read the value of Statement: the words that began with that key, and those after."""
    if not words[0].startswith("["):
        if later:
            raise _UnclearError
        return _statement(words, conditions)
    words = _without(words, "[", "")
    if not later:
        return [_statement(_without(words, "", "]"), conditions)]
    return [_statement(words, conditions), *_later_statements(later, conditions)]


def _later_statements(words: list[str], conditions: _Conditions) -> list[Any]:
    """Read all statements but the first: a bracket marks the end of the last, nothing the rest."""
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
        raise _UnclearError("where each statement ends")
    if not found:
        raise _UnclearError
    return found[0]


def _partitions(members: Members, conditions: _Conditions) -> list[list[Any]]:
    """Cut a row of members into statements in every way; of more than two ways two are enough."""
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
        raise _UnclearError
    return statement


def _try_statement(members: Members, conditions: _Conditions) -> dict[str, Any] | None:
    """Read a statement, if its members make one; what only lacks a sign raises all the same."""
    keys = {key for key, _ in members}
    if len(keys) < len(members) or not all(choice & keys for choice in _REQUIRED):
        return None
    try:
        return {key: _statement_member(key, words, conditions) for key, words in members}
    except _UnclearError as unclear:
        if str(unclear):
            raise
        return None


def _statement_member(key: str, words: list[str], conditions: _Conditions) -> Any:
    if key == "Condition":
        return conditions.read(words)
    if key in {"Principal", "NotPrincipal"}:
        return "*" if words == ["*"] else _principal(words)
    value = _value(words, _SCALARS[key], lists=key in _LISTS)
    if key in {"Resource", "NotResource"} and any(map(_HOLE.search, _texts(value))):
        raise _UnclearError("whether a $ in it was replaced")
    return value


def _principal(words: list[str]) -> dict[str, Any]:
    members = _members(_inside(words), _principal_key)
    return _unique((key, _value(rest, _SCALARS[key], lists=True)) for key, rest in members)


def _value(words: list[str], pattern: str, *, lists: bool = False) -> Any:
    """Read a text, or a list of texts: a word each, brackets at its ends."""
    listed = lists and words[0].startswith("[") and words[-1].endswith("]")
    if listed:
        words = [words[0][1:], *words[1:]]
        words[-1] = words[-1][:-1]
    elif len(words) > 1:
        raise _UnclearError
    if not all(re.fullmatch(pattern, word, re.ASCII) for word in words):
        raise _UnclearError
    return words if listed else words[0]


def _texts(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def _members(words: list[str], key_of: Callable[[str], str]) -> Members:
    """Sort torn words by the key that they begin with; more elements of a list come without it."""
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
    except _UnclearError:
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
        raise _UnclearError
    return key


def _matched(pattern: re.Pattern[str], word: str) -> str:
    match = pattern.match(word)
    if not match:
        raise _UnclearError
    return match[1]


def _inside(words: list[str]) -> list[str]:
    """Return what an object holds: its braces are still there only if no comma was inside."""
    if all(word.startswith("{") for word in words):
        return _without(words, "{", "}")
    if len(words) == 1:
        raise _UnclearError
    return words


def _without(words: list[str], first: str, last: str) -> list[str]:
    """Take off what each word begins and ends with."""
    if not all(word.startswith(first) and word.endswith(last) for word in words):
        raise _UnclearError
    return [word[len(first) : len(word) - len(last)] for word in words]


def _unique(members: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    pairs = list(members)
    if len(dict(pairs)) != len(pairs):
        raise _UnclearError
    return dict(pairs)


def _statements_of(policy: dict[str, Any]) -> list[dict[str, Any]]:
    statements = policy["Statement"]
    return statements if isinstance(statements, list) else [statements]


def _could_hold_dollar(statement: dict[str, Any]) -> bool:
    """Whether the statement has a part in which variables are usual: IAM's, or the shell's."""
    parts = {"Resource", "NotResource", "Principal", "NotPrincipal", "Condition"}
    return any(statement[part] not in ("*", ["*"]) for part in parts & set(statement))
