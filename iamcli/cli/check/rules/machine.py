"""What scripts find on this machine, and what they miss: commands, and files that they read."""

from __future__ import annotations

import os
import re
from functools import cache
from shutil import which

from iamcli.cli.check.rules.commands import with_variables
from iamcli.cli.check.rules.values import is_written, written
from iamcli.cli.check.script.calls import revealed
from iamcli.cli.check.script.kinds import CRONTAB, is_shared
from iamcli.cli.check.script.states import in_folder
from iamcli.cli.homes.choice import OF_TOOLKIT, choose, may_make
from iamcli.cli.homes.directory import RECORD, above, refused
from iamcli.cli.installed_commands import home_line, own_places
from iamcli.errors import concealed
from iamcli.quoting import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from iamcli.cli.check.rules.commands import Commands, Invocation
    from iamcli.cli.check.script.calls import Call, ScriptFacts, Value
    from iamcli.cli.homes.choice import Advice

    Needed = tuple[str, str | None, str, str, str]

_UNEXPANDED = "(cron does not expand ~ and $HOME)"
#: The variables that name files, with what these have to contain.
_CONTENTS = {
    "AWS_CREDENTIAL_FILE": "the lines AWSAccessKeyId=ID and AWSSecretKey=SECRET",
    "CLIENT_CONFIG_FILE": "the lines ClientProxyHost=HOST and ClientProxyPort=PORT",
}
#: The programs with which other commands are found, or run in another environment.
_CHANGING = {"sudo", "doas", "env"}
#: Before and after a command: that its status is tested.
_IF, _OR = re.compile(rb"(?:\b(?:if|while|until)|!)\s+$"), re.compile(rb"[^;|\n]*\|\|")


class Machine:
    """What scripts lack of this machine, ``missing``, and find instead of what they should.

    ``missing`` and ``installed`` are those of a ``Result``. Each place is looked at once.
    """

    def __init__(self) -> None:
        self.missing: dict[tuple[str, str], list[str]] = {}
        self.installed: dict[Advice, list[str]] = {}
        self._may_make = cache(may_make)
        self._home_line = cache(home_line)
        self._choose = cache(_choose)

    def compare(self, commands: Commands) -> None:
        """Add what is not there, commands that are not strict, and the scripts in ``commands``.

        What the script tests for, or may write, is left out, and what another machine needs.
        """
        made = written(commands.facts.calls)
        words = [word for words in commands.facts.tests for word in words]
        known = (text for word in words for text in (word.known, *word.texts))
        tests = {text for text in known if text[1:]}

        def tested(folder: str | None, path: str) -> bool:
            places = ((os.path.normpath(in_folder(folder, test) or ""), test) for test in tests)
            ends = (f"{place}{'/' * (test[0] != '/')}" for place, test in places)
            return any(path.startswith(each) or each.startswith(path) for each in ends)

        needed = [*_sourced(commands.facts, tested)]
        found: dict[tuple[str, str, str, tuple[str, str, str]], set[str]] = {}
        for invocation in commands.invocations:
            call = invocation.call
            if call.flags.remote or not call.script.root.shown:
                continue
            needed += [*self._folders(call), *([] if made is None else _files(invocation))]
            if _CHANGING.isdisjoint(call.inner.run_by):
                place = (*_place(call, os.environ), _settings(call))
                found.setdefault(place, set()).add(call.script.root.file)
        for file, folder, path, name, line in dict.fromkeys(needed):
            if not (tested(folder, path) or is_written(made or set(), path.removesuffix("/bin"))):
                users = self.missing.setdefault((name, line), [])
                users += {file}.difference(users)
        for (name, path, rest, settings), files in found.items():
            program = _program(name, path)
            if program and (advice := self._choose(program, path, rest, settings)).found:
                users = self.installed.setdefault(advice, [])
                users += sorted(files.difference(users))

    def _folders(self, call: Call) -> Iterator[Needed]:
        """Yield the directory or the PATH without the command, which an unknown part may have."""
        name, path, rest = _place(call, {})
        found = _program(name, path) if path else None
        bare = rest and _CHANGING.isdisjoint(call.inner.run_by)
        known = path or (_known(call.inner.environment["PATH"]) if bare else "")
        # Other directories below /usr and /snap are the system's, and ~/bin is often not there.
        bins = re.findall(r"(?<![^:])/(?!(?:usr|snap)/)[^:\0]+/bin(?![^:])", known)
        bins = [each for each in bins if each != os.path.expanduser("~/bin")]
        home = with_variables(call.inner.environment["AWS_IAM_HOME"], {})
        own = [each for each in bins if each == f"{home}/bin" or OF_TOOLKIT.search(each)]
        places = own or ([] if found else bins)
        if rest and (line := _expanded(call, "PATH")) and not which(name, path=rest):
            yield _need(call, rest, line, f"the iam-* commands in {rest} {_UNEXPANDED}")
        elif new := next((each for each in places if not os.path.exists(each)), ""):
            unsure = "" if own or path else "  # if the toolkit was there"
            line = refused(folder := new[:-4])
            if self._may_make(folder):
                line = f"{self._home_line(quoted(folder))}{unsure}"
            elif home == folder and (outer := above(home)):
                line = f"AWS_IAM_HOME={quoted(outer)}"
            yield _need(call, new, line)
        elif path and not found:
            lines = self._choose("", path, rest, _settings(call)).lines if rest else ()
            yield _need(call, path, "\n".join(lines), f"the iam-* commands in {path}")


