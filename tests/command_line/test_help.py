"""Help, man page and completions describe the same options as the declaration."""

from __future__ import annotations

import fcntl
import re
import struct
import termios
from functools import cache
from typing import TYPE_CHECKING

import pytest
from support import readers
from support.shell import ROOT
from support.stub import ok
from support.terminal import USUAL_SIZE, read_now

from iamcli.cli import index
from iamcli.errors import FAILED, INTERRUPTED
from iamcli.help import docstring as documentation
from iamcli.help import text as help_text
from iamcli.parsing.shared import COMMON

if TYPE_CHECKING:
    from iamcli.command import Command

HEIGHT, WIDTH = USUAL_SIZE
COMMANDS: dict[str, Command] = {command.name: command for command in index.commands()}


def page(name: str, section: int = 1) -> str:
    return (ROOT / "man" / f"{name}.{section}").read_text()


@cache
def in_shells() -> dict[str, dict[str, readers.Facts]]:
    of_shells = {"bash": readers.of_bash, "zsh": readers.of_zsh, "fish": readers.of_fish}
    return {shell: read(COMMANDS) for shell, read in of_shells.items()}


def shown(name: str, width: int = WIDTH) -> str:
    return help_text.help_text(COMMANDS[name], width)


@pytest.mark.parametrize("name", COMMANDS)
def test_all_say_the_same_of_each_option(name):
    own = readers.declared(COMMANDS[name].options)
    assert readers.of_help(shown(name)) == own
    assert readers.of_page(page(name)) == own
    every_option = readers.declared(COMMANDS[name].all_options)
    for shell, read in in_shells().items():
        assert read[name] == every_option, shell


@pytest.mark.parametrize("name", COMMANDS)
def test_the_common_options_are_named_and_explained_once(name):
    placeholders = {each: option.metavar or "" for option in COMMON for each in option.names}
    assert readers.common_of_help(shown(name)) == placeholders
    names = [option.name[1:] for option in COMMON]
    named = "".join(f"\n.Fl {each}" + " ," * (each not in names[-2:]) for each in names[:-1])
    assert f"\nThe common options are{named}\nand\n.Fl {names[-1]} ;\n" in page(name)
    section = page("iam-toolkit", 7).partition("\n.Ss Common options\n")[2].partition("\n.Ss ")[0]
    assert re.findall(r" ?Fl (\S+)", re.sub(r"^(?!\.It).*$", "", section, flags=re.MULTILINE)) == [
        each[1:] for option in sorted(COMMON, key=lambda each: each.name) for each in option.names
    ]


@pytest.mark.parametrize("name", COMMANDS)
def test_the_page_has_what_the_help_leaves_out(name):
    text = readers.letters_of_page(page(name))
    document = documentation.of(COMMANDS[name])
    said = [part for option in COMMANDS[name].options for part in (option.help, option.limits)]
    for part in (*said, document.warning, *document.description, *document.notes):
        assert readers.letters(part[1:]) in text, part


@pytest.mark.parametrize("name", COMMANDS)
def test_the_page_says_which_options_exclude_each_other(name):
    options = COMMANDS[name].options
    texts = readers.texts_of_page(page(name))
    said = {
        (option, other)
        for option, text in texts.items()
        for others in re.findall(r" Cannot be used with ([^.]*)\.", text)
        for other in re.split(r", | or ", others)
    }
    pairs = {(option.name, other) for option in options for other in option.excludes}
    assert said == pairs | {(other, option) for option, other in pairs}
    needed = {
        option: re.findall(r" Can be used only with ([^.]*)\.", text)
        for option, text in texts.items()
    }
    assert needed == {option.name: [option.requires] * bool(option.requires) for option in options}


@pytest.mark.parametrize("name", COMMANDS)
def test_the_page_has_the_lengths_that_the_help_has(name):
    texts = readers.texts_of_page(page(name))
    for option in COMMANDS[name].options:
        for length in re.findall(r"\d+ to \d+", option.brief):
            assert length in texts[option.name], option.name


@pytest.mark.parametrize("name", COMMANDS)
def test_all_say_the_same_of_the_exit_status(name):
    assert readers.statuses_of_page(page(name)) == {0, FAILED, INTERRUPTED}


@pytest.mark.parametrize(
    ("name", "statuses"),
    [
        ("iamcli", {0, FAILED, INTERRUPTED}),
        ("iamcli-check", {0, FAILED, 2, INTERRUPTED}),
        ("iamcli-doctor", {0, FAILED, INTERRUPTED}),
        ("iamcli-run", {126, 127, 128}),
        ("iamcli-sandbox", {FAILED, 126, 127, 128}),
    ],
)
def test_the_pages_of_iamcli_have_the_statuses(name, statuses):
    assert readers.statuses_of_page(page(name)) == statuses


# The form of the help.


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_fits_on_a_screen(name, run_fast):
    """With the prompt in the last row. Each option has one line."""
    text = run_fast(name, "-h").out
    lines = text.splitlines()
    assert len(lines) < HEIGHT
    assert max(map(len, lines)) <= WIDTH
    own = [option for option in COMMANDS[name].options if f"\n  {option.name} " in text]
    assert own == list(COMMANDS[name].options)
    assert len(re.findall(r"^  -", text, re.MULTILINE)) == len(own)
    assert not re.search(r"^  -.*\n {6,}", text, re.MULTILINE)


