"""Standard error has only errors and the lines that LEGACY.md lists.

Each row of the table appears under exactly the conditions that it names, and commands that succeed
print no line that has no row.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import termios
import time
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import pytest
from support.account import ARN, Account
from support.copies import snapshot, user
from support.faults import CLOSED, SILENT
from support.limits import TIMEOUT
from support.processes import wait_until
from support.selection import every
from support.shell import BIN, KEY_ID, ROOT, TESTS
from support.streams import data
from support.stub import Answer, ok, refused
from support.terminal import read_now, rows, terminal_pair
from support.transcripts import FILES, TRANSCRIPTS, answer, parts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from support.forked import ForkRunner
    from support.shell import Shell
    from support.stub import Endpoint, Stub

#: More columns than any line has.
WIDE = 1000
NAMED = re.compile(r"(?:iam-[a-z]+|iamcli): (.*)")


class Row(NamedTuple):
    """A row of a table: where a pipe gets the line; ``strict`` names a stream, or is "nowhere"."""

    line: str
    pipe: bool
    strict: str

    def matches(self, text: str, before: str = "") -> bool:
        """Return whether ``text`` is the line after ``before``, whatever stands for ``...``."""
        pattern = before + ".+".join(map(re.escape, self.line.split("...")))
        named = NAMED.fullmatch(text)
        return bool(re.fullmatch(pattern, named[1] if named else text.rstrip(), re.DOTALL))

    def stream(self, condition: Condition) -> str:
        """Return where the line appears under ``condition``."""
        if not (condition.terminal or self.pipe):
            return "nowhere"
        return self.strict if condition.strict else "standard error"


class Condition(NamedTuple):
    """Where a command runs; standard output is a pipe, so that it differs from standard error."""

    terminal: bool
    strict: bool

    @property
    def env(self) -> dict[str, str]:
        """The variables that it needs."""
        return {"IAMCLI_STRICT": "1"} if self.strict else {}


CONDITIONS = {
    "terminal": Condition(terminal=True, strict=False),
    "pipe": Condition(terminal=False, strict=False),
    "strict, terminal": Condition(terminal=True, strict=True),
    "strict, pipe": Condition(terminal=False, strict=True),
}


#: The headings of the tables, with what is said of their rows: ``pipe`` and ``strict``.
HEADINGS = {
    "On a terminal, not in strict mode": (False, "nowhere"),
    "On a terminal, also in strict mode": (False, "standard error"),
    "Always, but not in strict mode": (True, "nowhere"),
    "Always, in strict mode at the end of the error": (True, "standard output"),
    "Always, in strict mode on standard output": (True, "standard output"),
    "Always": (True, "standard error"),
}


def tables() -> list[Row]:
    """Return the rows of the tables."""
    text = (ROOT / "LEGACY.md").read_text().partition("## Lines on standard error besides")[2]
    found = []
    _, *sections = text.partition("\n## ")[0].split("\n### ")
    assert [section.partition("\n")[0] for section in sections] == list(HEADINGS)
    for section in sections:
        heading, _, lines = section.partition("\n")
        for line in re.findall(r"^\| `.*", lines, re.MULTILINE):
            shown, when = [cell.strip() for cell in line.strip("| ").split(" | ")]
            assert when, line
            found.append(Row(shown.strip("`"), *HEADINGS[heading]))
    return found


ROWS = tables()


def remaining(master: int, before: str = "") -> str:
    """Return what a terminal shows in the end, without progress lines, which are erased."""
    return "\n".join(rows(before + read_now(master), WIDE))


# No line without a row.


def simple(command: str) -> list[str]:
    """Return the arguments of a command line that needs no shell, else an empty list."""
    with contextlib.suppress(ValueError):
        arguments = shlex.split(command)
        # The quotes of policies are for the shell; what is outside them is not.
        bare = re.sub(r"'[^']*'", "", command)
        if arguments[0].startswith("iam-") and not re.search(r"[|&;<>$`\n*]", bare):
            return arguments
    return []


#: How the rows begin that belong to a command that fails.
STATES = ("added: ", "created: ", "removed: ")
FAILING = ("interrupted; ", *STATES)


def allowed(line: str, arguments: list[str]) -> bool:
    """Return whether a command that succeeds may print ``line`` on a terminal."""
    return any(
        row.matches(line)
        and not row.line.startswith(FAILING)
        and ("-d" in arguments or not row.line.startswith("debug: "))
        for row in ROWS
    )


@pytest.mark.parametrize("file", every(12, [file.stem for file in TRANSCRIPTS]))
def test_commands_that_succeed_print_no_other_line(file, aws, moto, stub, run_fast, terminal):
    """In a pipe, the transcripts show what they print."""
    for answered in FILES:
        (aws.home / answered).write_bytes((TESTS / "answers" / answered).read_bytes())
    # What warns on a terminal.
    (aws.home / "credentials").chmod(0o644)
    master, device = terminal
    succeeded, unlisted = 0, []
    for part in parts((TESTS / "transcripts" / f"{file}.txt").read_text()):
        arguments = simple(part.command)
        if not arguments:
            continue
        names = [name for line in part.before if line[0] == "%" for name in line[2:].split()]
        url = stub.endpoint(*map(answer, names)).url if names else moto
        done = run_fast(*arguments, env={"AWS_IAM_URL": url}, stderr=device)
        said = remaining(master)
        if done.status:
            continue
        succeeded += 1
        unlisted += [line for line in said.splitlines() if not allowed(line, arguments)]
    assert unlisted == []
    assert succeeded


# A run for each row.


class Run(NamedTuple):
    """A command line that makes a row's line appear, and what it meets.

    ``typed``: the lines that are typed, each after a prompt; ``interrupt``: whether it is
    interrupted in its request.
    """

    arguments: str
    endpoint: Endpoint | None = None
    env: Mapping[str, str] = {}
    typed: tuple[str, ...] = ()
    interrupt: bool = False


USER = ok("GetUser", "<User><Arn>arn</Arn><UserId>id</UserId></User>")
DENIED = refused("AccessDenied", "Not allowed.", 403)
KEYS = ok(
    "ListAccessKeys",
    "<AccessKeyMetadata><member><AccessKeyId>AKIA1</AccessKeyId><Status>Active</Status></member>"
    "</AccessKeyMetadata>",
)
MISSING = refused("MethodNotAllowed", "", 405)
NO_INSTANCE = {"AWS_EC2_METADATA_DISABLED": "true"}
EXPIRED = (
    '\'{"Version":1,"AccessKeyId":"ASIA","SecretAccessKey":"x","SessionToken":"t",'
    '"Expiration":"2020-01-01T00:00:00Z"}\''
)
ONCE = {"AWS_MAX_ATTEMPTS": "1"}
TWICE = {"AWS_MAX_ATTEMPTS": "2", "IAMCLI_TIMEOUT": "20"}


def refusing(stub: Stub, operation: str, refusal: Answer = DENIED) -> Account:
    """Return a user's account that refuses one operation."""
    things = {"ListAccessKeys": ["AKIAI44QH8DHBEXAMPLE"], "ListMFADevices": [f"{ARN}mfa/phone"]}
    return stub.add(lambda url: Account(url, "User", things)).on(operation, refusal)


