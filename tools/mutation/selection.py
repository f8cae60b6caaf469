"""Selects the tests that execute a line of iamcli."""

from __future__ import annotations

import ast
import functools
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from executed import PARTS
from table import tests_of

if TYPE_CHECKING:
    from collections.abc import Iterator


class Place(NamedTuple):
    """The lines ``first`` to ``last`` of the file ``name``."""

    name: str
    first: int
    last: int


@functools.cache
def selected(name: str, line: int, longest: float) -> list[str]:
    """Return the tests to run after a change of ``line`` of the file ``name``, in order.

    One test of each function comes before the second one of any function, the quick ones first.
    ``longest``: the duration (seconds) of those without moto; those with it take half of that.
    """
    found = {row for place in places(name, line) for row in tests_of(*place)}
    rounds: Counter[str] = Counter()
    order = []
    for seconds, test, moto in sorted(found):
        function = test.partition("[")[0]
        rounds[function] += 1
        order.append((moto, rounds[function], seconds, test))
    tests, left = [], {False: longest, True: longest / 2}
    for moto, _, seconds, test in sorted(order):
        if left[moto] > 0:
            left[moto] -= seconds
            tests.append(test)
    return tests


def places(name: str, line: int) -> list[Place]:
    """Return the lines in functions that ``line`` of the file ``name`` may have an effect on."""
    tree = ast.parse(Path(name).read_text(encoding="utf-8"))
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
    inside, outside = [], []
    for part in PARTS:
        for file in sorted(Path(part).glob("*.py")):
            tree = ast.parse(file.read_text(encoding="utf-8"))
            own = _inside(tree)
            inside += [(_own_lines(str(file), each), _names(each)) for each in own]
            outside += [
                (_set(each), _names(each))
                for each in _statements(tree)
                if isinstance(each, (ast.Assign, ast.AnnAssign)) and each not in own
            ]
    known, before = _set(constant), 0
    while len(known) > before:
        before = len(known)
        known |= {name for names, used in outside if known & used for name in names}
    return [place for place, loaded in inside if known & loaded]


def _statements(tree: ast.AST) -> Iterator[ast.stmt | ast.ExceptHandler]:
    """Yield the statements in ``tree``, each before those in it."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, (ast.stmt, ast.ExceptHandler)):
            yield node
        yield from _statements(node)


def _inside(tree: ast.AST) -> dict[ast.stmt | ast.ExceptHandler, None]:
    """Return the statements that are in a function, in order."""
    functions = (each for each in ast.walk(tree) if isinstance(each, ast.FunctionDef))
    return dict.fromkeys(each for function in functions for each in _statements(function))


def _set(node: ast.AST) -> set[str]:
    """Return the names that an assignment sets."""
    targets = getattr(node, "targets", [getattr(node, "target", None)])
    return {name for target in targets if target for name in _names(target)}


def _names(tree: ast.AST) -> set[str]:
    """Return the names and the attributes in ``tree``."""
    found = {each.id for each in ast.walk(tree) if isinstance(each, ast.Name)}
    return found | {each.attr for each in ast.walk(tree) if isinstance(each, ast.Attribute)}


def _own_lines(name: str, node: ast.stmt | ast.ExceptHandler) -> Place:
    """Return the lines of a statement without those in it; of a handler, the first one in it."""
    inside: list[ast.stmt] = getattr(node, "body", [])
    if isinstance(node, ast.ExceptHandler):
        return Place(name, inside[0].lineno, inside[0].lineno)
    return Place(name, node.lineno, inside[0].lineno - 1 if inside else _end(node))


def _end(node: ast.stmt | ast.ExceptHandler) -> int:
    return node.end_lineno or node.lineno
