"""Make the manual pages of the commands from their declarations, docstrings and transcripts.

Writes man/iam-*.1, the overview in man/iam-toolkit.7, and man/whatis, from which man -k answers
where nobody has made an index. Prints what changed; with --check, changes nothing and exits 1 where
something would.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import mdoc
from transcript import example

from iamcli.commands import index
from iamcli.help import docstring as documentation
from iamcli.help.text import STATUSES, listed
from iamcli.parsing import shared as options
from iamcli.parsing.types import entity_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from iamcli.command import Command
    from iamcli.parsing.options import Option

ROOT = Path(__file__).resolve().parent.parent
MAN = ROOT / "man"

#: The date on every page: that of the release, so that pages change only when their text does.
DATE = "November 25, 2026"

BEGIN = '.\\" Commands by room, written by tools/pages.py.\n'
END = '.\\" End of the commands by room.\n'

NO_OPTIONS = "The command has no options of its own."
COMMON = "Like every command it also takes these, explained in iam-toolkit(7):"
FOOTER = (
    "The footer is the line `IsTruncated: false`. Where -i or -m asked for one page and more is "
    "left, it is the line `IsTruncated: true`, and below it `Marker:`, a blank, and what -m takes "
    "to go on."
)
ENVIRONMENT = {
    "AWS_CREDENTIAL_FILE": "The file with the access key, see aws-credential-file(5).",
    "AWS_IAM_URL": "The address to send requests to.",
    "CLIENT_CONFIG_FILE": "The file that names the proxy, see iam-toolkit(7).",
    "IAMCLI_STRICT": "Where it is 1, streams, lists and -h behave as the original's.",
    "IAMCLI_TIMEOUT": "Seconds to wait for an answer. Default: 60.",
}
SDK_VARIABLES = "The variables of the AWS SDKs are read too, see iam-toolkit(7)."
FILES = {
    "~/.aws/credentials": "Access keys by profile, read where no other access key is given.",
    "~/.aws/config": "Settings of the AWS SDKs: profiles, retries, endpoints.",
}
STATUS_TEXT = {
    0: "All was done.",
    1: "Something failed. One line on standard error says what, in the service's own code and "
    "words where the service refused.",
    130: "Interrupted.",
}
PATH_DIFFERS = "The original sent a path as it was, and did not add a slash."
LIST_DIFFERS = "The original stopped after 100 entries where neither -i nor -m was given."
ALL_DIFFER = "What differs for every command stands in iam-toolkit(7)."


def page(command: Command, siblings: Iterable[Command]) -> str:
    """Return the page of ``command``; ``siblings`` are the commands of its room."""
    document = documentation.of(command)
    lines = [
        f'.\\" From iamcli/commands and tests/transcripts/{command.name}.txt by tools/pages.py.',
        f".Dd {DATE}",
        f".Dt {command.name.upper()} 1",
        ".Os",
        ".Sh NAME",
        f".Nm {command.name}",
        f".Nd {short(command)}",
        ".Sh SYNOPSIS",
        *_synopsis(command),
        ".Sh DESCRIPTION",
        *_description(command, document),
        ".Sh OUTPUT",
        *_output(command, document),
        ".Sh ENVIRONMENT",
        *mdoc.tagged((f"Ev {name}", mdoc.prose(text)) for name, text in ENVIRONMENT.items()),
        ".Pp",
        *mdoc.prose(SDK_VARIABLES),
        ".Sh FILES",
        *mdoc.tagged((f"Pa {name}", mdoc.prose(text)) for name, text in FILES.items()),
        ".Sh EXIT STATUS",
        *mdoc.tagged((str(status), mdoc.prose(STATUS_TEXT[status])) for status in STATUSES),
        ".Sh EXAMPLES",
        *_examples(command, document),
        ".Sh COMPATIBILITY",
        *_items([*_derived_differences(command), *document.differs, ALL_DIFFER], command),
        ".Sh SEE ALSO",
        *_see_also(command, document, siblings),
    ]
    return "\n".join(lines) + "\n"


def short(command: Command) -> str:
    """Return the summary as it stands behind the name of a page."""
    return command.summary[0].lower() + command.summary[1:].removesuffix(".")


def _synopsis(command: Command) -> Iterator[str]:
    # An option and its value stay on one line.
    yield from (f".Nm {command.name}", ".Bk -words")
    own = sorted(command.options, key=lambda option: (not option.required, option.name))
    done: set[str] = set()
    for option in own:
        rival = next((other for other in own if other.name == option.instead), None)
        if option.name in done:
            continue
        if rival:
            done.add(rival.name)
            yield from (".Bro", f".{_use(option)} |", f".{_use(rival)}", ".Brc")
        elif option.required:
            yield f".{_use(option)}"
            if option.repeatable:
                yield f".Oo {_use(option)} Oc Ns ..."
        elif option.repeatable:
            yield f".Oo {_use(option)} Oc Ns ..."
        else:
            yield f".Op {_use(option)}"
    yield from (".Op Ar common option ...", ".Ek")


def _use(option: Option) -> str:
    if option.metavar is None:
        return f"Fl {option.name[1:]}"
    return f"Fl {option.name[1:]} Ar {option.metavar.lower()}"


def _description(command: Command, document: documentation.Documentation) -> Iterator[str]:
    for paragraph in document.description:
        yield from mdoc.prose(paragraph, command.name)
        yield ".Pp"
    if command.options:
        yield "The options are as follows:"
        own = sorted(command.options, key=lambda option: option.name)
        yield from mdoc.tagged((_term(option), _explained(option)) for option in own)
    else:
        yield NO_OPTIONS
    yield ".Pp"
    yield from mdoc.prose(COMMON)
    common = sorted(options.COMMON, key=lambda option: option.name)
    yield from mdoc.tagged((_term(option), _explained(option)) for option in common)


def _term(option: Option) -> str:
    alias = f" , Fl {option.alias[1:]}" if option.alias else ""
    return f"{_use(option)}{alias}"


def _explained(option: Option) -> list[str]:
    sentences = [option.help]
    if option.choices:
        choices = listed(tuple(f"`{choice}`" for choice in option.choices))
        sentences[0] += f": {choices}, in upper or lower case"
    if option.required:
        sentences.append("required")
    if option.instead:
        pair = " and ".join(sorted((option.name, option.instead)))
        sentences.append(f"exactly one of {pair} is required")
    if option.repeatable:
        sentences.append("may be repeated")
    if option.limits:
        sentences.append(option.limits)
    if option.default:
        sentences.append(f"default: {option.default}")
    return mdoc.prose(" ".join(f"{text[0].upper()}{text[1:]}." for text in sentences))


def _output(command: Command, document: documentation.Documentation) -> Iterator[str]:
    yield from _items(document.output, command)
    if options.MAX_ITEMS in command.options:
        yield ".Pp"
        yield from mdoc.prose(FOOTER)


def _items(items: list[str], command: Command) -> Iterator[str]:
    """Yield ``items``, each on lines of its own where there are several."""
    if len(items) == 1:
        yield from mdoc.prose(items[0], command.name)
        return
    yield ".Bl -item -compact"
    for item in items:
        yield ".It"
        yield from mdoc.prose(item, command.name)
    yield ".El"


def _examples(command: Command, document: documentation.Documentation) -> Iterator[str]:
    for number, (lead, line) in enumerate(zip(document.leads, document.examples, strict=True)):
        if number:
            yield ".Pp"
        yield from mdoc.prose(f"{lead.removesuffix('.')}:" if lead else "", command.name)
        yield ".Bd -literal -offset indent"
        for shown in example(command.name, line):
            yield mdoc.literal(shown)
        yield ".Ed"


def _derived_differences(command: Command) -> Iterator[str]:
    if any(option.convert is entity_path for option in command.options):
        yield PATH_DIFFERS
    if options.MAX_ITEMS in command.options:
        yield LIST_DIFFERS


def _see_also(
    command: Command, document: documentation.Documentation, siblings: Iterable[Command]
) -> Iterator[str]:
    names = {(1, sibling.name) for sibling in siblings}
    names |= {(5, "aws-credential-file"), (7, "iam-toolkit")}
    for paragraph in (*document.description, *document.output):
        for line in mdoc.prose(paragraph):
            if line.startswith(".Xr "):
                _, name, section = line.split()[:3]
                names.add((int(section), name))
    names.discard((1, command.name))
    *most, last = [f".Xr {name} {section}" for section, name in sorted(names)]
    yield from (f"{line} ," for line in most)
    yield last
    yield ".Pp"
    word = "operation" if len(document.calls) == 1 else "operations"
    yield from mdoc.filled(f"API {word}: {', '.join(document.calls)}.")


def overview(text: str) -> str:
    """Return the text of iam-toolkit(7) with the commands by room between its marks."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise SystemExit("man/iam-toolkit.7 lacks the marks between which the commands stand")
    lines: list[str] = []
    for title, commands in index.groups().items():
        widest = max((command.name for command in commands), key=len)
        lines += [f".Ss {title}", f".Bl -tag -width {widest}(1) -compact"]
        for command in commands:
            lines += [f".It Xr {command.name} 1", *mdoc.prose(command.summary)]
        lines += [".El"]
    return "".join([before, begin, *(f"{line}\n" for line in lines), end, after])


