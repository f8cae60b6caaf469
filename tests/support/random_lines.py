"""Random command lines, whose words are from the tables of the commands and of the advice."""

from __future__ import annotations

import string
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from iamcli.cli import group, index
from iamcli.parsing import command_names, habits, suggestions
from iamcli.parsing.options import refused

if TYPE_CHECKING:
    import click

    from iamcli.parsing.options import Option

COMMANDS = {command.name: command for command in index.commands()}
OPTIONS = [option for command in COMMANDS.values() for option in command.all_options]
SUBCOMMANDS: dict[str, click.Command] = {
    name: command
    for name in group.SUBCOMMANDS
    if (command := group.group.get_command(None, name))  # type: ignore[arg-type]
}

#: A private key in PEM.
PEM = (
    "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA12\nxyz1+w==\n-----END RSA PRIVATE KEY-----\n"
)
#: A value of each kind that no stream may show, with the parts that are not shown either.
SECRETS = {
    "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY": ("K7MDENG/bPxRfi",),
    "wJalrXUtnFEMIxK7MDENGxbPxRfiCYEXAMPLEKEY": ("K7MDENGxbPxRfi",),
    PEM: ("MIIEpAIB", "xyz1+w"),
}
PARTS = [part for parts in SECRETS.values() for part in parts]
#: Values that are dashes, numbers, names, files, addresses and policies.
WORDS = """- -- --- -1 0 1 -h bob help * file nowhere / /a /a/ . .. file/x ~/keys $HOME/keys
/Users/Bob/Projects2024/admin http://127.0.0.1:1 --url=http://127.0.0.1:1 --url=:: http://[ a:b@c
123456 us-east-1 W202 x.sh {} {Statement:[{Effect:Allow Action:*
{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"""
#: One value of each kind, the secrets first.
VALUES = [
    *SECRETS,
    *(f"{secret}\n" for secret in SECRETS),
    *(f"AWSSecretKey={secret}" for secret in SECRETS),
    *WORDS.split(),
    "",
    "[" * 999,
    "9" * 5000,
    "\x1b[2J",
    "a\tb",
    "\u202e",
    "caf\udce9",
    "\udcff",
    "\u2019bob\u2019",
    "\u00e9",
]
#: Each option allows one of them.
ALLOWED = "bob 8 Any /a/ 123456 AKIAIOSFODNN7EXAMPLE AKIAIOSFODNN7EXAMPLE2345 file a=b"
CHOICES = [choice for option in OPTIONS for choice in option.choices]


#: The words that may stand where an option is expected, by the table that they are from.
TABLES: dict[str, list[str]] = {
    "options": [name for option in OPTIONS for name in option.names],
    "words of options": [f"--{word}" for o in OPTIONS for word in (o.dest, *o.dest.split("_"))],
    "placeholders": [f"--{option.metavar}" for option in OPTIONS if option.metavar],
    "letters": [f"-{letter}" for letter in string.ascii_letters],
    "habits": [*habits.HABITS],
    "parameters": [f"--{word}" for word in suggestions._PARAMETERS.split()],  # noqa: SLF001
    "documents": [f"--{word}" for word in suggestions._DOCUMENTS],  # noqa: SLF001
    "of subcommands": [name for c in SUBCOMMANDS.values() for p in c.params for name in p.opts],
    "programs": [*COMMANDS, *SUBCOMMANDS],
    "synonyms": [*command_names._spellings()],  # noqa: SLF001
    "wrong names": [
        f"iam-{verb}-{noun}"
        for verb in command_names._VERBS  # noqa: SLF001
        for noun in command_names._NOUNS  # noqa: SLF001
    ],
}
NAMES = st.one_of(*(st.sampled_from(sorted({*words})) for words in TABLES.values()))
ANY_TEXT = st.text(
    st.characters(exclude_characters="\0", exclude_categories=["Cs"])
    | st.characters(min_codepoint=0xDC80, max_codepoint=0xDCFF)
)
values = (
    st.sampled_from(VALUES[: 3 * len(SECRETS)])
    | st.sampled_from(VALUES)
    | NAMES
    | st.sampled_from(CHOICES)
    | ANY_TEXT
)
#: The characters between a name and a value, and the dash of a name.
_JOINTS = ("=", "", "=", ":")
_DASHES = ("", "-", "--", *suggestions.DASHES)


@st.composite
def wrong_words(draw: st.DrawFn) -> str:
    """Draw a word that is an option, or that resembles one."""
    word: str = draw(NAMES)
    kind = draw(st.integers(0, 5))
    if kind == 0:
        word = draw(st.sampled_from(_DASHES)) + word.lstrip("-")
    elif kind == 1:
        # A word that contains a secret besides other letters is no mistake of options.
        joint = draw(st.sampled_from(_JOINTS)) if word.startswith("-") else "="
        word += joint + draw(values)
    elif kind == 2:
        place = draw(st.integers(0, len(word)))
        word = word[:place] + word[place + 1 :]
    return word


@st.composite
def arguments(draw: st.DrawFn, name: str) -> list[str]:
    """Draw arguments of the command ``name``, of which many are valid."""
    own = COMMANDS[name].all_options
    words: list[str] = []
    for option in own:
        if option.required and draw(st.integers(0, 4)):
            words += [option.name, draw(valid(option))]
    for _ in range(draw(st.integers(0, 3))):
        option = draw(st.sampled_from(own))
        value = [draw(valid(option))] if option.metavar else []
        piece = [option.name, *value]
        if draw(st.booleans()):
            piece = [draw(wrong_words()), *([draw(values)] if draw(st.booleans()) else value)]
        elif draw(st.booleans()) and value:
            piece = [option.name, draw(values)]
        place = draw(st.sampled_from([0, len(words), draw(st.integers(0, len(words)))]))
        words[place:place] = piece
    if draw(st.integers(0, 199)) == 199:
        words += [f"{draw(st.sampled_from(VALUES[:9]))}{number}" for number in range(5000)]
    return words


def valid(option: Option) -> st.SearchStrategy[str]:
    """Draw a value that ``option`` allows."""
    return st.sampled_from(option.choices or [v for v in ALLOWED.split() if not refused(option, v)])


@st.composite
def lines(draw: st.DrawFn) -> list[str]:
    """Draw a command line of a command."""
    name = draw(st.sampled_from(sorted(COMMANDS)))
    return [name, *draw(arguments(name))]


@st.composite
def subcommand_lines(draw: st.DrawFn) -> list[str]:
    """Draw a command line of iamcli."""
    name = draw(st.sampled_from([*SUBCOMMANDS]) | NAMES)
    own = [opt for p in getattr(SUBCOMMANDS.get(name), "params", ()) for opt in p.opts]
    words = [name]
    for _ in range(draw(st.integers(0, 4))):
        kind = draw(st.integers(0, 3))
        if kind == 0 and own:
            words.append(draw(st.sampled_from(own)))
        elif kind == 1:
            words.append(draw(wrong_words()))
        else:
            words.append(draw(values))
    if name in ("explain", "run", "sandbox") and draw(st.booleans()):
        words += ["--", *draw(lines())]
    return ["iamcli", *words]
