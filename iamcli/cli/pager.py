"""The user's pager, for text that does not fit on the terminal."""

from __future__ import annotations

import os

from iamcli.interrupts import DeferredSignals, Interruptible


def wanted(text: str) -> list[str]:
    """Return the command of the pager that is to show ``text``; [] if ``text`` is to be printed.

    That is so if it fits on the terminal, if standard input or standard output is no terminal, and
    if TERM is dumb or the pager is not installed.
    """
    from shutil import which

    if not (os.isatty(0) and os.isatty(1)) or os.environ.get("TERM", "dumb") == "dumb":
        return []
    columns, rows = os.get_terminal_size(1)
    # The prompt is in the last row. A size of 0 is not known.
    if not columns or sum(-(-len(line) // columns) or 1 for line in text.splitlines()) < rows:
        return []
    named = os.environ.get("PAGER", "").split()
    known = [named] if named else [["pager"], ["less"], ["more"]]
    return next((command for command in known if which(command[0])), [])


def run(command: list[str], text: str) -> None:
    """Run ``command``, a pager, with ``text`` as input."""
    import signal
    from subprocess import PIPE, Popen

    with DeferredSignals():
        # From now on, Ctrl-C is for the pager.
        signal.signal(signal.SIGINT, lambda _number, _frame: None)
        with Popen(command, stdin=PIPE) as process:  # noqa: S603
            try:
                with Interruptible():
                    process.communicate(f"{text}\n".encode())
            except KeyboardInterrupt:
                process.terminate()
                raise
