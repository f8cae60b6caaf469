"""The manual pages: where they are installed, and the program that shows one."""

from __future__ import annotations

import os
import re

from iamcli.errors import Failure

#: The subcommands that have a page, in the order in which people need them.
SUBCOMMANDS = (
    "list",
    "help",
    "sandbox",
    "check",
    "explain",
    "run",
    "doctor",
    "home",
    "completion",
    "snapshot",
    "recreate",
)
#: The pages that do not describe an iam command, by the topic that ``iamcli help`` accepts.
TOPICS = {
    "iamcli": ("iamcli", 1),
    "credential-file": ("aws-credential-file", 5),
    "snapshot-file": ("iam-snapshot-file", 5),
    "toolkit": ("iam-toolkit", 7),
    "moving": ("iam-moving", 7),
    "differences": ("iam-differences", 7),
    "today": ("iam-today", 7),
} | {name: (f"iamcli-{name}", 1) for name in SUBCOMMANDS}


def lines(name: str, section: int) -> list[str]:
    """Return the page ``name`` in ``section`` as lines of plain text.

    If standard output is a terminal, the user's pager shows the page instead, and the process ends
    with it. Raises Failure if the page or a program that can show it is not installed.
    """
    command = _viewer(find(name, section))
    if os.isatty(1):
        os.execvp(command[0], command)  # noqa: S606 - needs no shell
    import subprocess

    done = subprocess.run(command, stdout=subprocess.PIPE, check=False)  # noqa: S603
    if done.returncode:
        raise Failure(f"{command[0]} cannot show the manual page {name}({section})")
    text = done.stdout.decode("utf-8", "surrogateescape")
    # Bold is a letter, a backspace and the letter again, or a sequence for terminals.
    return re.sub(r".\x08|\x1b\[[0-9;]*m", "", text).splitlines()


def source(name: str, section: int) -> str:
    """Return the text of the page ``name`` in ``section`` in mdoc.

    Raises Failure if there is no such page, or it cannot be read.
    """
    import gzip

    path = find(name, section)
    opened = gzip.open if path.endswith(".gz") else open
    try:
        with opened(path, "rt", encoding="utf-8") as file:
            return str(file.read())
    except (OSError, ValueError, EOFError) as error:
        raise Failure(f"cannot read the manual page {path}: {error}") from None


def find(name: str, section: int) -> str:
    """Return the path of the page ``name`` in ``section``.

    In a checkout, the pages are in man/ next to the package. An installation has them in share/man/
    of its prefix, which is a directory above the package. Raises Failure if there is no such page.
    """
    import iamcli

    file = f"{name}.{section}"
    folder = os.path.dirname(os.path.dirname(os.path.abspath(iamcli.__file__)))
    places = [os.path.join(folder, "man", file)]
    below = ""
    while folder != below:
        place = os.path.join(folder, "share", "man", f"man{section}", file)
        # The packages of operating systems compress their pages.
        places += [place, f"{place}.gz"]
        below, folder = folder, os.path.dirname(folder)
    for path in places:
        if os.path.isfile(path):
            return path
    raise Failure(f"the manual page {name}({section}) is not installed; reinstall iamcli")


def _viewer(path: str) -> list[str]:
    """Return the command that shows ``path``, with the user's pager on a terminal."""
    from shutil import which

    # To man, an argument that begins with a slash is the name of a file.
    for command in (["man", path], ["mandoc", "-a", path]):
        if which(command[0]):
            return command
    raise Failure("neither man nor mandoc is installed; install one of them to read the manual")
