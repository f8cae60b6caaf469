"""Access keys."""

from __future__ import annotations

from iamcli.errors import MissingOperation
from iamcli.operations.pagination import Listing
from iamcli.output.lines import Note, RequireOutput
from iamcli.parsing.options import NEEDED, Option
from iamcli.parsing.shared import KEY, OUTPUT_FILE, OWN_USER, PAGING, STATUS
from iamcli.runner import command

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iamcli.operations.service import IAM
    from iamcli.output.lines import Lines

#: -k is not required here: like the original, the command sends the request without it.
_LIMITS = f"{KEY.limits}; {NEEDED}"

_UNKNOWN = ("unknown", "unknown", "unknown")
LAST_USED = Option("-l", None, "last_used", "also print when each key was created and last used")


@command(
    OWN_USER,
    OUTPUT_FILE.replace(help="save the access key in this file and print only its ID"),
    creates=True,
    secret=True,
)
def useraddkey(iam: IAM, user: str | None, file: str | None) -> Lines:
    """Create an access key for a user and print or save its ID and secret.

    Programs sign requests with the access key.
    A new key may take up to 15 seconds to work.
    With -o, the key is saved in a file and its secret is not printed; the commands read this file
    if AWS_CREDENTIAL_FILE names it.
    A user can have up to two access keys.
    For people, and for programs that can use a role, AWS recommends temporary credentials instead;
    see iam-today(7).

    With an access key of the root user and without -u, the command creates another key for the root
    user.
    AWS recommends that the root user have no access key.

    Does: generates an access key ID and a secret access key with which programs can act as a user.
    Notes: If the secret access key cannot be printed or saved, the key is deleted.
    Warning: The secret access key cannot be retrieved later; if you lose it, create a new key.
    Output: The access key ID, and the secret access key on the next line.
    With -o: only the access key ID; the file contains the lines `AWSAccessKeyId=ID` and
      `AWSSecretKey=SECRET`.
    Differs: The original had no -o.
    Example: Create an access key.
      $ iam-useraddkey -u bob
    Example: Create an access key in a credential file.
      $ iam-useraddkey -u bob -o bob.key
    Calls: CreateAccessKey
    """
    from iamcli.operations import one_time_secrets

    if file is None:
        yield RequireOutput()
        yield from one_time_secrets.key_shown(iam, user)
        return
    with one_time_secrets.NewFile(file, "the access key") as new:
        new.create()
        key_id = one_time_secrets.key_saved(iam, user, new)
    yield key_id


@command(KEY.replace(required=False, limits=_LIMITS), STATUS, OWN_USER)
def usermodkey(iam: IAM, key: str | None, status: str, user: str | None) -> None:
    """Activate or deactivate an access key, for example to rotate keys.

    Requests signed with an inactive key are refused; you can activate it again at any time.

    To rotate keys, create a second key with iam-useraddkey(1), switch your programs to it, and
    deactivate the first key.
    When everything works without the first key, delete it with iam-userdelkey(1).

    Does: sets the status of an access key to Active or Inactive.
    Output: Nothing.
    Example: Deactivate an access key.
      $ iam-usermodkey -u bob -k AKIAIOSFODNN7EXAMPLE -s Inactive
    Calls: UpdateAccessKey
    """
    iam.call("UpdateAccessKey", AccessKeyId=key, Status=status, UserName=user)


@command(KEY, OWN_USER)
def userdelkey(iam: IAM, key: str, user: str | None) -> None:
    """Delete a user's access key.

    To find out whether the key is still in use, show its last use with option -l of
    iam-userlistkeys(1), or first deactivate the key with iam-usermodkey(1).

    Does: removes an access key from its user.
    Warning: Requests signed with the key are refused from then on, and the key cannot be restored.
    Output: Nothing.
    Example: Delete an access key.
      $ iam-userdelkey -u bob -k AKIAIOSFODNN7EXAMPLE
    Calls: DeleteAccessKey
    """
    iam.call("DeleteAccessKey", AccessKeyId=key, UserName=user)


@command(OWN_USER, LAST_USED, *PAGING, multiline=True)
def userlistkeys(
    iam: IAM, user: str | None, last_used: bool, max_items: int | None, marker: str | None
) -> Lines:
    """List a user's access keys, their status and last use, to rotate keys.

    Does: prints the ID of each access key of a user, and whether the key is active.
    Output: Two lines per key: its ID, then its status, such as `Active` or `Inactive`; then the
      footer.
    With -l: a third line per key with four fields, separated by tabs: the date on which the key was
      created, the date of its last use or `never`, and the region and the service of its last use.
    Each of the last three fields is `unknown` if your access key is not allowed to read the last
      use or the server does not support the operation.
    The secret access keys are not printed, because the service does not return them.
    Differs: The original had no -l.
    Example: List a user's access keys.
      $ iam-userlistkeys -u bob
    Example: List a user's access keys with their last use.
      $ iam-userlistkeys -u bob -l
    Calls: ListAccessKeys, GetAccessKeyLastUsed
    """
    listing = Listing(iam, "ListAccessKeys", max_items, marker, UserName=user)
    unknown = None
    for key in listing.entries("AccessKeyMetadata"):
        yield key["AccessKeyId"]
        yield key["Status"]
        if last_used:
            try:
                use = unknown or _last_use(iam, key["AccessKeyId"])
            except MissingOperation:
                use = unknown = _UNKNOWN
                yield Note("the server does not tell when access keys were last used")
            yield "\t".join([key.get("CreateDate", "unknown"), *use])
    yield from listing.footer()


def _last_use(iam: IAM, key: str) -> tuple[str, str, str]:
    """Return when, in which region and for which service a key was last used.

    Source: GetAccessKeyLastUsed, which returns N/A for a key that was never used.
    """
    answer = iam.call_if_permitted("GetAccessKeyLastUsed", AccessKeyId=key)
    if answer is None:
        return _UNKNOWN
    use = answer["AccessKeyLastUsed"]
    return use.get("LastUsedDate", "never"), use.get("Region", "N/A"), use.get("ServiceName", "N/A")
