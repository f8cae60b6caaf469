"""Limits on the structure and the start-up of commands, by counting instead of timing."""

from __future__ import annotations

import json
import re
import sys
from importlib import import_module
from typing import TYPE_CHECKING

import pytest
from support.faults import CLOSED
from support.moments import at_start
from support.shell import BIN, ROOT, TESTS
from support.streams import internal_errors
from support.stub import canned, ok

from iamcli.cli.index import groups
from iamcli.command import Command
from iamcli.installation.table import PROGRAMS

if TYPE_CHECKING:
    from pathlib import Path

    from support.shell import Done, Shell

USER = "<User><Arn>arn:aws:iam::123456789012:user/bob</Arn><UserId>AIDA</UserId></User>"
#: What a start may import, and a whole command. An increase needs a reason.
MODULES_OF_HELP = 26
# Python 3.13 imports four more than 3.11, and 3.14 eleven more.
# From 3.15 on, only what is used is imported.
MODULES_OF_A_COMMAND = (
    340 if sys.version_info < (3, 14) else 347 if sys.version_info < (3, 15) else 231
)
BYTES_OF_MODEL = 60_000
#: How long a row of a table in LEGACY.md and docs/decisions.md can be (characters). A longer one is
#: two decisions.
LONGEST_ROW = 400


#: The commands, each with its module and function. A test of ``tools/index.py`` compares them with
#: setup.cfg.
COMMANDS = {name: place.split(":") for name, place in sorted(PROGRAMS.items()) if name != "iamcli"}


def imported(run: Shell, *arguments: str, **options: object) -> tuple[Done, list[str]]:
    """Run a command and return how it ended, and the names of the modules that it imported."""
    done = run(
        sys.executable, "-X", "importtime", str(BIN / arguments[0]), *arguments[1:], **options
    )  # type: ignore[arg-type]
    rows = [line for line in done.err.splitlines() if line.startswith("import time:")]
    return done, [row.rpartition("|")[2].strip() for row in rows]


def test_each_line_of_the_index_has_its_function_transcript_page_and_link():
    for name, (module, function) in COMMANDS.items():
        command = getattr(import_module(module), function)
        assert isinstance(command, Command)
        assert command.name == name == f"iam-{function}"
        assert command.summary.endswith(".")
        assert (TESTS / "transcripts" / f"{name}.txt").is_file()
        assert (ROOT / "bin" / name).resolve() == ROOT / "bin" / "launcher"
    assert list(COMMANDS) == sorted(path.stem for path in (TESTS / "transcripts").iterdir())


def test_the_commands_are_grouped_by_entity():
    modules = [place.split(":")[0] for name, place in PROGRAMS.items() if name != "iamcli"]
    assert sorted(modules, key=modules.index) == modules
    assert len(groups()) == len(set(modules))


def test_each_example_is_a_line_of_its_transcript():
    from iamcli.help import docstring as documentation

    for name, (module, function) in COMMANDS.items():
        text = (TESTS / "transcripts" / f"{name}.txt").read_text()
        examples = documentation.of(getattr(import_module(module), function)).examples
        assert examples
        for example in examples:
            assert f"$ {example}\n" in text


def test_each_command_and_option_stands_in_a_transcript():
    for name, options in json.loads((TESTS / "interface" / "commands.json").read_text())[
        "commands"
    ].items():
        lines = [
            f"{line} "
            for line in (TESTS / "transcripts" / f"{name}.txt").read_text().splitlines()
            if line.startswith("$ ") and name in line
        ]
        for option in options:
            assert any(f" {option['option']} " in line for line in lines), (name, option)


@pytest.mark.parametrize("name", COMMANDS)
def test_command_modules_neither_print_nor_exit(name):
    module, _ = COMMANDS[name]
    text = (ROOT / f"{module.replace('.', '/')}.py").read_text()
    assert "import sys" not in text
    assert "print(" not in text
    assert "botocore" not in text


