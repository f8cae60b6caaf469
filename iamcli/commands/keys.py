"""Access keys."""

from __future__ import annotations

from iamcli.operations import one_time_secrets
from iamcli.operations.pagination import Listing
from iamcli.output.lines import RequireOutput
from iamcli.parsing.shared import KEY, OWN_USER, PAGING, STATUS
from iamcli.runner import command

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iamcli.client.service import IAM
    from iamcli.output.lines import Lines

#: The original sent the request without the key, and so do we.
NEEDED = f"{KEY.limits}; the service refuses a request without it"


@command("iam-useraddkey", OWN_USER)
def useraddkey(iam: IAM, user: str | None) -> Lines:
    """Create an access key for a user.

    With the key programs sign requests as the user; it is active at once.
    Its secret is shown here and never again; one that is lost can only be replaced by a new key.
    Where it cannot be written, the key is deleted again.
    A user has at most two access keys.

    Output: The access key's id, and on the next line its secret.
    Example: Create an access key.
      $ iam-useraddkey -u bob
    Calls: CreateAccessKey
    """
    yield RequireOutput()
    yield from one_time_secrets.access_key(iam, user)


@command("iam-usermodkey", KEY.replace(required=False, limits=NEEDED), STATUS, OWN_USER)
def usermodkey(iam: IAM, key: str | None, status: str, user: str | None) -> Lines:
    """Make an access key active or inactive.

    Requests signed with an inactive key are refused; the key can be made active again.
    To replace a key, create the second, put it to use, make the first inactive, and delete it with
    iam-userdelkey(1) once nothing has missed it.

    Output: Nothing.
    Example: Make a key inactive.
      $ iam-usermodkey -u bob -k AKIAIOSFODNN7EXAMPLE -s Inactive
    Calls: UpdateAccessKey
    """
    iam.call("UpdateAccessKey", AccessKeyId=key, Status=status, UserName=user)
    yield from ()


@command("iam-userdelkey", KEY, OWN_USER)
def userdelkey(iam: IAM, key: str, user: str | None) -> Lines:
    """Delete a user's access key.

    Requests signed with it are refused from then on, and it cannot be brought back;
    iam-usermodkey(1) makes a key inactive for a trial.

    Output: Nothing.
    Example: Delete a key.
      $ iam-userdelkey -u bob -k AKIAIOSFODNN7EXAMPLE
    Calls: DeleteAccessKey
    """
    iam.call("DeleteAccessKey", AccessKeyId=key, UserName=user)
    yield from ()


@command("iam-userlistkeys", OWN_USER, *PAGING)
def userlistkeys(iam: IAM, user: str | None, max_items: int | None, marker: str | None) -> Lines:
    """List a user's access keys.

    Output: Two lines a key: its id, then `Active` or `Inactive`; then the footer.
    The secrets cannot be shown.
    Example: List a user's keys.
      $ iam-userlistkeys -u bob
    Calls: ListAccessKeys
    """
    listing = Listing(iam, "ListAccessKeys", max_items, marker, UserName=user)
    for key in listing.entries("AccessKeyMetadata"):
        yield key["AccessKeyId"]
        yield key["Status"]
    yield from listing.footer()
