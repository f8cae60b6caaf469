"""``iamcli doctor``: what it finds about programs, homes, pages, completion and versions."""

from __future__ import annotations

import errno
import json
import os
import re
import shlex
import shutil
import sys
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import Any

import pytest
from support.doctor import shown
from support.limits import NEVER

from iamcli import __version__, quoting
from iamcli.cli import completion_scripts, index, installed_commands
from iamcli.cli.doctor import installed, path_and_home
from iamcli.cli.homes import choice, layout
from iamcli.cli.homes.directory import RECORD
from iamcli.cli.homes.layout import lay_out
from iamcli.errors import Failure
from iamcli.installation import checkout

# ruff: noqa: SLF001 - the parts of the program

AGAIN = "if it refuses a file, move the file and run it again"

# The installation.


def home_line(rest: object) -> str:
    """The line that sets up a directory, if PATH does not have iamcli."""
    program = quoting.quoted(str(installed_commands.commands_folder() / "iamcli"))
    return f"{program} home {rest}"


def moved(toolkit: Path) -> str:
    """What is said of a toolkit that is still there."""
    move = f"run: mv {toolkit}/bin {toolkit}/bin.toolkit; run: {home_line(toolkit)}"
    return f"{move}; then copy your own files from {toolkit}/bin.toolkit to {toolkit}/bin"


def programs_in(folder: Path, *names: str, mode: int = 0o755) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name).touch()
        (folder / name).chmod(mode)
    return folder


