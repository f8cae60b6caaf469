"""When a request is sent again, and when it must not be."""

from __future__ import annotations

from types import SimpleNamespace

from botocore.exceptions import (
    ConnectTimeoutError,
    EndpointConnectionError,
    ProxyConnectionError,
    SSLError,
)
from botocore.hooks import HierarchicalEmitter, first_non_none_response

from iamcli.client.outcomes import NON_IDEMPOTENT
from iamcli.client.parser import SUCCESSES
from iamcli.errors import Failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from botocore.model import ServiceModel

    from iamcli.client.settings import Settings

#: What happens before a request can reach the service.
NOT_ARRIVED = (EndpointConnectionError, ConnectTimeoutError, ProxyConnectionError, SSLError)

#: Refusals of a service that has too much to do, sent before it looks at the request.
THROTTLED = frozenset(
    {
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "Throttled",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
_TOO_MANY_REQUESTS = 429
_BROKEN_DOWN = 500


class Retries:
    """When a request is sent again: as botocore's retry mode says.

    Operations of NON_IDEMPOTENT are sent again only if nothing was done. ``resent``: the current
    request was sent again although an earlier attempt may have taken effect. Raises Failure if the
    mode or the number of attempts is none.
    """

    def __init__(
        self, settings: Settings, service: ServiceModel, log: Callable[[str], None]
    ) -> None:
        self._service = service
        self._log = log
        self._mode = str(settings.get("retry_mode") or "standard").lower()
        if self._mode not in ("standard", "adaptive", "legacy"):
            raise Failure(
                f"the AWS retry mode is {self._mode}; it is one of legacy, standard and adaptive"
            )
        self._attempts = _count(settings.get("max_attempts"))
        self._policy: HierarchicalEmitter | None = None
        self.resent = False

    def before_send(self, event_name: str, **event: Any) -> None:
        """Let the adaptive mode hold a request back, once it has been throttled."""
        if self._policy:
            self._policy.emit(event_name, **event)

    def needs_retry(
        self, event_name: str, response: Any, caught_exception: Any, operation: Any, **event: Any
    ) -> float | None:
        """Return the seconds after which to send again, None for never."""
        if response is not None and response[0].status_code < SUCCESSES:
            return None
        nothing_done = _did_nothing(response, caught_exception)
        if operation.name in NON_IDEMPOTENT and not nothing_done:
            return None
        if self._policy is None:
            self._policy = self._made()
        if response is not None and response[0].status_code == _TOO_MANY_REQUESTS:
            # An older botocore knows throttling by its code alone.
            response = (response[0], {**response[1], "Error": {"Code": "Throttling"}})
        responses = self._policy.emit(
            event_name,
            response=response,
            caught_exception=caught_exception,
            operation=operation,
            **event,
        )
        delay: float | None = first_non_none_response(responses)
        if delay is not None and delay is not False:
            self.resent = self.resent or not nothing_done
            self._log(f"{operation.name} failed; sent again in {delay:.1f} s")
        return delay

    def _made(self) -> HierarchicalEmitter:
        """Return botocore's handlers of the retry mode, imported when first needed."""
        events = HierarchicalEmitter()
        if self._mode == "legacy":
            from botocore import retryhandler, translate
            from botocore.loaders import Loader

            data = Loader().load_data("_retry")
            limit = {} if self._attempts is None else {"max_attempts": self._attempts - 1}
            config = translate.build_retry_config("iam", data["retry"], data["definitions"], limit)
            events.register("needs-retry.iam", retryhandler.create_retry_handler(config, "iam"))
            return events
        from botocore.retries import adaptive, standard

        # All that these ask of a client.
        client = SimpleNamespace(meta=SimpleNamespace(events=events, service_model=self._service))
        standard.register_retry_handler(client, self._attempts or standard.DEFAULT_MAX_ATTEMPTS)
        if self._mode == "adaptive":
            adaptive.register_retry_handler(client)
        return events


def _count(given: Any) -> int | None:
    if given is None:
        return None
    if not (str(given).isascii() and str(given).isdigit()) or int(given) < 1:
        raise Failure(f"the AWS setting max_attempts is {given}; it is a whole number from 1 up")
    return int(given)


def _did_nothing(response: Any, error: Any) -> bool:
    """Return whether the service surely did nothing with the request."""
    if response is None:
        return isinstance(error, NOT_ARRIVED)
    return _throttled(response[0].status_code, response[1])


def _throttled(status: int, answer: dict[str, Any]) -> bool:
    code = answer.get("Error", {}).get("Code", "")
    return status == _TOO_MANY_REQUESTS or code in THROTTLED


def may_have_acted(status: int, answer: dict[str, Any]) -> bool:
    """Return whether a request may have taken effect although its answer is no success.

    The service may break down after the work is done, and what is between may put its own words
    in place of the service's.
    """
    code = str(answer.get("Error", {}).get("Code") or "")
    # For a body that says nothing botocore puts the status in place of the code.
    understood = code and not code.isdigit() and status < _BROKEN_DOWN
    return not understood and not _throttled(status, answer)
