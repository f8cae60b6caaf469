"""The AWS configuration: settings, credentials and the endpoint, as botocore finds them."""

from __future__ import annotations

import os

from botocore.exceptions import BotoCoreError, ClientError

from iamcli.config.connection import checked_url
from iamcli.errors import Failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from botocore.session import Session

    from iamcli.config.connection import Connection

#: Seconds to wait for a connection, and for a whole answer; and the longest that may be asked for.
TIMEOUT = 60.0
MAX_TIMEOUT = 3600.0

#: The region that signs for a partition's IAM, by the beginning of the partition's region names.
#: Needed only for an endpoint that the user names; otherwise botocore's rules say both.
SIGNING_REGIONS = {
    "cn-": "cn-north-1",
    "us-gov-": "us-gov-west-1",
    "us-iso-": "us-iso-east-1",
    "us-isob-": "us-isob-east-1",
    "us-isof-": "us-isof-south-1",
    "eu-isoe-": "eu-isoe-west-1",
    "eusc-": "eusc-de-east-1",
}
SIGNING_REGION = "us-east-1"

#: Where each setting stands in the environment. Source: botocore's own table of its variables.
VARIABLES = {
    "ca_bundle": "AWS_CA_BUNDLE",
    "ignore_configured_endpoint_urls": "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    "max_attempts": "AWS_MAX_ATTEMPTS",
    "region": "AWS_DEFAULT_REGION",
    "retry_mode": "AWS_RETRY_MODE",
    "tcp_keepalive": "BOTOCORE_TCP_KEEPALIVE",
    "use_dualstack_endpoint": "AWS_USE_DUALSTACK_ENDPOINT",
    "use_fips_endpoint": "AWS_USE_FIPS_ENDPOINT",
}


#: botocore's names for the ways to ask a service for credentials, and for these services.
ASKING = ("assume-role", "assume-role-with-web-identity", "login", "sso")
GIVERS = ("sts", "sso", "sso-oidc", "signin")


class Settings:
    """The AWS configuration: the environment, and the shared files where there are any.

    ``session``: botocore's session, which reads the files, or None where there is nothing to read:
    importing it costs 20 ms.
    """

    def __init__(self, session: Session | None) -> None:
        self.session = session
        self._store = _store(session) if session else None

    @classmethod
    def needed(cls, connection: Connection) -> Settings:
        """Return the settings, with a session only where something has to be found by it."""
        if connection.keys and not _has_configuration():
            return cls(None)
        from botocore.session import Session

        return cls(Session())

    def get(self, name: str) -> Any:
        """Return the setting ``name``, None where it is not set."""
        if self._store:
            return self._store.get_config_variable(name)
        return os.environ.get(VARIABLES.get(name, "")) or None

    def switch(self, name: str) -> bool:
        """Return a setting that is on or off."""
        return str(self.get(name)).lower() == "true"

    def endpoint_url(self, service: str = "iam") -> tuple[str, str] | None:
        """Return the endpoint that the configuration names for a service, and what names it."""
        if self.switch("ignore_configured_endpoint_urls"):
            return None
        own = f"AWS_ENDPOINT_URL_{service.upper().replace('-', '_')}"
        for variable in (own, "AWS_ENDPOINT_URL"):
            url = os.environ.get(variable)
            if url:
                return url, variable
        if not self.session:
            return None
        from botocore.configprovider import ConfiguredEndpointProvider

        url = ConfiguredEndpointProvider(
            self.session.full_config, self.session.get_scoped_config(), service, environ={}
        ).provide()
        # botocore takes indented lines for a section, which is no address.
        shown = url if isinstance(url, str) else ""
        return (shown, "endpoint_url of the AWS configuration") if url else None


def _has_configuration() -> bool:
    variables = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_DEFAULTS_MODE")
    files = (
        os.environ.get("AWS_CONFIG_FILE", "~/.aws/config"),
        os.environ.get("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials"),
    )
    return any(map(os.environ.get, variables)) or any(
        os.path.isfile(os.path.expanduser(file)) for file in files
    )