@pytest.fixture
def one_file(environ: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The one file, which runs."""
    file = programs_in(tmp_path / "dist", "iamcli.pyz") / "iamcli.pyz"
    for module in (installed_commands, path_and_home, choice, layout):
        environ.setattr(module, "one_file", lambda: file)
    environ.setattr(choice, "STANDARD", str(tmp_path / "old"))
    environ.setattr(layout, "_python", lambda _: "")
    return file


def test_links_to_the_one_file(one_file, environ, tmp_path):
    links = programs_in(tmp_path / "links")
    environ.setenv("PATH", str(links))
    none = (
        f"warning: PATH has no links to {one_file}; for scripts, run: {one_file} home "
        f"{tmp_path}/old; for what you type, run: {one_file} home --no-strict DIR; "
        "then put DIR/bin in PATH"
    )
    assert shown(path_and_home.check_path()) == none
    # The program iamcli is none of the commands.
    (links / "iamcli").symlink_to(one_file)
    assert shown(path_and_home.check_path()) == none
    for number, name in enumerate(("iam-userdel", "iam-usercreate"), 1):
        (links / name).symlink_to(one_file)
        said = f"ok: PATH has links to {one_file} for {number} of the {len(index.names())} commands"
        said += ", not in strict mode"
        assert shown(path_and_home.check_path()) == said
    other = programs_in(tmp_path / "other", "iam-userdel")
    environ.setenv("PATH", f"{other}:{links}")
    assert (
        shown(path_and_home.check_path())
        == f"warning (shadowed): {other}/iam-userdel would run instead of the commands in "
        f"{one_file}: {other}/iam-userdel, which is not a command of this iamcli; the others are "
        "not in strict mode"
    )
    environ.setenv("PATH", f"{links}:{other}")
    assert path_and_home.check_path().result == "ok"


def test_the_homes_of_scripts(environ, tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (second, first):
        lay_out(str(folder), path_and_home._COMMANDS)
    other = programs_in(tmp_path / "other")

    def said(named: str | None, *path: Path | str) -> str | None:
        environ.setenv("PATH", ":".join(map(str, path)))
        if named is not None:
            environ.setenv("AWS_IAM_HOME", named)
        return shown(path_and_home.check_home())

    paths = (second / "bin", "", other, first / "bin", second / "bin")
    environ.chdir(first / "bin")
    for path in ((other,), (other, "")):
        assert said(None, *path) == "skipped: AWS_IAM_HOME is not set"
    environ.chdir(first)
    assert said(None, other, "") == "skipped: AWS_IAM_HOME is not set"
    both = f"{first}: ready for scripts; {second}: ready for scripts"
    assert said(None, *paths) == f"ok: {both}"
    assert said("", *paths) == f"ok: {both}"
    assert (
        said(str(second), *paths) == f"ok: {second}: ready for scripts; {first}: ready for scripts"
    )
    (first / "bin" / "iam-userdel").unlink()
    damaged = f"{first}/bin/iam-userdel: missing or changed; run: {home_line(first)}; {AGAIN}"
    assert said(str(second), *paths) == f"warning: {damaged}"
    assert said(str(second), second / "bin") == f"ok: {second}: ready for scripts"


def test_a_home_that_runs_another_installation(environ, tmp_path):
    home, names = tmp_path / "home", path_and_home._COMMANDS
    lay_out(str(home), names)
    ours, other = installed_commands.commands_folder(), tmp_path / "other"
    other.mkdir()
    for name in names:
        shutil.copy(ours / name, other)
        file = home / "bin" / name
        file.write_text(file.read_text().replace(f"{ours}/", f"{other}/"))
    record = home / RECORD
    states = {place: [layout.state_at(home / place)] for place in json.loads(record.read_text())}
    record.write_text(json.dumps(states))
    environ.setenv("AWS_IAM_HOME", str(home))
    environ.setenv("PATH", "/nonexistent")
    said = f"{home}: ready for scripts; it runs another installation, {other}"
    assert shown(path_and_home.check_home()) == f"ok: {said}"


def test_another_directory_as_a_home(environ, tmp_path):
    environ.setenv("PATH", "/nonexistent")
    folders = {name: programs_in(tmp_path / name) for name in ("empty", "foreign", "toolkit")}
    for name in ("foreign", "toolkit"):
        programs_in(folders[name] / "bin", "iam-usercreate")
    programs_in(folders["toolkit"] / "lib", "iam.jar")
    (tmp_path / "file").touch()
    (tmp_path / "dangling").symlink_to("nowhere")
    expected = {
        "empty": "does not have the commands; run: ",
        "foreign": "does not have the commands; move it and run: ",
        "file": "is not a directory; move it and run: ",
        "dangling": "is not a directory; move it and run: ",
        "absent": "is not a directory; run: ",
        "it's absent": "is not a directory; run: ",
    }
    for name, text in expected.items():
        folder = tmp_path / name
        environ.setenv("AWS_IAM_HOME", str(folder))
        said = f"AWS_IAM_HOME is {folder}, which {text}{home_line(shlex.quote(str(folder)))}"
        assert shown(path_and_home.check_home()) == f"warning: {said}"
    toolkit = folders["toolkit"]
    environ.setenv("AWS_IAM_HOME", str(toolkit))
    assert shown(path_and_home.check_home()) == (
        f"warning: AWS_IAM_HOME is {toolkit}, which has the legacy toolkit; {moved(toolkit)}"
    )
    environ.setenv("AWS_IAM_HOME", "-x")
    assert shown(path_and_home.check_home()).endswith(f"; run: {home_line('./-x')}")
    environ.setenv("AWS_IAM_HOME", f"{toolkit}/bin")
    assert shown(path_and_home.check_home()) == (
        f"warning: AWS_IAM_HOME is {toolkit}/bin, which is the bin of {toolkit}; "
        f"run: export AWS_IAM_HOME={toolkit}"
    )
    # A copy of a home has no record, but its links run the commands.
    copy = programs_in(tmp_path / "copy" / "bin")
    (copy / "iam-usercreate").symlink_to(installed_commands.commands_folder() / "iam-usercreate")
    environ.setenv("AWS_IAM_HOME", str(copy.parent))
    assert shown(path_and_home.check_home()) == (
        f"warning: AWS_IAM_HOME is {copy.parent}, whose commands are not in strict mode; "
        "for scripts, run: export IAMCLI_STRICT=1"
    )
    environ.setenv("IAMCLI_STRICT", "1")
    assert shown(path_and_home.check_home()) == f"ok: {copy.parent}: ready for scripts"


def test_where_the_legacy_toolkit_is(environ, tmp_path):
    """Where Amazon Linux had it, or in PATH behind the commands."""
    own = installed_commands.commands_folder()
    toolkits = [tmp_path / name for name in ("old", "other")]
    environ.setattr(choice, "STANDARD", str(toolkits[0]))
    environ.setenv("PATH", f"{own}:{toolkits[1]}/bin")
    for toolkit in toolkits:
        fine = f"ok: the commands in {own} are the first of their names in PATH, not in strict mode"
        assert shown(path_and_home.check_path()) == fine
        programs_in(toolkit / "bin", "iam-usercreate")
        assert shown(path_and_home.check_path()) == fine
        jar = programs_in(toolkit / "lib", "iam.jar") / "iam.jar"
        assert (
            shown(path_and_home.check_path())
            == f"warning: {toolkit} still has the legacy toolkit, which scripts that name it run; "
            f"the commands in PATH are not in strict mode; "
            + moved(toolkit).replace(f"{own}/iamcli", "iamcli")
        )
        jar.unlink()


def test_which_shell_completes(environ, tmp_path):
    environ.setattr(os, "getppid", lambda: 4711)
    own = "4711"
    environ.setenv("PATH", "/nonexistent")
    environ.setenv("XDG_DATA_DIRS", str(tmp_path / "data"))

    def said(shell: str, names: str = "", program: str = "") -> tuple[str, str]:
        environ.setenv("IAMCLI_COMPLETION", shell)
        environ.setenv("IAMCLI_COMPLETE", names)
        environ.setenv("SHELL", program)
        found = installed.check_completion()
        return (found.result, found.found)

    none = ("skipped", "SHELL is not set; bash, zsh and fish have it")
    assert {shell: said(f"{shell} {own}") for shell in ("bash", "zsh", "fish", "ksh")} == {
        **{shell: ("ok", f"this {shell} completes options") for shell in ("bash", "zsh", "fish")},
        "ksh": none,
    }
    names = ("ok", "this bash completes options and names")
    assert [said(f"bash {own}", value) for value in ("1", "0")] == [
        names,
        ("ok", "this bash completes options"),
    ]
    assert [said(value) for value in ("bash 1", "bash", own)] == [none] * 3
    assert said("", "", "/bin/ksh")[1] == "SHELL is ksh; bash, zsh and fish have it"
    # The directories that a shell loads by itself, the one of the user first.
    places = {
        "fish": (".config/fish/completions", "data/fish/vendor_completions.d"),
        "bash": (".local/share/bash-completion/completions", "data/bash-completion/completions"),
        "zsh": (".local/share/zsh/site-functions", "data/zsh/site-functions"),
    }
    files = {"fish": "iam-usercreate.fish", "bash": "iam-usercreate", "zsh": "_iamcli"}
    for shell, folders in places.items():
        for folder in folders:
            assert said("", "", f"/bin/{shell}")[0] == "skipped", shell
            file = tmp_path / folder / files[shell]
            file.parent.mkdir(parents=True, exist_ok=True)
            file.touch()
            package = ", with the package bash-completion" if shell == "bash" else ""
            assert said("", "", f"/bin/{shell}") == ("ok", f"{shell} finds {file}{package}")
            file.unlink()


def test_extras(environ):
    environ.setattr(installed.extras, "advice", lambda *names: f"run: install {' '.join(names)}")
    warned = "warning (extra-missing): only partly installed"
    for partly, there, said in (
        ([], ["sandbox", "qr", "check"], "ok: sandbox, qr and check are installed"),
        ([], ["qr"], "ok: qr is installed"),
        ([], [], "ok: none is installed"),
        (["sandbox"], ["qr"], f"{warned}: sandbox; run: install sandbox"),
        (["sandbox", "check"], [], f"{warned}: sandbox and check; run: install sandbox check"),
    ):
        environ.setattr(installed.extras, "incomplete", lambda partly=partly: partly)
        environ.setattr(installed.extras, "installed", lambda there=there: there)
        assert shown(installed.check_extras()) == said


@pytest.mark.parametrize("missing", [["click"], ["botocore"], ["click", "botocore"]])
def test_a_checkout_without_its_packages(missing, monkeypatch):
    monkeypatch.setattr(checkout, "_is_installed", lambda package: package not in missing)
    names = f"{' and '.join(missing)} not installed for {sys.executable}"
    said = f"{names}; run make demo in /src, or pip install {' '.join(missing)}"
    assert checkout.main("/src", "iam-userdel") == f"iam-userdel: {said}"


def test_a_checkout_without_the_command():
    said = "iam-forgotten: no such command in /src/setup.cfg; run iamcli list"
    assert checkout.main("/src", "iam-forgotten") == said
    found = [checkout._is_installed(name) for name in ("click", "botocore", "no_such_package")]
    assert found == [True, True, False]


@pytest.mark.parametrize("shell", completion_scripts.FILES)
def test_where_the_lines_for_a_shell_find_its_file(shell, monkeypatch, tmp_path):
    prefixes = [tmp_path / name for name in ("it's one", "two", "checkout")]
    folders = [prefix / completion_scripts.FILES[shell][0] for prefix in prefixes]
    commands = [prefix / "bin" for prefix in prefixes[:2]]
    monkeypatch.setattr(completion_scripts, "commands_folders", lambda: iter(commands))
    place = prefixes[2] / "iamcli" / "cli" / "completion_scripts.py"
    monkeypatch.setattr(completion_scripts, "__file__", str(place))
    with pytest.raises(Failure) as raised:
        completion_scripts.script(shell)
    said = f"the completion files are not in {folders[0]}; install iamcli again"
    assert str(raised.value) == said
    quote = completion_scripts.fish_quoted if shell == "fish" else shlex.quote
    for folder in reversed(folders):
        programs_in(folder, completion_scripts.FILES[shell][1])
        script = completion_scripts.script(shell)
        assert [other for other in folders if quote(str(other)) in script] == [folder]
        assert f'IAMCLI_COMPLETION{" " if shell == "fish" else "="}"{shell} $' in script


def test_versions_that_are_compared():
    rows = {"1.37.9": (1, 37, 9), "8.2": (8, 2), "1.2.3.4": (1, 2, 3), "1.2rc1": (1,)}
    assert {number: installed._numbers(number) for number in rows} == rows
    assert installed._numbers("unknown") > (9999, 0, 0)


# Programs.


@pytest.fixture
def own(environ: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The directory of the commands."""
    folder = programs_in(tmp_path / "it's own", "iamcli", *path_and_home._COMMANDS)
    environ.setattr(path_and_home, "one_file", lambda: None)
    for module in (installed_commands, path_and_home):
        environ.setattr(module, "commands_folder", lambda: folder)
    environ.setattr(path_and_home, "own_places", lambda: frozenset([str(folder)]))
    environ.setattr(choice, "STANDARD", str(tmp_path / "absent" / "iam"))
    return folder


def test_which_programs_are_on_path(own, environ, tmp_path):
    links = programs_in(tmp_path / "links")
    for name in ("iamcli", *path_and_home._COMMANDS[:-2]):
        (links / name).symlink_to(own / name)
    others = {
        "one": programs_in(tmp_path / "one", "iam-userdel"),
        "iamcli": programs_in(tmp_path / "iamcli", "iamcli"),
        "two": programs_in(tmp_path / "two", "iam-userdel", "iam-usercreate"),
        "three": programs_in(tmp_path / "three", "iam-userdel", "iam-usercreate", "iam-usermod"),
    }
    # None of these can be run.
    unusable = programs_in(tmp_path / "unusable", "iam-userdel", mode=0o644)
    (unusable / "iam-usercreate").mkdir()
    (unusable / "iam-usermod").symlink_to("absent")

    def said(*folders: Path | str) -> Any:
        environ.setenv("PATH", ":".join(map(str, folders)))
        return shown(path_and_home.check_path())

    export = f'run: export PATH={quoting.quoted(str(own))}:"$PATH"'
    fine = f"ok: the commands in {own} are the first of their names in PATH, not in strict mode"
    shadowed = f"would run instead of the commands in {own}"
    home = f"for scripts, run: {home_line(tmp_path)}/absent/iam; for what you type, "
    assert {
        "fine": said(own),
        "after others": said(own, *others.values()),
        "after what cannot run": said(unusable, "", tmp_path / "absent", own),
        "by links": said(links, own),
        "nowhere": said(unusable),
        "some": said(links),
        **{name: said(folder, own) for name, folder in others.items()},
    } == {
        **dict.fromkeys(("fine", "after others", "after what cannot run", "by links"), fine),
        "nowhere": f"warning: {own} is not in PATH; {home}{export}",
        "some": (
            f"warning: PATH does not have {path_and_home._COMMANDS[-2]} and 1 other of the "
            f"commands in {own}; the others are not in strict mode; {export}"
        ),
        **{
            name: f"warning (shadowed): {tmp_path}/{name}/{first} {shadowed}: {tmp_path}/{name}/"
            f"{first.split()[0]}, which is not a command of this iamcli; the others are not in "
            "strict mode"
            for name, first in (
                ("one", "iam-userdel"),
                ("iamcli", "iamcli"),
                ("two", "iam-usercreate and 1 other"),
                ("three", "iam-usercreate and 2 others"),
            )
        },
    }
    # What is missing is said after what is wrong.
    assert said(others["one"]).startswith("warning (shadowed): ")
    (links / path_and_home._COMMANDS[-2]).symlink_to(own / path_and_home._COMMANDS[-2])
    missing = f"PATH does not have {path_and_home._COMMANDS[-1]} of the commands in {own}"
    assert said(links) == f"warning: {missing}; the others are not in strict mode; {export}"

    def fail() -> None:
        raise Failure("the commands are missing; install them")

    environ.setattr(path_and_home, "commands_folder", fail)
    assert said(others["one"]) == "warning: the commands are missing; install them"


def test_which_commands_are_in_strict_mode(own, environ, tmp_path):
    """By a directory, also through links, or by IAMCLI_STRICT."""
    environ.setattr(layout, "commands_folder", lambda: own)
    environ.setattr(layout, "why_not", lambda *_: None)
    first = path_and_home._COMMANDS[0]
    home, other = tmp_path / "strict", tmp_path / "not"
    lay_out(str(home), path_and_home._COMMANDS)
    lay_out(str(other), path_and_home._COMMANDS, strict=False)
    links = programs_in(tmp_path / "links")
    (links / first).symlink_to(home / "bin" / first)
    one = f"1 of {len(path_and_home._COMMANDS)} in strict mode, by {links}"
    by = "in strict mode, by"
    for folders, default, told in (
        ([home / "bin", own], f"{by} {home}/bin", f"not {by} IAMCLI_STRICT=0"),
        ([own, other / "bin"], "not in strict mode", f"not {by} IAMCLI_STRICT=0"),
        ([other / "bin", own], "not in strict mode", f"not {by} IAMCLI_STRICT=0"),
        ([links, own], one, f"not {by} IAMCLI_STRICT=0"),
        ([links, home / "bin"], f"{by} {links} and {home}/bin", None),
    ):
        environ.setenv("PATH", ":".join(map(str, folders)))
        for value, mode in (("", default), ("1", f"{by} IAMCLI_STRICT=1"), ("0", told)):
            environ.setenv("IAMCLI_STRICT", value)
            assert mode is None or path_and_home.check_path().found.endswith(f" in PATH, {mode}")
    # A directory behind others: check says the same.
    environ.setattr(choice, "own_places", path_and_home.own_places)
    environ.setenv("IAMCLI_STRICT", "")
    environ.setenv("PATH", f"{own}:{home}/bin")
    line = f'run: export PATH={home}/bin:"$PATH"'
    assert shown(path_and_home.check_path()) == f"warning: PATH finds {choice.INSTALLED}; {line}"
    wrapper = programs_in(tmp_path / "wrapper", "iam-userdel")
    for folders, mode in (
        ((wrapper, home / "bin"), f"{by} {home}/bin"),
        ((wrapper, own, home / "bin"), "not in strict mode"),
    ):
        environ.setenv("PATH", ":".join(map(str, folders)))
        assert shown(path_and_home.check_path()) == (
            f"warning (shadowed): {wrapper}/iam-userdel would run instead of the commands in "
            f"{home}/bin: {wrapper}/iam-userdel, which is not a command of this iamcli; the "
            f"others are {mode}"
        )
    # What sets up a damaged one again makes the form that it has.
    for folder, option in ((home, ""), (other, "--no-strict ")):
        (folder / "bin" / first).unlink()
        environ.setenv("AWS_IAM_HOME", str(folder))
        assert f"; run: {home_line(option)}{folder};" in shown(path_and_home.check_home())


def test_a_toolkit_that_runs_the_commands(own, environ, tmp_path):
    """A home that was made over the legacy toolkit still has its jars."""
    toolkit = programs_in(tmp_path / "toolkit" / "lib", "iam.jar").parent
    (toolkit / "bin").mkdir()
    program = toolkit / "bin" / "iam-usercreate"
    environ.setenv("PATH", f"{own}:{toolkit}/bin")
    found = []
    for content in (None, own / "iam-usercreate", ""):
        program.unlink(missing_ok=True)
        if isinstance(content, Path):
            program.symlink_to(content)
        elif content is not None:
            program.write_text(content)
        found.append(path_and_home.check_path().result)
    assert found == ["ok", "ok", "warning"]


def test_a_home_that_cannot_be_searched(environ, tmp_path):
    lay_out(str(tmp_path / "home"), path_and_home._COMMANDS)

    def fail(*_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", "/root/x")

    environ.setattr(path_and_home, "problem", fail)
    environ.setenv("AWS_IAM_HOME", f"{tmp_path}/home")
    environ.setenv("PATH", "/nonexistent")
    assert (
        shown(path_and_home.check_home())
        == f"warning: /root/x: Permission denied; run: {home_line(tmp_path)}/home; {AGAIN}"
    )


# The manual, completion and versions.


def test_whether_man_finds_the_pages(environ, tmp_path, capfd):
    man = programs_in(tmp_path / "bin", "man") / "man"
    page = programs_in(tmp_path / "found", "page") / "page"
    prefixes = [tmp_path / name for name in ("first", "second")]
    environ.setenv("PATH", str(man.parent))
    environ.setattr(installed, "commands_folders", lambda: (each / "bin" for each in prefixes))
    asked = f'[ "$*" = "-w iam-usercreate" ] || exit; echo why >&2; echo {page}'

    def said(script: str, timeout: float = 10) -> Any:
        man.write_text(script)
        return shown(installed.check_man(timeout))

    assert said(f"#!/bin/sh\n{asked}\necho other") == f"ok: {page!s}"
    not_found = "man does not find the page of iam-usercreate; "
    again = f"warning: {not_found}install iamcli again, or use iam-usercreate -h"
    for script in (f"{asked}\nexit 1", f"echo {tmp_path}/absent", f"echo {tmp_path}", "exit 1", ""):
        assert said(f"#!/bin/sh\n{script}") == again
    for prefix in reversed(prefixes):
        programs_in(prefix / "share" / "man" / "man1", "iam-usercreate.1")
        add = f'{not_found}run: export MANPATH={prefix}/share/man:"$MANPATH"'
        assert said("#!/bin/sh\nexit 1") == f"warning: {add}"
    environ.setattr(installed, "is_one_file", lambda: True)
    use = f"{not_found}use iamcli help iam-usercreate"
    assert said("#!/bin/sh\n") == f"warning: {use}"
    assert said("#!/nonexistent\n") == f"warning: {man} fails: FileNotFoundError; repair man"
    slow = f"{man} fails: TimeoutExpired; repair man"
    assert said(f"#!/bin/sh\nexec /bin/sleep {NEVER}", 0.2) == f"warning: {slow}"
    man.chmod(0o644)
    absent = "man is not installed; install it, or use iam-usercreate -h"
    assert shown(installed.check_man()) == f"warning: {absent}"
    assert capfd.readouterr() == ("", "")


def test_where_a_shell_finds_completions(environ, tmp_path):
    environ.setenv("PATH", "/p/bin::/q/bin")
    for name in ("XDG_DATA_DIRS", "XDG_CONFIG_HOME", "BASH_COMPLETION_USER_DIR"):
        environ.delenv(name, raising=False)

    def found() -> dict[str, list[str]]:
        return {
            shell: [str(path) for path in installed._candidates(shell, *place)]
            for shell, place in installed._COMPLETIONS.items()
        }

    bash = "bash-completion/completions/iam-usercreate"
    zsh, fish = "zsh/site-functions/_iamcli", "fish/vendor_completions.d/iam-usercreate.fish"

    def expected(*data: str, own: str = "", settings: str) -> dict[str, list[str]]:
        more = ["/p/share", "/q/share"]
        return {
            "bash": [*filter(None, [own]), *(f"{place}/{bash}" for place in (*data, *more))],
            "fish": [
                *(f"{place}/{fish}" for place in data),
                f"{settings}/fish/completions/iam-usercreate.fish",
            ],
            "zsh": [
                *(f"{place}/{zsh}" for place in data),
                "/usr/share/zsh/vendor-completions/_iamcli",
            ],
        }

    data = (f"{tmp_path}/.local/share", "/usr/local/share", "/usr/share")
    usual = expected(*data, settings=f"{tmp_path}/.config")
    assert found() == usual
    names = ("XDG_DATA_HOME", "XDG_DATA_DIRS", "XDG_CONFIG_HOME", "BASH_COMPLETION_USER_DIR")
    for name in names:
        environ.setenv(name, "")
    assert found() == usual
    for name, value in zip(names, ("/data", "/d:/e", "/config", "/own"), strict=True):
        environ.setenv(name, value)
    own = "/own/completions/iam-usercreate"
    assert found() == expected("/data", "/d", "/e", own=own, settings="/config")


def test_what_to_do_for_completion(environ):
    environ.setattr(installed, "_candidates", lambda *_: iter(()))
    lines = {
        "bash": '~/.bashrc, add: export IAMCLI_COMPLETE=1; eval "$(iamcli completion bash)"',
        "fish": (
            "~/.config/fish/config.fish, add: set -gx IAMCLI_COMPLETE 1; iamcli completion fish | "
            "source"
        ),
        "zsh": '~/.zshrc, add: export IAMCLI_COMPLETE=1; eval "$(iamcli completion zsh)"',
    }
    why = {
        "bash": "iam-usercreate is in no directory that bash loads by itself",
        "fish": "iam-usercreate.fish is in no directory that fish loads by itself",
        "zsh": "only zsh itself knows where it looks",
    }
    found = {}
    for shell in lines:
        environ.setenv("SHELL", f"/bin/{shell}")
        found[shell] = shown(installed.check_completion())
    assert found == {shell: f"skipped: {why[shell]}; in {line}" for shell, line in lines.items()}


@pytest.mark.parametrize(
    ("versions", "advice"),
    [
        ({"botocore": "1.37.9", "click": "8.1.8"}, None),
        ({"botocore": "1.37.10", "click": "8.10.0"}, None),
        ({"botocore": "2.0", "click": "10"}, None),
        ({"botocore": "unknown", "click": "unknown"}, None),
        ({"botocore": "1.37.8", "click": "8.1.8"}, "'botocore>=1.37.9'"),
        ({"botocore": "1.37.9", "click": "8.1.7"}, "'click>=8.1.8'"),
        ({"botocore": "1.4.100", "click": "8.0"}, "'botocore>=1.37.9' 'click>=8.1.8'"),
    ],
)
def test_the_versions(versions, advice, monkeypatch):
    def version(package: str) -> str:
        if versions[package] == "unknown":
            raise PackageNotFoundError
        return versions[package]

    monkeypatch.setattr(installed, "version", version)
    python = "{}.{}.{}".format(*sys.version_info)
    has = ", ".join(f"{package} {number}" for package, number in versions.items())
    said = f"iamcli {__version__}, Python {python}, {has}"
    expected = f"ok: {said}"
    if advice:
        old = ", ".join(re.findall("[a-z]+", advice))
        expected = f"warning: {said}; too old: {old}; run: pip install {advice}"
    assert shown(installed.check_versions()) == expected
