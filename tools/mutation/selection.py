"""Selects the tests that execute a line of iamcli."""

from __future__ import annotations

import ast
import functools
import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from executed import PARTS, files
from table import tests_of

if TYPE_CHECKING:
    from collections.abc import Iterator


_WORD = re.compile(r"[a-z]{4,}")


class Place(NamedTuple):
    """The lines ``first`` to ``last`` of a file, in a function from ``begin`` to ``end``."""

    name: str
    first: int
    last: int
    begin: int
    end: int


@functools.cache
def selected(name: str, line: int, longest: float) -> list[str]:
    """Return the tests to run after a change of ``line`` of the file ``name``, in order.

    The tests are grouped by the line of the function that the fewest of them execute. Those that
    run first are one of each group, and of these one whose name has most words of the code.
    ``longest``: the most that those without moto took together (seconds); for those with it, half
    of that. So none of them is so long that it is mistaken for a loop.
    """
    groups: dict[tuple[str, int], dict[str, tuple[bool, float]]] = {}
    for place in places(name, line):
        _group(place, groups)
    order = []
    about = _about(name, line)
    for group in groups.values():
        turns: Counter[str] = Counter()
        rows = []
        for test, (moto, seconds) in sorted(group.items(), key=lambda row: row[1]):
            function = test.partition("[")[0]
            turns[function] += 1
            common = len(about & _words(test))
            rows.append((turns[function], -common, moto, seconds, test))
        order += [(row[2], number, row[3], row[4]) for number, row in enumerate(sorted(rows))]
    tests, left = [], {False: longest, True: longest / 2}
    for moto, _, seconds, test in sorted(order):
        if left[moto] >= seconds and test not in tests:
            left[moto] -= seconds
            tests.append(test)
    return tests


def _group(place: Place, groups: dict[tuple[str, int], dict[str, tuple[bool, float]]]) -> None:
    executed: dict[str, list[int]] = {}
    durations = {}
    for test, seconds, moto, number in tests_of(place.name, place.begin, place.end):
        executed.setdefault(test, []).append(number)
        durations[test] = (bool(moto), seconds)
    found = {
        test: numbers
        for test, numbers in executed.items()
        if any(place.first <= number <= place.last for number in numbers)
    }
    frequency = Counter(number for numbers in found.values() for number in numbers)
    for test, numbers in found.items():
        rarest = min(numbers, key=lambda number: frequency[number])
        groups.setdefault((place.name, rarest), {})[test] = durations[test]


def _about(name: str, line: int) -> set[str]:
    """Return the words of the module, of the function and of the line."""
    text = Path(name).read_text(encoding="utf-8")
    functions = [
        each
        for each in ast.walk(ast.parse(text))
        if isinstance(each, ast.FunctionDef) and each.lineno <= line <= (each.end_lineno or 0)
    ]
    names = " ".join(each.name for each in functions)
    return _words(f"{Path(name).stem} {names} {text.splitlines()[line - 1]}")


def _words(text: str) -> set[str]:
    """Return the words of ``text`` in the singular."""
    return {word.removesuffix("s") for word in _WORD.findall(text.lower())}


def places(name: str, line: int) -> list[Place]:
    """Return the lines in functions that ``line`` of the file ``name`` may have an effect on."""
    tree = _tree(name)
    around = [each for each in _statements(tree) if _begin(each) <= line <= _end(each)]
    if not around:
        return []
    inner, inside = around[-1], _inside(tree)
    if isinstance(inner, ast.FunctionDef):
        first, last = inner.body[0].lineno, _end(inner)
        return [Place(name, first, last, first, last)]
    if inner in inside:
        return [_own_lines(name, inner, inside[inner])]
    return _uses(inner) or [_own_lines(name, *each) for each in inside.items()]


@functools.cache
def _tree(name: str) -> ast.Module:
    return ast.parse(Path(name).read_text(encoding="utf-8"))


def _uses(constant: ast.AST) -> list[Place]:
    """Return the statements in functions that use a constant, also by way of other constants."""
    inside, outside = [], []
    for part in PARTS:
        for file in files(part):
            tree = _tree(file)
            own = _inside(tree)
            inside += [(_own_lines(file, *each), _names(each[0])) for each in own.items()]
            outside += [
                (_set(each), _names(each))
                for each in _statements(tree)
                if isinstance(each, (ast.Assign, ast.AnnAssign)) and each not in own
            ]
    known, before = _set(constant), 0
    while len(known) > before:
        before = len(known)
        known |= {name for names, used in outside if known & used for name in names}
    return [place for place, used in inside if known & used]


def _statements(tree: ast.AST) -> Iterator[ast.stmt | ast.ExceptHandler]:
    """Yield the statements in ``tree``, each before those in it."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, (ast.stmt, ast.ExceptHandler)):
            yield node
        yield from _statements(node)


def _inside(tree: ast.AST) -> dict[ast.stmt | ast.ExceptHandler, ast.FunctionDef]:
    """Return the statements that are in a function, each with the innermost one."""
    functions = (each for each in ast.walk(tree) if isinstance(each, ast.FunctionDef))
    return {each: function for function in functions for each in _statements(function)}


def _set(node: ast.AST) -> set[str]:
    """Return the names that an assignment sets."""
    targets = getattr(node, "targets", [getattr(node, "target", None)])
    return {name for target in targets if target for name in _names(target)}


def _names(tree: ast.AST) -> set[str]:
    """Return the names and the attributes in ``tree``."""
    found = {each.id for each in ast.walk(tree) if isinstance(each, ast.Name)}
    return found | {each.attr for each in ast.walk(tree) if isinstance(each, ast.Attribute)}


def _own_lines(name: str, node: ast.stmt | ast.ExceptHandler, function: ast.FunctionDef) -> Place:
    """Return the lines of a statement without those in it.

    For an exception handler or a for loop, return the first line of its body.
    """
    inside: list[ast.stmt] = getattr(node, "body", [])
    first, last = node.lineno, inside[0].lineno - 1 if inside else _end(node)
    if isinstance(node, (ast.ExceptHandler, ast.For)):
        first = last = inside[0].lineno
    return Place(name, first, last, function.lineno, _end(function))


def _begin(node: ast.stmt | ast.ExceptHandler) -> int:
    """Return the first line, which is that of the first decorator, if there is one."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(each.lineno for each in decorators)])


def _end(node: ast.stmt | ast.ExceptHandler) -> int:
    return node.end_lineno or node.lineno
