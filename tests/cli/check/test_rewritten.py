"""iamcli check: a script that is written in another way has the same findings."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from support.checking import SCRIPTS, checked, scripts
from support.selection import in_full

from iamcli.cli.check.script import nodes
from iamcli.cli.check.script.scripts import Script
from iamcli.cli.check.script.shfmt import Parser

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    #: The bytes from one to another, and what is written instead of them.
    Edits = Iterator[tuple[int, int, bytes]]


def with_braces(node: nodes.Node) -> Edits:
    """``${x}`` instead of ``$x``."""
    if isinstance(node, nodes.Variable) and (name := re.fullmatch(r"\$(\w+)", node.text)):
        yield node.start, node.end, f"${{{name[1]}}}".encode()


def with_line_breaks(node: nodes.Node) -> Edits:
    """A line break after each ``|``; behind ``<<`` a here-document would begin there."""
    if isinstance(node, nodes.Binary) and node.operator == "|" and b"<<" not in node.source:
        at = node.source.rindex(b"|", node.left.end, node.right.start) + 1
        yield at, at, b"\n"


def with_the_other_quotes(node: nodes.Node) -> Edits:
    """Backticks instead of ``$()``, and the other way round, unless one is in another."""
    text = node.text
    outer = [each for each, _ in nodes.ancestry(node) if isinstance(each, nodes.Substitution)]
    if isinstance(node, nodes.Substitution) and len(outer) == 1 and text[0] in "$`":
        begin = 1 if text[0] == "`" else 2
        if not re.search(r"[`\\]|\$\(", text[begin:-1]):
            first, last = (b"$(", b")") if begin == 1 else (b"`", b"`")
            yield node.start, node.start + begin, first
            yield node.end - 1, node.end, last


WAYS = (with_braces, with_line_breaks, with_the_other_quotes)


def inside(node: nodes.Node) -> Iterator[nodes.Node]:
    yield node
    for part in node.inner:
        yield from inside(part)


def rewritten(script: Script) -> Iterator[str]:
    """Yield the text of ``script`` in each of the WAYS, and in a function."""
    for way in WAYS:
        source = script.source
        found = {edit for each in script.statements for node in inside(each) for edit in way(node)}
        for start, end, text in sorted(found, reverse=True):
            source = source[:start] + text + source[end:]
        yield source.decode()
    # A comment before the first command of the file would be in the function.
    if 0 not in script.silenced:
        yield f"whole() {{\n{script.text}\n}}\nwhole"


def found(folder: Path, text: str) -> list[tuple[str, str]]:
    return [(each.code, each.command) for each in checked(folder, text).findings]


@pytest.mark.parametrize("step", [60, in_full(1)])
@pytest.mark.parametrize("name", sorted(file.stem for file in SCRIPTS.glob("*.txt")))
def test_the_same_codes_are_at_the_same_commands(name, step, tmp_path, environ):
    environ.chdir(tmp_path)
    parser = Parser()
    for text in [each.text for each in scripts(name)][::step]:
        parser.begin_file()
        script = Script("old.sh", text.encode(), parser, given=True)
        # A line that is not read ends elsewhere if it is written in another way.
        if script.statements and not script.faults:
            expected = [found(tmp_path, text)] * (len(WAYS) + 1)
            others = [*rewritten(script)]
            assert [(each, found(tmp_path, each)) for each in others] == [
                *zip(others, expected, strict=False)
            ]