@pytest.mark.parametrize(
    "arguments",
    [
        ["iam-usercreate", "-h"],
        ["iam-usercreate", "--version"],
        ["iam-usercreate", "-z"],
        ["iam-useruploadpolicy", "-u", "bob", "-p", "p", "-f", "absent.json"],
        ["iam-useruploadpolicy", "-u", "bob", "-p", "p", "-o", "no json"],
        ["iam-servercertupload", "-s", "s", "-b", "absent.pem", "-k", "absent.pem"],
        ["iam-virtualmfadevicecreate", "-s", "d", "-b", "QRCodePNG"],
        ["iam-usercreate", "-u", "bob", "--aws-credential-file", "absent"],
        ["iam-usercreate", "-u", "bob", "--client-config-file", "absent"],
        ["iam-usercreate", "-u", "bob", "--url", "ftp://x"],
    ],
    ids=" ".join,
)
def test_what_sends_nothing_imports_no_botocore(arguments, run):
    _, modules = imported(run, *arguments)
    assert not [name for name in modules if name.startswith(("botocore", "urllib3", "click"))]


#: A script of somebody else's, whose name begins as those of the commands.
AUDIT = """\
import signal, sys
before = [*sys.path]
import iamcli.cli
from iamcli.commands import users
try:
    signal.raise_signal(signal.SIGINT)
except KeyboardInterrupt:
    print("interrupted", sys.path == before)
"""


def test_to_import_a_command_changes_nothing(run, tmp_path):
    (tmp_path / "iam-audit").write_text(AUDIT)
    env = {"PYTHONPATH": str(ROOT), "IAMCLI_RUN": "/nowhere"}
    assert run(sys.executable, "iam-audit", env=env) == (0, "interrupted True\n", "")


def test_help_imports_little(run):
    done, modules = imported(run, "iam-usercreate", "-h")
    assert done.status == 0
    own = modules[modules.index("iamcli") :]
    assert len(own) < MODULES_OF_HELP
    assert not {"re", "argparse", "json", "importlib.metadata", "inspect"} & set(own)


@pytest.mark.parametrize(
    ("arguments", "heavy"),
    [
        ([], "botocore"),
        (["list"], "botocore"),
        (["explain", "--", "iam-userdel", "-u", "u", "-r"], "botocore"),
        (["iam-usercreate", "-h"], "click"),
    ],
    ids=" ".join,
)
def test_iamcli_imports_what_it_needs(arguments, heavy, run):
    _, modules = imported(run, "iamcli", *arguments)
    assert not [name for name in modules if name.startswith((heavy, "botocore", "urllib3"))]


@pytest.mark.parametrize(
    ("before", "lazy"), [([], ""), ([], "normal"), ([], "all"), (["iamcli"], "")]
)
def test_a_whole_command_imports_what_it_needs(before, lazy, run, stub):
    """Whatever Python is told to import when it is used."""
    endpoint = stub.endpoint(ok("GetUser", USER))
    env = {"AWS_IAM_URL": endpoint.url, "PYTHON_LAZY_IMPORTS": lazy}
    done, modules = imported(run, *before, "iam-usergetattributes", "-u", "bob", env=env)
    assert done.status == 0
    # The program iamcli has five modules of its own.
    assert len(modules) < MODULES_OF_A_COMMAND + 5 * len(before)
    assert not {
        "botocore.session",
        "botocore.client",
        "botocore.credentials",
        "botocore.endpoint_provider",
        "botocore.retries.standard",
        "click",
    } & set(modules)
    # Only the module of the command, which Python does not list if iamcli imports it.
    command_modules = [name for name in modules if name.startswith("iamcli.commands.")]
    assert command_modules == ([] if before else ["iamcli.commands.users"])


#: Code that reports at the end whether imports are lazy.
MODE = (
    "import atexit, os, sys; atexit.register(lambda: os.write(2, sys.get_lazy_imports().encode()))"
)


