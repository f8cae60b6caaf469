"""The layout: imports point down without circles, and docs/architecture.md describes it."""

from __future__ import annotations

import ast
import re
import subprocess
import sys

import pytest
from support.shell import ROOT

PAGE = (ROOT / "docs" / "architecture.md").read_text()
PACKAGE = ROOT / "iamcli"
#: The levels of the layout, from top to bottom. A part imports only parts of lower levels.
LEVELS = (
    ("__main__",),
    ("cli",),
    ("commands",),
    ("runner",),
    ("operations", "help", "hints"),
    ("command", "client", "policies"),
    ("config",),
    ("output", "parsing"),
    ("installation",),
    ("interrupts", "handover"),
    ("errors",),
    ("quoting", "startup"),
)


def parts() -> set[str]:
    """The packages in iamcli/ and the modules that are directly in it."""
    packages = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    return packages | {path.stem for path in PACKAGE.glob("*.py")} - {"__init__"}


def imports(part: str) -> set[str]:
    """The parts that ``part`` imports, at the top, inside functions and for type checking."""
    files = [PACKAGE / f"{part}.py"] if (PACKAGE / f"{part}.py").is_file() else []
    found: set[str] = set()
    for file in [*files, *(PACKAGE / part).rglob("*.py")]:
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module == "iamcli":
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("iamcli."):
                found.add(str(node.module).split(".")[1])
            elif isinstance(node, ast.Import):
                found |= {
                    alias.name.split(".")[1]
                    for alias in node.names
                    if alias.name.startswith("iamcli.")
                }
    return (found & parts()) - {part}


def test_every_part_has_a_level() -> None:
    assert sorted(part for level in LEVELS for part in level) == sorted(parts())


@pytest.mark.parametrize("part", sorted(parts()))
def test_imports_point_down(part: str) -> None:
    rank = {name: number for number, level in enumerate(LEVELS) for name in level}
    assert {name for name in imports(part) if rank[name] <= rank[part]} == set()


def test_few_modules_are_directly_in_the_package() -> None:
    assert len(list(PACKAGE.glob("*.py"))) <= 9


#: What may import botocore besides the client: the pool of ``iamcli run`` opens connections, and
#: the doctor asks botocore what it would use.
WITH_BOTOCORE = {"client", "cli/run", "cli/doctor"}


def test_only_the_client_and_two_subcommands_import_botocore() -> None:
    importing = {
        str(path.parent.relative_to(PACKAGE))
        for path in PACKAGE.rglob("*.py")
        if re.search(r"^\s*(from|import) botocore", path.read_text(), re.MULTILINE)
    }
    assert importing == WITH_BOTOCORE


def test_the_toolkit_does_not_import_the_program() -> None:
    """The commands do not need the subcommands of iamcli."""
    importing = {part for part in parts() if "cli" in imports(part)}
    assert importing == {"__main__"}


def test_a_declaration_does_not_import_what_runs_it() -> None:
    assert imports("command") <= {"parsing", "output"}


def test_the_drawing_is_current() -> None:
    tool = ROOT / "tools" / "architecture.py"
    done = subprocess.run(
        [sys.executable, tool, "--check"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_page_names_every_part() -> None:
    named = set(re.findall(r"`([\w.]+)`", PAGE.partition("| part |")[2].partition("\n## ")[0]))
    assert parts() <= named


def test_every_file_that_the_page_names_exists() -> None:
    named = re.findall(r"`((?:iamcli|tests|tools|bin|docs)/[\w./-]*|setup\.cfg)`", PAGE)
    assert len(named) > 20
    for name in named:
        assert name == "tests/transcripts/iam-NAME.txt" or (ROOT / name).exists(), name
    for name in re.findall(r"`(\w+\.py)`", PAGE):
        assert list((ROOT / "tests" / "support").glob(name)) or list(PACKAGE.rglob(name)), name


def test_the_page_names_functions_that_exist() -> None:
    for name, file in re.findall(r"`(\w+)` in\s+`(iamcli/[\w/]+\.py)`", PAGE):
        text = (ROOT / file).read_text()
        assert re.search(rf"(def |class |^){name}\b", text, re.MULTILINE), (name, file)


@pytest.mark.parametrize("text", ["CONTRIBUTING.md", "README.md"])
def test_contributors_are_led_to_the_page(text: str) -> None:
    if text == "CONTRIBUTING.md":
        assert "docs/architecture.md" in (ROOT / text).read_text()
    for name in re.findall(r"`((?:iamcli|tests|tools|docs)/[\w./-]+)`", (ROOT / text).read_text()):
        assert (ROOT / name).exists(), name
