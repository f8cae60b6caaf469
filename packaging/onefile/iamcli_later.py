"""Runs iamcli.pyz with a later Python, if the one that runs it is too old.

Only a Python that is too old imports this module: Python 2.7 and 3.6 can run it.
"""

import os
import re
import signal
import subprocess
import sys

#: Succeeds if Python is not too old.
CHECK = "import sys; sys.exit(sys.version_info < (3, 10))"
#: The variable that the Python found here gets, so that none is looked for a second time.
FOUND = "IAMCLI_LATER_PYTHON"


def run(program):  # type: (str) -> None  # noqa: ANN001, ANN201 - Python 2
    """Run this file with the highest ``python3.N`` in PATH that works and is not too old.

    ``program``: the name for errors. If there is none, ends with one line and exit status 1.
    """
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    environment = dict(os.environ, **{FOUND: "1"})
    # Set for this Python, it would keep another one from starting; iamcli/startup.py sets it again.
    if "PYTHONHOME" in environment:
        environment["IAMCLI_PYTHONHOME"] = environment.pop("PYTHONHOME")
    for path in [] if FOUND in os.environ else _pythons():
        if _works(path, environment):
            os.execve(path, [path] + sys.argv, environment)  # noqa: RUF005 - Python 2
    this = sys.version.split()[0] + ", " + str(sys.executable)
    sys.exit(
        program
        + ": requires Python 3.10 or later; this is Python "
        + this
        + ", and PATH has no later python3.N that works"
    )


def _pythons():  # type: () -> list[str]  # noqa: ANN202 - Python 2
    """Return the paths of ``python3.N`` in PATH, N from 10 on, the highest N first."""
    found = []
    for place, folder in enumerate(os.environ.get("PATH", os.defpath).split(os.pathsep)):
        try:
            names = os.listdir(folder or os.curdir)
        except OSError:
            continue
        for name in names:
            match = re.match(r"python3\.([1-9][0-9]+)\Z", name)
            if match:
                found.append((-int(match.group(1)), place, os.path.join(folder or ".", name)))
    return [path for _, _, path in sorted(found)]


def _works(path, environment):  # type: (str, dict[str, str]) -> bool  # noqa: ANN001, ANN202 - Python 2
    """Return whether ``path`` is a Python that is not too old. A shim may run nothing."""
    command = [path, "-c", CHECK]
    with open(os.devnull, "r+b") as null:
        try:
            status = subprocess.call(command, env=environment, stdin=null, stdout=null, stderr=null)
        except OSError:
            return False
    return status == 0
