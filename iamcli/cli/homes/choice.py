"""Which commands old scripts are to find, and the lines that lead there, for check and doctor."""

from __future__ import annotations

import contextlib
import os
import re
from pathlib import Path
from typing import NamedTuple

from iamcli.cli import index, installed_commands
from iamcli.cli.homes.directory import (
    RECORD,
    exposure,
    is_own,
    problem,
    refused,
    strict_default,
    unrunnable,
)
from iamcli.cli.homes.layout import lay_out, toolkit, toolkit_lines
from iamcli.cli.installed_commands import commands_folder, commands_folders, one_file, own_places
from iamcli.config.settings import SANDBOX
from iamcli.errors import Failure
from iamcli.protection import OTHERS, unprotected
from iamcli.quoting import file as quoted_file
from iamcli.quoting import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

#: Where Amazon Linux had the toolkit, which scripts expect.
STANDARD = "/opt/aws/apitools/iam"
#: What makes any command of iamcli strict.
STRICT = "IAMCLI_STRICT=1"
#: What is said of installed commands, which are not in strict mode.
INSTALLED = "the installed commands here: errors, lists and -h differ"
#: The names of directories of the toolkit.
OF_TOOLKIT = re.compile("(?i)(?<![a-z])iam|apitools")
_COMMANDS = index.names()


class Advice(NamedTuple):
    """What is ``found`` instead of the commands of a strict home, "" if these are found.

    ``lines``: what changes this, line by line: shell commands, or a variable to set; () if this
    user cannot change it, or may not want to.
    """

    found: str
    lines: tuple[str, ...] = ()


def choose(
    found: str, path: str, variables: Mapping[str, str], *, named: str = "", rest: str = ""
) -> Advice:
    """Return what to do so that the commands found are those of a strict home.

    ``found``: the program of a command that is found, "" if none; ``path``: where it is looked for;
    ``variables``: those of the script, else of the environment; ``named``: the directory that the
    script names; ``rest``: what follows in a new PATH, "" if PATH is not used. Source: LEGACY.md
    (iamcli home).
    """
    program = Path(found)
    own = bool(found) and is_own(program, own_places())
    given = variables.get("IAMCLI_STRICT") or ""
    if own and given not in ("", "0", "1"):
        return Advice(f"IAMCLI_STRICT={given}, with which every command fails", (STRICT,))
    # Strict homes, toolkits and own programs are as they are, whatever IAMCLI_STRICT is.
    if found and (not own or strict_default(program)):
        return _as_found(program)
    said = INSTALLED if own else "no commands"
    if given in ("0", "1"):
        bins = [] if own else [*commands_folders()]
        return Advice("" if own else said, _in_path(bins[0], rest) if bins else ())
    if named:
        why, lines = look(named)
        return Advice(said, lines if why else _in_path(f"{named}/bin", rest))
    return Advice(said, _nearest(path, variables, rest) if rest else (STRICT,))


def _as_found(program: Path) -> Advice:
    """Return what to do about ``program``: of a toolkit, a strict home, or a person."""
    if old := toolkit(program):
        return Advice(f"the legacy toolkit in {old}/bin, which starts Java", _lines_of(old))
    if not strict_default(program):
        runs = os.access(program, os.X_OK)
        why = "is not a command of this iamcli" if runs else "you may not run"
        return Advice(f"{program}, which {why}")
    home = os.path.dirname(os.path.dirname(os.path.realpath(program)))
    why, lines = look(home)
    return Advice(f"{home}, but {why}" if why else "", lines)


