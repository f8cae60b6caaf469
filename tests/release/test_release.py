"""What maintainers run: make release and make pins, and the script that runs the tests in CI."""

from __future__ import annotations

import os
import re
import shutil
import sys
import zipfile
from importlib.metadata import version

import pytest
from support.old_python import directory_with, script_of_shell
from support.processes import ROOT, assert_nothing_left, environment, run
from support.requirements import PATH, needs
from support.selection import in_full

#: What packaging/release reads before it builds anything.
READ = ("packaging", "iamcli/__init__.py", "CHANGELOG.md")
#: A changelog in which 1.1.0 is released.
RELEASED = """# Changelog

## [Unreleased]

## [1.1.0] - 2026-12-01

### Added

- Something.

## [1.0.0] - 2026-11-25
"""
REQUIREMENTS = "packaging/requirements.txt"
PINS = dict(re.findall(r"^([\w.-]+)==(\S+)$", (ROOT / REQUIREMENTS).read_text(), re.MULTILINE))


class Clone:
    """A repository with what ``make release`` reads, and 1.1.0 as the released version."""

    def __init__(self, folder):
        self.folder = folder / "clone"
        for name in READ:
            source, copy = ROOT / name, self.folder / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copytree(source, copy) if source.is_dir() else shutil.copy(source, copy)
        shutil.copy(ROOT / ".gitignore", self.folder)
        self.env = environment(folder / "home")
        for name in ("GIT_AUTHOR", "GIT_COMMITTER"):
            self.env |= {f"{name}_NAME": "A", f"{name}_EMAIL": "a@example.com"}
        self.git("init", "--quiet")
        self.write("iamcli/__init__.py", '__version__ = "1.1.0"\n')
        self.write("CHANGELOG.md", RELEASED)
        self.git("tag", "--annotate", "--message", "iamcli 1.1.0", "v1.1.0")

    def git(self, *arguments):
        done = run("git", *arguments, env=self.env, cwd=self.folder)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def write(self, name, text):
        """Write the file and commit it."""
        (self.folder / name).write_text(text)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", name)

    def release(self, **more):
        """Run packaging/release. It builds nothing."""
        done = run(self.folder / "packaging" / "release", env=self.env | more, cwd=self.folder)
        assert list(self.folder.glob("dist/*")) == []
        assert not (self.folder / ".venv-packaging").exists()
        return done.returncode, done.stdout, done.stderr


@pytest.fixture
def clone(tmp_path):
    return Clone(tmp_path)


def refusal(text):
    return 1, "", f"make release: {text}\n"


MODULE = "iamcli/__init__.py"
UNRELEASED = 'CHANGELOG.md has entries below Unreleased; head them with "## [1.1.0] - DATE"'


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        (
            MODULE,
            '__version__ = "1.1.0.dev0"\n',
            "the version is 1.1.0.dev0, which is none of a release; set 1.1.0 in " + MODULE,
        ),
        (
            MODULE,
            '__version__ = "1.2.0"\n',
            (
                'the newest release in CHANGELOG.md is "## [1.1.0] - 2026-12-01"; it must be '
                '"## [1.2.0] - YYYY-MM-DD"'
            ),
        ),
        ("CHANGELOG.md", RELEASED.replace("d]", "d]\n\n### Fixed\n\n- Something.", 1), UNRELEASED),
        ("CHANGELOG.md", RELEASED.replace("d]", "d]\n\nSomething else.", 1), UNRELEASED),
    ],
)
def test_what_is_not_ready_is_refused(name, text, line, clone):
    clone.write(name, text)
    assert clone.release() == refusal(line)


def test_a_release_without_its_tag_is_refused(clone):
    tagged = clone.git("rev-parse", "HEAD")
    clone.write("README.md", "")
    head = clone.git("rev-parse", "HEAD")
    assert clone.release() == refusal(
        f"the tag v1.1.0 is at {tagged[:7]}, not at {head[:7]}; run: git checkout v1.1.0"
    )
    clone.git("tag", "--delete", "v1.1.0")
    clone.git("tag", "v1.1.0rc1")
    assert clone.release() == refusal(
        "there is no tag v1.1.0; run: git tag -a v1.1.0 -m 'iamcli 1.1.0'"
    )
    (clone.folder / "README.md").write_text("changed")
    assert clone.release() == refusal("there are changes that are not committed; commit them")


def test_a_package_that_cannot_be_built_is_refused(clone, tmp_path):
    # Without apt-get or without root, packaging/deb-test exits 77. An older package is no excuse.
    (tmp_path / "bin").mkdir()
    for name in ("bash", "dirname", "git", "grep", "mkdir", "rm", "sed"):
        (tmp_path / "bin" / name).symlink_to(shutil.which(name))
    (clone.folder / "dist").mkdir()
    (clone.folder / "dist" / "iamcli_1.1.0_all.deb").touch()
    status, out, err = clone.release(PATH=str(tmp_path / "bin"))
    assert (status, out) == (1, "")
    assert re.fullmatch(
        r"make deb-test: (this is not Debian|requires root); not tested\nmake release: the Debian "
        r"package cannot be built and tested here, for the reason above\n",
        err,
    )


