"""Decides whether a request is sent again, and logs each attempt."""

from __future__ import annotations

import copy
import time
from datetime import datetime, timezone
from types import SimpleNamespace

from botocore.hooks import HierarchicalEmitter, first_non_none_response

from iamcli import interrupts
from iamcli.client.changes import may_repeat
from iamcli.client.parser import MISSING, SUCCESS_LIMIT
from iamcli.connection.responses import NOT_ARRIVED
from iamcli.errors import Failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from botocore.model import ServiceModel

    from iamcli.connection.aws_config import AWSConfig
    from iamcli.output.streams import Reporter

#: Error codes of throttling: the service has not processed the request.
THROTTLED = (
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "Throttled",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
)
#: Error codes (HTTP 409) of an entity that another request is changing: nothing was done.
BUSY = (
    "ConcurrentModification",
    "ConcurrentModificationException",
    "EntityTemporarilyUnmodifiable",
)
#: The default attempts by mode, and how many of them may fail otherwise than by throttling.
#: The standard mode waits for a throttling service for 25 s on average, 51 s at most.
_DEFAULTS = {"standard": (7, 3), "adaptive": (7, 3), "legacy": (5, 5)}
_TOO_MANY_REQUESTS = 429
_SERVER_ERROR = 500


class Retries:
    """Sends requests again as botocore's retry modes do.

    What ``may_repeat`` excludes is sent again only if the first request cannot have taken effect.
    ``reporter``: prints each attempt and each pause. ``number``: the attempts of the current
    request so far; ``resent``: whether it is sent again although an earlier attempt may have taken
    effect; ``enabled``: whether anything is sent again, or delayed. Raises Failure if the
    configured mode or number of attempts is invalid.
    """

    def __init__(self, aws_config: AWSConfig, service: ServiceModel, reporter: Reporter) -> None:
        self._service = service
        self._reporter = reporter
        self._mode, limit = mode_and_limit(aws_config)
        self._attempts, self._failures = (limit, limit) if limit else _DEFAULTS[self._mode]
        self._policy: HierarchicalEmitter | None = None
        self.enabled = True
        self.start()

    def register(self, events: HierarchicalEmitter) -> None:
        """Follow the requests of a botocore endpoint by its ``events``."""
        events.register("before-send.iam", self._before_send)
        events.register("before-parse.iam", self._response_read)
        events.register("needs-retry.iam", self._needs_retry)

    def start(self, *, resent: bool = False) -> None:
        """Begin with a new request; ``resent``: whether an earlier one may have taken effect."""
        self.number = self._failed = 0
        self.resent = resent
        self._attempt = ""

    def log_attempt(self, outcome: str = "no valid response", request_id: str = "") -> None:
        """Log the attempt, unless it is logged; the latency is until the response is read."""
        if self._attempt:
            milliseconds = ((self._ended or time.monotonic()) - self._began) * 1000
            took = f"{outcome} in {milliseconds:.0f} ms"
            self._reporter.debug(f"{self._attempt}: {took}, request ID {request_id or 'none'}")
        self._attempt = ""

    def _before_send(self, event_name: str, **event: Any) -> None:
        """End a pause, and let the adaptive mode delay a request after a throttled one."""
        self._reporter.progress.resume()
        # A signal that came before must not seem to have come while the request was sent.
        interrupts.raise_due()
        self.number += 1
        now = datetime.now(timezone.utc).replace(tzinfo=None).isoformat(timespec="milliseconds")
        self._attempt = f"{now}Z {event_name.rpartition('.')[2]} attempt {self.number}"
        self._began, self._ended = time.monotonic(), 0.0
        if self._policy and self.enabled:
            with interrupts.Interruptible():
                self._policy.emit(event_name, **event)

    def _response_read(self, **_event: Any) -> None:
        self._ended = time.monotonic()

    def _needs_retry(
        self, event_name: str, response: Any, caught_exception: Any, operation: Any, **event: Any
    ) -> float | None:
        """Return the pause until the request is sent again (seconds); None if it is not."""
        event |= {"caught_exception": caught_exception, "operation": operation}
        reason = f"{operation.name} failed"
        if response is None:
            self.log_attempt()
            no_effect = isinstance(caught_exception, NOT_ARRIVED)
        else:
            http, parsed = response
            code = parsed.get("Error", {}).get("Code", "")
            request_id = parsed.get("ResponseMetadata", {}).get("RequestId")
            request_id = request_id or http.headers.get("x-amzn-requestid")
            self.log_attempt(f"HTTP {http.status_code} {code}".rstrip(), request_id)
            no_effect = _not_processed(http.status_code, parsed)
            if _throttled(http.status_code, parsed):
                reason = "requests are throttled"
            if http.status_code < SUCCESS_LIMIT:
                if self._policy and self.enabled:
                    # The adaptive mode sends faster again, and the next requests may be retried.
                    self._policy.emit(event_name, response=response, **event)
                    context = event["request_dict"]["context"]
                    self._policy.emit("after-call.iam", context=context, http_response=http)
                return None
            if no_effect:
                # botocore does not retry BUSY; one mode looks at the status, the other at the code.
                throttled = copy.copy(http)
                throttled.status_code = _TOO_MANY_REQUESTS
                response = (throttled, {**parsed, "Error": {"Code": "Throttling"}})
        if not (self.enabled and (no_effect or may_repeat(operation.name))):
            return None
        self._failed += response is None or not no_effect
        if self._failed >= self._failures:
            return None
        if self._policy is None:
            self._policy = self._retry_handlers()
        responses = self._policy.emit(event_name, response=response, **event)
        delay: float | None = first_non_none_response(responses)
        if delay is None:
            return None
        self.resent = self.resent or not no_effect
        self._reporter.debug(f"{operation.name} failed; retrying in {delay:.1f} s")
        self._reporter.progress.pause(delay, reason)
        return delay

    def _retry_handlers(self) -> HierarchicalEmitter:
        """Return botocore's handlers of the retry mode, imported when first needed."""
        events = HierarchicalEmitter()
        if self._mode == "legacy":
            from botocore import retryhandler, translate
            from botocore.loaders import Loader

            data = Loader().load_data("_retry")
            limit = {"max_attempts": self._attempts - 1}
            config = translate.build_retry_config("iam", data["retry"], data["definitions"], limit)
            events.register("needs-retry.iam", retryhandler.create_retry_handler(config, "iam"))
            return events
        from botocore.retries import adaptive, standard

        # The only attributes of a client that the handlers use.
        client = SimpleNamespace(meta=SimpleNamespace(events=events, service_model=self._service))
        standard.register_retry_handler(client, self._attempts)
        if self._mode == "adaptive":
            adaptive.register_retry_handler(client)
        return events


