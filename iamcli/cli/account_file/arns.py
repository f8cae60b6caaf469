"""The ARNs in a snapshot, and the account that they name."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any


def is_account(text: str) -> bool:
    """Return whether ``text`` is an account number: twelve digits."""
    return bool(re.fullmatch("[0-9]{12}", text))


def arns(snapshot: Mapping[str, Any]) -> Iterator[str]:
    """Yield the ARNs of the entities of ``snapshot``."""
    return (arn for _, arn in places(snapshot))


def places(snapshot: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the place of each ARN of an entity, such as "users[3].Arn", and the ARN."""
    for member in ("users", "groups", "roles", "policies", "instance_profiles"):
        for number, entity in enumerate(snapshot[member]):
            yield f"{member}[{number}].Arn", entity["Arn"]
    for number, certificate in enumerate(snapshot.get("server_certificates", ())):
        where = f"server_certificates[{number}].ServerCertificateMetadata.Arn"
        yield where, certificate["ServerCertificateMetadata"]["Arn"]
    for number, device in enumerate(snapshot.get("virtual_mfa_devices", ())):
        yield f"virtual_mfa_devices[{number}].SerialNumber", device["SerialNumber"]


def account(snapshot: Mapping[str, Any]) -> str | None:
    """Return the account number in the first ARN of ``snapshot`` that has one."""
    return next(filter(is_account, map(owner_of, arns(snapshot))), None)


def owner_of(arn: str) -> str:
    """Return the account number in an ARN, or ``aws`` for what AWS manages."""
    parts = arn.split(":")
    return parts[4] if len(parts) > 5 else ""  # noqa: PLR2004 - arn:PARTITION:iam::OWNER:NAME
