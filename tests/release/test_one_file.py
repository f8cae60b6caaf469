"""The one file: where it is unpacked, and the one line if it cannot be, or if Python is not enough.

The file here contains click and a part of iamcli. test_packages.py has the complete one, in a
Debian.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest
from support.limits import TIMEOUT
from support.old_python import script_of_shell
from support.processes import ROOT, environment
from support.processes import run as run_program
from support.selection import in_full, usual
from support.streams import internal_errors
from support.terminal import Terminal
from support.users import OTHER, two_users

import iamcli

#: Packages that the tests do not need, and which take long to compile.
LEFT_OUT = (
    "check",
    "client",
    "corrections",
    "doctor",
    "explain",
    "hints",
    "policies",
    "recreate",
    "rules",
    "snapshot",
)
VERSION = f"iamcli {iamcli.__version__}\n"
#: Directories that even root cannot write in.
HOSTILE = {"not writable": "/proc", "not a directory": "/dev/null", "missing": "{home}/none"}
OWN = f"iamcli-{os.geteuid()}"
#: Let Python run with less than it has.
INCOMPLETE = """
import sys
from importlib.machinery import PathFinder
class Incomplete:
    def find_spec(name, *others):
        return None if name == "shutil" else PathFinder.find_spec(name, *others)
sys.meta_path[:] = [Incomplete if one is PathFinder else one for one in sys.meta_path]
"""


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that is made as iamcli.pyz is."""
    folder = tmp_path_factory.mktemp("one")
    for package in (iamcli, click):
        source = Path(str(package.__file__)).parent
        ignore = shutil.ignore_patterns("__pycache__", *LEFT_OUT)
        shutil.copytree(source, folder / "site" / source.name, ignore=ignore)
    made = folder / "iamcli.pyz"
    archive = [sys.executable, ROOT / "packaging" / "archive.py", folder / "site", made]
    subprocess.run(archive, check=True)
    return made


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def unpacked(folder: Path) -> Path:
    """Return the only directory in ``folder``, which has the packages."""
    (found,) = folder.iterdir()
    assert re.fullmatch(r"iamcli\.pyz_[0-9a-f]{16}_\w+-\d+", found.name)
    return found


def assert_version(file: Path, env: dict[str, str], **more: int) -> None:
    done = run_program(file, "--version", env=env, **more)
    assert (done.returncode, done.stdout, done.stderr) == (0, VERSION, "")


def assert_one_line(file: Path, env: dict[str, str], line: str) -> None:
    done = run_program(file, "--version", env=env, cwd=file.parent)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"iamcli: {line}\n")


def with_code(env: dict[str, str], code: str) -> dict[str, str]:
    """Let Python run ``code`` when it starts."""
    start = Path(env["HOME"], "start")
    start.mkdir()
    (start / "sitecustomize.py").write_text(code)
    return {**env, "PYTHONPATH": str(start)}


@pytest.mark.parametrize("variable", ["HOME", in_full("SHIV_ROOT")])
def test_it_is_unpacked_once_with_its_byte_code(file, home_env, tmp_path, variable):
    home_env["SHIV_ROOT"] = f"{tmp_path}/new/root" if variable == "SHIV_ROOT" else ""
    for _ in range(2):
        assert_version(file, home_env)
    root = tmp_path / "new" / "root" if variable == "SHIV_ROOT" else tmp_path / "home" / ".shiv"
    assert names(tmp_path / "home") == (["tmp"] if variable == "SHIV_ROOT" else [".shiv", "tmp"])
    place = unpacked(root)
    sources = sorted(place.rglob("*.py"))
    compiled = {path.name.partition(".")[0] for path in place.rglob("*.pyc")}
    assert {path.stem for path in sources} == compiled
    # What is unpacked is used: it does not depend on the file any more.
    (place / "iamcli" / "cli" / "list.py").unlink()
    assert run_program(file, "list", env=home_env).returncode == 1
    assert internal_errors()


@pytest.mark.parametrize("home", usual(["not writable"], HOSTILE))
def test_a_home_that_cannot_be_written(file, home_env, tmp_path, home):
    temporary = Path(home_env["TMPDIR"])
    home_env["HOME"] = HOSTILE[home].format(home=tmp_path)
    made = []
    for _ in range(2):
        assert_version(file, home_env)
        assert names(temporary) == [OWN]
        assert (temporary / OWN).stat().st_mode & 0o777 == 0o700
        made.append(unpacked(temporary / OWN).stat().st_ino)
    assert made[0] == made[1]
    assert not (tmp_path / "none").exists()


