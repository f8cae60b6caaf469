"""A folder for scripts that expect the toolkit's own: commands in bin/, and two templates."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import sysconfig
from pathlib import Path

from iamcli.errors import Failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

#: What was written, so that a later run can tell it from what others wrote.
RECORD = ".iamcli-home"

CREDENTIAL_TEMPLATE = """\
# Credentials for the iam-* commands. Copy this file to a place of your own, for example
# ~/.aws-credential, put your access key in, let nobody else read it (chmod 600), and name the copy
# in the variable AWS_CREDENTIAL_FILE or behind the option --aws-credential-file.
AWSAccessKeyId=<the id of the access key, 20 characters>
AWSSecretKey=<the secret that was shown with it, 40 characters>
"""

CONFIG_TEMPLATE = """\
# The proxy that the iam-* commands go through; only networks without a direct way out need this
# file. Copy it, fill in what your proxy wants, and name the copy in the variable
# CLIENT_CONFIG_FILE or behind the option --client-config-file. What is left empty is not used.
ClientProxyHost=
ClientProxyPort=
# Only for a proxy that asks who you are:
ClientProxyUsername=
ClientProxyPassword=
"""

README = """\
This folder stands in for the one that the legacy AWS IAM Command Line Toolkit was unpacked to.
It was laid out by the program "iamcli home"; after an upgrade or a move of iamcli, run that again.

  bin/                     the iam-* commands: links to where iamcli is installed
  aws-credential.template  copy it, fill it in, and name the copy in AWS_CREDENTIAL_FILE
  client-config.template   likewise in CLIENT_CONFIG_FILE, if you need a proxy

Scripts that name this folder work as they are. In a shell, and for scripts that use the variable:

  export AWS_IAM_HOME="{folder}"
  export PATH="$AWS_IAM_HOME/bin:$PATH"
  export AWS_CREDENTIAL_FILE="$HOME/.aws-credential"

Each command explains itself: iam-usercreate -h
"""


def commands_folder() -> Path:
    """Return the folder of the iam-* commands that belong to the running program.

    Raises Failure where there is none.
    """
    package = Path(__file__).resolve().parent.parent
    for folder in (
        Path(sys.argv[0]).resolve().parent,
        Path(sysconfig.get_path("scripts")),
        package.parent / "bin",
    ):
        if (folder / "iam-usercreate").is_file():
            return folder
    raise Failure("the iam-* commands are not where iamcli is installed; install it again")


def lay_out(name: str, commands: Iterable[str]) -> list[str]:
    """Make the folder ``name`` one that scripts can use as AWS_IAM_HOME.

    ``commands``: the names of the programs to link to. Returns lines that say what was done.
    Raises Failure, with nothing changed, where something there is neither as this program wrote it
    nor as it would write it now. A template that was filled in stays as it is.
    """
    if not name:
        raise Failure("the name of the folder is empty; give one")
    source = commands_folder()
    folder = Path(name).absolute()
    _check_folders(folder, source)
    recorded = _read_record(folder / RECORD)
    links = {f"bin/{command}": str(source / command) for command in commands}
    texts = {
        "aws-credential.template": CREDENTIAL_TEMPLATE,
        "client-config.template": CONFIG_TEMPLATE,
        "README": README.format(folder=folder),
    }
    wanted = {place: f"link {target}" for place, target in links.items()}
    wanted |= {place: _file_state(text.encode()) for place, text in texts.items()}
    kept, foreign = _compare(folder, wanted, recorded)
    kept_texts = [place for place in kept if place in texts]
    foreign += [place for place in kept if place in links]
    if foreign:
        more = f" (nor {len(foreign) - 1} more)" if foreign[1:] else ""
        raise Failure(
            f"{folder / foreign[0]} was not made by iamcli home{more}; nothing was changed: "
            "move it away or choose another folder"
        )
    try:
        _write(folder, links, {place: texts[place] for place in texts if place not in kept_texts})
        _replace(folder / RECORD, json.dumps(wanted, indent=0) + "\n")
    except OSError as error:
        raise Failure(f"{error.filename}: {error.strerror}; {folder} is not complete") from None
    told = [f"{folder} is ready: the {len(links)} commands in its bin are those of {source}"]
    if kept_texts:
        told.append(f"left as you changed it: {', '.join(kept_texts)}")
    return told


def _check_folders(folder: Path, source: Path) -> None:
    """Raise Failure where ``folder`` cannot hold a bin of its own."""
    bin_folder = folder / "bin"
    if bin_folder.exists() and bin_folder.samefile(source):
        raise Failure(f"{folder} is where iamcli is installed, and works as AWS_IAM_HOME as it is")
    if bin_folder.is_symlink():
        raise Failure(f"{bin_folder} is a link that iamcli home did not make; nothing was changed")
    for place in (folder, bin_folder):
        if os.path.lexists(place) and not place.is_dir():
            raise Failure(f"{place} is not a folder; nothing was changed")


def _read_record(path: Path) -> dict[str, str]:
    try:
        record: dict[str, str] = json.loads(path.read_text())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is no record of iamcli home"
        raise Failure(f"{path} cannot be read: {reason}; nothing was changed") from None
    return record


def _compare(
    folder: Path, wanted: dict[str, str], recorded: dict[str, str]
) -> tuple[list[str], list[str]]:
    """Return the places that were ours and have been changed, and those that never were ours."""
    kept: list[str] = []
    foreign: list[str] = []
    for place, state in wanted.items():
        now = _state(folder / place)
        if now not in (None, state, recorded.get(place)):
            (kept if place in recorded else foreign).append(place)
    return kept, foreign


def _state(path: Path) -> str | None:
    """Return what stands at ``path``, in the words of the record; None for nothing."""
    if path.is_symlink():
        return f"link {path.readlink()}"
    if path.is_file():
        return _file_state(path.read_bytes())
    return "folder" if path.exists() else None


def _file_state(content: bytes) -> str:
    return f"file {hashlib.sha256(content).hexdigest()}"


def _write(folder: Path, links: dict[str, str], texts: dict[str, str]) -> None:
    (folder / "bin").mkdir(parents=True, exist_ok=True)
    for place, target in links.items():
        new = _beside(folder / place)
        new.symlink_to(target)
        new.replace(folder / place)
    for place, text in texts.items():
        _replace(folder / place, text)


def _replace(path: Path, text: str) -> None:
    new = _beside(path)
    new.write_text(text)
    new.replace(path)


def _beside(path: Path) -> Path:
    """Return a free name from which ``path`` can be replaced in one step."""
    new = path.with_name(f".{path.name}.iamcli-new")
    new.unlink(missing_ok=True)
    return new
