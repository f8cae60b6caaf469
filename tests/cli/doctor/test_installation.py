"""``iamcli doctor``: the programs in PATH, AWS_IAM_HOME, pages, completion, extras and versions."""

from __future__ import annotations

import json
import re
import sys
from importlib.metadata import version
from typing import TYPE_CHECKING

import pytest
from support.doctor import directory, doctor, file, parsed, program
from support.selection import in_full, usual
from support.shell import BIN, ROOT

from iamcli import __version__
from iamcli.cli import index, installed_commands
from iamcli.cli.doctor import installed, programs

if TYPE_CHECKING:
    from pathlib import Path

    from support.doctor import Report
    from support.forked import ForkRunner
    from support.shell import Shell


@pytest.fixture
def iam_home(run: Shell, healthy: ForkRunner) -> Path:
    """A directory that ``iamcli home`` has set up, as AWS_IAM_HOME and first in PATH."""
    folder = run.home / "iam"
    assert healthy("iamcli", "home", str(folder)).status == 0
    run.env |= {"AWS_IAM_HOME": str(folder), "PATH": f"{folder}/bin:{BIN}:/usr/bin:/bin"}
    return folder


def test_a_home_runs_the_commands(iam_home, healthy):
    report = doctor(healthy, "--offline")
    assert report.causes == []
    assert (report.result("path"), report.result("home")) == ("ok", "ok")
    assert healthy("iamcli", "home", "--strict", str(iam_home)).status == 0
    report = doctor(healthy, "--offline", AWS_IAM_HOME="")
    assert (report.result("path"), report.result("home")) == ("ok", "ok")
    own = {"AWS_IAM_HOME": str(BIN.parent), "PATH": f"{BIN}:/usr/bin"}
    said = doctor(healthy, "--offline", **own).said("home")
    assert said == f"{BIN.parent}: ready for scripts; "


@pytest.mark.parametrize("strict", [False, True])
def test_a_damaged_home_is_a_warning(strict, iam_home, healthy):
    if strict:
        healthy("iamcli", "home", "--strict", str(iam_home))
    (iam_home / "bin" / "iam-userdel").unlink()
    report = doctor(healthy, "--offline")
    assert (report.status, report.result("home"), report.causes) == (0, "warning", [])
    assert f"{iam_home}/bin/iam-userdel: missing or changed" in report.said("home")
    assert f"iamcli home {iam_home}; if it refuses a file, move the file" in report.said("home")


FOLDERS = ("PATH", "HOME", "AWS_IAM_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME")


@pytest.mark.parametrize("folder", [f"/{'x' * 300}", "."])
@pytest.mark.parametrize("variables", usual([FOLDERS], [FOLDERS, *((name,) for name in FOLDERS)]))
def test_a_directory_that_cannot_be_used_ends_no_check(variables, folder, healthy, run):
    run.env |= {"SHELL": "/bin/fish", **dict.fromkeys(variables, folder)}
    if "PATH" in variables:
        run.env["PATH"] = f"{folder}:{BIN}:/usr/bin:/bin"
    script = f"mkdir gone; cd gone; rmdir ../gone; exec {BIN}/iamcli doctor --format json"
    assert parsed(run("/bin/sh", "-c", script)).result("path") != "wrong"


def test_a_home_that_something_is_in_the_way_of(healthy):
    taken = file(healthy.home, "it's taken", "")
    toolkit = program(healthy.home / "other" / "bin", "iam-usercreate").parent.parent
    for folder, advice in (
        (taken, "move it and run: iamcli home '"),
        (str(toolkit), "move it and run: iamcli home /"),
        (f"{healthy.home}/absent", "; run: iamcli home /"),
        ("-x", "; run: iamcli home ./-x"),
    ):
        assert advice in doctor(healthy, "--offline", AWS_IAM_HOME=folder).said("home")


def test_a_home_of_another_installation_or_version(iam_home, healthy):
    record = iam_home / ".iamcli-home"
    text = record.read_text()
    known = json.loads(text)
    del known["bin/iam-userdel"]
    record.write_text(json.dumps(known))
    assert "lacks 1 commands" in doctor(healthy, "--offline").said("home")
    for folder in ("gone", "other"):
        target = healthy.home / folder
        if folder == "other":
            for link in (iam_home / "bin").iterdir():
                program(target, link.name)
        for link in (iam_home / "bin").iterdir():
            link.unlink()
            link.symlink_to(target / link.name)
        record.write_text(text.replace(str(BIN), str(target)))
        text = record.read_text().replace(str(target), str(BIN))
        report = doctor(healthy, "--offline", PATH="/usr/bin:/bin")
        assert report.result("home") == "warning"
        expected = "which does not exist" if folder == "gone" else f"another installation, {target}"
        assert expected in report.said("home")
    record.write_text("{")
    said = doctor(healthy, "--offline").said("home")
    assert said.startswith(f"{record} is not a record of iamcli home; ")
    record.write_text(text)
    (iam_home / "bin").rename(iam_home / "old")
    (iam_home / "bin").touch()
    assert ": Not a directory; " in doctor(healthy, "--offline").said("home")