def _nearest(path: str, variables: Mapping[str, str], rest: str) -> tuple[str, ...]:
    """Return the lines that lead to the first directory that can be used, or that make one."""
    home = os.path.join(variables.get("HOME") or "/", "iam")
    given = "" if SANDBOX in os.environ else variables.get("AWS_IAM_HOME", "")
    own = "" if SANDBOX in os.environ else os.environ.get("PATH", "")
    # This user's PATH, which a script may replace, comes before the standard place.
    places = (*homes_in(path), *filter(None, [given]), *homes_in(own), STANDARD, home)
    for place in dict.fromkeys(map(_absolute, places)):
        if barred := refused(place):
            return (barred,)
        if _made(place) or toolkit(Path(place, "bin", _COMMANDS[0])):
            why, lines = look(place)
            if not why:
                return _in_path(f"{place}/bin", rest)
            if lines and lines != (STRICT,):
                return lines
    if may_make(STANDARD):
        return (installed_commands.home_line(quoted_file(STANDARD)),)
    return (installed_commands.home_line('"$HOME/iam"'),) if may_make(home) else ()


def homes_in(path: str) -> list[str]:
    """Return the directories of ``iamcli home`` whose commands ``path``, a PATH, has."""
    homes = [each[:-4] for each in path.split(":") if each.endswith("/bin")]
    return [each for each in homes if _made(each) or (OF_TOOLKIT.search(each) and refused(each))]


def _absolute(place: str) -> str:
    with contextlib.suppress(OSError):  # a relative name in a directory that was deleted
        return os.path.abspath(place)
    return "/"


def look(folder: str) -> tuple[str, tuple[str, ...]]:
    """Return why old scripts cannot use ``folder``, "" if they can, and what changes this.

    A usable directory is complete, in strict mode, runs, and is not writable by others. Nothing is
    run. Source: as ``choose``.
    """
    place = Path(folder)
    program = place / "bin" / _COMMANDS[0]
    if barred := refused(folder):
        return barred[2:].partition(";")[0], (barred,)
    if old := toolkit(program):
        return "it has the legacy toolkit", _lines_of(old)
    strict = any(strict_default(place / "bin" / name) for name in _COMMANDS)
    if not strict and is_own(program, own_places()):
        return "it is not in strict mode", (STRICT,)
    why = "it does not have the commands"
    if _made(folder):
        try:
            if why := exposure(folder, _COMMANDS):
                return why, _closing(place)
            why = problem(place, _COMMANDS, run=False) or ""
        except OSError as error:
            why = f"{error.filename}: {error.strerror}"
        if not why:
            return "", ()
    line = installed_commands.home_line(quoted_file(folder))
    return why, (line,) if may_make(folder) else ()


def may_make(folder: str) -> bool:
    """Return whether this user may set up ``folder``, and scripts can use it afterwards."""
    try:
        file = one_file()
        program = file or commands_folder() / _COMMANDS[0]
        lay_out(folder, _COMMANDS, dry=True)
        inner = Path(folder, "bin")
        there = [each for each in (inner, *inner.parents) if each.exists()]
        written = [each for each in there if each in (inner, inner.parent)] or there[:1]
        writable = all(os.access(each, os.W_OK | os.X_OK) for each in written)
        broken = "" if file else unrunnable(program)
        return writable and not broken and not unprotected(there[0], program)
    except (Failure, OSError):
        return False


def _made(folder: str) -> bool:
    return os.path.exists(os.path.join(folder, RECORD))


def _in_path(folder: str | Path, rest: str) -> tuple[str, ...]:
    return (f"PATH={quoted(str(folder))}:{rest}",) if rest else ()


def _lines_of(old: Path) -> tuple[str, ...]:
    """Return the lines that replace the toolkit ``old``, () if this user may not."""
    return toolkit_lines(old) if may_make(f"{old}/new") else ()


def _closing(home: Path) -> tuple[str, ...]:
    """Return the line that takes others the right to write ``home``, () if this user may not.

    Raises OSError.
    """
    states = ((place, place.stat()) for place in (home, home / "bin"))
    words = [
        quoted_file(str(place))
        for place, state in states
        if state.st_mode & OTHERS and os.geteuid() in (0, state.st_uid)
    ]
    return (f"chmod go-w {' '.join(words)}",) if words else ()
