"""Commands do not import modules from the current directory."""

from __future__ import annotations

import importlib.util
import os
import shutil
import site
import subprocess
import sys
from pathlib import Path

import pytest
from support.processes import BIN, ROOT, environment, run
from support.requirements import PATH
from support.selection import in_full

from iamcli import startup

INSTALLED = Path(sys.executable).parent
#: Those that Python has in itself are never looked for in a folder.
STANDARD = {name for name in sys.stdlib_module_names if name not in sys.builtin_module_names}
PACKAGES = {"botocore", "click", "iamcli", "jmespath", "moto", "segno", "urllib3", "werkzeug"}
#: The packages whose parts are imported too.
PARTS = (
    "iamcli/cli",
    "iamcli/installation/checkout",
    "iamcli/cli/sandbox/server",
    "botocore/session",
)
#: Pythons that import different modules before they run anything.
PYTHONS = [name for name in ("python3.10", "python3.12", "python3.13", "python3.14")
           if shutil.which(name, path="/usr/local/bin:/usr/bin")]  # fmt: skip


@pytest.fixture
def checkout_env(tmp_path):
    return environment(
        tmp_path,
        # A checkout without .venv runs the python3 on PATH.
        PATH=f"{INSTALLED}:{PATH}",
        AWS_ACCESS_KEY_ID="AK",
        AWS_SECRET_ACCESS_KEY="x",
        AWS_MAX_ATTEMPTS="1",
    )


class Trap:
    """A folder with a module of each name; each leaves a mark when it is imported."""

    def __init__(self, place: Path, names: set[str]) -> None:
        self.folder = place / "trap"
        self._marks = place / "marks"
        self._marks.mkdir()
        for name in sorted(names):
            self._set(f"{name}/__init__" if name in PACKAGES else name)
        for part in PARTS:
            if part.partition("/")[0] in names:
                self._set(part)

    def _set(self, name: str) -> None:
        file = self.folder / f"{name}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        mark = self._marks / name.replace("/", ".")
        # Early on there is no open().
        file.write_text(
            f"import posix\nposix.open({str(mark)!r}, posix.O_CREAT | posix.O_WRONLY)\n"
        )

    @property
    def sprung(self) -> list[str]:
        """The modules that were imported."""
        return sorted(mark.name for mark in self._marks.iterdir())


@pytest.fixture
def trap(tmp_path):
    return Trap(tmp_path, STANDARD | PACKAGES)


@pytest.mark.parametrize("folder", [INSTALLED, BIN], ids=["installed", "checkout"])
@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("iamcli list user", 0),
        ("iamcli usercraete", 1),
        ("iam-usercreate -u bob --url http://127.0.0.1:1 -d", 1),
        in_full("iamcli", 0),
        in_full("iamcli help usercreate", 0),
        in_full("iamcli home old", 0),
        in_full("iamcli complete user iam-usercreate --url http://127.0.0.1:1", 0),
        in_full("iamcli sandbox iam-usercreate -u bob", 0),
        in_full("iam-usercreate -h", 0),
        in_full("iam-usercreate -U", 1),
        in_full("iam-useruploadpolicy -u bob -p p -o {Statement:", 1),
    ],
)
def test_no_program_is_trapped(folder, line, status, trap, checkout_env):
    program, *arguments = line.split()
    done = run(folder / program, *arguments, env=checkout_env, cwd=trap.folder)
    assert trap.sprung == []
    assert done.returncode == status


@pytest.mark.full
@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("line", ["iamcli sandbox true", "iam-usercreate"])
def test_no_checkout_is_trapped_by_another_python(python, line, trap, checkout_env, tmp_path):
    """Some import more than others before they run what they were given."""
    checkout = copied(tmp_path / "checkout")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python3").symlink_to(
        str(shutil.which(python, path="/usr/local/bin:/usr/bin"))
    )
    checkout_env["PATH"] = f"{tmp_path}/bin:{checkout_env['PATH']}"
    # What PYTHONPATH brings along may already import what else is imported from the trap.
    for more in ({}, {"PYTHONPATH": packages()}):
        name, *arguments = line.split()
        done = run(
            checkout / "bin" / name, *arguments, env={**checkout_env, **more}, cwd=trap.folder
        )
        assert trap.sprung == []
        assert "Traceback" not in done.stderr


