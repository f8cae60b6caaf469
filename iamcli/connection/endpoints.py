"""The endpoints: where requests are sent, from options, variables, files and botocore's rules."""

from __future__ import annotations

import os
from typing import Any, NamedTuple

from botocore.exceptions import BaseEndpointResolverError, EndpointProviderError

from iamcli.config.settings import checked_url
from iamcli.connection.aws_config import VARIABLES
from iamcli.connection.credentials import CREDENTIAL_METHODS, CREDENTIAL_SERVICES
from iamcli.connection.regions import (
    NO_REGION,
    NoEndpoint,
    is_of_aws,
    own_region,
    partition,
    signing_region,
    unknown,
)
from iamcli.connection.transport import environment_proxies

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iamcli.config.settings import Settings
    from iamcli.connection.aws_config import AWSConfig

#: The methods that send requests to STS in the configured region.
_STS_METHODS = ("assume-role", "assume-role-with-web-identity")

#: What names an endpoint of each service.
_NAMING = {"iam": "--url or AWS_IAM_URL", "sts": "AWS_ENDPOINT_URL_STS"}


class Destination(NamedTuple):
    """Where requests are sent: the ``url`` of the endpoint, and the ``region`` that signs.

    ``source``: the option, variable or rules that the URL is from; ``specified``: whether the user
    specified the URL, so that it does not follow from a region; ``setting``: what sets the region
    ("AWS_REGION is cn-north-1"); ``warning``: a line for the user about a configured URL, or "".
    """

    url: str
    region: str
    source: str
    specified: bool
    setting: str
    warning: str = ""

    @property
    def partition(self) -> str:
        """The partition of the region ("aws-cn"), or "unknown"."""
        return partition(self.region) or "unknown"

    @property
    def is_another_service(self) -> bool:
        """Whether the user specified the URL, and it is not one of AWS."""
        return self.specified and not is_of_aws(self.url)


def endpoint(settings: Settings, aws_config: AWSConfig) -> Destination:
    """Return where requests are sent; raise Failure if that is invalid, or NoEndpoint."""
    if settings.url:
        return _specified(aws_config, settings.url, settings.url_source)
    if configured := configured_endpoint(aws_config, "iam"):
        return configured
    _require_known(aws_config, "iam")
    return rules_endpoint(aws_config, "iam", aws_config.region)


def require_region(settings: Settings, aws_config: AWSConfig) -> None:
    """Raise UnknownRegion if the endpoint follows from a region that is not known."""
    if not (settings.url or aws_config.endpoint_url()):
        _require_known(aws_config, "iam")


def check_services(aws_config: AWSConfig, keys: Any) -> list[str]:
    """Check the way to the services that ``keys`` are requested from, and return the warnings.

    botocore's own errors would contain the addresses. Raises as the functions do that this calls.
    """
    if getattr(keys, "method", None) in CREDENTIAL_METHODS:
        environment_proxies("https://sts.amazonaws.com")
    return check_service_endpoints(aws_config, keys)


def check_service_endpoints(aws_config: AWSConfig, keys: Any) -> list[str]:
    """Check the endpoints of the services that ``keys`` are requested from; return the warnings.

    Raises Failure if one is invalid, and UnknownRegion if STS would be asked in a region that is
    not known.
    """
    method = getattr(keys, "method", None)
    services = CREDENTIAL_SERVICES if method in CREDENTIAL_METHODS else ()
    configured = {service: configured_endpoint(aws_config, service) for service in services}
    if method in _STS_METHODS and not configured["sts"]:
        _require_known(aws_config, "sts")
    return [named.warning for named in configured.values() if named and named.warning]


def _require_known(aws_config: AWSConfig, service: str) -> None:
    # The endpoint rules of botocore send requests for any other region to the first partition.
    if aws_config.region != NO_REGION and not partition(aws_config.region):
        raise unknown(aws_config.region, aws_config.region_source, _NAMING[service])


def rules_endpoint(aws_config: AWSConfig, service: str, region: str) -> Destination:
    """Return the endpoint of AWS for ``service`` in ``region``, or in ``NO_REGION``.

    Raises NoEndpoint if there is no dual-stack endpoint, and the exceptions of botocore.
    """
    from botocore.endpoint_provider import EndpointProvider
    from botocore.loaders import Loader

    loader = Loader()
    fips, dual_stack = map(aws_config.switch, ("use_fips_endpoint", "use_dualstack_endpoint"))
    rules = loader.load_service_model(service, "endpoint-rule-set-1")
    provider = EndpointProvider(rules, loader.load_data("partitions"))
    try:
        if dual_stack:
            from botocore.regions import EndpointResolver

            # The rules invent one, so a client of botocore asks the older data first.
            EndpointResolver(loader.load_data("endpoints")).construct_endpoint(
                service, region, use_dualstack_endpoint=True, use_fips_endpoint=fips
            )
        resolved = provider.resolve_endpoint(Region=region, UseFIPS=fips, UseDualStack=dual_stack)
    except (BaseEndpointResolverError, EndpointProviderError):
        if dual_stack:
            raise _no_dual_stack(service, region) from None
        raise
    schemes = resolved.properties.get("authSchemes") or [{}]
    # For some endpoints, the rules name no signing region.
    default = own_region(region) if service == "iam" else region
    return Destination(
        resolved.url,
        schemes[0].get("signingRegion") or default,
        f"botocore's rules for {region}",
        specified=False,
        setting=aws_config.region_in_words,
    )


def _no_dual_stack(service: str, region: str) -> NoEndpoint:
    from botocore import __version__

    variable = VARIABLES["use_dualstack_endpoint"]
    source = variable if os.environ.get(variable) else "use_dualstack_endpoint of the AWS profile"
    return NoEndpoint(
        f"botocore {__version__} has no dual-stack endpoint of {service.upper()} in "
        f"{partition(region)}; unset {source}, or name an endpoint with {_NAMING[service]}"
    )


def configured_endpoint(aws_config: AWSConfig, service: str) -> Destination | None:
    """Return the configured endpoint, checked as ``--url`` is, or None."""
    configured = aws_config.endpoint_url(service)
    if not configured:
        return None
    url, warning = checked_url(*configured)
    return _specified(aws_config, url, configured[1], warning)


def _specified(aws_config: AWSConfig, url: str, source: str, warning: str = "") -> Destination:
    return Destination(
        url,
        signing_region(url, aws_config.region),
        source,
        specified=True,
        setting=aws_config.region_in_words,
        warning=warning,
    )
