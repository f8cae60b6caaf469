"""The errors that are reported to the user, and the exit statuses."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

#: The exit status of a command that failed, completely or partly.
FAILED = 1
#: The exit status of a command that was interrupted.
INTERRUPTED = 130

#: The outcome of a step that failed.
NOT_DONE = "not done"
DONE = "done"
UNKNOWN = "unknown"


#: The number of hexadecimal digits in the path of a private IAM: 128 bits, which nobody can guess.
SECRET_DIGITS = 32


class Failure(Exception):  # noqa: N818 - the failure of a command, not a programming error
    """A command cannot continue. The message is one line: what is wrong and what to do.

    ``hint``: a second line for a terminal: what the error means and what to do; ``ask``: makes one
    that needs a request, so that it is called after the message is printed. ``options``: the
    options that the error is about, for a terminal. ``state``: another line for commands of several
    steps: what was done and what was not. ``outcome``: the outcome of the step that failed:
    NOT_DONE, DONE or UNKNOWN.
    """

    hint = ""
    ask: Callable[[], str] | None = None
    options: tuple[Any, ...] = ()
    state = ""
    outcome = NOT_DONE


class InvalidPolicy(Failure):
    """A policy is not JSON, possibly because it was not quoted."""


class ServiceError(Failure):
    """The service rejected a request.

    ``code``: the error code of the service ("NoSuchEntity"); ``message``: its error message; each
    is one line. The text of the failure is ``CODE: MESSAGE``. ``looked_up``: the account still has
    what the request was to remove. ``status``: the HTTP status. ``operation`` and ``parameters``:
    the request. ``skew``: the seconds by which the clock of this machine is ahead of the Date of
    the response, None if the response has none.
    """

    looked_up = False
    status = 0
    operation = ""
    skew: float | None = None

    def __init__(self, code: str, message: str) -> None:
        self.code = one_line(code)
        self.message = one_line(message)
        self.parameters: Mapping[str, Any] = {}
        super().__init__(f"{self.code}: {self.message}" if self.message else self.code)

    @property
    def denied(self) -> bool:
        """Whether the request was denied for lack of permission."""
        return self.code in ("AccessDenied", "AccessDeniedException")


class UnexpectedResponse(Failure):
    """The response is not one of IAM: the endpoint is not IAM, or lacks the operation.

    ``status``: the HTTP status of an error, else 0.
    """

    status = 0


class UnknownOutcome(Failure):
    """A request was sent but got no valid response, so it may have taken effect.

    ``reason``: why the outcome is unknown; ``advice``: the rest of the message; ``check``: how to
    find out whether the request took effect, usually a command. ``refusal``: how the service
    refused the last attempt, None if it did not; an earlier attempt may have taken effect.
    """

    outcome = UNKNOWN
    refusal: ServiceError | None = None

    def __init__(self, reason: str, advice: str, check: str) -> None:
        super().__init__(f"{reason}; {advice}")
        self.reason = reason
        self.check = check


class OutputLost(Failure):
    """Standard output cannot be written. Raised in a command where it yielded the line.

    ``reader_left``: whether the reason is a pipe whose reader has closed it.
    """

    reader_left = False


class Terminated(KeyboardInterrupt):
    """The process received SIGTERM or SIGHUP, and that signal will end it.

    ``number``: the number of the signal. Like KeyboardInterrupt it has no message.
    """

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


def one_line(text: str) -> str:
    """Return the service's ``text`` as one line: each unprintable character becomes a space."""
    return "".join(c if c.isprintable() else " " for c in text).strip()


def without_secret_paths(text: str) -> str:
    """Return ``text`` with addresses of the private IAM of a sandbox without their secret path."""
    if "//127.0.0.1:" not in text and "//localhost:" not in text:
        return text
    import re

    address = r"(//(?:127\.0\.0\.1|localhost):\d+)"
    return re.sub(rf"{address}/[0-9a-f]{{{SECRET_DIGITS}}}\b(?:/(?!\w))?", r"\1", text)


def visible(text: str) -> str:
    r"""Return ``text`` as one line in which unprintable characters are escaped, as in ``\x1b``."""
    return text if text.isprintable() else "".join(map(escape, text))


def escape(character: str) -> str:
    r"""Return ``character``, escaped if it is unprintable: ``\x1b``, ``\u202e``."""
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}"  # noqa: PLR2004 - one byte
