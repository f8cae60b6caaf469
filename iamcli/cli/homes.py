"""Sets up a directory that scripts can use as AWS_IAM_HOME: bin/, two templates, a README."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shlex
import stat
import sys
import sysconfig
from pathlib import Path

from iamcli.errors import Failure
from iamcli.installation.extras import is_one_file
from iamcli.protection import Folder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

#: The file that records what was written, so that a later run can recognize other files.
RECORD = ".iamcli-home"

#: How the paths of the commands begin.
BIN = "bin/"

#: The maximum size of a file that is read (bytes), far more than that of any file written here.
MAX_SIZE = 1 << 20

CREDENTIAL_TEMPLATE = """\
# Credentials for the iam-* commands. Copy this file, for example to ~/.aws-credential, fill in your
# access key, and run chmod 600 on the copy. Then set AWS_CREDENTIAL_FILE to its name, or use the
# option --aws-credential-file.
AWSAccessKeyId=<access key ID, 20 characters>
AWSSecretKey=<secret access key, 40 characters>
"""

CONFIG_TEMPLATE = """\
# Proxy settings for the iam-* commands. You need this file only if your network requires a proxy.
# Copy it and fill in the settings. Then set CLIENT_CONFIG_FILE to the name of the copy, or use the
# option --client-config-file. Empty settings are ignored.
ClientProxyHost=
ClientProxyPort=
# Only if the proxy requires authentication:
ClientProxyUsername=
ClientProxyPassword=
"""

README = """\
This directory replaces the installation directory of the legacy AWS IAM Command Line Toolkit.
It was created by "{command}". Run that again after you upgrade or move iamcli.

  bin/                     the iam-* commands: {entries}
  aws-credential.template  a template for the file in AWS_CREDENTIAL_FILE
  client-config.template   a template for the file in CLIENT_CONFIG_FILE, if you need a proxy

Scripts that contain the name of this directory work unchanged. For scripts that use AWS_IAM_HOME,
and for your shell:

  export AWS_IAM_HOME="{folder}"
  export PATH="$AWS_IAM_HOME/bin:$PATH"
  export AWS_CREDENTIAL_FILE="$HOME/.aws-credential"

For help on a command, run it with -h: iam-usercreate -h
"""

#: An entry of bin in a strict home: a command that behaves as with IAMCLI_STRICT=1.
_STRICT_BEGIN = """\
#!/bin/sh
# Created by "iamcli home --strict".
"""
STRICT_COMMAND = (
    _STRICT_BEGIN
    + """\
IAMCLI_STRICT=1
export IAMCLI_STRICT
if [ "${{PYTHONHOME+set}}" ]; then
    export IAMCLI_PYTHONHOME="$PYTHONHOME"
    unset PYTHONHOME
