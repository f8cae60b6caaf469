"""What a program does before it imports anything else: it orders the directories of modules.

Old machines set Python's variables for programs of their own, often for Python 2. This module uses
only modules that are loaded already.
"""

import os
import sys

#: The variable in which a launcher keeps the value of PYTHONHOME, with which Python may not start.
KEPT_HOME = "IAMCLI_PYTHONHOME"


def begin() -> None:
    """Look for modules in the directories of PYTHONPATH last, and set PYTHONHOME as it was.

    What this program starts gets both variables unchanged. Source: LEGACY.md (PYTHONPATH).
    """
    home = os.environ.pop(KEPT_HOME, None)
    if home is not None:
        os.environ["PYTHONHOME"] = home
    python_path = os.environ.get("PYTHONPATH")
    if not python_path:
        return
    named = {os.path.abspath(folder) for folder in python_path.split(os.pathsep)}
    if "site" in sys.modules:
        named.difference_update(sys.modules["site"].getsitepackages())
    own = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    last = [folder for folder in sys.path if os.path.abspath(folder) in named]
    # iamcli may be installed in such a directory, with the packages that it needs.
    last.sort(key=lambda folder: os.path.abspath(folder) != own)
    sys.path[:] = [folder for folder in sys.path if folder not in last] + last


def own_environment() -> dict[str, str]:
    """Return the environment for a process that runs this Python: without PYTHONHOME."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONHOME"}