def readable(run: Shell, stub: Stub) -> Run:
    (run.home / "credentials").chmod(0o644)
    return Run("iam-usergetattributes", stub.endpoint(USER))


def plain(run: Shell, stub: Stub) -> Run:
    config = run.home / "client.properties"
    config.write_text(f"ClientProxyHost=127.0.0.1\nClientProxyPort={stub.port}\n")
    env = {"CLIENT_CONFIG_FILE": str(config), "AWS_IAM_URL": "http://iam.example.com"}
    return Run("iam-usergetattributes", env=env)


def lost_removal(_run: Shell, stub: Stub) -> Run:
    gone = refused("NoSuchEntity", "The user with name bob cannot be found.", 404)
    return Run("iam-userdel -u bob", stub.endpoint(CLOSED, gone), TWICE)


def lost_addition(_run: Shell, stub: Stub) -> Run:
    group = f"<Groups><member><GroupName>g</GroupName><Arn>{ARN}group/g</Arn></member></Groups>"
    endpoint = stub.endpoint(CLOSED).on("ListGroupsForUser", ok("ListGroupsForUser", group))
    return Run("iam-groupadduser -g g -u bob", endpoint, TWICE)


def interrupted(_run: Shell, stub: Stub) -> Run:
    return Run("iam-usercreate -u bob", stub.endpoint(SILENT), interrupt=True)


