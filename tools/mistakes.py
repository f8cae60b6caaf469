"""Makes random mistakes in iamcli, one at a time, and says which test notices each.

``make mistakes NUMBER=40 SEED=7``. The seed determines the modules and the mistakes, so that the
same ones can be made again when the tests have changed. The tests about the module run first, then
all of make test, up to the first failure; with --all, every test about the module that notices the
mistake is named. Exits 1 if a mistake was not noticed: a test is missing, or the mistake changes
nothing that a user can see.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import re
import signal
import subprocess
import sys
import time
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    #: Where a mistake is, and what is written there; None if there can be none.
    Change = tuple[int, int, str] | None

ROOT = Path(__file__).resolve().parent.parent
#: The tests about the modules below each directory, the first that matches; all tests for others.
NEAR = {
    "iamcli/cli/sandbox/": ("tests/cli/sandbox",),
    "iamcli/cli/running/": ("tests/cli/run", "tests/cli/sandbox"),
    "iamcli/cli/homes/": ("tests/release/test_homes.py",),
    "iamcli/cli/complete": ("tests/cli/completion",),
    "iamcli/cli/": ("tests/cli/{}", "tests/cli/test_iamcli.py"),
    "iamcli/client/": ("tests/commands", "tests/faults", "tests/connection"),
    "iamcli/connection/": ("tests/connection",),
    "iamcli/config/": ("tests/connection", "tests/commands/test_files.py"),
    "iamcli/parsing/": ("tests/command_line",),
    "iamcli/help/": ("tests/command_line",),
    "iamcli/hints/": ("tests/command_line",),
    "iamcli/policies/": ("tests/command_line",),
    "iamcli/output/": ("tests/command_line", "tests/commands"),
    "iamcli/": ("tests/commands", "tests/faults"),
}
#: The fewest mistakes that a module must allow.
_FEWEST = 10
#: Operators, each with the one that replaces it.
COMPARISONS = {
    ast.Eq: "!=",
    ast.NotEq: "==",
    ast.Lt: "<=",
    ast.LtE: "<",
    ast.Gt: ">=",
    ast.GtE: ">",
    ast.In: "not in",
    ast.NotIn: "in",
    ast.Is: "is not",
    ast.IsNot: "is",
}


class Mistake(NamedTuple):
    """A change of a module from the character ``start`` to ``end``; ``kind``: of what."""

    kind: str
    start: int
    end: int
    text: str


class Module:
    """A module, and the mistakes that can be made in it."""

    def __init__(self, source: str) -> None:
        self.source = source
        lines = source.splitlines(keepends=True)
        self._starts = [0, *accumulate(map(len, lines))]

    def mistakes(self) -> Iterator[Mistake]:
        """Yield the mistakes; some are no valid code."""
        for node in _of_code(ast.parse(self.source)):
            for kind, (node_type, change) in KINDS.items():
                if isinstance(node, node_type) and (made := change(self, node)):
                    yield Mistake(kind, *made)

    def changed(self, mistake: Mistake) -> str:
        """Return the source with the mistake."""
        return self.source[: mistake.start] + mistake.text + self.source[mistake.end :]

    def is_valid(self, mistake: Mistake) -> bool:
        """Return whether Python can read the module with the mistake."""
        try:
            return bool(ast.parse(self.changed(mistake)))
        except SyntaxError:
            return False

    def span(self, node: Any) -> tuple[int, int]:
        """Return the first character of ``node``, and that after it."""
        places = ((node.lineno, node.col_offset), (node.end_lineno, node.end_col_offset))
        start, end = (self._starts[line - 1] + self._characters(line, n) for line, n in places)
        return start, end

    def _characters(self, line: int, column: int) -> int:
        """Return how many characters the first bytes of a line are, as ast counts columns."""
        text = self.source[self._starts[line - 1] : self._starts[line]]
        return len(text.encode()[:column].decode())


def _between(module: Module, left: Any, right: Any, operator: str) -> Change:
    start, end = module.span(left)[1], module.span(right)[0]
    simple = not set("()#\n") & set(module.source[start:end])
    return (start, end, f" {operator} ") if simple else None


def _comparison(module: Module, node: Any) -> Change:
    operator = COMPARISONS[type(node.ops[0])]
    single = len(node.ops) == 1
    return _between(module, node.left, node.comparators[0], operator) if single else None


def _condition(module: Module, node: Any) -> Change:
    operator = "or" if isinstance(node.op, ast.And) else "and"
    return _between(module, node.values[0], node.values[1], operator)


def _negation(module: Module, node: Any) -> Change:
    start, end = module.span(node)[0], module.span(node.operand)[0]
    return (start, end, "") if isinstance(node.op, ast.Not) else None


def _branch(module: Module, node: Any) -> Change:
    start, end = module.span(node.test)
    return start, end, f"(not ({module.source[start:end]}))"


def _number(module: Module, node: Any) -> Change:
    return (*module.span(node), repr(node.value + 1)) if type(node.value) is int else None


def _text(module: Module, node: Any) -> Change:
    start, end = module.span(node)
    plain = node.value and module.source[start:end] == f'"{node.value}"'
    return (start, end, f'"{node.value}x"') if plain else None


def _result(module: Module, node: Any) -> Change:
    return (*module.span(node.value), "None") if node.value else None


def _call(module: Module, node: Any) -> Change:
    return (*module.span(node), "pass") if isinstance(node.value, ast.Call) else None


#: What is changed: the type of the node, and the function that returns where and to what.
KINDS: dict[str, tuple[Any, Callable[[Module, Any], Change]]] = {
    "comparison": (ast.Compare, _comparison),
    "condition": (ast.BoolOp, _condition),
    "negation": (ast.UnaryOp, _negation),
    "branch": ((ast.If, ast.IfExp), _branch),
    "number": (ast.Constant, _number),
    "text": (ast.Constant, _text),
    "result": (ast.Return, _result),
    "call": (ast.Expr, _call),
}


def _of_code(tree: ast.Module) -> Iterator[ast.AST]:
    """Yield the parts of a module that are executed: no annotations, docstrings and type checks."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        for name, value in ast.iter_fields(node):
            inner = value if isinstance(value, list) else [value]
            for each in inner if name not in ("annotation", "returns", "decorator_list") else ():
                types = isinstance(each, ast.If) and ast.unparse(each.test) == "TYPE_CHECKING"
                docstring = isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant)
                # A part of an f-string has no place of its own before Python 3.12.
                text = isinstance(each, ast.JoinedStr)
                if isinstance(each, ast.AST) and not (types or docstring or text):
                    waiting.append(each)


