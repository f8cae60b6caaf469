"""Names from the account, for completion in the shell: on request, at once or not at all.

``iamcli complete KIND COMMAND WORD...`` prints the names of that kind, one a line, with the
credentials and the endpoint that the command line would use. It only lists, it never asks a
question, and whatever goes wrong it says nothing. What it printed is kept for a minute, because
shells ask again with every press of TAB.
"""

from __future__ import annotations

import os
import stat
import time

from iamcli.client.service import IAM
from iamcli.commands import index
from iamcli.config.connection import Connection
from iamcli.operations.pagination import list_all
from iamcli.parsing import parser

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Any, NoReturn

    from iamcli.command import Command

#: Seconds after which the shell gets its prompt back, whatever the network does.
TIMEOUT = 2.0
#: Seconds for which names are kept, and for which it is not tried again after there were none.
KEPT = 60.0
KEPT_EMPTY = 10.0

#: What names are made of. The shells see no other letter of an answer, whoever sent it.
_LETTERS = frozenset("+=,.@-_:/")

#: What decides, besides the command line, whose names they are.
_VARIABLES = (
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_CONFIG_FILE",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_ENDPOINT_URL_IAM",
    "AWS_ENDPOINT_URL",
    "AWS_DEFAULT_REGION",
)

_POLICIES = {"user": "ListUserPolicies", "group": "ListGroupPolicies", "role": "ListRolePolicies"}
_PARAMETERS = {"user": "UserName", "group": "GroupName", "role": "RoleName"}


class Query:
    """A list to ask for: the ``operation``, the ``key`` of its entries, and its ``parameters``.

    ``member``: the part of an entry that is its name; None where the entry itself is.
    """

    def __init__(self, operation: str, key: str, member: str | None, **parameters: str) -> None:
        self.operation = operation
        self.key = key
        self.member = member
        self.parameters = parameters

    def names(self, iam: IAM) -> list[str]:
        """Ask for the names; raise Failure where that fails."""
        entries = list_all(iam, self.operation, self.key, MaxItems=1000, **self.parameters)
        return [entry[self.member] if self.member else entry for entry in entries]


#: What each kind of name is listed by. ``policy`` follows from whose policy it is.
KINDS = {
    "user": Query("ListUsers", "Users", "UserName"),
    "group": Query("ListGroups", "Groups", "GroupName"),
    "role": Query("ListRoles", "Roles", "RoleName"),
    "profile": Query("ListInstanceProfiles", "InstanceProfiles", "InstanceProfileName"),
    "servercert": Query(
        "ListServerCertificates", "ServerCertificateMetadataList", "ServerCertificateName"
    ),
    "mfa": Query(
        "ListVirtualMFADevices", "VirtualMFADevices", "SerialNumber", AssignmentStatus="Any"
    ),
    "key": Query("ListAccessKeys", "AccessKeyMetadata", "AccessKeyId"),
    "signingcert": Query("ListSigningCertificates", "Certificates", "CertificateId"),
}


def complete(kind: str, words: Sequence[str], show: Callable[[str], None]) -> None:
    """Show each name of ``kind`` that fits behind the ``words`` of an unfinished command line.

    The first word is the command; the option that the name is for is not among them.
    """
    try:
        command = index.load(os.path.basename(words[0]))
        values = _values(command, words[1:])
        connection = Connection(values, os.environ)
        query = _query(kind, command, values)
        file = _file(query, connection)
        names = _kept(file)
        for name in _asked(query, connection, file) if names is None else names:
            show(name)
    except (Exception, KeyboardInterrupt):  # noqa: BLE001 - the prompt is no place for errors
        return


def _values(command: Command, words: Sequence[str]) -> dict[str, Any]:
    plain = [word.replace("'", "").replace('"', "").replace("\\", "") for word in words]
    unfinished = [option.optional for option in command.all_options]
    return parser.parse(command.name, unfinished, plain)


