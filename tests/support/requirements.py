"""The programs that a test finds: those of every system, and those that its mark ``needs`` names.

They are links in the directory ``PATH``, so that a test which starts another program fails also
where that is installed. A name in the mark is a program, or a file if it has a slash.
``needs("{shell}")`` is the first word of the test's parameter ``shell``; ``needs("*")`` is every
program of this machine.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

needs = pytest.mark.needs

#: What ``make demo`` and ``make test`` need, and what comes with every system; shfmt can be in the
#: virtual environment instead.
BASE = """
[ awk basename bash cat chmod chown cmp comm cp cut date dd diff dirname echo egrep env expr false
fgrep find git grep gzip head id kill ln ls make mkdir mkfifo mktemp mv nice nohup od paste perl
printenv printf pwd python3 readlink realpath rm rmdir sed seq setsid sh sha256sum shfmt sleep sort
stat stty tail tar tee test timeout touch tr true tty uname uniq wc which whoami xargs yes
"""
#: What programs start.
_STARTED = {
    "cc": "as ld",
    "groff": "eqn grops grotty pic preconv soelim tbl troff",
    "man": "apropos col eqn grotty less mandb manpath neqn nroff pager preconv tbl troff whatis",
}
#: The packages of Debian that have other names than their programs.
_PACKAGES = {
    "/usr/include/dlfcn.h": "libc6-dev",
    "/usr/share/bash-completion/bash_completion": "bash-completion",
    "cc": "gcc",
    "groff": "groff-base",
    "ksh": "ksh93u+m",
    "ksh93": "ksh93u+m",
    "man": "man-db",
    "node": "nodejs",
}
#: Where the programs are: those of the system are preferred.
_PLACES = f"/usr/bin:/bin:{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
#: The directories of which a process of a test may have none on its PATH.
_FOREIGN = {place for place in _PLACES.split(":") if place} - {str(Path(sys.executable).parent)}
#: What tests have in the variable PATH for the programs of the system.
PATH = tempfile.mkdtemp(prefix="iamcli-programs-")
Path(PATH).chmod(0o755)
_PACKAGE = str(Path(__file__).parent.parent.parent / "iamcli")
_MISSING = "missing"
#: What ``PATH`` has.
_given: set[str] = set()


def _found(name: str) -> str | None:
    """Return the path of a program or a file, None if it is not there."""
    if name.startswith("/"):
        return name if os.path.exists(name) else None  # noqa: PTH110 - no error if it is denied
    return shutil.which(name, path=_PLACES)


def _give(names: Iterable[str]) -> None:
    """Make ``PATH`` a directory of the programs ``names``, and of the base."""
    wanted = {*names, *BASE.split()}
    if "*" in wanted:
        wanted |= {file.name for place in _FOREIGN for file in Path(place).glob("*")}
    for name in [*wanted]:
        wanted.update(_STARTED.get(name, "").split())
    # A file is used where it is.
    wanted = {name for name in wanted if "/" not in name}
    for name in _given - wanted:
        Path(PATH, name).unlink(missing_ok=True)
    for name in wanted - _given:
        if program := _found(name):
            Path(PATH, name).symlink_to(program)
    _given.clear()
    _given.update(wanted)


def provide(item: pytest.Item) -> None:
    """Let a test find what its marks name; skip it if that is missing, or fail it in CI.

    A name that is a parameter which the test does not have means nothing.
    """
    parameters = item.callspec.params if hasattr(item, "callspec") else {}
    names = []
    for name in (name for mark in item.iter_markers("needs") for name in mark.args):
        with contextlib.suppress(KeyError):
            names.append(name.format(**parameters).split()[0])
    require(item, *names)


def require(item: pytest.Item, *names: str) -> None:
    """Skip a test if one of the programs or files ``names`` is missing; else let it find them."""
    if missing := [name for name in names if name != "*" and not _found(name)]:
        item.user_properties.append((_MISSING, missing))
        text = f"{', '.join(missing)} not installed"
        if os.environ.get("CI") == "true":
            pytest.fail(f"{text}, and CI must have it")
        pytest.skip(text)
    _give(names)


def skipped(reports: Iterable[Any]) -> str:
    """Return a line about the tests that were skipped: how many, and what they need.

    ``reports``: those of what was skipped. The line has the command that installs the programs.
    Empty if no test was skipped.
    """
    # A module that has a run of its own, such as make test-ceph, is not one of them.
    properties = [dict(one.user_properties) for one in reports if hasattr(one, "user_properties")]
    lacking = [each[_MISSING] for each in properties if _MISSING in each]
    missing = {name for names in lacking for name in names}
    packages = {
        _PACKAGES.get(name, name) for name in missing if name in _PACKAGES or "/" not in name
    }
    parts = []
    if missing:
        names = ", ".join(
            sorted(
                _PACKAGES[name] if "/" in name and name in _PACKAGES else name for name in missing
            )
        )
        line = f"; run: apt install {' '.join(sorted(packages))}" if packages else ""
        parts.append(f"{len(lacking)} because these are missing: {names}{line}")
    if others := len(properties) - len(lacking):
        parts.append(f"{others} for other reasons; run: pytest -rs")
    return f"tests skipped: {'; '.join(parts)}" if parts else ""


def refuse_others() -> None:
    """From now on, let this process start a program only if the test has declared it."""
    os.environ["PATH"] = PATH
    owner = os.getpid()

    def check(event: str, arguments: tuple[Any, ...]) -> None:
        if event in {"subprocess.Popen", "os.exec", "os.posix_spawn"}:
            env = os.environ if arguments[-1] is None else arguments[-1]
            if text := _undeclared(os.fsdecode(arguments[0]), env):
                if os.getpid() == owner:
                    pytest.fail(text)
                os.write(2, text.encode())
                os._exit(126)

    sys.addaudithook(check)


def _undeclared(program: str, env: Mapping[Any, Any]) -> str:
    """Return what a process would find that its test has not declared, "" if nothing."""
    if "*" in _given:
        return ""
    folder, _, name = program.rpartition("/")
    if folder in _FOREIGN and name not in _given:
        return f'the test starts {program}, and its mark does not say so: needs("{name}")'
    path = os.fsdecode(env.get("PATH") or env.get(b"PATH") or "")
    found = _FOREIGN.intersection(path.split(":"))
    # What iamcli itself gives to a process is tested, as the PATH of cron's jobs.
    if found and not _is_started_by_iamcli():
        return f"the test starts {program} with {path} on PATH, not with requirements.PATH"
    return ""


def _is_started_by_iamcli() -> bool:
    frame = sys._getframe(3)  # noqa: SLF001 - there is no other way to the caller
    while frame.f_back and frame.f_code.co_filename == subprocess.__file__:
        frame = frame.f_back
    return frame.f_code.co_filename.startswith(_PACKAGE)


def _remove(owner: int) -> None:
    if os.getpid() == owner:
        shutil.rmtree(PATH, ignore_errors=True)


atexit.register(_remove, os.getpid())
_give(())
