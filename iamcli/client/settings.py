"""The AWS configuration as botocore reads it: settings, credentials and the endpoint."""

from __future__ import annotations

import os
from functools import partial
from typing import NamedTuple
from urllib.parse import urlsplit

from botocore.exceptions import (
    BaseEndpointResolverError,
    BotoCoreError,
    ClientError,
    EndpointProviderError,
    ParamValidationError,
)

from iamcli.client import parents
from iamcli.client.http import socket_options
from iamcli.client.regions import (
    NO_REGION,
    NoEndpoint,
    is_known,
    is_of_aws,
    own_region,
    partition,
    signing_region,
    unknown,
)
from iamcli.config.connection import checked_url, is_credential, is_proxy
from iamcli.errors import Failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterable
    from typing import Any

    from botocore.session import Session

    from iamcli.config.connection import Connection

#: Seconds to wait for a connection, and for a complete response; and the maximum of both.
TIMEOUT = 60.0
MAX_TIMEOUT = 3600.0

#: The environment variable of each setting. Source: botocore.configprovider.
VARIABLES = {
    "ca_bundle": "AWS_CA_BUNDLE",
    "ignore_configured_endpoint_urls": "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    "max_attempts": "AWS_MAX_ATTEMPTS",
    "retry_mode": "AWS_RETRY_MODE",
    "tcp_keepalive": "BOTOCORE_TCP_KEEPALIVE",
    "use_dualstack_endpoint": "AWS_USE_DUALSTACK_ENDPOINT",
    "use_fips_endpoint": "AWS_USE_FIPS_ENDPOINT",
}

#: The variables of the region and of the profile, the first that is not empty counts. botocore
#: reads only the second of the former, and takes an empty variable for a name.
REGION_VARIABLES = ("AWS_REGION", "AWS_DEFAULT_REGION")
PROFILE_VARIABLES = ("AWS_DEFAULT_PROFILE", "AWS_PROFILE")

#: The settings that do not count with a credential file if they are in the shared files.
OF_THE_ENVIRONMENT = frozenset(
    {
        "ignore_configured_endpoint_urls",
        "region",
        "use_dualstack_endpoint",
        "use_fips_endpoint",
    }
)

#: The credential methods of botocore that send requests to a service, and these services.
CREDENTIAL_METHODS = ("assume-role", "assume-role-with-web-identity", "login", "sso")
CREDENTIAL_SERVICES = ("sts", "sso", "sso-oidc", "signin")
#: Those of the methods that send requests to STS in the configured region.
_STS_METHODS = ("assume-role", "assume-role-with-web-identity")

#: What names an endpoint of each service.
_NAMING = {"iam": "--url or AWS_IAM_URL", "sts": "AWS_ENDPOINT_URL_STS"}


class Destination(NamedTuple):
    """Where requests are sent: the ``url`` of the endpoint, and the ``region`` that signs.

    ``source``: the option, variable or rules that the URL is from; ``specified``: whether the user
    specified the URL, so that it does not follow from a region; ``setting``: what sets the region
    ("AWS_REGION is cn-north-1").
    """

    url: str
    region: str
    source: str
    specified: bool
    setting: str

    @property
    def partition(self) -> str:
        """The partition of the region ("aws-cn"), or "unknown"."""
        return partition(self.region) or "unknown"

    @property
    def is_another_service(self) -> bool:
        """Whether the user specified the URL, and it is not one of AWS."""
        return self.specified and not is_of_aws(self.url)


