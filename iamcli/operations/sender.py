"""Sends requests to IAM one by one, and records whether something was or may have been changed."""

from __future__ import annotations

import os

from iamcli import interrupts
from iamcli.client.changes import only_reads
from iamcli.errors import Failure, UnknownOutcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from iamcli.client.client import Client
    from iamcli.config.settings import Settings
    from iamcli.output.streams import Reporter


class Sender:
    """Sends requests to IAM. The client is made for the first of them.

    ``settings``: the keys, the endpoint and the proxy; ``reporter``: collects the secrets, and
    prints what is neither data nor an error, to begin with the warnings about ``settings``;
    ``complete_model``: responses have all members, also those that no command prints. ``strict``:
    whether IAMCLI_STRICT is set; ``on_terminal``: whether standard error is a terminal, not in
    strict mode; ``interactive``: whether standard input is one, too.
    """

    def __init__(
        self, settings: Settings, reporter: Reporter, *, complete_model: bool = False
    ) -> None:
        reporter.secrets.add(*settings.secrets)
        for line in settings.warnings:
            reporter.note_on_terminal(line)
        self.reporter = reporter
        self.strict = reporter.strict
        self.on_terminal = reporter.shows_hints
        self.interactive = self.on_terminal and os.isatty(0)
        #: Whether something was changed, or may have been.
        self.changed = False
        #: The last request that changes something, until its outcome is known.
        self._change: tuple[str, dict[str, Any]] | None = None
        #: Whether its response was lost, or that to an earlier request of the same kind.
        self._lost = False
        #: The entities that this command has created, such as "user bob".
        self.created: set[str] = set()
        #: What a command of several steps that ended early has done and what not, as one line.
        self.state = ""
        #: Whether requests go to the private IAM of ``iamcli sandbox``.
        self.sandbox = bool(settings.sandbox)
        self._settings = settings
        self._complete_model = complete_model
        self._client: Client | None = None

    @property
    def client(self) -> Client:
        """The client, which is made when it is first used; raises Failure if it cannot be made."""
        if self._client is None:
            import gc

            # To search what imports create for garbage would take a tenth of the command's time.
            gc.disable()
            from iamcli.client.client import Client

            self._client = Client(
                self._settings, self.reporter, complete_model=self._complete_model
            )
            gc.freeze()
            gc.enable()
        return self._client

    @property
    def pending(self) -> tuple[str, dict[str, Any]] | None:
        """The request whose outcome is not known (yet): the operation and its parameters."""
        return self._change if self._change and (self._lost or self.client.attempts) else None

    def send(self, operation: str, *, resent: bool = False, **parameters: Any) -> dict[str, Any]:
        """Send one request with the ``parameters`` that are not None, and return the response.

        ``resent``: whether an earlier request of the same kind may have taken effect. From the
        first request on that changes something, a signal does not raise between a response and its
        report. Raises as ``Client.call`` does.
        """
        parameters = without_none(parameters)
        reporter = self.reporter
        reporter.secrets.gather(parameters)
        client = self.client
        reporter.flush()
        reporter.debug(f"{operation} to {client.url}", parameters)
        reads = only_reads(operation)
        if not reads:
            interrupts.defer_signals()
            self._change = operation, parameters
            self._lost = resent
        try:
            response = client.call(operation, parameters, resent=resent)
        except Failure as failure:
            if isinstance(failure, UnknownOutcome):
                self.changed = self._lost = True
            elif not reads:
                self._change = None
            reporter.debug(f"{operation} failed: {failure}")
            raise
        if not reads:
            self.changed = True
            self._change = None
            # Responses to requests that only read contain no secrets, and lists are long.
            reporter.secrets.gather(response)
        request_id = response.pop("ResponseMetadata", {}).get("RequestId", "none")
        reporter.debug(f"{operation} succeeded, request ID {request_id}", response)
        return response

    def pause(self, seconds: float, reason: str) -> None:
        """Sleep before a request. A terminal shows the ``reason`` until the request is sent."""
        self.reporter.progress.pause(seconds, reason)
        interrupts.pause(seconds)

    def record_state(self, state: str) -> None:
        """Record what was done and what not, for the report on how the command ended."""
        self.state = state

    def outcome_known(self) -> None:
        """Record that the outcome of the last request is known."""
        self._change = None


def without_none(parameters: dict[str, Any]) -> dict[str, Any]:
    """Return the ``parameters`` that are not None."""
    return {name: value for name, value in parameters.items() if value is not None}
