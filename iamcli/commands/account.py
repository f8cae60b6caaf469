"""The account."""

from __future__ import annotations

from iamcli.errors import Failure, ServiceError
from iamcli.operations.pagination import Listing
from iamcli.output.lines import Note
from iamcli.parsing.options import Option, whole_number
from iamcli.parsing.shared import ALIAS, PAGING
from iamcli.runner import command

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from iamcli.operations.service import IAM
    from iamcli.output.lines import Lines

MAY_CHANGE = Option("-a", None, "may_change", "let users change their own passwords")
LOWERCASE = Option("-l", None, "lowercase", "require a lower-case letter")
LENGTH = Option(
    "-m",
    "MINIMUMPASSWORDLENGTH",
    "length",
    "at least this many characters",
    limits="a whole number from 6 to 128",
    brief="6 to 128",
    default="`6`",
    convert=whole_number(-(1 << 31), (1 << 31) - 1),
)
NUMBERS = Option("-n", None, "numbers", "require a digit")
SYMBOLS = Option("-s", None, "symbols", "require a symbol", limits="one of `!@#$%^&*()_+-=[]{}|'`")
UPPERCASE = Option("-u", None, "uppercase", "require an upper-case letter")
RESET = Option(
    "--reset",
    None,
    "reset",
    "reset every rule to its default",
    brief="use no other option",
    excludes=("-a", "-l", "-m", "-n", "-s", "-u"),
    conflict="--reset resets every rule; use it without other options",
)

#: The rules of a password policy that have a switch, by the ``dest`` of the switch.
RULES = {
    "lowercase": "RequireLowercaseCharacters",
    "uppercase": "RequireUppercaseCharacters",
    "numbers": "RequireNumbers",
    "symbols": "RequireSymbols",
    "may_change": "AllowUsersToChangePassword",
}
#: The rules of a password policy that have no option.
KEPT = ("MaxPasswordAge", "PasswordReusePrevention", "HardExpiry")


@command(ALIAS, creates=True)
def accountaliascreate(iam: IAM, alias: str) -> None:
    """Create or replace the account alias.

    With the alias `example`, users can sign in at https://example.signin.aws.amazon.com/console.
    In other partitions, the URL is different; see iam-today(7).
    The sign-in URL with the account ID still works.
    An alias must be unique among all accounts in the partition.

    Does: sets a name that stands for the account ID in the sign-in URL.
    Warning: An account has only one alias; if you create another, it replaces the first, and the
    sign-in URL with the first alias stops working.
    Output: Nothing.
    Example: Create an account alias.
      $ iam-accountaliascreate -a example
    Calls: CreateAccountAlias
    """
    iam.call("CreateAccountAlias", AccountAlias=alias)


@command(ALIAS)
def accountaliasdelete(iam: IAM, alias: str) -> None:
    """Delete the account alias.

    Users must then use the sign-in URL with the account ID.
    Another account can take the alias.

    Does: removes the name that stands for the account ID in the sign-in URL.
    Output: Nothing.
    Example: Delete the account alias.
      $ iam-accountaliasdelete -a example
    Calls: DeleteAccountAlias
    """
    iam.call("DeleteAccountAlias", AccountAlias=alias)


@command(*PAGING)
def accountaliaslist(iam: IAM, max_items: int | None, marker: str | None) -> Lines:
    """Show the account alias.

    Does: prints the name that stands for the account ID in the sign-in URL.
    Output: `Alias:`, a space and the alias, if the account has one; then the footer.
    Example: Show the account alias.
      $ iam-accountaliaslist
    Calls: ListAccountAliases
    """
    listing = Listing(iam, "ListAccountAliases", max_items, marker)
    for alias in listing.entries("AccountAliases"):
        yield f"Alias: {alias}"
    yield from listing.footer()


@command()
def accountgetsummary(iam: IAM) -> Lines:
    """Show the account's resource counts and quotas.

    For example, `Users` is the number of users in the account and `UsersQuota` is the maximum.
    `AccountMFAEnabled` and `AccountAccessKeysPresent` concern the root user.
    The default quotas are listed in iam-today(7).
    The service may add entries at any time.

    Does: prints how many users, groups, roles and other entities exist and how many may exist.
    Output: One line per entry: the key, a colon, a space and the number; sorted by key.
    Example: Show the resource counts and quotas.
      $ iam-accountgetsummary
    Calls: GetAccountSummary
    """
    yield from _sorted(iam.call("GetAccountSummary")["SummaryMap"])


