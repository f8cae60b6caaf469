"""The checkout's bin: its programs work through links, in any environment."""

from __future__ import annotations

import os
import shutil
import sys

import pytest
from support.processes import BIN, ROOT, run
from support.requirements import PATH

import iamcli

VERSION = f"iam-usercreate (iamcli) {iamcli.__version__}\n"


@pytest.fixture
def checkout(tmp_path):
    """Return a copy of what the programs need of the checkout, in a folder with a blank."""
    copy = tmp_path / "a checkout"
    shutil.copytree(ROOT / "bin", copy / "bin", symlinks=True)
    shutil.copytree(ROOT / "iamcli", copy / "iamcli")
    shutil.copy(ROOT / "setup.cfg", copy)
    return copy


def program(path, text):
    """Make ``path`` an executable script of ``text``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def shows_version(env, *arguments, **more):
    done = run(*arguments, "--version", env=env, **more)
    assert (done.returncode, done.stdout, done.stderr) == (0, VERSION, "")


def fails(env, program, line):
    """Assert that a program of a checkout prints one line and does nothing."""
    done = run(program, env=env)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"{program.name}: {line}\n"


def test_there_is_a_link_for_each_program(home_env):
    done = run(sys.executable, ROOT / "tools" / "index.py", "--check", env=home_env)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_tool_makes_what_is_missing_and_removes_what_is_not_ours(home_env, checkout):
    shutil.copytree(ROOT / "tools", checkout / "tools")
    (checkout / "bin" / "iam-userdel").unlink()
    (checkout / "bin" / "iam-usermod").unlink()
    (checkout / "bin" / "iam-usermod").symlink_to("/elsewhere")
    (checkout / "bin" / "iam-forgotten").symlink_to("launcher")
    tool = checkout / "tools" / "index.py"
    assert run(sys.executable, tool, "--check", env=home_env).returncode == 1
    assert not (checkout / "bin" / "iam-userdel").exists()
    assert run(sys.executable, tool, env=home_env).returncode == 0
    assert run(sys.executable, tool, "--check", env=home_env).returncode == 0
    assert (checkout / "bin" / "iam-usermod").readlink().name == "launcher"
    assert not os.path.lexists(checkout / "bin" / "iam-forgotten")


def test_through_links_from_anywhere(home_env, tmp_path):
    away = tmp_path / "far away"
    (away / "deep").mkdir(parents=True)
    (away / "absolute").symlink_to(BIN / "iam-usercreate")
    (away / "deep" / "relative").symlink_to("../absolute")
    (away / "beside").symlink_to("deep/relative")
    (away / "folder").symlink_to(BIN)
    (away / "iam-usercreate").symlink_to(BIN / "launcher")
    for link in ("absolute", "deep/relative", "beside", "folder/iam-usercreate", "iam-usercreate"):
        shows_version(home_env, away / link)
        shows_version(home_env, "./" + link, cwd=away)
        shows_version(home_env, "sh", link, cwd=away)
    shows_version({**home_env, "PATH": f"{away}:{home_env['PATH']}"}, "iam-usercreate")


def test_with_a_bare_path(tmp_path, checkout):
    """In a crontab, with the environment that make builds and links in the user's own bin."""
    program(checkout / ".venv" / "bin" / "python", f'exec "{sys.executable}" "$@"')
    own = tmp_path / "home" / "bin"
    own.mkdir(parents=True)
    (own / "iam-usercreate").symlink_to(checkout / "bin" / "iam-usercreate")
    bare = {"HOME": str(tmp_path), "PATH": f"{own}:{PATH}"}
    shows_version(bare, "sh", "-c", 'iam-usercreate "$@"', "sh")


def test_arguments_arrive_unchanged(home_env):
    done = run(BIN / "iam-usercreate", "-u", "a b", "*", "", "'", env=home_env)
    assert done.returncode == 1
    assert done.stderr.startswith("iam-usercreate: No argument is allowed: *\n")


def test_the_checkouts_own_code_runs(home_env, checkout, tmp_path):
    (checkout / "iamcli" / "__init__.py").write_text('__version__ = "9.9.9"\n')
    trap = tmp_path / "trap"
    (trap / "iamcli").mkdir(parents=True)
    for name in ("iamcli/__init__", "click", "botocore", "json", "os"):
        (trap / f"{name}.py").write_text("raise SystemExit('trapped')\n")
    done = run(checkout / "bin" / "iam-usercreate", "--version", env=home_env, cwd=trap)
    assert (done.stdout, done.stderr) == ("iam-usercreate (iamcli) 9.9.9\n", "")
    done = run(checkout / "bin" / "iamcli", "--version", env=home_env, cwd=trap)
    assert (done.stdout, done.stderr) == ("iamcli 9.9.9\n", "")


def test_no_python(checkout, tmp_path):
    for link in ("iam-usercreate", "iam-userdel"):
        line = "python3 is not on PATH; install Python 3.10 or later"
        fails({"PATH": str(tmp_path)}, checkout / "bin" / link, line)


def test_a_python_that_is_too_old(home_env, checkout, tmp_path):
    pretend = "import sys; sys.version_info = (3, 9); del sys.argv[0]; exec(sys.argv[0])"
    old = program(
        tmp_path / "old" / "python3", f'shift; exec "{sys.executable}" -c "{pretend}" "$@"'
    )
    home_env["PATH"] = f"{old.parent}:{PATH}"
    line = f"{sys.executable} is older than Python 3.10; install a later one"
    fails(home_env, checkout / "bin" / "iam-usercreate", line)


def test_packages_that_are_missing(home_env, checkout, tmp_path):
    bare = program(tmp_path / "bare" / "python3", f'exec "{sys.executable}" -S "$@"')
    home_env["PATH"] = f"{bare.parent}:{PATH}"
    advice = f"run make demo in {checkout}, or pip install click botocore"
    for name in ("iam-usercreate", "iamcli"):
        line = f"click and botocore not installed for {sys.executable}; {advice}"
        fails(home_env, checkout / "bin" / name, line)


def test_a_name_that_is_no_command(home_env, checkout):
    (checkout / "bin" / "iam-nothing").symlink_to("launcher")
    line = f"no such command in {checkout}/setup.cfg; run iamcli list"
    fails(home_env, checkout / "bin" / "iam-nothing", line)


def test_a_copy_that_has_left_its_checkout(home_env, tmp_path):
    copy = tmp_path / "iam-usercreate"
    shutil.copy(BIN / "launcher", copy)
    where = "is not in the bin directory of an iamcli checkout"
    fails(home_env, copy, f"{copy} {where}; link to it instead")