def signed_out(run: Shell, _stub: Stub) -> Run:
    (run.home / ".aws").mkdir()
    (run.home / ".aws" / "config").write_text(
        "[profile work]\nsso_start_url = https://example.com/start\nsso_region = us-east-1\n"
        "sso_account_id = 123456789012\nsso_role_name = admin\n"
    )
    del run.env["AWS_CREDENTIAL_FILE"]
    return Run("iam-usergetattributes", env={"AWS_PROFILE": "work"})


def profile(name: str, text: str, **env: str) -> Callable[[Shell, Stub], Run]:
    """Use the profile ``name``, with this ``text`` as the file of the AWS configuration."""

    def made(run: Shell, _stub: Stub) -> Run:
        (run.home / ".aws").mkdir()
        (run.home / ".aws" / "config").write_text(text)
        del run.env["AWS_CREDENTIAL_FILE"]
        return Run("iam-usergetattributes", env={"AWS_PROFILE": name, **NO_INSTANCE, **env})

    return made


def expired_role(run: Shell, stub: Stub) -> Run:
    del run.env["AWS_CREDENTIAL_FILE"]
    given = EXPIRED.strip("'").replace("SessionToken", "Token")
    url = stub.endpoint(Answer(given.encode())).url
    return Run("iam-usergetattributes", env={"AWS_CONTAINER_CREDENTIALS_FULL_URI": url})


def pasted(run: Shell, _stub: Stub) -> Run:
    (run.home / "policy.json").write_text("{\u201cId\u201d: 1}")
    return Run("iam-useruploadpolicy -u u -p p -f policy.json")


def misspelt(_run: Shell, stub: Stub) -> Run:
    gone = refused("NoSuchEntity", "The user with name bbo cannot be found.", 404)
    users = "<Users><member><UserName>bob</UserName></member></Users>"
    endpoint = stub.endpoint(gone).on("ListUsers", ok("ListUsers", users))
    return Run("iam-userdel -u bbo", endpoint)


def half_created(_run: Shell, stub: Stub) -> Run:
    created = ok("CreateUser", "<User><Arn>arn</Arn><UserId>id</UserId></User>")
    return Run("iam-usercreate -u bob -k", stub.endpoint(DENIED).on("CreateUser", created))


def created_at_ceph(options: str) -> Callable[[Shell, Stub], Run]:
    """Create a user at a server that ignores the ``options``."""
    created = ok("CreateUser", "<User><Arn>arn</Arn><UserId>id</UserId></User>")
    return lambda _run, stub: Run(
        f"iam-usercreate -u bob {options}", stub.endpoint(USER).on("CreateUser", created)
    )


def half_done(command: str, operation: str) -> Callable[[Shell, Stub], Run]:
    return lambda _run, stub: Run(command, stub.endpoint(ok(operation), DENIED))


def asking(arguments: str, operation: str, *typed: str) -> Callable[[Shell, Stub], Run]:
    return lambda _run, stub: Run(arguments, stub.endpoint(ok(operation)), typed=typed)


def line(arguments: str, **env: str) -> Callable[[Shell, Stub], Run]:
    return lambda _run, _stub: Run(arguments, env=env)


def removal(options: str, operation: str) -> Callable[[Shell, Stub], Run]:
    return lambda _run, stub: Run(f"iam-userdel -u bob {options}", refusing(stub, operation))


