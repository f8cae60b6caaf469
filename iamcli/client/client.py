"""The client: botocore's own parts, put together for the one service and nothing else.

The only package that imports botocore. A client as botocore makes it builds classes, rules and
handlers for every operation of every service; a command sends one request or a few. So the parts
are used directly: the credential chain, the configuration, the signer, the serializer, the
endpoint with its connection, retries and parser. The service model is a slim copy of botocore's.
"""

from __future__ import annotations

import json
import os

import botocore
from botocore.awsrequest import prepare_request_dict
from botocore.config import Config
from botocore.endpoint import EndpointCreator
from botocore.hooks import HierarchicalEmitter
from botocore.model import ServiceModel
from botocore.serialize import create_serializer
from botocore.signers import RequestSigner

from iamcli import __version__
from iamcli.client import outcomes
from iamcli.client.http import BoundedSession, socket_options
from iamcli.client.messages import Told, refusal
from iamcli.client.parser import SUCCESSES, ParserFactory
from iamcli.client.retries import Retries, may_have_acted
from iamcli.client.settings import Settings, chain_keys, endpoint, frozen, timeout
from iamcli.errors import Failure, ServiceError, UnexpectedResponse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from iamcli.config.connection import Connection

_MODEL = os.path.join(os.path.dirname(__file__), "model.json")
_USER_AGENT = f"iamcli/{__version__} botocore/{botocore.__version__}"


class Client:
    """Sends the service's operations, one connection for all of them.

    ``connection``: what is known already; ``log``: takes a line about what goes on. Raises Failure
    where the AWS configuration cannot be used or there are no credentials.
    """

    def __init__(self, connection: Connection, log: Callable[[str], None]) -> None:
        with Told():
            settings = Settings.needed(connection)
            self._timeout = timeout()
            self._config = Config(read_timeout=self._timeout)
            self._keys = connection.keys or chain_keys(settings)
            self.url, region = endpoint(connection, settings, self._keys)
            with open(_MODEL, encoding="utf-8") as file:
                self._service = ServiceModel(json.load(file), "iam")
            self._serializer = create_serializer("query", include_validation=False)
            # The signer holds the events weakly; the endpoint keeps them alive.
            events = HierarchicalEmitter()
            signer = RequestSigner(
                self._service.service_id, region, "iam", "v4", self._keys, events
            )
            self._retries = retries = Retries(settings, self._service, log)
            self._parsers = ParserFactory()
            events.register("request-created.iam", signer.handler)
            events.register("before-send.iam", retries.before_send)
            events.register("needs-retry.iam", retries.needs_retry)
            self._endpoint = self._connected(connection, settings, region, events)

    @property
    def secrets(self) -> list[str]:
        """What must not be shown: the parts of the key that signs; raises Failure without one."""
        key = frozen(self._keys)
        return [secret for secret in (key.secret_key, key.token) if secret]

    def call(self, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        """Send ``operation`` and return the service's answer, documents and dates as it sent them.

        Raises ServiceError if the service refuses, with ``resent`` set if an earlier attempt may
        have taken effect; UnknownOutcome if a request that changes something was sent and no
        response to it was understood; and Failure if nothing was sent or nothing was to change.
        """
        model = self._service.operation_model(operation)
        request = self._serializer.serialize_to_request(parameters, model)
        prepare_request_dict(
            request,
            endpoint_url=self.url,
            context={"client_config": self._config},
            user_agent=_USER_AGENT,
        )
        changes = not operation.startswith(("Get", "List"))

        def unknown(failure: Failure) -> Failure:
            return outcomes.unknown(str(failure), operation, parameters)

        def missing(key: str) -> Failure:
            failure = UnexpectedResponse(f"the answer holds no {key}; is it an IAM endpoint?")
            return unknown(failure) if changes else failure

        self._parsers.missing = missing
        self._retries.resent = False
        told = Told(self.url, changes=changes)
        try:
            with told:
                response, answer = self._endpoint.make_request(model, request)
        except Failure as failure:
            if changes and (told.arrived or self._retries.resent):
                raise unknown(failure) from None
            raise
        if response.status_code < SUCCESSES:
            return answer  # type: ignore[no-any-return]  # botocore has no types
        refused = refusal(response.status_code, answer, self.url)
        if isinstance(refused, ServiceError):
            refused.resent = self._retries.resent
        if changes and may_have_acted(response.status_code, answer):
            raise unknown(refused)
        raise refused

    def _connected(
        self, connection: Connection, settings: Settings, region: str, events: HierarchicalEmitter
    ) -> Any:
        """Return botocore's endpoint; it connects when the first request is sent."""
        proxy = connection.proxy
        return EndpointCreator(events).create_endpoint(
            self._service,
            region_name=region,
            endpoint_url=self.url,
            verify=settings.get("ca_bundle"),
            response_parser_factory=self._parsers,
            timeout=(settings.get("connect_timeout") or self._timeout, self._timeout),
            max_pool_connections=1,
            http_session_cls=BoundedSession,
            proxies={"http": proxy, "https": proxy} if proxy else None,
            proxies_config=settings.get("proxies_config"),
            socket_options=socket_options(keep_alive=settings.switch("tcp_keepalive")),
        )
