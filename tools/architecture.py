"""Draw the order of imports in iamcli/ and in its large packages, into docs/architecture.md.

Imports inside functions and for type checking count. A module is on a line below every module of
its package that imports it; the program fails if there is a circle. With --check nothing is
written; the status is 1 if the drawing is not current.

Usage: python tools/architecture.py [--check]
"""

from __future__ import annotations

import ast
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "architecture.md"
BEGIN = "<!-- drawing: made by tools/architecture.py -->\n"
END = "<!-- end of the drawing -->\n"
#: A package with more modules is drawn; in iamcli/cli/ only one with many more.
FEW, FEW_IN_CLI = 6, 10
#: The width of a line (columns).
WIDTH = 100


def module_graph() -> dict[str, set[str]]:
    """Return for each module ("client.http", "client.__init__") the modules that it imports."""
    trees = {}
    for path in sorted((ROOT / "iamcli").rglob("*.py")):
        name = ".".join(path.relative_to(ROOT / "iamcli").with_suffix("").parts)
        trees[name] = ast.parse(path.read_text(encoding="utf-8"))
    # Every part may use the version, which is there.
    del trees["__init__"]
    return {name: {*_imported(tree, trees)} - {name} for name, tree in trees.items()}


def _imported(tree: ast.Module, modules: Collection[str]) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            # Each name is a module of a package, or a name in a module.
            names = [[f"{node.module}.{alias.name}", str(node.module)] for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [[alias.name] for alias in node.names]
        else:
            continue
        for possible in names:
            inside = [
                name.removeprefix("iamcli.") for name in possible if name.startswith("iamcli.")
            ]
            found = [each for name in inside for each in (name, f"{name}.__init__")]
            yield from [name for name in found if name in modules][:1]


def grouped(graph: dict[str, set[str]], group: Callable[[str], str | None]) -> dict[str, set[str]]:
    """Return the graph of the groups of modules; ``group`` returns None for what has none."""
    groups: dict[str, set[str]] = {}
    for module, imported in graph.items():
        name = group(module)
        if name is not None:
            others = {group(each) for each in imported} - {name, None}
            groups.setdefault(name, set()).update(each for each in others if each is not None)
    return groups


def levels(graph: dict[str, set[str]]) -> list[list[str]]:
    """Return the names from top to bottom; raise SystemExit if they import in a circle."""
    below: list[list[str]] = []
    placed: set[str] = set()
    while len(placed) < len(graph):
        level = sorted(name for name in graph if name not in placed and graph[name] <= placed)
        if not level:
            circle = ", ".join(sorted(set(graph) - placed))
            raise SystemExit(f"these import in a circle: {circle}")
        below.append(level)
        placed |= set(level)
    return below[::-1]


def drawing(graph: dict[str, set[str]]) -> str:
    """Return the drawing of the packages with many modules: a line for each level.

    A package in a package is one name in the drawing, followed by a slash.
    """
    drawings = []
    for directory in sorted(path.parent for path in (ROOT / "iamcli").rglob("__init__.py")):
        package = ".".join(directory.relative_to(ROOT / "iamcli").parts)
        few = FEW_IN_CLI if package.partition(".")[0] == "cli" else FEW
        if sum(path.stem != "__init__" for path in directory.glob("*.py")) <= few:
            continue
        inside = f"{package}." if package else ""

        def member(module: str, inside: str = inside) -> str | None:
            name, *rest = module.removeprefix(inside).split(".")
            if name == "__init__" or not module.startswith(inside):
                return None
            return f"{name}/" if rest else name

        lines = [", ".join(level) for level in levels(grouped(graph, member))]
        title = f"iamcli/{package.replace('.', '/')}".removesuffix("/")
        drawings.append("\n".join([title, *_indented(lines)]))
    return "```\n" + "\n\n".join(drawings) + "\n```\n"


def _indented(lines: list[str]) -> list[str]:
    return [
        textwrap.fill(
            line, WIDTH, initial_indent="    ", subsequent_indent="      ", break_on_hyphens=False
        )
        for line in lines
    ]


def main(*, check: bool) -> int:
    """Bring the page up to date; with ``check`` only report. Return the exit status."""
    text = PAGE.read_text(encoding="utf-8")
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise SystemExit("docs/architecture.md lacks a mark of the drawing; nothing was changed")
    fresh = f"{before}{begin}{drawing(module_graph())}{end}{after}"
    if fresh == text:
        return 0
    print(f"{PAGE.relative_to(ROOT)}: {'not up to date' if check else 'written'}")
    if not check:
        PAGE.write_text(fresh, encoding="utf-8")
    return int(check)


if __name__ == "__main__":
    sys.exit(main(check="--check" in sys.argv[1:]))
