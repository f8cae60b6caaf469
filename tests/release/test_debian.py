"""What packaging/deb and packaging/deb-test say of a machine that lacks something."""

from __future__ import annotations

import os
import re
import shutil
from typing import TYPE_CHECKING

import pytest
from support.old_python import script_of_shell
from support.processes import ROOT, run
from support.requirements import PATH, needs

import iamcli

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

#: What takes the place of the programs of Debian. $FAILING is the suite whose list is expired.
PROGRAMS = {
    "apt-config": """printf '%s\\n' 'Acquire::Check-Date "false";' 'Dir "/";' """
    """'Acquire::IndexTargets::deb "";' 'Acquire::http::Proxy "http://proxy.invalid";'""",
    "apt-get": "echo 'deb http://mirror.invalid/debian/ trixie main Debian'",
    "dpkg-deb": "mkdir -p $3/DEBIAN $3/usr/bin && touch $3/DEBIAN/control $4",
    "dpkg-query": "true",
    # With --quiet, it would not show what apt says.
    "mmdebstrap": (
        '[ "$1 $*" = "--variant=apt --variant=apt $2 $3 $4 -" ] || exit 3\n'
        # The settings of this machine.
        "printf '%s\\n' 'Acquire::Check-Date \"false\";'"
        " 'Acquire::http::Proxy \"http://proxy.invalid\";' | cmp -s - ${2#--aptopt=} || exit 3\n"
        "shift\n"
        '[ "$(cat)" = "deb http://mirror.invalid/debian/ $2 main" ] || exit 3\n'
        'if [ "$2" = "$FAILING" ]; then\n'
        '    echo "I: running apt-get update..."\n'
        '    echo "E: Release file for http://mirror.invalid/$2 is expired (invalid since 21d)."'
        ' "Updates for this repository will not be applied."\n'
        '    echo "E: apt-get update failed: process exited with 100"; exit 25\n'
        "fi >&2\n"
        "mkdir -p $3/etc $3/home/user/walk $3/packages\n"
        'echo "$NEWEST" >$3/packages/newest\n'
        'echo "the table with the row of $2" >$3/home/user/walk/CONTRIBUTING.md'
    ),
    # After "-": the Debian, a script of packaging/deb-test.d, and its arguments.
    "unshare": (
        "[ $# -gt 6 ] || exit 0\n"
        'while [ "$1" != - ]; do shift; done\n'
        '[ "$3" = inside ] || echo 3.13 >"$2/packages/newest"\n'
        'echo "${2##*/} ${*: -1}"'
    ),
}
#: What takes the place of the Python that downloads packages; it fails with $PIP.
DOWNLOADING = 'echo "$4 $6 $7 $8 ${12}"\nexit "${PIP:-0}"\n'
DIST = f"mkdir -p dist && touch dist/iamcli-{iamcli.__version__}.tar.gz\n"
#: What is printed of the two commands of README in Debian 13.
WHEEL = f"dist/iamcli-{iamcli.__version__}-py3-none-any.whl"
ASKED = f"--disable-pip-version-check --python-version {{}} --only-binary {WHEEL}[{{}}]"
FIRST = ["first first", ASKED.format("3.13", "test")]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """What packaging/deb-test reads of the sources; packaging/deb builds an empty package."""
    folder = tmp_path / "copy"
    shutil.copytree(ROOT / "packaging", folder / "packaging")
    for name in ("bin", "docs", "examples", "iamcli", "man", "tests", "tools"):
        (folder / name).mkdir()
    shutil.copy(ROOT / "iamcli" / "__init__.py", folder / "iamcli")
    for name in ("CONTRIBUTING.md", "LEGACY.md", "README.md", "pyproject.toml", "setup.cfg"):
        shutil.copy(ROOT / name, folder)
    shutil.copy(ROOT / "packaging" / "deb", folder / "packaging" / "real-deb")
    (folder / "packaging" / "deb").write_text(
        "#!/bin/bash\n. packaging/source.sh; mkdir -p dist\n"
        "touch dist/iamcli_$(deb_version)_all.deb\n"
    )
    tools = folder / ".venv-packaging"
    (tools / "bin").mkdir(parents=True)
    shutil.copy(folder / "packaging" / "requirements.txt", tools)
    script_of_shell(tools / "bin" / "python", DOWNLOADING)
    script_of_shell(folder / "packaging" / "dist", DIST)
    (tmp_path / "programs").mkdir()
    for name, text in PROGRAMS.items():
        file = tmp_path / "programs" / name
        file.write_text(f"#!/bin/bash\n{text}\n")
        file.chmod(0o755)
    return folder


