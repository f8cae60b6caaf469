"""Detects a policy that was typed without single quotes, and restores it.

A shell changes an unquoted policy in two ways:

* It removes all quotes, and splits the policy into words at spaces.
* bash, zsh and fish expand braces: an object with a comma is split at its commas into words, each
  of which repeats the text before and after the object. dash does not expand braces, and neither
  does any shell if the braces are inside quotes, as in ``"{"Statement":[...]}"``.

The words of a policy with one statement are joined, names and values get their quotes back, and the
result is expanded again. Only if that produces exactly the same words is the policy suggested. For
several statements, for a Condition, whose values can be any text, and whenever more than one policy
could have been typed, only the form of the command line is shown. Source: LEGACY.md (policies typed
without quotes).
"""

from __future__ import annotations

import json
import re
from itertools import groupby, pairwise, product
from typing import Any

from iamcli.policies.findings import POLICY, STATEMENT, findings
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
_SKIPPED = rf"[\s\"{_DOUBLE}{_SINGLE}]*"
_BEGINNING = re.compile(
    rf"{_SKIPPED}(\{{|({'|'.join((*POLICY, *STATEMENT))}){_SKIPPED}:)", re.IGNORECASE
)
_LAYOUT = re.compile(r"\s*([{}\[\]:,])\s*")

# No string in a suggested policy has a character that is special in JSON or in a shell.
_ARN = rf"""arn:(?:[^:/\s]*:){{4}}[^\s{{}}\[\],"'\\$`{_DOUBLE}{_SINGLE}]+"""
_VALUES = {
    "Version": r"2012-10-17|2008-10-17",
    "Id": r"[\w.-]+",
    "Sid": r"[\w.-]*",
    "Effect": r"Allow|Deny",
    "Principal": r"\*",
    "Action": r"\*|[\w*?-]+:[\w*?-]+",
    "Resource": rf"\*|{_ARN}",
    "AWS": rf"\*|\d{{12}}|{_ARN}",
    "Service": r"[\w.-]+",
    "Federated": rf"\w[\w./-]*|{_ARN}",
    "CanonicalUser": r"[0-9a-f]+",
}
_NOTHING = r"(?!)"
_OBJECTS = {"Statement", "Principal", "NotPrincipal"}
_NEVER_LISTS = {"Version", "Id", "Sid", "Effect", *_OBJECTS}
_NAME = re.compile(rf"(?<=[{{,])({'|'.join([*POLICY, *STATEMENT, *_VALUES])}):")
# After the quotes of the names are back: the value of a name, which may be empty, or one of a list.
_VALUE = re.compile(r'(?<=":)[^"{}\[\],]*(?=[,}])|(?<=[\[,])[^"{}\[\],]+(?=[\],])')
# What is before an object that can have several members.
_BEFORE_OBJECT = re.compile(r"^(?:\{?Statement:\[?|(?:Not)?Principal:)")
# The levels of a policy: policy, statement, condition, operator.
_MAX_DEPTH = 4
# More characters than IAM accepts, and few enough to be parsed quickly.
_MAX_LENGTH = 20_000
# A complete statement has one of these elements, which often contain variables.
_WHERE = {"Resource", "NotResource", "Principal", "NotPrincipal"}
# Text that may have contained a variable such as ${aws:username}, which the shell has removed.
_LOST_VARIABLE = re.compile(r"(?<!:)//|[/:]$|:::[/-]")


class UnclearError(Exception):
    """The policy cannot be determined from the words. The message, if any, says what is lost."""


def repair_policy(program: str, arguments: Sequence[str]) -> str | None:
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
    problem, advice = _UNQUOTED, _TYPE_THIS
    try:
        policy = _requoted(words)
        if not policy:
            policy, dollar = _restored(words)
            advice = _UNLESS_DOLLAR if dollar else _TYPE_THIS
        elif len(words) == 1:
            problem = _TYPOGRAPHIC
        operand = quoted(policy)
    except UnclearError as unclear:
        reason = f" (the arguments no longer show {unclear})" if str(unclear) else ""
        advice = f"The original policy cannot be determined{reason}. Put it in single quotes:"
        operand = FORM
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


def _requoted(words: list[str]) -> str:
    """Return the policy if only its quotes are wrong or it was only split at spaces, else "".

    An unquoted ``$POLICY`` is split at spaces.
    """
    joined = " ".join(words)
    for text in (joined, joined.translate(_ALL_QUOTES), joined.translate(_DOUBLE_QUOTES)):
        document = _json(text)
        if not isinstance(document, dict):
            continue
        if not words[1:]:
            return text
        compact = "".join(text.split())
        if _json(compact) != document:
            raise UnclearError("the spaces in its strings")
        return compact
    return ""


