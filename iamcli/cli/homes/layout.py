"""Writes a directory that scripts can use as AWS_IAM_HOME: bin/, two templates, a README."""

from __future__ import annotations

import errno
import json
import os
import re
import shlex
import stat
import sys
from pathlib import Path

from iamcli import quoting
from iamcli.cli.homes.directory import (
    BIN,
    NOT_STRICT,
    RECORD,
    SCRIPT_BEGIN,
    STRICT,
    above,
    exists,
    is_own,
    mounted,
    read_record,
    state_at,
    state_of,
    strict_default,
    target,
    why_not,
)
from iamcli.cli.installed_commands import commands_folder, home_line, one_file, own_places
from iamcli.errors import Failure
from iamcli.interrupts import DeferredSignals
from iamcli.protection import PROTECT, Folder, others_may_write

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

#: The PATH of cron's jobs.
_PATH_OF_CRON = "/usr/bin:/bin"

CREDENTIALS = "aws-credential.template"
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

IAMCLI_STRICT=1 makes commands behave as old scripts expect; to read how: iamcli help differences

Scripts that contain the name of this directory work unchanged. For scripts that use AWS_IAM_HOME:

  export AWS_IAM_HOME="{folder}"
  export PATH="$AWS_IAM_HOME/bin:$PATH"
  export AWS_CREDENTIAL_FILE="$HOME/.aws-credential"

For help on a command, run it with -h: iam-usercreate -h
"""

#: Directories of the system, of which no line moves bin.
_SHARED = {"/", "/usr", "/usr/local", "/opt", "/opt/aws", os.path.expanduser("~")}

#: What a script of bin does if its command is gone.
_GONE = """\
if [ ! -e {program} ]; then
    [ "$IAMCLI_STRICT" = 1 ] || exec >&2
    printf '%s: %s runs %s, which does not exist or which you may not reach; %s\\n' \\
        "${{0##*/}}" "$0" {program} 'run iamcli home again'
    exit 1
fi
"""

#: An entry of bin that is a script.
SCRIPT = (
    SCRIPT_BEGIN
    + """\
{set}{gone}if [ "${{PYTHONHOME+set}}" ]; then
    export IAMCLI_PYTHONHOME="$PYTHONHOME"
    unset PYTHONHOME
