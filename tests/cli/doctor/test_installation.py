"""``iamcli doctor``: the programs in PATH, AWS_IAM_HOME, pages, completion, extras and versions."""

from __future__ import annotations

import sys
from importlib.metadata import version

import pytest
from support.doctor import doctor, file, parsed
from support.requirements import PATH, needs
from support.selection import usual
from support.shell import BIN, ROOT

from iamcli import __version__
from iamcli.cli.doctor import installed


def test_a_home_runs_the_commands(run, healthy):
    folder = run.home / "iam"
    run.env |= {"AWS_IAM_HOME": str(folder), "PATH": f"{folder}/bin:{BIN}:{PATH}"}
    for option in ("--", "--no-strict"):
        assert healthy("iamcli", "home", option, str(folder)).status == 0
        report = doctor(healthy, "--offline")
        assert report.causes == []
        assert report.result("path") == "ok"
        assert report.result("home") == ("ok" if option == "--" else "warning")
    own = {"AWS_IAM_HOME": str(BIN.parent), "PATH": f"{BIN}:/usr/bin"}
    said = doctor(healthy, "--offline", **own).said("home")
    advice = "for scripts, run: export IAMCLI_STRICT=1"
    assert said == f"AWS_IAM_HOME is {BIN.parent}, whose commands are not in strict mode; {advice}"
    own["IAMCLI_STRICT"] = "1"
    assert doctor(healthy, "--offline", **own).said("home") == f"{BIN.parent}: ready for scripts; "


FOLDERS = ("PATH", "HOME", "AWS_IAM_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME")


@pytest.mark.parametrize("folder", [f"/{'x' * 300}", "."])
@pytest.mark.parametrize("variables", usual([FOLDERS], [FOLDERS, *((name,) for name in FOLDERS)]))
def test_a_directory_that_cannot_be_used_ends_no_check(variables, folder, healthy, run):
    run.env |= {"SHELL": "/bin/fish", **dict.fromkeys(variables, folder)}
    if "PATH" in variables:
        run.env["PATH"] = f"{folder}:{BIN}:{PATH}"
    # With a blank in its path, the program is started by a shell, which complains.
    script = 'mkdir gone; cd gone; rmdir ../gone; exec "$0" "$@" doctor --format json'
    command = (sys.executable, str(BIN / "iamcli"))
    assert parsed(run("/bin/sh", "-c", script, *command)).result("path") != "wrong"


# Pages, completion, extras and versions.


@needs("man")
def test_the_pages_and_the_completion_of_a_checkout(healthy):
    env = {"PATH": f"{ROOT}/bin:{PATH}", "SHELL": "/bin/bash"}
    report = doctor(healthy, "--offline", **env)
    assert f"{ROOT}/" in report.said("man")
    assert f"{ROOT}/" in report.said("completion")
    assert [report.result(name) for name in ("path", "man", "completion")] == ["ok"] * 3


@needs("man")
def test_the_advised_pages_hide_no_others(healthy, run):
    file(run.home, "other/share/man/man1/other.1", ".TH other 1")
    file(run.home, "other/bin/iam-usercreate", "")
    run.env["PATH"] = f"{run.home}/other/bin:{PATH}"
    said = doctor(healthy, "--offline").said("man")
    line = said.partition("run: ")[2]
    done = run("sh", "-c", f"{line}; man -w iam-usercreate other")
    assert (done.status, done.out.count(".1")) == (0, 2), said


def test_an_extra_that_is_partly_installed_is_a_warning(healthy, run):
    hidden = "import sys\nsys.modules['flask_cors'] = None\n"
    file(run.home, "stub/sitecustomize.py", hidden)
    run.env["PYTHONPATH"] = f"{run.home}/stub"
    report = parsed(run("iamcli", "doctor", "--format", "json"))
    assert (report.status, report.causes) == (0, [("extras", "extra-missing")])
    assert report.said("extras").startswith("only partly installed: sandbox; run: ")
    install = " -m pip install 'moto[iam]>=5.1.1' 'flask>=3.0' 'flask-cors>=5.0' 'segno>=1.6'"
    assert report.said("extras").endswith(install)


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
