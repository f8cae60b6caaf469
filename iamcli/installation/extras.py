"""The packages that some subcommands or profiles need, and how to add them to this installation."""

from __future__ import annotations

import os
import sys

import iamcli
from iamcli import quoting
from iamcli.installation import is_one_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

#: For each extra, the packages that it installs. Source: setup.cfg.
PACKAGES = {
    "sandbox": ("moto[iam]>=5.1.1", "flask>=3.0", "flask-cors>=5.0", "segno>=1.6"),
    "qr": ("segno>=1.6",),
    "check": ("shfmt-py>=4",),
    "login": ("botocore[crt]>=1.41.0",),
}
#: The extras of subcommands. ``login`` is for profiles that ``aws login`` has made.
OF_SUBCOMMANDS = ("sandbox", "qr", "check")
#: The packages of Debian that are the same. Debian's botocore is too old for ``login``.
DEBIAN = {
    "sandbox": ("python3-moto", "python3-flask-cors", "python3-segno"),
    "qr": ("python3-segno",),
    "check": ("shfmt",),
    "login": (),
}
#: The modules that show that an extra is installed, that of its main package first. The sandbox
#: needs segno for QR codes only.
_MODULES = {
    "sandbox": ("moto", "flask", "flask_cors"),
    "qr": ("segno",),
    "check": (),
    "login": ("awscrt",),
}


def installed() -> list[str]:
    """Return the extras of subcommands that are installed. Their modules are not imported."""
    return [extra for extra in OF_SUBCOMMANDS if _is_installed(extra)]


def incomplete() -> list[str]:
    """Return the extras of subcommands of which only some modules are installed."""
    if is_one_file():
        return []
    begun = [extra for extra in OF_SUBCOMMANDS if any(map(_is_there, _MODULES[extra][:1]))]
    return [extra for extra in begun if not _is_installed(extra)]


def can_add_login() -> bool:
    """Return whether the extra ``login`` can be added to this installation of iamcli."""
    return not (is_one_file() or _is_debian())


def advice(*extras: str) -> str:
    """Return what to do to install ``extras``: "run: COMMAND" for this installation.

    ``extras``: names in ``PACKAGES``. The command names the packages themselves, because iamcli
    need not be on an index.
    """
    packages = _all_of(PACKAGES, extras)
    if is_one_file():
        # The program that check needs can be in PATH.
        lacking = [extra for extra in extras if extra != "check"]
        advised = [_run("pipx", "install", "shfmt-py")] if "check" in extras else []
        if lacking:
            command = _run("pipx", "install", f".[{','.join(lacking)}]")
            contents = f"the one file does not contain {' and '.join(lacking)}"
            advised.append(f"{contents}; in a checkout of iamcli, {command}")
        return "; ".join(advised)
    if os.path.isfile(os.path.join(sys.prefix, "pipx_metadata.json")):
        return _run("pipx", "inject", "iamcli", *packages)
    if os.path.isfile(os.path.join(sys.prefix, "uv-receipt.toml")):
        # uv replaces the tool, so that those that are there must be named, too.
        # shfmt in PATH is not of the tool.
        own = [extra for extra in PACKAGES if extra != "check" or _own_shfmt()]
        there = [*extras, *filter(_is_installed, own)]
        wanted = [extra for extra in PACKAGES if extra in there]
        options = [f"--with={package}" for package in _all_of(PACKAGES, wanted)]
        return _run("uv", "tool", "install", *options, _source())
    if _is_debian():
        lacking = [extra for extra in extras if not DEBIAN[extra]]
        names = _all_of(DEBIAN, extras)
        advised = [_run("apt", "install", "--no-install-recommends", *names)] if names else []
        if lacking:
            without = f"Debian has no package for {' and '.join(lacking)}"
            advised.append(f"{without}; install iamcli with pipx")
        return "; ".join(advised)
    return _run(sys.executable or "python3", "-m", "pip", "install", *packages)


def _all_of(packages: Mapping[str, Iterable[str]], extras: Iterable[str]) -> list[str]:
    """Return the ``packages`` of the ``extras``, each once."""
    return list(dict.fromkeys(name for extra in extras for name in packages[extra]))


def shfmt() -> str | None:
    """Return the path of shfmt, which is beside the interpreter or in PATH; None if neither."""
    from shutil import which

    return _own_shfmt() or which("shfmt")


def _own_shfmt() -> str | None:
    from shutil import which

    return which(os.path.join(os.path.dirname(sys.executable), "shfmt"))


def _run(*words: str) -> str:
    return f"run: {quoting.command_line(*words)}"


def _is_debian() -> bool:
    """Return whether the package of Debian installed this iamcli."""
    place = os.path.dirname(os.path.dirname(os.path.abspath(iamcli.__file__)))
    return place == "/usr/lib/python3/dist-packages"


def _is_there(module: str) -> bool:
    from importlib.util import find_spec

    return find_spec(module) is not None


def _is_installed(extra: str) -> bool:
    if extra == "sandbox" and is_one_file():
        return False  # it also needs the iam-* commands as files
    if extra == "check" and not shfmt():
        return False
    return all(map(_is_there, _MODULES[extra]))


def _source() -> str:
    """Return what iamcli was installed from: a file, a directory, or its name for an index."""
    import json
    from importlib.metadata import PackageNotFoundError, distribution
    from urllib.parse import unquote

    try:
        record = distribution("iamcli").read_text("direct_url.json")
        url = str(json.loads(record or "{}").get("url", "iamcli"))
    except (PackageNotFoundError, ValueError):
        return "iamcli"
    return unquote(url.removeprefix("file://"))
