"""The debug output about each attempt to send a request."""

from __future__ import annotations

import time
from datetime import datetime, timezone

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from botocore.hooks import HierarchicalEmitter


class Attempts:
    """Logs a line for each attempt: when it began, its number, its latency and its request ID.

    ``log``: called with each line; ``number``: how many attempts the last request had. The latency
    is the time until the response is read completely.
    """

    def __init__(self, log: Callable[[str], None]) -> None:
        self._log = log
        self.number = 0
        self._attempt = ""
        self._began = 0.0
        self._ended = 0.0

    def register(self, events: HierarchicalEmitter) -> None:
        """Follow the requests of a botocore endpoint by its ``events``."""
        events.register_first("before-send.iam", self._sending)
        events.register_first("before-parse.iam", self._read)
        events.register_first("response-received.iam", self._received)

    def start(self) -> None:
        """Count the attempts from 1 again, for a new request."""
        self.number = 0
        self._attempt = ""

    def finish(self) -> None:
        """Log the last attempt if its response was invalid; botocore emits no event for it."""
        if self._attempt:
            self._report("no valid response", None)

    def _sending(self, event_name: str, **_event: Any) -> None:
        self.number += 1
        now = datetime.now(timezone.utc).replace(tzinfo=None).isoformat(timespec="milliseconds")
        operation = event_name.rpartition(".")[2]
        self._attempt = f"{now}Z {operation} attempt {self.number}"
        self._began = time.monotonic()
        self._ended = 0.0

    def _read(self, **_event: Any) -> None:
        self._ended = time.monotonic()

    def _received(self, response_dict: Any, parsed_response: Any, **_event: Any) -> None:
        if response_dict is None:
            self._report("no valid response", None)
            return
        code = parsed_response.get("Error", {}).get("Code", "")
        request_id = parsed_response.get("ResponseMetadata", {}).get("RequestId")
        request_id = request_id or response_dict["headers"].get("x-amzn-requestid")
        self._report(f"HTTP {response_dict['status_code']} {code}".rstrip(), request_id)

    def _report(self, outcome: str, request_id: str | None) -> None:
        milliseconds = ((self._ended or time.monotonic()) - self._began) * 1000
        self._log(
            f"{self._attempt}: {outcome} in {milliseconds:.0f} ms, "
            f"request ID {request_id or 'none'}"
        )
        self._attempt = ""
