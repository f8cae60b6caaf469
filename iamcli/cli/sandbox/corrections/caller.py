"""Who calls: the user whose key signs, or the account.

The sandbox's own key is the account's, and so is each key that the sandbox did not create, as
scripts bring their own. moto takes them for keys of a user that is in no list.
"""

from __future__ import annotations

from moto.iam.models import IAMBackend, User
from moto.sts.models import STSBackend
from moto.utilities.utils import get_partition

from iamcli.cli.sandbox.refusals import Refusal
from iamcli.client.model import full_model

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from iamcli.cli.sandbox.corrections.protocol import Request, Result

#: The account among the names of users: no user can have it. Credential reports call it so.
ROOT = "<root_account>"

_get_user = IAMBackend.get_user
_get_caller_identity = STSBackend.get_caller_identity


class Root(User):
    """The account as the owner of keys and certificates; it is in no list of users.

    Source: API reference, CreateAccessKey: without a user name the operation "works for access keys
    under the AWS account", and manages the credentials of its root user.
    """

    def __init__(self, iam: IAMBackend) -> None:
        super().__init__(iam.account_id, iam.region_name, ROOT)
        self.id = iam.account_id

    @property
    def arn(self) -> str:
        """The ARN of the account."""
        return account_arn(self)


def account_arn(of: Any) -> str:
    """Return the ARN of the account that ``of`` is in."""
    return f"arn:{get_partition(of.region_name)}:iam::{of.account_id}:root"


def root(iam: IAMBackend) -> Any:
    """Return the account as the owner of keys."""
    account = vars(iam).get("account_root")
    if account is None:
        account = iam.account_root = Root(iam)  # type: ignore[abstract, attr-defined]
    return account


def get_user(self: IAMBackend, name: str) -> Any:
    """Find the account too, for what a user and the account both have.

    Replaces ``IAMBackend.get_user``. Source: API reference, CreateAccessKey.
    """
    return root(self) if name == ROOT else _get_user(self, name)


def caller(iam: IAMBackend, access_key: str) -> Any:
    """Return the user that has the key ``access_key``, or the account.

    Raises Refusal for the keys of an assumed role. Source: recorded for GetUser and for
    DeleteAccessKey.
    """
    key: Any = iam.access_keys.get(access_key)
    if key and key.role_arn:
        message = "Must specify userName when calling with non-User credentials"
        raise Refusal("ValidationError", message)
    return (iam.users.get(key.user_name) if key else None) or root(iam)


def implied_user(iam: IAMBackend, request: Request) -> dict[str, str]:
    """Return the field ``UserName`` that a request lacks and that is known from its key, or none.

    Source: API reference, ListAccessKeys and others: "If a user name is not specified, the user
    name is determined implicitly based on the AWS access key ID signing the request."
    """
    shape: Any = full_model().operation_model(request.operation).input_shape
    optional = shape and "UserName" in set(shape.members) - set(shape.required_members)
    has_caller = optional or request.operation == "ChangePassword"
    if "UserName" in request.parameters or not has_caller:
        return {}
    return {"UserName": str(caller(iam, request.access_key).name)}


def shown_name(name: str) -> str | None:
    """Return the name of a user as responses have it: the account has none."""
    return None if name == ROOT else name


def as_user(iam: IAMBackend) -> Result:
    """Return what GetUser says about the account.

    Source: seen by users of the root key: the response has no ``UserName``, or the alias of the
    account, and the number of the account as ``UserId`` (github.com/grycap/scar/pull/181,
    github.com/realestate-com-au/credulous/issues/61).
    """
    account = root(iam)
    alias = iam.account_aliases[0] if iam.account_aliases else None
    return {
        "UserName": alias,
        "UserId": account.id,
        "Arn": account.arn,
        "CreateDate": account.create_date,
    }


def get_caller_identity(self: Any, access_key_id: str, region: str) -> tuple[str, str, str]:
    """Say that a key which the account did not give to a user is the account's.

    Replaces ``STSBackend.get_caller_identity``, which names a user ``moto``. Source: API reference
    of STS, GetCallerIdentity: the ARN and the number of the account.
    """
    user_id, arn, account = _get_caller_identity(self, access_key_id, region)
    # The ARN of a user that has this name is of IAM.
    if ":sts::" in arn and arn.endswith(":user/moto"):
        return account, account_arn(self), account
    return user_id, arn, account
