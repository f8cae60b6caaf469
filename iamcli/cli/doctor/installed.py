"""The checks ``man``, ``completion``, ``extras`` and ``versions`` of the installation."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from iamcli import __version__
from iamcli.cli.completion_scripts import VARIABLE
from iamcli.cli.doctor.diagnosis import ok, skipped, warning
from iamcli.cli.installed_commands import commands_folders
from iamcli.cli.listing import joined
from iamcli.installation import extras, is_one_file
from iamcli.quoting import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamcli.cli.doctor.diagnosis import Diagnosis

#: The page that is looked for.
_PAGE = "iam-usercreate"

#: The oldest releases that work. Source: setup.cfg.
OLDEST = {"botocore": "1.37.9", "click": "8.1.8"}

#: For each shell, the file that completes the commands, and where it is in a directory of data.
_COMPLETIONS = {
    "bash": ("bash-completion/completions", "iam-usercreate"),
    "fish": ("fish/vendor_completions.d", "iam-usercreate.fish"),
    "zsh": ("zsh/site-functions", "_iamcli"),
}

#: The line of README that switches completion on in a shell, and the start-up file for it.
_LINES = {
    "bash": ("~/.bashrc", 'export IAMCLI_COMPLETE=1; eval "$(iamcli completion bash)"'),
    "fish": (
        "~/.config/fish/config.fish",
        "set -gx IAMCLI_COMPLETE 1; iamcli completion fish | source",
    ),
    "zsh": ("~/.zshrc", 'export IAMCLI_COMPLETE=1; eval "$(iamcli completion zsh)"'),
}


def check_man(timeout: float = 10) -> Diagnosis:
    """Return whether man finds the pages, within ``timeout`` (seconds)."""
    program = shutil.which("man")
    if program is None:
        return warning("man is not installed", f"install it, or use {_PAGE} -h")
    try:
        done = subprocess.run(  # noqa: S603 - the man of the user
            [program, "-w", _PAGE],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=timeout,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return warning(f"{program} fails: {type(error).__name__}", "repair man")
    page = os.fsdecode(done.stdout).partition("\n")[0]
    # Some systems have a man that says why it has no pages, and succeeds.
    if os.path.isfile(page) and not done.returncode:
        return ok(page)
    folders = (commands.parent / "share" / "man" for commands in commands_folders())
    own = next((each for each in folders if os.path.isfile(each / "man1" / f"{_PAGE}.1")), None)
    # Without a colon at its end or in it, MANPATH hides the pages of the system.
    line = f'run: export MANPATH={quoted(str(own))}:"$MANPATH"'
    advice = line if own else f"install iamcli again, or use {_PAGE} -h"
    if is_one_file():
        advice = f"use iamcli help {_PAGE}"
    return warning(f"man does not find the page of {_PAGE}", advice)


def check_completion() -> Diagnosis:
    """Return whether the shell of the user completes the commands."""
    shell, _, process = os.environ.get(VARIABLE, "").partition(" ")
    if shell in _COMPLETIONS and process == str(os.getppid()):
        names = " and names" if os.environ.get("IAMCLI_COMPLETE") == "1" else ""
        return ok(f"this {shell} completes options{names}")
    shell = os.path.basename(os.environ.get("SHELL", ""))
    if shell not in _COMPLETIONS:
        return skipped(f"SHELL is {shell or 'not set'}; bash, zsh and fish have it")
    folder, name = _COMPLETIONS[shell]
    if used := next(filter(os.path.isfile, _candidates(shell, folder, name)), None):
        package = ", with the package bash-completion" if shell == "bash" else ""
        return ok(f"{shell} finds {used}{package}")
    advice = "in {}, add: {}".format(*_LINES[shell])
    if shell == "zsh":
        # The variable fpath is not exported.
        return skipped("only zsh itself knows where it looks", advice)
    # A start-up file may load it from elsewhere.
    return skipped(f"{name} is in no directory that {shell} loads by itself", advice)


def _candidates(shell: str, folder: str, name: str) -> Iterator[Path]:
    """Yield the files that the shell would use for completion."""
    home = os.environ.get("XDG_DATA_HOME") or os.path.expanduser("~/.local/share")
    system = (os.environ.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share").split(":")
    own = os.environ.get("BASH_COMPLETION_USER_DIR") if shell == "bash" else None
    if own:
        yield Path(own, "completions", name)
    yield from (Path(data, folder, name) for data in (home, *system))
    if shell == "bash":
        prefixes = [Path(path).parent for path in os.get_exec_path() if path]
        yield from (prefix / "share" / folder / name for prefix in prefixes)
    if shell == "zsh":
        yield Path("/usr/share/zsh/vendor-completions", name)  # of packages, in Debian
    if shell == "fish":
        settings = os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")
        yield Path(settings, "fish", "completions", name)


def check_extras() -> Diagnosis:
    """Return which extras are installed; if one is missing, a command that needs it says so."""
    if partly := extras.incomplete():
        found = f"only partly installed: {joined(partly)}"
        return warning(found, extras.advice(*partly), "extra-missing")
    there = extras.installed() or ["none"]
    return ok(f"{joined(there)} {'is' if len(there) == 1 else 'are'} installed")


def check_versions() -> Diagnosis:
    """Return the versions of iamcli, of Python and of the required packages."""
    installed = {package: _version(package) for package in OLDEST}
    python = ".".join(map(str, sys.version_info[:3]))
    packages = ", ".join(f"{package} {number}" for package, number in installed.items())
    versions = f"iamcli {__version__}, Python {python}, {packages}"
    old = [p for p, number in installed.items() if _numbers(number) < _numbers(OLDEST[p])]
    if old:
        needed = " ".join(f"'{package}>={OLDEST[package]}'" for package in old)
        return warning(f"{versions}; too old: {', '.join(old)}", f"run: pip install {needed}")
    return ok(versions)


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "unknown"


def _numbers(number: str) -> tuple[int, ...]:
    """Return a version as numbers, so that it can be compared; one that is unknown is high."""
    parts = [part for part in number.split(".")[:3] if part.isdigit()]
    return tuple(map(int, parts)) or (1 << 16,)
