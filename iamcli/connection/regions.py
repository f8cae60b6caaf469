"""The Regions and partitions of AWS, as the installed botocore knows them."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import urlsplit

from iamcli.config.settings import is_this_machine
from iamcli.errors import Failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

#: The signing region for IAM by the prefix of the region names of a partition, if botocore's rules
#: name none: for endpoints that the user specifies, and for some dual-stack endpoints.
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
#: The region if no setting names one: botocore's name for all regions of the first partition.
NO_REGION = "aws-global"
#: The DNS suffix of two partitions; the others are in the partition data of botocore.
_COMMERCIAL = ".amazonaws.com"
#: The end of a host name of AWS, also in a partition that this botocore does not know.
_DOMAIN = re.compile(r"\.amazon(?:aws|webservices)\.(?:com\.)?[a-z]{2,3}$")
#: The name of a region in a host name, and what can be a region in a signature.
_REGION_LABEL = re.compile(r"[a-z]+(?:-[a-z]+)+-\d+")
_SIGNABLE = re.compile(r"[\w-]+", re.ASCII)

#: The letters with which the names of all regions in a partition begin; none in the first one.
_STEM = re.compile(r"\^((?:\w|\\?-)+)\\?-")
#: How similar two names have to be so that one is taken for a misspelling of the other.
_SIMILAR = 0.85


class NoEndpoint(Failure):
    """The installed botocore has no endpoint for the configured region."""


class UnknownRegion(NoEndpoint):
    """The configured region is in no partition of the installed botocore."""


def partition(region: str) -> str:
    """Return the partition that ``region`` is of by its name ("aws-cn"), or "" if it is of none."""
    data = _partition(region)
    return str(data["id"]) if data else ""


def is_of_aws(url: str) -> bool:
    """Return whether the host of ``url`` is in a domain of AWS."""
    host = _host(url)
    return bool(_DOMAIN.search(host) or _partition_region(host))


def signing_region(url: str, region: str) -> str:
    """Return the signing region for an endpoint that the user specified.

    It follows from the host name if that is one of AWS, else from the configured ``region``.
    """
    host = _host(url)
    default = SIGNING_REGION
    if not host.endswith(_COMMERCIAL):
        default = "" if "." not in host or is_this_machine(host) else _partition_region(host)
    if default or _DOMAIN.search(host):
        labels = host.split(".")
        of_partition = next(filter(None, map(_by_prefix, [*labels, default])), default)
        # A partition that this botocore does not know.
        of_host = of_partition or next(filter(_REGION_LABEL.fullmatch, labels), "")
        if of_host:
            return of_host
    return own_region(region)


def own_region(region: str) -> str:
    """Return the signing region for IAM in the partition of ``region``, else ``region`` itself."""
    own = _by_prefix(region)
    if own or region == NO_REGION:
        return own or SIGNING_REGION
    if known := _partition(region):
        of_partition = str(known["outputs"]["implicitGlobalRegion"])
        return _by_prefix(of_partition) or of_partition
    # A signature cannot contain everything that a setting can.
    return region if _SIGNABLE.fullmatch(region) else SIGNING_REGION


def unknown(region: str, source: str, naming: str) -> UnknownRegion:
    """Return the failure for a ``region`` from ``source``; ``naming`` names an endpoint instead.

    Source: docs/decisions.md (unknown regions).
    """
    from botocore import __version__

    similar = _resembled(region)
    named = f"{region} (did you mean {similar}?)" if similar else region
    return UnknownRegion(
        f"{source} is {named}, unknown to botocore {__version__}, which may be too old for a new "
        f"partition or area; correct it, or name an endpoint with {naming}"
    )


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").removesuffix(".")


def _by_prefix(label: str) -> str:
    """Return the signing region for a region or a label of a host name; "" for other prefixes."""
    regions = (own for prefix, own in SIGNING_REGIONS.items() if f"{label}-".startswith(prefix))
    return next(regions, "")


def _partition(region: str) -> dict[str, Any] | None:
    """Return the data of the partition that ``region`` is of, or None.

    It is listed there, or it fits the pattern, so that new regions of a known form are of it. But
    the pattern of the first partition matches "us-gov-1" and "us-govwest-1", which look like those
    of another one, and each pattern matches underscores.
    """
    for data in _partitions():
        fits = re.fullmatch(data["regionRegex"].removesuffix("$"), region, re.ASCII)
        accident = "_" in region or len(_stem_of(region)) > len(_stem(data))
        if region in data["regions"] or (fits and not accident):
            return data
    return None


def _stem_of(region: str) -> str:
    """Return the longest stem of a partition with which ``region`` begins."""
    stems = (stem for stem in map(_stem, _partitions()) if region.lower().startswith(stem))
    return max(stems, key=len, default="")


def _stem(of: dict[str, Any]) -> str:
    match = _STEM.match(of["regionRegex"])
    return match[1].replace("\\", "").rstrip("-") if match else ""


def _resembled(region: str) -> str:
    """Return the name that ``region`` resembles, or ""."""
    from difflib import SequenceMatcher

    known: list[str] = [name for data in _partitions() for name in data["regions"]]
    for name in known:
        if _squeezed(name) == _squeezed(region):
            return name
    # A name that is similar, but of another partition, would be dangerous advice.
    stem = _stem_of(region)
    same = [n for n in known if _stem_of(n) == stem and not n.endswith("-global")]
    if stem and re.fullmatch(rf"{stem}-?\d*", region) and _by_prefix(stem):
        return _by_prefix(stem)
    ratios = {n: SequenceMatcher(None, region.lower(), n).ratio() for n in same}
    close = max(ratios, key=lambda n: ratios[n])
    return close if ratios[close] >= _SIMILAR else ""


def _squeezed(name: str) -> str:
    return "".join(filter(str.isalnum, name.lower()))


def _partition_region(host: str) -> str:
    """Return a region of the partition that the DNS suffix of ``host`` is of; "" if of none."""
    for data in _partitions():
        outputs = data["outputs"]
        if host.endswith((f".{outputs['dnsSuffix']}", f".{outputs['dualStackDnsSuffix']}")):
            return str(outputs["implicitGlobalRegion"])
    return ""


@lru_cache(None)
def _partitions() -> list[dict[str, Any]]:
    from botocore.loaders import Loader

    partitions: list[dict[str, Any]] = Loader().load_data("partitions")["partitions"]
    return partitions
