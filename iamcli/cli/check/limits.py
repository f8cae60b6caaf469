"""What the values of options must look like. Source: the limits in the API reference of IAM."""

from __future__ import annotations

import re
from typing import NamedTuple

from iamcli.parsing.options import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iamcli.parsing.options import Option


class Limit(NamedTuple):
    """A pattern for a value, its length, and what it is called in messages."""

    what: str
    low: int
    high: int
    pattern: str


_NAME = r"[\w+=,.@-]+"
_USER = Limit("a user name", 1, 64, _NAME)
_ROLE = Limit("a role name", 1, 64, _NAME)
_GROUP = Limit("a group name", 1, 128, _NAME)
_PROFILE = Limit("an instance profile name", 1, 128, _NAME)
_POLICY = Limit("a policy name", 1, 128, _NAME)
_CERTIFICATE = Limit("a server certificate name", 1, 128, _NAME)
_PATH = Limit("a path", 1, 512, r"/|/[!-~]+/")
_PREFIX = Limit("a path prefix", 1, 512, r"/[!-~]*")
_CODE = Limit("a code of an MFA device", 6, 6, r"[0-9]+")

#: The limits by placeholder.
_LIMITS = {
    "USERNAME": _USER,
    "NEWUSERNAME": _USER,
    "GROUPNAME": _GROUP,
    "GROUPS": _GROUP,
    "NEWGROUPNAME": _GROUP,
    "ROLENAME": _ROLE,
    "INSTANCEPROFILENAME": _PROFILE,
    "POLICYNAME": _POLICY,
    "SERVERCERTNAME": _CERTIFICATE,
    "NEWSERVERCERTNAME": _CERTIFICATE,
    "DEVICENAME": Limit("a name of an MFA device", 1, 226, _NAME),
    "SERIAL": Limit("a serial number", 9, 256, r"[\w+=/:,.@-]+"),
    "ACCESSKEYID": Limit("an access key ID", 16, 128, r"\w+"),
    "CERTIFICATEID": Limit("a certificate ID", 24, 128, r"\w+"),
    "CODE1": _CODE,
    "CODE2": _CODE,
    "PATHPREFIX": _PREFIX,
    "ACCOUNTALIAS": Limit(
        "an account alias", 3, 63, r"(?![0-9]{12}\Z)[a-z0-9](-(?!-)|[a-z0-9])*(?<!-)"
    ),
    "ASSIGNMENTSTATUS": Limit("an assignment status", 1, 10, "Assigned|Unassigned|Any"),
}
_LENGTH_OF_PASSWORDS = range(6, 129)


def refused(option: Option, text: str) -> tuple[str, str] | None:
    """Return why ``text`` cannot be the value of ``option``, and what to do; None if it can."""
    try:
        value = option.value(text)
    except UsageError as error:
        return _converted(option, text, error)
    shown = "the value" if option.secret else f'"{text}"'
    if option.dest == "length" and value not in _LENGTH_OF_PASSWORDS:
        return f"{shown} is not a number from 6 to 128", _allowed(option)
    limit = _limit(option)
    if limit is None:
        return None
    checked = str(value)
    if not limit.low <= len(checked) <= limit.high:
        length = f"{limit.low}" if limit.low == limit.high else f"{limit.low} to {limit.high}"
        return f"{shown} cannot be {limit.what}: it has {_characters(checked)}", (
            f"{limit.what} has {length} characters"
        )
    if not re.fullmatch(limit.pattern, checked, re.ASCII):
        return f"{shown} cannot be {limit.what}", _allowed(option)
    return None


def _characters(text: str) -> str:
    return "1 character" if len(text) == 1 else f"{len(text)} characters"


def _limit(option: Option) -> Limit | None:
    if option.metavar in ("PATH", "NEWPATH"):
        return _PATH if option.convert else _PREFIX
    return _LIMITS.get(option.metavar or "")


def _converted(option: Option, text: str, error: UsageError) -> tuple[str, str]:
    if option.choices:
        return f'"{text}" is not a value of {option.name}', f"use {' or '.join(option.choices)}"
    message = f"the value of {option.name} is not valid" if option.secret else str(error)
    return message, _allowed(option)


def _allowed(option: Option) -> str:
    parts = option.limits.replace("`", "").split("; ")
    # Whether the option is required has nothing to do with its value.
    limits = "; ".join(part for part in parts if not part.startswith("required"))
    if option.metavar and "=" in option.metavar:
        limits = f"{option.metavar}, {limits}"
    return f"allowed: {limits}" if limits else "change the value"
