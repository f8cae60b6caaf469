"""The client: parts of botocore, put together for IAM only.

A standard botocore client builds classes, rules and handlers for every operation of a service, but
a command sends only a few requests, and starts faster with the parts that these need.
"""

from __future__ import annotations

from types import SimpleNamespace

import botocore
from botocore.awsrequest import prepare_request_dict
from botocore.config import Config
from botocore.endpoint import EndpointCreator
from botocore.hooks import HierarchicalEmitter
from botocore.serialize import create_serializer
from botocore.signers import RequestSigner

from iamcli import __version__, quoting  # noqa: F401 - for the report of what may be changed
from iamcli.client.changes import only_reads, unknown_if_changing
from iamcli.client.messages import ErrorTranslator, refusal
from iamcli.client.model import full_model, slim_model
from iamcli.client.parser import SUCCESS_LIMIT, ResponseParser
from iamcli.client.retries import Retries, may_have_acted
from iamcli.config.settings import looks_like_id
from iamcli.connection.aws_config import AWSConfig
from iamcli.connection.botocore_patches import patch_connections
from iamcli.connection.confinement import confined, is_first, refuse_outside
from iamcli.connection.credentials import chain_keys, frozen
from iamcli.connection.endpoints import check_services, endpoint, require_region
from iamcli.connection.responses import BoundedSession
from iamcli.connection.transport import timeout, transport
from iamcli.errors import Failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from iamcli.config.settings import Settings
    from iamcli.connection.sources import Origin
    from iamcli.output.streams import Reporter

_USER_AGENT = f"iamcli/{__version__} botocore/{botocore.__version__}"


class Client:
    """Sends requests to IAM, all over one connection.

    ``settings``: the keys, the endpoint and the proxy, if they are known; ``reporter``: gets the
    secret parts of the key, and prints where the key, the endpoint and the proxy are from, warnings
    about them, and which address is not used in the sandbox; ``complete_model``: use botocore's
    model instead of the slim copy. ``destination``: where the requests are sent; ``make_session``:
    makes the HTTP session; ``refuse_outside``: refuses settings that lead out of the sandbox.
    Raises Failure if the AWS configuration is invalid or there are no credentials.
    """

    make_session: Callable[..., BoundedSession] = BoundedSession
    refuse_outside: Callable[[Settings], None] = staticmethod(refuse_outside)

    def __init__(
        self, settings: Settings, reporter: Reporter, *, complete_model: bool = False
    ) -> None:
        self._redact = reporter.secrets.redact
        with ErrorTranslator():
            self.refuse_outside(settings)
            patch_connections()
            aws_config = AWSConfig.for_settings(settings)
            settings = confined(settings, aws_config)
            self._config = Config(read_timeout=timeout())
            # Before anything is sent for credentials.
            require_region(settings, aws_config)
            self._keys = settings.keys or chain_keys(aws_config, prompts=settings.prompts)
            self.destination = endpoint(settings, aws_config)
            found = [settings.url_warning, self.destination.warning]
            found += check_services(aws_config, self._keys)
            self._service = full_model() if complete_model else slim_model()
            self._serializer = create_serializer("query", include_validation=False)
            # The signer has only a weak reference to the events; the endpoint has a strong one.
            events = HierarchicalEmitter()
            # botocore may have to renew the key before each attempt.
            keys = SimpleNamespace(
                get_frozen_credentials=lambda: frozen(self._keys, aws_config.session)
            )
            region = self.destination.region
            signer = RequestSigner(self._service.service_id, region, "iam", "v4", keys, events)
            self._retries = Retries(aws_config, self._service, reporter)
            self._parser = ResponseParser(another_service=self.destination.is_another_service)
            events.register("request-created.iam", signer.handler)
            self._retries.register(events)
            session_settings, self._proxy_source = transport(settings, aws_config, self.url)
            self._endpoint = EndpointCreator(events).create_endpoint(
                self._service,
                region_name=region,
                endpoint_url=self.url,
                response_parser_factory=self._parser,
                timeout=timeout(),
                http_session_cls=self.make_session,
                **session_settings,
            )
            self._key_source = settings.key_source
            self._session = aws_config.session
        self._report(reporter)
        for line in dict.fromkeys(filter(None, found)):
            reporter.note_on_terminal(line)
        # Completion, which does not prompt, prints nothing.
        printing = settings.prompts and not reporter.strict
        if settings.diversion and printing and is_first(settings.diversion):
            reporter.note_unless_strict(settings.diversion)

    def _report(self, reporter: Reporter) -> None:
        """Add the secret parts of the key; print where the key, endpoint and proxy are from."""
        key, sent = self.key, self.destination
        misplaced = "" if self.shown_key_id == key.access_key else key.access_key
        reporter.secrets.add(key.secret_key, key.token or "", misplaced)
        if reporter.debugging:
            reporter.debug(f"key {self.shown_key_id} from {self.origin.place}")
            reporter.debug(f"endpoint {sent.url} from {sent.source}, signed for {sent.region}")
            if self._proxy_source:
                reporter.debug(f"proxy from {self._proxy_source}")

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
    def key(self) -> Any:
        """The access key that signs the requests; raises Failure if it cannot be obtained."""
        return frozen(self._keys, self._session)

    @property
    def shown_key_id(self) -> str:
        """The ID of the key as it is shown: nothing of what may be a secret in its place."""
        access_key = str(self.key.access_key)
        return access_key if looks_like_id(access_key) else "***"

    @property
    def attempts(self) -> int:
        """How often the current request was sent, or the last one."""
        return self._retries.number

    def disable_retries(self, seconds: float) -> None:
        """From now on, send each request once, and wait at most ``seconds`` for its response."""
        self._retries.enabled = False
        self._endpoint.http_session.seconds = seconds

    def call(
        self, operation: str, parameters: dict[str, Any], *, resent: bool = False
    ) -> dict[str, Any]:
        """Call ``operation`` and return the response, with documents and dates as they were sent.

        ``resent``: whether an earlier request of the same kind may have taken effect. Raises
        ServiceError if the service rejects the request; UnknownOutcome if a request that changes
        something may have taken effect, with the ``refusal`` if the service rejects the last
        attempt; and Failure if a request that only reads got no valid response, or was not sent.
        """
        self._retries.start(resent=resent)
        model = self._service.operation_model(operation)
        request = self._serializer.serialize_to_request(parameters, model)
        prepare_request_dict(
            request,
            endpoint_url=self.url,
            context={"client_config": self._config},
            user_agent=_USER_AGENT,
        )
        self._parser.request = (operation, parameters)
        translator = ErrorTranslator(
            self.url,
            source=self.destination.source if self.destination.specified else "",
            proxy=self._proxy_source,
            changes=not only_reads(operation),
        )
        try:
            with translator:
                response, parsed = self._endpoint.make_request(model, request)
        except Failure as failure:
            # botocore emits no event for a response that cannot be parsed.
            self._retries.log_attempt()
            if translator.arrived or self._retries.resent:
                raise unknown_if_changing(failure, operation, parameters) from None
            raise
        if response.status_code < SUCCESS_LIMIT:
            return parsed  # type: ignore[no-any-return]  # botocore has no types
        sender = (self.url, self._proxy_source)
        refused = refusal(response, parsed, (operation, parameters), sender, self._redact)
        acted = may_have_acted(response.status_code, parsed)
        if acted or self._retries.resent:
            raise unknown_if_changing(refused, operation, parameters, acted=acted)
        raise refused
