"""Whose access key it is: one request to STS, which everyone may send."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import urlsplit

from iamcli.cli.doctor.request import Operation, Outcome
from iamcli.client.messages import ErrorTranslator
from iamcli.connection.endpoints import Destination, configured_endpoint, rules_endpoint
from iamcli.connection.regions import NO_REGION, is_of_aws, partition

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iamcli.cli.doctor.configuration import Configuration

#: The operation that returns the ARN and the account of the caller. It requires no permission.
CALLER = Operation("sts", "2011-06-15", "GetCallerIdentity")


class Sts(NamedTuple):
    """The ``answer`` of STS at ``target``."""

    target: Destination
    answer: Outcome

    @property
    def caller(self) -> str:
        """The ARN of the caller, or "" if STS does not tell it."""
        return self.answer.texts.get("Arn", "") if self.answer.texts.get("Account") else ""

    @property
    def partition(self) -> str:
        """The partition of the caller, or ""."""
        return self.caller.partition("arn:")[2].partition(":")[0]


def sts_target(configuration: Configuration, iam: Destination) -> Destination | None:
    """Return where STS is asked, or None if that is not known; ``iam``: the endpoint of IAM.

    If the configuration names no endpoint for STS, it is that of AWS in the partition of ``iam``; a
    private endpoint has none, nor has a partition that botocore does not know. Raises Failure if
    the configured endpoint is invalid, or there is no dual-stack endpoint.
    """
    aws_config = configuration.aws_config
    region = aws_config.region
    with ErrorTranslator():
        if configured := configured_endpoint(aws_config, "sts"):
            return configured._replace(region=_region_of(configured.url) or configured.region)
        if not (is_of_aws(iam.url) and partition(iam.region)):
            return None
        if partition(region) != iam.partition:
            # The endpoint of the whole partition, which only the first one has.
            region = NO_REGION if iam.partition == "aws" else iam.region
        return rules_endpoint(aws_config, "sts", region)


def _region_of(url: str) -> str:
    """Return the region in the host name of an endpoint of AWS, or ""."""
    labels = (urlsplit(url).hostname or "").split(".") if is_of_aws(url) else []
    return next(filter(partition, labels), "")
