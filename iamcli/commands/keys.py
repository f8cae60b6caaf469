"""Access keys."""

from __future__ import annotations

from iamcli import onetime
from iamcli.command import command
from iamcli.options import KEY, OWN_USER, PAGING, STATUS
from iamcli.paging import Listing
from iamcli.text import READY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iamcli.iam import IAM
    from iamcli.text import Lines


@command("iam-useraddkey", OWN_USER)
def useraddkey(iam: IAM, user: str | None) -> Lines:
    """Create an access key for a user.

    The key is active at once.
    Its secret is shown here and never again; a secret that is lost can only be replaced by a new
    key.
    Where it cannot be written, the key is deleted again.
    A user has at most two access keys.

    Output: The access key's id, and on the next line its secret.
    Example: iam-useraddkey -u bob
    Calls: CreateAccessKey
    """
    yield READY
    yield from onetime.access_key(iam, user)


@command("iam-usermodkey", KEY.optional, STATUS, OWN_USER)
def usermodkey(iam: IAM, key: str | None, status: str, user: str | None) -> Lines:
    """Make an access key active or inactive.

    Requests signed with an inactive key are refused; the key can be made active again.

    Output: Nothing.
    Example: iam-usermodkey -u bob -k AKIAIOSFODNN7EXAMPLE -s Inactive
    Calls: UpdateAccessKey
    """
    iam.call("UpdateAccessKey", AccessKeyId=key, Status=status, UserName=user)
    yield from ()


@command("iam-userdelkey", KEY, OWN_USER)
def userdelkey(iam: IAM, key: str, user: str | None) -> Lines:
    """Delete a user's access key.

    Requests signed with the key are refused from then on; it cannot be brought back.

    Output: Nothing.
    Example: iam-userdelkey -u bob -k AKIAIOSFODNN7EXAMPLE
    Calls: DeleteAccessKey
    """
    iam.call("DeleteAccessKey", AccessKeyId=key, UserName=user)
    yield from ()


@command("iam-userlistkeys", OWN_USER, *PAGING)
def userlistkeys(iam: IAM, user: str | None, max_items: int | None, marker: str | None) -> Lines:
    """List a user's access keys.

    Output: Two lines a key: its id, then Active or Inactive; then the footer.
    Secrets are never shown.
    Example: iam-userlistkeys -u bob
    Calls: ListAccessKeys
    """
    listing = Listing(iam, "ListAccessKeys", max_items, marker, UserName=user)
    for key in listing.entries("AccessKeyMetadata"):
        yield key["AccessKeyId"]
        yield key["Status"]
    yield from listing.footer()
