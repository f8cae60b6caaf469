"""What the release consists of: built twice, unpacked, installed by pipx, uv and pip, one file."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from support.completing import BASH, BASH_COMPLETION, assert_completes, line_of_readme
from support.documents import of_installation
from support.old_python import script_of_shell
from support.processes import run as run_program
from support.requirements import PATH, needs
from support.shell import BIN, ROOT, Shell
from support.terminal import InteractiveShell

from iamcli.cli import index

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping


pytestmark = [pytest.mark.full, pytest.mark.xdist_group("packages")]

#: How many commands there are.
NUMBER = len(index.names())
#: What an older version has and the next one has not.
ONLY_OLDER = ("iamcli/older.py", "man/iam-older.1", "completions/fish/iam-older.fish")
OLDER, NEWER = "0.9.0", "9.0.0"


def make_version(folder: Path, version: str) -> None:
    """Change the sources in ``folder`` to that version: OLDER or NEWER."""
    module = folder / "iamcli" / "__init__.py"
    text = module.read_text()
    module.write_text(re.sub("__version__ = .*", f'__version__ = "{version}"', text))
    for name in ONLY_OLDER:
        (folder / name).unlink(missing_ok=True)
        if version == OLDER:
            (folder / name).write_text("# only in the older version\n")


def files_in(*folders: Path) -> list[str]:
    return [str(path) for folder in folders for path in folder.rglob("*") if not path.is_dir()]


def assert_version(folder: Path, version: str) -> None:
    """Assert that what is installed in ``folder`` is that version and nothing of another one."""
    files = files_in(folder)
    assert {name for name in files if "older" in name and ".pyc" not in name} == {
        name for name in files if version == OLDER and re.search(r"/(iam-)?older\.\w+$", name)
    }
    assert len([name for name in files if re.search(r"/(iam-)?older\.(py|1|fish)$", name)]) == (
        len(ONLY_OLDER) if version == OLDER else 0
    )
    records = {path.name for path in folder.rglob("iamcli-*.dist-info")}
    assert records == {f"iamcli-{version}.dist-info"}


def built(
    folder: Path,
    *parts: str,
    umask: int = 0o022,
    version: str = "",
    variables: Mapping[str, str] | None = None,
) -> Path:
    """Build ``parts`` from a copy of the sources in ``folder``, and return its dist."""
    copy = ["bash", "-ec", '. packaging/source.sh; copy_sources "$1"', "-", folder]
    subprocess.run(copy, cwd=ROOT, check=True)
    if version:
        make_version(folder, version)
    env = {**os.environ, "PYTHON": sys.executable, "SOURCE_DATE_EPOCH": "1700000000"}
    env |= variables or {}
    # Another process of the tests may do the same.
    with (ROOT / "packaging" / "requirements.txt").open() as pins:
        fcntl.flock(pins, fcntl.LOCK_EX)
        command = ". packaging/source.sh; tools"
        subprocess.run(["bash", "-ec", command], cwd=ROOT, env=env, check=True)
    (folder / ".venv-packaging").symlink_to(ROOT / ".venv-packaging")
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


def run_whole(*arguments: str | Path, **more: Any) -> subprocess.CompletedProcess[str]:
    """Run a program, however long it takes."""
    return run_program(*arguments, timeout=None, **more)


def wheel(dist: Path) -> Path:
    (found,) = dist.glob("*.whl")
    return found


def follow_page(user: Shell, folder: Path, name: str, path: str) -> str:
    """Run lines of docs/install.md in ``folder``, with ``path`` as PATH; return what they print.

    ``name``: theirs in INSTALLATION. Then complete a name in a bash that has the line of README for
    completion.
    """
    # Settings of the machine, such as those of pip, apply.
    # make test-full runs this test, and a make in it would print where it is.
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    user.env = {**inherited, **user.env, "PATH": path, "TERM": "dumb", "PYTHONPATH": ""}
    end = 'printf "%s\\n" "$PATH" "${MANPATH-}" >"$HOME/paths"\n'
    done = run_whole("bash", "-ec", of_installation(name) + end, cwd=folder, env=user.env)
    assert done.returncode == 0, done.stderr
    user.env["PATH"], user.env["MANPATH"] = (user.home / "paths").read_text().splitlines()
    assert_completes(user, "bash", line_of_readme("bash"), "iam-usergetattributes")
    return done.stdout


def assert_man_finds_the_pages(user: Shell) -> None:
    pages = ("iam-usercreate", "iam-today", "iam-moving", "iam-differences", "iam-snapshot-file")
    done = user("man", "-w", *pages)
    assert (done.status, done.err, done.out.count("\n")) == (0, "", len(pages))
    assert "share/man/man1/iam-usercreate.1" in done.out
    assert_help_shows_the_guide(user)


def assert_help_shows_the_guide(user: Shell) -> None:
    for topic, words in {"moving": "Install iamcli", "differences": "may need a change"}.items():
        done = user("iamcli", "help", topic)
        assert (done.status, done.err) == (0, "")
        assert done.out.startswith(f"IAM-{topic.upper()}(7)")
        assert words in done.out


def assert_as_the_page_says_after_it(user: Shell) -> None:
    """Assert what docs/install.md says of pipx, uv and pip: the index of man, options in bash."""
    assert_man_finds_the_pages(user)
    assert user("man", "-k", "iam-usercreate").status != 0
    assert user("sh", "-ec", of_installation("man -k")).status == 0
    assert user("man", "-k", "iam-usercreate").out.startswith("iam-usercreate (1)")
    bash = InteractiveShell("bash", "--norc", "--noprofile", "-i", env=user.env, setup=BASH)
    with contextlib.closing(bash) as here:
        assert "the user's name (required)" in here.typed("iam-usercreate -\t")


@pytest.fixture
def user(aws: Shell) -> Shell:
    """A user of a private IAM that has the user robert."""
    assert aws("iam-usercreate", "-u", "robert").status == 0
    return aws


def test_the_packages_are_the_same_bytes_each_time(dist, tmp_path):
    variables = {"TZ": "Asia/Tokyo", "LC_ALL": "POSIX", "TMPDIR": str(tmp_path)}
    again = built(tmp_path / "else where", "pyz", umask=0o077, variables=variables)
    files = sorted(path.name for path in dist.iterdir())
    assert [name.rpartition(".")[2] for name in files] == ["whl", "gz", "pyz"]
    for name in files:
        assert (again / name).read_bytes() == (dist / name).read_bytes(), name


def test_the_source_distribution_has_all_files_and_links(sources):
    for name in ("README.md", "bin/launcher", "tests/conftest.py", ".ci/run", "packaging/deb"):
        assert (sources / name).is_file()
    assert (sources / "bin" / "iam-usercreate").is_symlink()
    tests = "tests/release/test_bin.py"
    command = (sys.executable, "-m", "pytest", "-p", "no:cacheprovider", tests)
    done = run_whole(*command, cwd=sources, env={**os.environ, "PYTHONPATH": str(sources)})
    assert done.returncode == 0, done.stdout


def test_the_description_has_no_link_that_leads_nowhere(dist):
    with zipfile.ZipFile(wheel(dist)) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith("/METADATA"))
        metadata = archive.read(name).decode()
    targets = [part.partition(")")[0] for part in metadata.split("](")[1:]]
    assert [target for target in targets if not target.startswith(("https://", "#"))] == []
    assert "License-Expression: Apache-2.0\n" in metadata
    assert "License-File: NOTICE\n" in metadata


@needs("man", BASH_COMPLETION)
def test_the_one_file_as_the_page_says(dist, user):
    # Completing a name runs the file; the other command is a link that the page does not show.
    others = user.home / "others"
    others.mkdir()
    (others / "iam-usergetattributes").symlink_to(dist / "iamcli.pyz")
    printed = follow_page(user, dist.parent, "one file", f"{others}:{BIN}:{PATH}")
    assert "iam-usercreate" in printed
    user.env["PATH"] = f"{user.home}/bin:{others}:{PATH}"
    assert_help_shows_the_guide(user)
    said = user("iamcli", "doctor", "--offline").out
    links = f"PATH has links to {dist}/iamcli.pyz for 2 of the {NUMBER} commands"
    assert re.search(rf"^path +ok +{links}, not in strict mode$", said, re.MULTILINE)
    assert user("iamcli", "home", f"{user.home}/bin/iam").status == 0
    assert len(list((user.home / "bin" / "iam" / "bin").glob("iam-*"))) == NUMBER
    assert user(f"{user.home}/bin/iam/bin/iam-usergetattributes", "-u", "robert").status == 0
    shown = user("iam-usercreate", "-h").out
    assert shown.startswith("Usage: iam-usercreate ")
    # man finds no page of it.
    assert shown.endswith("\nSee iamcli help iam-usercreate\n")
    assert user("iamcli", "help", "iam-usercreate").out.startswith("IAM-USERCREATE(1)")


@pytest.fixture(scope="module")
def versions(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The wheels of two versions."""
    folder = tmp_path_factory.mktemp("versions")
    return {
        version: wheel(built(folder / version, "dist", version=version))
        for version in (OLDER, NEWER)
    }