def _place(call: Call, variables: Mapping[str, str]) -> tuple[str, str, str]:
    """Return the command, where it is looked for, "" if not known, and what is in PATH if there.

    ``variables``: those that a script does not set.
    """
    folder, slash, name = with_variables(revealed(call.head.value), variables).rpartition("/")
    path = folder
    if slash and call.flags.folder != call.script.root.folder and not os.path.isabs(folder):
        # A script that does not change the directory may be run in any.
        path = os.path.normpath(os.path.join(call.flags.folder or "", folder))
    elif not slash and _CHANGING.isdisjoint(call.inner.run_by):
        path = with_variables(call.inner.environment["PATH"], variables)
    known = name and all(map(os.path.isabs, path.split(":")))
    rest = "" if slash else with_variables(call.inner.environment["PATH"], {}, "$PATH")
    return name, path if known else "", rest


def _program(name: str, path: str) -> str | None:
    """Return the program ``name`` in ``path``, else a file that this user may not run."""
    files = (os.path.join(folder, name) for folder in path.split(":") if folder)
    return which(name, path=path) or next(filter(os.path.isfile, files), None)


def _known(value: Value) -> str:
    """Return ``value`` with a NUL in the place of each part that is not known."""
    return "".join(part if isinstance(part, str) else "\0" for part in value)


def _settings(call: Call) -> tuple[str, str, str]:
    """Return IAMCLI_STRICT, "1" if it is not known, AWS_IAM_HOME, and the directory that is named.

    That is the one of a path, or the first of a PATH of the script that is set up or is expected.
    """
    environment = call.inner.environment
    # What is not known may be 0 or 1.
    strict = with_variables(environment["IAMCLI_STRICT"], {"IAMCLI_STRICT": "", **os.environ}, "1")
    home = with_variables(environment["AWS_IAM_HOME"], os.environ)
    _, path, rest = _place(call, os.environ)
    folders = _known(environment["PATH"]) if rest else path
    homes = re.findall(r"(?<![^:])([^:\0]*)/bin(?![^:])", folders)
    set_here = with_variables(environment["AWS_IAM_HOME"], {})
    return strict, home, next((each for each in homes if not rest or _names(each, set_here)), "")