class Settings:
    """The AWS configuration: the environment and, if there are any, the shared files.

    ``session``: a botocore session, which reads the files, or None if there are none, because the
    import of a session takes 20 ms. ``independent``: whether the key is from a credential file, so
    that the files cannot select the service that receives the requests.
    """

    def __init__(self, session: Session | None, *, independent: bool = False) -> None:
        self.session = session
        self._independent = independent
        self._store = _store(session) if session else None

    @classmethod
    def for_connection(cls, connection: Connection) -> Settings:
        """Return the settings for ``connection``, with a session only if one is needed.

        In the sandbox, ``connection`` is changed so that it leads to the private IAM only. Raises
        Failure, and tells the sandbox, if its environment was reset.
        """
        private = "" if connection.simulated else parents.left(connection)
        if private:
            from iamcli.client.confinement import refuse

            refuse(connection, private)
        if connection.keys and not _has_configuration():
            settings = cls(None)
        elif connection.credential_file is None:
            settings = cls(_session())
        else:
            settings = cls(_readable_session(), independent=True)
        if connection.sandbox:
            from iamcli.client.confinement import confine

            confine(connection, settings)
        return settings

    def get(self, name: str) -> Any:
        """Return the setting ``name``, or None if it is not set."""
        if self._store and not (self._independent and name in OF_THE_ENVIRONMENT):
            value = self._store.get_config_variable(name)
            return None if value == "" else value
        variables = REGION_VARIABLES if name == "region" else (VARIABLES.get(name, ""),)
        return next(filter(None, map(os.environ.get, variables)), None)

    @property
    def max_attempts(self) -> Any:
        """The setting as it is specified, or None.

        botocore would convert it, and raises ValueError if it is not a number, also if it is empty.
        """
        given = os.environ.get(VARIABLES["max_attempts"])
        if not given and self.session:
            given = self.session.get_scoped_config().get("max_attempts")
        return given

    @property
    def region(self) -> str:
        """The configured region, or ``NO_REGION``."""
        return str(self.get("region") or NO_REGION)

    @property
    def region_source(self) -> str:
        """The variable that the region is from, or the profile and its file."""
        variable = next(filter(os.environ.get, REGION_VARIABLES), "")
        if variable or not self.session:
            return variable
        from botocore.configloader import raw_config_parse

        profile = self.session.profile or "default"
        file = self.session.get_config_variable("credentials_file") or ""
        name = os.path.expanduser(file)
        # botocore reads the profile in this file last. A pipe cannot be read again.
        found = raw_config_parse(name) if os.path.isfile(name) else {}
        if "region" not in found.get(profile, ()):
            file = self.session.get_config_variable("config_file")
        return f"the region of the profile {profile} in {file}"

    @property
    def region_setting(self) -> str:
        """What sets the region, for the user."""
        region = self.get("region")
        if not region:
            return f"{REGION_VARIABLES[0]} is not set"
        names = (name for name in REGION_VARIABLES if os.environ.get(name))
        return f"{next(names, 'the region of the AWS profile')} is {region}"

    def switch(self, name: str) -> bool:
        """Return the Boolean setting ``name``."""
        return str(self.get(name)).lower() == "true"

    def endpoint_url(self, service: str = "iam") -> tuple[str, str] | None:
        """Return the configured endpoint of a service and its source, or None if there is none."""
        if self.switch("ignore_configured_endpoint_urls"):
            return None
        specific = f"AWS_ENDPOINT_URL_{service.upper().replace('-', '_')}"
        for variable in (specific, "AWS_ENDPOINT_URL"):
            url = os.environ.get(variable)
            if url:
                return url, variable
        if not self.session or self._independent:
            return None
        from botocore.configprovider import ConfiguredEndpointProvider

        url = ConfiguredEndpointProvider(
            self.session.full_config, self.session.get_scoped_config(), service, environ={}
        ).provide()
        # botocore parses indented lines as a section, which is not a string.
        shown = url if isinstance(url, str) else ""
        return (shown, "endpoint_url of the AWS configuration") if url else None


def _has_configuration() -> bool:
    variables = (*PROFILE_VARIABLES, "AWS_DEFAULTS_MODE")
    files = (
        os.environ.get("AWS_CONFIG_FILE", "~/.aws/config"),
        os.environ.get("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials"),
    )
    return any(map(os.environ.get, variables)) or any(
        os.path.isfile(os.path.expanduser(file)) for file in files
    )


def _session(**variables: Any) -> Session:
    """Return a botocore session; ``variables`` are botocore's session variables."""
    from botocore.session import Session

    profile, region = (
        [name for name in names if os.environ.get(name)]
        for names in (PROFILE_VARIABLES, REGION_VARIABLES)
    )
    own = {"profile": (None, profile, None, None), "region": ("region", region, None, None)}
    return Session({**own, **variables})


def _readable_session() -> Session | None:
    """Return a session with those of the shared files that can be read, or None."""
    without_credentials = {"credentials_file": (None, None, os.devnull, None)}
    for variables in ({}, without_credentials):
        session = _session(**variables)
        try:
            session.get_scoped_config()
        except BotoCoreError:
            continue
        return session
    return None


