"""Starts a program: what it does before it imports anything else.

To import iamcli does none of this. This module uses only modules that are loaded already.
"""

import _signal  # type: ignore[import-not-found]  # the module signal takes 4 ms to import
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

#: The variable in which a launcher keeps the value of PYTHONHOME, with which Python may not start.
KEPT_HOME = "IAMCLI_PYTHONHOME"


class EntryPoint:
    """A function to start, by its full name, as the entry points in setup.cfg name it."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> "EntryPoint":
        return EntryPoint(f"{self._name}.{name}")

    def __call__(self) -> "Any":
        """Start the function; return what it returns."""
        return start(*self._name.rsplit(".", 1))


#: ``program.commands.users.usercreate()`` starts ``usercreate`` in ``iamcli.commands.users``.
program = EntryPoint("iamcli")


def start(module: str, function: str) -> "Any":
    """Import ``module`` and call its ``function``, a program; return what that returns."""
    # Until the program runs, Ctrl-C ends it without Python's traceback, as it ends others. If
    # Ctrl-C is ignored, it remains ignored.
    if _signal.getsignal(_signal.SIGINT) is _signal.default_int_handler:
        _signal.signal(_signal.SIGINT, _signal.SIG_DFL)
        # If Ctrl-C comes while Python looks for this program, Python prints that and continues.
        if getattr(sys, "last_type", None) is KeyboardInterrupt:
            os.kill(os.getpid(), _signal.SIGINT)
    handle_python_variables()
    failure = ""
    command = module.startswith("iamcli.commands.")
    # The import takes longer than the command takes in the server.
    if command and "IAMCLI_RUN" in os.environ:
        from iamcli.handover import hand_over

        failure = hand_over()
    if sys.version_info >= (3, 15) and (command or "".join(sys.argv[1:2]).startswith("iam-")):
        lazy = {*sys.stdlib_module_names, "botocore", "certifi", "urllib3"}
        # What they only try to import, as urllib3.contrib, has to fail if it lacks a package.
        sys.set_lazy_imports_filter(
            lambda by, *_: f"{by}".partition(".")[0] in lazy and "urllib3.contrib" not in f"{by}"
        )
        sys.set_lazy_imports("all")
    __import__(module)
    called = getattr(sys.modules[module], function)
    return called(failure) if failure else called()


def handle_python_variables() -> None:
    """Look for modules in the directories of PYTHONPATH last, and set PYTHONHOME as it was.

    Old machines set these variables for programs of their own, often for Python 2. What this
    program starts gets both unchanged. Source: docs/decisions.md (The directories of
    PYTHONPATH).
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