@pytest.mark.skipif(sys.version_info < (3, 15), reason="no import is lazy")
@pytest.mark.parametrize("line", ["iamcli list", "iamcli check iam-usercreate"])
def test_a_subcommand_imports_at_once(line, run):
    (run.home / "iam-usercreate").touch()
    assert run(*line.split(), env=at_start(MODE)).err == "normal"


def test_an_optional_package_that_lacks_another_one_is_not_used(run, stub):
    """urllib3 tries to import this one."""
    (run.home / "brotlicffi.py").write_text("import lacking")
    env = {"AWS_IAM_URL": stub.endpoint(ok("GetUser", USER)).url, "PYTHONPATH": str(run.home)}
    done = run("iam-usergetattributes", "-u", "bob", env=env)
    assert (done.status, done.err) == (0, "")


#: Code that does something at each import once a request is sent.
AT_IMPORTS = """
import os, sys
sent = []
def audit(event, arguments):
    if event == "socket.connect":
        sent.append(event)
    elif event == "import" and sent:
        {}
sys.addaudithook(audit)
"""
KEY = canned("CreateAccessKey")
DEVICE = ok(
    "CreateVirtualMFADevice",
    "<VirtualMFADevice><SerialNumber>d</SerialNumber><Base32StringSeed>QUFB</Base32StringSeed>"
    "</VirtualMFADevice>",
)


@pytest.mark.parametrize(
    ("line", "answers"),
    [
        ("iam-usergetattributes -u bob", [ok("GetUser", USER)]),
        ("iam-userlistbypath", [canned("ListUsers-truncated"), canned("ListUsers-last")]),
        ("iam-usercreate -u bob -v -k", [ok("CreateUser", USER), KEY]),
        ("iam-useraddkey -u bob", [KEY]),
        ("iam-virtualmfadevicecreate -s d -b Base32String", [DEVICE]),
    ],
)
def test_nothing_is_imported_between_a_request_and_its_report(line, answers, run, stub):
    """A file may be gone meanwhile: the user has to see the only copy of a secret."""
    at_imports = at_start(AT_IMPORTS.format("os.write(2, arguments[0].encode())"))
    env = {"AWS_IAM_URL": stub.endpoint(*answers).url, **at_imports}
    done = run(*line.split(), env=env)
    assert (done.status, done.err) == (0, "")


def test_what_may_be_changed_is_reported_if_no_module_can_be_read(run, stub):
    """None of this package: an upgrade has removed them."""
    code = "if 'iamcli' in arguments[0]: raise PermissionError(arguments[0])"
    at_imports = at_start(AT_IMPORTS.format(code))
    env = {"AWS_IAM_URL": stub.endpoint(CLOSED).url, **at_imports}
    done = run("iam-usercreate", "-u", "bob", env=env)
    assert (done.status, done.err.count("\n")) == (1, 1)
    assert done.err.endswith(
        "; CreateUser may have taken effect, check first: iam-usergetattributes -u bob\n"
    )
    assert internal_errors()


def test_one_request_and_one_connection(run, stub):
    endpoint = stub.endpoint(ok("GetUser", USER))
    run("iam-usergetattributes", "-u", "bob", env={"AWS_IAM_URL": endpoint.url})
    assert endpoint.operations == ["GetUser"]
    endpoint = stub.endpoint(ok("AddUserToGroup"))
    names = [argument for user in "abcdef" for argument in ("-u", user)]
    assert run("iam-groupadduser", "-g", "g", *names, env={"AWS_IAM_URL": endpoint.url}).status == 0
    assert len(endpoint.requests) == 6
    assert len({request.connection for request in endpoint.requests}) == 1


def test_the_model_is_small_and_botocores_own(run):
    assert (ROOT / "iamcli" / "client" / "model.json").stat().st_size < BYTES_OF_MODEL
    done = run(sys.executable, str(ROOT / "tools" / "slim_model.py"), "--check")
    assert (done.status, done.err) == (0, ""), done.out