def _store(session: Session) -> Any:
    """Return the configuration of the session, with the values of its defaults mode, if any."""
    store = session.get_component("config_store")
    mode = str(store.get_config_variable("defaults_mode")).lower()
    if mode == "legacy":
        return store
    from botocore.configprovider import DefaultConfigResolver, SmartDefaultsConfigStoreFactory
    from botocore.utils import IMDSRegionProvider

    data = session.get_component("data_loader").load_data("sdk-default-configuration")
    resolver = DefaultConfigResolver(data)
    modes = resolver.get_default_modes()
    if mode not in modes:
        raise Failure(f"invalid AWS defaults mode: {mode}; use one of {', '.join(modes)}")
    factory = SmartDefaultsConfigStoreFactory(resolver, IMDSRegionProvider(session))
    factory.merge_smart_defaults(store, mode, session.get_config_variable("region"))
    return store


def find_keys(settings: Settings, *, without: Iterable[str] = ()) -> Any:
    """Return the credentials from botocore's chain, or None if it finds none.

    ``without``: the credential methods of botocore that are not used. Raises Failure if what the
    configuration names cannot be used, and the exceptions of botocore if it cannot be read.
    """
    if settings.session is None:
        return None
    from botocore import credentials

    # botocore also makes such a provider for each profile whose credentials assume a role.
    credentials.ProcessProvider = partial(credentials.ProcessProvider, popen=_credential_program)
    chain = settings.session.get_component("credential_provider")
    # botocore would read AWS_CREDENTIAL_FILE, also if it is empty.
    for method in ("ec2-credentials-file", *without):
        chain.remove(method)
    try:
        keys = _called(settings.session.get_credentials)
    except Exception as error:  # noqa: BLE001 - any, for a file of another form
        raise _no_login(settings.session, error) or _unusable(error) from None
    if keys is None and not without:
        failure = _no_login(settings.session, None)
        if failure:
            raise failure
    return keys


def _no_login(session: Session, error: Exception | None) -> Failure | None:
    from iamcli.client.login import unusable

    return unusable(session, error)


def _credential_program(arguments: list[str], **settings: Any) -> subprocess.Popen[bytes]:
    """Start the program of a ``credential_process``, which can read only from a terminal.

    Otherwise standard input may be a list of the script. Source: LEGACY.md (programs for
    credentials).
    """
    import subprocess

    source = None if os.isatty(0) else subprocess.DEVNULL
    return subprocess.Popen(arguments, stdin=source, **settings)  # noqa: S603 - as botocore does


def chain_keys(settings: Settings) -> Any:
    """Return the credentials from botocore's chain; raise Failure if it finds none."""
    keys = find_keys(settings)
    if keys is None:
        raise Failure(
            "no credentials; looked for --aws-credential-file, AWS_CREDENTIAL_FILE, the AWS_* "
            "variables, the AWS profile files, and the role of the container or instance; set "
            "AWS_CREDENTIAL_FILE to a file with the two lines AWSAccessKeyId=YOUR-KEY-ID and "
            "AWSSecretKey=YOUR-SECRET-KEY"
        )
    return keys


def frozen(keys: Any) -> Any:
    """Return the current values of the credentials; raise Failure if they cannot be used."""
    try:
        key = _called(keys.get_frozen_credentials)
    except Exception as error:  # noqa: BLE001 - of programs, files, tokens and services
        raise _unusable(error) from None
    if not all(map(_is_part, (key.access_key, key.secret_key, key.token or ""))):
        raise Failure("the credentials of the AWS configuration contain an invalid character")
    return key


def _called(obtain: Callable[[], Any]) -> Any:
    """Return what ``obtain`` returns.

    Without a terminal, botocore reads the code of an MFA device from standard input, and Python
    would print a warning.
    """
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return obtain()


def _unusable(error: Exception) -> Failure:
    """Return the failure for an exception that was raised while botocore got credentials."""
    reason = _report(error)
    if isinstance(getattr(error, "kwargs", {}).get("error"), ValueError):
        # The text of such an error may contain the password of a proxy.
        reason = "an address or a header is invalid; check the proxy variables"
    elif isinstance(error, EOFError):
        reason = "the code of the MFA device was not entered"
    elif isinstance(error, OSError) and error.strerror:
        reason = f"{error.filename or 'a file'}: {error.strerror}"
    # RuntimeError: the credentials have expired, or were renewed and the new ones have, too.
    elif not isinstance(error, (BotoCoreError, ClientError, RuntimeError, ValueError)):
        reason = f"a file or a program gave an invalid value ({type(error).__name__})"
    return Failure(f"cannot get credentials from the AWS configuration: {reason}")


