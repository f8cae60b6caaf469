"""The client: botocore's own parts, put together for the one service and nothing else.

The only module that imports botocore. A client as botocore makes it builds classes, rules and
handlers for every operation of every service; a command sends one request or a few. So the parts
are used directly: the credential chain, the configuration, the signer, the serializer, the
endpoint with its connection, retries and parser. The service model is a slim copy of botocore's.
"""

from __future__ import annotations

import json
import os
import time
from types import SimpleNamespace

import botocore.endpoint
from botocore.awsrequest import AWSResponse, prepare_request_dict
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    ProxyConnectionError,
    ReadTimeoutError,
    SSLError,
)
from botocore.hooks import HierarchicalEmitter, first_non_none_response
from botocore.httpsession import URLLib3Session
from botocore.model import ServiceModel
from botocore.parsers import ResponseParserError, ResponseParserFactory
from botocore.serialize import create_serializer
from botocore.signers import RequestSigner
from urllib3.exceptions import HTTPError as TransportError

from iamcli import __version__
from iamcli.errors import Failure, NotIam, ServiceError, UnknownOutcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from botocore.session import Session

    from iamcli.connection import Connection

_MODEL = os.path.join(os.path.dirname(__file__), "data", "iam.json")

#: Far more than the service sends in one answer (bytes).
_LARGEST_ANSWER = 16 << 20

#: Seconds to wait for a connection, for the next part of an answer, and for all of it.
_PATIENCE = 60.0

#: The region that signs for a partition's IAM, by the beginning of the partition's region names.
#: Needed only for an endpoint that the user names; otherwise botocore's rules say both.
_SIGNING_REGIONS = {
    "cn-": "cn-north-1",
    "us-gov-": "us-gov-west-1",
    "us-iso-": "us-iso-east-1",
    "us-isob-": "us-isob-east-1",
    "us-isof-": "us-isof-south-1",
    "eu-isoe-": "eu-isoe-west-1",
    "eusc-": "eusc-de-east-1",
}
_SIGNING_REGION = "us-east-1"

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
    "UpdateGroup": "iam-grouplistbypath",
    "UpdateServerCertificate": "iam-servercertlistbypath",
    "UpdateUser": "iam-userlistbypath",
    "UploadServerCertificate": "iam-servercertgetattributes -s {ServerCertificateName}",
    "UploadSigningCertificate": "iam-userlistcerts -u {UserName}",
}

_THROTTLED = frozenset({"Throttling", "ThrottlingException", "RequestLimitExceeded", "SlowDown"})


