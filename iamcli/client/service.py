"""The IAM service, as the rooms see it."""

from __future__ import annotations

from iamcli.client import outcomes
from iamcli.errors import Failure, ServiceError
from iamcli.output.redaction import Secrets

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from iamcli.client.client import Client
    from iamcli.config.connection import Connection


class IAM:
    """Calls the service's operations; the client behind it is made at the first call.

    ``connection``: where to and with which key; ``secrets``: learns what must not be shown;
    ``log``: takes the lines of ``-d``, or None; ``note``: takes a line for the user about a
    command that goes on; ``before``: called before each request, when all
    checks have passed; ``strict``: whether the original's frame
    is wanted.
    """

    def __init__(  # noqa: PLR0913 - what a command sets
        self,
        connection: Connection,
        *,
        secrets: Secrets | None = None,
        log: Callable[[str], None] | None = None,
        note: Callable[[str], None] = lambda _line: None,
        before: Callable[[], None] = lambda: None,
        strict: bool = False,
    ) -> None:
        self.strict = strict
        #: Whether a request was sent that may have changed something.
        self.changed = False
        #: The request that is under way, if it changes something: operation and parameters.
        self.pending: tuple[str, dict[str, Any]] | None = None
        self.secrets = secrets or Secrets()
        self.secrets.add(*connection.secrets)
        self._connection = connection
        self._log = log
        self.note = note
        self._before = before
        self._client: Client | None = None

    def call(self, operation: str, **parameters: Any) -> dict[str, Any]:
        """Call ``operation`` with those ``parameters`` that are not None and return its answer.

        A removal that was sent again after its response was lost, and then found nothing to
        remove, is done: the answer is empty, and a note says so. Raises ServiceError if the
        service refuses, UnknownOutcome if a request that changes something was sent and no
        response to it was understood, Failure if the service could not be asked.
        """
        try:
            return self.send(operation, **parameters)
        except ServiceError as error:
            if not error.resent:
                raise
            given = _given(parameters)
            if error.code == "NoSuchEntity" and outcomes.is_gone(operation, given, error.message):
                self.note(
                    f"the response to {operation} was lost; it was sent again, and the service "
                    f"reports that nothing is left to remove: {error.message or error.code}"
                )
                return {}
            if operation in outcomes.REMOVALS and error.code in ("NoSuchEntity", "DeleteConflict"):
                raise
            raise outcomes.unknown(str(error), operation, given) from None

    def send(self, operation: str, **parameters: Any) -> dict[str, Any]:
        """Like ``call``, but a ServiceError that follows a lost response is raised as it is."""
        given = _given(parameters)
        self.secrets.gather(given)
        client = self._client or self._opened()
        self._before()
        self._debug(f"{operation} to {client.url}", given)
        reads = operation.startswith(("Get", "List"))
        if not reads:
            self.changed = True
            self.pending = (operation, given)
        try:
            answer = client.call(operation, given)
        except Failure as failure:
            self.pending = None
            self._debug(f"{operation} failed: {self.secrets.redact(str(failure))}", {})
            raise
        self.pending = None
        if not reads:
            # What only reads is never answered with a secret, and lists are long.
            self.secrets.gather(answer)
        request_id = answer.pop("ResponseMetadata", {}).get("RequestId", "none")
        self._debug(f"{operation} answered, request id {request_id}", answer)
        return answer

    def permitted(self, operation: str, **parameters: Any) -> dict[str, Any] | None:
        """Call an ``operation`` that only reads; return None where reading is not permitted.

        A key may be allowed to do a thing without being allowed to look first.
        """
        try:
            return self.call(operation, **parameters)
        except ServiceError as error:
            if error.denied:
                return None
            raise

    def _opened(self) -> Client:
        import gc

        # Importing makes many objects that live to the end; looking for garbage among them costs
        # a tenth of the command.
        gc.disable()
        from iamcli.client.client import Client

        self._client = Client(self._connection, lambda line: self._debug(line, {}))
        gc.freeze()
        gc.enable()
        self.secrets.add(*self._client.secrets)
        return self._client

    def _debug(self, line: str, value: dict[str, Any]) -> None:
        if self._log:
            shown = f": {self.secrets.structure(value)}" if value else ""
            self._log(self.secrets.redact(line) + shown)


def _given(parameters: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in parameters.items() if value is not None}
