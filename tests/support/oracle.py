"""What is false, vague or missing in what a command says about the account."""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, NamedTuple

from support.cases.accounts import MotoAccount, texts
from support.cases.case import SECRET_FILE, SECRETS
from support.cases.checks import devices, keys

if TYPE_CHECKING:
    from signal import Signals

    from support.cases.accounts import Account
    from support.cases.case import Case
    from support.forked import Done
    from support.relay import Exchange

STATE = re.compile(
    r"iam-\S+: (?:.*; )?(?:created|removed|added): (?P<done>.*?)(?:; unknown: (?P<unknown>.*?))?; "
    r"(?:not created|left|not added|not removed): (?P<rest>.*)"
)
AGAIN = re.compile(r"(?:access key|virtual MFA device) (?P<name>\S+) was deleted again")
STILL = re.compile(r"(?:access key|virtual MFA device) (?P<name>\S+) still exists")
UNKNOWN = re.compile("may have taken effect|may still exist|; unknown: ")
#: How to find out what is unknown.
HOW = re.compile(
    r"(?P<operation>\w+) may have taken effect, check first: (?:aws iam \S|iam-\S|sign in with )"
    r"|may still exist but its secret is lost; delete it with iam-"
)
REMAIN = "changes already made remain"
#: What has a secret that is printed only once: the operation that creates it, the elements of its
#: response that have its name and its secret, and the operation that deletes it again.
ONCE = {
    "CreateAccessKey": ("AccessKeyId", "SecretAccessKey", "DeleteAccessKey"),
    "CreateVirtualMFADevice": ("SerialNumber", "Base32StringSeed", "DeleteVirtualMFADevice"),
}
#: Errors that settle a removal, which was sent before and may have taken effect.
SETTLING = ("NoSuchEntity", "DeleteConflict")


class Run(NamedTuple):
    """A run that has ended; ``signals``: those that it received; ``strict``: its mode."""

    done: Done
    signals: tuple[Signals, ...] = ()
    strict: bool = False


def check(case: Case, account: Account, run: Run) -> list[str]:
    """Return what a run said that is not so, is vague, or was not said."""
    done = run.done
    finished = case.done(account)
    false = check_form(case, done)
    false += check_secrets(account, done)
    if isinstance(account, MotoAccount):
        false += check_notes(account, done.err)
    false += check_output(case, account, done)
    false += check_created_once(account, run)
    false += check_status(run)
    if done.status == 0:
        if not run.strict:
            false += [f"not reported: {what}" for what in case.unreported(account, done.err)]
        return false if finished else [*false, "status 0, and it is not done"]
    if (account.home / SECRET_FILE).exists():
        false.append("the file of the secret is left")
    state = next(filter(None, map(STATE.fullmatch, done.err.splitlines())), None)
    if state:
        false += check_state(case, account, state)
    return false + check_failure(account, run, state, finished=finished)


def check_form(case: Case, done: Done) -> list[str]:
    """Return the lines of standard error that have no name, and those of a defect."""
    name = case.line.split()[0]
    return [
        f"no line for users: {line}"
        for line in done.err.splitlines()
        if not line.startswith(f"{name}: ") or "internal error" in line
    ]


def check_status(run: Run) -> list[str]:
    """Return what is wrong with the exit status."""
    status = run.done.status
    if status in (0, 1) or -status in run.signals:
        return []
    received = " and ".join(number.name for number in run.signals)
    return [f"ended with {status} after {received or 'no signal'}"]


def check_secrets(account: Account, done: Done) -> list[str]:
    """Return the secrets in standard error."""
    seeds = [base64.b64decode(seed).decode() for seed in account.given("Base32StringSeed")]
    secrets = (*SECRETS, *account.given("SecretAccessKey"), *seeds)
    return [f"a secret in an error: {secret}" for secret in secrets if secret in done.err]


def things(text: str | None) -> list[str]:
    """Return the things in a part of a state line."""
    return [] if text in (None, "nothing") else str(text).split(", ")


def check_state(case: Case, account: Account, state: re.Match[str]) -> list[str]:
    """Return what is false in a state line."""
    false = []
    for label, expected in (("done", "removed" not in state[0]), ("rest", "removed" in state[0])):
        for thing in things(state[label]):
            begin = next(begin for begin in case.things if thing.startswith(begin))
            if case.things[begin](account, thing.removeprefix(begin)) != expected:
                false.append(f"{label}: {thing}")
    return false


