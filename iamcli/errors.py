"""The errors that are reported to the user, the exit statuses, and what makes text safe to print.

Messages are errors, notes, and what iamcli doctor and reports say: ``message`` removes secrets,
then shortens, then makes one line. Only then is a line wrapped; ``without_controls`` is the last
step. Data, such as the lines of a command, changes only on a terminal, by ``data_on_terminal``: a
new secret key is what the user asked for, and scripts and policies need each character.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

#: The exit status of a command that failed, completely or partly.
FAILED = 1
#: The exit status of a command that was interrupted.
INTERRUPTED = 130

#: Error codes with which servers reject an operation that they lack, whatever the HTTP status is.
UNKNOWN_OPERATION = (
    "InvalidAction",
    "NotImplemented",
    "NotSupportedService",
    "UnknownAction",
    "UnknownOperation",
    "UnsupportedOperation",
)
#: The maximum lengths of an error code and of a message of the service, as they are shown, and of a
#: whole line (characters).
MAX_CODE = 200
MAX_MESSAGE = 2000
MAX_LINE = 8000
#: What is in the place of the middle of a longer text.
OMITTED = " [...] "
#: Characters that Python calls printable, or that are no control characters, but that nobody sees:
#: the code points that Unicode calls default ignorable, the separators of lines and paragraphs, and
#: annotations. Source: Unicode, DerivedCoreProperties.txt.
_INVISIBLE = (
    "[\u00ad\u034f\u061c\u115f-\u1160\u17b4-\u17b5\u180b-\u180f\u200b-\u200f"
    "\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
#: The variables of secrets that are in use, and the length (characters) of those that are hidden
#: everywhere: a shorter one, such as "test", can be in any text.
_SECRET_VARIABLES = ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN")
_MIN_SECRET = 16
#: The length of a secret access key (characters), and its forms: a value, or a segment of a path.
_LENGTH = 40
_WHOLE = r"(?a)(?:(?<=://)|(?<![\w/+.-]))[A-Za-z0-9/+]{40}(?![\w/+.-])"
_SEGMENT = r"(?a)(?<![\w+.-])[A-Za-z0-9+]{40}(?![\w+.-])"
#: A private key in PEM, also one without its beginning or its end.
_PRIVATE_KEY = (
    "(?s)(?:-{0,5}BEGIN [A-Z ]{0,30})?PRIVATE KEY.*?(?:END [A-Z ]{0,30}PRIVATE KEY-{0,5}|\\Z)"
)
#: The line of a secret access key in a file of keys, which is no placeholder.
_NAMED = (
    r"(?i)((?<!\w)(?:aws_?)?secret_?(?:access_?)?key[\"']*\s*=\s*[\"']*)"
    r"(?!YOUR-|SECRET\b|<|\.\.\.)[^\s\"'\\]+"
)
#: The number of hexadecimal digits in the path of a private IAM: 128 bits, which nobody can guess.
SECRET_DIGITS = 32

#: The outcome of a step that failed.
NOT_DONE = "not done"
DONE = "done"
UNKNOWN = "unknown"


def without_secret_paths(text: str) -> str:
    """Return ``text`` with addresses of the private IAM of a sandbox without their secret path."""
    if "//127.0.0.1:" not in text and "//localhost:" not in text:
        return text
    import re

    address = r"(//(?:127\.0\.0\.1|localhost):\d+)"
    return re.sub(rf"{address}/[0-9a-f]{{{SECRET_DIGITS}}}\b(?:/(?!\w))?", r"\1", text)


class CommandEnd(BaseException):
    """What ends a command early. The message is one line: what is wrong and what to do.

    ``hint``: a second line for a terminal: what the error means and what to do; ``make_hint``:
    makes one that needs a request, so that it is called after the message is printed. ``options``:
    the options that the error is about, for a terminal. ``state``: another line for commands of
    several steps: what was done and what was not. ``outcome``: the outcome of the step that failed:
    NOT_DONE, DONE or UNKNOWN.
    """

    hint = ""
    make_hint: Callable[[], str] | None = None
    options: tuple[Any, ...] = ()
    state = ""
    outcome = NOT_DONE


class Failure(CommandEnd, Exception):  # noqa: N818 - of a command, not of the program
    """A command cannot continue."""


class Interrupted(CommandEnd, KeyboardInterrupt):
    """A signal ended the command. The message is empty if nothing was changed."""


class InvalidPolicy(Failure):
    """A policy is not JSON, possibly because it was not quoted."""


class ServiceError(Failure):
    """The service rejected a request.

    ``code``: the error code of the service ("NoSuchEntity"); ``message``: its error message; each
    is one line, without its middle if it is too long. They may contain secrets of the request;
    ``shown_code`` and ``shown`` are the code and the message without what ``redact`` removes. The
    text of the failure is ``CODE: MESSAGE`` without secrets; a denial without a message names the
    operation. ``status``: the HTTP status. ``request``: its ``operation`` and ``parameters``.
    ``skew``: the seconds by which the clock of this machine is ahead of the Date of the response,
    None if the response has none.
    """

    def __init__(  # noqa: PLR0913 - what a response says of a refusal
        self,
        code: str,
        message: str,
        status: int = 0,
        request: tuple[str, Mapping[str, Any]] = ("", {}),
        *,
        skew: float | None = None,
        redact: Callable[[str], str] = without_secret_paths,
    ) -> None:
        self.code = of_service(code, limit=MAX_CODE)
        self.message = of_service(message)
        self.shown_code = of_service(code, redact, MAX_CODE)
        self.shown = of_service(message, redact)
        self.status = status
        self.operation, self.parameters = request
        self.skew = skew
        named = f"{self.operation} is not permitted" if self.denied and self.operation else ""
        super().__init__(": ".join(filter(None, (self.shown_code, self.shown or named))))

    @property
    def denied(self) -> bool:
        """Whether the request was denied for lack of permission."""
        return self.code in ("AccessDenied", "AccessDeniedException")


class MissingOperation(ServiceError):  # noqa: N818 - as Failure
    """The server lacks the operation, so nothing was done. The text says only that."""

    def __str__(self) -> str:
        return f"the server has no {self.operation}"


class UnexpectedResponse(Failure):
    """The response is not one of IAM: the endpoint is not IAM, or lacks the operation.

    ``status``: the HTTP status of an error, else 0.
    """

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


class UnknownOutcome(Failure):
    """A request was sent but got no valid response, so it may have taken effect.

    ``reason``: why the outcome is unknown; ``advice``: the rest of the message; ``refusal``: how
    the service refused the last attempt, None if it did not; an earlier one may have taken effect.
    """

    outcome = UNKNOWN

    def __init__(self, reason: str, advice: str, refusal: ServiceError | None = None) -> None:
        super().__init__(f"{reason}; {advice}")
        self.reason = reason
        self.refusal = refusal


def unexpected(error: BaseException, report: str) -> str:
    """Return the message for an ``error`` that no code expects; ``report``: how to report it."""
    import errno

    missing = isinstance(error, ImportError) and str(error).partition("cannot import name '")[2]
    if missing:
        # A package that does without a module hides why it cannot be imported.
        try:
            __import__(missing.partition("'")[0])
        except (ImportError, MemoryError) as cause:
            error = cause
    no_memory = isinstance(error, OSError) and error.errno == errno.ENOMEM
    if isinstance(error, MemoryError) or no_memory:
        return "out of memory; to see the limit of the shell, run: ulimit -v"
    name = isinstance(error, ModuleNotFoundError) and error.name
    module = str(name or "_").partition(".")[0]
    if module not in sys.stdlib_module_names and module[0] != "_" and module != "iamcli":
        run = f"{sys.executable} -m pip install click botocore"
        return f"{module} is not installed for this Python; install iamcli again, or run: {run}"
    # Debian's python3-minimal lacks some.
    if module in sys.stdlib_module_names and module[0] != "_":
        return f"{sys.executable} lacks the module {module}; install the package python3"
    if isinstance(error, ImportError) and "failed to map segment" in str(error):
        # The loader of libraries says so if there is no memory, and in a few other cases.
        return f"cannot load a library, perhaps for lack of memory: {error}"
    return f"internal error, {report}: {type(error).__name__}: {error}"


class OutputLost(Failure):
    """Standard output cannot be written. Raised in a command where it yielded the line."""


class ReaderLeft(OutputLost):
    """Standard output is a pipe whose reader has closed it."""


class Terminated(KeyboardInterrupt):
    """The process received SIGTERM or SIGHUP, and that signal will end it.

    ``number``: the number of the signal. Like KeyboardInterrupt it has no message.
    """

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


def file_error(error: Exception) -> str:
    """Return why a file cannot be used: the text of OSError without its number and file name."""
    return getattr(error, "strerror", None) or str(error)


def message(
    text: str, redact: Callable[[str], str] = without_secret_paths, limit: int = MAX_LINE
) -> str:
    """Return the ``text`` of a message as one line, in which what is not shown is escaped.

    ``redact``: removes secrets, also the secret paths; ``limit``: the maximum length (characters).
    """
    return visible(shortened(concealed(redact(text)), limit))


def of_service(
    text: str, redact: Callable[[str], str] = without_secret_paths, limit: int = MAX_MESSAGE
) -> str:
    """Return a ``text`` of the service as one line, with a space for each character not shown.

    ``redact`` and ``limit``: as for ``message``.
    """
    return one_line(shortened(redact(text), limit))


def without_controls(text: str) -> str:
    """Return ``text`` with control and invisible characters escaped, except TAB and line feeds."""
    return text.translate(_CONTROLS)


def data_on_terminal(text: str) -> str:
    """Return ``text`` as ``without_controls`` does, also with the bytes that are not UTF-8.

    Some terminals take such bytes for control characters. Source: docs/decisions.md (control
    characters).
    """
    return text.translate(_CONTROLS_OF_DATA)


def shortened(text: str, limit: int) -> str:
    """Return ``text`` without its middle if it has more characters than ``limit``."""
    if len(text) <= limit:
        return text
    half = (limit - len(OMITTED)) // 2
    return f"{text[:half]}{OMITTED}{text[-half:]}"


def one_line(text: str) -> str:
    """Return the service's ``text`` as one line: each character that is not shown is a space."""
    return "".join(c if is_shown(c) else " " for c in text).strip()