def copied(folder: Path) -> Path:
    """Copy what the programs need of the checkout."""
    shutil.copytree(ROOT / "bin", folder / "bin", symlinks=True)
    shutil.copytree(ROOT / "iamcli", folder / "iamcli")
    shutil.copy(ROOT / "setup.cfg", folder)
    return folder


def packages() -> str:
    import click

    return str(Path(click.__file__).parent.parent)


def before_main() -> set[str]:
    """Return what ``python -m`` imports before it runs anything: nobody can keep it from that."""
    code = "import linecache, pkgutil, runpy, sys, traceback; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return {name.partition(".")[0] for name in done.stdout.split()} | {"iamcli"}


@pytest.mark.parametrize(("arguments", "status"), [((), 0), in_full(("sandbox", "true"), 0)])
def test_the_module_is_not_trapped(arguments, status, checkout_env, tmp_path):
    trap = Trap(tmp_path, (STANDARD | PACKAGES) - before_main())
    done = run(sys.executable, "-m", "iamcli", *arguments, env=checkout_env, cwd=trap.folder)
    assert trap.sprung == []
    assert done.returncode == status, done.stderr


@pytest.mark.parametrize("how", ["usual", "safe"])
def test_the_module_runs_iamcli(how, checkout_env, tmp_path):
    program = run(INSTALLED / "iamcli", env=checkout_env, cwd=tmp_path)
    start = [sys.executable, "-m", "iamcli"]
    if how == "safe":
        # Then the current directory is not the first one. Its packages are only in the first one.
        checkout_env |= {"PYTHONSAFEPATH": "1", "PYTHONPATH": f"{packages()}:{ROOT}"}
        start.insert(1, "-S")
    module = run(*start, env=checkout_env, cwd=tmp_path)
    assert (module.returncode, module.stdout, module.stderr) == (0, program.stdout, "")
    module = run(*start, "usercraete", env=checkout_env, cwd=tmp_path)
    assert (module.returncode, module.stdout) == (1, "")
    assert module.stderr.startswith("iamcli: unknown subcommand usercraete; did you mean iam-")


#: What Python and a console script of a new pip import before the first line of iamcli.
BEFORE = before_main()
#: Modules that this system lacks are looked for everywhere.
ABSENT = {name for name in STANDARD if importlib.util.find_spec(name) is None}
STARTS = {
    "installed": [INSTALLED / "iam-userdel"],
    "checkout": [BIN / "iam-userdel"],
    "iamcli": [INSTALLED / "iamcli", "userdel"],
    "module": [sys.executable, "-m", "iamcli", "iam-userdel"],
}


@pytest.mark.parametrize("start", STARTS)
def test_python_path_hides_nothing(start, checkout_env, tmp_path):
    """Old machines have modules of Python 2 there, such as an old enum, json or click."""
    trap = Trap(tmp_path, (STANDARD | PACKAGES) - BEFORE - ABSENT)
    checkout_env["PYTHONPATH"] = str(trap.folder)
    line = [*STARTS[start], "-u", "bob", "--url", "http://127.0.0.1:1"]
    if start == "iamcli":
        line = [INSTALLED / "iamcli", "list"]
    done = run(*line, env=checkout_env, cwd=tmp_path)
    assert trap.sprung == []
    assert "Traceback" not in done.stderr
    assert done.returncode == (0 if start == "iamcli" else 1)


def test_what_only_python_path_has_is_found(checkout_env, tmp_path):
    """Some people install iamcli and its packages in such a directory, behind others."""
    checkout = copied(tmp_path / "checkout")
    with (checkout / "iamcli" / "__init__.py").open("a") as file:
        file.write('__version__ = "9.9.9"\n')
    trap = Trap(tmp_path, {"click", "botocore"})
    line = "iam-userdel -u bob --url x://y"
    code = f"import sys; sys.argv = {line.split()}; from iamcli.startup import program; "
    code += "program.commands.users.userdel()"
    checkout_env["PYTHONPATH"] = f"{trap.folder}:{checkout}:{packages()}"
    done = run(sys.executable, "-c", code, env=checkout_env, cwd=tmp_path)
    assert trap.sprung == []
    assert "--url is not an http or https address" in done.stderr
    done = run(sys.executable, "-m", "iamcli", "--version", env=checkout_env, cwd=tmp_path)
    assert (done.stdout, done.stderr) == ("iamcli 9.9.9\n", "")


