"""Switches each correction and each rule of the sandbox off, one at a time, and runs tests.

Usage: python tools/mutation/switch_off.py FILE [WORD...]

It writes to FILE which test noticed each of them; the status is 1 if one was not noticed. Those in
FILE that were noticed are not switched off again. With WORDs, it takes only those whose name
contains one of them. The file ``run`` records before which lines the tests execute.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import inspect
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from execute import FAILED, IMPORTED, failing, run
from selection import selected

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CORRECTIONS = Path("iamcli/cli/sandbox/corrections/apply.py")
RULES = Path("iamcli/cli/sandbox/rules/table.py")
#: The duration of the tests for one of them (seconds).
SECONDS = 60


class Switch(NamedTuple):
    """A correction or a rule: its name, its function, and a statement after which it is off.

    ``file``: the module to which the statement is added.
    """

    name: str
    function: Callable[..., object]
    statement: str
    file: Path

    @contextlib.contextmanager
    def off(self) -> Iterator[None]:
        """Switch it off in a ``with`` block."""
        text = self.file.read_text(encoding="utf-8")
        self.file.write_text(f"{text}\n{self.statement}\n", encoding="utf-8")
        try:
            yield
        finally:
            self.file.write_text(text, encoding="utf-8")

    def tests(self) -> list[str]:
        """Return the tests that execute the function, first those about its operation."""
        code = inspect.unwrap(self.function)
        lines, first = inspect.getsourcelines(code)
        file = str(Path(inspect.getfile(code)).relative_to(Path.cwd()))
        tests = selected(file, first + len(lines) - 1, SECONDS)
        operation = self.name.partition(" ")[0]
        return sorted(tests, key=lambda test: operation not in test)


def switches() -> list[Switch]:
    """Return all corrections, then all rules."""
    protocol = importlib.import_module("iamcli.cli.sandbox.corrections.protocol")
    importlib.import_module("iamcli.cli.sandbox.corrections.apply")
    rules = importlib.import_module("iamcli.cli.sandbox.rules.table").RULES
    return [
        *(
            Switch(name, function, f"OPERATIONS.pop({name!r})", CORRECTIONS)
            for name, function in protocol.OPERATIONS.items()
        ),
        *(
            Switch(
                f"{operation} {getattr(rule, '__name__', rule)}",
                rule,
                f"RULES[{operation!r}] = RULES[{operation!r}][:{place}]"
                f" + RULES[{operation!r}][{place + 1}:]",
                RULES,
            )
            for operation, each in rules.items()
            for place, rule in enumerate(each)
        ),
    ]


def main(name: str, *words: str) -> int:
    """Write which test noticed each of them; return the exit status."""
    for module in IMPORTED:
        importlib.import_module(module)
    gc.freeze()
    file = Path(name)
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    noticed = dict(line.split(": ", 1) for line in lines if not line.endswith(": not noticed"))
    chosen = [
        each
        for each in switches()
        if each.name not in noticed and (not words or any(word in each.name for word in words))
    ]
    tests = {each.name: each.tests() for each in chosen}
    # The tests shall import what is changed.
    for module in [module for module in sys.modules if module.partition(".")[0] == "iamcli"]:
        del sys.modules[module]
    useless = failing(sorted({test for each in tests.values() for test in each}))
    silent = []
    for number, each in enumerate(chosen, 1):
        usable = [test for test in tests[each.name] if test not in useless]
        with each.off():
            _, text = run(usable, "-x")
        by = FAILED.findall(text)
        if not by:
            silent.append(each.name)
        noticed[each.name] = by[0] if by else "not noticed"
        print(f"{number} of {len(chosen)}: {each.name}: {noticed[each.name]}", flush=True)
        records = [f"{key}: {value}\n" for key, value in sorted(noticed.items())]
        file.write_text("".join(records), encoding="utf-8")
    return int(bool(silent))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
