"""The text of the script."""

from __future__ import annotations

from iamcli import __version__
from iamcli.cli.recreate import comments
from iamcli.cli.recreate.plan import Plan
from iamcli.cli.recreate.shell import comment, word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from iamcli.cli.recreate.selection import Selection

#: How the script ends before it changes anything.
_STOP = """\
stop() {
    printf '%s\\n' "recreate: $1; nothing was changed" >&2
    exit 1
}"""
_ACCOUNT = """\
is_account() {
    case $2 in
    "$account") ;;
    '') stop "the account of $1 is unknown; if it is $account, set IAMCLI_SKIP_ACCOUNT_CHECK=1" ;;
    *) stop "$1 uses account $2, but this script is for account $account" ;;
    esac
}"""
_IAM = (
    "is_account 'iam-*' "
    '"$(iamcli doctor --format json | sed -n \'s/^  "account": "\\([0-9]*\\)".*/\\1/p\')"'
)
_AWS = (
    "is_account aws \"$(AWS_PAGER='' aws sts get-caller-identity --query Account --output text)\""
)

_INSTALLED = "command -v aws >/dev/null || stop 'aws, which is needed, is not installed'"

#: Finds out whether a thing exists. An answer that does not say so ends the script.
_LOOK = """\
look() {
    thing=$1
    shift
    if answer=$("$@" 2>&1); then
        found=yes
        return
    fi
    found=no
    case $answer in
    "$1: NoSuchEntity: "*) ;;
    'An error occurred (NoSuchEntity) when '* | ?'An error occurred (NoSuchEntity) when '*) ;;
    'aws: [ERROR]: An error occurred (NoSuchEntity) when '*) ;;
    ?'aws: [ERROR]: An error occurred (NoSuchEntity) when '*) ;;
    *) stop "cannot find out whether $thing exists: $answer" ;;
    esac
}"""
#: The functions that lines of checks begin with.
_FUNCTIONS = {
    "absent": """\
absent() {
    look "$@"
    [ "$found" = no ] || stop "$thing exists"
}""",
    "present": """\
present() {
    look "$@"
    [ "$found" = yes ] || stop "$thing, which is needed, does not exist"
}""",
    "empty_or_absent": """\
empty_or_absent() {
    look "$@"
    case $found$answer in
    yes*:role/*) stop "$thing exists and contains a role" ;;
    esac
}""",
    "no_alias": """\
no_alias() {
    answer=$(iam-accountaliaslist) || stop "cannot find out whether the account has an alias"
    case $answer in
    'Alias: '*) stop "the account has an alias" ;;
    esac
}""",
}
#: What an unexpected end says.
_TRAP = """\
step=
trap 'if [ -n "$step" ]; then printf "%s\\n" "recreate: stopped at $step; what was created \\
before is kept" >&2; fi' EXIT"""
_TERMINAL = """\
[ -t 0 ] || stop 'passwords are typed, but standard input is not a terminal'"""


def script(selection: Selection) -> str:
    """Return the script that creates ``selection``."""
    plan = Plan(selection)
    parts = [list(_head(selection, plan))]
    if plan.steps:
        parts += [["set -eu"], *_checks(plan, selection.target), _TRAP.splitlines()]
        parts += [[f"step={word(title)}", *lines] for title, lines in plan.steps.items()]
        parts += [
            [f"step={word(f'the password of {title}')}", *lines]
            for title, lines in plan.passwords.items()
        ]
        parts += [["step="]]
    return "\n\n".join("\n".join(part) for part in parts)


def _head(selection: Selection, plan: Plan) -> Iterator[str]:
    of = f"a snapshot of account {selection.account}"
    if selection.target != selection.account:
        of += f", for account {selection.target}"
    yield "#!/bin/sh"
    yield comment(f"Made by iamcli recreate {__version__} from {selection.file},", "")
    yield comment(f"{of}, taken at {selection.snapshot['taken']}.", "")
    yield from _list("It creates, after it has checked that none of this exists:", plan.steps)
    lost = list(comments.lost(selection))
    if plan.steps:
        lost.append("IDs and dates: they are new, and policies that name the old IDs do not match")
    yield from _list("It cannot create:", lost)
    yield from _list("The snapshot does not say:", list(comments.unknown(selection)))
    # The values of others may have what a shell would expand without the quotes.
    yield "# shellcheck disable=SC1003,SC1112,SC2016"


def _list(title: str, entries: Collection[str]) -> Iterator[str]:
    if entries:
        yield "#"
        yield comment(title, "")
        yield from map(comment, entries)


def _checks(plan: Plan, account: str) -> Iterator[list[str]]:
    yield _STOP.splitlines()
    yield _ACCOUNT.splitlines()
    whose = [_IAM, _AWS] if plan.uses_aws else [_IAM]
    yield [
        *([_INSTALLED] if plan.uses_aws else []),
        f"account={word(account)}",
        'if [ "${IAMCLI_SKIP_ACCOUNT_CHECK-}" != 1 ]; then',
        *(f"    {line}" for line in whose),
        "fi",
    ]
    used = {line.split()[0] for line in plan.checks} & set(_FUNCTIONS)
    if used - {"no_alias"}:
        yield _LOOK.splitlines()
    for name, function in _FUNCTIONS.items():
        if name in used:
            yield function.splitlines()
    yield [*([_TERMINAL] if plan.passwords else []), *plan.checks]
