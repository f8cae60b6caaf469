"""Where the iam-* commands of the running installation are."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import sysconfig
from pathlib import Path

from iamcli import quoting
from iamcli.errors import Failure
from iamcli.installation import is_one_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


def one_file() -> Path | None:
    """Return the one file, iamcli.pyz, if iamcli runs from it; it has no symbolic links in it."""
    return Path(sys.argv[0]).resolve() if is_one_file() else None


def commands_folder() -> Path:
    """Return the first of ``commands_folders``; raise Failure if there is none."""
    for folder in commands_folders():
        return folder
    if is_one_file():
        raise Failure("the one file has no iam-* commands to run; install iamcli with pipx")
    raise Failure("the iam-* commands of this installation are missing; install iamcli again")


def commands_folders() -> Iterator[Path]:
    """Yield the directories of the iam-* commands that run this installation, the own one first."""
    if is_one_file():
        return  # those of the Python that runs it belong to another installation
    package = Path(__file__).resolve().parent.parent
    # Debian patches the place of scripts to /usr/local/bin, but not for its own packages.
    places = (sysconfig.get_path("scripts"), package.parent / "bin", Path(sys.prefix, "bin"))
    folders = [Path(place) for place in places]
    with contextlib.suppress(OSError):  # a relative name in a directory that was deleted
        folders.insert(0, Path(sys.argv[0]).resolve().parent)
    for folder in folders:
        if os.path.isfile(folder / "iam-usercreate"):
            yield folder


def adding_to_path() -> str:
    """Return how to make a shell find the commands; raise Failure if there are none."""
    if file := one_file():
        line = quoting.command_line(str(file), "home", "--no-strict", "DIR")
        return f"run: {line}; then put DIR/bin in PATH"
    return f'run: export PATH={quoting.quoted(str(commands_folder()))}:"$PATH"'


def home_line(folder: str, option: str = "") -> str:
    """Return the line that runs ``iamcli home``; ``folder``: its argument, quoted for a shell."""
    found = os.path.realpath(shutil.which("iamcli") or "")
    file = one_file()
    own = not file and not own_places().isdisjoint((found, os.path.dirname(found)))
    program = "iamcli" if own else quoting.quoted(str(file or commands_folder() / "iamcli"))
    return f"{program} home{option} {folder}"


def own_places() -> frozenset[str]:
    """Return the one file, or the directories of ``commands_folders``, without symbolic links."""
    file = one_file()
    places = [file] if file else commands_folders()
    return frozenset(os.path.realpath(place) for place in places)
