"""The checks ``man``, ``completion``, ``extras`` and ``versions`` of the installation."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from iamcli import __version__
from iamcli.cli.doctor.check import ok, skipped, warning
from iamcli.installation import extras
from iamcli.installation.home import commands_folders

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamcli.cli.doctor.check import Check

#: The page that is looked for.
_PAGE = "iam-usercreate"
#: Seconds that man may take.
_TIMEOUT = 10

#: The oldest releases that work. Source: setup.cfg.
OLDEST = {"botocore": "1.37.9", "click": "8.1.8"}

#: For each shell, the file that completes the commands, and where it is in a directory of data.
_COMPLETIONS = {
    "bash": ("bash-completion/completions", "iam-usercreate"),
    "fish": ("fish/vendor_completions.d", "iam-usercreate.fish"),
    "zsh": ("zsh/site-functions", "_iamcli"),
}

#: What to add to which start-up file of a shell so that it finds the completions in a directory.
_STARTUP = {
    "bash": "~/.bashrc",
    "fish": "~/.config/fish/config.fish",
    "zsh": "~/.zshrc, before compinit",
}
_ADDITIONS = {
    "bash": ". {folder}/{name}",
    "fish": "set -p fish_complete_path {folder}",
    "zsh": "fpath+=({folder})",
}


def checks() -> list[Check]:
    """Return the checks of this module."""
    return [_man(), _completion(), _extras(), _versions()]


def _man() -> Check:
    program = shutil.which("man")
    if program is None:
        return warning("man", None, "man is not installed", "install it, or use iam-usercreate -h")
    try:
        done = subprocess.run(  # noqa: S603 - the man of the user
            [program, "-w", _PAGE],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_TIMEOUT,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return warning("man", None, f"{program} fails: {type(error).__name__}", "repair man")
    page = os.fsdecode(done.stdout).partition("\n")[0]
    # Some systems have a man that says why it has no pages, and succeeds.
    if os.path.isfile(page) and not done.returncode:
        return ok("man", page)
    own = _installed_folder("man", f"man1/{_PAGE}.1")
    advice = f"add {own} to MANPATH" if own else f"install iamcli again, or use {_PAGE} -h"
    return warning("man", None, f"man does not find the page of {_PAGE}", advice)


def _completion() -> Check:
    shell = os.path.basename(os.environ.get("SHELL", ""))
    if shell not in _COMPLETIONS:
        return skipped("completion", f"SHELL is {shell or 'not set'}; bash, zsh and fish have it")
    folder, name = _COMPLETIONS[shell]
    found = next((path for path in _candidates(shell, folder, name) if os.path.isfile(path)), None)
    if found:
        return ok("completion", f"{shell} finds {found}")
    own = _installed_folder(folder, name)
    if own is None:
        return warning("completion", None, f"{name} is not installed", "install iamcli again")
    advice = f"in {_STARTUP[shell]}, add: {_ADDITIONS[shell].format(folder=own, name=name)}"
    if shell == "zsh":
        # The variable fpath is not exported.
        return skipped("completion", "only zsh itself knows where it looks", advice)
    # A start-up file may load it.
    return skipped("completion", f"{name} is in no directory that {shell} loads by itself", advice)


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


def _installed_folder(folder: str, name: str) -> Path | None:
    """Return the ``folder`` of the installed data that has the file ``name``, or None."""
    data = (commands.parent / "share" / folder for commands in commands_folders())
    return next((place for place in data if os.path.isfile(place / name)), None)


def _extras() -> Check:
    missing = extras.missing()
    if missing:
        found = f"not installed: {_listed(missing)}"
        needed = f"if you need {'it' if missing[1:] == [] else 'them'}, "
        return warning("extras", "extra-missing", found, needed + extras.advice(*missing))
    return ok("extras", f"{_listed(list(extras.OF_SUBCOMMANDS))} are installed")


def _listed(names: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _versions() -> Check:
    installed = {package: _version(package) for package in OLDEST}
    python = ".".join(map(str, sys.version_info[:3]))
    shown = ", ".join(f"{package} {number}" for package, number in installed.items())
    found = f"iamcli {__version__}, Python {python}, {shown}"
    old = [p for p, number in installed.items() if _numbers(number) < _numbers(OLDEST[p])]
    if old:
        needed = " ".join(f"'{package}>={OLDEST[package]}'" for package in old)
        return warning(
            "versions", None, f"{found}; too old: {', '.join(old)}", f"pip install {needed}"
        )
    return ok("versions", found)


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "unknown"


def _numbers(number: str) -> tuple[int, ...]:
    """Return a version as numbers, so that it can be compared; one that is unknown is high."""
    parts = [part for part in number.split(".")[:3] if part.isdigit()]
    return tuple(map(int, parts)) or (1 << 16,)
