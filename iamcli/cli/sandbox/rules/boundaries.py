"""Permissions boundaries must be managed policies that exist."""

from __future__ import annotations

import re

from iamcli.cli.sandbox.refusals import Refusal, no_such_entity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from moto.iam.models import IAMBackend

    from iamcli.cli.sandbox.rules.kinds import Parameters


def boundary_exists(backend: IAMBackend, parameters: Parameters) -> None:
    """The ARN of a boundary must be a managed policy's, and the policy must exist.

    Evidence: recorded (CreateRole).
    """
    arn = parameters.get("PermissionsBoundary")
    if arn is None:
        return
    if not re.fullmatch(r"arn:[\w-]+:iam::(\d{12}|aws):policy/.+", arn, re.ASCII):
        raise Refusal("InvalidInput", f"ARN {arn} is not valid.")
    if arn not in backend.managed_policies:
        raise no_such_entity(f"Scope ARN: {arn} does not exist or is not attachable.")
