"""Draw which parts of iamcli import which, into docs/architecture.md between its marks.

A part is a package in iamcli/ or a module that is directly in it. Imports inside functions and for
type checking count. A part is on a line below every part that imports it; the program fails if
there is a circle. With --check nothing is written; the status is 1 if the drawing is not current.

Usage: python tools/architecture.py [--check]
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "architecture.md"
BEGIN = "<!-- drawing: made by tools/architecture.py -->\n"
END = "<!-- end of the drawing -->\n"
#: Parts that start something and that nothing imports.
IGNORED = frozenset({"__init__"})


def part_of(path: Path) -> str:
    """Return the part that a source file belongs to ("client", "runner")."""
    return path.relative_to(ROOT / "iamcli").parts[0].removesuffix(".py")


def imported(path: Path) -> set[str]:
    """Return the parts that a source file imports, wherever the import is in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module == "iamcli":
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= _part(node.module or "")
        elif isinstance(node, ast.Import):
            for alias in node.names:
                found |= _part(alias.name)
    return {name for name in found if (ROOT / "iamcli" / name).is_dir() or _module(name).is_file()}


def _part(module: str) -> set[str]:
    names = module.split(".")
    return {names[1]} if names[0] == "iamcli" and len(names) > 1 else set()


def _module(name: str) -> Path:
    return ROOT / "iamcli" / f"{name}.py"


def graph() -> dict[str, set[str]]:
    """Return for each part the other parts that it imports."""
    parts: dict[str, set[str]] = {}
    for path in sorted((ROOT / "iamcli").rglob("*.py")):
        part = part_of(path)
        if part not in IGNORED:
            parts.setdefault(part, set()).update(imported(path) - {part} - IGNORED)
    return parts


def levels(parts: dict[str, set[str]]) -> list[list[str]]:
    """Return the parts from top to bottom; raise SystemExit if they import in a circle."""
    below: list[list[str]] = []
    placed: set[str] = set()
    while len(placed) < len(parts):
        level = sorted(part for part in parts if part not in placed and parts[part] <= placed)
        if not level:
            circle = ", ".join(sorted(set(parts) - placed))
            raise SystemExit(f"these parts import in a circle: {circle}")
        below.append(level)
        placed |= set(level)
    return below[::-1]


def drawing() -> str:
    """Return the drawing: each level on lines of its own, with what each part imports."""
    parts = graph()
    order = [part for level in levels(parts) for part in level]
    width = max(map(len, order)) + 2
    lines = []
    for level in levels(parts):
        for part in level:
            uses = ", ".join(sorted(parts[part], key=order.index)) or "nothing"
            lines.append(f"{part:{width}}-> {uses}")
        lines.append("")
    return "```\n" + "\n".join(lines).rstrip() + "\n```\n"


def main(*, check: bool) -> int:
    """Bring the page up to date; with ``check`` only report. Return the exit status."""
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    fresh = f"{before}{BEGIN}{drawing()}{END}{after}"
    if fresh == text:
        return 0
    print(f"{PAGE.relative_to(ROOT)}: {'not up to date' if check else 'written'}")
    if not check:
        PAGE.write_text(fresh, encoding="utf-8")
    return int(check)


if __name__ == "__main__":
    sys.exit(main(check="--check" in sys.argv[1:]))