def concealed(text: str) -> str:
    """Return ``text`` without what may be a secret access key, a private key or a key in use.

    A secret access key is a value, or a segment of a path, of 40 characters. What follows the name
    of such a key is one, too, whatever its form. Source: docs/decisions.md (secrets in arguments).
    """
    for name in _SECRET_VARIABLES:
        if len(value := os.environ.get(name, "")) >= _MIN_SECRET:
            text = text.replace(value, "...")
    if len(text) < _LENGTH and "=" not in text and "PRIVATE" not in text:
        return text
    import re

    text = re.sub(_PRIVATE_KEY, "...", text)
    text = re.sub(_NAMED, r"\1...", text)
    for form in (_WHOLE, _SEGMENT):
        text = re.sub(form, lambda run: "..." if _is_mixed(run[0]) else run[0], text)
    return text


def _is_mixed(run: str) -> bool:
    return run.upper() != run != run.lower() and any(map(str.isdecimal, run))


def visible(text: str) -> str:
    r"""Return ``text`` as one line in which what is not shown is escaped, as in ``\x1b``."""
    if text.isprintable() and text.isascii():
        return text
    return "".join(map(escape, text))


def is_invisible(character: str) -> bool:
    """Return whether nobody sees ``character``, which is no control character."""
    import re

    return re.match(_INVISIBLE, character) is not None


def is_shown(character: str) -> bool:
    """Return whether ``character`` is printable, and not invisible."""
    return character.isprintable() and (character.isascii() or not is_invisible(character))


def escape(character: str) -> str:
    r"""Return ``character``, escaped if it is not shown: ``\x1b``, ``\u202e``."""
    if is_shown(character):
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}"  # noqa: PLR2004 - one byte


class _Escapes(dict[int, str]):
    """A table for str.translate, which escapes invisible characters besides those in the table."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        text = self[code] = escape(character) if is_invisible(character) else character
        return text


#: Control characters, which a terminal obeys, with their escapes: C0 except TAB and LF, DEL and C1.
_CONTROLS = _Escapes(
    (code, escape(chr(code)))
    for code in (*range(0x20), *range(0x7F, 0xA0))
    if chr(code) not in "\t\n"
)
#: The same, with the bytes that are not UTF-8.
_CONTROLS_OF_DATA = _Escapes(
    _CONTROLS | {0xDC00 + code: f"\\x{code:02x}" for code in range(0x80, 0xA0)}
)
