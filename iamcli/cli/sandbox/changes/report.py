"""What a command changed in the private IAM, as text for people or as JSON for programs."""

from __future__ import annotations

import difflib
import itertools
import json
from collections import Counter
from datetime import timedelta
from typing import Any, NamedTuple

from iamcli.cli.account_file.schema import parsed_date
from iamcli.cli.sandbox.changes.comparison import Change, subject
from iamcli.errors import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

#: A key that was used within this time may still be in use.
RECENTLY = timedelta(days=90)

_SIGNS = {"create": "+", "update": "~", "delete": "-"}
_DONE = {"create": "created", "update": "updated", "delete": "deleted"}

#: Members of which a change is not shown: it follows from another one, or is shown in another way.
_NOT_SHOWN = frozenset({"AccessKeyLastUsed", "Arn", "DefaultVersionId", "UpdateDate"})

#: Members that are not known if they and the other one are absent; other members are none then.
_UNKNOWN_WITHOUT = {
    "Description": "MaxSessionDuration",
    "MaxSessionDuration": "MaxSessionDuration",
    "Tags": "Tags",
}

#: The elements of a statement that can be ``*``, and the values that mean the same.
_STARS = {"Action": ("*", "*:*"), "Resource": ("*",), "Principal": ("*",)}


class Report(NamedTuple):
    """The report of a command that has ended.

    ``changes``: as ``comparison.changes`` returns them; ``refused``: the requests that the
    private IAM refused, each with ``operation``, ``code`` and ``message``; ``unknown``: the types
    that the copy lacks; ``taken``: the date of the copy; ``status``: the exit status;
    ``without_environment``: the commands that sent nothing because their environment was reset, one
    for each time; ``running``: the processes that the command has started and that still ran;
    ``reached``: whether a request has reached the private IAM.
    """

    changes: Sequence[Change]
    refused: Sequence[Mapping[str, str]]
    unknown: Sequence[str]
    taken: str
    status: int
    without_environment: Sequence[str] = ()
    running: Sequence[str] = ()
    reached: bool = True

    def as_json(self) -> str:
        """Return the report as a JSON object and a line feed."""
        content = self._asdict()
        del content["taken"]
        # A byte of a document that is not UTF-8 is a surrogate, which JSON can escape.
        text = json.dumps(content, indent=1, ensure_ascii=False)
        return text.encode("utf-8", "backslashreplace").decode() + "\n"

    def as_text(self) -> str:
        """Return the report as lines."""
        lines = [self._title(), *self._things(), *self._refusals()]
        lines += not_covered(self.without_environment, self.running)
        if self.unknown:
            lines.append(lacking(self.unknown))
        lines += [f"warning: {warning}" for warning in self.warnings()]
        return "".join(f"{visible(line)}\n" for line in lines)

    def warnings(self) -> list[str]:
        """Return what may break or open more than was intended, one line each."""
        warnings: list[str] = []
        deleted = {
            _identity(one): one["before"] for one in self.changes if one["action"] == "delete"
        }
        for change in self.changes:
            of = change["of"] or "the account"
            if change["type"] == "access-key":
                warnings += _key_warning(change, of, self.taken)
            # What was deleted and created again is compared with what it was.
            before = change["before"] or deleted.get(_identity(change))
            for name, old, new in _documents({**change, "before": before}):
                if gained := _gained(old, new):
                    whose = f" of {of}" if change["of"] else ""
                    warnings.append(f"{name}{whose} gained * in {' and '.join(gained)}")
        return warnings

    def _title(self) -> str:
        counts = Counter(change["action"] for change in self.changes)
        parts = [f"{counts[action]} {done}" for action, done in _DONE.items() if counts[action]]
        none = "none" if self.reached else "none; no request reached it"
        return f"changes in the private IAM: {', '.join(parts) or none}"

    def _things(self) -> Iterator[str]:
        for thing, changes in itertools.groupby(self.changes, subject):
            yield thing
            for change in changes:
                name = "" if change["name"] is None else f" {change['name']}"
                yield f"  {_SIGNS[change['action']]} {change['type']}{name}"
                yield from (f"      {line}" for line in _details(change))

    def _refusals(self) -> Iterator[str]:
        for title, missing in (("refused requests", False), ("look-ups that found nothing", True)):
            counts = Counter(
                f"{one['operation']}: {one['code']}: {one['message']}"
                for one in self.refused
                if _found_nothing(one) is missing
            )
            if counts:
                yield title
            for line, count in counts.items():
                yield f"  {line}{f' ({count} times)' if count > 1 else ''}"


def not_covered(without_environment: Sequence[str], running: Sequence[str]) -> list[str]:
    """Return the lines about what may have changed, or may still change, something else.

    The arguments are those of ``Report``.
    """
    lines = []
    if without_environment:
        counts = Counter(without_environment)
        names = (f"{name} ({n} times)" if n > 1 else name for name, n in counts.items())
        lines.append(f"sent nothing, because the environment was reset: {', '.join(names)}")
    if running:
        lines.append(f"still running, but no longer in the sandbox: {', '.join(running)}")
    return lines