@pytest.mark.full
@pytest.mark.parametrize("home", ["/nowhere", ""])
def test_what_is_started_gets_the_variables_of_python(home, checkout_env, tmp_path):
    checkout_env |= {"PYTHONPATH": "/somewhere", "PYTHONHOME": home}
    show = "echo $PYTHONPATH ${PYTHONHOME-none} ${IAMCLI_PYTHONHOME-none}"
    for program in ("sandbox", "run"):
        done = run(BIN / "iamcli", program, "sh", "-c", show, env=checkout_env, cwd=tmp_path)
        assert (done.returncode, done.stdout) == (0, f"/somewhere {home} none\n".replace("  ", " "))
    done = run(BIN / "iamcli", "home", tmp_path / "old", env=checkout_env, cwd=tmp_path)
    assert done.returncode == 0
    done = run(tmp_path / "old/bin/iam-userdel", env=checkout_env, cwd=tmp_path)
    assert done.stdout.startswith('iam-userdel: Option "-u" is required')


@pytest.mark.parametrize(
    ("python_path", "before", "after"),
    [
        (None, "/a /b /lib", "/a /b /lib"),
        ("", "/a /b /lib", "/a /b /lib"),
        ("/a", "/x /a /lib", "/x /lib /a"),
        ("/a:/b", "/a /b /x /lib", "/x /lib /a /b"),
        # The order among them stays, but iamcli with its packages is the first.
        ("/a:/own:/b", "/a /own /b /lib", "/lib /own /a /b"),
        ("/own", "/own /lib", "/lib /own"),
        # What is written in another way, and what is not used.
        ("/a/:/c/../b", "/a/ /c/../b /lib", "/lib /a/ /c/../b"),
        ("/absent", "/a /lib", "/a /lib"),
        ("rel", "{here}/rel /lib", "/lib {here}/rel"),
        # The packages of Python stay where they are, also if somebody names them.
        ("/site:/a", "/site /a /lib", "/site /lib /a"),
    ],
)
def test_where_modules_are_looked_for(python_path, before, after, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(startup, "__file__", "/own/iamcli/startup.py")
    monkeypatch.setattr(site, "getsitepackages", lambda: ["/site"])
    monkeypatch.delenv("PYTHONPATH", raising=False)
    if python_path is not None:
        monkeypatch.setenv("PYTHONPATH", python_path)
    folders = before.format(here=tmp_path).split()
    monkeypatch.setattr(sys, "path", folders)
    startup.handle_python_variables()
    # It is the same list, as other modules may have it.
    assert (sys.path is folders, folders) == (True, after.format(here=tmp_path).split())
    monkeypatch.setattr(sys, "modules", {"sys": sys})
    folders[:] = ["/site", "/lib"]
    monkeypatch.setenv("PYTHONPATH", "/site")
    startup.handle_python_variables()
    assert folders == ["/lib", "/site"]


@pytest.mark.parametrize("kept", [None, "", "/python"])
@pytest.mark.parametrize("python_path", [None, "/a"])
def test_the_home_of_python_is_as_it_was(kept, python_path, monkeypatch):
    for name in ("PYTHONPATH", "PYTHONHOME", startup.KEPT_HOME):
        monkeypatch.delenv(name, raising=False)
    if kept is not None:
        monkeypatch.setenv(startup.KEPT_HOME, kept)
    if python_path:
        monkeypatch.setenv("PYTHONPATH", python_path)
    monkeypatch.setattr(sys, "path", ["/a"])
    startup.handle_python_variables()
    names = ("PYTHONPATH", "PYTHONHOME", startup.KEPT_HOME)
    assert [os.environ.get(name) for name in names] == [python_path, kept, None]
    own = startup.own_environment()
    assert {**own, "PYTHONHOME": kept} == {**os.environ, "PYTHONHOME": kept}
    assert "PYTHONHOME" not in own
    os.environ.pop("PYTHONHOME", None)


@pytest.mark.full
def test_the_variable_that_keeps_python_safe_stays_the_users(checkout_env):
    show = ("sandbox", "sh", "-c", 'echo "${PYTHONSAFEPATH-none}"')
    assert run(BIN / "iamcli", *show, env=checkout_env).stdout == "none\n"
    assert run(BIN / "iamcli", *show, env={**checkout_env, "PYTHONSAFEPATH": "1"}).stdout == "1\n"