def diverted(_run: Shell, stub: Stub) -> Run:
    private = stub.endpoint(USER).url
    return Run("iam-usergetattributes --url iam.example.com", env={"IAMCLI_SANDBOX": private})


def copied(arguments: str) -> Callable[[Shell, Stub], Run]:
    def made(run: Shell, _stub: Stub) -> Run:
        unread = {"name": None, "of": "user/bob", "code": "AccessDenied", "message": "No."}
        keys = [{"AccessKeyId": "AKIAIOSFODNN7EXAMPLE", "Status": "Active"}]
        content = snapshot(
            users=[user("bob", AccessKeyMetadata=keys)],
            unknown=["alias"],
            unread=[{"operation": "GetAccessKeyLastUsed", **unread}],
        )
        (run.home / "account.json").write_text(json.dumps(content))
        return Run(f"iamcli sandbox --account account.json {arguments}")

    return made


def read(answer: Answer) -> Callable[[Shell, Stub], Run]:
    def made(_run: Shell, stub: Stub) -> Run:
        operation = "GetAccountAuthorizationDetails"
        endpoint = stub.endpoint(answer).on(operation, ok(operation))
        return Run("iamcli snapshot account.json", endpoint)

    return made


def checking(script: bytes) -> Callable[[Shell, Stub], Run]:
    def made(run: Shell, _stub: Stub) -> Run:
        (run.home / "script.sh").write_bytes(script)
        return Run("iamcli check script.sh")

    return made


def shared_home(run: Shell, _stub: Stub) -> Run:
    (run.home / "shared").mkdir()
    (run.home / "shared").chmod(0o775)
    return Run("iamcli home shared")


def turned_down(
    arguments: str, code: str, message: str, **env: str
) -> Callable[[Shell, Stub], Run]:
    return lambda _run, stub: Run(arguments, stub.endpoint(refused(code, message)), env=env)


def with_key(key: str, code: str) -> Callable[[Shell, Stub], Run]:
    """Use the access key ``key`` of a profile, which the service refuses with ``code``."""

    def made(run: Shell, stub: Stub) -> Run:
        (run.home / ".aws").mkdir()
        text = f"[dev]\naws_access_key_id = {key}\naws_secret_access_key = {key}\n"
        (run.home / ".aws" / "credentials").write_text(text)
        del run.env["AWS_CREDENTIAL_FILE"]
        env = {"AWS_PROFILE": "dev", **NO_INSTANCE}
        return Run("iam-accountaliaslist", stub.endpoint(refused(code, "Is invalid.")), env)

    return made


def deletion(message: str, *more: str) -> Callable[[Shell, Stub], Run]:
    def made(_run: Shell, stub: Stub) -> Run:
        conflict = refused("DeleteConflict", f"Cannot delete entity, {message} first.", 409)
        endpoint = refusing(stub, "DeleteUser", conflict)
        # In the sandbox, no refusal is waited for.
        env = {"IAMCLI_SANDBOX": endpoint.url}
        return Run(" ".join(("iam-userdel -u bob", *more)), endpoint, env)

    return made


def known_snapshot(run: Shell, stub: Stub) -> Run:
    file, state = run.home / "account.json", run.home / "iamcli"
    file.write_text(json.dumps(snapshot(users=[user("bob")])))
    state.mkdir()
    one = {"file": str(file), "account": "210987654321", "key": KEY_ID}
    (state / "snapshots.json").write_text(json.dumps([one]))
    account = stub.add(lambda url: Account(url, "User", {}))
    return Run("iam-userdel -u bob -r", account, {"XDG_STATE_HOME": str(run.home)})