def _restored(words: list[str]) -> tuple[str, bool]:
    """Return the only policy that expands to ``words``, and whether it may have contained a ``$``.

    Raises UnclearError if there is none.
    """
    words = [word.translate(_DOUBLE_QUOTES) for word in words]
    # Expansion repeats typographic single quotes, which are no quotes to a shell.
    if all(word.startswith(_SINGLE[0]) and word.endswith(_SINGLE[1]) for word in words):
        words = [word[1:-1] for word in words]
    joined = " ".join(words)
    if len(joined) > _MAX_LENGTH:
        raise UnclearError
    # Otherwise the braces were expanded.
    whole = joined.startswith("{") and _closing(joined, 0)[0] == len(joined) - 1
    arrived = [joined] if whole else words
    parts = [_LAYOUT.sub(r"\1", word.replace('"', "")).strip() for word in arrived]
    if any(re.search(r"\s", part) for part in parts):
        raise UnclearError("the spaces in its strings")
    text = ",".join(_unexpanded(parts))
    policy, statement = _parsed(text if text.startswith("{") else f"{{{text}}}")
    # Spaces between words are part of the layout, but those inside words may be part of a string.
    mixed = whole and len(words) > 1 and any(re.search(r"\s", word) for word in words)
    layouts = _layouts(policy, quotes='"' in joined)
    if mixed or all(arrived != ([text] if whole else expand_braces(text)) for text in layouts):
        raise UnclearError("the spaces in its strings" if " " in joined else "")
    dollar = any(statement[part] not in ("*", ["*"]) for part in _WHERE & set(statement))
    return json.dumps(policy, separators=(",", ":"), ensure_ascii=False), dollar


def _unexpanded(words: list[str]) -> list[str]:
    """Return ``words`` with those joined that probably were the members of one object."""
    joined: list[str] = []
    for found, group in groupby(words, _BEFORE_OBJECT.findall):
        members = list(group)
        if found and len(members) > 1:
            before = found[0]
            after = "]" * before.count("[") + "}" * before.count("{")
            inside = [word[len(before) : len(word) - len(after)] for word in members]
            members = [f"{before}{{{','.join(_unexpanded(inside))}}}{after}"]
        joined += members
    return joined


def _parsed(text: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the policy that is ``text`` without quotes, and its statement."""
    if re.search(r"\bCondition:", text):
        raise UnclearError("which values of its Condition were in quotes")
    text = _VALUE.sub(r'"\g<0>"', _NAME.sub(r'"\1":', text))
    policy = _json(text)
    if not isinstance(policy, dict) or findings(text):
        raise UnclearError
    statements = policy["Statement"]
    statement, *others = statements if isinstance(statements, list) else [statements]
    if others or not _WHERE & set(statement):
        raise UnclearError
    _check({**policy, "Statement": statement})
    return policy, statement


def _check(members: dict[str, Any]) -> None:
    """Raise UnclearError if the value of one of ``members`` may have been another."""
    for name, value in members.items():
        if name in _OBJECTS and isinstance(value, dict) and value:
            _check(value)
            continue
        texts = value if isinstance(value, list) and name not in _NEVER_LISTS else [value]
        pattern = _VALUES.get(name.removeprefix("Not"), _NOTHING)
        if not texts or not all(re.fullmatch(pattern, str(text), re.ASCII) for text in texts):
            raise UnclearError
        if name.endswith("Resource") and any(map(_LOST_VARIABLE.search, texts)):
            raise UnclearError("whether it contained a $")


def _layouts(policy: dict[str, Any], *, quotes: bool) -> Iterable[str]:
    """Yield the text of ``policy`` in each layout that uses spaces consistently."""
    commas, colons, pads = (",", ", ", " , "), (":", ": ", " : "), ("", " ")
    for comma, colon, brace, bracket in product(commas, colons, pads, pads):
        text = json.dumps(policy, separators=(comma, colon), ensure_ascii=False)
        # No string in a reconstructed policy contains a brace or a bracket.
        text = text.replace("{", "{" + brace).replace("}", brace + "}")
        text = text.replace("[", "[" + bracket).replace("]", bracket + "]")
        yield text if quotes else text.replace('"', "")


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