def _query(kind: str, command: Command, values: Mapping[str, Any]) -> Query:
    """Return what to ask for; raise LookupError where that cannot be said yet."""
    named = {option.complete: values[option.dest] for option in command.options}
    user = named.get("user")
    if kind == "policy":
        holder = next(holder for holder in _POLICIES if named.get(holder))
        return Query(_POLICIES[holder], "PolicyNames", None, **{_PARAMETERS[holder]: named[holder]})
    if kind == "mfa" and isinstance(user, str) and command.name != "iam-userenablemfadevice":
        return Query("ListMFADevices", "MFADevices", "SerialNumber", UserName=user)
    query = KINDS[kind]
    if kind in ("key", "signingcert") and isinstance(user, str):
        return Query(query.operation, query.key, query.member, UserName=user)
    return query


def _asked(query: Query, connection: Connection, file: str) -> list[str]:
    """Ask the service, keep what it says in ``file``, and return it; leave when time is up."""
    import threading

    def give_up() -> None:
        # A name server that does not answer cannot be interrupted in any other way.
        _keep(file, [])
        os._exit(0)

    timer = threading.Timer(TIMEOUT, give_up)
    timer.daemon = True
    timer.start()
    _ask_no_questions()
    os.environ |= {"AWS_MAX_ATTEMPTS": "1", "IAMCLI_TIMEOUT": str(TIMEOUT)}
    names: list[str] = []
    try:
        names = [name for name in query.names(IAM(connection)) if _is_name(name)]
    finally:
        timer.cancel()
        _keep(file, names)
    return names


def _ask_no_questions() -> None:
    """Keep botocore from asking for an MFA code while somebody types a command line."""
    import getpass

    def refuse(*_: object) -> NoReturn:
        raise EOFError

    setattr(getpass, "getpass", refuse)  # noqa: B010 - mypy takes no assignment to a function


def _is_name(name: str) -> bool:
    return name.isascii() and all(letter.isalnum() or letter in _LETTERS for letter in name)


# What was answered is kept in files that nobody else can read.


def _file(query: Query, connection: Connection) -> str:
    """Return the file for the answer; its name tells nobody what was asked for."""
    import hashlib

    parts: Iterable[object] = (
        query.operation,
        sorted(query.parameters.items()),
        connection.keys.access_key if connection.keys else None,
        connection.url,
        [os.environ.get(variable) for variable in _VARIABLES],
    )
    name = hashlib.sha256(repr(tuple(parts)).encode("utf-8", "surrogateescape")).hexdigest()
    return os.path.join(_folder(), name)


def _folder() -> str:
    given = os.environ.get("XDG_CACHE_HOME", "")
    base = given if os.path.isabs(given) else os.path.expanduser("~/.cache")
    return os.path.join(base, "iamcli")


def _kept(file: str) -> list[str] | None:
    """Return the names that are in ``file``; None where the service has to be asked."""
    try:
        number = os.open(file, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError:
        return None
    with os.fdopen(number, encoding="ascii") as stream:
        state = os.fstat(number)
        names = stream.read().split()
    age = time.time() - state.st_mtime
    private = state.st_uid == os.geteuid() and not state.st_mode & 0o077
    return names if private and 0 <= age < (KEPT if names else KEPT_EMPTY) else None


def _keep(file: str, names: Sequence[str]) -> None:
    """Keep ``names`` in ``file``, and remove what is too old; where that fails nothing is kept."""
    folder = os.path.dirname(file)
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        state = os.lstat(folder)
        if not stat.S_ISDIR(state.st_mode) or state.st_uid != os.geteuid():
            return
        os.chmod(folder, 0o700)
        new = f"{file}.{os.getpid()}"
        number = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(number, "w", encoding="ascii") as stream:
            stream.write("".join(f"{name}\n" for name in names))
        os.rename(new, file)
        _remove_old(folder)
    except OSError:
        return


def _remove_old(folder: str) -> None:
    with os.scandir(folder) as entries:
        for entry in entries:
            if time.time() - entry.stat(follow_symlinks=False).st_mtime > KEPT:
                os.unlink(entry.path)
