"""Takes values out of responses, and checks them, by the tables in ``schema``."""

from __future__ import annotations

from iamcli.cli.account_file import schema
from iamcli.cli.account_file.arns import is_account
from iamcli.errors import Failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

#: The Python types of the values, and their names in messages.
_TYPES = {
    schema.TEXT: (str, "a text"),
    schema.DATE: (str, "a date"),
    schema.DOCUMENT: (str, "a text"),
    schema.FLAG: (bool, "true or false"),
    schema.NUMBER: (int, "a number"),
    schema.ACCOUNT: (str, "an account number of 12 digits"),
}


def pick(value_type: Any, value: Any, convert: Mapping[str, Callable[[Any], Any]]) -> Any:
    """Return a copy of ``value`` with only the members that ``value_type``, of the schema, has.

    ``convert``: functions for values, by their type (DATE, DOCUMENT). A missing list is empty. If
    another required member is missing, this raises what ``value`` raises: Failure or KeyError. A
    value of another type is returned as it is; ``check`` finds it.
    """
    if isinstance(value_type, schema.OrNull):
        return None if value is None else pick(value_type.value_type, value, convert)
    if isinstance(value_type, list) and isinstance(value, list):
        return [pick(value_type[0], element, convert) for element in value]
    if isinstance(value_type, dict) and isinstance(value, dict):
        picked = {}
        for name, member_type in value_type.items():
            member = name.removesuffix("?")
            if member in value:
                picked[member] = pick(member_type, value[member], convert)
            elif name == member:
                picked[member] = [] if isinstance(member_type, list) else value[member]
        return picked
    convertible = isinstance(value_type, str) and value_type in convert
    return convert[value_type](value) if convertible else value


def check(value_type: Any, value: Any, where: str) -> None:
    """Raise Failure if ``value`` is not of the ``value_type``, a part of the schema.

    ``where``: the place of the value, which the message begins with ("users[3].Arn"). Members that
    the schema does not have are ignored.
    """
    if isinstance(value_type, schema.OrNull):
        if value is not None:
            check(value_type.value_type, value, where)
    elif isinstance(value_type, list):
        _require(value, list, "a list", where)
        for number, element in enumerate(value):
            check(value_type[0], element, f"{where}[{number}]")
    elif isinstance(value_type, dict):
        _require(value, dict, "an object", where)
        _check_members(value_type, value, f"{where}." if where else "")
    elif value_type == schema.COUNTS:
        _require(value, dict, "an object", where)
        for name, number in value.items():
            check(schema.NUMBER, number, f"{where}.{name}")
    else:
        _require(value, *_TYPES[value_type], where)
        _check_text(value_type, value, where)


def _check_members(record: dict[str, Any], value: dict[str, Any], prefix: str) -> None:
    for name, value_type in record.items():
        member = name.removesuffix("?")
        if member in value:
            check(value_type, value[member], f"{prefix}{member}")
        elif name == member:
            raise Failure(f"{prefix}{member} is missing")


def _check_text(value_type: str, value: Any, where: str) -> None:
    if value_type == schema.ACCOUNT and not is_account(value):
        raise Failure(f"{where} is not {_TYPES[value_type][1]}")
    if value_type == schema.DATE:
        try:
            schema.parsed_date(value)
        except ValueError:
            raise Failure(f"{where} is not a date: {value}") from None


def _require(value: Any, python_type: type, name: str, where: str) -> None:
    # In Python, True is a number too.
    if not isinstance(value, python_type) or (python_type is int and isinstance(value, bool)):
        raise Failure(f"{where or 'it'} is not {name}")