def test_pip_upgrades_downgrades_and_uninstalls(versions, run, tmp_path):
    # A virtual environment has no --user.
    base = Path(sys.base_prefix, "bin", "python3")
    place = tmp_path / "place"
    pip = [sys.executable, "-m", "pip", "-q", "--disable-pip-version-check", "--python", str(base)]
    offline = {"PIP_NO_INDEX": "1", "PIP_NO_DEPS": "1", "PIP_BREAK_SYSTEM_PACKAGES": "1"}
    run.env |= offline | {"PYTHONUSERBASE": str(place), "PYTHONPATH": ""}
    own = set(files_in(tmp_path))
    for version in (OLDER, NEWER, OLDER):
        assert run(*pip, "install", "--user", str(versions[version])).status == 0
        assert_version(place, version)
        more = {"PYTHONPATH": sysconfig.get_path("purelib")}
        (program,) = place.rglob("bin/iamcli")
        assert run(str(program), "--version", env=more) == (0, f"iamcli {version}\n", "")
        assert len(list(program.parent.glob("iam-*"))) == NUMBER
    assert run(*pip, "uninstall", "--yes", "iamcli").status == 0
    assert set(files_in(tmp_path)) == own


#: What uv is to use: this Python, and the certificates of the system.
UV = {"UV_PYTHON": sys.executable, "UV_NATIVE_TLS": "true"}


