"""What an installation contains: man pages and completions where man and shells find them."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest
from support.completing import assert_completes, line_of_readme
from support.requirements import PATH, needs
from support.searches import SHOWN
from support.shell import ROOT, Shell
from support.terminal import InteractiveShell

from iamcli.cli import index

if TYPE_CHECKING:
    from collections.abc import Mapping

COMMANDS = [command.name for command in index.commands()]
PAGES = sorted((ROOT / "man").glob("*.[1-9]"))
#: What the wheel is made of.
FOLDERS = ("iamcli", "man", "completions")
FILES = ("setup.cfg", "pyproject.toml", "README.md", "LICENSE", "NOTICE")
#: click is not installed in the virtual environment.
WITH_CLICK = {"PYTHONPATH": str(Path(click.__file__).parent.parent)}
BUILD = "import sys, setuptools.build_meta as backend; print(backend.build_wheel(sys.argv[1]))"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel of this checkout, made by setuptools alone and without the network."""
    folder = tmp_path_factory.mktemp("wheel")
    ignore = shutil.ignore_patterns("__pycache__")
    for name in FOLDERS:
        shutil.copytree(ROOT / name, folder / name, symlinks=True, ignore=ignore)
    for name in FILES:
        shutil.copy(ROOT / name, folder / name)
    arguments = [sys.executable, "-c", BUILD, str(folder)]
    done = subprocess.run(arguments, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder / done.stdout.split()[-1]


def install(wheel: Path, venv: Path, *options: str) -> None:
    """Install the wheel alone in a virtual environment."""
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python"]
    command = [*pip, venv / "bin" / "python", "install", "-q", "--no-index", "--no-deps"]
    subprocess.run([*command, *options, wheel], check=True)


@pytest.fixture(scope="module")
def venv(wheel: Path) -> Path:
    """A fresh virtual environment with the wheel in it, and with nothing else."""
    folder = wheel.parent / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    install(wheel, folder, "--no-compile")
    return folder


@pytest.fixture
def installed_user(tmp_path: Path, venv: Path) -> Shell:
    """A user with only the commands of the virtual environment on PATH."""
    return Shell(tmp_path, {"PATH": f"{venv}/bin:{PATH}", "TERM": "xterm"})


def held(wheel: Path) -> Mapping[str, bytes]:
    """Return the data files of the wheel, by their path in the prefix."""
    with zipfile.ZipFile(wheel) as archive:
        return {
            name.partition(".data/data/")[2]: archive.read(name)
            for name in archive.namelist()
            if ".data/data/" in name
        }


def test_the_wheel_holds_the_pages_and_completions(wheel):
    wanted = {f"share/man/man{page.suffix[1:]}/{page.name}": page for page in PAGES}
    for shell, folder in {
        "bash": "share/bash-completion/completions",
        "zsh": "share/zsh/site-functions",
        "fish": "share/fish/vendor_completions.d",
    }.items():
        for file in (ROOT / "completions" / shell).iterdir():
            wanted[f"{folder}/{file.name}"] = file
    assert held(wheel) == {name: path.read_bytes() for name, path in wanted.items()}


@pytest.mark.full
def test_iamcli_finds_the_pages(installed_user, venv):
    viewer = installed_user.home / "man"
    viewer.write_text('#!/bin/sh\necho "$1"\n')
    viewer.chmod(0o755)
    env = WITH_CLICK | {"PATH": f"{installed_user.home}:{venv}/bin:{PATH}"}
    done = installed_user("iamcli", "help", "usercreate", env=env)
    pages = venv / "share" / "man" / "man1"
    for name in SHOWN:
        shown = installed_user("iamcli", "help", name, env=env)
        assert shown == (0, f"{pages}/iamcli-{name}.1\n", "")
    page = pages / "iam-usercreate.1"
    assert done == (0, f"{page}\n", "")
    page.rename(f"{page}.gz")
    try:
        assert installed_user("iamcli", "help", "usercreate", env=env) == (0, f"{page}.gz\n", "")
    finally:
        page.with_name(f"{page.name}.gz").rename(page)


@pytest.mark.full
def test_an_index_of_pages_in_a_shared_prefix_stays(installed_user, venv, wheel):
    """It has the pages of all packages that are installed there."""
    whatis = venv / "share" / "man" / "whatis"
    assert not whatis.exists()
    whatis.write_text("other (1)            - the page of another package\n")
    try:
        install(wheel, venv, "--force-reinstall")
        assert whatis.read_text().startswith("other (1)")
    finally:
        whatis.unlink()


@pytest.mark.full
@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
@needs("{shell}")
def test_the_line_of_the_readme_works_for_a_venv_that_is_not_activated(shell, aws, venv):
    # The wheel alone is in the environment; its requirements are in that of the tests.
    packages = next(venv.glob("lib/python*/site-packages"))
    (packages / "requirements.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    aws("iam-usercreate", "-u", "robert")
    aws.env |= {"PATH": PATH, "TERM": "dumb", "PYTHONPATH": ""}
    line = line_of_readme(shell).replace("iamcli completion", f"{venv}/bin/iamcli completion")
    assert_completes(aws, shell, line, f"{venv}/bin/iam-usergetattributes")


@pytest.mark.full
@needs("zsh", "fish")
def test_zsh_and_fish_find_them_where_they_are_installed(installed_user, venv):
    fish = f"set -p fish_complete_path {venv}/share/fish/vendor_completions.d; complete -C "
    assert (
        "the user's name (required)"
        in installed_user("fish", "-c", f"{fish} 'iam-usercreate -'").out
    )
    setup = f"fpath+=({venv}/share/zsh/site-functions); autoload -Uz compinit; compinit -u -D"
    with contextlib.closing(
        InteractiveShell("zsh", "-f", "-i", env=installed_user.env, setup=setup)
    ) as here:
        assert "the user's name (required)" in here.typed("iam-usercreate -\t")