def _report(error: Exception) -> str:
    """Return the report of an exception as one line.

    That of invalid parameters has a line for each of them. A program may print an empty line first,
    and indented lines about where it failed.
    """
    lines = [line for line in str(error).splitlines() if line.strip() and not line[0].isspace()]
    if not lines:
        return type(error).__name__
    heading = lines[0].rstrip()
    if isinstance(error, ParamValidationError):
        return f"{heading} {'; '.join(lines[1:])}"
    more = lines[1] if heading.endswith(":") and len(lines) > 1 else ""
    return f"{heading} {more}".rstrip()


def _is_part(value: object) -> bool:
    return isinstance(value, str) and is_credential(value)


def endpoint(connection: Connection, settings: Settings) -> Destination:
    """Return where requests are sent.

    Adds to the warnings of ``connection``. Raises Failure if a configured endpoint is invalid, and
    NoEndpoint if none is configured and the region has none.
    """
    url, source = connection.url, connection.url_source
    if url is None:
        url, source = configured_endpoint(connection, settings, "iam")
    if url:
        return Destination(
            url,
            signing_region(url, settings.region),
            source,
            specified=True,
            setting=settings.region_setting,
        )
    require_region(connection, settings)
    return rules_endpoint(settings, "iam", settings.region)


def require_region(connection: Connection, settings: Settings) -> None:
    """Raise UnknownRegion if the endpoint follows from a region that is not known."""
    if not (connection.url or settings.endpoint_url()):
        _require_known(settings, "iam")


def check_services(connection: Connection, settings: Settings, keys: Any) -> None:
    """Check the way to the services that ``keys`` are requested from.

    botocore sends the requests, and its errors contain the addresses. Raises as
    ``check_service_endpoints`` and ``environment_proxies`` do.
    """
    if getattr(keys, "method", None) in CREDENTIAL_METHODS:
        environment_proxies("https://sts.amazonaws.com")
        check_service_endpoints(connection, settings, keys)


def check_service_endpoints(connection: Connection, settings: Settings, keys: Any) -> None:
    """Check the endpoints of the services that ``keys`` are requested from.

    Adds to the warnings of ``connection``. Raises Failure if one is invalid, and UnknownRegion if
    STS would be asked in a region that is not known.
    """
    method = getattr(keys, "method", None)
    services = CREDENTIAL_SERVICES if method in CREDENTIAL_METHODS else ()
    named = {service: configured_endpoint(connection, settings, service)[0] for service in services}
    if method in _STS_METHODS and not named["sts"]:
        _require_known(settings, "sts")


def _require_known(settings: Settings, service: str) -> None:
    if not is_known(settings.region):
        raise unknown(settings.region, settings.region_source, _NAMING[service])


def rules_endpoint(settings: Settings, service: str, region: str) -> Destination:
    """Return the endpoint of AWS for ``service`` in ``region``, which can also be ``NO_REGION``.

    Raises NoEndpoint if there is no dual-stack endpoint, and the exceptions of botocore.
    """
    from botocore.endpoint_provider import EndpointProvider
    from botocore.loaders import Loader

    loader = Loader()
    fips, dual_stack = map(settings.switch, ("use_fips_endpoint", "use_dualstack_endpoint"))
    rules = loader.load_service_model(service, "endpoint-rule-set-1")
    provider = EndpointProvider(rules, loader.load_data("partitions"))
    try:
        if dual_stack:
            _require_variant(service, region, fips=fips)
        found = provider.resolve_endpoint(Region=region, UseFIPS=fips, UseDualStack=dual_stack)
    except (BaseEndpointResolverError, EndpointProviderError):
        if dual_stack:
            raise _no_dual_stack(service, region) from None
        raise
    schemes = found.properties.get("authSchemes") or [{}]
    # For some endpoints, the rules name no signing region.
    default = own_region(region) if service == "iam" else region
    return Destination(
        found.url,
        schemes[0].get("signingRegion") or default,
        f"botocore's rules for {region}",
        specified=False,
        setting=settings.region_setting,
    )


def _require_variant(service: str, region: str, *, fips: bool) -> None:
    """Raise BaseEndpointResolverError if the partition of ``region`` has no dual-stack endpoints.

    The endpoint rules invent one, so a client of botocore asks the older data first.
    """
    from botocore.loaders import Loader
    from botocore.regions import EndpointResolver

    EndpointResolver(Loader().load_data("endpoints")).construct_endpoint(
        service, region, use_dualstack_endpoint=True, use_fips_endpoint=fips
    )