@pytest.fixture
def tools(tmp_path: Path) -> Callable[[str], Path]:
    """Return what installs pipx or uv, and returns the directory of its programs."""

    def install(tool: str) -> Path:
        folder = tmp_path / "tools"
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        done = run_whole(folder / "bin" / "pip", "install", "-q", tool, env={**os.environ})
        if done.returncode:
            pytest.skip(f"{tool} cannot be installed: {done.stderr}")
        return folder / "bin"

    return install


@pytest.mark.parametrize(
    ("tool", "again"), [("pipx", "pipx install --force ."), ("uv", "uv tool install --reinstall .")]
)
def test_pipx_and_uv_upgrade_downgrade_and_uninstall(sources, run, tmp_path, tools, tool, again):
    programs = tools(tool)
    home = tmp_path / "home"
    home.mkdir()
    name = {"pipx": "pipx", "uv": "uv tool"}[tool]
    env = {**os.environ, **run.env, **UV, "HOME": str(home)}
    env |= {"PATH": f"{home}/.local/bin:{programs}:{PATH}", "PYTHONPATH": ""}
    for version, command in [
        (OLDER, f"{name} install ."),
        (NEWER, f"{name} upgrade iamcli"),
        (OLDER, again),
    ]:
        make_version(sources, version)
        subprocess.run(["sh", "-c", command], cwd=sources, env=env, check=True, capture_output=True)
        (found,) = home.rglob("iamcli/bin/iamcli")
        assert_version(found.parent.parent, version)
        done = run("iamcli", "--version", env=env)
        assert (done.status, done.out) == (0, f"iamcli {version}\n")
        for file in files_in(home / ".local" / "bin", home / ".local" / "share" / "man"):
            assert Path(file).exists(), "the target of a link is missing"
    subprocess.run(["sh", "-c", f"{name} uninstall iamcli"], env=env, check=True)
    left = {file.removeprefix(str(home)) for file in files_in(home) if "/.cache/" not in file}
    # pipx keeps its lock.
    own = {"/.local/share/pipx/venvs/.iamcli.lock"}
    assert {file for file in left if "iam" in file} - own == set()


@pytest.mark.parametrize("tool", ["pipx", "uv"])
@needs("man", BASH_COMPLETION)
def test_pipx_and_uv_as_the_page_says(sources, user, tmp_path, tools, tool):
    programs = tools(tool)
    user.env |= {**UV, "PIPX_HOME": str(tmp_path / "pipx")}
    path = f"{user.home}/.local/bin:{programs}:{PATH}"
    follow_page(user, sources, tool, path)
    assert_as_the_page_says_after_it(user)

    walk = ("iamcli", "sandbox", str(ROOT / "examples" / "first-user.sh"))
    assert user(*walk).err == ""
    assert re.search("^extras +ok +sandbox, qr and", user("iamcli", "doctor").out, re.MULTILINE)

    name = {"pipx": "pipx", "uv": "uv tool"}[tool]
    without = f"{name} uninstall iamcli && {name} install ."
    subprocess.run(["sh", "-c", without], env=user.env, cwd=sources, check=True)
    missing = user("iamcli", "sandbox", "true")
    assert missing.status == 1
    command = missing.err.partition("; run: ")[2]
    assert command.startswith({"pipx": "pipx inject iamcli ", "uv": "uv tool install "}[tool])
    if tool == "pipx":
        assert f"\n    {command}" in (ROOT / "docs" / "install.md").read_text()
    subprocess.run(["sh", "-c", command], env=user.env, cwd=user.home, check=True)
    done = user(*walk)
    assert (done.status, done.err) == (0, "")