def whatis(pages: Iterable[str]) -> str:
    """Return the text index of ``pages``: a line each, as man-db writes them."""
    lines = []
    for text in pages:
        head = text.splitlines()
        title = next(line for line in head if line.startswith(".Dt ")).split()
        name = next(line for line in head if line.startswith(".Nm "))[4:]
        what = next(line for line in head if line.startswith(".Nd "))[4:]
        lines.append(f"{f'{name} ({title[2]})':20} - {what}\n")
    return "".join(sorted(lines))


def wanted() -> dict[Path, str]:
    """Return the text of each file that this program makes."""
    made = {
        MAN / f"{command.name}.1": page(command, commands)
        for commands in index.groups().values()
        for command in commands
    }
    toolkit = MAN / "iam-toolkit.7"
    made[toolkit] = overview(toolkit.read_text(encoding="utf-8"))
    written = [MAN / "iamcli.1", MAN / "aws-credential-file.5"]
    texts = [*made.values(), *(file.read_text(encoding="utf-8") for file in written)]
    made[MAN / "whatis"] = whatis(texts)
    return made


def main(*, check: bool) -> int:
    """Bring the files up to date; with ``check`` only tell. Return the exit status."""
    made = wanted()
    stale = [path for path in sorted(MAN.glob("iam-*.1")) if path not in made]
    changed = [
        path
        for path, text in made.items()
        if not path.is_file() or path.read_text(encoding="utf-8") != text
    ]
    for path in stale:
        print(f"{path.relative_to(ROOT)}: no command of that name")
        if not check:
            path.unlink()
    for path in changed:
        print(f"{path.relative_to(ROOT)}: {'not up to date' if check else 'written'}")
        if not check:
            path.write_text(made[path], encoding="utf-8")
    return 1 if check and (stale or changed) else 0


if __name__ == "__main__":
    sys.exit(main(check="--check" in sys.argv[1:]))