fi
exec {target} "$@"
"""
)


def lay_out(
    name: str, commands: Sequence[str], *, strict: bool = True, dry: bool = False
) -> list[str]:
    """Set up the directory ``name`` so that scripts can use it as AWS_IAM_HOME.

    ``commands``: the names of the commands to include; ``strict``: make them behave as with
    IAMCLI_STRICT=1 if it is not set; ``dry``: change nothing. Returns lines that report what was
    done. Whatever is in the place of a text file and was not written by this program is left as it
    is. Raises Failure if an entry of bin was not made by this program; nothing is changed then.
    """
    if not name:
        raise Failure("the directory name is empty; specify a directory")
    source = one_file() or commands_folder()
    folder = _absolute(name)
    python = _python(source)
    own = STRICT if strict else NOT_STRICT
    contents = _contents(folder, source, commands, python, own)
    try:
        _check_folders(folder, source, scripts=bool(_settings(python, own)))
        recorded = read_record(folder / RECORD)
        current = {place: state_at(folder / place) for place in contents}
    except OSError as error:
        raise Failure(f"{error.filename}: {error.strerror}; nothing was changed") from None
    # What this run writes, and what earlier runs have written.
    known = {
        place: [state_of(content), *recorded.get(place, ())] for place, content in contents.items()
    }
    changed = [place for place in known if current[place] not in (None, *known[place])]
    _refuse(folder, [place for place in changed if place.startswith(BIN)])
    if dry:
        return []
    made = [folder / place for place, state in current.items() if state and place.startswith(BIN)]
    converted = _converted(made, NOT_STRICT if strict else STRICT)
    kept = [place for place in changed if place in recorded]
    foreign = [place for place in changed if place not in recorded]
    outdated = {
        place: content
        for place, content in contents.items()
        if place not in changed
        and (
            current[place] != known[place][0]
            # A script that cannot be executed.
            or (content[:2] == b"#!" and not os.access(folder / place, os.X_OK))
        )
    }
    record = {place: states[:1] for place, states in known.items() if place not in foreign}
    if outdated or record != recorded:
        # If this run is cut off, the next one must know what it has written.
        interim = {place: known[place] for place in record}
        try:
            with DeferredSignals():
                _write(folder, outdated, interim, record)
        except OSError as error:
            # The record is written first.
            denied = isinstance(error, PermissionError) or error.errno == errno.EROFS
            same = denied and read_record(folder / RECORD) == recorded
            unchanged = "nothing was changed; choose a directory that you may write"
            incomplete = f"{folder} is incomplete; correct this and run it again"
            state = unchanged if same else incomplete
            raise Failure(f"{error.filename}: {error.strerror}; {state}") from None
    if why := why_not(folder / BIN / commands[0], _of_cron()):
        raise Failure(f"{folder} is not ready; with PATH={_PATH_OF_CRON}, {why}")
    has = f"links to {len(commands)} commands in {source}"
    if settings := _settings(python, own):
        has = f"scripts that run {len(commands)} commands in {source} with {settings}"
    report = [f"{folder} is ready; its bin has {has}", *converted]
    if kept:
        report.append(f"kept your changes: {', '.join(kept)}")
    if foreign:
        report.append(f"not created by iamcli home, left unchanged: {', '.join(foreign)}")
    return report


def _refuse(folder: Path, in_the_way: list[str]) -> None:
    """Raise Failure if there is a file ``in_the_way``, of others in ``folder``."""
    if not in_the_way:
        return
    if old := toolkit(folder / in_the_way[0]):
        steps = told(toolkit_lines(old)) or "ask its owner to move it, or choose another directory"
        raise Failure(f"{old}/bin has the legacy toolkit; nothing was changed; {steps}")
    number = f" (1 of {len(in_the_way)} such files)" if in_the_way[1:] else ""
    what, advice = "was not created by iamcli home", "move it or choose another directory"
    first = folder / in_the_way[0]
    made = is_own(first, own_places()) or (target(first) and not first.is_symlink())
    if made and not exists(folder / RECORD):
        what = (
            f"cannot be recognized as a file of iamcli home, because {folder / RECORD} is missing"
        )
        advice = f"move {folder}, and run this again"
    raise Failure(f"{first} {what}{number}; nothing was changed; {advice}")


def toolkit(program: Path) -> Path | None:
    """Return the directory of the legacy toolkit if ``program`` is one of its commands, else None.

    A directory of the system, or one with more programs of others, is none.
    """
    try:
        real = Path(os.path.realpath(program))
        inner, home = real.parent, real.parent.parent
        names = os.listdir(inner)
    except OSError:
        return None
    ours = is_own(real, own_places()) or target(real) or os.path.lexists(home / "bin.toolkit")
    if inner.name != "bin" or ours or str(home) in _SHARED or not os.path.isfile(real):
        return None
    its = [name for name in names if name.startswith("iam-") or name == "service"]
    marked = "service" in names or any(home.glob("lib/*.jar"))
    return home if marked and 2 * len(its) > len(names) else None


def toolkit_lines(old: Path) -> tuple[str, ...]:
    """Return the lines that replace the toolkit in ``old``, () if this user may not move it."""
    if not os.access(old, os.W_OK):
        return ()
    home, own, moved = (quoting.file(str(old / each)) for each in ("", "bin", "bin.toolkit"))
    copy = f"# then copy your own files from {moved} to {own}"
    return f"mv {own} {moved}", home_line(home), copy


def told(lines: Sequence[str]) -> str:
    """Return ``lines`` for a shell as what to do, in one line; variables are exported."""
    shell = (re.sub("^(?=[A-Z_]+=)", "export ", line) for line in lines)
    return "; ".join(line[2:] if line[0] == "#" else f"run: {line}" for line in shell)


def _converted(programs: Sequence[Path], form: dict[str, str]) -> list[str]:
    """Return the line about commands of the other ``form``, if one of ``programs`` was of it."""
    if all(bool(strict_default(path)) != bool(form["set"]) for path in programs):
        return []
    return [f"converted: before, its commands were as iamcli home{form['option']} makes them"]


def lay_out_filled(name: str, commands: Sequence[str], credentials: str, *, strict: bool) -> None:
    """Set up the new directory ``name``, as ``lay_out`` does, with filled templates.

    ``credentials``: the content of the credential file. Nobody else may enter the directory around
    ``name``. Raises OSError, and Failure if the commands are missing.
    """
    folder = Path(name)
    form = STRICT if strict else NOT_STRICT
    contents = _contents(folder, commands_folder(), commands, "", form)
    contents[CREDENTIALS] = credentials.encode()
    _write(folder, contents, {}, {place: [state_of(each)] for place, each in contents.items()})
    (folder / CREDENTIALS).chmod(0o600)


def _python(source: Path) -> str:
    """Return the Python that scripts must name to run ``source``, the one file; "" if none.

    The first line of the file looks for python3 in PATH, which may have none, or an old one. A
    file that was copied may not be executable.
    """
    if source.is_file() and any(why_not(source, env) for env in (_of_cron(), os.environ)):
        return sys.executable
    return ""


def _of_cron() -> dict[str, str]:
    """Return the variables that cron gives to its jobs, as far as they matter here."""
    home = {name: value for name, value in os.environ.items() if name == "HOME"}
    return {"PATH": _PATH_OF_CRON, **home}


def _settings(python: str, form: dict[str, str]) -> str:
    """Return the settings with which scripts run the commands, "" if links run them."""
    return " and ".join(filter(None, (python, "IAMCLI_STRICT=1" if form["set"] else "")))


def _absolute(name: str) -> Path:
    try:
        return Path(name).absolute()
    except OSError:
        raise Failure(
            "the current directory does not exist; change to another directory, or specify an "
            "absolute path"
        ) from None


def _contents(
    folder: Path, source: Path, commands: Sequence[str], python: str, form: dict[str, str]
) -> dict[str, str | bytes]:
    """Return the contents of the home by path: the target of a link, or the bytes of a file.

    ``python``: that of a result of ``_python``.
    """
    settings = _settings(python, form)
    contents: dict[str, str | bytes] = {}
    for command in commands:
        # The one file runs the command that a link to it, or its first argument, names.
        words = [str(source), command] if source.is_file() else [str(source / command)]
        run = shlex.join([python, *words] if python else words)
        gone = _GONE.format(program=shlex.quote(str(words[0])))
        script = SCRIPT.format(**form, gone=gone, target=run)
        contents[f"{BIN}{command}"] = os.fsencode(script) if settings else words[0]
    quoted = "".join(f"\\{sign}" if sign in '"$`\\' else sign for sign in str(folder))
    entries = "links to the installed commands of iamcli"
    if settings:
        entries = f"scripts that run those of iamcli with {settings}"
    command = f"iamcli home{form['option']}"
    readme = README.format(command=command, entries=entries, folder=quoted)
    return contents | {
        CREDENTIALS: CREDENTIAL_TEMPLATE.encode(),
        "client-config.template": CONFIG_TEMPLATE.encode(),
        "README": os.fsencode(readme),
    }


def _check_folders(folder: Path, source: Path, *, scripts: bool) -> None:
    """Raise Failure if ``folder`` or its bin, with ``scripts`` or links, cannot be set up."""
    bin_folder = folder / "bin"
    if outer := above(folder):
        raise Failure(f"{folder} is the bin of {outer}; nothing was changed; specify {outer}")
    if os.path.realpath(folder) in ("/", "/usr"):  # whose bin may be a link
        raise Failure(f"{folder} is of the system; nothing was changed; choose another directory")
    if exists(bin_folder) and bin_folder.samefile(source):
        raise Failure(
            f"{folder} is the installation of iamcli, whose commands are not in strict mode; "
            "choose another directory"
        )
    if bin_folder.is_symlink():
        raise Failure(f"{bin_folder} is a symbolic link; nothing was changed; remove the link")
    there = next(path for path in (folder, *folder.parents) if exists(path))
    if scripts and "noexec" in (mount := mounted(there)):
        raise Failure(f"{mount}; nothing was changed; choose another directory")
    for path in (folder, bin_folder):
        if os.path.lexists(path) and not path.is_dir():
            raise Failure(f"{path} is not a directory; nothing was changed")
        if exists(path) and others_may_write(path.stat(), stat.S_IWOTH):
            raise Failure(f"other users may write {path}; nothing was changed; {PROTECT}")


def _write(
    folder: Path,
    contents: dict[str, str | bytes],
    interim: dict[str, list[str]],
    record: dict[str, list[str]],
) -> None:
    """Write ``contents``, before them the record ``interim``, and after them ``record``."""
    # Both stay open, so that the owner of a directory above cannot put another one in its place.
    with _opened(folder) as outer, _opened(folder / BIN, inside=outer) as inner:
        _put(outer, folder / RECORD, _json(interim))
        for place, content in contents.items():
            is_command = place.startswith(BIN)
            _put(inner if is_command else outer, folder / place, content, executable=is_command)
        for place in record:
            # A run that was cut off may have left it.
            opened = inner if place.startswith(BIN) else outer
            opened.discard(_temporary(os.path.basename(place)))
        _put(outer, folder / RECORD, _json(record))


def _opened(path: Path, *, inside: Folder | None = None) -> Folder:
    """Open the directory ``path``, in ``inside`` if that is open; make it if it does not exist."""
    try:
        name = path.name if inside else str(path)
        return Folder(name, make=0o755, follow=not inside, inside=inside)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from None


def _json(record: dict[str, list[str]]) -> bytes:
    return f"{json.dumps(record, indent=0)}\n".encode()


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