def test_an_old_toolkit_is_found(healthy):
    toolkit = healthy.home / "toolkit"
    file(toolkit, "lib/iam.jar", "")
    program(toolkit / "bin", "iam-usercreate")
    after = {"PATH": f"{BIN}:{toolkit}/bin:/usr/bin:/bin", "AWS_IAM_HOME": str(toolkit)}
    report = doctor(healthy, "--offline", **after)
    assert (report.status, report.causes) == (0, [])
    assert f"{toolkit} still has the legacy toolkit" in report.said("path")
    assert f"AWS_IAM_HOME is {toolkit}, which has the legacy toolkit" in report.said("home")
    before = {"PATH": f"{toolkit}/bin:{BIN}:/usr/bin:/bin", "AWS_IAM_HOME": str(toolkit)}
    report = doctor(healthy, "--offline", **before)
    assert report.causes == [("path", "shadowed")]
    assert f"{toolkit}/bin/iam-usercreate" in report.said("path")
    (toolkit / "lib" / "iam.jar").unlink()
    said = doctor(healthy, "--offline", **after).said("home")
    assert f"AWS_IAM_HOME is {toolkit}, which does not have the commands" in said


def test_what_is_not_a_program_shadows_nothing(healthy, run):
    file(run.home, "other/iam-usercreate", "no program", 0o644)
    report = doctor(healthy, "--offline", PATH=f"{run.home}/other:{BIN}:/usr/bin:/bin")
    assert report.result("path") == "ok"
    report = doctor(healthy, "--offline", PATH="/usr/bin:/bin")
    assert (report.status, report.result("path"), report.causes) == (0, "warning", [])
    assert report.said("path") == f'{BIN} is not in PATH; run: export PATH={BIN}:"$PATH"'
    some = run.home / "some"
    some.mkdir()
    for name in ("iam-usercreate", "iam-userdel"):
        (some / name).symlink_to(BIN / name)
    report = doctor(healthy, "--offline", PATH=f"{some}:/usr/bin:/bin")
    assert (report.status, report.result("path"), report.causes) == (0, "warning", [])
    assert re.match(
        rf"PATH does not have iam-\w+ and {len(index.names()) - 3} others of the",
        report.said("path"),
    )
    program(run.home / "other", "iam-userdel")
    (run.home / "other" / "iam-usercreate").unlink()
    path = {"PATH": f"{run.home}/other:{BIN}:/usr/bin:/bin"}
    assert f"{run.home}/other/iam-userdel would run" in doctor(healthy, **path).said("path")
    program(run.home / "other", "iam-userlistbypath")
    assert "/iam-userdel and 1 other would run" in doctor(healthy, **path).said("path")


# Pages, completion, extras and versions.


def test_the_pages_and_the_completion_of_a_checkout(healthy, place):
    env = {"PATH": f"{ROOT}/bin:/usr/bin:/bin", "SHELL": "/bin/bash"}
    report = doctor(healthy, "--offline", **env)
    assert f"{ROOT}/" in report.said("man")
    assert f"{ROOT}/" in report.said("completion")
    assert [report.result(name) for name in ("path", "man", "completion")] == ["ok"] * 3
    empty = {"PATH": directory_of_links(healthy.home), "SHELL": "/bin/fish"}
    report = doctor(healthy, "--offline", **empty)
    assert report.said("man").startswith("man is not installed; ")
    said = "iam-usercreate.fish is in no directory that fish loads by itself; in ~/.config/fish/"
    assert report.said("completion").startswith(said)
    page = file(healthy.home, "man/page", "")
    for script in ("echo This system has been minimized.", f"echo {page}; exit 1"):
        minimized = program(healthy.home / "man", "man", script).parent
        report = doctor(healthy, "--offline", PATH=f"{minimized}:{BIN}:/usr/bin:/bin")
        assert report.said("man").startswith("man does not find the page of iam-usercreate; add /")
    broken = directory(place, "broken")
    (healthy.home / "broken" / "man").touch(mode=0o755)
    own = file(healthy.home, "own/completions/iam-usercreate", "")
    bash = {"SHELL": "/bin/bash", "BASH_COMPLETION_USER_DIR": f"{healthy.home}/own"}
    report = doctor(healthy, "--offline", PATH=f"{broken}:{BIN}", **bash)
    assert report.said("man") == f"{broken}/man fails: OSError; repair man"
    assert report.said("completion") == f"bash finds {own}; "
    report = doctor(healthy, "--offline", XDG_DATA_DIRS=f"{ROOT}/share", SHELL="/bin/zsh")
    assert f"zsh finds {ROOT}/share/zsh/site-functions/_iamcli" in report.said("completion")
    report = doctor(healthy, "--offline", SHELL="/bin/zsh")
    assert report.said("completion").startswith("only zsh itself knows where it looks; in ~/.zshrc")
    # Of the shell that this process belongs to, not of another one.
    report = doctor(healthy, "--offline", SHELL="/bin/zsh", IAMCLI_COMPLETION="zsh 1")
    assert report.result("completion") == "skipped"
    assert doctor(healthy, "--offline", SHELL="/bin/dash").result("completion") == "skipped"