def chosen(number: int, seed: str) -> Iterator[tuple[Path, Module, Mistake]]:
    """Yield ``number`` modules with a mistake in each, which ``seed`` determines."""
    paths = sorted((ROOT / "iamcli").rglob("*.py"))
    random.Random(f"modules {seed}").shuffle(paths)
    left = number
    for path in paths:
        module = Module(path.read_text())
        found = sorted(module.mistakes())
        if left == 0 or len(found) < _FEWEST:
            continue
        left -= 1
        chance = random.Random(f"{path.relative_to(ROOT)} {seed}")
        kind = chance.choice(sorted({mistake.kind for mistake in found}))
        found = [mistake for mistake in found if mistake.kind == kind]
        chance.shuffle(found)
        yield path, module, next(filter(module.is_valid, found))


def near(path: Path) -> list[str]:
    """Return the tests about the module."""
    name = str(path.relative_to(ROOT))
    folders = next(tests for begin, tests in NEAR.items() if name.startswith(begin))
    part = name.removesuffix(".py").split("/")[:3][-1]
    named = (folder.format(part) for folder in folders)
    return [tests for tests in named if (ROOT / tests).exists()]


def noticed(tests: list[str], jobs: str, *, every: bool = False) -> list[str]:
    """Return the first of the ``tests`` that fails, or ``every`` one; none if all pass."""
    command = [sys.executable, "-m", "pytest", "-q", "-n", jobs, "--no-header", *tests]
    command += [] if every else ["-x"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return []
    failed = re.findall(r"^(?:FAILED|ERROR) (.+?)(?: - .*)?$", done.stdout, re.MULTILINE)
    return failed[: None if every else 1] or [f"pytest, exit status {done.returncode}"]


def main() -> int:
    """Make the mistakes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--number", type=int, default=40)
    parser.add_argument("--seed", default="7")
    parser.add_argument("--list", action="store_true", help="only print the mistakes")
    parser.add_argument(
        "--all", action="store_true", help="name every test about the module that notices it"
    )
    arguments = parser.parse_args()
    jobs = os.environ.get("JOBS", "4")
    # The module is restored, also if somebody else ends this.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    missed = 0
    for path, module, mistake in chosen(arguments.number, arguments.seed):
        line = module.source.count("\n", 0, mistake.start) + 1
        was = " ".join(module.source[mistake.start : mistake.end].split())
        place = f"{path.relative_to(ROOT)}:{line}: {mistake.kind}: {was} -> {mistake.text.strip()}"
        if arguments.list:
            sys.stdout.write(f"{place}\n")
            continue
        began = time.monotonic()
        try:
            path.write_text(module.changed(mistake))
            tests = noticed(near(path), jobs, every=arguments.all) or noticed([], jobs)
        finally:
            path.write_text(module.source)
        missed += not tests
        seconds = time.monotonic() - began
        lines = "".join(f"    {test}\n" for test in tests or ["NOT NOTICED"])
        sys.stdout.write(f"{place} ({seconds:.0f} s)\n{lines}")
        sys.stdout.flush()
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
