"""Runs the tests that execute the changed line, and exits with 1 if one of them fails.

cosmic-ray runs this in the clone for each mutant. One test of each function runs before the second
one of any function; the quick ones run first.
"""

from __future__ import annotations

import ast
import difflib
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from executed import PARTS
from table import tests_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

#: The duration of the tests of one mutant (seconds): of those with moto, and of the others.
_LONGEST = 20.0
_OPTIONS = ("-x", "--tb=line", "-pno:cacheprovider", "-pno:xdist", "-pno:hypothesispytest")


class Place(NamedTuple):
    """The lines ``first`` to ``last`` of the file ``name``."""

    name: str
    first: int
    last: int


def main() -> int:
    """Run the tests for the file that differs from the last commit."""
    name = _git("diff", "--name-only", "--", "iamcli").strip()
    before = _git("show", f"HEAD:{name}")
    after = Path(name).read_text(encoding="utf-8")
    line = first_difference(before.splitlines(), after.splitlines())
    tests = list(selected(places(name, before, line)))
    print(f"{len(tests)} tests execute {name}:{line}", flush=True)
    if not tests:
        return 0
    command = [sys.executable, "-m", "pytest", *_OPTIONS, *tests]
    return int(subprocess.run(command, check=False).returncode != 0)


def first_difference(before: list[str], after: list[str]) -> int:
    """Return the number of the first line of ``before`` that ``after`` lacks."""
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    return next(code[1] for code in matcher.get_opcodes() if code[0] != "equal") + 1


def selected(where: Iterable[Place]) -> Iterator[str]:
    """Yield the tests to run, in order."""
    found = {row for place in where for row in tests_of(*place)}
    rounds: Counter[str] = Counter()
    order = []
    for seconds, test, moto in sorted(found):
        function = test.partition("[")[0]
        rounds[function] += 1
        order.append((moto, rounds[function], seconds, test))
    spent = {False: 0.0, True: 0.0}
    for moto, _, seconds, test in sorted(order):
        if spent[moto] < _LONGEST:
            spent[moto] += seconds
            yield test


def places(name: str, source: str, line: int) -> list[Place]:
    """Return the lines in functions that ``line`` of the file ``name`` may have an effect on."""
    tree = ast.parse(source)
    around = [each for each in _statements(tree) if each.lineno <= line <= _end(each)]
    if not around:
        return []
    inner = around[-1]
    if isinstance(inner, ast.FunctionDef):
        return [Place(name, inner.body[0].lineno, _end(inner))]
    if any(isinstance(each, ast.FunctionDef) for each in around):
        return [_own_lines(name, inner)]
    return _uses(inner) or [Place(name, *_own_lines(name, each)[1:]) for each in _inside(tree)]


def _uses(constant: ast.AST) -> list[Place]:
    """Return the statements in functions that use a constant, also by way of other constants."""
    files = [file for part in PARTS for file in sorted(Path(part).glob("*.py"))]
    trees = {str(file): ast.parse(file.read_text(encoding="utf-8")) for file in files}
    outside = [
        each
        for tree in trees.values()
        for each in _statements(tree)
        if isinstance(each, (ast.Assign, ast.AnnAssign)) and each not in _inside(tree)
    ]
    known = _names(constant, ast.Store)
    while (
        new := {
            name
            for each in outside
            if known & _names(each, ast.Load)
            for name in _names(each, ast.Store)
        }
        - known
    ):
        known |= new
    return [
        _own_lines(name, each)
        for name, tree in trees.items()
        for each in _inside(tree)
        if known & _names(each, ast.Load)
    ]


def _statements(tree: ast.AST) -> Iterator[ast.stmt | ast.ExceptHandler]:
    """Yield the statements in ``tree``, each before those in it."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, (ast.stmt, ast.ExceptHandler)):
            yield node
        yield from _statements(node)


def _inside(tree: ast.AST) -> list[ast.stmt | ast.ExceptHandler]:
    """Return the statements that are in a function."""
    functions = (each for each in ast.walk(tree) if isinstance(each, ast.FunctionDef))
    return [each for function in functions for each in _statements(function)]


def _names(tree: ast.AST, use: type[ast.expr_context]) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.Name, ast.Attribute)) and isinstance(node.ctx, use):
            found.add(node.id if isinstance(node, ast.Name) else node.attr)
    return found


def _own_lines(name: str, node: ast.stmt | ast.ExceptHandler) -> Place:
    """Return the lines of a statement without those in it; of a handler, the first one in it."""
    inside: list[ast.stmt] = getattr(node, "body", [])
    if isinstance(node, ast.ExceptHandler):
        return Place(name, inside[0].lineno, inside[0].lineno)
    return Place(name, node.lineno, inside[0].lineno - 1 if inside else _end(node))


def _end(node: ast.stmt | ast.ExceptHandler) -> int:
    return node.end_lineno or node.lineno


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], capture_output=True, text=True, check=True).stdout


if __name__ == "__main__":
    sys.exit(main())
