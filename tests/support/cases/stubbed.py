"""The rows of the commands of several steps at the stub."""

from __future__ import annotations

from typing import TYPE_CHECKING

from support.account import CASES
from support.cases.case import Case

if TYPE_CHECKING:
    from collections.abc import Callable

    from support import account
    from support.cases.accounts import StubAccount


def held_in(listing: str) -> Callable[[StubAccount, str], bool]:
    """Return the check of what an entity at the stub holds."""
    return lambda account, name: account.holds(listing, name)


def row(case: account.Case) -> Case:
    """Return the row of a command of several steps, with the check of each thing it removes."""
    checks: dict[str, Callable[[StubAccount, str], bool]] = {}
    for what, _ in case.steps:
        for listing, names in case.things.items():
            for name in names:
                if what.endswith(f" {name}"):
                    checks[what.removesuffix(name)] = held_in(listing)
    checks |= {
        "login profile of ": lambda account, _name: account.entity.login,
        "virtual MFA device ": lambda account, serial: (
            not account.changed("DeleteVirtualMFADevice", SerialNumber=serial)
        ),
        case.steps[-1][0].rpartition(" ")[0]: lambda account, _name: account.entity.exists,
    }
    return Case(
        " ".join(case.arguments),
        lambda account: account.fill(case.kind, case.things, **case.more),
        lambda account: not account.entity.exists,
        things=checks,
        stubbed=True,
    )


STUBBED = {
    f"stubbed-{case.arguments[0].removeprefix('iam-')}": row(case) for case in CASES.values()
}