def test_the_version_stands_in_the_package_alone():
    from iamcli import __version__

    changes = (ROOT / "CHANGELOG.md").read_text()
    released = re.findall(r"^## \[(\d.*?)\] - ", changes, re.MULTILINE)
    if __version__.endswith(".dev0"):
        # Between releases, the version is the next one.
        versions = [__version__.removesuffix(".dev0"), *released]
    else:
        versions = released
        assert __version__ == released[0]
        assert f"## [Unreleased]\n\n## [{__version__}]" in changes
    numbers = [[int(part) for part in number.split(".")] for number in versions]
    assert numbers == sorted(numbers, reverse=True)
    assert len({tuple(number) for number in numbers}) == len(numbers)
    assert "version = attr: iamcli.__version__" in (ROOT / "setup.cfg").read_text()


def test_the_classifiers_name_the_pythons_that_were_tested():
    settings = (ROOT / "setup.cfg").read_text()
    declared = set(re.findall(r"Python :: (3\.\d+)$", settings, re.MULTILINE))
    row = re.compile(r"^\| (3\.\d+)\.\d+ \|.*\| smoke[^|]* \| \d+ passed", re.MULTILINE)
    assert declared == set(row.findall((ROOT / "CONTRIBUTING.md").read_text()))
    assert "Typing :: Typed" in settings


def test_the_rows_of_the_compatibility_record_are_short():
    pages = [(ROOT / name).read_text() for name in ("LEGACY.md", "docs/decisions.md")]
    rows = re.findall(r"^\|.*", "\n".join(pages), re.MULTILINE)
    assert len(rows) > 150
    assert [row for row in rows if len(row) > LONGEST_ROW] == []


def test_each_decision_that_a_docstring_names_is_there():
    decisions = (ROOT / "docs/decisions.md").read_text().replace("`", "")
    rows = [line[2:] for line in decisions.splitlines() if line.startswith("| ")]
    texts = [" ".join(path.read_text().split()) for path in (ROOT / "iamcli").rglob("*.py")]
    named = re.findall(r"docs/decisions\.md(?: \(([^)]*)\))?", " ".join(texts))
    assert len(named) > 10
    assert [name for name in named if not name or not any(r.startswith(name) for r in rows)] == []


#: What bash 3.2 does not understand. It lacks compopt, so its error must be redirected.
NEWER_BASH = re.compile(
    r"\b(?:mapfile|readarray|coproc|compopt(?!.* 2>))\b"
    r"|\b(?:declare|local|typeset) -[a-zA-Z]*[Angul]\b"
    r"|\$\{[\w@*\[\]]+(?:,|\^|@[A-Za-z]\})|&>>|\|&|;&"
)
#: Programs and options that macOS and the BSDs do not have, or that mean something else there.
GNU_ONLY = re.compile(
    r"\b(?:nproc|realpath|sha256sum|shuf|tac|timeout)\s"
    r"|\bsed\b.* -(?:i|r)|\bhead -n -|\bgrep\b.* -\w*P|\breadlink -\w*[em]"
    r"|\bdate\b.* -d|\bstat -\w*c|\bxargs\b.* -\w*[rd]\b|\bsort\b.* -\w*V"
    r"|\bfind\b.* -printf|\bgensub\(|\btouch -\w*d\b|\btar --|\becho -[en]\b"
)


def ours() -> list[Path]:
    """Return the scripts that users and contributors run on any system."""
    return [
        ROOT / "Makefile",
        ROOT / "completions" / "bash" / "iamcli",
        ROOT / "bin" / "launcher",
        *(ROOT / "examples").glob("*.sh"),
        ROOT / "tests" / "localstack" / "run",
    ]


@pytest.mark.parametrize("foreign", [NEWER_BASH, GNU_ONLY])
def test_our_scripts_need_neither_a_newer_bash_nor_gnu(foreign):
    assert len(ours()) == 5
    found = [
        f"{script.name}: {line}"
        for script in ours()
        for line in script.read_text().splitlines()
        if foreign.search(line) and not line.lstrip().startswith("#")
    ]
    assert found == []