@needs("man", BASH_COMPLETION)
def test_pip_as_the_page_says(sources, user):
    follow_page(user, sources, "pip", f"{BIN}:{PATH}")
    # An old pip would import it first, before Ctrl-C is handled.
    assert "import re" not in (user.home / "iamcli" / "bin" / "iam-userdel").read_text()
    assert user("sh", "-c", "command -v iamcli").out == f"{user.home}/iamcli/bin/iamcli\n"
    assert_as_the_page_says_after_it(user)


def test_the_one_file_with_an_old_python(dist, aws, old_python, tmp_path):
    """A later one is behind one that does not run: the file, its links, a home, run, cron."""
    assert aws("iam-usercreate", "-u", "robert").status == 0
    later = tmp_path / "later"
    later.mkdir()
    script_of_shell(later / "python3.99", "exit 127")
    script_of_shell(later / "python3.98", f'exec {sys.executable} "$@"')
    file, home = dist / "iamcli.pyz", aws.home / "iam"
    arn = "arn:aws:iam::123456789012:user/robert\n"
    aws.env["PATH"] = f"{home}/bin:{old_python}:{later}:{PATH}"
    (aws.home / "iam-usergetattributes").symlink_to(file)
    for program in (
        [file, "iam-usergetattributes"],
        [aws.home / "iam-usergetattributes"],
        [old_python / "python3", file, "iam-usergetattributes"],
    ):
        done = aws(*map(str, program), "-u", "robert")
        assert (done.status, done.err, done.out.startswith(arn)) == (0, "", True), done
    for options in ([], ["--no-strict"]):
        done = aws(str(file), "home", *options, str(home))
        assert (done.status, done.err, " is ready; " in done.out) == (0, "", True), done
        assert aws("iam-usergetattributes", "-u", "robert").out.startswith(arn)
        aws.env["AWS_IAM_HOME"] = str(home)
        said = aws(str(file), "doctor", "--offline").out
        found = f"warning +AWS_IAM_HOME is {home}, whose commands are not in strict mode; .*"
        found = found if options else f"ok +{home}: ready for scripts"
        assert re.search(f"^home +{found}$", said, re.MULTILINE), said
    # A server takes the command, so that it runs with the same Python.
    done = aws(str(file), "run", "--stats", "sh", "-c", "iam-usergetattributes -u robert")
    assert (done.status, done.out.startswith(arn)) == (0, True), done
    assert done.err.startswith("iamcli: 1 commands, ")
    for path in (PATH, f"{old_python}:{later}"):
        cron = {"HOME": str(aws.home), "PATH": path}
        done = run_program(home / "bin" / "iam-usercreate", "--version", env=cron)
        assert (done.returncode, done.stderr) == (0, ""), done
        assert done.stdout.startswith("iam-usercreate ")


def test_the_one_file_without_python3_as_the_page_says(dist, run, tmp_path):
    (tmp_path / "python").mkdir()
    script_of_shell(tmp_path / "python" / "python3.12", f'exec {sys.executable} "$@"')
    (run.home / "dist").symlink_to(dist)
    run.env["PATH"] = f"{tmp_path}/python"
    done = run("/bin/sh", "-ec", of_installation("one file with another Python"))
    assert (done.status, done.err) == (0, "")
    assert done.out.endswith(f" {NUMBER} commands in {dist}/iamcli.pyz with {sys.executable}\n")
    done = run(str(run.home / "DIR" / "bin" / "iam-usercreate"), "--version")
    assert (done.status, done.err) == (0, "")


@needs("man", BASH_COMPLETION)
def test_a_checkout_as_the_page_says(sources, user):
    printed = follow_page(user, sources, "checkout", f"{BIN}:{PATH}")
    assert printed.startswith("make: this takes about half a minute the first time, and ")
    assert printed.count("\n$ iam-") == 8
    assert user("which", "iam-usercreate").out == f"{sources}/bin/iam-usercreate\n"
    assert_man_finds_the_pages(user)