MISMATCH = "The request signature we calculated does not match the signature you provided."
CREATE = "iam-useraddloginprofile -u bob -p -"
CHANGE = asking("iam-userchangepassword -o - -n -", "ChangePassword", "old", "new", "new")
AGE = ok(
    "GetAccountPasswordPolicy",
    "<PasswordPolicy><MaxPasswordAge>90</MaxPasswordAge></PasswordPolicy>",
)
#: How the rows begin that only make test-full runs: their commands wait or start a sandbox.
SLOW = (
    "-... leaves",
    "only IAM",
    "sent nothing",
    "still running",
    "waiting for",
    "this system",
    "TMPDIR is noexec",
    "... refused when",
    "not in the copy",
    "changes in",
    "to create again",
    "warning",
    "private IAM",
    "this sandbox is inside",
    "Try these",
    "no request reached",
)
#: A run for each row, by how the row begins.
RUNS: dict[str, Callable[[Shell, Stub], Run]] = {
    "... is readable": readable,
    "... is not encrypted": plain,
    "... is not used": lambda _run, stub: Run(
        "iam-usergetattributes", stub.endpoint(USER), {"AWS_PROFILE": "prod"}
    ),
    "to create ...": known_snapshot,
    "-p lists": lambda _run, stub: Run("iam-groupdel -g g -p", stub.endpoint()),
    "access to": removal("-r -p", "ListMFADevices"),
    "the server has no": lambda _run, stub: Run(
        "iam-userdel -u bob -r -p", refusing(stub, "ListMFADevices", MISSING)
    ),
    "... failed with HTTP": lambda _run, stub: Run(
        "iam-userdel -u bob -r -p", refusing(stub, "ListMFADevices", Answer(b"<html/>", 404))
    ),
    "the server does not tell": lambda _run, stub: Run(
        "iam-userlistkeys -u bob -l", stub.endpoint(MISSING).on("ListAccessKeys", KEYS)
    ),
    "the server does not show": created_at_ceph("-t team=web"),
    "the response to": lost_removal,
    "the response was lost": lost_addition,
    "virtual MFA device": removal("-r", "DeleteVirtualMFADevice"),
    "interrupted": interrupted,
    "created: ...; not created": half_created,
    "created: ...; not set": created_at_ceph("-b arn -k"),
    "added": half_done("iam-groupadduser -g g -u a -u b", "AddUserToGroup"),
    "removed: ...; not": half_done("iam-groupremoveuser -g g -u a -u b", "RemoveUserFromGroup"),
    "removed: ...; left": removal("-r", "DeleteUser"),
    "kept from": lambda _run, stub: Run(
        "iam-accountmodpasswordpolicy -l",
        stub.endpoint(ok("UpdateAccountPasswordPolicy")).on("GetAccountPasswordPolicy", AGE),
    ),
    "the current policy may": lambda _run, stub: Run(
        "iam-accountmodpasswordpolicy -l",
        stub.endpoint(ok("UpdateAccountPasswordPolicy")).on("GetAccountPasswordPolicy", DENIED),
    ),
    "reset to": lambda _run, stub: Run(
        "iam-accountmodpasswordpolicy --reset", stub.endpoint(ok("UpdateAccountPasswordPolicy"))
    ),
    "... has no inline": lambda _run, stub: Run(
        "iam-userlistpolicies -u bob", stub.endpoint(ok("ListUserPolicies"))
    ),
    "specify": turned_down(
        "iam-useraddkey",
        "ValidationError",
        "Must specify userName when calling with non-User credentials",
    ),
    "... has the placeholder": with_key("<YOUR-KEY-ID>", "InvalidClientTokenId"),
    "...: the access key is empty": with_key("", "IncompleteSignature"),
    "access key": turned_down("iam-accountaliaslist", "InvalidClientTokenId", "Is invalid."),
    "run: aws": signed_out,
    "check the settings": profile("dev", "[profile dev]\ncredential_process = false\n"),
    "the credential_process": profile(
        "dev", f"[profile dev]\ncredential_process = echo {EXPIRED}\n"
    ),
    "get new": expired_role,
    "the profiles": profile("", "[profile dev]\n[profile sso]\n"),
    "the nearest": profile("dve", "[profile dev]\n[profile sso]\n"),
    "correct AWS_PROFILE": profile("dve", ""),
    "make": profile("", "", AWS_SHARED_CREDENTIALS_FILE="/etc"),
    "AWS_ACCESS_KEY_ID": line(
        "env -u AWS_CREDENTIAL_FILE AWS_ACCESS_KEY_ID= iam-usergetattributes", **NO_INSTANCE
    ),
    "only the last": turned_down("iam-userdel -u bob -u ann", "NoSuchEntity", "No."),
    "denied by": turned_down(
        "iam-accountaliaslist", "AccessDenied", "No, with an explicit deny in a session policy"
    ),
    "denied because": turned_down(
        "iam-accountaliaslist",
        "AccessDenied",
        "No, because no identity-based policy allows the iam:ListAccountAliases action",
    ),
    "first run": deletion("must delete policies"),
    "remove it": deletion("must detach all policies"),
    "-... leaves": deletion("must detach all policies", "-r"),
    "the quota": turned_down(
        "iam-groupcreate -g g", "LimitExceeded", "Cannot exceed quota for GroupsPerAccount: 300"
    ),
    "the clock": turned_down("iam-accountaliaslist", "RequestExpired", "Request has expired."),
    "check the secret": turned_down("iam-accountaliaslist", "SignatureDoesNotMatch", MISMATCH),
    "requests to": turned_down(
        "iam-accountaliaslist",
        "SignatureDoesNotMatch",
        "Credential should be scoped to a valid region, not 'us-east-1'.",
    ),
    "the temporary": turned_down(
        "iam-accountaliaslist",
        "ExpiredToken",
        "The security token included in the request is expired",
        AWS_CREDENTIAL_FILE="",
        AWS_ACCESS_KEY_ID="ASIAIOSFODNN7EXAMPLE",
        AWS_SECRET_ACCESS_KEY="passw0rd",
        AWS_SESSION_TOKEN="passw0rd",
    ),
    "the value of": turned_down(
        "iam-usercreate -u \u2018bob\u2019", "ValidationError", "Is invalid."
    ),
    "the policy has": pasted,
    "to read": line("iam-useruploadpolicy -u u -p p -o credentials"),
    "did you": misspelt,
    "  -": turned_down(
        "iam-usercreate -u b/c", "ValidationError", "The specified value for userName is invalid."
    ),
    "... exists; names": lambda _run, stub: Run(
        "iam-usercreate -u BOB",
        stub.endpoint(refused("EntityAlreadyExists", "User with name BOB already exists.", 409)).on(
            "ListUsers", ok("ListUsers", "<Users><member><UserName>bob</UserName></member></Users>")
        ),
    ),
    "to change": turned_down(
        "iam-useraddloginprofile -u bob -p new", "EntityAlreadyExists", "It exists."
    ),
    "wait for the next": turned_down(
        "iam-userresyncmfadevice -u bob -s 123456789 -c1 123456 -c2 123456",
        "InvalidAuthenticationCode",
        "No.",
    ),
    "for the rules": turned_down(
        "iam-usermodloginprofile -u bob -p new", "PasswordPolicyViolation", "No."
    ),
    "too many": turned_down("iam-userdel -u bob", "Throttling", "No.", **ONCE),
    "it was changed": turned_down(
        "iam-userdel -u bob", "EntityTemporarilyUnmodifiable", "No.", **ONCE
    ),
    "another request": turned_down("iam-userdel -u bob", "ConcurrentModification", "No.", **ONCE),
    "-... takes a name": turned_down(
        "iam-userdel -u arn:aws:iam::123456789012:user/bob", "ValidationError", "No."
    ),
    "-m takes": turned_down("iam-userlistbypath -m 1", "ValidationError", "Invalid Marker."),
    "type: -t": turned_down("iam-usercreate -u bob -t a=b,c=d", "ValidationError", "No."),
    "... is not an action": turned_down(
        "iam-useraddpolicy -u bob -p all -e Allow -a s3 -r '*'",
        "MalformedPolicyDocument",
        "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.",
    ),
    "... is not an ARN": turned_down(
        "iam-useraddpolicy -u bob -p all -e Allow -a s3:Get -r logs",
        "MalformedPolicyDocument",
        'Resource logs must be in ARN format or "*".',
    ),
    "in the policy": turned_down(
        "iam-useruploadpolicy -u u -p p -o {}", "MalformedPolicyDocument", "Syntax errors."
    ),
    "debug": lambda _run, stub: Run("iam-usergetattributes -d", stub.endpoint(USER)),
    "requests go": diverted,
    "private IAM": line("iamcli sandbox", SHELL="/bin/true"),
    "starting an interactive shell": line("iamcli run", SHELL="/bin/true"),
    "... commands, ... requests": line(f"'{BIN}/iamcli' run --stats true"),
    "... command... started by": line(
        f"'{BIN}/iamcli' run --stats sh -c 'PYTHONX=1 iam-userdel -h >/dev/null; exit 0'"
    ),
    "no request reached": line("iamcli sandbox true"),
    "Try these": line("iamcli sandbox", SHELL="/bin/true"),
    "the sandbox has ended": line("iamcli sandbox", SHELL="/bin/true"),
    "this sandbox is inside": line("iamcli sandbox true", IAMCLI_SANDBOX="http://127.0.0.1:9/"),
    "wrote": read(refused("NoSuchEntity")),
    "... refused (": read(DENIED),
    "... cannot be parsed": checking(b"iam-userlistbypath\nfor (;;\n"),
    "... reads a file that ..., not checked": checking(b'. "$X"\niam-userlistbypath\n'),
    "... not checked: line": checking(b"perl -e iam-userlistbypath\n"),
    "..., which is not checked": checking(b"#!/usr/bin/perl\n"),
    "... in CR LF": checking(b"iam-userlistbypath\r\n"),
    "only IAM": copied("true"),
    "sent nothing": line("iamcli sandbox sh -c 'IAMCLI_SANDBOX= iam-userlistbypath'"),
    "still running": line("iamcli sandbox sh -c 'sleep 50 >/dev/null 2>&1 & kill $$'"),
    "waiting for": line("iamcli sandbox sh -c 'sleep 10 >/dev/null 2>&1 &'"),
    "this system": line(
        f"{sys.executable} -c 'import sys; from iamcli.connection import processes; "
        'processes._OWN_NAME = "/nowhere"; from iamcli.cli import main; sys.exit(main())\' '
        "sandbox true"
    ),
    "TMPDIR is noexec": line(
        f"{sys.executable} -c 'import sys; from iamcli.cli.sandbox.launch import launcher; "
        'launcher.mounted = lambda _: "noexec"; from iamcli.cli import main; sys.exit(main())\' '
        "sandbox true"
    ),
    "... refused when": copied("true"),
    "not in the copy": copied("true"),
    "to create again": copied("--changes iam-userdel -u bob -r"),
    "changes in": line("iamcli sandbox --changes true"),
    "warning": copied(
        "--changes=changes --format json iam-userdelkey -u bob -k AKIAIOSFODNN7EXAMPLE"
    ),
    "... This is the help": lambda run, _stub: Run(
        f"'{BIN}/iamcli' help userdel", env={"PATH": str(run.home)}
    ),
    "Usage": line("iam-usercreate -z"),
    "For all options": line("iam-usercreate -z"),
    "write": line("iam-usercreate bob"),
    "type: iam-": line("iam-usercreate help"),
    "type: env ": line("iam-usercreate -u bob --profile dev"),
    "the output is": line("iam-usercreate -u bob --output json"),
    "to see what": line("iam-usercreate -u bob --dry-run"),
    "nothing is": line("iam-usercreate -u bob --yes"),
    "type the name": line("iam-useruploadpolicy -u u -p p -f file://credentials"),
    "... contains a": line("iam-usercreate bob\u201d"),
    "type each": line("iam-usercreate -kv"),
    "... is in the current": line("iam-usercreate credentials"),
    "Password": asking(CREATE, "CreateLoginProfile", "new", "new"),
    "other users may write": shared_home,
    "... again": asking(CREATE, "CreateLoginProfile", "new", "new"),
    "The passwords": asking(CREATE, "CreateLoginProfile", "new", "now", "new", "new"),
    "Old password": CHANGE,
    "New password": CHANGE,
}