def mode_and_limit(aws_config: AWSConfig) -> tuple[str, int | None]:
    """Return the retry mode, and the number of attempts or None; raise Failure if it is invalid."""
    mode = str(aws_config.get("retry_mode") or "standard").lower()
    if mode not in _DEFAULTS:
        raise Failure(f"invalid AWS retry mode: {mode}; use legacy, standard or adaptive")
    limit = aws_config.max_attempts
    if not limit:
        return mode, None
    if not (str(limit).isascii() and str(limit).isdigit()) or int(limit) < 1:
        raise Failure(f"invalid AWS setting max_attempts: {limit}; use a whole number, at least 1")
    return mode, int(limit)


def _throttled(status: int, parsed: dict[str, Any]) -> bool:
    """Return whether the service reports that it throttles requests."""
    return status == _TOO_MANY_REQUESTS or parsed.get("Error", {}).get("Code") in THROTTLED


def _not_processed(status: int, parsed: dict[str, Any]) -> bool:
    """Return whether the service reports that it has not processed the request."""
    return _throttled(status, parsed) or parsed.get("Error", {}).get("Code") in BUSY


def may_have_acted(status: int, parsed: dict[str, Any]) -> bool:
    """Return whether a request may have taken effect although the response is an error.

    The service may fail after it has made the change, and a gateway may replace the response.
    """
    code = str(parsed.get("Error", {}).get("Code") or "")
    # If the body is empty, botocore uses the HTTP status as the code.
    understood = code and not code.isdigit() and status < _SERVER_ERROR
    return not (understood or parsed.get(MISSING) or _not_processed(status, parsed))
