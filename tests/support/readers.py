"""Read the options of a command from its help, its man page and its completions.

The readers know only the format of these texts, not the code that generates them.
"""

from __future__ import annotations

import re
import shlex
import subprocess
from typing import TYPE_CHECKING, NamedTuple

from support.shell import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from iamcli.parsing.options import Option

Names = tuple[str, ...]


class Fact(NamedTuple):
    """What a text says about an option."""

    value: bool
    required: bool
    repeatable: bool
    choices: tuple[str, ...]
    default: str


Facts = dict[str, Fact]


def declared(options: Iterable[Option]) -> Facts:
    """Return what the declarations of ``options`` say."""
    return {
        name: Fact(
            option.metavar is not None,
            option.required,
            option.repeatable,
            option.choices,
            option.default.replace("`", ""),
        )
        for option in options
        for name in option.names
    }


def _fact(value: object, text: str) -> Fact:
    """Read the line of an option in help and completions: notes, choices, default."""
    annotations = re.search(r" \(((?:required|repeatable)(?:, [^)]*)*)\)", text)
    notes = annotations[1] if annotations else ""
    choices = re.match(r"([A-Z]\w+(?:, \w+)* or \w+) \(", text)
    default = re.search(r"; default: (.*)$", text)
    return Fact(
        bool(value),
        "required" in notes.split(", "),
        "repeatable" in notes,
        tuple(re.split(r", | or ", choices[1])) if choices else (),
        default[1] if default else "",
    )


def of_help(text: str) -> Facts:
    """Read the lines of the command's own options in the output of ``-h``."""
    found: Facts = {}
    for row in re.findall(r"^  -.*(?:\n {6,}.*)*", text, re.MULTILINE):
        left, _, line = re.split(r"(\s\s+)", row.strip(), maxsplit=1)
        name, _, metavar = left.partition(" ")
        found[name] = _fact(metavar, " ".join(line.split()))
    return found


def common_of_help(text: str) -> dict[str, str]:
    """Read the placeholders of the common options in the output of ``-h``, by name."""
    row = text.partition("\nCommon options:\n")[2].partition("\n\n")[0]
    found = {}
    for item in re.findall(r"\[([^]]+)\]", " ".join(row.split())):
        *names, last = item.split(" | ")
        last, _, metavar = last.partition(" ")
        found.update(dict.fromkeys([*names, last], metavar))
    return found


def _items(text: str) -> Iterator[tuple[str, str]]:
    """Yield the tag and the text of each of a command's own options on its page."""
    description = text.partition("\n.Sh DESCRIPTION\n")[2].partition("\n.Sh ")[0]
    for item in description.split("\n.It ")[1:]:
        tag, _, rest = item.partition("\n")
        body = " ".join(_unmarked(line) for line in rest.partition("\n.El")[0].splitlines())
        yield tag, re.sub(r" ([.,:;])(?= |$)", r"\1", body)


def texts_of_page(text: str) -> dict[str, str]:
    """Return what a page says of each of a command's own options, by the option's name."""
    return {f"-{tag.split()[1]}": body for tag, body in _items(text)}


def of_page(text: str) -> Facts:
    """Read the tagged list of a command's own options in its page's DESCRIPTION."""
    found: Facts = {}
    for tag, body in _items(text):
        choices = re.search(r": (\w+(?:, \w+)* or \w+), in upper or lower case", body)
        default = re.search(r" Default: (.*?)\.(?: In strict mode, the default is 100\.)?$", body)
        for name in re.findall(r"Fl (\S+)", tag):
            found[f"-{name}"] = Fact(
                " Ar " in tag,
                " Required." in body,
                "May be repeated." in body,
                tuple(re.split(r", | or ", choices[1])) if choices else (),
                default[1] if default else "",
            )
    return found


def letters_of_page(text: str) -> str:
    """Return the letters and digits of a page, without its macros."""
    return letters(re.sub(r"^\.[A-Z]\w\b|\\(\(..|.)", " ", text, flags=re.MULTILINE))


def letters(text: str) -> str:
    """Return the letters and digits of ``text``."""
    return re.sub(r"[^0-9A-Za-z]", "", text)


def _unmarked(line: str) -> str:
    line = re.sub(r"\\&|\\-", lambda match: "-" if match[0] == "\\-" else "", line)
    if not line.startswith("."):
        return line
    macro, _, rest = line[1:].partition(" ")
    rest = rest.replace('"', "")
    return re.sub(r"^", "-", rest) if macro == "Fl" else rest


