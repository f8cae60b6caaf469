"""Names from the account, for completion in the shell.

``iamcli complete KIND COMMAND WORD...`` prints the names of that kind, one per line, with the
credentials and the endpoint that the command line would use. It only reads, never prompts, and
prints no errors. The names are cached for a minute, because the shell asks again each time you
press TAB; not in a sandbox, which responds at once and does not last.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # as in iamcli.interrupts
import contextlib
import os
import re
import stat
import threading
import time

from iamcli.cli import index
from iamcli.config.files import content, regular
from iamcli.config.settings import Settings
from iamcli.connection import processes
from iamcli.operations.names import KINDS, OWNERS, Query, is_name, policies
from iamcli.operations.service import IAM
from iamcli.output.streams import Reporter
from iamcli.parsing import parser
from iamcli.protection import Folder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from iamcli.command import Command

#: The time after which the process ends, so that the shell shows its prompt again (seconds).
TIMEOUT = 2.0

#: Seconds for which names are cached, and for which an empty list is.
CACHE_SECONDS = 60.0
EMPTY_CACHE_SECONDS = 10.0

#: The variables that select the account, the endpoint or the proxy, besides the command line: all
#: that start with AWS_, except those that continue with one of these, and the ones in _SELECTING.
_NOT_SELECTING = ("CLI_", "DEFAULT_OUTPUT", "EXECUTION_ENV", "IAM_HOME", "IAM_JVM_OPTS", "PAGER")
_SELECTING = ("boto_config", "home", "all_proxy", "http_proxy", "https_proxy", "no_proxy")

#: The files that botocore reads credentials and endpoints from: the variable that names the file,
#: if any, and the file if that is not set; its name may start with ``~``.
_FILES = (
    ("AWS_CONFIG_FILE", "~/.aws/config"),
    ("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials"),
    ("BOTO_CONFIG", "~/.boto"),
    ("", "/etc/boto.cfg"),
)
#: How the name of a cache file starts, and its whole name: a hash follows, and the number of the
#: process that is writing it, if it is not complete.
_PREFIX = "names-"
_CACHE_FILE = re.compile(rf"{_PREFIX}[0-9a-f]{{64}}(\.[0-9]+)?")


def complete(kind: str, arguments: Sequence[str], show: Callable[[str], None]) -> None:
    """Call ``show`` with each name of ``kind`` that fits an unfinished command line; never fail.

    ``arguments``: the command, followed by its arguments without the option to be completed; the
    snapshot file, if ``kind`` is "entity". After TIMEOUT, the process ends.
    """
    this_thread = threading.get_ident()

    def give_up() -> None:
        # As Ctrl-C, this ends the reading of a pipe, and a program.
        _signal.pthread_kill(this_thread, _signal.SIGINT)
        time.sleep(0.5)
        # Nothing interrupts a DNS lookup that hangs.
        os._exit(0)

    timer = threading.Timer(TIMEOUT, give_up)
    timer.daemon = True
    timer.start()
    try:
        if kind == "entity":
            from iamcli.cli.account_file.arns import arns
            from iamcli.cli.account_file.file import read

            parts = (
                arn.split(":")[-1].split("/") for arn in arns(read(arguments[0])) if "/" in arn
            )
            kinds = (*OWNERS, "instance-profile")
            known = (f"{kind}/{name}" for kind, *_, name in parts if kind in kinds)
            names = [*filter(is_name, known), "all"]
        else:
            names = _of_account(kind, arguments)
        for name in names:
            # The shell would insert it as a word, which can be an option, such as -h.
            if not name.startswith("-"):
                show(name)
    except (Exception, KeyboardInterrupt):  # noqa: BLE001 - an error would disturb the prompt
        return
    finally:
        timer.cancel()


def _of_account(kind: str, arguments: Sequence[str]) -> list[str]:
    """Return the names of ``kind`` that fit; raise anything if there are none."""
    command = index.load(os.path.basename(arguments[0]))
    values = _values(command, arguments[1:])
    settings = Settings(values, os.environ, prompts=False)
    if processes.sandbox_left_by(settings):
        return []
    query = _query(kind, command, values)
    file = "" if settings.sandbox else _file(query, settings)
    names = _cached(file)
    if names is None:
        # If the request fails, or takes too long, it is not repeated at once.
        _cache(file, [])
        os.environ |= {"AWS_MAX_ATTEMPTS": "1", "IAMCLI_TIMEOUT": str(TIMEOUT)}
        names = query.names(IAM(settings, Reporter()))
        _cache(file, names)
    return names


def _values(command: Command, arguments: Sequence[str]) -> dict[str, Any]:
    plain = [text.replace("'", "").replace('"', "").replace("\\", "") for text in arguments]
    unfinished = [option.replace(required=False, alternative="") for option in command.all_options]
    return parser.parse(command.name, unfinished, plain)


def _query(kind: str, command: Command, values: Mapping[str, Any]) -> Query:
    """Return the list to request; raise LookupError if the arguments do not determine it yet."""
    named = {option.complete: values[option.dest] for option in command.options}
    user = named.get("user")
    if kind == "policy":
        entity_type = next(entity_type for entity_type in OWNERS if named.get(entity_type))
        return policies(entity_type, named[entity_type])
    if kind == "mfa" and isinstance(user, str) and command.name != "iam-userenablemfadevice":
        return Query("ListMFADevices", "MFADevices", "SerialNumber", UserName=user)
    query = KINDS[kind]
    if kind in ("key", "signingcert") and isinstance(user, str):
        return Query(query.operation, query.key, query.member, UserName=user)
    return query


# The cache: one file per list, readable by its owner only.


def _file(query: Query, settings: Settings) -> str:
    """Return the cache file of a list; its name is a hash that does not reveal the query.

    It differs for everything that selects the account: the keys, the endpoint and the proxy on the
    command line or in the old files, the variables, and the contents of the files of botocore.
    """
    import hashlib

    keys = settings.keys
    parts = (
        query.operation,
        query.parameters,
        (keys.access_key, keys.secret_key, keys.token) if keys else None,
        settings.url,
        settings.proxy,
        sorted(item for item in os.environ.items() if _selects(item[0])),
        [
            content(os.path.expandvars(os.path.expanduser(os.environ.get(variable, file))))
            for variable, file in _FILES
        ],
    )
    name = hashlib.sha256(repr(parts).encode("utf-8", "surrogateescape")).hexdigest()
    caches = os.environ.get("XDG_CACHE_HOME", "")
    if not os.path.isabs(caches):
        caches = os.path.expanduser("~/.cache")
    return os.path.join(caches, "iamcli", _PREFIX + name)


def _selects(variable: str) -> bool:
    """Return whether the environment variable may select the account."""
    if variable.startswith("AWS_"):
        return not variable.removeprefix("AWS_").startswith(_NOT_SELECTING)
    return variable.lower() in _SELECTING


def _cached(file: str) -> list[str] | None:
    """Return the names in ``file``; None if there are none, or they are out of date."""
    try:
        with os.fdopen(regular(file), "rb") as stream:
            state = os.fstat(stream.fileno())
            lines = stream.read().decode("ascii").split("\n")
    except (OSError, ValueError):
        return None
    names = lines[:-1]
    age = time.time() - state.st_mtime
    private = state.st_uid == os.geteuid() and not state.st_mode & 0o077
    limit = CACHE_SECONDS if names else EMPTY_CACHE_SECONDS
    valid = not lines[-1] and all(map(is_name, names))
    return names if private and valid and 0 <= age < limit else None


def _cache(file: str, names: Sequence[str]) -> None:
    """Write ``names`` to ``file`` and remove old cache files; errors are ignored."""
    if not file:
        return
    path, name = os.path.split(file)
    try:
        with Folder(path, make=0o700, follow=False) as folder:
            folder.keep_private()
            _remove_old(path)
            content = "".join(f"{line}\n" for line in names).encode()
            # It is never read half-written.
            folder.replace(name, content, temporary=f"{name}.{os.getpid()}")
    except OSError:
        return


def _remove_old(folder: str) -> None:
    """Remove old cache files, and nothing else that may be in ``folder``."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if not _CACHE_FILE.fullmatch(entry.name):
                continue
            with contextlib.suppress(OSError):  # another process may have removed it
                state = entry.stat(follow_symlinks=False)
                if stat.S_ISREG(state.st_mode) and time.time() - state.st_mtime > CACHE_SECONDS:
                    os.unlink(entry.path)
