"""Makes the modules of the current directory record which lines are executed.

Usage: python tools/mutation/insert.py
"""

from __future__ import annotations

import ast
from pathlib import Path

from executed import PARTS, files


class _Insertion(ast.NodeTransformer):
    """Inserts a call before each statement that is in a function of the file ``name``."""

    def __init__(self, name: str) -> None:
        self._name = name

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        text = node.body[:1] if ast.get_docstring(node) is not None else []
        node.body = [*text, *self._block(node.body[len(text) :])]
        return node

    def _block(self, statements: list[ast.stmt]) -> list[ast.stmt]:
        changed: list[ast.stmt] = []
        for statement in statements:
            call = f"__import__('executed').hit({self._name!r}, {statement.lineno})"
            changed += [*ast.parse(call).body, self._inside(statement)]
        return changed

    def _inside(self, node: ast.stmt) -> ast.stmt:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            self.visit(node)
            return node
        for part in ("body", "orelse", "finalbody"):
            if getattr(node, part, None):
                setattr(node, part, self._block(getattr(node, part)))
        for handler in getattr(node, "handlers", ()):
            handler.body = self._block(handler.body)
        return node


def main() -> None:
    """Change the modules."""
    for part in PARTS:
        for name in files(part):
            tree = ast.parse(Path(name).read_text(encoding="utf-8"))
            Path(name).write_text(ast.unparse(_Insertion(name).visit(tree)), encoding="utf-8")


if __name__ == "__main__":
    main()