def check_notes(account: MotoAccount, err: str) -> list[str]:
    """Return what is false about an access key or a device that still exists, or no longer."""
    there = [*keys(account), *devices(account)]
    false = [match[0] for match in AGAIN.finditer(err) if match["name"] in there]
    return false + [match[0] for match in STILL.finditer(err) if match["name"] not in there]


def check_output(case: Case, account: Account, done: Done) -> list[str]:
    """Return the printed lines that do not agree with the account, and those that are missing."""
    lines = done.out.splitlines()
    again = [match["name"] for match in AGAIN.finditer(done.err)]
    expected = case.output(account)
    false = [f"printed: {line}" for line in lines if line not in (*expected, *again)]
    if done.status == 0 and lines != expected:
        false.append(f"printed: {lines}, not {expected}")
    return false


def check_created_once(account: Account, run: Run) -> list[str]:
    """Return what was created twice, or is there and has neither its secret shown nor its name."""
    false = []
    exchanges = account.relay.exchanges
    for operation, (element, secret, removing) in ONCE.items():
        made = [entry for entry in exchanges if entry.operation == operation and entry.acted]
        if len(made) > 1:
            false.append(f"{operation} twice")
        removed = any(entry.operation == removing and entry.acted for entry in exchanges)
        for entry in [] if removed else made:
            name, shown = (texts(member, entry.content)[0] for member in (element, secret))
            if operation == "CreateVirtualMFADevice":
                shown = base64.b64decode(shown).decode()
            file = account.home / SECRET_FILE
            saved = file.read_text() if file.exists() else ""
            if (name in run.done.out and shown in run.done.out + saved) or name in run.done.err:
                continue
            # If the response did not arrive, or perhaps did not, the name is not known.
            lost = entry.open or entry.slow or run.signals
            if not (lost and f"{operation} may have taken effect" in run.done.err):
                false.append(f"neither shown nor named: {name}")
    return false


def unsettled(exchanges: list[Exchange]) -> list[Exchange]:
    """Return the requests of which no reply told the command whether they took effect.

    Those after which something was read are not among them.
    """
    found: list[Exchange] = []
    for entry in exchanges:
        known = not entry.open
        if entry.reads:
            found = [] if known and not entry.code else found
        elif known and (entry.acted or entry.code in SETTLING):
            found = [other for other in found if not other.same(entry)]
        elif entry.open and not entry.bare:
            found = [other for other in found if not other.same(entry)] + [entry]
    return found


def net_changes(exchanges: list[Exchange]) -> list[str]:
    """Return the operations that changed something, without those that were undone."""
    changes = [entry.operation for entry in exchanges if entry.acted and not entry.reads]
    for making, (_, _, removing) in ONCE.items():
        if making in changes and removing in changes:
            changes.remove(making)
            changes.remove(removing)
    return changes


def check_failure(
    account: Account, run: Run, state: re.Match[str] | None, *, finished: bool
) -> list[str]:
    """Return what a command that failed or was interrupted should have said."""
    exchanges, err = account.relay.exchanges, run.done.err
    false = []
    unknown = UNKNOWN.search(err)
    reported = state and (things(state["done"]) or state["unknown"])
    changes = net_changes(exchanges)
    if changes and not (unknown or reported or STILL.search(err) or REMAIN in err):
        false.append(f"changed, and not reported: {', '.join(changes)}")
    if not changes and REMAIN in err:
        false.append("it says that it made changes, and it made none")
    pending = unsettled(exchanges)
    if pending and not unknown:
        names = ", ".join(entry.operation for entry in pending)
        false.append(f"the outcome is not known, and that is not reported: {names}")
    if unknown and not HOW.search(err):
        false.append("something is unknown, and it is not said how to check")
    said = run.signals or unknown or STILL.search(err)
    if finished and not said and (not state or "nothing" in state["rest"]):
        false.append("a failure although all is done")
    return false + check_unknown(account, run)


def check_unknown(account: Account, run: Run) -> list[str]:
    """Return the operations whose outcome is called unknown although it is known.

    Whether a signal came before the first byte was sent, or before the reply was read, is not seen.
    """
    exchanges = account.relay.exchanges
    if run.signals or any(entry.slow for entry in exchanges):
        return []
    named = [match["operation"] for match in HOW.finditer(run.done.err)]
    return [
        f"the outcome is called unknown, but is known: {operation}"
        for operation in filter(None, named)
        if not any(entry.open and entry.operation == operation for entry in exchanges)
    ]