def in_make_test(number: int, begin: str) -> set[str]:
    """Return the conditions of a row in make test: one in which it appears, and each in turn."""
    if begin in SLOW:
        return set()
    shown = (
        name
        for row in ROWS
        if row.line.startswith(begin)
        for name, condition in CONDITIONS.items()
        if row.stream(condition) != "nowhere"
    )
    return {next(shown), [*CONDITIONS][number % len(CONDITIONS)]}


def ran(run_fast: ForkRunner, how: Run, condition: Condition) -> dict[str, str]:
    """Return what a command wrote to each stream."""
    env = {**run_fast.env, **how.env, **condition.env}
    if how.endpoint:
        env["AWS_IAM_URL"] = how.endpoint.url
    master, slave = terminal_pair()
    forked = how.arguments.startswith(("iam-", "iamcli snapshot ", "iamcli check "))
    if forked and not how.typed and not how.interrupt:
        device = os.ttyname(slave) if condition.terminal else None
        done = run_fast(*shlex.split(how.arguments), env=env, stderr=device)
        shown = remaining(master) if condition.terminal else done.err
        os.close(slave)
        os.close(master)
        return {"standard error": shown, "standard output": done.out}

    def own_terminal() -> None:
        os.setsid()
        fcntl.ioctl(slave, termios.TIOCSCTTY, 0)

    process = subprocess.Popen(
        shlex.split(how.arguments),
        env=env,
        cwd=run_fast.home,
        stdin=slave if condition.terminal else subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=slave if condition.terminal else subprocess.PIPE,
        preexec_fn=own_terminal if condition.terminal else None,  # noqa: PLW1509
    )
    shown = ""
    if condition.terminal:
        for line in how.typed:
            end, seen = time.monotonic() + TIMEOUT, ""
            while not seen.rstrip().endswith(":"):
                assert time.monotonic() < end, seen
                time.sleep(0.02)
                seen += read_now(master)
            shown += seen
            os.write(master, f"{line}\n".encode())
    if how.interrupt:
        assert how.endpoint
        requests = how.endpoint.requests
        wait_until(lambda: requests)
        process.send_signal(signal.SIGINT)
    typed = "\n".join(how.typed).encode() if not condition.terminal else None
    out, err = process.communicate(typed, timeout=TIMEOUT)
    shown = remaining(master, shown) if condition.terminal else err.decode()
    os.close(slave)
    os.close(master)
    errors = None if condition.terminal else shown
    printed = data(shlex.split(how.arguments), env, process.returncode, out.decode(), errors)
    return {"standard error": shown, "standard output": printed}


@pytest.mark.parametrize(
    ("begin", "name"),
    [
        pytest.param(begin, name, marks=[pytest.mark.full] * (name not in quick))
        for number, begin in enumerate(RUNS)
        for quick in [in_make_test(number, begin)]
        for name in CONDITIONS
    ],
)
def test_each_row_appears_where_it_says(begin, name, run, run_fast, stub):
    (row,) = [row for row in ROWS if row.line.startswith(begin)]
    condition = CONDITIONS[name]
    streams = ran(run_fast, RUNS[begin](run, stub), condition)
    end = ".+; " * (condition.strict and row.line.startswith(STATES))
    found = {name: [row.matches(line, end) for line in lines(streams[name])] for name in streams}
    seen = [stream for stream in found if any(found[stream])]
    wanted = row.stream(condition)
    assert seen == ([] if wanted == "nowhere" else [wanted]), streams


def lines(text: str) -> list[str]:
    """The lines of ``text``, and each with the next one: a terminal may be too narrow for one."""
    single = text.splitlines()
    return [*single, *map(" ".join, pairwise(single))]


def test_there_is_a_run_for_each_row():
    assert [row.line for row in ROWS if not any(map(row.line.startswith, RUNS))] == []
    assert len(ROWS) == len(RUNS)