def synopsis_of_help(text: str) -> str:
    """Read the usage line that ``-h`` begins with, with the placeholders in lower case."""
    words = text.partition("\n\n")[0].split()
    assert words.pop(0) == "Usage:"
    return re.sub(r"(?<![-\w])[A-Z]+(?![a-z])", lambda match: match[0].lower(), " ".join(words))


def synopsis_of_page(text: str) -> str:
    """Read the SYNOPSIS of a page as a terminal shows it."""
    shown: list[str] = []
    for line in text.partition("\n.Sh SYNOPSIS\n")[2].partition("\n.Sh ")[0].splitlines():
        macro, _, rest = line[1:].partition(" ")
        words = re.sub(r"Fl (\S+)", r"-\1", rest).replace("Ar ", "")
        if macro in ("Nm", "Ar"):
            shown.append(words)
        elif macro == "Fl":
            shown.append(f"-{words}")
        elif macro == "Op":
            shown.append(f"[{words}]")
        elif macro == "Oo":
            shown.append(f"[{words}".replace(" Oc Ns ...", "]..."))
        elif macro in ("Bro", "Brc"):
            shown.append("{" if macro == "Bro" else "}")
        else:
            assert macro in ("Bk", "Ek"), line
    return " ".join(shown).replace("{ ", "{").replace(" }", "}")


def statuses_of_page(text: str) -> set[int]:
    """Read the exit statuses that a page names."""
    section = text.partition("\n.Sh EXIT STATUS\n")[2].partition("\n.Sh ")[0]
    section = section.partition("\n.Xr ")[0]
    return {int(word) for word in re.findall(r"\b\d+\b", section)}


def of_bash(names: Iterable[str]) -> dict[str, Facts]:
    """Let bash read its file, and return the options of each command in ``names``."""
    script = (
        'shopt -s expand_aliases; . "$1"; shift; for name; do _iamcli_table "$name"; '
        'printf "%s\\0" "$name" "${table[@]}" END; done'
    )
    file = ROOT / "completions" / "bash" / "iamcli"
    done = subprocess.run(
        ["bash", "-c", script, "bash", file, *names], capture_output=True, text=True, check=True
    )
    fields = iter(done.stdout.split("\0")[:-1])
    found: dict[str, Facts] = {}
    for name in fields:
        facts: Facts = {}
        for option in iter(lambda: next(fields), "END"):
            kind, _, meaning = next(fields), next(fields), next(fields)
            facts[option] = _fact(kind != "switch", meaning)
        found[name] = facts
    return found


SPEC = re.compile(
    r"(?:\([^)]*\))?(?P<star>\*)?(?P<name>--?[a-z0-9-]+)=?"
    r"\[(?P<text>(?:\\.|[^\\\]])*)\](?P<value>:.*)?"
)


def of_zsh(names: Iterable[str]) -> dict[str, Facts]:
    """Read the specifications in zsh's file."""
    text = (ROOT / "completions" / "zsh" / "_iamcli").read_text()
    common = text.partition(" common=(\n")[2].partition("\n)\n")[0]
    found = {}
    for name in names:
        own = text.partition(f"\n    {name})\n")[2].partition("        ;;")[0]
        inner = own.partition("specs+=(\n")[2].partition("\n        )\n")[0]
        facts: Facts = {}
        for word in shlex.split(f"{common}\n{inner}"):
            spec = SPEC.fullmatch(word)
            assert spec, word
            fact = _fact(spec["value"], re.sub(r"\\(.)", r"\1", spec["text"]))
            assert fact.repeatable == bool(spec["star"])
            facts[spec["name"]] = fact
        found[name] = facts
    return found


ROW = re.compile(
    r"complete -c \S+ -[lo] (?P<name>\S+)(?P<value>( -[rxF])*( -a '[^']*')?) "
    r"-d '(?P<text>(?:\\.|[^\\'])*)'"
)


def of_fish(names: Iterable[str]) -> dict[str, Facts]:
    """Read the lines of fish's files."""
    found = {}
    for name in names:
        facts: Facts = {}
        lines = (ROOT / "completions" / "fish" / f"{name}.fish").read_text().splitlines()
        for line in lines[3:]:
            row = ROW.fullmatch(line)
            assert row, line
            dashes = "--" if " -l " in line[: row.start("name")] else "-"
            meaning = re.sub(r"\\(.)", r"\1", row["text"])
            facts[f"{dashes}{row['name']}"] = _fact(row["value"], meaning)
        found[name] = facts
    return found
