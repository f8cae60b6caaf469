"""The help and the usage of a command with options of all kinds, as a whole."""

from __future__ import annotations

import pytest
from support.expected import compare

from iamcli.command import Command
from iamcli.help import text as help_text
from iamcli.help.docstring import Documentation
from iamcli.parsing.options import Limit, Option


def work() -> None:
    """Do `everything`, with `options` of all kinds, and say so in a line that is longer than one.

    A paragraph of
    two lines.

    Another one: with a colon.

    Output
    in a paragraph.

    Does: does
    it.
    Warning: It does
    `harm`.

    Output:
    `one: item`
    another one
      with a second line
        and a third

      an item after an empty line

    Differs:
    It differs.
    Notes: A paragraph
    of two lines.

    $ iam-every -a -
    $ iam-every -v

    The last one.

    Example: Do it.
        $ iam-every -a 'it -b is' -e Allow -f a-file-with-a-long-name | cat - >another-file-of-it

    Example: Do
        the other thing.
        $ iam-every -v
    Calls: One, Two,
        Three.
    """


OPTIONS = [
    Option("-v", None, "verbose", "list more", default="`/`"),
    Option("-t", "KEY=VALUE", "tags", "add a tag", repeatable=True, limits="at most 50: tags"),
    Option("-o", "TEXT", "text", "the text", alternative="-f", limits="JSON"),
    Option(
        "-f",
        "FILE",
        "file",
        "read the `text` from a file",
        alternative="-o",
        limits="JSON in UTF-8; at most 1 MiB",
        default="none",
    ),
    Option(
        "-e", "EFFECT", "effect", "what it does", required=True, choices=("Allow", "Deny", "Audit")
    ),
    Option(
        "-c",
        "CODE",
        "code",
        "a code",
        limit=Limit("a code", 6, 6, "[0-9]+", "digits"),
        alias="--code",
        brief="",
    ),
    Option(
        "-a",
        "ACTION",
        "actions",
        "an action",
        required=True,
        repeatable=True,
        limit=Limit("an action", 1, 64, ".+", "characters: any"),
    ),
]


def rest() -> None:
    """Do nothing."""


def command(name: str, options: list[Option]) -> Command:
    return Command(name, options, work if options else rest)


@pytest.mark.parametrize(
    ("name", "options", "width"),
    [
        ("iam-every", OPTIONS, 80),
        ("iam-every", OPTIONS, 40),
        ("iam-every", OPTIONS, 26),
        # The description of an option has 24 columns beside the names, or lines of its own.
        ("iam-every", OPTIONS, 43),
        ("iam-every", OPTIONS, 42),
        # Two alternatives fit on a line, or not.
        ("iam-every", OPTIONS[2:4], 23),
        ("iam-every", OPTIONS[2:4], 22),
        ("iam-everything-there-is", OPTIONS, 50),
        ("iam-one", OPTIONS[:1], 80),
        # The usage is beside the name if it has half of the line.
        ("iam-one", OPTIONS[:1], 30),
        ("iam-one", OPTIONS[:1], 29),
        ("iam-none", [], 80),
    ],
)
def test_the_whole_help(name, options, width, request):
    shown = help_text.help_text(command(name, options), width)
    compare(shown, f"command_line/help/{name}-{width}.txt", request)


@pytest.mark.parametrize("name", ["", "-v", "-o", "-f", "-c", "-e", "-a"])
def test_the_whole_usage(name, request):
    about = next((option for option in OPTIONS if option.name == name), None)
    shown = help_text.usage_text(command("iam-every", OPTIONS), about, 60)
    compare(shown, f"command_line/help/usage{name}.txt", request)


def test_a_docstring_is_read():
    assert vars(Documentation(str(work.__doc__))) | {"_items": None} == {
        "_items": None,
        "summary": "Do `everything`, with `options` of all kinds, and say so in a line that is "
        "longer than one.",
        "description": [
            "A paragraph of two lines.",
            "Another one: with a colon.",
            "Output in a paragraph.",
        ],
        "does": "does it.",
        "warning": "It does `harm`.",
        "output": [
            "`one: item`",
            "another one with a second line and a third",
            "an item after an empty line",
        ],
        "differs": ["It differs."],
        "notes": ["A paragraph of two lines.", "$ iam-every -a - $ iam-every -v", "The last one."],
        "captions": ["Do it.", "Do the other thing."],
        "examples": [
            (
                "iam-every -a 'it -b is' -e Allow -f a-file-with-a-long-name | cat - "
                ">another-file-of-it"
            ),
            "iam-every -v",
        ],
        "calls": ["One", "Two", "Three"],
    }


def test_a_docstring_may_be_empty_or_one_line():
    for text in ("", " Do it. "):
        document = Documentation(text)
        assert (document.summary, document.description) == (text.strip(), [])
        assert (document.warning, document.notes, document.calls) == ("", [], [])
