"""AccessDenied, InvalidUserType, UnmodifiableEntity: what exists, but the caller cannot change."""

from __future__ import annotations

from iamcli.cli.sandbox.refusals import Refusal
from iamcli.cli.sandbox.rules.entity_types import ROLE, USER, Backend, Parameters, is_policy_of_aws


def role_is_not_protected(backend: Backend, parameters: Parameters) -> None:
    """A role of a service, or of IAM Identity Center, is changed by AWS only.

    Evidence: recorded (DeleteRole of AWSServiceRoleForSupport); reported for /aws-reserved/
    (UpdateAssumeRolePolicy of a role of IAM Identity Center).
    """
    role = ROLE.find(backend, parameters)
    if role.path.startswith(("/aws-service-role/", "/aws-reserved/")):
        message = f"Cannot perform the operation on the protected role '{role.name}'"
        raise Refusal("UnmodifiableEntity", f"{message} - this role is only modifiable by AWS")


def policy_is_of_this_account(_backend: Backend, parameters: Parameters) -> None:
    """A policy of AWS cannot be changed. Evidence: recorded (DeletePolicyVersion)."""
    if is_policy_of_aws(parameters["PolicyArn"]):
        message = "Cannot delete policy versions for policies outside your own account."
        raise Refusal("AccessDenied", message)


def caller_is_a_user(_backend: Backend, parameters: Parameters) -> None:
    """Only users change their password. Evidence: aws-cli's examples, except for the wording."""
    if "UserName" not in parameters:
        raise Refusal("InvalidUserType", "Only IAM Users can change their own password.")


def old_password_is_right(backend: Backend, parameters: Parameters) -> None:
    """A user knows the old password. Evidence: the API reference, except for the wording."""
    user = USER.find(backend, parameters)
    # The passwords of a copy are not known.
    known = user.password != vars(user).get("unknown_password")
    if known and parameters["OldPassword"] != user.password:
        raise Refusal("AccessDenied", "The old password is not correct.")