class Client:
    """Sends the service's operations, one connection for all of them.

    ``connection``: what is known already; ``log``: takes a line about what goes on. Raises Failure
    where the AWS configuration cannot be used or there are no credentials.
    """

    def __init__(self, connection: Connection, log: Callable[[str], None]) -> None:
        with _told(""):
            settings = _settings(connection)
            self._keys = connection.keys or _chain_keys(settings)
            self.url, region = _endpoint(connection, settings)
            self._assemble(connection, settings, region, log)

    @property
    def secrets(self) -> list[str]:
        """What must not be shown: the secret parts of the key that signs."""
        frozen = self._keys.get_frozen_credentials()
        return [secret for secret in (frozen.secret_key, frozen.token) if secret]

    def call(self, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        """Send ``operation`` and return the service's answer, documents and dates as it sent them.

        Raises ServiceError where the service refuses, UnknownOutcome where a request that must
        not be repeated may have arrived, and Failure where there was no answer.
        """
        model = self._service.operation_model(operation)
        request = self._serializer.serialize_to_request(parameters, model)
        prepare_request_dict(
            request,
            endpoint_url=self.url,
            context={"read_timeout": self._patience},
            user_agent=f"iamcli/{__version__} botocore/{botocore.__version__}",
        )
        told = _told(self.url)
        try:
            with told:
                response, answer = self._endpoint.make_request(model, request)
        except Failure as failure:
            if told.arrived and operation in ONCE:
                raise UnknownOutcome(_unknown(failure, operation, parameters)) from None
            raise
        if response.status_code >= 300:  # noqa: PLR2004 - HTTP's own border
            raise _refusal(response.status_code, answer, self.url)
        return dict(answer)

    def _assemble(
        self, connection: Connection, settings: _Settings, region: str, log: Callable[[str], None]
    ) -> None:
        with open(_MODEL, encoding="utf-8") as file:
            self._service = ServiceModel(json.load(file), "iam")
        self._serializer = create_serializer("query", include_validation=False)
        parsers = ResponseParserFactory()
        parsers.set_parser_defaults(timestamp_parser=str)
        # The signer holds the emitter weakly; the endpoint keeps it alive.
        events = HierarchicalEmitter()
        signer = RequestSigner(self._service.service_id, region, "iam", "v4", self._keys, events)
        retries = _Retries(settings, self._service, log)
        events.register("request-created.iam", signer.handler)
        events.register("before-send.iam", retries.before_send)
        events.register("needs-retry.iam", retries.needs_retry)
        self._patience = _patience()
        self._endpoint = botocore.endpoint.EndpointCreator(events).create_endpoint(
            self._service,
            region_name=region,
            endpoint_url=self.url,
            verify=settings.get("ca_bundle"),
            response_parser_factory=parsers,
            timeout=(settings.get("connect_timeout") or self._patience, self._patience),
            max_pool_connections=1,
            http_session_cls=_BoundedSession,
            proxies={"http": connection.proxy, "https": connection.proxy}
            if connection.proxy
            else None,
            proxies_config=settings.get("proxies_config"),
            socket_options=_socket_options(settings),
        )


# The AWS configuration.


class _Settings:
    """The AWS configuration: the environment, and the shared files where there are any.

    botocore's session reads the files; importing it costs 20 ms, so it is left out where there is
    nothing to read.
    """

    _VARIABLES = {  # noqa: RUF012 - the names botocore's session gives to the same variables
        "ca_bundle": "AWS_CA_BUNDLE",
        "max_attempts": "AWS_MAX_ATTEMPTS",
        "region": "AWS_DEFAULT_REGION",
        "retry_mode": "AWS_RETRY_MODE",
        "tcp_keepalive": "BOTOCORE_TCP_KEEPALIVE",
        "use_dualstack_endpoint": "AWS_USE_DUALSTACK_ENDPOINT",
        "use_fips_endpoint": "AWS_USE_FIPS_ENDPOINT",
    }

    def __init__(self, session: Session | None) -> None:
        self.session = session
        self._store = _store(session) if session else None

    def get(self, name: str) -> Any:
        """Return the setting ``name``, None where it is not set."""
        if self._store:
            return self._store.get_config_variable(name)
        return os.environ.get(self._VARIABLES.get(name, "")) or None

    def switch(self, name: str) -> bool:
        """Return a setting that is on or off."""
        return str(self.get(name)).lower() == "true"

    def endpoint_url(self) -> str | None:
        """Return the endpoint that the configuration names for IAM."""
        if self.session:
            from botocore.configprovider import ConfiguredEndpointProvider

            if self.switch("ignore_configured_endpoint_urls"):
                return None
            url: str | None = ConfiguredEndpointProvider(
                self.session.full_config, self.session.get_scoped_config(), "iam"
            ).provide()
            return url
        if os.environ.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "").lower() == "true":
            return None
        return os.environ.get("AWS_ENDPOINT_URL_IAM") or os.environ.get("AWS_ENDPOINT_URL") or None


def _settings(connection: Connection) -> _Settings:
    if connection.keys and not _has_configuration():
        return _Settings(None)
    from botocore.session import Session

    return _Settings(Session())


def _has_configuration() -> bool:
    variables = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_DEFAULTS_MODE")
    files = (
        os.environ.get("AWS_CONFIG_FILE", "~/.aws/config"),
        os.environ.get("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials"),
    )
    return any(os.environ.get(variable) for variable in variables) or any(
        os.path.isfile(os.path.expanduser(file)) for file in files
    )


def _store(session: Session) -> Any:
    """Return the session's configuration, with the defaults mode's values where one is chosen."""
    store = session.get_component("config_store")
    mode = str(store.get_config_variable("defaults_mode")).lower()
    if mode != "legacy":
        from botocore.configprovider import DefaultConfigResolver, SmartDefaultsConfigStoreFactory
        from botocore.utils import IMDSRegionProvider

        data = session.get_component("data_loader").load_data("sdk-default-configuration")
        resolver = DefaultConfigResolver(data)
        if mode not in resolver.get_default_modes():
            known = ", ".join(resolver.get_default_modes())
            raise Failure(f"AWS_DEFAULTS_MODE is {mode}; it is one of {known}")
        SmartDefaultsConfigStoreFactory(resolver, IMDSRegionProvider(session)).merge_smart_defaults(
            store, mode, session.get_config_variable("region")
        )
    return store


def _chain_keys(settings: _Settings) -> Any:
    """Return the first credentials of botocore's own chain."""
    keys = settings.session.get_credentials() if settings.session else None
    if keys is None:
        raise Failure(
            "no credentials; looked for --aws-credential-file, AWS_CREDENTIAL_FILE, the AWS_* "
            "variables, the AWS profile files, and the container's and the instance's role; name "
            "a file with the two lines AWSAccessKeyId=YOUR-KEY-ID and AWSSecretKey=YOUR-SECRET-KEY "
            "in AWS_CREDENTIAL_FILE"
        )
    return keys


