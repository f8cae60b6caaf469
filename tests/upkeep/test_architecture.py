"""The layout: imports point down without circles, and docs/architecture.md describes it."""

from __future__ import annotations

import ast
import functools
import re
import runpy
from typing import TYPE_CHECKING

import pytest
from support.shell import ROOT, TESTS

from iamcli.cli.group import SUBCOMMANDS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

PAGE = (ROOT / "docs" / "architecture.md").read_text()
PACKAGE = ROOT / "iamcli"
FILES = sorted(PACKAGE.rglob("*.py"))
#: What draws the order of imports.
DRAWING = runpy.run_path(str(ROOT / "tools" / "architecture.py"))
#: The levels of the layout, from top to bottom. A part imports only parts of lower levels.
LEVELS = (
    ("__main__",),
    ("cli",),
    ("commands",),
    ("runner",),
    ("help", "hints"),
    ("operations",),
    ("command", "client", "policies"),
    ("connection",),
    ("config",),
    ("output", "parsing"),
    ("installation",),
    ("startup",),
    ("handover",),
    ("protection",),
    ("interrupts",),
    ("errors",),
    ("quoting",),
)


def parts() -> set[str]:
    """The packages in iamcli/ and the modules that are directly in it."""
    packages = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    return packages | {path.stem for path in PACKAGE.glob("*.py")} - {"__init__"}


@functools.cache
def tree(file: Path) -> ast.Module:
    """Parse a file."""
    return ast.parse(file.read_text())


@functools.cache
def graph() -> dict[str, set[str]]:
    """The modules ("client.http") that each module imports, also in functions and for types."""
    found: dict[str, set[str]] = DRAWING["module_graph"]()
    return found


@functools.cache
def imports(part: str) -> set[str]:
    """The parts that ``part`` imports."""
    imported = [others for module, others in graph().items() if module.partition(".")[0] == part]
    return {other.partition(".")[0] for others in imported for other in others} - {part}


def test_every_part_has_a_level():
    assert sorted(part for level in LEVELS for part in level) == sorted(parts())


@pytest.mark.parametrize("part", sorted(parts()))
def test_imports_point_down(part):
    rank = {name: number for number, level in enumerate(LEVELS) for name in level}
    assert {name for name in imports(part) if rank[name] <= rank[part]} == set()


def test_no_modules_import_in_a_circle():
    # Imports in functions and for type checking are in the graph, and so are the two ways to
    # import a module.
    assert "client.client" in graph()["operations.sender"]
    assert "config.settings" in graph()["connection.aws_config"]
    assert "operations.waiting" in graph()["operations.service"]
    assert len(DRAWING["levels"](graph())) > 20
    with pytest.raises(SystemExit):
        DRAWING["levels"]({"a": {"b"}, "b": {"c"}, "c": {"b"}})


def test_few_modules_are_directly_in_the_package():
    assert len(list(PACKAGE.glob("*.py"))) <= 10


#: What may import botocore besides the client: the pool of ``iamcli run`` opens connections, and
#: the doctor asks botocore what it would use.
WITH_BOTOCORE = {"connection", "client", "cli/run", "cli/doctor"}


def test_only_the_client_and_two_subcommands_import_botocore():
    importing = {
        str(path.parent.relative_to(PACKAGE))
        for path in PACKAGE.rglob("*.py")
        if re.search(r"^\s*(from|import) botocore", path.read_text(), re.MULTILINE)
    }
    assert importing == WITH_BOTOCORE


def test_imports_for_types_have_one_form():
    """Importing typing for one name takes time in each command."""
    others = [
        str(path.relative_to(PACKAGE))
        for path in FILES
        if re.search(r"^from typing import .*\bTYPE_CHECKING\b", path.read_text(), re.MULTILINE)
    ]
    assert others == []


def test_the_toolkit_does_not_import_the_program():
    """The commands do not need the subcommands of iamcli."""
    assert {part for part in parts() if "cli" in imports(part)} == set()


def test_no_subcommand_imports_another():
    """What they share is beside them, so that a change in one of them does not change another."""

    def subcommand(module: str) -> str:
        above, *names = module.split(".")[:2]
        return names[0] if above == "cli" and {*names} & {*SUBCOMMANDS} else ""

    importing = {
        (subcommand(module), subcommand(other))
        for module, imported in graph().items()
        for other in imported
    }
    assert {(one, other) for one, other in importing if one and other and one != other} == set()


def test_a_declaration_does_not_import_what_runs_it():
    assert imports("command") <= {"parsing", "output"}


def test_the_drawing_is_current():
    assert DRAWING["drawing"](graph()) in PAGE


def test_the_page_names_every_part():
    named = set(
        re.findall(r"`([\w.]+)`", PAGE.partition("\n## The parts\n")[2].partition("\n## ")[0])
    )
    assert parts() <= named


def test_every_file_that_the_page_names_exists():
    named = re.findall(r"`((?:iamcli|tests|tools|bin|docs)/[\w./-]*|setup\.cfg)`", PAGE)
    assert len(named) > 20
    for name in named:
        assert f"new file `{name}`:" in " ".join(PAGE.split()) or (ROOT / name).exists(), name
    for name in re.findall(r"`(\w+\.py)`", PAGE):
        assert list((ROOT / "tests" / "support").glob(name)) or list(PACKAGE.rglob(name)), name