#: Runs the one file twice in a Debian, as the user with the ID uid. The arguments are variables.
IN_DEBIAN = """
mount -t proc proc "$root/proc"
mount --bind /dev "$root/dev"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
mkdir -p "$root/home/user" "$root/mnt/small" "$root/opt"
mount -t tmpfs -o uid=1000,mode=755 tmpfs "$root/home/user"
mount -t tmpfs -o mode=1777,size=3m tmpfs "$root/mnt/small"
cp "$file" "$root/opt/iamcli.pyz"
grep -q ^user: "$root/etc/passwd" || echo user:x:1000:1000::/home/user:/bin/sh >>"$root/etc/passwd"
run() {
    set -- /usr/bin/env -i PATH=/usr/bin:/bin "$@" /opt/iamcli.pyz iam-usercreate -h
    chroot "$root" /usr/bin/setpriv --reuid "$uid" --regid "$uid" --clear-groups "$@"
}
run "$@" >/dev/null
status=$?
run "$@"
echo "then: $?"
find "$root"/home/* "$root"/mnt/* "$root/tmp" -xdev -name 'iamcli.pyz_*' -printf '%U %p\\n'
exit $status
"""
CANNOT = "cannot unpack the one file in"
ROOM = "make room for 25 MB, or set SHIV_ROOT to a directory on another disk"


def debian(folder: Path, *packages: str) -> Iterator[Path]:
    """Make a Debian that has nothing but ``packages`` in ``folder``; yield its root, remove it."""
    if os.geteuid():
        pytest.skip("only root can make a Debian with mounts of its own")
    root, settings = folder / "root", folder / "acquire"
    acquire = ["bash", "-ec", '. packaging/source.sh; acquire >"$1"', "-", settings]
    subprocess.run(acquire, cwd=ROOT, check=True)
    command = ("mmdebstrap", "--quiet", "--variant=minbase", f"--aptopt={settings}")
    include = f"--include={','.join(packages)}"
    done = run_whole(*command, include, "trixie", root, env={**os.environ})
    if done.returncode:
        pytest.skip(f"mmdebstrap failed: {done.stderr[-300:]!r}")
    yield root
    shutil.rmtree(root)


@pytest.fixture(scope="module")
def debian_python3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    yield from debian(tmp_path_factory.mktemp("complete"), "python3")


@pytest.fixture(scope="module")
def debian_minimal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    yield from debian(tmp_path_factory.mktemp("minimal"), "python3-minimal")


class InDebian(NamedTuple):
    """``error``: the line, if it fails; ``place``: else where it is unpacked."""

    variables: str
    uid: int = 1000
    place: str = ""
    error: str = ""


HOSTILE = {
    "home": InDebian("HOME=/home/user", place="/home/user/.shiv"),
    "no HOME, no entry in passwd": InDebian("", uid=4711, place="/tmp/iamcli-4711"),
    "home and TMPDIR on a full disk": InDebian(
        "HOME=/mnt/small TMPDIR=/mnt/small",
        error=f"{CANNOT} /mnt/small/.shiv: No space left on device; {ROOM}",
    ),
}


def run_in(root: Path, file: Path, case: InDebian) -> subprocess.CompletedProcess[str]:
    env = {"PATH": os.environ["PATH"], "root": str(root), "file": str(file)}
    env |= {"uid": str(case.uid), "LC_ALL": "C.UTF-8"}
    command = ("unshare", "--mount", "--pid", "--fork", "--kill-child", "bash", "-c", IN_DEBIAN)
    return run_whole(*command, "-", *case.variables.split(), env=env)


@pytest.mark.parametrize("name", HOSTILE)
@needs("mmdebstrap", "unshare", "setpriv", "*")
def test_the_one_file_in_a_hostile_home(debian_python3, dist, name):
    case = HOSTILE[name]
    done = run_in(debian_python3, dist / "iamcli.pyz", case)
    if case.error:
        lines = f"iamcli: {case.error}\n" * 2
        assert (done.returncode, done.stderr, done.stdout) == (1, lines, "then: 1\n")
        return
    assert (done.returncode, done.stderr) == (0, "")
    shown, _, after = done.stdout.partition("then: ")
    assert shown.startswith("Usage: iam-usercreate ")
    # It was unpacked once.
    place = f"{debian_python3}{case.place}"
    assert re.fullmatch(rf"0\n{case.uid} {place}/iamcli\.pyz_\w+-\d+\n", after)


@needs("mmdebstrap", "unshare", "setpriv", "*")
def test_the_one_file_with_the_minimal_python_of_debian(debian_minimal, dist):
    line = "iamcli: /usr/bin/python3 lacks the module shutil; install the package python3\n"
    for case in HOSTILE.values():
        done = run_in(debian_minimal, dist / "iamcli.pyz", case)
        assert (done.returncode, done.stderr, done.stdout) == (1, line * 2, "then: 1\n")
