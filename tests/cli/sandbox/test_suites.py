"""What others wrote for IAM, with the sandbox: tests, modules and a client that are not ours.

The suites are installed at fixed releases, each once, in a folder of its own below ``build``. A
suite that cannot be installed is skipped. ``tests/suites`` has what they run of ours.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from fnmatch import fnmatch
from typing import TYPE_CHECKING

import pytest
from support.processes import BIN, ROOT, environment, run
from support.requirements import needs
from support.shell import TESTS

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.full

OURS = TESTS / "suites"
# Without a network, the tests are skipped soon.
PIP = ["-m", "pip", "--disable-pip-version-check", "-q", "--retries", "1", "--timeout", "10"]
#: Gets an archive from the package index; after it, options and the release.
DOWNLOAD = [sys.executable, *PIP, "download", "--no-deps"]
#: How long a suite may take (seconds).
LIMIT = 600


def installed(name: str, *steps: list[str], files: str = "") -> Path:
    """Return the folder in which the command lines ``steps`` have installed a suite.

    ``files``: of an archive that the steps have downloaded, the files with such names are unpacked.
    Skips the test, with the reason, if a step fails.
    """
    folder = ROOT / "build" / "suites" / name
    complete = folder / "installed"
    recipe = f"{steps} {files}"
    if complete.exists() and complete.read_text() == recipe:
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for step in steps:
        done = subprocess.run(step, cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode:
            lines = done.stderr.splitlines()
            errors = [line for line in lines if line.startswith(("ERROR", "npm error"))]
            pytest.skip(f"{name} cannot be installed: {errors[0] if errors else done.stderr}")
    for archive in (*folder.glob("*.whl"), *folder.glob("*.tar.gz")):
        unpack(archive, files)
        archive.unlink()
    complete.write_text(recipe)
    return folder


def unpack(archive: Path, files: str) -> None:
    """Unpack the ``files`` of an archive beside it."""
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            names = [name for name in wheel.namelist() if fnmatch(name, files)]
            wheel.extractall(archive.parent, names)
    else:
        with tarfile.open(archive) as sources:
            members = [member for member in sources if fnmatch(member.name, files)]
            sources.extractall(archive.parent, members)


def new_environment(*releases: str) -> list[list[str]]:
    """Return the steps that install ``releases`` into a virtual environment."""
    return [[sys.executable, "-m", "venv", "."], ["bin/python", *PIP, "install", *releases]]


def judged(home: Path, folder: Path, *command: str | Path, **variables: str) -> str:
    """Run a suite's ``command`` with a sandbox; return what it printed. It must succeed."""
    # The sandbox removes variables of AWS from its own environment.
    setting = [f"{name}={value}" for name, value in variables.items()]
    line = (BIN / "iamcli", "sandbox", "env", *setting, *command)
    done = run(*line, env=environment(home), cwd=folder, timeout=LIMIT)
    printed = done.stdout + done.stderr
    assert done.returncode == 0, printed
    return printed


def test_the_modules_of_ansible(tmp_path):
    folder = installed(
        "ansible",
        *new_environment("ansible-core==2.19.14", "boto3==1.44.8"),
        [*DOWNLOAD, "--only-binary", ":all:", "ansible==12.3.0"],
        files="ansible_collections/amazon/aws/*",
    )
    programs = folder / "bin"
    interpreter = f"ansible_python_interpreter={programs}/python"
    options = ("-i", "localhost,", "-c", "local", "-e", interpreter)
    printed = judged(
        tmp_path,
        folder,
        programs / "ansible-playbook",
        *options,
        OURS / "ansible.yml",
        ANSIBLE_COLLECTIONS_PATH=str(folder),
        ANSIBLE_DEPRECATION_WARNINGS="false",
        ANSIBLE_PIPELINING="true",
    )
    recap = re.sub(" +", " ", printed.partition("PLAY RECAP")[2])
    assert ": ok=24 changed=19 unreachable=0 failed=0 skipped=0 " in recap, printed


@needs("node", "npm")
def test_the_aws_sdk_for_javascript(tmp_path):
    # An SDK for a later Node.js is not installed.
    options = ["--engine-strict", "--ignore-scripts", "--no-audit", "--no-fund", "--no-save"]
    options += ["--fetch-retries", "0"]
    folder = installed(
        "aws-sdk-js", ["npm", "install", "--prefix", ".", *options, "@aws-sdk/client-iam@3.1169.0"]
    )
    modules = str(folder / "node_modules")
    printed = judged(tmp_path, folder, "node", OURS / "aws_sdk.js", NODE_PATH=modules)
    assert "42 calls\n" in printed, printed


def test_the_tests_of_boto_2(tmp_path):
    if sys.version_info >= (3, 12):
        pytest.skip("boto 2 requires Python 3.11 or earlier")
    folder = installed("boto", [*DOWNLOAD, "--no-binary", ":all:", "boto==2.49.0"], files="*")
    sources = str(folder / "boto-2.49.0")
    printed = judged(tmp_path, folder, sys.executable, OURS / "boto2.py", PYTHONPATH=sources)
    assert "Ran 3 tests" in printed, printed


def test_the_tests_of_botocore_for_the_service(tmp_path):
    folder = installed(
        "botocore",
        *new_environment("botocore==1.44.8", "pytest==9.2.0"),
        [*DOWNLOAD, "--no-binary", ":all:", "botocore==1.44.8"],
        files="*/tests/*",
    )
    options = ("-c", os.devnull, "-p", "no:cacheprovider")
    printed = judged(
        tmp_path,
        folder / "botocore-1.44.8",
        folder / "bin" / "python",
        "-m",
        "pytest",
        *options,
        "tests/integration/test_smoke.py",
        AWS_SMOKE_TEST_SERVICES="iam",
    )
    assert "3 passed" in printed, printed
