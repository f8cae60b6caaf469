"""The client: parts of botocore, put together for IAM only.

A standard botocore client builds classes, rules and handlers for every operation of a service, but
a command sends only a few requests. To start faster, this module uses the parts of botocore
directly: the credential chain, the configuration, the signer, the serializer, and the endpoint
with its connection, retries and parser. The service model is a slim copy of botocore's.
"""

from __future__ import annotations

import json
import os
from functools import lru_cache

import botocore
from botocore.awsrequest import prepare_request_dict
from botocore.config import Config
from botocore.endpoint import EndpointCreator
from botocore.hooks import HierarchicalEmitter
from botocore.model import ServiceModel
from botocore.serialize import create_serializer
from botocore.signers import RequestSigner

from iamcli import __version__
from iamcli.client.attempts import Attempts
from iamcli.client.changes import only_reads, unknown_if_changing
from iamcli.client.http import BoundedSession
from iamcli.client.messages import ErrorTranslator, clock_skew, refusal
from iamcli.client.parser import SUCCESS_LIMIT, ParserFactory
from iamcli.client.retries import Retries, may_have_acted
from iamcli.connection.confinement import confine, refuse_outside
from iamcli.connection.credentials import chain_keys, frozen
from iamcli.connection.endpoints import check_services, endpoint, require_region
from iamcli.connection.settings import Settings
from iamcli.connection.transport import time_limits, transport
from iamcli.errors import Failure, ServiceError, UnknownOutcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from iamcli.config.connection import Connection
    from iamcli.connection.sources import Origin

_MODEL = os.path.join(os.path.dirname(__file__), "model.json")
_USER_AGENT = f"iamcli/{__version__} botocore/{botocore.__version__}"


