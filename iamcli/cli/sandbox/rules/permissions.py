"""AccessDenied, UnmodifiableEntity: what exists, but cannot be changed."""

from __future__ import annotations

from iamcli.cli.sandbox.refusals import Refusal
from iamcli.cli.sandbox.rules.entity_types import ROLE, Backend, Parameters, is_policy_of_aws


def role_is_not_protected(backend: Backend, parameters: Parameters) -> None:
    """A role of a service, or of IAM Identity Center, is changed by AWS only.

    Evidence: recorded (DeleteRole of AWSServiceRoleForSupport); reported for /aws-reserved/
    (UpdateAssumeRolePolicy of a role of IAM Identity Center).
    """
    role = ROLE.find(backend, parameters)
    if role.path.startswith(("/aws-service-role/", "/aws-reserved/")):
        raise Refusal(
            "UnmodifiableEntity",
            f"Cannot perform the operation on the protected role '{role.name}' - this role is only "
            "modifiable by AWS",
        )


def policy_is_of_this_account(_backend: Backend, parameters: Parameters) -> None:
    """A policy of AWS cannot be changed. Evidence: recorded (DeletePolicyVersion)."""
    if is_policy_of_aws(parameters["PolicyArn"]):
        raise Refusal(
            "AccessDenied", "Cannot delete policy versions for policies outside your own account."
        )
