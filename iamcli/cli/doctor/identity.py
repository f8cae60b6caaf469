"""Whose access key it is: one request to STS, which everyone may send."""

from __future__ import annotations

from urllib.parse import urlsplit

from iamcli.cli.doctor.probe import Question
from iamcli.connection.endpoints import configured_endpoint, rules_endpoint
from iamcli.connection.regions import NO_REGION, is_of_aws, partition

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iamcli.connection.endpoints import Destination
    from iamcli.connection.settings import Settings

#: The operation that returns the ARN and the account of the caller. It requires no permission.
CALLER = Question("sts", "2011-06-15", "GetCallerIdentity")


def sts_target(settings: Settings, endpoint: Destination) -> Destination | None:
    """Return where STS is asked, or None if that is not known.

    ``endpoint``: that of IAM. If the configuration names no endpoint for STS, it is that of AWS in
    the partition of ``endpoint``; a private endpoint has none, nor has a partition that botocore
    does not know. Raises Failure if the configured endpoint is invalid, NoEndpoint if there is no
    dual-stack endpoint, and the exceptions of botocore.
    """
    region = settings.region
    configured = configured_endpoint(settings, "sts")
    if configured:
        return configured._replace(region=_region_of(configured.url) or configured.region)
    if not (is_of_aws(endpoint.url) and partition(endpoint.region)):
        return None
    if partition(region) != endpoint.partition:
        # The endpoint of the whole partition, which only the first one has.
        region = NO_REGION if endpoint.partition == "aws" else endpoint.region
    return rules_endpoint(settings, "sts", region)


def _region_of(url: str) -> str:
    """Return the region in the host name of an endpoint of AWS, or ""."""
    labels = (urlsplit(url).hostname or "").split(".") if is_of_aws(url) else []
    return next(filter(partition, labels), "")