def _endpoint(connection: Connection, settings: _Settings) -> tuple[str, str]:
    """Return where requests go, and the region that signs them."""
    region = settings.get("region") or "aws-global"
    url = connection.url or settings.endpoint_url()
    if url:
        return url, signing_region(url, region)
    from botocore.endpoint_provider import EndpointProvider
    from botocore.loaders import Loader

    loader = Loader()
    endpoint = EndpointProvider(
        loader.load_service_model("iam", "endpoint-rule-set-1"), loader.load_data("partitions")
    ).resolve_endpoint(
        Region=region,
        UseFIPS=settings.switch("use_fips_endpoint"),
        UseDualStack=settings.switch("use_dualstack_endpoint"),
    )
    schemes = endpoint.properties.get("authSchemes") or [{}]
    return endpoint.url, schemes[0].get("signingRegion") or region


def signing_region(url: str, region: str) -> str:
    """Return the region that signs for an endpoint that the user named.

    The host's name tells the partition where it holds one, else the configured ``region``.
    """
    host = url.partition("://")[2].partition("/")[0]
    if host.endswith(".amazonaws.com"):
        region = ""
    words = (*host.split("."), region)
    for word in words:
        for beginning, signing in _SIGNING_REGIONS.items():
            if f"{word}-".startswith(beginning):
                return signing
    return _SIGNING_REGION


def _socket_options(settings: _Settings) -> list[tuple[int, int, int]]:
    import socket

    # Without this, every request after the first waits 40 ms for the last one's acknowledgement.
    options = [(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)]
    if settings.switch("tcp_keepalive"):
        options.append((socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1))
    return options


def _patience() -> float:
    given = os.environ.get("IAMCLI_TIMEOUT")
    if not given:
        return _PATIENCE
    try:
        seconds = float(given)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= 3600:  # noqa: PLR2004 - an hour
        raise Failure(f"IAMCLI_TIMEOUT is {given}; it is a number of seconds from 1 to 3600")
    return seconds


# Sending.


class _BoundedSession(URLLib3Session):  # type: ignore[misc]  # botocore has no types
    """botocore's HTTP session, with a limit to how much it reads and how long."""

    def send(self, request: Any) -> Any:
        """Send one request and return its answer, read to the end."""
        request.stream_output = True
        deadline = time.monotonic() + request.context["read_timeout"]
        response = super().send(request)
        try:
            content = b"".join(_bounded(response.raw, deadline))
        except TransportError as error:
            raise ConnectionClosedError(
                error=error, request=request, endpoint_url=request.url
            ) from error
        announced = response.headers.get("Content-Length")
        if announced and announced.isdigit() and len(content) < int(announced):
            raise ConnectionClosedError(endpoint_url=request.url, error="the answer is cut short")
        return AWSResponse(response.url, response.status_code, response.headers, _Read(content))


class _Read:
    """The content of an answer, in the shape in which botocore asks for it."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self) -> list[bytes]:
        """Return the content as the one part of a stream."""
        return [self._content]


def _bounded(raw: Any, deadline: float) -> Iterator[bytes]:
    size = 0
    for part in raw.stream(1 << 16):
        size += len(part)
        if size > _LARGEST_ANSWER:
            raise Failure("the answer is larger than any of IAM's; is this an IAM endpoint?")
        if time.monotonic() > deadline:
            raise ReadTimeoutError(endpoint_url="", error="the answer takes too long")
        yield part


class _Retries:
    """When a request is sent again: as botocore's retry mode says, except for calls of ONCE."""

    def __init__(
        self, settings: _Settings, service: ServiceModel, log: Callable[[str], None]
    ) -> None:
        self._service = service
        self._log = log
        self._mode = str(settings.get("retry_mode") or "standard").lower()
        self._attempts = self._count(settings.get("max_attempts"))
        if self._mode not in ("standard", "adaptive", "legacy"):
            raise Failure(
                f"AWS_RETRY_MODE is {self._mode}; it is one of legacy, standard and adaptive"
            )
        self._policy: HierarchicalEmitter | None = None

    @staticmethod
    def _count(given: Any) -> int | None:
        if given is None:
            return None
        if not str(given).isdigit() or int(given) < 1:
            raise Failure(f"AWS_MAX_ATTEMPTS is {given}; it is a whole number of at least 1")
        return int(given)

    def before_send(self, event_name: str, **event: Any) -> None:
        """Let the adaptive mode hold a request back, once it has been throttled."""
        if self._policy:
            self._policy.emit(event_name, **event)

    def needs_retry(
        self, event_name: str, response: Any, caught_exception: Any, operation: Any, **event: Any
    ) -> float | None:
        """Return the seconds after which to send again, None for never."""
        if response is not None and response[0].status_code < 300:  # noqa: PLR2004
            return None
        if operation.name in ONCE and not _safe_to_repeat(response, caught_exception):
            return None
        if self._policy is None:
            self._policy = self._made()
        delay: float | None = first_non_none_response(
            self._policy.emit(
                event_name,
                response=response,
                caught_exception=caught_exception,
                operation=operation,
                **event,
            )
        )
        if delay:
            self._log(f"{operation.name} failed; sent again in {delay:.1f} s")
        return delay

    def _made(self) -> HierarchicalEmitter:
        """Return botocore's handlers of the retry mode, imported when first needed."""
        events = HierarchicalEmitter()
        client = SimpleNamespace(meta=SimpleNamespace(events=events, service_model=self._service))
        if self._mode == "legacy":
            from botocore import retryhandler, translate
            from botocore.loaders import Loader

            data = Loader().load_data("_retry")
            limit = {} if self._attempts is None else {"max_attempts": self._attempts - 1}
            config = translate.build_retry_config("iam", data["retry"], data["definitions"], limit)
            events.register("needs-retry.iam", retryhandler.create_retry_handler(config, "iam"))
            return events
        from botocore.retries import adaptive, standard

        standard.register_retry_handler(client, self._attempts)
        if self._mode == "adaptive":
            adaptive.register_retry_handler(client)
        return events


