"""E105, W201, W208 and W210: values that the shell may change, files, and names of removals."""

from __future__ import annotations

import os
import re

from iamcli.cli.check.rules.commands import Commands, Fault, Invocation, OptionValue, fault
from iamcli.cli.check.script.other_programs import KEEPERS
from iamcli.cli.check.script.states import in_folder
from iamcli.errors import concealed
from iamcli.quoting import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamcli.cli.check.script.calls import Call, ExpandedWord

#: The options that name a file to read.
_FILES = ("-f", "-b", "-k", "-c")
#: Programs that can write files that the script does not name.
_UNPACKERS = {"tar", "unzip", "git", "rsync", "svn", "make", "aws", "s3cmd", "patch", "eval"}


def check(commands: Commands) -> Iterator[Fault]:
    """Yield the findings about single values."""
    made = written(commands.facts.calls)
    for invocation in commands.invocations:
        call = invocation.call
        for value in invocation.values:
            if value.word is None or invocation.helps:
                continue
            yield from _removal(commands, invocation, value)
            if value.word.glob and not (call.flags.noglob or call.inner.noglob):
                yield _glob(call, value.word, secret=value.option.secret)
            if value.option.name in _FILES and value.option.complete == "file":
                yield from _missing(call, value.word, value.text or "", made)


def _glob(call: Call, word: ExpandedWord, *, secret: bool) -> Fault:
    source = "the secret" if secret else word.source
    message = f"{source} is not in quotes, so the shell may replace it with file names"
    fix = "put it in quotes" if secret else f"type {quoted(word.literal or word.source)}"
    if not secret and re.search("[$`]", word.source):
        # In single quotes, the shell would not expand the variable.
        plain = not re.search(r"['\\(`]", word.source)
        whole = word.source.replace('"', "")
        fix = f'type "{whole}"' if plain else "put each * and ? in single quotes"
    return fault(call, word, "W201", message, fix)


def written(calls: list[Call]) -> set[str] | None:
    """Return the names of the files that ``calls`` may write, None if they can be any.

    A null character stands for a part that is not known.
    """
    words: list[ExpandedWord] = []
    for call in calls:
        words += [each.word for each in call.redirects if each.operator[:1] in (">", "&")]
        if call.program in _UNPACKERS:
            return None
        if not call.iam and call.program not in KEEPERS:
            # What a function of the script does is in its body.
            words += [word for word in call.words if word.literal or not call.inner.shell_function]
    names: set[str] = set()
    for word in words:
        *parts, last = re.split(r"[/=,:?&]", word.with_unknowns_as("\0"))
        if last and not last.strip("\0"):
            return None
        names |= {each for each in (*parts, last) if each.strip("\0")}
    return names


def is_written(names: set[str] | None, path: str) -> bool:
    """Return whether ``path`` is one of the ``names`` that ``written`` returns."""
    forms = (re.escape(each).replace("\0", ".*") for each in names or ())
    return names is None or any(re.fullmatch(form, os.path.basename(path)) for form in forms)


def _missing(call: Call, word: ExpandedWord, name: str, made: set[str] | None) -> Iterator[Fault]:
    if not name or name.startswith("/dev/"):
        return
    path = in_folder(call.flags.folder, name)
    if path is not None and os.path.exists(path):
        return
    if name == "-":
        yield fault(call, word, "E105", "- is not standard input here", "type /dev/stdin")
        return
    if path is None or is_written(made, name):
        return
    folder = "" if os.path.isabs(name) else f" in {os.path.normpath(call.flags.folder or '')}"
    message = f"{concealed(name)} does not exist{folder}"
    yield fault(call, word, "W208", message, "create the file, or correct its name")


def _removal(commands: Commands, invocation: Invocation, value: OptionValue) -> Iterator[Fault]:
    """Yield that the removal is recursive, and that the name is a variable that may be empty."""
    dests = {each.option.dest for each in invocation.values}
    removes = "recursive" in dests and "pretend" not in dests
    word = value.word
    if word and removes and value.option.required and not word.known:
        names = ["" if each.filled or each.many else each.name for each in word.unknowns]
        if names and not {"", *commands.facts.tested}.intersection(names):
            wrong = f"${names[0]} may be empty or wrong"
            message = f"everything of {word.source} is removed, and {wrong}"
            yield fault(invocation.call, word, "W210", message, f"use ${{{names[0]}:?}}")