def test_the_page_of_the_tests_names_what_there_is():
    page = (TESTS / "README.md").read_text()
    folders = page.partition("\n## Folders\n")[2].partition("\n## ")[0]
    described = " ".join(re.findall(r"^\* (`.*?):", folders, re.MULTILINE))
    there = {path.name for path in TESTS.iterdir() if path.is_dir()} - {"__pycache__"}
    assert {*re.findall(r"`(\w+)/`", described)} == there
    for name in re.findall(r"`((?:\w+/)+(?:\w+\.py)?)`", page):
        assert (TESTS / name).exists() or (ROOT / name).exists(), name


def test_the_page_names_functions_that_exist():
    for name, file in re.findall(r"`(\w+)` in\s+`(iamcli/[\w/]+\.py)`", PAGE):
        text = (ROOT / file).read_text()
        assert re.search(rf"(def |class |^){name}\b", text, re.MULTILINE), (name, file)


@pytest.mark.parametrize("text", ["CONTRIBUTING.md", "README.md"])
def test_contributors_are_led_to_the_page(text):
    if text == "CONTRIBUTING.md":
        assert "docs/architecture.md" in (ROOT / text).read_text()
    for name in re.findall(r"`((?:iamcli|tests|tools|docs)/[\w./-]+)`", (ROOT / text).read_text()):
        assert (ROOT / name).exists(), name


def test_no_public_class_name_is_defined_twice():
    names = [
        node.name
        for file in FILES
        for node in ast.walk(tree(file))
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    ]
    assert {name for name in names if names.count(name) > 1} == set()


#: Methods that change a list, a dict, a set or a Secrets.
CHANGING = {"add", "append", "clear", "discard", "extend", "gather", "insert", "pop", "remove"}
CHANGING |= {"setdefault", "update"}


def targets(node: ast.AST) -> list[ast.expr]:
    """What a statement assigns to."""
    found = [*getattr(node, "targets", ()), getattr(node, "target", None)]
    return [part for each in found if each for part in getattr(each, "elts", [each])]


def assigned(body: list[ast.stmt]) -> set[str]:
    """The names to which the statements of a module or of a class assign a value."""
    valued = [node for node in body if getattr(node, "value", None)]
    return {each.id for node in valued for each in targets(node) if isinstance(each, ast.Name)}


def changed(node: ast.AST) -> list[ast.expr]:
    """The objects and attributes that a statement or a call changes."""
    parts = [each for each in targets(node) if not isinstance(each, ast.Name)]
    if isinstance(node, ast.Call) and ast.unparse(node.func) == "setattr":
        parts.append(node.args[0])
    elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") in CHANGING:
        parts.append(node.func.value)  # type: ignore[attr-defined]
    return [part.value if isinstance(part, ast.Subscript) else part for part in parts]


def state(trees: Mapping[str, ast.Module]) -> set[tuple[str, str]]:
    """What functions change that is not their own, each with the module that changes it.

    That is: what belongs to a module or a class; an attribute, such as those of exceptions, of
    which the class has a default; one that is read by ``vars``, because not all objects have it;
    and results that ``cache`` keeps.
    """
    walked = {place: list(ast.walk(module)) for place, module in trees.items()}
    classes_of = {
        place: [node for node in nodes if isinstance(node, ast.ClassDef)]
        for place, nodes in walked.items()
    }
    classes = [node for found in classes_of.values() for node in found]
    records = [node for node in classes if "NamedTuple" in map(ast.unparse, node.bases)]
    records += [node for node in classes if "dataclass" in map(ast.unparse, node.decorator_list)]
    defaults = set().union(*(assigned(node.body) for node in classes if node not in records))
    texts = {place: (PACKAGE / f"{place}.py").read_text() for place in trees}
    added = set(re.findall(r"\bvars\(\w+\)\.\w+\(\"(\w+)\"", "\n".join(texts.values())))
    found = set()
    for place, nodes in walked.items():
        whole = texts[place]
        found |= {(name, place) for name in re.findall(r'vars\(\w+\)\.setdefault\("(\w+)"', whole)}
        if re.search(r"(@|= )(functools\.)?(lru_)?cache\b", whole):
            found.add(("cache", place))
        shared = assigned(trees[place].body) | {each.name for each in classes_of[place]}
        for node in nodes:
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                shared |= {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
        functions = [node for node in nodes if isinstance(node, ast.FunctionDef)]
        for node in {inner for function in functions for inner in ast.walk(function)}:
            if isinstance(node, ast.Global):
                found |= {(name, place) for name in node.names}
            for part in changed(node):
                name, attribute = ast.unparse(part), getattr(part, "attr", "")
                own = ast.unparse(getattr(part, "value", part)) in {"self", "cls"}
                # Objects of moto have attributes of the same names as some of ours.
                ours = attribute in defaults and not place.startswith("cli/sandbox/")
                if re.split(r"\W", name)[0] in shared and "(" not in name:
                    found.add((re.sub(r"^[a-z_]+\.(?=[A-Z])", "", name), place))
                elif (ours or attribute in added) and not own:
                    found.add((attribute, place))
    return found


def test_the_page_lists_the_state():
    found = state({str(f.relative_to(PACKAGE).with_suffix("")): tree(f) for f in FILES})
    listed: set[str] = set()
    section = PAGE.partition("\n## State\n")[2].partition("\n## ")[0]
    for row in re.findall(r"^\* [^:]*", section, re.MULTILINE):
        what, places = (set(re.findall("`(.*?)`", part)) for part in re.split(r"\s\(", row))
        # A row names the attribute, or the class or module that has several.
        here = {(name, place) for name, place in found if {name, name.split(".")[0]} & what}
        assert {place for _, place in here} == places, row
        assert all(any(f"{name}.".startswith(f"{one}.") for name, _ in here) for one in what), row
        listed |= {name for name, _ in here}
    assert {(name, place) for name, place in found if name not in listed} == set()
