"""What the release consists of: built twice, unpacked, installed by pipx, uv and pip, one file."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tarfile
import zipfile
from typing import TYPE_CHECKING

import pytest
from support.requirements import need
from support.shell import BIN, ROOT, Shell
from support.stub import Answer
from test_completion import BASH_COMPLETION, assert_completes, line_of_readme

if TYPE_CHECKING:
    from pathlib import Path

    from support.stub import Stub

pytestmark = [pytest.mark.full, pytest.mark.xdist_group("packages")]


def built(folder: Path, *parts: str, umask: int = 0o022, zone: str = "UTC") -> Path:
    """Build ``parts`` from a copy of the sources in ``folder``, and return its dist."""
    copy = ["bash", "-ec", '. packaging/source.sh; copy_sources "$1"', "-", folder]
    subprocess.run(copy, cwd=ROOT, check=True)
    tools = ROOT / ".venv-packaging"
    env = {**os.environ, "PYTHON": sys.executable, "TZ": zone, "SOURCE_DATE_EPOCH": "1700000000"}
    if not tools.exists():
        command = ". packaging/source.sh; tools"
        subprocess.run(["bash", "-ec", command], cwd=ROOT, env=env, check=True)
    (folder / ".venv-packaging").symlink_to(tools)
    for part in parts:
        subprocess.run([folder / "packaging" / part], env=env, umask=umask, check=True)
    return folder / "dist"


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the wheel, the source distribution and the one file."""
    return built(tmp_path_factory.mktemp("built") / "one", "pyz")


@pytest.fixture
def sources(dist: Path, tmp_path: Path) -> Path:
    """The unpacked source distribution."""
    (file,) = dist.glob("*.tar.gz")
    with tarfile.open(file) as archive:
        archive.extractall(tmp_path / "unpacked")
    (root,) = (tmp_path / "unpacked").iterdir()
    return root


def wheel(dist: Path) -> Path:
    (found,) = dist.glob("*.whl")
    return found


def lines_of_readme(begin: str) -> str:
    """Return the lines in README that follow the paragraph that begins with ``begin``."""
    paragraph = (ROOT / "README.md").read_text().partition(f"\n\n{begin}")[2]
    block = paragraph.partition("\n\n")[2].partition("\n\n")[0]
    lines = block.splitlines()
    assert lines
    assert all(line.startswith("    ") for line in lines)
    return "".join(f"{line[4:]}\n" for line in lines)


def follow_readme(user: Shell, folder: Path, begin: str, path: str) -> str:
    """Run lines of README in ``folder``, with ``path`` as PATH, and return what they print.

    Then complete a name in a bash that has the line of README for completion.
    """
    # Settings of the machine, such as those of pip, apply.
    # make test-full runs this test, and a make in it would print where it is.
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    user.env = {**inherited, **user.env, "PATH": path, "TERM": "dumb", "PYTHONPATH": ""}
    end = 'printf "%s\\n" "$PATH" "${MANPATH-}" >"$HOME/paths"\n'
    command = ["bash", "-ec", lines_of_readme(begin) + end]
    done = subprocess.run(
        command, cwd=folder, env=user.env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    user.env["PATH"], user.env["MANPATH"] = (user.home / "paths").read_text().splitlines()
    assert_completes(user, "bash", line_of_readme("bash"), "iam-usergetattributes")
    return done.stdout


def assert_man_finds_the_pages(user: Shell) -> None:
    done = user("man", "-w", "iam-usercreate", "iam-today")
    assert (done.status, done.err, done.out.count("\n")) == (0, "", 2)
    assert "share/man/man1/iam-usercreate.1" in done.out


@pytest.fixture
def user(aws: Shell) -> Shell:
    """A user of a private IAM that has the user robert."""
    need("man", BASH_COMPLETION)
    assert aws("iam-usercreate", "-u", "robert").status == 0
    return aws


def test_the_packages_are_the_same_bytes_each_time(dist: Path, tmp_path: Path) -> None:
    again = built(tmp_path / "elsewhere", "dist", umask=0o077, zone="Asia/Tokyo")
    for file in (wheel(dist), *dist.glob("*.tar.gz")):
        assert (again / file.name).read_bytes() == file.read_bytes()


def test_the_source_distribution_has_all_files_and_links(sources: Path) -> None:
    for name in ("README.md", "bin/launcher", "tests/conftest.py", ".ci/run", "packaging/deb"):
        assert (sources / name).is_file()
    assert (sources / "bin" / "iam-usercreate").is_symlink()
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "tests/test_bin.py"]
    env = {**os.environ, "PYTHONPATH": str(sources)}
    done = subprocess.run(
        command, cwd=sources, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_the_description_has_no_link_that_leads_nowhere(dist: Path) -> None:
    with zipfile.ZipFile(wheel(dist)) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith("/METADATA"))
        metadata = archive.read(name).decode()
    targets = [part.partition(")")[0] for part in metadata.split("](")[1:]]
    assert [target for target in targets if not target.startswith(("https://", "#"))] == []
    assert "License-Expression: Apache-2.0\n" in metadata
    assert "License-File: NOTICE\n" in metadata


