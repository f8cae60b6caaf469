"""What the release consists of: built twice, unpacked, installed by pipx, uv and pip, one file."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from typing import TYPE_CHECKING

import pytest
from support.shell import ROOT, Shell
from support.stub import Answer

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
    return built(tmp_path_factory.mktemp("built") / "one", "dist", "pyz")


def wheel(dist: Path) -> Path:
    (found,) = dist.glob("*.whl")
    return found


def test_the_packages_are_the_same_bytes_each_time(dist: Path, tmp_path: Path) -> None:
    again = built(tmp_path / "elsewhere", "dist", umask=0o077, zone="Asia/Tokyo")
    for file in (wheel(dist), *dist.glob("*.tar.gz")):
        assert (again / file.name).read_bytes() == file.read_bytes()


def test_the_source_distribution_has_all_files_and_links(dist: Path, tmp_path: Path) -> None:
    (file,) = dist.glob("*.tar.gz")
    with tarfile.open(file) as archive:
        archive.extractall(tmp_path)
    (root,) = tmp_path.iterdir()
    for name in ("README.md", "bin/launcher", "tests/conftest.py", ".ci/run", "packaging/deb"):
        assert (root / name).is_file()
    assert (root / "bin" / "iam-usercreate").is_symlink()
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "tests/test_bin.py"]
    env = {**os.environ, "PYTHONPATH": str(root)}
    done = subprocess.run(command, cwd=root, env=env, capture_output=True, text=True, check=False)
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


@pytest.mark.parametrize("tool", ["pipx", "uv"])
def test_pipx_and_uv_install_it_and_what_a_message_asks_for(
    dist: Path, run: Shell, tmp_path: Path, tool: str
) -> None:
    tools = tmp_path / "tools"
    subprocess.run([sys.executable, "-m", "venv", tools], check=True)
    subprocess.run([tools / "bin" / "pip", "install", "-q", tool], check=True)
    # Settings of the machine, such as those of pip, apply.
    run.env = {**os.environ, **run.env, "PYTHONPATH": ""}
    run.env |= {
        "PATH": f"{run.home}/.local/bin:{tools}/bin:/usr/bin:/bin",
        "PIPX_HOME": str(tmp_path),
    }
    install = {
        "pipx": ["pipx", "install"],
        "uv": ["uv", "tool", "install", "--python", sys.executable],
    }
    subprocess.run([*install[tool], wheel(dist)], env=run.env, cwd=run.home, check=True)
    missing = run("iamcli", "sandbox", "true")
    assert missing.status == 1
    command = missing.err.partition("; run: ")[2]
    assert command.startswith({"pipx": "pipx inject iamcli ", "uv": "uv tool install "}[tool])
    subprocess.run(["sh", "-c", command], env=run.env, cwd=run.home, check=True)
    walk = run("iamcli", "sandbox", str(ROOT / "examples" / "first-user.sh"))
    assert (walk.status, walk.err) == (0, "")
    assert run("iamcli", "completion", "bash").status == 0
    assert "iam-usercreate" in run("iamcli", "help", "usercreate").out
