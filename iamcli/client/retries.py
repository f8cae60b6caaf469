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

from iamcli.client.answers import SUCCESSES
from iamcli.errors import Failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from botocore.model import ServiceModel

    from iamcli.client.configuration import Settings

#: Calls that must not be sent again once they may have arrived, and how to see what became of them.
ONCE = {
    "ChangePassword": "sign in with the new password",
    "CreateAccessKey": "iam-userlistkeys -u {UserName}",
    "CreateAccountAlias": "iam-accountaliaslist",
    "CreateGroup": "iam-grouplistusers -g {GroupName}",
    "CreateInstanceProfile": "iam-instanceprofilegetattributes -s {InstanceProfileName}",
    "CreateLoginProfile": "iam-usergetloginprofile -u {UserName}",
    "CreateRole": "iam-rolegetattributes -r {RoleName}",
    "CreateUser": "iam-usergetattributes -u {UserName}",
    "CreateVirtualMFADevice": "iam-virtualmfadevicelist -t Any",
    "EnableMFADevice": "iam-userlistmfadevices -u {UserName}",
    "ResyncMFADevice": "sign in with the device",
    "UpdateGroup": "iam-grouplistbypath",
    "UpdateServerCertificate": "iam-servercertlistbypath",
    "UpdateUser": "iam-userlistbypath",
    "UploadServerCertificate": "iam-servercertgetattributes -s {ServerCertificateName}",
    "UploadSigningCertificate": "iam-userlistcerts -u {UserName}",
}

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
    """When a request is sent again: as botocore's retry mode says, except for calls of ONCE.

    Raises Failure where the mode or the number of attempts is none.
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
        if operation.name in ONCE and not _did_nothing(response, caught_exception):
            return None
        if self._policy is None:
            self._policy = self._made()
        responses = self._policy.emit(
            event_name,
            response=response,
            caught_exception=caught_exception,
            operation=operation,
            **event,
        )
        delay: float | None = first_non_none_response(responses)
        if delay is not None and delay is not False:
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
    """Return whether the service may have done what it refused: it broke down, or what is between.

    A gateway that waited in vain answers so, too.
    """
    return status >= _BROKEN_DOWN and not _throttled(status, answer)