def _store(session: Session) -> Any:
    """Return the session's configuration, with the defaults mode's values where one is chosen."""
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
        raise Failure(f"the AWS defaults mode is {mode}; it is one of {', '.join(modes)}")
    factory = SmartDefaultsConfigStoreFactory(resolver, IMDSRegionProvider(session))
    factory.merge_smart_defaults(store, mode, session.get_config_variable("region"))
    return store


def chain_keys(settings: Settings) -> Any:
    """Return the first credentials of botocore's own chain; raise Failure where it has none."""
    keys = settings.session.get_credentials() if settings.session else None
    if keys is None:
        raise Failure(
            "no credentials; looked for --aws-credential-file, AWS_CREDENTIAL_FILE, the AWS_* "
            "variables, the AWS profile files, and the container's and the instance's role; name "
            "a file with the two lines AWSAccessKeyId=YOUR-KEY-ID and AWSSecretKey=YOUR-SECRET-KEY "
            "in AWS_CREDENTIAL_FILE"
        )
    return keys


def frozen(keys: Any) -> Any:
    """Return the key as it is now; raise Failure if the service that gives it does not."""
    try:
        return keys.get_frozen_credentials()
    except (BotoCoreError, ClientError, ValueError) as error:
        why = str(error).partition("\n")[0]
        raise Failure(f"no credentials from the AWS configuration: {why}") from None


def endpoint(connection: Connection, settings: Settings, keys: Any) -> tuple[str, str]:
    """Return where requests go, and the region that signs them with the ``keys``.

    Adds to the connection's warnings. Raises Failure if the configuration names no address.
    """
    region = settings.get("region") or "aws-global"
    url = connection.url or _configured_endpoint(connection, settings, "iam")
    if getattr(keys, "method", None) in ASKING:
        # botocore asks these services by itself, and its errors show their addresses.
        for service in GIVERS:
            _configured_endpoint(connection, settings, service)
    if url:
        return url, signing_region(url, region)
    from botocore.endpoint_provider import EndpointProvider
    from botocore.loaders import Loader

    loader = Loader()
    rules = loader.load_service_model("iam", "endpoint-rule-set-1")
    found = EndpointProvider(rules, loader.load_data("partitions")).resolve_endpoint(
        Region=region,
        UseFIPS=settings.switch("use_fips_endpoint"),
        UseDualStack=settings.switch("use_dualstack_endpoint"),
    )
    schemes = found.properties.get("authSchemes") or [{}]
    return found.url, schemes[0].get("signingRegion") or region


def _configured_endpoint(connection: Connection, settings: Settings, service: str) -> str | None:
    """Return the configuration's endpoint after the checks that ``--url`` passes through."""
    configured = settings.endpoint_url(service)
    if not configured:
        return None
    url, warning = checked_url(*configured)
    if warning and (warning, True) not in connection.warnings:
        connection.warnings.append((warning, True))
    return url


def signing_region(url: str, region: str) -> str:
    """Return the region that signs for an endpoint that the user named.

    The host's name tells the partition where it is one of AWS's, else the configured ``region``.
    """
    host = url.partition("://")[2].partition("/")[0]
    words = host.split(".") if ".amazonaws." in host else [region]
    for word in words:
        for beginning, signing in SIGNING_REGIONS.items():
            if f"{word}-".startswith(beginning):
                return signing
    return SIGNING_REGION


def timeout() -> float:
    """Return how many seconds to wait for a whole answer; raise Failure where it is no number."""
    given = os.environ.get("IAMCLI_TIMEOUT")
    if not given:
        return TIMEOUT
    try:
        seconds = float(given)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= MAX_TIMEOUT:
        raise Failure(
            f"IAMCLI_TIMEOUT is {given}; it is a number of seconds, at most {MAX_TIMEOUT:.0f}"
        )
    return seconds