def _no_dual_stack(service: str, region: str) -> NoEndpoint:
    from botocore import __version__

    variable = VARIABLES["use_dualstack_endpoint"]
    source = variable if os.environ.get(variable) else "use_dualstack_endpoint of the AWS profile"
    return NoEndpoint(
        f"botocore {__version__} has no dual-stack endpoint of {service.upper()} in "
        f"{partition(region)}; unset {source}, or name an endpoint with {_NAMING[service]}"
    )


def configured_endpoint(
    connection: Connection, settings: Settings, service: str
) -> tuple[str | None, str]:
    """Return the configured endpoint, checked as ``--url`` is, or None; and its source."""
    configured = settings.endpoint_url(service)
    if not configured:
        return None, ""
    url, warning = checked_url(*configured)
    if warning and warning not in connection.warnings:
        connection.warnings.append(warning)
    return url, configured[1]


def transport(connection: Connection, settings: Settings, url: str) -> tuple[dict[str, Any], str]:
    """Return how to reach ``url``: settings of a botocore HTTP session, and the proxy's source.

    The source is "" if there is no proxy. Raises Failure as ``environment_proxies`` does.
    """
    if connection.proxy:
        proxies = {"http": connection.proxy, "https": connection.proxy}
        source = connection.proxy_source
    else:
        proxies, source = environment_proxies(url)
    found: dict[str, Any] = {
        # An empty name would switch the verification off.
        "verify": ca_bundle(settings)[0] or True,
        "proxies": proxies,
        "proxies_config": settings.get("proxies_config"),
        "socket_options": socket_options(keep_alive=settings.switch("tcp_keepalive")),
    }
    return found, source


def proxy(connection: Connection, settings: Settings, url: str) -> tuple[str, str]:
    """Return the address of the proxy for ``url``, without a login, and its source; else "".

    Raises Failure as ``environment_proxies`` does.
    """
    how, source = transport(connection, settings, url)
    address = how["proxies"].get(urlsplit(url).scheme, "")
    return address.rpartition("@")[2].rpartition("//")[2].rstrip("/"), source


def ca_bundle(settings: Settings) -> tuple[str, str]:
    """Return the file of certificate authorities to trust and its source; "" for botocore's own."""
    bundle = settings.get("ca_bundle")
    if bundle:
        variable = VARIABLES["ca_bundle"]
        of_variable = os.environ.get(variable) == bundle
        return str(bundle), variable if of_variable else "ca_bundle of the AWS configuration"
    bundle = os.environ.get("REQUESTS_CA_BUNDLE", "")
    return bundle, "REQUESTS_CA_BUNDLE" if bundle else ""


def environment_proxies(url: str) -> tuple[dict[str, str], str]:
    """Return the proxies of the environment for ``url``, by scheme, and the variable that counts.

    Raises Failure if that variable is not the address of a proxy. The message does not show the
    value, which may contain a password.
    """
    from botocore.utils import get_environ_proxies

    proxies = get_environ_proxies(url)
    name = f"{urlsplit(url).scheme}_proxy"
    proxy = proxies.get(name.removesuffix("_proxy"))
    if not proxy:
        return proxies, ""
    # The name in lower case counts first.
    names = [name, *sorted(os.environ)]
    same = (other for other in names if other.lower() == name and os.environ.get(other) == proxy)
    source = next(same, "the proxy settings of the system")
    if not is_proxy(proxy):
        raise Failure(
            f"{source} is not the address of an HTTP proxy; use http://HOST:PORT or "
            "http://USER:PASSWORD@HOST:PORT, with special characters of the password as %XX"
        )
    return proxies, source


def time_limits(settings: Settings) -> tuple[float, float]:
    """Return the seconds to wait for a connection, and for a complete response.

    IAMCLI_TIMEOUT sets both. If it is not set, a defaults mode of the AWS SDKs may set a shorter
    time for the connection. Raises as ``timeout`` does.
    """
    seconds = timeout()
    if os.environ.get("IAMCLI_TIMEOUT"):
        return seconds, seconds
    return settings.get("connect_timeout") or seconds, seconds


def timeout() -> float:
    """Return the seconds to wait for a complete response; raise Failure if the value is invalid."""
    given = os.environ.get("IAMCLI_TIMEOUT")
    if not given:
        return TIMEOUT
    try:
        # float() takes underscores and digits of other scripts, too.
        seconds = float(given) if given.isascii() and "_" not in given else 0.0
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= MAX_TIMEOUT:
        raise Failure(
            f"invalid IAMCLI_TIMEOUT: {given}; use a number of seconds, at most {MAX_TIMEOUT:.0f}"
        )
    return seconds