@pytest.fixture(scope="module")
def name(file: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of the directory that the file is unpacked to."""
    home = tmp_path_factory.mktemp("name") / "home"
    assert_version(file, environment(home))
    return unpacked(home / ".shiv").name


def plant(place: Path) -> None:
    """Make ``place`` look as if the file were unpacked there."""
    (place / "iamcli" / "installation").mkdir(parents=True)
    for package in ("iamcli", "iamcli/installation"):
        (place / package / "__init__.py").touch()
    (place / "iamcli" / "installation" / "onefile.py").write_text("print('planted')")
    (place / "number-of-files").write_text("1")


def given(folder: Path) -> None:
    """Give a directory and all in it to the other user."""
    for path in (folder, *folder.rglob("*")):
        os.chown(path, OTHER, OTHER, follow_symlinks=False)


def link_in_own_home(home: Path, name: str, shared: Path) -> None:
    (home / ".shiv").mkdir()
    shared.chmod(0o1777)
    plant(shared)
    (home / ".shiv" / name).symlink_to(shared)


def link_in_home(home: Path, name: str, shared: Path) -> None:
    link_in_own_home(home, name, shared)
    given(home)


def group_may_write(home: Path, name: str, shared: Path) -> None:
    plant(home / ".shiv" / name)
    given(home / ".shiv" / name)
    (home / ".shiv").chmod(0o775)


def home_of_another_user(home: Path, name: str, shared: Path) -> None:
    plant(home / ".shiv" / name)
    given(home / ".shiv" / name)
    os.chown(home, OTHER, OTHER)


def home_that_a_group_may_write(home: Path, name: str, shared: Path) -> None:
    plant(home / ".shiv" / name)
    home.chmod(0o775)


def everyone_may_write(home: Path, name: str, shared: Path) -> None:
    plant(home / ".shiv" / name)
    given(home / ".shiv" / name)
    (home / ".shiv").chmod(0o1777)


PLANTED = [link_in_home, link_in_own_home, group_may_write, everyone_may_write]
PLANTED += [home_of_another_user, home_that_a_group_may_write]


@two_users
@pytest.mark.parametrize("prepare", usual([link_in_home, everyone_may_write], PLANTED))
def test_nothing_that_another_user_planted_runs(file, home_env, tmp_path, name, shared, prepare):
    prepare(Path(home_env["HOME"]), name, shared)
    home_env["TMPDIR"] = str(tmp_path / "tmp")
    (tmp_path / "tmp").mkdir()
    assert_version(file, home_env)
    unpacked(tmp_path / "tmp" / OWN)


@two_users
@pytest.mark.parametrize("mode", [0o777, in_full(0o775), in_full(0o1777)])
def test_a_tmpdir_in_which_others_can_replace_directories(file, home_env, shared, name, mode):
    own = shared / OWN
    home_env |= {"HOME": "/proc", "TMPDIR": str(shared)}
    own.mkdir(0o700)
    plant(own / name)
    shared.chmod(mode)
    if mode == 0o1777:
        # What this user unpacked there is used.
        assert run_program(file, "--version", env=home_env).stdout == "planted\n"
        return
    problem = "other users can replace it"
    assert_one_line(file, home_env, f"cannot unpack the one file in {own}: {problem}; {CURE}")


def test_others_may_not_change_what_is_unpacked_without_a_umask(file, home_env):
    assert_version(file, home_env, umask=0)
    root = Path(home_env["HOME"], ".shiv")
    assert not [path for path in (root, *root.rglob("*")) if path.stat().st_mode & 0o022]


@pytest.mark.full
def test_a_terminal_is_told_where_it_is_unpacked(file, home_env):
    home_env["HOME"] = "/proc"
    own = Path(home_env["TMPDIR"]).resolve() / OWN
    note = f"iamcli: unpacked in {own}, because /proc/.shiv cannot be written; see SHIV_ROOT"
    for lines in ([note, VERSION.strip()], [VERSION.strip()]):
        terminal = Terminal(file, "--version", env=home_env)
        assert terminal.status() == 0
        # It may be wider than the terminal.
        assert terminal.shown.replace("\r", "").splitlines() == lines


@pytest.mark.full
def test_what_the_system_deletes_below_tmpdir_is_unpacked_again(file, home_env):
    home_env["HOME"] = "/proc"
    assert run_program(file, "--version", env=home_env).returncode == 0
    place = unpacked(Path(home_env["TMPDIR"], OWN))
    for path in place.rglob("list.*"):
        path.unlink()
    assert_version(file, home_env)
    assert (place / "iamcli" / "cli" / "list.py").exists()


CURE = "set SHIV_ROOT to a directory that you can write"


def link(own: Path) -> None:
    (own.parent / "elsewhere").mkdir(mode=0o700)
    own.symlink_to("elsewhere")


def open_to_others(own: Path) -> None:
    own.mkdir()
    own.chmod(0o755)


def not_a_directory(own: Path) -> None:
    own.touch(0o600)


def of_another_user(own: Path) -> None:
    own.mkdir(mode=0o700)
    os.chown(own, OTHER, OTHER)


MADE = [link, open_to_others, not_a_directory, pytest.param(of_another_user, marks=two_users)]


@pytest.mark.parametrize("make", MADE)
def test_a_directory_below_tmpdir_that_is_not_private(file, home_env, make):
    home_env["HOME"] = "/proc"
    own = Path(home_env["TMPDIR"]).resolve() / OWN
    make(own)
    problem = "not a private directory of this user"
    assert_one_line(file, home_env, f"cannot unpack the one file in {own}: {problem}; {CURE}")
    assert names(own.parent / "elsewhere") == []


@pytest.mark.parametrize(
    ("variables", "folder"),
    [
        ({"HOME": "/proc", "TMPDIR": "/dev/null"}, f"/dev/null/{OWN}: Not a directory"),
        ({"SHIV_ROOT": "/proc/x"}, "/proc/x: No such file or directory"),
        ({"SHIV_ROOT": "~nobody-has-this-name/x"}, "SHIV_ROOT: No such file or directory"),
    ],
    ids=["HOME and TMPDIR", "SHIV_ROOT", "SHIV_ROOT of a user that does not exist"],
)
def test_no_directory_to_unpack_it(file, home_env, variables, folder):
    temporary = Path(home_env["TMPDIR"])
    before = names(file.parent)
    assert_one_line(file, home_env | variables, f"cannot unpack the one file in {folder}; {CURE}")
    assert names(file.parent) == before
    assert names(temporary) == []


@pytest.mark.full
def test_a_full_disk_leaves_nothing(file, home_env):
    # A limit of the size of files has the same effect when a larger file is written.
    limited = ["sh", "-c", 'ulimit -f 50; exec "$0" version', str(file)]
    root = Path(home_env["HOME"], ".shiv")
    for _ in range(2):
        done = run_program(*limited, env=home_env)
        cure = "make room for 25 MB, or set SHIV_ROOT to a directory on another disk"
        problem = f"cannot unpack the one file in {root}: File too large; {cure}"
        assert (done.returncode, done.stdout, done.stderr) == (1, "", f"iamcli: {problem}\n")
        assert names(root) == []
    assert run_program(file, "--version", env=home_env).stdout == VERSION


@pytest.mark.full
def test_what_a_killed_process_left_is_removed(file, home_env):
    assert run_program(file, "--version", env=home_env).returncode == 0
    place = unpacked(Path(home_env["HOME"], ".shiv"))
    left = place.rename(f"{place}.0a1b2c3d")
    (left / "iamcli" / "__init__.py").write_text("incomplete")
    assert_version(file, home_env)
    assert unpacked(place.parent) == place


@pytest.mark.full
def test_several_processes_at_once(file, home_env):
    pipe = subprocess.PIPE
    started = [
        subprocess.Popen([file, "--version"], env=home_env, stdout=pipe, stderr=pipe, text=True)
        for _ in range(4)
    ]
    for process in started:
        assert process.communicate(timeout=TIMEOUT) == (VERSION, "")
        assert process.returncode == 0
    unpacked(Path(home_env["HOME"], ".shiv"))


def test_ctrl_c_while_it_is_unpacked(file, home_env):
    code = """
import os, signal, zipfile
zipfile.ZipFile.extractall = lambda *_: os.kill(os.getpid(), signal.SIGINT)
"""
    done = run_program(file, "--version", env=with_code(home_env, code))
    assert (done.returncode, done.stdout, done.stderr) == (-2, "", "")


@pytest.mark.parametrize("before", usual([False], [False, True]))
def test_an_incomplete_python(file, home_env, *, before):
    """``before``: another Python, which was complete, has unpacked the file."""
    if before:
        assert run_program(file, "--version", env=home_env).returncode == 0
    incomplete = with_code(home_env, INCOMPLETE)
    lacking = f"{Path(sys.executable).parent}/python3 lacks the module shutil"
    assert_one_line(file, incomplete, f"{lacking}; install the package python3")
    assert (names(Path(home_env["HOME"], ".shiv")) == []) is not before


NONE_LATER = "PATH has no later python3.N that works"


WORKS = f'exec {sys.executable} "$@"'
TOO_OLD = 'exec "${0%/*}"/../old/python3 "$@"'
#: What comes later in PATH, in the order in which it is tried: a shim of pyenv, another Python that
#: is too old, and two that work.
LATER = {"python3.99": "exit 127", "python3.14": TOO_OLD, "python3.12": WORKS, "python3.11": WORKS}
#: What is never tried.
NOT_TRIED = ("python3.9", "python3.09", "python3.12m", "python3.13-config", "python4.1", "python3.")


@pytest.fixture
def old_python_first(old_python, home_env, tmp_path) -> Path:
    """The first directory in PATH, with nothing but an old python3."""
    home_env["PATH"] = f"{old_python}:{tmp_path}/absent:{tmp_path}/later"
    (tmp_path / "later").mkdir()
    return old_python


def put_later(old: Path, scripts: dict[str, str]) -> Path:
    """Put ``scripts`` into the next directory in PATH; return the file that lists what runs."""
    log = old.parent / "log"
    for name, script in scripts.items():
        listed = f'echo "${{0##*/}} $1" >>{log}\n{script}\n'
        script_of_shell(old.parent / "later" / name, listed)
    return log


def test_the_highest_later_python_that_works(file, home_env, old_python_first):
    log = put_later(old_python_first, {**LATER, **dict.fromkeys(NOT_TRIED, "exit 0")})
    # What cannot be executed.
    (old_python_first.parent / "later" / "python3.98").mkdir()
    (old_python_first.parent / "later" / "python3.97").touch()
    assert_version(file, home_env)
    tried = ["python3.99 -c", "python3.14 -c", "python3.12 -c", f"python3.12 {file}"]
    assert log.read_text().splitlines() == tried
    link = Path(home_env["HOME"], "iam-userdel")
    link.symlink_to(file)
    for program in ([link], [old_python_first / "python3", file, "iam-userdel"]):
        done = run_program(*program, "-z", "ä b", env={**home_env, "IAMCLI_STRICT": "0"})
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith('iam-userdel: "-z" is not a valid option\n')


def test_no_other_python_is_started_if_the_first_is_not_too_old(file, home_env, old_python_first):
    log = put_later(old_python_first, LATER)
    (old_python_first / "python3").unlink()
    (old_python_first / "python3").symlink_to(sys.executable)
    assert_version(file, home_env)
    assert not log.exists()


def test_no_later_python_works(file, home_env, old_python_first):
    log = put_later(old_python_first, {"python3.99": "exit 127", "python3.14": TOO_OLD})
    home = Path(home_env["HOME"])
    (home / "iam-userdel").symlink_to(file)
    done = run_program(home / "iam-userdel", "-h", env=home_env)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    this = rf"this is Python [23]\.\S+, {old_python_first}/python3, and {NONE_LATER}\n"
    assert re.fullmatch(rf"iam-userdel: requires Python 3\.10 or later; {this}", done.stderr)
    assert log.read_text() == "python3.99 -c\npython3.14 -c\n"
    assert not (home / ".shiv").exists()


def test_no_loop(file, home_env, old_python_first):
    log = put_later(old_python_first, {"python3.12": f'test "$1" = -c || {TOO_OLD}'})
    done = run_program(file, "--version", env=home_env)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.endswith(f", and {NONE_LATER}\n")
    assert log.read_text() == f"python3.12 -c\npython3.12 {file}\n"


def test_the_later_python_starts_others_in_the_same_environment(file, home_env, old_python_first):
    """PYTHONHOME is that of the old Python, with which another one does not start."""
    put_later(old_python_first, {"python3.12": WORKS})
    if not (old_python_first / "python3").is_symlink():
        home_env["PYTHONHOME"] = "/absent"
    done = run_program(file, "run", "/usr/bin/env", env=home_env)
    assert (done.returncode, done.stderr) == (0, "")
    printed = dict(line.split("=", 1) for line in done.stdout.splitlines())
    added = {"_", "IAMCLI_RUN", "LC_CTYPE", "OLDPWD", "PWD", "SHLVL"}
    assert {name: printed[name] for name in printed.keys() - added} == home_env


def test_ctrl_c_while_a_later_python_is_looked_for(file, home_env, old_python_first):
    put_later(old_python_first, {"python3.12": "kill -s INT $PPID"})
    done = run_program(file, "--version", env=home_env)
    assert (done.returncode, done.stdout, done.stderr) == (-2, "", "")


def test_sandbox_says_at_once_how_to_get_it(file, home_env):
    done = run_program(file, "sandbox", "--format", "json", env=home_env)
    line = (
        "iamcli: the one file does not contain sandbox; in a checkout of iamcli, run: "
        "pipx install '.[sandbox]'\n"
    )
    assert (done.returncode, done.stdout, done.stderr) == (1, "", line)


def test_the_same_bytes_each_time(file, tmp_path):
    site = tmp_path / "other site"
    shutil.copytree(file.parent / "site", site)
    for path in site.rglob("*"):
        path.chmod(0o700)
        os.utime(path, (1, 1))
    (site / "x.pyc").touch()
    again = tmp_path / "again.pyz"
    archive = [sys.executable, ROOT / "packaging" / "archive.py", site, again]
    subprocess.run(archive, check=True, env={"TZ": "Asia/Tokyo"}, umask=0o077)
    assert again.read_bytes() == file.read_bytes()
