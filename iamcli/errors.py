"""What can go wrong, as the user is told it."""

from __future__ import annotations

#: The exit status of a command that could not do all that it was asked for.
FAILED = 1
#: The exit status of a command that was interrupted.
INTERRUPTED = 130


class Failure(Exception):  # noqa: N818 - a failure of the command, told to the user as it stands
    """A command cannot go on; the message is one line: what is wrong and what to do.

    ``state`` is a second line for commands of several steps: what exists now and what does not.
    """

    state = ""


class NotJson(Failure):
    """A policy is not JSON; perhaps the shell took it apart."""


class ServiceError(Failure):
    """The service refused a request, in its own words.

    ``code`` is the service's error code ("NoSuchEntity"), ``message`` its sentence; together they
    are the text of the failure, ``CODE: MESSAGE``.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}" if message else code)
        self.code = code
        self.message = message


class NotIam(Failure):
    """Something answered, but not as IAM does: no IAM endpoint, or one that lacks the operation."""


class UnknownOutcome(Failure):
    """A request was sent and its answer was lost: the service may or may not have acted."""


class OutputLost(Failure):
    """Standard output cannot be written; thrown into a command at the line it was showing.

    ``reader_left`` tells a pipe whose reader went away from a disk that is full.
    """

    reader_left = False


class Terminated(KeyboardInterrupt):
    """SIGTERM or SIGHUP came; its ``number`` ends the process. Like Ctrl-C it has no words."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


def one_line(text: str) -> str:
    """Return foreign text fit for one line of a terminal: no line ends, no control characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
