"""The account."""

from __future__ import annotations

from iamcli.operations.pagination import Listing
from iamcli.parsing.options import Option
from iamcli.parsing.shared import ALIAS, PAGING
from iamcli.parsing.types import whole_number
from iamcli.runner import command

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from iamcli.client.service import IAM
    from iamcli.output.lines import Lines

MAY_CHANGE = Option("-a", None, "may_change", "users may change their own passwords")
LOWERCASE = Option("-l", None, "lowercase", "a password must have a lower-case letter")
LENGTH = Option(
    "-m",
    "MINIMUMPASSWORDLENGTH",
    "length",
    "a password must have at least this many characters",
    limits="a whole number; the service takes 6 to 128",
    default="`6`",
    convert=whole_number(-(1 << 31), (1 << 31) - 1),
)
NUMBERS = Option("-n", None, "numbers", "a password must have a digit")
SYMBOLS = Option(
    "-s",
    None,
    "symbols",
    "a password must have a sign",
    limits="one of `!@#$%^&*()_+-=[]{}|'`",
)
UPPERCASE = Option("-u", None, "uppercase", "a password must have an upper-case letter")


@command("iam-accountaliascreate", ALIAS)
def accountaliascreate(iam: IAM, alias: str) -> Lines:
    """Give the account an alias.

    With the alias example users sign in at https://example.signin.aws.amazon.com/console, besides
    the address with the account's number.
    An account has one alias; a new one replaces it, and the old address stops working.
    No two accounts have the same alias.

    Output: Nothing.
    Example: Give the account an alias.
      $ iam-accountaliascreate -a example
    Calls: CreateAccountAlias
    """
    iam.call("CreateAccountAlias", AccountAlias=alias)
    yield from ()


@command("iam-accountaliasdelete", ALIAS)
def accountaliasdelete(iam: IAM, alias: str) -> Lines:
    """Take the account's alias away.

    Users then sign in at the address with the account's number, and another account may take the
    alias.

    Output: Nothing.
    Example: Take the alias away.
      $ iam-accountaliasdelete -a example
    Calls: DeleteAccountAlias
    """
    iam.call("DeleteAccountAlias", AccountAlias=alias)
    yield from ()


@command("iam-accountaliaslist", *PAGING)
def accountaliaslist(iam: IAM, max_items: int | None, marker: str | None) -> Lines:
    """Show the account's alias.

    Output: `Alias:`, a blank and the alias, where there is one; then the footer.
    Example: Show the alias.
      $ iam-accountaliaslist
    Calls: ListAccountAliases
    """
    listing = Listing(iam, "ListAccountAliases", max_items, marker)
    for alias in listing.entries("AccountAliases"):
        yield f"Alias: {alias}"
    yield from listing.footer()


@command("iam-accountgetsummary")
def accountgetsummary(iam: IAM) -> Lines:
    """Show how many of what the account holds, and its quotas.

    Which keys there are is up to the service, which adds new ones over the years.

    Output: One line an entry: key, colon, blank and number, sorted by key.
    Example: Show all of it.
      $ iam-accountgetsummary
    Calls: GetAccountSummary
    """
    yield from _sorted(iam.call("GetAccountSummary").get("SummaryMap", {}))


@command("iam-accountgetpasswordpolicy")
def accountgetpasswordpolicy(iam: IAM) -> Lines:
    """Show what the account demands of passwords.

    Where the account has no password policy the service answers `NoSuchEntity`, and the exit status
    is 1.

    Output: One line a rule: key, colon, blank and value, sorted by key; a rule that is on or off
      has the value `true` or `false`.
    Example: Show the rules.
      $ iam-accountgetpasswordpolicy
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

    The whole policy is replaced: a rule that is not given falls back to 6 characters and nothing
    else.
    That goes for rules that this command has no options for too: passwords never expire then, and
    old ones may be used again.
    Passwords that users have already are judged when they are changed next.

    Output: Nothing.
    Example: Demand 12 characters of three kinds, and let users change their passwords.
      $ iam-accountmodpasswordpolicy -m 12 -l -u -n -a
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

    The default of AWS holds then: 8 characters of at least three kinds, and no password that is the
    account's name or e-mail address.

    Output: Nothing.
    Example: Delete the password policy.
      $ iam-accountdelpasswordpolicy
    Calls: DeleteAccountPasswordPolicy
    """
    iam.call("DeleteAccountPasswordPolicy")
    yield from ()