@command()
def accountgetpasswordpolicy(iam: IAM) -> Lines:
    """Show the account's password policy.

    If the account has no password policy, the service returns the error `NoSuchEntity`, and the
    exit status is 1.
    The default password policy of AWS then applies; see iam-accountdelpasswordpolicy(1).
    A password policy does not apply to the root user.

    Does: prints the rules that the passwords of users must follow.
    Output: One line per rule: the key, a colon, a space and the value; sorted by key.
    If a rule can only be on or off, the value is `true` or `false`.
    Example: Show the password policy.
      $ iam-accountgetpasswordpolicy
    Calls: GetAccountPasswordPolicy
    """
    yield from _sorted(iam.call("GetAccountPasswordPolicy")["PasswordPolicy"])


def _sorted(entries: dict[str, Any]) -> Lines:
    for key, value in sorted(entries.items()):
        yield f"{key}: {_as_text(value)}"


def _as_text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


@command(MAY_CHANGE, LOWERCASE, LENGTH, NUMBERS, SYMBOLS, UPPERCASE, RESET)
def accountmodpasswordpolicy(iam: IAM, length: int | None, reset: bool, **switches: bool) -> Lines:
    """Set the account's password policy.

    The service replaces the whole policy with the rules that you specify.
    On a terminal, but not in strict mode, the command refuses to run without options; specify
    --reset.

    The rules `MaxPasswordAge`, `PasswordReusePrevention` and `HardExpiry` have no option.
    If you specify rules, the command reads the current policy, keeps these three rules, and names
    them on standard error.
    If you specify no options or only --reset, or in strict mode, the command does not read the
    policy, and the service resets these rules.

    Does: sets the rules that the passwords of users must follow.
    Notes: If your access key is not allowed to read the policy, the command continues, and standard
    error says that the three rules may have been reset.
    The policy applies when a password is set or changed; existing passwords still work.
    The policy does not apply to the root user.
    Warning: Rules that you omit are turned off; without options, all rules are reset.
    Output: Nothing.
    Differs: The original did not read the current policy, so it reset the three rules.
    The original had no --reset; without options it reset the policy on a terminal, too.
    Example: Require 12 characters of three kinds, and let users change their own passwords.
      $ iam-accountmodpasswordpolicy -m 12 -l -u -n -a
    Example: Reset every rule to its default.
      $ iam-accountmodpasswordpolicy --reset
    Calls: GetAccountPasswordPolicy, UpdateAccountPasswordPolicy
    """
    rules: dict[str, Any] = {} if length is None else {"MinimumPasswordLength": length}
    rules |= {rule: True for dest, rule in RULES.items() if switches[dest]}
    names = ", ".join(["MinimumPasswordLength", *RULES.values(), *KEPT])
    if not (rules or reset) and iam.interactive:
        raise Failure(f"without options, these rules are reset: {names}; to do so, use --reset")
    kept, note = _kept(iam) if rules and not iam.strict else ({}, "")
    if not rules and iam.on_terminal:
        note = f"reset to their defaults: {names}"
    iam.call("UpdateAccountPasswordPolicy", **rules, **kept)
    if note:
        yield Note(note)


def _kept(iam: IAM) -> tuple[dict[str, Any], str]:
    """Return the rules of the current policy that have no option, and what to say about them.

    Raises Failure if the policy cannot be read, unless there is none or reading is not permitted.
    Source: GetAccountPasswordPolicy; LEGACY.md ("The rules of the password policy").
    """
    try:
        policy = iam.call("GetAccountPasswordPolicy")["PasswordPolicy"]
    except ServiceError as error:
        if error.code == "NoSuchEntity":
            return {}, ""
        if error.denied:
            reset = f"these rules may have been reset: {', '.join(KEPT)}"
            return {}, f"the current policy may not be read; {reset}"
        raise
    # The service accepts no age or count below 1.
    kept = {name: policy[name] for name in KEPT if policy.get(name)}
    named = ", ".join(f"{name} {_as_text(value)}" for name, value in kept.items())
    return kept, f"kept from the current policy: {named}" if kept else ""


@command()
def accountdelpasswordpolicy(iam: IAM) -> None:
    """Delete the account's password policy.

    The default password policy of AWS then applies.
    This policy requires at least 8 characters, and at least three of these four kinds: upper-case
    letters, lower-case letters, digits and symbols.
    The password must not be the name or e-mail address of the account.

    Does: removes the rules that the account has set for passwords.
    Output: Nothing.
    Example: Delete the password policy.
      $ iam-accountdelpasswordpolicy
    Calls: DeleteAccountPasswordPolicy
    """
    iam.call("DeleteAccountPasswordPolicy")