class Client:
    """Sends requests to IAM, all over one connection.

    ``connection``: the keys, the endpoint and the proxy, if they are known; ``log``: called with
    each line of debug output; ``pausing``: called with the reason before a pause, and with ""
    before each request; ``complete_model``: use botocore's model instead of the reduced copy.
    ``destination``: where the requests are sent; ``session_class``: makes the HTTP session.
    Raises Failure if the AWS configuration is invalid or there are no credentials.
    """

    session_class: Callable[..., BoundedSession] = BoundedSession

    def __init__(
        self,
        connection: Connection,
        log: Callable[[str], None],
        pausing: Callable[[str], None] = lambda _reason: None,
        *,
        complete_model: bool = False,
    ) -> None:
        with ErrorTranslator():
            refuse_outside(connection)
            settings = Settings.for_connection(connection)
            confine(connection, settings)
            limits = time_limits(settings)
            self._config = Config(read_timeout=limits[1])
            # Before anything is sent for credentials.
            require_region(connection, settings)
            self._keys = connection.keys or chain_keys(settings)
            self.destination = endpoint(connection, settings)
            check_services(connection, settings, self._keys)
            self._service = _model(complete=complete_model)
            self._serializer = create_serializer("query", include_validation=False)
            # The signer has only a weak reference to the events; the endpoint has a strong one.
            events = HierarchicalEmitter()
            signer = RequestSigner(
                self._service.service_id,
                self.destination.region,
                "iam",
                "v4",
                _Renewed(self._keys),
                events,
            )
            self._retries = retries = Retries(settings, self._service, log, pausing)
            self._attempts = Attempts(log)
            self._parsers = ParserFactory()
            events.register("request-created.iam", signer.handler)
            events.register("before-send.iam", retries.before_send)
            events.register("needs-retry.iam", retries.needs_retry)
            self._attempts.register(events)
            self._endpoint = self._make_endpoint(connection, settings, limits, events)
            self._key_source = connection.key_source
            self._session = settings.session

    @property
    def url(self) -> str:
        """The URL of the endpoint."""
        return self.destination.url

    @property
    def origin(self) -> Origin:
        """The place that the access key is from."""
        from iamcli.connection.sources import origin

        return origin(self._key_source, self._session, self._keys)

    @property
    def access_key_id(self) -> str:
        """The ID of the access key that signs the requests; raises as ``secrets`` does."""
        return str(frozen(self._keys).access_key)

    @property
    def has_token(self) -> bool:
        """Whether there is a session token; raises as ``secrets`` does."""
        return bool(frozen(self._keys).token)

    @property
    def secrets(self) -> list[str]:
        """The secret parts of the credentials; raises Failure if they cannot be obtained."""
        key = frozen(self._keys)
        return [secret for secret in (key.secret_key, key.token) if secret]

    @property
    def origins(self) -> list[str]:
        """Where the key, the endpoint and the proxy are from, for debug output."""
        sent = self.destination
        return [
            f"key {self.access_key_id} from {self.origin.place}",
            f"endpoint {sent.url} from {sent.source}, signed for {sent.region}",
            *([f"proxy from {self._proxy_source}"] if self._proxy_source else []),
        ]

    @property
    def had_one_attempt(self) -> bool:
        """Whether the last request was sent only once."""
        return self._attempts.number == 1

    def disable_retries(self, seconds: float) -> None:
        """From now on, send each request only once, and wait at most ``seconds`` for its response.

        For a request that the command does not need.
        """
        self._retries.enabled = False
        self._endpoint.http_session.seconds = seconds

    def call(
        self, operation: str, parameters: dict[str, Any], *, resent: bool = False
    ) -> dict[str, Any]:
        """Call ``operation`` and return the response, with documents and dates as they were sent.

        ``resent``: whether an earlier request of the same kind may have taken effect. Once an
        attempt may have, only a success makes the outcome known. Raises ServiceError if the service
        rejects the request; UnknownOutcome if a request that changes something may have taken
        effect, with the ``refusal`` if the service rejects the last attempt; and Failure if a
        request that only reads got no valid response, or if nothing was sent.
        """
        model = self._service.operation_model(operation)
        request = self._serializer.serialize_to_request(parameters, model)
        prepare_request_dict(
            request,
            endpoint_url=self.url,
            context={"client_config": self._config},
            user_agent=_USER_AGENT,
        )
        self._parsers.request = (operation, parameters)
        self._retries.resent = resent
        self._attempts.start()
        source = self.destination.source if self.destination.specified else ""
        changes = not only_reads(operation)
        translator = ErrorTranslator(
            self.url, source=source, proxy=self._proxy_source, changes=changes
        )
        try:
            with translator:
                response, parsed = self._endpoint.make_request(model, request)
        except Failure as failure:
            self._attempts.finish()
            if translator.arrived or self._retries.resent:
                raise unknown_if_changing(failure, operation, parameters) from None
            raise
        if response.status_code < SUCCESS_LIMIT:
            return parsed  # type: ignore[no-any-return]  # botocore has no types
        raise self._refused(response, parsed, operation, parameters)

    def _refused(
        self, response: Any, parsed: dict[str, Any], operation: str, parameters: dict[str, Any]
    ) -> Failure:
        """Return what an error response means: a refusal, or that the outcome is unknown."""
        refused = refusal(response.status_code, parsed, self.url, operation)
        if isinstance(refused, ServiceError):
            refused.operation, refused.parameters = operation, parameters
            refused.skew = clock_skew(response.headers)
        acted = may_have_acted(response.status_code, parsed)
        if not (acted or self._retries.resent):
            return refused
        failure = unknown_if_changing(refused, operation, parameters)
        if isinstance(failure, UnknownOutcome) and isinstance(refused, ServiceError) and not acted:
            failure.refusal = refused
        return failure

    def _make_endpoint(
        self,
        connection: Connection,
        settings: Settings,
        limits: tuple[float, float],
        events: HierarchicalEmitter,
    ) -> Any:
        """Return a botocore endpoint, which connects when the first request is sent."""
        session_settings, self._proxy_source = transport(connection, settings, self.url)
        return EndpointCreator(events).create_endpoint(
            self._service,
            region_name=self.destination.region,
            endpoint_url=self.url,
            response_parser_factory=self._parsers,
            timeout=limits,
            http_session_cls=self.session_class,
            **session_settings,
        )


class _Renewed:
    """The ``keys``, which botocore may have to renew before each attempt; raises Failure."""

    def __init__(self, keys: Any) -> None:
        self._keys = keys

    def get_frozen_credentials(self) -> Any:
        """Return the current key; botocore's signers call this."""
        return frozen(self._keys)


@lru_cache(None)
def _model(*, complete: bool) -> ServiceModel:
    if complete:
        from iamcli.client.full_model import full_model

        return full_model()
    with open(_MODEL, encoding="utf-8") as file:
        return ServiceModel(json.load(file), "iam")