fi
exec {target} "$@"
"""
)


def one_file() -> Path | None:
    """Return the one file, iamcli.pyz, if iamcli runs from it; it has no symbolic links in it."""
    return Path(sys.argv[0]).resolve() if is_one_file() else None


def commands_folder() -> Path:
    """Return the directory of the iam-* commands that belong to the running program.

    Raises Failure if it is not found.
    """
    for folder in commands_folders():
        return folder
    if is_one_file():
        raise Failure("the one file has no iam-* commands to run; install iamcli with pipx")
    raise Failure("the iam-* commands of this installation are missing; install iamcli again")


def commands_folders() -> Iterator[Path]:
    """Yield the directories of the iam-* commands that run this installation, the own one first."""
    if is_one_file():
        return  # those of the Python that runs it belong to another installation
    package = Path(__file__).resolve().parent.parent
    folders = [Path(sysconfig.get_path("scripts")), package.parent / "bin"]
    # Debian patches the place of scripts to /usr/local/bin, but not for its own packages.
    folders.append(Path(sys.prefix, "bin"))
    with contextlib.suppress(OSError):  # a relative name in a directory that was deleted
        folders.insert(0, Path(sys.argv[0]).resolve().parent)
    for folder in folders:
        if os.path.isfile(folder / "iam-usercreate"):
            yield folder


def lay_out(name: str, commands: Iterable[str], *, strict: bool = False) -> list[str]:
    """Set up the directory ``name`` so that scripts can use it as AWS_IAM_HOME.

    ``commands``: the names of the commands to include; ``strict``: make them behave as with
    IAMCLI_STRICT=1. Returns lines that report what was done. Whatever is in the place of a text
    file and was not written by this program is left as it is. Raises Failure if an entry of bin was
    not made by this program; nothing is changed then.
    """
    if not name:
        raise Failure("the directory name is empty; specify a directory")
    source = one_file() or commands_folder()
    folder = _absolute(name)
    names = list(commands)
    contents = _contents(folder, source, names, strict=strict)
    other = _contents(folder, source, names, strict=not strict)
    try:
        _check_folders(folder, source)
        recorded = _read_record(folder / RECORD)
        current = {place: _state(folder / place) for place in contents}
    except OSError as error:
        raise Failure(f"{error.filename}: {error.strerror}; nothing was changed") from None
    wanted = {place: _intended(content) for place, content in contents.items()}
    known = {
        place: [state, _intended(other[place]), *recorded.get(place, ())]
        for place, state in wanted.items()
    }
    changed = [place for place in wanted if current[place] not in (None, *known[place])]
    in_the_way = [place for place in changed if place.startswith(BIN)]
    if in_the_way:
        more = f" (1 of {len(in_the_way)} such files)" if in_the_way[1:] else ""
        raise Failure(
            f"{folder / in_the_way[0]} was not created by iamcli home{more}; nothing was changed; "
            "move it or choose another directory"
        )
    kept = [place for place in changed if place in recorded]
    foreign = [place for place in changed if place not in recorded]
    outdated = {
        place: content
        for place, content in contents.items()
        if place not in changed
        and (current[place] != wanted[place] or not _is_usable(folder / place, content))
    }
    record = {place: [state] for place, state in wanted.items() if place not in foreign}
    if outdated or record != recorded:
        # If this run is cut off, the next one must know what it has written.
        interim = {place: known[place] for place in record}
        try:
            _write(folder, outdated, interim, record)
        except OSError as error:
            raise Failure(
                f"{error.filename}: {error.strerror}; {folder} is incomplete; correct this and run "
                "it again"
            ) from None
    has = f"links to {len(names)} commands in {source}"
    if strict:
        has = f"scripts that run {len(names)} commands in {source} with IAMCLI_STRICT=1"
    report = [f"{folder} is ready; its bin has {has}"]
    if kept:
        report.append(f"kept your changes: {', '.join(kept)}")
    if foreign:
        report.append(f"not created by iamcli home, left unchanged: {', '.join(foreign)}")
    return report


def problem(folder: Path, commands: Sequence[str]) -> str | None:
    """Return why scripts that use a directory made by ``lay_out`` may fail, or None.

    ``commands``: the names of the commands that it should include.
    """
    try:
        recorded = _read_record(folder / RECORD)
        changed = [
            place
            for place, states in recorded.items()
            if place.startswith(BIN) and _state(folder / place) not in states
        ]
    except Failure as failure:
        return str(failure).partition(";")[0]
    except OSError as error:
        return f"{error.filename}: {error.strerror}"
    if changed:
        return f"{folder / changed[0]}{more(changed)}: missing or changed"
    missing = [name for name in commands if f"{BIN}{name}" not in recorded]
    if missing:
        return f"{folder} is of another version of iamcli and lacks {len(missing)} commands"
    targets = [target(folder / BIN / name) for name in commands]
    gone = [str(path) for path in targets if path and not path.exists()]
    if gone:
        return f"{folder} runs {gone[0]}, which does not exist"
    own = own_places()
    foreign = [str(path.parent) for path in targets if path and not is_own(path, own)]
    return f"{folder} runs another installation, {foreign[0]}" if foreign else None


def more(names: Sequence[object]) -> str:
    """Return how many there are besides the first of ``names``, "" if there is only one."""
    number = len(names) - 1
    return f" and {number} other{'s' if number > 1 else ''}" if number else ""


def target(path: Path) -> Path | None:
    """Return the command that ``path``, an entry of bin in a home, runs; None if it is not one."""
    try:
        if path.is_symlink():
            return path.parent / path.readlink()
        content = os.fsdecode(_content(path) or b"")
        last = content.removesuffix("\n").rpartition("\n")[2]
        if not (content.startswith(_STRICT_BEGIN) and last.startswith("exec ")):
            return None
        words = shlex.split(last)[1:]
    except (OSError, ValueError):
        return None
    return Path(words[0]) if words else None


def own_places() -> frozenset[str]:
    """Return the one file, or the directories of ``commands_folders``, without symbolic links."""
    file = one_file()
    places = [file] if file else commands_folders()
    return frozenset(os.path.realpath(place) for place in places)


def is_own(path: Path, places: Collection[str]) -> bool:
    """Return whether the program ``path`` is, or runs, one of ``places``, from ``own_places``."""
    programs = filter(None, (path, target(path)))
    return any(
        place in places
        for program in map(os.path.realpath, programs)
        for place in (program, os.path.dirname(program))
    )


def _absolute(name: str) -> Path:
    try:
        return Path(name).absolute()
    except OSError:
        raise Failure(
            "the current directory does not exist; change to another directory, or specify an "
            "absolute path"
        ) from None


def _contents(
    folder: Path, source: Path, commands: list[str], *, strict: bool
) -> dict[str, str | bytes]:
    """Return the contents of the home by path: the target of a link, or the bytes of a file."""
    contents: dict[str, str | bytes] = {}
    for command in commands:
        # The one file runs the command that a link to it, or its first argument, names.
        words = [str(source), command] if source.is_file() else [str(source / command)]
        target = words[0]
        script = STRICT_COMMAND.format(target=shlex.join(words))
        contents[f"{BIN}{command}"] = os.fsencode(script) if strict else target
    quoted = "".join(f"\\{sign}" if sign in '"$`\\' else sign for sign in str(folder))
    entries = "links to the installed commands of iamcli"
    if strict:
        entries = "scripts that run those of iamcli with IAMCLI_STRICT=1"
    readme = README.format(
        command="iamcli home --strict" if strict else "iamcli home", entries=entries, folder=quoted
    )
    return contents | {
        "aws-credential.template": CREDENTIAL_TEMPLATE.encode(),
        "client-config.template": CONFIG_TEMPLATE.encode(),
        "README": os.fsencode(readme),
    }


def _check_folders(folder: Path, source: Path) -> None:
    """Raise Failure if ``folder`` or its bin is not a directory that can be set up."""
    bin_folder = folder / "bin"
    if bin_folder.exists() and bin_folder.samefile(source):
        raise Failure(f"{folder} is the installation of iamcli; use it as AWS_IAM_HOME unchanged")
    if bin_folder.is_symlink():
        raise Failure(f"{bin_folder} is a symbolic link; nothing was changed; remove the link")
    for path in (folder, bin_folder):
        if os.path.lexists(path) and not path.is_dir():
            raise Failure(f"{path} is not a directory; nothing was changed")


def _read_record(path: Path) -> dict[str, list[str]]:
    """Return the recorded states of each path; none if there is no record.

    A path has several states if a run was cut off. Raises Failure if the record is damaged, and
    OSError if it cannot be read.
    """
    try:
        content = _content(path)
    except FileNotFoundError:
        return {}
    try:
        record = json.loads(content or b"")
        states = {
            place: [state] if isinstance(state, str) else state for place, state in record.items()
        }
        valid = all(
            isinstance(known, list) and known and all(isinstance(state, str) for state in known)
            for known in states.values()
        )
    except (ValueError, AttributeError, TypeError, RecursionError):
        valid = False
    if not valid:
        raise Failure(
            f"{path} is not a record of iamcli home; nothing was changed; move it and run this "
            "again"
        )
    return states


def _intended(content: str | bytes) -> str:
    """Return the state of a link to the target ``content``, or of a file with that content."""
    return f"link {content}" if isinstance(content, str) else _file_state(content)


def _state(path: Path) -> str | None:
    """Return the state of ``path`` as it is recorded, or None if it does not exist."""
    try:
        if path.is_symlink():
            return f"link {path.readlink()}"
        content = _content(path)
    except FileNotFoundError:
        return None
    except PermissionError:
        return "unreadable"
    return "other" if content is None else _file_state(content)


def _content(path: Path) -> bytes | None:
    """Return the contents of a file; None for a link, a directory, a pipe, or a large file.

    Raises OSError if there is no file or it cannot be read.
    """
    if not stat.S_ISREG(path.lstat().st_mode):
        return None
    number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(number, "rb") as file:
        content = file.read(MAX_SIZE + 1)
    return content if len(content) <= MAX_SIZE else None


def _is_usable(path: Path, content: str | bytes) -> bool:
    """Return whether ``path``, which has that content, can be executed if it is a script."""
    return content[:2] != b"#!" or os.access(path, os.X_OK)


def _file_state(content: bytes) -> str:
    return f"file {hashlib.sha256(content).hexdigest()}"


def _write(
    folder: Path,
    contents: dict[str, str | bytes],
    interim: dict[str, list[str]],
    record: dict[str, list[str]],
) -> None:
    """Write ``contents``, before them the record ``interim``, and after them ``record``.

    Raises OSError with the path if something cannot be written.
    """
    with contextlib.ExitStack() as opened:
        # Whoever owns the directory cannot lead what follows to another one.
        outer = opened.enter_context(_opened(folder))
        directories = {"": outer, BIN: opened.enter_context(_opened(folder / BIN, inside=outer))}

        def put(place: str, content: str | bytes) -> None:
            prefix = BIN if place.startswith(BIN) else ""
            _put(directories[prefix], folder / place, content, executable=bool(prefix))

        put(RECORD, _json(interim))
        for place, content in contents.items():
            put(place, content)
        for place in record:
            # A run that was cut off may have left it.
            prefix = BIN if place.startswith(BIN) else ""
            directories[prefix].discard(_temporary(place.removeprefix(prefix)))
        put(RECORD, _json(record))


def _opened(path: Path, *, inside: Folder | None = None) -> Folder:
    """Return the directory ``path``, which is made if it does not exist. Raises OSError with it.

    ``inside``: the directory that it is in, if that is open.
    """
    try:
        name = path.name if inside else str(path)
        return Folder(name, make=0o755, follow=not inside, inside=inside)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from None


def _json(record: dict[str, list[str]]) -> bytes:
    # One state is a string, as in the records of earlier versions.
    plain = {place: known if known[1:] else known[0] for place, known in record.items()}
    return f"{json.dumps(plain, indent=0)}\n".encode()


def _put(folder: Folder, path: Path, content: str | bytes, *, executable: bool = False) -> None:
    """Make ``path``, which is in ``folder``, a link to ``content``, or a file with that content."""
    new = _temporary(path.name)
    made = path.with_name(new)
    try:
        folder.remove(new)
        made = path
        if isinstance(content, str):
            folder.symlink(content, new)
            folder.rename(new, path.name)
        else:
            folder.replace(path.name, content, 0o755 if executable else 0o644, temporary=new)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(made)) from None


def _temporary(name: str) -> str:
    """Return the name that is written and then renamed to ``name``."""
    return f".{name}.iamcli-new"
