"""Puts the corrections into moto."""

from __future__ import annotations

from typing import Any

from moto.core.utils import camelcase_to_underscores
from moto.iam.models import IAMBackend
from moto.iam.responses import IamResponse
from moto.sts.models import STSBackend

# The modules register their functions when they are imported.
from iamcli.cli.sandbox.corrections import (  # noqa: F401
    account,
    certificates,
    devices,
    groups,
    keys,
    passwords,
    roles,
)
from iamcli.cli.sandbox.corrections.caller import ROOT, get_caller_identity, get_user, implied_user
from iamcli.cli.sandbox.corrections.policies import load_aws_policies_for
from iamcli.cli.sandbox.corrections.protocol import OPERATIONS, Request, as_moto_method
from iamcli.cli.sandbox.refusals import Refusal
from iamcli.client.model import full_model


def apply() -> None:
    """Correct moto in this process, which serves the sandbox and nothing else."""
    for operation, function in OPERATIONS.items():
        setattr(IamResponse, camelcase_to_underscores(operation), as_moto_method(function))
    for operation in full_model().operation_names:
        name = camelcase_to_underscores(operation)
        if not hasattr(IamResponse, name):
            setattr(IamResponse, name, _absent)
    IAMBackend.get_user = get_user  # type: ignore[method-assign]
    STSBackend.get_caller_identity = get_caller_identity  # type: ignore[method-assign]


def prepare(
    iam: IAMBackend, access_key: str, operation: str, parameters: dict[str, Any]
) -> dict[str, str]:
    """Return the fields that moto needs besides those of a request, and complete ``parameters``.

    Before the rules, it adds the policies that AWS manages to ``iam``, if the request is about
    them, and the user whose key signs to ``parameters``. The rules know only users; the account
    calls if there is none.
    """
    load_aws_policies_for(iam, operation, parameters)
    implied = implied_user(iam, access_key, operation, parameters)
    if implied.get("UserName") != ROOT:
        parameters |= implied
    return implied


def _absent(self: IamResponse) -> None:
    """Refuse an operation that moto lacks, at which it fails with status 500.

    Source: none; the service has all operations.
    """
    message = f"The sandbox does not have the operation {Request(self).operation}."
    raise Refusal("NotImplemented", message)