def lacking(types: Sequence[str]) -> str:
    """Return the line about the ``types`` that a copy lacks."""
    return f"not in the copy, or only partly: {', '.join(types)}"


def _found_nothing(refused: Mapping[str, str]) -> bool:
    """Return whether a refused request asked for what does not exist, and could change nothing."""
    return refused["code"] == "NoSuchEntity" and refused["operation"].startswith(("Get", "List"))


def _identity(change: Change) -> tuple[str | None, ...]:
    """Return what a thing has in common with another one that takes its place."""
    return change["type"], change["of"], change["name"]


def _details(change: Change) -> Iterator[str]:
    """Yield what has changed in a thing, and the documents of a new one."""
    documents = list(_documents(change))
    if change["action"] == "create":
        for _, _, after in documents:
            yield from (f"+{line}" for line in _pretty(after) or after.splitlines())
        return
    if change["action"] == "delete":
        return
    yield from _members(change["before"], change["after"])
    for name, before, after in documents:
        old, new = _pretty(before), _pretty(after)
        if old == new or not old or not new:
            old, new = before.splitlines(), after.splitlines()
        titles = f"{name}, before", f"{name}, after"
        yield from difflib.unified_diff(old, new, *titles, lineterm="")


def _members(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    """Yield each member that differs, except documents."""
    for member in dict.fromkeys((*before, *after)):
        if before.get(member) == after.get(member):
            continue
        if member == "password":
            yield "the password"
        elif member not in _NOT_SHOWN and not member.endswith("Document"):
            yield f"{member}: {_value(member, before)} -> {_value(member, after)}"


def _value(member: str, record: Mapping[str, Any]) -> str:
    needed = _UNKNOWN_WITHOUT.get(member)
    if needed and needed not in record and member not in record:
        return "unknown"
    value = record.get(member)
    if value in (None, "", []):
        return "none"
    if member == "Tags":
        return ", ".join(f"{tag['Key']}={tag['Value']}" for tag in value)
    if member == "PolicyVersionList":
        return ", ".join(
            f"{version['VersionId']}{' (default)' * version['IsDefaultVersion']}"
            for version in value
        )
    if member == "PermissionsBoundary":
        return str(value["PermissionsBoundaryArn"])
    return value if isinstance(value, str) else json.dumps(value)


def _documents(change: Change) -> Iterator[tuple[str, str, str]]:
    """Yield each document of a thing: its name, and its text before and after, "" for none."""
    before, after = change["before"] or {}, change["after"] or {}
    if change["type"] == "policy":
        yield f"policy {change['name']}", _document(before), _document(after)
    elif change["type"] == "role":
        member = "AssumeRolePolicyDocument"
        name = f"trust policy of role {change['name']}"
        yield name, before.get(member, ""), after.get(member, "")


def _document(policy: Mapping[str, Any]) -> str:
    """Return the document of an inline policy, or that of a managed policy that is in effect."""
    versions = policy.get("PolicyVersionList", ())
    default = (version["Document"] for version in versions if version["IsDefaultVersion"])
    return str(policy.get("PolicyDocument") or next(default, ""))


def _pretty(document: str) -> list[str]:
    """Return the lines of a document, one for each element; nothing if it is not JSON."""
    try:
        return json.dumps(json.loads(document), indent=2, ensure_ascii=False).splitlines()
    except (ValueError, RecursionError):
        return []


def _key_warning(change: Change, of: str, taken: str) -> Iterator[str]:
    before, after = change["before"], change["after"]
    if before is None or (after and (before["Status"], after["Status"]) != ("Active", "Inactive")):
        return
    what = f"access key {change['name']} of {of} was {'deactivated' if after else 'deleted'}"
    used = before.get("AccessKeyLastUsed")
    if used is None:
        yield f"{what}; it is not known when it was last used"
        return
    date = used.get("LastUsedDate")
    if date and parsed_date(taken) - parsed_date(date) <= RECENTLY:
        yield f"{what}; it was last used on {date[:10]}"


def _gained(before: str, after: str) -> list[str]:
    """Return the elements that are ``*`` in more statements than before."""
    old, new = Counter(_stars(before)), Counter(_stars(after))
    return [element for element in _STARS if new[element] > old[element]]


def _stars(document: str) -> Iterator[str]:
    """Yield the elements that are ``*`` in each statement that allows something."""
    try:
        statements = json.loads(document)["Statement"]
    except (ValueError, LookupError, TypeError, RecursionError):
        return
    for statement in statements if isinstance(statements, list) else [statements]:
        if not isinstance(statement, dict) or str(statement.get("Effect")).lower() != "allow":
            continue
        for element, stars in _STARS.items():
            if any(star in _texts(statement.get(element)) for star in stars):
                yield element


def _texts(value: Any) -> Iterable[Any]:
    """Return the values of an element: a string, a list, or lists by type in a principal."""
    if isinstance(value, dict):
        return [text for inner in value.values() for text in _texts(inner)]
    return value if isinstance(value, list) else [value]
