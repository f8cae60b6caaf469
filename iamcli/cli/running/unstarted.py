"""Why a command could not be started, and what to do."""

from __future__ import annotations

import os
import shutil
from glob import escape, glob

from iamcli import quoting
from iamcli.cli import index
from iamcli.config import files
from iamcli.parsing.command_names import suggest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


def start_error(name: str, env: Mapping[str, str], error: OSError, runner: str) -> str:
    """Return why the command ``name`` could not be started with the variables ``env``.

    ``error``: what the system said; ``runner``: the subcommand that is to run it, such as
    ``iamcli run``.
    """
    path = env.get("PATH")
    program = shutil.which(name, path=path) or shutil.which(name, os.F_OK, path) or name
    here = "/" in program and os.path.isfile(program)
    if isinstance(error, FileNotFoundError):
        if here:
            return _missing_interpreter(program)
        if "/" not in name and os.path.isfile(name):
            return f"not found on PATH; write {quoting.quoted(f'./{name}')}"
        folder = os.path.dirname(name) or "."
        there = {os.path.basename(path): path for path in glob(f"{escape(folder)}/*")}
        near = suggest(os.path.basename(name), index.names(), there)
        advice = f"did you mean {quoting.quoted(near)}?" if near not in ("", name) else ""
        return f"not found; {advice or 'is it installed and on PATH?'}"
    said = f"cannot be executed: {error.strerror}"
    if isinstance(error, PermissionError):
        if os.path.isdir(program):
            return f"{said}; it is a directory"
        if here:
            file = quoting.file(program)
            run = f"run: {runner} {_interpreter(program)} {file}"
            executable = os.stat(program).st_mode & 0o111
            return f"{said}; {run}" if executable else f"{said}; run: chmod +x {file}, or {run}"
    return said


def _missing_interpreter(program: str) -> str:
    """Return why ``program``, a file, was not found by the system."""
    interpreter = (_first_line(program) or [""])[0]
    if not interpreter:
        return "cannot be executed: the program that loads it does not exist"
    said = f"cannot be executed: its first line names the interpreter {interpreter}"
    if not interpreter.endswith("\r"):
        return f"{said}, which does not exist"
    convert = f"tr -d '\\r' <{quoting.file(program)} >NEWFILE"
    return f"{said} with a carriage return, as lines of Windows files end with one; run: {convert}"


def _interpreter(program: str) -> str:
    """Return the name of the program that runs the script ``program``."""
    words = [os.path.basename(word) for word in _first_line(program)]
    if words[:1] == ["env"]:
        del words[0]
    name = words[0].rstrip("\r") if words else ""
    return quoting.quoted(name) if shutil.which(name) else "sh"


def _first_line(program: str) -> list[str]:
    """Return the words after ``#!`` in the first line of a file, [] if there is none."""
    line = (files.content(program) or b"").partition(b"\n")[0]
    if not line.startswith(b"#!"):
        return []
    text = line.removeprefix(b"#!").strip(b" \t").decode("utf-8", "surrogateescape")
    return text.replace("\t", " ").split(" ", 1)