def _names(home: str, set_here: str) -> bool:
    """Return whether a script whose AWS_IAM_HOME is ``set_here`` takes ``home`` for the toolkit."""
    own = os.path.realpath(f"{home}/bin") in own_places()
    expected = OF_TOOLKIT.search(home) and not own
    return bool(home == set_here or expected or os.path.exists(f"{home}/{RECORD}"))


def _choose(program: str, path: str, rest: str, settings: tuple[str, str, str]) -> Advice:
    strict, home, named = settings
    variables = {**os.environ, "IAMCLI_STRICT": strict, "AWS_IAM_HOME": home}
    return choose(program, path, variables, named=named, rest=rest)


def _need(call: Call, path: str, line: str, name: str = "") -> Needed:
    """Return the file and the directory of ``call``, what it needs, its name, and what makes it."""
    return call.script.root.file, call.flags.folder, path, name or path, line


def _expanded(call: Call, variable: str) -> str:
    """Return the line that sets ``variable`` as a crontab seems to mean, "" if it does not.

    cron expands nothing in the variables of a crontab. Source: crontab(5).
    """
    root = call.script.root
    value = with_variables(call.inner.environment[variable], {}) if root.language == CRONTAB else ""
    set_here = rf"^[ \t]*{variable}[ \t]*=.*{re.escape(value)}"
    if not value or not re.search(set_here, root.text, re.MULTILINE):
        return ""
    home = "/home/USER" if is_shared(root.file, root.language) else os.path.expanduser("~")
    meant = re.sub(r"(?<![^:])(?:~|\$HOME|\$\{HOME\})(?=/)", lambda _: home, value)
    # A comment after the value would be a part of it.
    return f"{variable}={quoted(meant)}" if meant != value else ""


def _needed_file(call: Call, path: str, content: str) -> Needed:
    """Return the same for a file that ``call`` reads; ``content``: what it has to contain."""
    return _need(call, path, f"(umask 077; cat >{quoted(path)})  # {content}")


def _files(invocation: Invocation) -> Iterator[Needed]:
    """Yield the files with settings that are not there."""
    call = invocation.call
    given = {each.option.name: each.text for each in invocation.values}
    for variable, content in _CONTENTS.items():
        option = f"--{variable.lower().replace('_', '-')}"
        name = given.get(option, with_variables(call.inner.environment[variable], {}))
        path = in_folder(call.flags.folder, name) if name else None
        if not name or concealed(name) != name:
            continue
        if option not in given and (line := _expanded(call, variable)):
            yield _need(call, name, line, f"{name} {_UNEXPANDED}")
        elif path and not os.path.exists(path):
            yield _needed_file(call, path, content)


def _sourced(facts: ScriptFacts, tested: Callable[[str | None, str], bool]) -> Iterator[Needed]:
    """Yield the files that scripts read but that are not there, and note what is not followed.

    A file that is not there may be expected to be missing, and is then passed over.
    """
    for call, path in facts.unread:
        root, source, at = call.script.root, call.script.source, call.node.start
        hidden = any(each.descriptor == "2" or each.operator[0] == "&" for each in call.redirects)
        asked = _IF.search(source[max(at - 20, 0) : at]) or _OR.match(source, call.node.end)
        there = not path or call.flags.remote or os.path.exists(path)
        if not there and (hidden or asked or tested(call.flags.folder, path)):
            continue
        which_one = "is not there or cannot be read" if path else "is not known"
        at = call.script.outer(at)
        root.note(at, at, f"reads a file that {which_one}")
        # Where cron runs a job is not known.
        relative = root.language == CRONTAB and not os.path.isabs(call.words[0].known)
        before = written(facts.calls[: facts.calls.index(call)])
        if root.shown and not (there or relative or is_written(before, path)):
            yield _needed_file(call, os.path.normpath(path), "who ran the script may have it")
        elif os.path.exists(path) and not (call.flags.remote or os.access(path, os.R_OK)):
            yield _need(call, path, "", f"a readable {path}")
