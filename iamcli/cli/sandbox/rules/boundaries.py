"""Permissions boundaries must be managed policies that exist."""

from __future__ import annotations

from iamcli.cli.sandbox.refusals import Refusal, no_such_entity
from iamcli.cli.sandbox.rules.entity_types import is_policy_arn

TYPE_CHECKING = False
if TYPE_CHECKING:
    from moto.iam.models import IAMBackend

    from iamcli.cli.sandbox.rules.entity_types import Parameters


def boundary_exists(backend: IAMBackend, parameters: Parameters) -> None:
    """The ARN of a boundary must be a managed policy's, and the policy must exist.

    Evidence: recorded (CreateRole).
    """
    arn = parameters.get("PermissionsBoundary")
    if arn is None:
        return
    if not is_policy_arn(arn):
        raise Refusal("InvalidInput", f"ARN {arn} is not valid.")
    if arn not in backend.managed_policies:
        raise no_such_entity(f"Scope ARN: {arn} does not exist or is not attachable.")