def ran(copy: Path, program: str, **variables: str) -> subprocess.CompletedProcess[str]:
    path = f"{copy.parent / 'programs'}:{PATH}"
    env = {"PATH": path, "TMPDIR": str(copy.parent), **variables}
    return run(copy / "packaging" / program, env=env)


def test_what_a_debian_package_requires_is_named(copy):
    done = ran(copy, "real-deb")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (77, "", 1)
    names = re.findall(r"; run: apt install (.*); not built\n", done.stderr)[0].split()
    control = (ROOT / "packaging" / "debian" / "control").read_text()
    declared = re.findall(r"^ ([a-z0-9-]+)", control.partition("\nStandards")[0], re.MULTILINE)
    # Two are virtual; others provide them.
    declared = {"debhelper-compat": "debhelper", "dh-sequence-python3": "dh-python"} | {
        name: name for name in declared if not name.startswith(("debhelper-", "dh-sequence-"))
    }
    assert set(names) == {"build-essential", "lintian", *declared.values()}
    page = " ".join((ROOT / "docs" / "install.md").read_text().split())
    needed = re.findall("`make deb` needs (.*?)[.] ", page)[0]
    assert set(re.split(", | and ", needed)) == set(names)
    assert (
        "install mmdebstrap $(. packaging/source.sh; deb_tools)" in (ROOT / ".ci/run").read_text()
    )


needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="packaging/deb-test requires root")


@needs_root
@pytest.mark.parametrize("ci", ["", "true"])
def test_both_debians_are_tested(copy, ci):
    before = (copy / "CONTRIBUTING.md").read_text()
    done = ran(copy, "deb-test", CI=ci)
    assert (done.returncode, done.stderr) == (0, "")
    assert re.sub(r"\d+ seconds", "1 seconds", done.stdout).splitlines()[1:] == [
        *FIRST,
        "first some",
        "trixie all",
        "forky smoke",
        "deb-test: forky has no newer Python than its python3",
        "deb-test: forky took 1 seconds",
    ]
    after = before if ci else "the table with the row of forky\n"
    assert (copy / "CONTRIBUTING.md").read_text() == after


@needs_root
@pytest.mark.parametrize("status", [0, 1])
def test_the_newest_python_of_the_next_debian(copy, status):
    """Its packages are downloaded here, with the settings of this machine."""
    note = copy / "note"
    done = ran(copy, "deb-test", NEWEST="3.15", NOT_TESTED=str(note), PIP=str(status))
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    # In Debian 13, docs/moving.md is followed with its pip.
    for suite, extras, kind in (
        ("trixie", "sandbox,check", "guide"),
        ("forky", "sandbox,qr", "3.15"),
    ):
        tested = [] if status else [f"{suite} {kind}"]
        first = lines.index(f"{suite} {'all' if kind == 'guide' else 'smoke'}") + 1
        assert lines[first : first + 1 + len(tested)] == [ASKED.format("3.15", extras), *tested]
    said = (
        "make deb-test: no packages for Python 3.13, see above; make demo and make test were not "
        "tested in trixie\n"
        "make deb-test: no packages for Python 3.15, see above; the installation of docs/moving.md "
        "was not tested\n"
        "make deb-test: no packages for Python 3.15 of forky, see above; not tested with it\n"
    )
    assert done.stderr == (said if status else "")
    assert (note.read_text() if note.exists() else "") == done.stderr


@needs_root
@pytest.mark.parametrize(
    ("failing", "status", "line", "tested"),
    [
        ("forky", 0, "no fresh forky: {}; not tested there", ["trixie all"]),
        ("trixie", 77, "no fresh Debian 13: {}; not tested", []),
    ],
)
def test_an_expired_list_is_not_used(copy, failing, status, line, tested):
    done = ran(copy, "deb-test", FAILING=failing)
    assert done.returncode == status
    assert re.findall("^.* (?:all|smoke)$", done.stdout, re.MULTILINE) == tested
    expired = f"Release file for http://mirror.invalid/{failing} is expired (invalid since 21d)"
    assert done.stderr == f"make deb-test: {line.format(expired)}\n"
    assert not list(copy.parent.glob("tmp.*"))


@needs_root
@pytest.mark.full
@pytest.mark.parametrize("user", ["root", "user"])
@pytest.mark.parametrize("suite", ["trixie", "forky"])
@needs("*")
def test_the_two_commands_of_the_readme_in_a_fresh_debian(suite, user, tmp_path):
    """With nothing else; an hour is longer than a slow machine takes."""
    env = {**os.environ, "TMPDIR": str(tmp_path)}
    done = run(ROOT / "packaging" / "deb-test", suite, user, env=env, timeout=3600)
    if done.returncode == 77:
        pytest.skip(done.stderr)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1].startswith("tests skipped: ")
