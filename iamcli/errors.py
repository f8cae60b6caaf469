"""What can go wrong, as the user is told it."""

from __future__ import annotations

#: The exit status of a command that could not do all that it was asked for.
FAILED = 1
#: The exit status of a command that was interrupted.
INTERRUPTED = 130

#: What became of a step that failed.
NOT_DONE = "not done"
DONE = "done"
UNKNOWN = "unknown"


class Failure(Exception):  # noqa: N818 - a failure of the command, told to the user as it stands
    """A command cannot go on; the message is one line: what is wrong and what to do.

    ``state`` is a second line for commands of several steps: what exists now and what does not.
    ``outcome`` says what became of the step that failed: NOT_DONE, DONE or UNKNOWN.
    """

    state = ""
    outcome = NOT_DONE


class InvalidPolicy(Failure):
    """A policy is not JSON; perhaps the shell took it apart."""


class ServiceError(Failure):
    """The service refused a request, in its own words.

    ``code`` is the service's error code ("NoSuchEntity"), ``message`` its sentence; together they
    are the text of the failure, ``CODE: MESSAGE``. ``resent``: an earlier attempt of the same
    request may have taken effect, because its response was lost.
    """

    resent = False

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}" if message else code)
        self.code = code
        self.message = message

    @property
    def denied(self) -> bool:
        """Whether the key may not do what it asks for."""
        return self.code in ("AccessDenied", "AccessDeniedException")


class UnexpectedResponse(Failure):
    """Something answered, but not as IAM does: no IAM endpoint, or one that lacks the operation."""


class UnknownOutcome(Failure):
    """A request was sent and no response to it was understood: it may have taken effect.

    ``reason``: why it is unknown; ``check``: how to see what became of it.
    """

    outcome = UNKNOWN

    def __init__(self, reason: str, words: str, check: str) -> None:
        super().__init__(f"{reason}; {words}")
        self.reason = reason
        self.check = check


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