@needs("dpkg")
def test_debian_sorts_a_version_between_releases_before_the_next_one(clone):
    clone.write("iamcli/__init__.py", '__version__ = "1.1.0.dev0"\n')
    command = ". packaging/source.sh; version; deb_version"
    done = run("bash", "-ec", command, env=clone.env, cwd=clone.folder)
    assert done.stdout == "1.1.0.dev0\n1.1.0~dev0\n"
    for older, newer in (("1.0.0", "1.1.0~dev0"), ("1.1.0~dev0", "1.1.0")):
        command = ("dpkg", "--compare-versions", older, "lt", newer)
        assert run(*command, env=clone.env).returncode == 0


def test_what_lints_and_builds_is_what_is_pinned():
    lines = (ROOT / REQUIREMENTS).read_text().splitlines()
    assert all(line.startswith("#") or line.partition("==")[0] in PINS for line in lines)
    assert {"mypy", "pip", "ruff", "setuptools", "twine"} <= set(PINS)
    for name in ("mypy", "ruff", "setuptools"):
        assert f"{name} {version(name)}" == f"{name} {PINS[name]}"


@pytest.mark.full
def test_the_pins_become_the_newest_that_the_oldest_python_can_install(tmp_path):
    index = tmp_path / "index"
    index.mkdir()
    for name, number, python in (
        ("ruff", "1.0", "3.10"),
        ("ruff", "1.1", "3.10"),
        ("ruff", "1.2", "3.11"),
        ("some_tool", "2.0", "3.10"),
    ):
        metadata = f"Name: {name}\nVersion: {number}\nRequires-Python: >={python}\n"
        with zipfile.ZipFile(index / f"{name}-{number}-py3-none-any.whl", "w") as wheel:
            information = f"{name}-{number}.dist-info"
            wheel.writestr(f"{information}/METADATA", f"Metadata-Version: 2.1\n{metadata}")
            wheel.writestr(f"{information}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\n")
            wheel.writestr(f"{information}/RECORD", "")
    for name in ("tools/pins.py", "setup.cfg"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    file = tmp_path / REQUIREMENTS
    file.parent.mkdir()
    file.write_text("# A reason.\nruff==1.0\n# Another.\nsome.tool==2.0\n")
    env = environment(tmp_path / "home", PIP_NO_INDEX="1", PIP_FIND_LINKS=str(index))
    update = (sys.executable, tmp_path / "tools" / "pins.py")
    done = run(*update, env=env)
    assert (done.returncode, done.stdout, done.stderr) == (0, "ruff 1.0 -> 1.1\n", "")
    assert file.read_text() == "# A reason.\nruff==1.1\n# Another.\nsome.tool==2.0\n"

    text = "unknown==1.0\n"
    file.write_text(text)
    done = run(*update, env=env)
    assert (done.returncode, done.stdout, file.read_text()) == (1, "", text)
    assert done.stderr.endswith("\nrequirements.txt is unchanged: pip failed, see above\n")


#: A program that takes the place of what .ci/run starts. It notes what it was asked to do.
FAKE = r"""#!/bin/sh
echo "${0##*/} $*" >>"$HOME/calls"
case "${0##*/} $*" in
    dpkg-query*) echo installed ;;
    git\ rev-parse*) echo 0123abc ;;
    $FAILING) exit 3 ;;
    $MISSING) echo "packaging/deb-test notes" >>"$NOT_TESTED"; exit 77 ;;
esac
"""


STAGES = ["make test", "make test-lowest", "make test in a private directory", "packaging/deb-test"]
STAGES += [
    "make .venv/bin/nox",
    "make matrix",
    "tests/ceph/run",
    "make test-full TESTS=--exitfirst --dist load --maxschedchunk 1 --order 0123abc",
]


@pytest.mark.parametrize(
    ("failing", "status", "number"),
    [("none", 0, 8), in_full("make test-lowest", 3, 2), ("make matrix", 3, 6)],
)
def test_ci_prints_the_seconds_of_each_stage(tmp_path, failing, status, number):
    stages = STAGES[:number]
    for name in (".ci", "packaging", "bin", "tests/ceph"):
        (tmp_path / name).mkdir(parents=True)
    shutil.copy(ROOT / ".ci" / "run", tmp_path / ".ci")
    shutil.copy(ROOT / "packaging" / "source.sh", tmp_path / "packaging")
    tools = ("bin/make", "bin/git", "bin/dpkg-query", "bin/apt-get")
    for name in ("packaging/deb-test", "tests/ceph/run", *tools):
        (tmp_path / name).write_text(FAKE)
        (tmp_path / name).chmod(0o755)
    env = environment(tmp_path / "home", FAILING=failing, MISSING="deb-test ")
    env["PATH"] = f"{tmp_path}/bin{os.pathsep}{env['PATH']}"
    done = run(tmp_path / ".ci" / "run", env=env)
    assert (done.returncode, done.stderr) == (status, "")
    before, _, after = done.stdout.rpartition(".ci/run: seconds of each stage, ")
    assert re.match(rf"\d+ in all, exit status {status}\n", after)
    skipped = ".ci/run: not run: packaging/deb-test, for the reason above\n"
    noted = ["packaging/deb-test notes", skipped[:-1]] if "packaging/deb-test" in stages else []
    assert before == (skipped if noted else "")
    # What was not tested is in the last lines.
    assert [re.sub(r"^ +\d+ ", "", line) for line in after.splitlines()[1:]] == stages + noted
    calls = (tmp_path / "home" / "calls").read_text().splitlines()
    calls = [re.sub("-C /.*/iamcli test", "-C private test", call) for call in calls]
    done_in_it = [call for call in calls if not call.startswith(("dpkg-query", "git"))]
    begun = {
        "make test": "make test TESTS=--order 0123abc",
        "make test in a private directory": "make -C private test TESTS=--order 0123abc",
        "packaging/deb-test": "deb-test ",
        "tests/ceph/run": "run ",
    }
    assert done_in_it == [begun.get(stage, stage) for stage in stages]


#: How apt fails, and what ``tests/ceph/run`` then says.
NO_CEPH = {
    "echo 'E: Unable to locate package radosgw' >&2; exit 100": "Unable to locate package radosgw",
    "exit 0": "apt has no mirror of Debian",
}


@pytest.mark.parametrize(("apt", "reason"), NO_CEPH.items())
def test_ceph_that_cannot_be_had_is_one_line(tmp_path, apt, reason):
    (tmp_path / "tests").mkdir()
    shutil.copytree(ROOT / "tests" / "ceph", tmp_path / "tests" / "ceph")
    (tmp_path / "tests" / "support").symlink_to(ROOT / "tests" / "support")
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").symlink_to(sys.executable)
    (tmp_path / "bin").mkdir()
    script_of_shell(tmp_path / "bin" / "apt-get", apt)
    env = environment(tmp_path / "home")
    env["PATH"] = f"{tmp_path}/bin{os.pathsep}{env['PATH']}"
    done = run(tmp_path / "tests" / "ceph" / "run", env=env)
    assert (done.returncode, done.stderr) == (77, f"test-ceph: {reason}; not tested\n")
    assert done.stdout == "test-ceph: getting Ceph of forky, about 120 MB, into build/ceph\n"
    assert_nothing_left(tmp_path / "home")


#: A Python whose pip fails: it prints the lines of the file "pip.txt".
NO_PIP = """
case $* in
    *" venv "*) mkdir -p "$4/bin"; cp "$0" "$4/bin/python"; touch "$4/bin/pip" ;;
    *--editable*) cat "$HOME/pip.txt"; exit 1 ;;
esac
"""


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ("Collecting x\n  error: subprocess-exited\n  ERROR: No wheel\n", "ERROR: No wheel"),
        in_full("Collecting x\n", "\n"),
    ],
)
def test_make_says_why_pip_failed(tmp_path, lines, reason):
    home = tmp_path / "home"
    env = environment(home, PATH=PATH)
    (home / "pip.txt").write_text(lines)
    python = script_of_shell(tmp_path / "python", NO_PIP)
    variables = (f"PYTHON={python}", f"VENV={tmp_path}/venv")
    done = run("make", "-C", ROOT, *variables, f"{tmp_path}/venv/demo.stamp", env=env)
    assert done.returncode == 2
    assert f"make: pip failed, is the network there? {reason}" in done.stderr


@pytest.mark.parametrize(
    ("python", "problem"), [("python3", "is older than Python 3.10"), in_full("python9", "")]
)
@pytest.mark.parametrize("later", ["python3.11", ""])
def test_make_names_a_python_that_is_not_too_old(tmp_path, python, problem, later):
    folder = directory_with(None, tmp_path / "programs")
    if later:
        script_of_shell(folder / later, f'exec {sys.executable} "$@"\n')
    env = environment(tmp_path / "home", PATH=f"{folder}:{PATH}")
    variables = (f"PYTHON={python}", f"VENV={tmp_path}/venv")
    done = run("make", "-C", ROOT, *variables, "demo", env=env)
    assert done.returncode == 2
    advice = (
        f"run: make demo PYTHON={later}"
        if later
        else "install Python 3.10 or later, or set PYTHON=..."
    )
    problem = f"python3 {problem}" if problem else f"no {python} on PATH"
    assert done.stderr.splitlines()[0] == f"make: {problem}; {advice}"
    assert not (tmp_path / "venv").exists()
