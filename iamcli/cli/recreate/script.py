"""The text of the script."""

from __future__ import annotations

from itertools import chain

from iamcli import __version__
from iamcli.cli.recreate import comments
from iamcli.cli.recreate.content import ScriptContent
from iamcli.cli.recreate.shell import word
from iamcli.errors import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamcli.cli.recreate.selection import Selection

#: What is before the checks, in parts; ``account`` gets its value. ``stop`` ends the script before
#: it changes anything, and ``look`` finds out whether a thing exists: an answer that does not say
#: so ends the script, too. Lines with ``aws`` are left out if nothing uses it.
_BEFORE = """\
set -eu

stop() {
    printf '%s\\n' "recreate: $1; nothing was changed" >&2
    exit 1
}

is_account() {
    case $2 in
    "$account") ;;
    '') stop "the account of $1 is unknown; if it is $account, set IAMCLI_SKIP_ACCOUNT_CHECK=1" ;;
    *) stop "$1 uses account $2, but this script is for account $account" ;;
    esac
}

command -v aws >/dev/null || stop 'aws, which is needed, is not installed'
account=
if [ "${IAMCLI_SKIP_ACCOUNT_CHECK-}" != 1 ]; then
    is_account 'iam-*' "$(iamcli doctor --format account)"
    is_account aws "$(AWS_PAGER='' aws sts get-caller-identity --query Account --output text)"
fi

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
}

absent() {
    look "$@"
    [ "$found" = no ] || stop "$thing exists"
}

present() {
    look "$@"
    [ "$found" = yes ] || stop "$thing, which is needed, does not exist"
}

empty_or_absent() {
    look "$@"
    case $found$answer in
    yes*:role/*) stop "$thing exists and contains a role" ;;
    esac
}

no_alias() {
    answer=$(iam-accountaliaslist) || stop "cannot find out whether the account has an alias"
    case $answer in
    'Alias: '*) stop "the account has an alias" ;;
    esac
}"""
_TERMINAL = "[ -t 0 ] || stop 'passwords are typed, but standard input is not a terminal'"
#: What an unexpected end says. In bash and ksh93, the trap of EXIT also runs when a signal ends the
#: script, in other shells it does not. ksh93 would exit with 0 after kill.
_TRAP = """\
said() {
    if [ -n "$step" ]; then
        printf '%s\\n' "recreate: stopped at $step; what was created before is kept" >&2 || :
    fi
    step=
}

step=
trap said EXIT
trap 'said; trap "exit 129" EXIT; trap - HUP; kill -HUP $$' HUP
trap 'said; trap "exit 130" EXIT; trap - INT; kill -INT $$' INT
trap 'said; trap "exit 143" EXIT; trap - TERM; kill -TERM $$' TERM"""


def script(selection: Selection) -> str:
    """Return the script that creates ``selection``."""
    content = ScriptContent(selection)
    parts = ["\n".join(_head(selection, content))]
    if content.steps:
        checks = [_TERMINAL, *content.checks] if content.passwords else content.checks
        parts += [*_before(content, selection.target), "\n".join(checks), _TRAP]
        for title, lines in chain(content.steps.items(), content.passwords.items()):
            parts.append("\n".join([f"step={word(title)}", *lines]))
        parts.append("step=")
    return "\n\n".join(parts)


def _head(selection: Selection, content: ScriptContent) -> Iterator[str]:
    of = f"a snapshot of account {selection.account}"
    if selection.target != selection.account:
        of += f", for account {selection.target}"
    yield "#!/bin/sh"
    yield f"# Made by iamcli recreate {__version__} from {visible(selection.file)},"
    yield f"# {of}, taken at {visible(selection.snapshot['taken'])}."
    lost = [*comments.lost(selection), *content.lost]
    if content.steps:
        lost.append("IDs and dates: they are new, and policies that name the old IDs do not match")
    lists = {
        "It creates, after it has checked that none of this exists:": content.steps,
        "It cannot create:": lost,
        "The snapshot does not say:": list(comments.unknown(selection)),
    }
    for title, entries in lists.items():
        if entries:
            yield from ("#", f"# {title}", *(f"#   {visible(entry)}" for entry in entries))
    # The values of others may have what a shell would expand without the quotes.
    yield "# shellcheck disable=SC1003,SC1112,SC2016"


def _before(content: ScriptContent, account: str) -> Iterator[str]:
    lines = _BEFORE.split("\n")
    text = "\n".join(line for line in lines if content.uses_aws or " aws " not in line)
    used = {line.partition(" ")[0] for line in content.checks}
    if used != {"no_alias"}:
        used.add("look")
    for part in text.split("\n\n"):
        name, function, _ = part.partition("() {")
        if not function or name in {"stop", "is_account", *used}:
            yield part.replace("account=\n", f"account={word(account)}\n")