def _safe_to_repeat(response: Any, error: Any) -> bool:
    """Return whether the service surely did nothing with the request."""
    if response is not None:
        code = response[1].get("Error", {}).get("Code", "")
        return response[0].status_code == 429 or code in _THROTTLED  # noqa: PLR2004 - HTTP's own
    return isinstance(error, _NOT_ARRIVED)


_NOT_ARRIVED = (EndpointConnectionError, ConnectTimeoutError, ProxyConnectionError, SSLError)


# What went wrong, in words.


class _told:  # noqa: N801 - reads as part of the with statement
    """Turns botocore's exceptions into Failures that say what to do; ``arrived`` tells of each
    whether the request may have reached the service.
    """  # noqa: D205 - one sentence, two lines

    def __init__(self, url: str) -> None:
        self._url = url
        self.arrived = False

    def __enter__(self) -> _told:  # noqa: PYI034 - Self costs a dependency or an import
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if not isinstance(error, (BotoCoreError, ClientError, ResponseParserError, ValueError)):
            return
        sending = isinstance(error, (HTTPClientError, ResponseParserError))
        self.arrived = sending and not isinstance(error, _NOT_ARRIVED)
        cause = error.kwargs.get("error") if isinstance(error, HTTPClientError) else None
        if isinstance(cause, Failure):
            raise cause from None
        if isinstance(error, ResponseParserError):
            raise NotIam(
                f"the answer from {self._url} is not IAM's; is it an IAM endpoint?"
            ) from None
        raise Failure(self._words(error)) from None

    def _words(self, error: Exception) -> str:
        reason = _reason(error)
        if isinstance(error, ProxyConnectionError):
            return f"cannot reach the proxy: {reason}; see the client configuration"
        if isinstance(error, SSLError):
            return f"no secure connection to {self._url}: {reason}; AWS_CA_BUNDLE names the CAs"
        if isinstance(error, (EndpointConnectionError, ConnectTimeoutError)):
            return f"cannot connect to {self._url}: {reason}; see --url and AWS_IAM_URL"
        if isinstance(error, ReadTimeoutError):
            return f"no complete answer from {self._url} in time; IAMCLI_TIMEOUT sets the seconds"
        if isinstance(error, ConnectionClosedError):
            return f"the connection to {self._url} broke before the answer was complete"
        return reason


def _reason(error: BaseException) -> str:
    """Return the system's own words for ``error`` where it has any, else its first line."""
    seen: BaseException | None = error
    deepest = ""
    while seen is not None:
        if isinstance(seen, OSError) and seen.strerror:
            deepest = seen.strerror
        inner = getattr(seen, "kwargs", {}).get("error")
        inner = inner if isinstance(inner, BaseException) else None
        seen = inner or seen.__cause__ or seen.__context__
    return deepest or str(error).partition("\n")[0]


def _refusal(status: int, answer: dict[str, Any], url: str) -> Failure:
    error = answer.get("Error", {})
    code = str(error.get("Code") or "")
    if not code or code.isdigit():
        return NotIam(
            f"{url} answered with HTTP status {status} and no word of IAM; is it an IAM endpoint?"
        )
    return ServiceError(code, str(error.get("Message") or ""))


def _unknown(failure: Failure, operation: str, parameters: dict[str, Any]) -> str:
    look = ONCE[operation]
    try:
        look = look.format(**parameters)
    except KeyError:
        look = look.partition(" -u")[0]
    return f"{failure}; whether {operation} was carried out is unknown, look first: {look}"