@pytest.mark.parametrize(
    ("width", "lines"),
    [
        # A quotation mark in other ones does not end them.
        (10, ["iam-x \\", "    -a 'b\" -c' \\", "    -d"]),
        (10, ["iam-x \\", '    -a "b\' -c" \\', "    -d"]),
        (8, ["iam-x \\", "    -a - \\", "    -b 'c -d' \\", "    -e f"]),
        (25, ["iam-x -a - -b 'c -d' -e f"]),
        (24, ["iam-x -a - -b 'c -d' \\", "    -e f"]),
        (22, ["iam-x -a - -b 'c -d' \\", "    -e f"]),
        (21, ["iam-x -a - \\", "    -b 'c -d' -e f"]),
    ],
)
def test_an_example_is_continued_before_options(width, lines):
    line = " ".join(line.removesuffix(" \\").strip() for line in lines)
    assert help_text.continued(line, width) == lines


@pytest.mark.parametrize(("columns", "width"), [(80, 80), (60, 60), (120, 120), (200, 120)])
def test_the_help_has_the_width_of_the_window(columns, width, typed):
    name = "iam-useraddpolicy"
    expected = shown(name, width).replace("\n", "\r\n")
    assert typed(f"{name} -h", size=(HEIGHT, columns)) == expected
    assert typed(f"{name} -h", {"IAMCLI_STRICT": "1"}, (HEIGHT, columns)) == expected
    piped = typed(f"{name} -h | cat", size=(HEIGHT, columns))
    assert piped == shown(name).replace("\n", "\r\n")
    usage = shown(name, width).partition("\n\n")[0].replace("\n", "\r\n")
    assert usage in typed(f"{name} -z", size=(HEIGHT, columns))


@pytest.mark.parametrize(("strict", "default"), [("0", "all"), ("1", "100")])
def test_the_help_of_a_list_has_the_default_of_its_mode(strict, default, run_fast):
    done = run_fast("iam-userlistbypath", "-h", env={"IAMCLI_STRICT": strict})
    assert f"read at most this many entries; 1 to 1000; default: {default}\n" in done.out


def test_a_usage_error_has_the_width_of_its_stream(run_fast, terminal):
    name = "iam-useraddpolicy"
    master, device = terminal
    fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", HEIGHT, 60, 0, 0))
    run_fast(name, "-z", stderr=device)
    assert shown(name, 60).partition("\n\n")[0] in read_now(master)
    strict = run_fast(name, "-z", stderr=device, env={"IAMCLI_STRICT": "1"})
    assert strict.out.endswith(shown(name))


@pytest.mark.parametrize(
    ("name", "warning"),
    [
        ("iam-accountmodpasswordpolicy", "without options, all rules are reset"),
        ("iam-useraddloginprofile", "use -p - to avoid both"),
        ("iam-userdel", "A deletion cannot be undone"),
        ("iam-useruploadpolicy", "is replaced"),
        ("iam-roleupdateassumepolicy", "does not keep the current trust policy"),
        ("iam-accountaliascreate", "the first alias stops working"),
        ("iam-virtualmfadevicecreate", "cannot be retrieved later"),
    ],
)
def test_what_does_harm_is_in_the_help_and_early_on_the_page(name, warning):
    document = documentation.of(COMMANDS[name])
    assert warning in document.warning.replace("`", "")
    assert help_text.plain(document.warning) in " ".join(shown(name).split())
    description = page(name).partition(".Sh DESCRIPTION\n")[2]
    first = readers.letters(f"{name} {document.does} {document.warning}")
    assert readers.letters_of_page(description).startswith(first)
    assert document.does not in " ".join(shown(name).split())


@pytest.mark.parametrize("name", COMMANDS)
def test_the_order_of_the_options(name):
    """The required options come first, then those with an alternative; each group by name."""
    options = COMMANDS[name].options
    groups = [
        [option.name for option in options if option.required],
        [option.name for option in options if option.alternative],
        [option.name for option in options if not (option.required or option.alternative)],
    ]
    found = list(readers.of_help(shown(name)))
    assert found == [option for group in groups for option in sorted(group)]


@pytest.mark.parametrize("name", COMMANDS)
def test_the_usage_is_the_synopsis_of_the_page(name):
    usage = readers.synopsis_of_help(shown(name))
    assert usage == readers.synopsis_of_page(page(name))
    assert usage.endswith(" [common option ...]")


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_is_documented(name):
    document = documentation.of(COMMANDS[name])
    assert document.output
    assert document.calls
    assert len(document.examples) == len(document.captions)
    assert all(caption.endswith(".") for caption in document.captions)
    assert all(line.startswith(name) or f"| {name}" in line for line in document.examples)
    for text in (*document.description, *document.notes, *document.output, *document.differs):
        assert text.endswith((".", ":")) or text.startswith("$ "), text
        assert text.count("`") % 2 == 0, text


def test_commands_work_without_docstrings(run, stub):
    """With PYTHONOPTIMIZE=2 Python has no docstrings; help lacks only what is made from them."""
    run.env["AWS_IAM_URL"] = stub.endpoint(ok("CreateAccountAlias"), ok("DeleteAccountAlias")).url
    without = {"PYTHONOPTIMIZE": "2"}
    assert run("iam-accountaliascreate", "-a", "example", env=without) == (0, "", "")
    assert run("iam-accountaliasdelete", "-a", "example", env=without) == (0, "", "")
    for arguments in (["iam-usercreate", "-h"], ["iamcli", "list"], ["iamcli", "home", "--help"]):
        expected = run(*arguments)
        done = run(*arguments, env=without)
        assert (done.status, done.err) == (0, "")
        assert [line.split()[0] for line in done.out.splitlines() if line.startswith("  ")]
        removed = set(done.out.splitlines()) - set(expected.out.splitlines())
        assert not {line for line in removed if line.startswith("  -")}