def directory_of_links(home: Path) -> str:
    """A directory for PATH that has the commands, but not man."""
    folder = home / "links"
    folder.mkdir()
    for name in BIN.glob("iam*"):
        (folder / name.name).symlink_to(name)
    return str(folder)


@pytest.mark.parametrize("modules", [["flask_cors"], in_full(["flask_cors", "segno"])])
def test_an_extra_that_is_partly_installed_is_a_warning(modules, healthy, run):
    report = without(run, modules)
    assert report.causes == [("extras", "extra-missing")]
    assert report.said("extras").startswith("only partly installed: sandbox; run: ")
    install = "python -m pip install 'moto[iam]>=5.1.1' 'flask>=3.0' 'flask-cors>=5.0' 'segno>=1.6'"
    assert report.said("extras").endswith(install)
    assert report.status == 0


def without(run: Shell, modules: list[str]) -> Report:
    """Run doctor as if the ``modules`` were not installed."""
    hidden = f"import sys\nsys.modules.update(dict.fromkeys({modules}))\n"
    file(run.home, "stub/sitecustomize.py", hidden)
    run.env["PYTHONPATH"] = f"{run.home}/stub"
    return parsed(run("iamcli", "doctor", "--format", "json"))


@pytest.mark.parametrize(
    ("modules", "said"),
    [
        (["moto", "flask_cors"], "qr and check are installed"),
        in_full(["moto", "segno"], "check is installed"),
    ],
)
def test_an_extra_that_nobody_asked_for_is_no_warning(modules, said, healthy, run):
    report = without(run, modules)
    assert (report.causes, report.result("extras")) == ([], "ok")
    assert report.said("extras") == f"{said}; "


def test_the_extras_that_are_there(healthy, monkeypatch):
    assert doctor(healthy).said("extras") == "sandbox, qr and check are installed; "
    for there, said in (([], "none is"), (["qr"], "qr is"), (["qr", "check"], "qr and check are")):
        monkeypatch.setattr(installed.extras, "installed", lambda there=there: there)
        assert installed.check_extras().found == f"{said} installed"


def test_versions(healthy):
    said = doctor(healthy, "--offline").said("versions")
    for name, number in (
        ("iamcli", __version__),
        ("Python", sys.version.split()[0]),
        ("botocore", version("botocore")),
        ("click", version("click")),
    ):
        assert f"{name} {number}" in said
    required = (ROOT / "setup.cfg").read_text()
    assert all(f"{package}>={number}" in required for package, number in installed.OLDEST.items())


def test_what_is_wrong_with_an_installation(monkeypatch):
    monkeypatch.setattr(installed, "OLDEST", {"click": "999", "no-such-package": "1"})
    diagnosis = installed.check_versions()
    assert diagnosis.found.endswith(", no-such-package unknown; too old: click")
    assert diagnosis.advice == "pip install 'click>=999'"
    monkeypatch.setattr(installed, "OLDEST", {"click": "1.37.9", "botocore": "1.37.9"})
    monkeypatch.setattr(installed, "version", {"click": "1.4.0", "botocore": "1.100.0"}.get)
    assert installed.check_versions().found.endswith("; too old: click")
    monkeypatch.setattr(installed_commands, "commands_folders", lambda: iter(()))
    diagnosis = programs.check_path()
    assert diagnosis.found == "the iam-* commands of this installation are missing"
    assert (diagnosis.result, diagnosis.advice) == ("warning", "install iamcli again")