def test_the_one_file_runs_by_its_name_and_by_links(dist: Path, run: Shell, stub: Stub) -> None:
    file = dist / "iamcli.pyz"
    link = run.home / "iam-userlistpolicies"
    link.symlink_to(file)
    run.env["PYTHONPATH"] = ""
    direct = run(str(file), "iam-usercreate", "-h")
    assert (direct.status, direct.err) == (0, "")
    assert direct.out.startswith("Usage: iam-usercreate ")
    # It is unpacked below ~/.shiv, or SHIV_ROOT, when it runs for the first time.
    assert len(list((run.home / ".shiv").glob("iamcli.pyz_*"))) == 1
    answer = (ROOT / "tests" / "answers" / "ListUserPolicies-last.xml").read_bytes()
    run.env["AWS_IAM_URL"] = stub.endpoint(Answer(answer)).url
    done = run(str(link), "-u", "bob")
    assert (done.status, done.err) == (0, "")
    assert done.out.endswith("IsTruncated: false\n")
    error = "iamcli: the one file has no iam-* commands to run; install iamcli with pipx\n"
    assert run(str(file), "sandbox", "true") == (1, "", error)
    assert "iam-usercreate" in run(str(file), "help", "usercreate").out


def test_the_one_file_as_readme_says(dist: Path, user: Shell) -> None:
    (user.home / "bin").mkdir()
    # Completing a name runs the file; the other command is a link that README does not show.
    (user.home / "bin" / "iam-usergetattributes").symlink_to(dist / "iamcli.pyz")
    printed = follow_readme(
        user, dist.parent, "As one file", f"{user.home}/bin:{BIN}:/usr/bin:/bin"
    )
    assert "iam-usercreate" in printed
    user.env["PATH"] = f"{user.home}/bin:/usr/bin:/bin"
    said = user("iamcli", "doctor", "--offline").out
    links = f"PATH has links to {dist}/iamcli.pyz for 2 of the 69 commands"
    assert re.search(rf"^path +ok +{links}$", said, re.MULTILINE)
    assert user("iamcli", "home", f"{user.home}/bin/iam").status == 0
    assert len(list((user.home / "bin" / "iam" / "bin").glob("iam-*"))) == 69
    assert user(f"{user.home}/bin/iam/bin/iam-usergetattributes", "-u", "robert").status == 0
    assert user("iam-usercreate", "-h").out.startswith("Usage: iam-usercreate ")


@pytest.mark.parametrize("tool", ["pipx", "uv"])
def test_pipx_and_uv_as_readme_says(sources: Path, user: Shell, tmp_path: Path, tool: str) -> None:
    tools = tmp_path / "tools"
    subprocess.run([sys.executable, "-m", "venv", tools], check=True)
    install = [tools / "bin" / "pip", "install", "-q", tool]
    done = subprocess.run(install, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"{tool} cannot be installed: {done.stderr}")
    user.env |= {"PIPX_HOME": str(tmp_path / "pipx"), "UV_PYTHON": sys.executable}
    path = f"{user.home}/.local/bin:{tools}/bin:/usr/bin:/bin"
    follow_readme(user, sources, f"With [{tool}]", path)
    assert_man_finds_the_pages(user)

    missing = user("iamcli", "sandbox", "true")
    assert missing.status == 1
    command = missing.err.partition("; run: ")[2]
    assert command.startswith({"pipx": "pipx inject iamcli ", "uv": "uv tool install "}[tool])
    if tool == "pipx":
        assert f"\n    {command}" in (ROOT / "README.md").read_text()
    subprocess.run(["sh", "-c", command], env=user.env, cwd=user.home, check=True)
    walk = user("iamcli", "sandbox", str(ROOT / "examples" / "first-user.sh"))
    assert (walk.status, walk.err) == (0, "")


def test_a_checkout_as_readme_says(sources: Path, user: Shell) -> None:
    printed = follow_readme(user, sources, "From a checkout", f"{BIN}:/usr/bin:/bin")
    assert printed.startswith("make: this takes about a minute the first time, and a few seconds")
    assert printed.count("\n$ iam-") == 8
    assert user("which", "iam-usercreate").out == f"{sources}/bin/iam-usercreate\n"
    assert_man_finds_the_pages(user)
