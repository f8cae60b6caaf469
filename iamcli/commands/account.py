"""The account."""

from __future__ import annotations

from iamcli.command import command
from iamcli.options import ALIAS, PAGING, Option, whole_number
from iamcli.paging import Listing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from iamcli.iam import IAM
    from iamcli.text import Lines

MAY_CHANGE = Option("-a", None, "may_change", "users may change their own passwords")
LOWERCASE = Option("-l", None, "lowercase", "a password must have a lower-case letter")
LENGTH = Option(
    "-m",
    "MINIMUMPASSWORDLENGTH",
    "length",
    "a password must have at least this many characters",
    limits="a whole number; the service takes 6 to 128",
    convert=whole_number(-(1 << 31), (1 << 31) - 1),
)
NUMBERS = Option("-n", None, "numbers", "a password must have a digit")
SYMBOLS = Option("-s", None, "symbols", "a password must have a sign that is no letter or digit")
UPPERCASE = Option("-u", None, "uppercase", "a password must have an upper-case letter")


@command("iam-accountaliascreate", ALIAS)
def accountaliascreate(iam: IAM, alias: str) -> Lines:
    """Give the account an alias.

    Users then sign in at https://ALIAS.signin.aws.amazon.com/console.
    An account has one alias; a new one replaces it.
    No other account may have the same.

    Output: Nothing.
    Example: iam-accountaliascreate -a example
    Calls: CreateAccountAlias
    """
    iam.call("CreateAccountAlias", AccountAlias=alias)
    yield from ()


@command("iam-accountaliasdelete", ALIAS)
def accountaliasdelete(iam: IAM, alias: str) -> Lines:
    """Take the account's alias away.

    Users then sign in with the account's number, and another account may take the alias.

    Output: Nothing.
    Example: iam-accountaliasdelete -a example
    Calls: DeleteAccountAlias
    """
    iam.call("DeleteAccountAlias", AccountAlias=alias)
    yield from ()


@command("iam-accountaliaslist", *PAGING)
def accountaliaslist(iam: IAM, max_items: int | None, marker: str | None) -> Lines:
    """Show the account's alias.

    Output: Alias: and the alias, where there is one; then the footer.
    Example: iam-accountaliaslist
    Calls: ListAccountAliases
    """
    listing = Listing(iam, "ListAccountAliases", max_items, marker)
    for alias in listing.entries("AccountAliases"):
        yield f"Alias: {alias}"
    yield from listing.footer()


@command("iam-accountgetsummary")
def accountgetsummary(iam: IAM) -> Lines:
    """Show how many of what the account holds, and its quotas.

    Output: One line an entry, key, colon, blank and number, sorted by key.
    Example: iam-accountgetsummary
    Calls: GetAccountSummary
    """
    yield from _sorted(iam.call("GetAccountSummary").get("SummaryMap", {}))


@command("iam-accountgetpasswordpolicy")
def accountgetpasswordpolicy(iam: IAM) -> Lines:
    """Show what the account demands of passwords.

    Output: One line a rule, key, colon, blank and value, sorted by key; a rule that is on or off
      is true or false.
    Where the account has no password policy the service's NoSuchEntity stands on standard error,
      and the exit status is 1.
    Example: iam-accountgetpasswordpolicy
    Calls: GetAccountPasswordPolicy
    """
    yield from _sorted(iam.call("GetAccountPasswordPolicy")["PasswordPolicy"])


def _sorted(entries: dict[str, Any]) -> Lines:
    for key, value in sorted(entries.items()):
        shown = str(value).lower() if isinstance(value, bool) else value
        yield f"{key}: {shown}"


@command("iam-accountmodpasswordpolicy", MAY_CHANGE, LOWERCASE, LENGTH, NUMBERS, SYMBOLS, UPPERCASE)
def accountmodpasswordpolicy(
    iam: IAM,
    may_change: bool,
    lowercase: bool,
    length: int | None,
    numbers: bool,
    symbols: bool,
    uppercase: bool,
) -> Lines:
    """Set what the account demands of passwords.

    The whole policy is replaced: a rule that is not given falls back to the service's default,
    which is 6 characters and nothing else.
    Passwords that users have already are not judged again.

    Output: Nothing.
    Example: iam-accountmodpasswordpolicy -m 12 -l -u -n -a
    Calls: UpdateAccountPasswordPolicy
    """
    iam.call(
        "UpdateAccountPasswordPolicy",
        MinimumPasswordLength=length,
        RequireLowercaseCharacters=lowercase or None,
        RequireUppercaseCharacters=uppercase or None,
        RequireNumbers=numbers or None,
        RequireSymbols=symbols or None,
        AllowUsersToChangePassword=may_change or None,
    )
    yield from ()


@command("iam-accountdelpasswordpolicy")
def accountdelpasswordpolicy(iam: IAM) -> Lines:
    """Delete what the account demands of passwords.

    The service's default holds then.

    Output: Nothing.
    Example: iam-accountdelpasswordpolicy
    Calls: DeleteAccountPasswordPolicy
    """
    iam.call("DeleteAccountPasswordPolicy")
    yield from ()
