"""Takes values out of responses, and checks them, by the tables in ``schema``."""

from __future__ import annotations

from iamcli.cli.account_file import dates
from iamcli.cli.account_file.arns import is_account
from iamcli.cli.account_file.schema import (
    ACCOUNT,
    COUNTS,
    DATE,
    DOCUMENT,
    FLAG,
    NUMBER,
    TEXT,
    OrNull,
)
from iamcli.errors import Failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

#: The Python types of the values, and their names in messages.
_TYPES = {
    TEXT: (str, "a text"),
    DATE: (str, "a date"),
    DOCUMENT: (str, "a text"),
    FLAG: (bool, "true or false"),
    NUMBER: (int, "a number"),
    ACCOUNT: (str, "an account number of 12 digits"),
}


def pick(kind: Any, value: Any, convert: Mapping[str, Callable[[Any], Any]]) -> Any:
    """Return a copy of ``value`` with only the members that ``kind``, a part of the schema, has.

    ``convert``: functions for values, by their kind (DATE, DOCUMENT). A missing list is empty. If
    another required member is missing, this raises what ``value`` raises: Failure or KeyError. A
    value of another type is returned as it is; ``check`` finds it.
    """
    if isinstance(kind, OrNull):
        return None if value is None else pick(kind.kind, value, convert)
    if isinstance(kind, list) and isinstance(value, list):
        return [pick(kind[0], element, convert) for element in value]
    if isinstance(kind, dict) and isinstance(value, dict):
        return _pick_members(kind, value, convert)
    if isinstance(kind, str) and kind in convert:
        return convert[kind](value)
    return value


def _pick_members(
    record: dict[str, Any], value: dict[str, Any], convert: Mapping[str, Callable[[Any], Any]]
) -> dict[str, Any]:
    picked = {}
    for name, kind in record.items():
        member = name.removesuffix("?")
        if member in value:
            picked[member] = pick(kind, value[member], convert)
        elif name == member:
            picked[member] = [] if isinstance(kind, list) else value[member]
    return picked


def check(kind: Any, value: Any, where: str) -> None:
    """Raise Failure if ``value`` is not of the ``kind``, a part of the schema.

    ``where``: the place of the value, which the message begins with ("users[3].Arn"). Members that
    the schema does not have are ignored.
    """
    if isinstance(kind, OrNull):
        if value is not None:
            check(kind.kind, value, where)
    elif isinstance(kind, list):
        _require(value, list, "a list", where)
        for number, element in enumerate(value):
            check(kind[0], element, f"{where}[{number}]")
    elif isinstance(kind, dict):
        _require(value, dict, "an object", where)
        _check_members(kind, value, f"{where}." if where else "")
    elif kind == COUNTS:
        _require(value, dict, "an object", where)
        for name, number in value.items():
            check(NUMBER, number, f"{where}.{name}")
    else:
        _require(value, *_TYPES[kind], where)
        _check_text(kind, value, where)


def _check_text(kind: str, value: Any, where: str) -> None:
    if kind == ACCOUNT and not is_account(value):
        raise Failure(f"{where} is not {_TYPES[kind][1]}")
    if kind == DATE:
        try:
            dates.parsed(value)
        except ValueError:
            raise Failure(f"{where} is not a date: {value}") from None


def _check_members(record: dict[str, Any], value: dict[str, Any], prefix: str) -> None:
    for name, kind in record.items():
        member = name.removesuffix("?")
        if member in value:
            check(kind, value[member], f"{prefix}{member}")
        elif name == member:
            raise Failure(f"{prefix}{member} is missing")


def _require(value: Any, python_type: type, name: str, where: str) -> None:
    # In Python, True is a number too.
    if not isinstance(value, python_type) or (python_type is int and isinstance(value, bool)):
        raise Failure(f"{where or 'it'} is not {name}")
