"""The tests are as tests/README.md says, so that a stranger can change them."""

from __future__ import annotations

import re
import runpy
from collections import defaultdict
from http.client import HTTPConnection

from support.shell import TESTS
from support.stub import Answer

FILES = {str(path.relative_to(TESTS)): path.read_text() for path in sorted(TESTS.rglob("*.py"))}


def test_a_fixture_has_a_name_of_its_own():
    """So that a test does not change its meaning if it is moved to another file."""
    found = defaultdict(list)
    for name, text in FILES.items():
        for fixture in re.findall(
            r"^@pytest\.fixture\b.*?^def (\w+)", text, re.MULTILINE | re.DOTALL
        ):
            found[fixture].append(name)
    assert len(found) > 100
    assert {fixture: names for fixture, names in found.items() if len(names) > 1} == {}


def test_a_row_of_a_table_is_a_line():
    """Several values that are packed into a line with ``*(...)`` are hard to change."""
    packed = re.compile(r"^ *\*[(\[{](?!.* for |set\().*, .*[)\]}],?$", re.MULTILINE)
    assert {name for name, text in FILES.items() if packed.search(text)} == set()


def test_mistakes_in_each_module_have_tests_to_notice_them():
    near = runpy.run_path(str(TESTS.parent / "tools" / "mistakes.py"))["near"]
    modules = (TESTS.parent / "iamcli").rglob("*.py")
    assert [module for module in modules if not near(module)] == []


def test_no_test_imports_another():
    importing = re.compile(r"^\s*(?:from|import) (?:\S+\.)?(?:test_\w+|conftest)\b", re.MULTILINE)
    assert [name for name, text in FILES.items() if importing.search(text)] == []


def test_a_test_file_has_a_name_of_its_own():
    """So that a report and a document need not say whose it is."""
    names = [name.rpartition("/")[2] for name in FILES if "/test_" in name]
    assert len(names) > 100
    assert sorted(names) == sorted(set(names))


def test_the_page_says_what_each_helper_is_for():
    page = (TESTS / "README.md").read_text().partition("## Helpers\n")[2].partition("\n## ")[0]
    lines = re.findall(r"(?:^\*|;) (`[^:]*`):", page, re.MULTILINE)
    listed = [name for line in lines for name in re.findall(r"`(\w+)`", line)]
    paths = [re.fullmatch(r"support/([a-z]\w*)(\.py|/__init__\.py)", name) for name in FILES]
    assert sorted(listed) == sorted(path[1] for path in paths if path)


#: Requests of an operation and a version, and what the stub says, as the service does.
VERSIONS = {
    "Action=GetUser&Version=2010-05-08": "",
    "Action=GetCallerIdentity&Version=2011-06-15": "",
    "Action=GetUser&Version=2011-06-15": "GetUser for version 2011-06-15",
    "Action=GetCallerIdentity&Version=2010-05-08": "GetCallerIdentity for version 2010-05-08",
    "Action=AssumeRole&Version=2011-06-15x": "AssumeRole for version 2011-06-15x",
    "Action=GetUser": "GetUser for version NO_VERSION_SPECIFIED",
}


def test_the_stub_has_the_version_of_each_service(stub):
    endpoint = stub.endpoint(Answer(b""))
    for body, said in VERSIONS.items():
        connection = HTTPConnection(f"127.0.0.1:{stub.port}")
        connection.request("POST", endpoint.url, body)
        answer = connection.getresponse()
        text = f"<Code>InvalidAction</Code><Message>Could not find operation {said}</Message>"
        assert (answer.status, text in answer.read().decode()) == (
            (400, True) if said else (200, False)
        )
        connection.close()
    assert endpoint.operations == ["GetUser", "GetCallerIdentity"]
