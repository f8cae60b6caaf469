"""Sets up a directory that scripts can use as AWS_IAM_HOME: bin/, two templates, a README."""

from __future__ import annotations

import hashlib
import json
import os
import shlex
import sys
import sysconfig
from pathlib import Path

from iamcli.errors import Failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

#: The file that records what was written, so that a later run can recognize other files.
RECORD = ".iamcli-home"

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
STRICT_COMMAND = """\
#!/bin/sh
# Created by "iamcli home --strict".
IAMCLI_STRICT=1
export IAMCLI_STRICT
exec {target} "$@"
"""


def commands_folder() -> Path:
    """Return the directory of the iam-* commands that belong to the running program.

    Raises Failure if it is not found.
    """
    package = Path(__file__).resolve().parent.parent
    for folder in (
        Path(sys.argv[0]).resolve().parent,
        Path(sysconfig.get_path("scripts")),
        package.parent / "bin",
    ):
        if (folder / "iam-usercreate").is_file():
            return folder
    raise Failure("the iam-* commands of this installation are missing; install iamcli again")


def lay_out(name: str, commands: Iterable[str], *, strict: bool = False) -> list[str]:
    """Set up the directory ``name`` so that scripts can use it as AWS_IAM_HOME.

    ``commands``: the names of the commands to include; ``strict``: make them behave as with
    IAMCLI_STRICT=1. Returns lines that report what was done. Whatever is in the place of a text
    file and was not written by this program is left as it is. Raises Failure if an entry of bin was
    not made by this program; nothing is changed then.
    """
    if not name:
        raise Failure("the directory name is empty; specify a directory")
    source = commands_folder()
    folder = Path(name).absolute()
    _check_folders(folder, source)
    recorded = _read_record(folder / RECORD)
    names = list(commands)
    contents = _contents(folder, source, names, strict=strict)
    other = _contents(folder, source, names, strict=not strict)
    wanted = {place: _intended(content) for place, content in contents.items()}
    changed = [
        place
        for place, state in wanted.items()
        if _state(folder / place) not in (None, state, _intended(other[place]), recorded.get(place))
    ]
    in_the_way = [place for place in changed if place.startswith("bin/")]
    if in_the_way:
        more = f" (1 of {len(in_the_way)} such files)" if in_the_way[1:] else ""
        raise Failure(
            f"{folder / in_the_way[0]} was not created by iamcli home{more}; nothing was changed; "
            "move it or choose another directory"
        )
    kept = [place for place in changed if place in recorded]
    foreign = [place for place in changed if place not in recorded]
    record = {place: state for place, state in wanted.items() if place not in foreign}
    try:
        (folder / "bin").mkdir(parents=True, exist_ok=True)
        for place in contents:
            if place not in changed:
                _put(folder / place, contents[place], executable=place.startswith("bin/"))
        _put(folder / RECORD, f"{json.dumps(record, indent=0)}\n".encode())
    except OSError as error:
        raise Failure(f"{error.filename}: {error.strerror}; {folder} is incomplete") from None
    has = f"links to {len(names)} commands in {source}"
    if strict:
        has = f"scripts that run {len(names)} commands in {source} with IAMCLI_STRICT=1"
    report = [f"{folder} is ready; its bin has {has}"]
    if kept:
        report.append(f"kept your changes: {', '.join(kept)}")
    if foreign:
        report.append(f"not created by iamcli home, left unchanged: {', '.join(foreign)}")
    return report


def _contents(
    folder: Path, source: Path, commands: list[str], *, strict: bool
) -> dict[str, str | bytes]:
    """Return the contents of the home by path: the target of a link, or the bytes of a file."""
    contents: dict[str, str | bytes] = {}
    for command in commands:
        target = str(source / command)
        script = STRICT_COMMAND.format(target=shlex.quote(target))
        contents[f"bin/{command}"] = os.fsencode(script) if strict else target
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


def _read_record(path: Path) -> dict[str, str]:
    try:
        record: dict[str, str] = json.loads(path.read_text())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not written by iamcli home"
        raise Failure(f"{path} cannot be read: {reason}; nothing was changed") from None
    return record


def _intended(content: str | bytes) -> str:
    """Return the state of a link to the target ``content``, or of a file with that content."""
    return f"link {content}" if isinstance(content, str) else _file_state(content)


def _state(path: Path) -> str | None:
    """Return the state of ``path`` as it is recorded, or None if it does not exist."""
    if path.is_symlink():
        return f"link {path.readlink()}"
    if path.is_file():
        return _file_state(path.read_bytes())
    return "folder" if path.exists() else None


def _file_state(content: bytes) -> str:
    return f"file {hashlib.sha256(content).hexdigest()}"


def _put(path: Path, content: str | bytes, *, executable: bool = False) -> None:
    """Make ``path`` a link to the target ``content``, or a file with that content."""
    new = path.with_name(f".{path.name}.iamcli-new")
    new.unlink(missing_ok=True)
    if isinstance(content, str):
        new.symlink_to(content)
    else:
        number = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o777 if executable else 0o666)
        with os.fdopen(number, "wb") as file:
            file.write(content)
    new.replace(path)
