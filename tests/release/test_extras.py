"""A message that asks for packages names the command that fits how iamcli was installed."""

from __future__ import annotations

import configparser
import contextlib
import importlib.util
import subprocess
import sys
from importlib import metadata
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from support.shell import ROOT, Shell

from iamcli.installation import extras
from iamcli.installation.extras import PACKAGES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MOTO = "'moto[iam]>=5.1.1' 'flask>=3.0' 'flask-cors>=5.0'"


@pytest.fixture(scope="module")
def empty_venv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment without packages."""
    folder = tmp_path_factory.mktemp("installed") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    return folder


@contextlib.contextmanager
def marked(venv: Path, mark: str) -> Iterator[None]:
    """Put the record of an installer, with the name ``mark``, in a virtual environment."""
    (venv / mark).touch()
    try:
        yield
    finally:
        (venv / mark).unlink()


def advice(run: Shell, venv: Path, *extras: str, path: Path = ROOT) -> str:
    code = f"from iamcli.installation.extras import advice; print(advice(*{extras!r}))"
    done = run(str(venv / "bin" / "python"), "-c", code, env={"PYTHONPATH": str(path)})
    assert (done.status, done.err) == (0, "")
    return done.out.removesuffix("\n")


def test_the_extra_of_a_profile(run, empty_venv):
    python = empty_venv / "bin" / "python"
    assert (
        advice(run, empty_venv, "login") == f"run: {python} -m pip install 'botocore[crt]>=1.41.0'"
    )
    # Its module shows that it is there, so that uv keeps it.
    (run.home / "iamcli").symlink_to(ROOT / "iamcli")
    (run.home / "awscrt.py").touch()
    with marked(empty_venv, "uv-receipt.toml"):
        said = advice(run, empty_venv, "qr", path=run.home)
    assert said == "run: uv tool install '--with=segno>=1.6' '--with=botocore[crt]>=1.41.0' iamcli"


def test_the_one_file_has_no_sandbox(monkeypatch):
    """Also if the packages are there: it has no iam-* commands."""
    assert extras.installed() == ["sandbox", "qr", "check"]
    monkeypatch.setitem(sys.modules, "iamcli.installation.onefile", sys)
    assert extras.installed() == ["qr", "check"]
    assert extras.incomplete() == []


def test_the_packages_are_those_of_setup_cfg():
    settings = configparser.ConfigParser(interpolation=None)
    settings.read(ROOT / "setup.cfg")
    declared = settings["options.extras_require"]
    assert {name: tuple(declared[name].split()) for name in PACKAGES} == PACKAGES
    assert set(declared) - {"test"} == set(PACKAGES)


def test_what_it_was_installed_from(monkeypatch):
    """The file or directory that the installer has recorded, or else the name."""
    records = {
        '{"url": "file:///tmp/a%20b/iamcli-1.whl"}': "/tmp/a b/iamcli-1.whl",
        '{"url": "https://example.com/a%20b"}': "https://example.com/a b",
        "{}": "iamcli",
        "": "iamcli",
        None: "iamcli",
        "no JSON": "iamcli",
    }
    found = {}
    for record in records:
        distribution = SimpleNamespace(read_text={"direct_url.json": record}.get)
        monkeypatch.setattr(metadata, "distribution", {"iamcli": distribution}.__getitem__)
        found[record] = extras._source()  # noqa: SLF001 - there is no other way
    assert found == records

    def missing(_: str) -> None:
        raise metadata.PackageNotFoundError

    monkeypatch.setattr(metadata, "distribution", missing)
    assert extras._source() == "iamcli"  # noqa: SLF001 - there is no other way


def test_each_module_of_an_extra_is_needed(monkeypatch):
    modules = {"sandbox": ("moto", "flask", "flask_cors"), "qr": ("segno",)}
    for extra, names in modules.items():
        for absent in names:
            monkeypatch.setattr(
                importlib.util, "find_spec", lambda name, absent=absent: name != absent or None
            )
            installed = [each for each in (*modules, "check") if each != extra]
            assert extras.installed() == installed, absent
            assert extras.incomplete() == ([extra] if absent != names[0] else []), absent


def test_the_program_of_an_extra_is_needed(monkeypatch, tmp_path):
    """It is beside Python, or else in PATH."""
    monkeypatch.setattr(sys, "executable", str(tmp_path / "bin" / "python"))
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    (tmp_path / "uv-receipt.toml").touch()
    assert (extras.installed(), extras.incomplete()) == (["sandbox", "qr"], [])
    for folder in ("path", "bin"):
        program = tmp_path / folder / "shfmt"
        program.parent.mkdir()
        program.touch(mode=0o755)
        assert extras.shfmt() == str(program)
        assert extras.installed() == ["sandbox", "qr", "check"]
        # uv keeps only what is of the tool.
        assert ("shfmt-py" in extras.advice("qr")) is (folder == "bin")


NOT_IN_FILE = "the one file does not contain {}; in a checkout of iamcli, run: pipx install '.[{}]'"
NOT_IN_DEBIAN = "Debian has no package for login; install iamcli with pipx"
APT = "run: apt install --no-install-recommends"


@pytest.mark.parametrize(
    ("mark", "names", "said"),
    [
        ("pipx_metadata.json", "sandbox qr", f"run: pipx inject iamcli {MOTO} 'segno>=1.6'"),
        ("uv-receipt.toml", "qr", "run: uv tool install '--with=segno>=1.6' /src"),
        ("debian", "qr", f"{APT} python3-segno"),
        ("debian", "sandbox qr", f"{APT} python3-moto python3-flask-cors python3-segno"),
        ("debian", "qr check login", f"{APT} python3-segno shfmt; {NOT_IN_DEBIAN}"),
        ("debian", "check", f"{APT} shfmt"),
        ("one file", "check", "run: pipx install shfmt-py"),
        ("one file", "qr check", f"run: pipx install shfmt-py; {NOT_IN_FILE.format('qr', 'qr')}"),
        ("one file", "sandbox", NOT_IN_FILE.format("sandbox", "sandbox")),
        ("one file", "qr login", NOT_IN_FILE.format("qr and login", "qr,login")),
        ("", "sandbox qr", f"run: /py -m pip install {MOTO} 'segno>=1.6'"),
        ("no python", "qr", "run: python3 -m pip install 'segno>=1.6'"),
    ],
)
def test_the_advice_of_each_installation(mark, names, said, monkeypatch, tmp_path):
    (tmp_path / (mark or "none")).touch()
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    monkeypatch.setattr(sys, "executable", "" if mark == "no python" else "/py")
    monkeypatch.setattr(extras, "_source", lambda: "/src")
    monkeypatch.setattr(extras, "_is_installed", lambda _: False)
    monkeypatch.setattr(extras, "is_one_file", lambda: mark == "one file")
    if mark == "debian":
        place = "/usr/lib/python3/dist-packages/iamcli/__init__.py"
        monkeypatch.setattr(extras.iamcli, "__file__", place)
    assert extras.advice(*names.split()) == said
    assert extras.can_add_login() == (mark not in ("debian", "one file"))
