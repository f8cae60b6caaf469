"""Sends requests to IAM one by one, and records whether something was or may have been changed."""

from __future__ import annotations

from iamcli import interrupts
from iamcli.client.changes import only_reads
from iamcli.errors import Failure, UnknownOutcome
from iamcli.output.progressline import SHORTEST_PAUSE, ProgressLine
from iamcli.output.redaction import Secrets

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from iamcli.client.client import Client
    from iamcli.config.connection import Connection


class Sender:
    """Sends requests to IAM. The client is made for the first of them.

    ``connection``: the keys, the endpoint and the proxy; ``secrets``: collects the secrets that
    must not be printed; ``log``: called with each line of ``-d``, or None; ``note``: called with a
    line for the user that is not an error, ``warn`` with one for a terminal only; ``before``:
    called before each request, after all checks have passed; ``strict``: whether IAMCLI_STRICT is
    set. ``on_terminal``: standard error is a terminal, not in strict mode; ``interactive``:
    standard input is one, too. ``progress``: shows on a terminal what takes long.
    """

    def __init__(  # noqa: PLR0913 - what a command sets
        self,
        connection: Connection,
        *,
        secrets: Secrets | None = None,
        log: Callable[[str], None] | None = None,
        note: Callable[[str], None] = lambda _line: None,
        warn: Callable[[str], None] = lambda _line: None,
        before: Callable[[], None] = lambda: None,
        strict: bool = False,
        on_terminal: bool = False,
        interactive: bool = False,
        progress: ProgressLine | None = None,
    ) -> None:
        self.strict = strict
        self.on_terminal = on_terminal
        self.interactive = interactive
        self.progress = progress or ProgressLine()
        #: Whether something was changed, or may have been.
        self.changed = False
        #: The request whose outcome is not known (yet): the operation and its parameters.
        self.pending: tuple[str, dict[str, Any]] | None = None
        #: The current request, if it changes something.
        self._changing: tuple[str, dict[str, Any]] | None = None
        #: The entities that this command has created, such as "user bob".
        self.created: set[str] = set()
        #: What a command of several steps that ended early has done and what not, as one line.
        self.state = ""
        #: Whether requests go to the private IAM of ``iamcli sandbox``.
        self.sandbox = bool(connection.sandbox)
        self.secrets = secrets or Secrets()
        self.secrets.add(*connection.secrets)
        #: Whether responses have all members, also those that no command prints; until a request.
        self.complete_model = False
        self._connection = connection
        self._log = log
        self.note = note
        self._warn = warn
        self._before = before
        self._client: Client | None = None

    @property
    def client(self) -> Client:
        """The client, which is made when it is first used; raises Failure if it cannot be made."""
        if self._client:
            return self._client
        import gc

        # To search what imports create for garbage would take a tenth of the time of the command.
        gc.disable()
        from iamcli.client.client import Client

        self._client = client = Client(
            self._connection,
            self._debug,
            pausing=self.progress.pause,
            sending=self._sending,
            complete_model=self.complete_model,
        )
        gc.freeze()
        gc.enable()
        self.secrets.add(*client.secrets)
        for line in client.origins if self._log else ():
            self._debug(line)
        for line in client.warnings:
            self._warn(line)
        if client.diversion:
            self.note(client.diversion)
        return client

    def send(self, operation: str, *, resent: bool = False, **parameters: Any) -> dict[str, Any]:
        """Send one request with the ``parameters`` that are not None, and return the response.

        ``resent``: whether an earlier request of the same kind may have taken effect. From the
        first request on that changes something, a signal does not raise between a response and its
        report. Raises as ``Client.call`` does.
        """
        parameters = without_none(parameters)
        self.secrets.gather(parameters)
        client = self.client
        self._before()
        self._debug(f"{operation} to {client.url}", parameters)
        reads = only_reads(operation)
        self._changing = None if reads else (operation, parameters)
        if not reads:
            interrupts.guard()
            self.pending = self._changing if resent else None
        try:
            response = client.call(operation, parameters, resent=resent)
        except Failure as failure:
            if not reads and not isinstance(failure, UnknownOutcome):
                self.pending = None
            self.changed = self.changed or self.pending is not None
            self._debug(f"{operation} failed: {failure}")
            raise
        if not reads:
            self.changed = True
            self.pending = None
            # Responses to requests that only read contain no secrets, and lists are long.
            self.secrets.gather(response)
        request_id = response.pop("ResponseMetadata", {}).get("RequestId", "none")
        self._debug(f"{operation} succeeded, request ID {request_id}", response)
        return response

    def pause(self, seconds: float, reason: str) -> None:
        """Sleep before a request. A terminal shows the ``reason`` until the request is sent."""
        if seconds >= SHORTEST_PAUSE:
            self.progress.pause(f"{reason}; trying again in {seconds:.1f} s")
        interrupts.pause(seconds)

    def settled(self) -> None:
        """Record that the outcome of the last request is known."""
        self.pending = None

    def _sending(self) -> None:
        """Record that the client sends the request, or sends it again."""
        self.progress.pause("")
        # One that came before must not seem to have come while the request was sent.
        interrupts.raise_due()
        if self._changing:
            self.pending = self._changing

    def _debug(self, line: str, value: dict[str, Any] | None = None) -> None:
        if self._log:
            content = f": {self.secrets.structure(value)}" if value else ""
            self._log(self.secrets.redact(line) + content)


def without_none(parameters: dict[str, Any]) -> dict[str, Any]:
    """Return the ``parameters`` that are not None."""
    return {name: value for name, value in parameters.items() if value is not None}
