"""The directory for old scripts: its contents; files of the user are never overwritten."""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import json
import os
import re
import shutil
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from support.forked import Done
from support.processes import BIN, ROOT, environment
from support.processes import run as run_program
from support.requirements import PATH, needs
from support.selection import every

from iamcli.cli import index, installed_commands
from iamcli.cli.homes import directory, layout
from iamcli.cli.homes.layout import lay_out
from iamcli.config import properties
from iamcli.errors import Failure

COMMANDS = ["iam-usercreate", "iam-userdel"]
#: How many commands there are.
NUMBER = len(index.names())


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "opt" / "aws tools" / "iam"


def program(path, script="#!/bin/sh\n"):
    """Make a program."""
    path.write_text(script)
    path.chmod(0o755)
    return path


@pytest.fixture
def installation(tmp_path, monkeypatch):
    """Return what makes a folder of commands that the test can move."""

    def install(name):
        source = tmp_path / name
        source.mkdir()
        for command in COMMANDS:
            program(source / command)
        monkeypatch.setattr(layout, "commands_folder", lambda: source)
        return source

    return install


@pytest.fixture
def commands(installation):
    """A folder of commands."""
    return installation("bin")


@pytest.fixture
def home(commands, folder):
    """A directory that was set up, for a folder of commands."""
    lay_out(str(folder), COMMANDS)
    return folder


def tree(folder):
    """Everything under ``folder``, with its content."""
    return {
        str(path.relative_to(folder)): path.readlink()
        if path.is_symlink()
        else path.is_file() and path.read_bytes()
        for path in folder.rglob("*")
    }


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


def iamcli_home(tmp_path, *arguments):
    done = run_program(BIN / "iamcli", "home", *arguments, env=environment(tmp_path / "home"))
    return Done(done.returncode, done.stdout, done.stderr)


def converted(*, strict):
    """The line about a directory that has got the other mode."""
    made = "iamcli home --no-strict" if strict else "iamcli home"
    return f"converted: before, its commands were as {made} makes them"


#: Runs as the one file does, without its beginning.
ONE_FILE = f"""\
#!{sys.executable}
import sys
from iamcli.installation.onefile import main
sys.exit(main())
"""


def test_the_one_file_if_its_first_line_finds_no_python(tmp_path, folder):
    file = program(
        tmp_path / "iamcli.pyz", ONE_FILE.replace(sys.executable, "/usr/bin/env no-such-python", 1)
    )
    env = environment(tmp_path / "home", AWS_IAM_HOME=str(folder))
    done = run_program(sys.executable, file, "home", folder, env=env)
    by = f"{folder} is ready; its bin has scripts that run {NUMBER} commands in {file} with "
    ready = f"{by}{sys.executable} and IAMCLI_STRICT=1\n"
    assert (done.returncode, done.stdout, done.stderr) == (0, ready, "")
    done = run_program(folder / "bin" / "iam-userdel", "-z", env={"PATH": PATH})
    assert done.stdout.startswith('iam-userdel: "-z" is not a valid option\nUsage: iam-userdel ')


def test_the_one_file_and_its_first_line_that_changes(installation, folder, monkeypatch):
    """The commands name the Python that made them; links do again once the file runs."""
    file = program(installation("dist") / "iamcli.pyz", ONE_FILE)
    monkeypatch.setattr(layout, "one_file", lambda: file)
    links = f"{folder} is ready; its bin has links to 2 commands in {file}"
    by = f"{folder} is ready; its bin has scripts that run 2 commands in {file} with "
    strict = f"{by.removesuffix('with ')}with IAMCLI_STRICT=1"
    assert lay_out(str(folder), COMMANDS) == [strict]
    last = [(folder / "bin" / name).read_text().splitlines()[-1] for name in COMMANDS]
    assert last == [f'exec {file} {name} "$@"' for name in COMMANDS]
    assert lay_out(str(folder), COMMANDS, strict=False) == [links, converted(strict=False)]
    program(file, ONE_FILE.replace(sys.executable, "/usr/bin/env no-such-python", 1))
    before = {}
    for _ in range(2):
        assert lay_out(str(folder), COMMANDS, strict=False) == [f"{by}{sys.executable}"]
        assert described(folder) == [
            '"iamcli home --no-strict"',
            f"scripts that run those of iamcli with {sys.executable}",
        ]
        assert before in ({}, tree(folder))
        before = tree(folder)
    both = f"{by}{sys.executable} and IAMCLI_STRICT=1"
    assert lay_out(str(folder), COMMANDS) == [both, converted(strict=True)]
    # Someone has copied it without its mode.
    file.write_text(ONE_FILE)
    file.chmod(0o644)
    again = [f"{by}{sys.executable}", converted(strict=False)]
    assert lay_out(str(folder), COMMANDS, strict=False) == again
    # It works, but not for the jobs of cron.
    program(folder.parent / "our-python", f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    monkeypatch.setenv("PATH", str(folder.parent), prepend=":")
    program(file, ONE_FILE.replace(sys.executable, "/usr/bin/env our-python", 1))
    assert lay_out(str(folder), COMMANDS, strict=False) == [f"{by}{sys.executable}"]
    program(file, ONE_FILE)
    assert lay_out(str(folder), COMMANDS, strict=False) == [links]
    assert {path.readlink() for path in (folder / "bin").iterdir()} == {file}


def test_a_home_whose_commands_fail_is_not_ready(installation, folder, tmp_path):
    source = installation("broken")
    program(source / COMMANDS[0], '#!/bin/sh\necho "iam-usercreate: no Python" >&2\nexit 1\n')
    failure = f"{folder} is not ready; with PATH=/usr/bin:/bin, {folder}/bin/iam-usercreate"
    with pytest.raises(Failure, match=f"^{re.escape(failure)} fails: no Python$"):
        lay_out(str(folder), COMMANDS)
    # What cron gives to its jobs.
    program(source / COMMANDS[0], f"#!/bin/sh\nenv >'{tmp_path}/given'\n")
    lay_out(str(folder), COMMANDS, strict=False)
    given = dict(line.split("=", 1) for line in (tmp_path / "given").read_text().split())
    assert given.keys() - {"_", "PWD", "OLDPWD", "SHLVL"} == {"PATH", "HOME"}
    assert given["PATH"] == "/usr/bin:/bin"


def test_why_a_command_does_not_run(tmp_path, monkeypatch):
    file = tmp_path / "iam-usercreate"

    def why(script):
        program(file, script)
        return directory.why_not(file, {"PATH": PATH})

    assert why("#!/bin/sh\nexit 0\n") is None
    assert why("#!/bin/sh\necho warning >&2\nexit 0\n") is None
    assert why("#!/bin/sh\necho a >&2; echo b >&2\nexit 3\n") == f"{file} fails: b"
    assert why("#!/no/such/program\n") == f"{file}: No such file or directory"
    assert why("\0") == f"{file}: Exec format error"
    monkeypatch.setattr(directory, "TIMEOUT", 0.1)
    assert why("#!/bin/sh\nexec sleep 9\n") == f"{file} does not end within 0.1 seconds"


def test_what_it_lays_out(tmp_path, folder):
    ready = f"{folder} is ready; its bin has links to {NUMBER} commands in {BIN}\n"
    assert iamcli_home(tmp_path, "--no-strict", folder) == (0, ready, "")
    assert names_in(folder) == [
        ".iamcli-home",
        "README",
        "aws-credential.template",
        "bin",
        "client-config.template",
    ]
    declared = (ROOT / "setup.cfg").read_text()
    names = re.findall(r"^ +(iam-\w+) = ", declared, re.MULTILINE)
    assert names_in(folder / "bin") == sorted(names)
    assert {(folder / "bin" / name).readlink() for name in names} == {BIN / name for name in names}
    assert f'AWS_IAM_HOME="{folder}"' in (folder / "README").read_text()
    form = ['"iamcli home --no-strict"', "links to the installed commands of iamcli"]
    assert described(folder) == form
    modes = {name: os.access(folder / name, os.X_OK) for name in names_in(folder)}
    assert modes == {name: name == "bin" for name in modes}


def described(folder):
    """Which command made the home, and what its bin has, as the README says it."""
    form = r"It was created by (.*?)\. (?:.|\n)*\n  bin/ +the iam-\* commands: (.*)\n"
    return list(re.search(form, (folder / "README").read_text()).groups())


def test_the_templates_are_in_the_old_syntax(tmp_path, folder):
    iamcli_home(tmp_path, folder)
    keys = properties.read(str(folder / "aws-credential.template"))
    assert list(keys) == ["AWSAccessKeyId", "AWSSecretKey"]
    assert {value[0] + value[-1] for value in keys.values()} == {"<>"}
    proxy = properties.read(str(folder / "client-config.template"))
    assert proxy == dict.fromkeys(
        ["ClientProxyHost", "ClientProxyPort", "ClientProxyUsername", "ClientProxyPassword"], ""
    )


def test_what_others_put_there_stays(commands, folder):
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "own-tool").write_text("mine")
    (folder / "notes").write_text("mine")
    lay_out(str(folder), COMMANDS)
    assert (folder / "bin" / "own-tool").read_text() == "mine"
    assert (folder / "notes").read_text() == "mine"


def test_again_after_an_upgrade_its_templates_are_new_and_yours_stay(home, monkeypatch):
    filled = home / "aws-credential.template"
    filled.write_text("AWSAccessKeyId=id\nAWSSecretKey=secret\n")
    monkeypatch.setattr(layout, "CREDENTIAL_TEMPLATE", "# later\n")
    monkeypatch.setattr(layout, "CONFIG_TEMPLATE", "# later\n")
    for _ in range(2):  # what was kept once is known the next time
        ready, kept = lay_out(str(home), COMMANDS)
        assert ready.startswith(f"{home} is ready")
        assert kept == "kept your changes: aws-credential.template"
        assert filled.read_text() == "AWSAccessKeyId=id\nAWSSecretKey=secret\n"
        assert (home / "client-config.template").read_text() == "# later\n"
    (home / "README").write_text("mine")
    assert lay_out(str(home), COMMANDS)[1] == "kept your changes: aws-credential.template, README"
    filled.unlink()
    lay_out(str(home), COMMANDS)
    assert filled.read_text() == "# later\n"


#: What others may have put at a path.
FOREIGN = {
    "file": lambda path: path.write_text("foreign"),
    "link": lambda path: path.symlink_to("/usr/bin/true"),
    "broken link": lambda path: path.symlink_to("/gone/iam-userdel"),
    "folder": Path.mkdir,
    "pipe": os.mkfifo,
}


@pytest.mark.parametrize("kind", FOREIGN)
def test_a_foreign_command_is_named_and_nothing_changes(commands, folder, kind):
    (folder / "bin").mkdir(parents=True)
    FOREIGN[kind](folder / "bin" / "iam-userdel")
    before = tree(folder)
    with pytest.raises(Failure, match=f"{re.escape(str(folder))}/bin/iam-userdel was not created"):
        lay_out(str(folder), COMMANDS)
    assert tree(folder) == before


@pytest.mark.parametrize("kind", FOREIGN)
@pytest.mark.parametrize("place", ["aws-credential.template", "client-config.template", "README"])
def test_a_foreign_text_is_left_and_named_each_time(commands, folder, kind, place):
    folder.mkdir(parents=True)
    FOREIGN[kind](folder / place)
    before = tree(folder)
    for _ in range(2):
        ready, left = lay_out(str(folder), COMMANDS)
        assert ready.startswith(f"{folder} is ready")
        assert left == f"not created by iamcli home, left unchanged: {place}"
        assert tree(folder).items() >= before.items()
    # Once it is gone, the place is free.
    shutil.move(folder / place, folder / "moved")
    assert len(lay_out(str(folder), COMMANDS)) == 1
    assert (folder / place).is_file()


def test_a_link_that_was_changed_is_foreign(home):
    for name in COMMANDS:
        (home / "bin" / name).unlink()
        (home / "bin" / name).symlink_to("/usr/bin/true")
    before = tree(home)
    with pytest.raises(Failure, match=r"created by iamcli home \(1 of 2 such files\); nothing"):
        lay_out(str(home), COMMANDS)
    assert tree(home) == before


@pytest.mark.parametrize("strict", [False, True])
def test_why_scripts_cannot_use_a_home(installation, folder, monkeypatch, strict):
    source = installation("commands")
    own = frozenset([os.path.realpath(source)])
    monkeypatch.setattr(directory, "own_places", lambda: own)

    def problem(commands=COMMANDS):
        return directory.problem(folder, commands)

    lay_out(str(folder), COMMANDS, strict=strict)
    assert problem() is None
    # A run that was cut off has recorded several states.
    record = folder / directory.RECORD
    states = json.loads(record.read_text())
    record.write_text(json.dumps({place: ["x", *known] for place, known in states.items()}))
    assert problem() is None
    # People fill the templates in.
    (folder / "README").unlink()
    (folder / "aws-credential.template").write_text("mine")
    assert problem() is None
    # A command of a form that this version does not make, and that was recorded.
    userdel = folder / "bin" / "iam-userdel"
    mine = folder / "mine"
    userdel.rename(mine)
    program(userdel, "another form")
    digest = hashlib.sha256(b"another form").hexdigest()
    record.write_text(json.dumps({**states, "bin/iam-userdel": [f"file {digest}"]}))
    assert problem() is None
    mine.replace(userdel)
    record.write_text(json.dumps(states))
    older = f"{folder} is of another version of iamcli and lacks 1 commands"
    assert problem([*COMMANDS, "iam-x"]) == older
    (folder / "bin" / "iam-userdel").chmod(0o644)
    assert problem() == f"you may not run {folder}/bin/iam-userdel"
    program(source / "iam-userdel")
    if strict:
        with monkeypatch.context() as patched:
            noexec = SimpleNamespace(f_flag=os.ST_NOEXEC)
            patched.setattr(os, "statvfs", lambda _: noexec)
            assert problem() == f"{folder} is on a file system that is mounted noexec"
        (folder / "bin" / "iam-userdel").chmod(0o755)
    program(source / "iam-usercreate", "#!/bin/sh\necho broken >&2; exit 1\n")
    assert problem() == f"{folder}/bin/iam-usercreate fails: broken"
    monkeypatch.setattr(directory, "own_places", frozenset)
    assert directory.another(folder, COMMANDS) == str(source)
    (source / "iam-userdel").unlink()
    assert problem() == f"{folder} runs {source}/iam-userdel, which does not exist"
    (folder / "bin" / "iam-userdel").unlink()
    assert problem() == f"{folder}/bin/iam-userdel: missing or changed"
    (folder / "bin" / "iam-usercreate").unlink()
    (folder / "bin" / "iam-usercreate").write_text("mine")
    assert problem() == f"{folder}/bin/iam-usercreate and 1 other: missing or changed"
    shutil.rmtree(folder / "bin")
    (folder / "bin").touch()
    assert problem() == f"{folder}/bin/iam-usercreate: Not a directory"
    record.write_text("{")
    assert problem() == f"{record} is not a record of iamcli home"


@pytest.fixture
def places(tmp_path, monkeypatch):
    """The directories that can have the commands, in the order in which they are looked at."""
    monkeypatch.setattr(sys, "argv", [str(tmp_path / "argv" / "iamcli")])
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "prefix"))
    monkeypatch.setattr(
        installed_commands.sysconfig, "get_path", lambda _: str(tmp_path / "scripts")
    )
    package = tmp_path / "checkout" / "iamcli" / "cli"
    monkeypatch.setattr(installed_commands, "__file__", str(package / "installed_commands.py"))
    return [tmp_path / name for name in ("argv", "scripts", "checkout/bin", "prefix/bin")]


def test_where_the_commands_are(places, monkeypatch):
    for place in places:
        place.mkdir(parents=True)
        (place / "iam-userdel").touch()
    with pytest.raises(Failure, match="commands of this installation are missing; install iamcli"):
        installed_commands.commands_folder()
    for place in places:
        (place / "iam-usercreate").touch()
    assert list(installed_commands.commands_folders()) == places
    for number, place in enumerate(places):
        assert installed_commands.commands_folder() == place
        assert installed_commands.own_places() == {str(other) for other in places[number:]}
        (place / "iam-usercreate").unlink()
    # A link to iamcli is not what it runs.
    (places[0] / "iam-usercreate").touch()
    link = places[1] / "iamcli"
    link.symlink_to(places[0] / "iamcli")
    monkeypatch.setattr(sys, "argv", [str(link)])
    assert list(installed_commands.commands_folders()) == places[:1]


def test_the_one_file_has_no_commands(places, monkeypatch):
    places[0].mkdir()
    (places[0] / "iam-usercreate").touch()
    assert installed_commands.one_file() is None
    monkeypatch.setattr(installed_commands, "is_one_file", lambda: True)
    assert list(installed_commands.commands_folders()) == []
    assert (installed_commands.one_file(), installed_commands.own_places()) == (
        places[0] / "iamcli",
        {str(places[0] / "iamcli")},
    )
    with pytest.raises(Failure, match="the one file has no iam-"):
        installed_commands.commands_folder()


@pytest.mark.parametrize(
    ("name", "program"),
    [("/x/iam-y", "y"), ("iamcli", "main"), ("iamcli.pyz", "main"), ("/iam-y/other", "main")],
)
def test_which_command_the_one_file_runs(name, program, monkeypatch):
    from iamcli.installation import onefile

    # That it is imported marks the one file.
    sys.modules.pop(onefile.__name__, None)
    monkeypatch.setattr(onefile, "PROGRAMS", {"iamcli": "fake:main", "iam-y": "fake:y"})
    monkeypatch.setattr(onefile, "start", lambda _module, function: function)
    monkeypatch.setattr(sys, "argv", [name])
    assert onefile.main() == program


BEGIN = '#!/bin/sh\n# Created by "iamcli home".\n'


@pytest.mark.parametrize(
    ("script", "program"),
    [
        (BEGIN + 'x=1\nexec /opt/iam-x "$@"\n', "/opt/iam-x"),
        (BEGIN + "exec '/opt/a b/iam-x' \"$@\"", "/opt/a b/iam-x"),
        (BEGIN + 'exec /opt/iamcli.pyz iam-x "$@"\n', "/opt/iamcli.pyz"),
        (BEGIN + 'exec /opt/python /opt/iamcli.pyz iam-x "$@"\n', "/opt/iamcli.pyz"),
        (BEGIN + 'exec /opt/python /opt/x iam-x "$@"\n', "/opt/x"),
        ('#!/bin/sh\nexec /opt/iam-x "$@"\n', None),
        (BEGIN + '/opt/iam-x "$@"\n', None),
        (BEGIN + "exec /opt/iam-x\nexit\n", None),
        (BEGIN + "exec 'unfinished\n", None),
        (BEGIN + "exec \n", None),
        (BEGIN + "exec\n", None),
        ("", None),
    ],
)
def test_what_an_entry_of_a_home_runs(tmp_path, script, program):
    entry = tmp_path / "entry"
    entry.write_text(script)
    assert directory.target(entry) == (program and Path(program))


@pytest.mark.parametrize(
    ("script", "default"),
    [
        (BEGIN + directory.STRICT["set"] + "exec /opt/iam-x\n", "1"),
        # The header alone is not what it does.
        (BEGIN + 'exec /opt/iam-x "$@"\n', None),
        (BEGIN + "# IAMCLI_STRICT=1\nIAMCLI_STRICT=1\n", None),
        ("#!/bin/sh\nIAMCLI_STRICT=1\nexport IAMCLI_STRICT\n", None),
        ("", None),
    ],
)
def test_which_commands_are_strict_by_themselves(tmp_path, script, default):
    (tmp_path / "entry").write_text(script)
    (tmp_path / "link").symlink_to("entry")
    (tmp_path / "deep").symlink_to("link")
    for name in ("entry", "link", "deep"):
        assert directory.strict_default(tmp_path / name) == default
    for name in ("", "absent", "entry/x"):
        assert directory.strict_default(tmp_path / name) is None


def test_what_is_known_not_to_exist(tmp_path):
    """From Python 3.14 on, Path.exists says no also if that is unknown."""
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "file").touch()
    names = ("file", "absent", "file/x", "loop")
    found = [directory.exists(tmp_path / name) for name in names]
    assert found == [True, False, False, False]
    with pytest.raises(OSError, match="File name too long"):
        directory.exists(tmp_path / ("x" * 300))


def test_an_entry_that_is_too_large_runs_nothing(tmp_path, monkeypatch):
    entry = tmp_path / "entry"
    script = BEGIN + 'exec /opt/iam-x "$@"'
    monkeypatch.setattr(directory, "MAX_SIZE", len(script))
    for end, program in (("", Path("/opt/iam-x")), ("\n", None)):
        entry.write_text(script + end)
        assert directory.target(entry) == program


def test_what_an_entry_that_is_no_file_runs(tmp_path):
    links = {"absolute": "/opt/iam-x", "relative": "../iam-x"}
    for name, target in links.items():
        (tmp_path / name).symlink_to(target)
    (tmp_path / "directory").mkdir()
    os.mkfifo(tmp_path / "pipe")
    names = (*links, "directory", "pipe", "absent")
    assert [directory.target(tmp_path / name) for name in names] == [
        Path("/opt/iam-x"),
        tmp_path / "../iam-x",
        *[None] * 3,
    ]


def test_which_programs_are_own(tmp_path):
    own, other = tmp_path / "own", tmp_path / "other"
    for place in (own, other):
        place.mkdir()
        (place / "iam-x").touch()
    (other / "link").symlink_to(own / "iam-x")
    (other / "script").write_text(f'{BEGIN}exec {own}/iam-x "$@"\n')
    (other / "deep").symlink_to("script")
    (other / "gone").write_text(f'{BEGIN}exec {own}/gone "$@"\n')
    (own / "link").symlink_to(other / "iam-x")
    (own / "broken").symlink_to("absent")
    (tmp_path / "alias").symlink_to("own")
    yes = ("own/iam-x", "alias/iam-x", "other/link", "other/script", "other/deep")
    no = ("own/link", "other/iam-x", "own/broken", "other/gone")
    names = (*yes, *no)
    for places, expected in (
        ([own], [True] * len(yes) + [False] * len(no)),
        ([own / "iam-x"], [True] * len(yes) + [False] * len(no)),
        ([], [False] * len(names)),
    ):
        known = frozenset(map(str, places))
        assert [directory.is_own(tmp_path / name, known) for name in names] == expected


# With --strict.


def test_a_strict_home_reports_errors_on_standard_output(tmp_path, folder):
    has = f"scripts that run {NUMBER} commands in {BIN} with IAMCLI_STRICT=1"
    ready = f"{folder} is ready; its bin has {has}\n"
    for option in ("--strict", "--"):
        assert iamcli_home(tmp_path, option, folder) == (0, ready, "")
    assert names_in(folder / "bin") == [path.name for path in sorted(BIN.glob("iam-*"))]
    form = ['"iamcli home"', "scripts that run those of iamcli with IAMCLI_STRICT=1"]
    assert described(folder) == form
    env = environment(tmp_path / "home", AWS_CREDENTIAL_FILE="/absent")
    script = 'OUT=$("$0" -u bob) || echo failed; echo "$OUT" | grep -c "credential file /absent"'
    (tmp_path / "link").symlink_to(folder / "bin" / "iam-usercreate")
    (tmp_path / "deep").symlink_to("link")
    for place in (folder / "bin" / "iam-usercreate", tmp_path / "deep"):
        done = run_program("sh", "-c", script, place, env=env)
        assert (done.stdout, done.stderr) == ("failed\n1\n", "")
    script = 'iam-usercreate -h >/dev/null; echo "$?"'
    path = env["PATH"]
    for folders, setting, status in (
        (path, "", 0),
        (f"{folder}/bin:{path}", "", 1),
        (f"{folder}/bin:{path}", "1", 1),
        # The variable takes precedence.
        (f"{folder}/bin:{path}", "0", 0),
    ):
        env |= {"PATH": folders, "IAMCLI_STRICT": setting}
        assert run_program("sh", "-c", script, env=env).stdout == f"{status}\n"
    # No other value switches strict mode off without a word.
    done = run_program("sh", "-c", "iam-userdel -u bob", env=env | {"IAMCLI_STRICT": "true"})
    said = "iam-userdel: invalid IAMCLI_STRICT: true; use 1 or 0\n"
    assert (done.returncode, done.stderr) == (1, said)


@pytest.mark.parametrize("shell", ["sh", "dash", "bash", "zsh"])
@needs("{shell}")
def test_a_strict_command_passes_everything_on(folder, installation, shell):
    source = installation('it\'s a "$(false)" `\\ * place\n')
    command = program(
        source / "iam-usercreate", '#!/bin/sh\nprintf \'<%s>\' "$IAMCLI_STRICT" "$0" "$@"\n'
    )
    lay_out(str(folder), COMMANDS)
    arguments = ["-u", "a b", "", "*", "'", '"', "$HOME", "a\nb", "--", "-e"]
    for start in ([], [shell]):
        done = run_program(
            *start, folder / "bin" / "iam-usercreate", *arguments, env={"PATH": PATH}
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout == "".join(
            f"<{argument}>" for argument in ["1", str(command), *arguments]
        )


@pytest.mark.parametrize("strict", ["", "1", "0"])
def test_a_command_that_is_gone_is_named_with_the_file_that_runs_it(home, commands, strict):
    (commands / "iam-userdel").unlink()
    script = home / "bin" / "iam-userdel"
    done = run_program(script, "-u", "b", env={"PATH": PATH, "IAMCLI_STRICT": strict})
    why = "which does not exist or which you may not reach; run iamcli home again"
    said = f"iam-userdel: {script} runs {commands}/iam-userdel, {why}\n"
    streams = ("", said) if strict == "0" else (said, "")
    assert (done.returncode, done.stdout, done.stderr) == (1, *streams)


def test_a_toolkit_is_moved_and_nothing_of_others(commands, tmp_path):
    kit = tmp_path / "kit"
    for name in ("iam-userdel", "iam-usercreate", "service"):
        (kit / "bin").mkdir(parents=True, exist_ok=True)
        program(kit / "bin" / name)
    move = f"run: mv {kit}/bin {kit}/bin.toolkit; run: {installed_commands.home_line(str(kit))}"
    said = f"{move}; then copy your own files from {kit}/bin.toolkit to {kit}/bin"
    with pytest.raises(Failure, match=f"{re.escape(said)}$"):
        lay_out(str(kit), COMMANDS)
    links = tmp_path / "links" / "bin"
    links.mkdir(parents=True)
    (links / "iam-userdel").symlink_to(kit / "bin" / "iam-userdel")
    assert layout.toolkit(links / "iam-userdel") == kit
    for name in ("a", "b", "c", "d"):
        program(kit / "bin" / name)
    assert layout.toolkit(kit / "bin" / "iam-userdel") is None
    for name in ("a", "b", "c", "d"):
        (kit / "bin" / name).unlink()
    (kit / "bin.toolkit").mkdir()
    assert layout.toolkit(kit / "bin" / "iam-userdel") is None


@pytest.mark.parametrize("folder", ["/usr", "/usr/local", "/opt/aws", "/"])
def test_no_line_moves_a_directory_of_the_system(folder, tmp_path, monkeypatch):
    (tmp_path / "bin").mkdir()
    for name in ("iam-userdel", "service"):
        program(tmp_path / "bin" / name)
    assert layout.toolkit(tmp_path / "bin" / "iam-userdel") == tmp_path
    assert folder in layout._SHARED  # noqa: SLF001 - no test may write there
    monkeypatch.setattr(layout, "_SHARED", {str(tmp_path)})
    assert layout.toolkit(tmp_path / "bin" / "iam-userdel") is None


def test_each_form_replaces_the_other(installation, folder, monkeypatch):
    """Of the commands and of the one file; without its record, a home has to be made again."""
    file = program(installation("dist") / "iamcli.pyz")
    made = folder.with_name("made")
    for form, source in itertools.product((True, False), (None, file)):
        monkeypatch.setattr(layout, "one_file", lambda source=source: source)
        monkeypatch.setattr(layout, "_python", lambda source: sys.executable * source.is_file())
        lay_out(str(folder), COMMANDS, strict=form)
        folder.rename(made)
        for strict in (True, False):
            shutil.copytree(made, folder, symlinks=True)
            _, *more = lay_out(str(folder), COMMANDS, strict=strict)
            assert more == [converted(strict=strict)] * (strict != form)
            before = tree(folder)
            assert len(lay_out(str(folder), COMMANDS, strict=strict)) == 1
            assert tree(folder) == before
            shutil.rmtree(folder)
            shutil.copytree(made, folder, symlinks=True)
            (folder / directory.RECORD).unlink()
            if strict == form:
                assert len(lay_out(str(folder), COMMANDS, strict=strict)) == 1
            else:
                before = tree(folder)
                said = f"because {folder}/.iamcli-home is missing (1 of "
                if not (form or source):  # links, as others make them
                    said = "was not created by iamcli home"
                with pytest.raises(Failure, match=re.escape(said)):
                    lay_out(str(folder), COMMANDS, strict=strict)
                assert tree(folder) == before
            shutil.rmtree(folder)
        shutil.rmtree(made)


def test_strict_commands_can_be_executed_again(commands, folder):
    lay_out(str(folder), COMMANDS, strict=True)
    script = folder / "bin" / "iam-userdel"
    script.chmod(0o644)
    lay_out(str(folder), COMMANDS, strict=True)
    assert os.access(script, os.X_OK)


def test_a_strict_command_that_was_edited_is_foreign(commands, folder):
    lay_out(str(folder), COMMANDS, strict=True)
    with (folder / "bin" / "iam-userdel").open("a") as script:
        script.write("# mine\n")
    before = tree(folder)
    for strict in (True, False):
        with pytest.raises(Failure, match=r"bin/iam-userdel was not created by"):
            lay_out(str(folder), COMMANDS, strict=strict)
        assert tree(folder) == before


def test_the_readme_can_be_copied_from(tmp_path, commands):
    folder = tmp_path / 'a "folder" for $HOME `false` \\'
    lay_out(str(folder), COMMANDS)
    (line,) = re.findall("export AWS_IAM_HOME=.*", (folder / "README").read_text())
    done = run_program("sh", "-c", f'{line}; echo "$AWS_IAM_HOME"', env={"PATH": PATH})
    assert done.stdout == f"{folder}\n"


def test_a_bin_that_is_a_link_is_foreign(commands, folder, tmp_path):
    folder.mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    (folder / "bin").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Failure, match="is a symbolic link"):
        lay_out(str(folder), COMMANDS)
    assert names_in(tmp_path / "elsewhere") == []


@pytest.mark.parametrize("kind", ["file", "link", "broken link", "pipe"])
@pytest.mark.parametrize("place", ["", "bin"])
def test_what_is_no_folder_is_named(installation, folder, kind, place):
    installation("commands")
    taken = folder / place
    taken.parent.mkdir(parents=True)
    FOREIGN[kind](taken)
    what = "is not a directory; nothing was changed"
    if place and "link" in kind:
        what = "is a symbolic link; nothing was changed; remove the link"
    before = tree(folder.parent)
    with pytest.raises(Failure) as raised:
        lay_out(str(folder), COMMANDS)
    # A file in the place of the home is noticed when its bin is looked at.
    assert (str(raised.value), tree(folder.parent)) == (f"{taken} {what}", before)


def test_a_run_that_was_cut_off_can_be_repeated(home):
    whole = tree(home)
    (home / ".iamcli-home").unlink()
    (home / "README").unlink()
    (home / ".README.iamcli-new").write_text("half")
    (home / "bin" / ".iam-userdel.iamcli-new").symlink_to("half")
    lay_out(str(home), COMMANDS)
    assert tree(home) == whole


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        (
            "{tmp}",
            "{tmp} is the installation of iamcli, whose commands are not in strict mode; "  # noqa: ISC004
            "choose another directory",
        ),
        ("{tmp}/{long}", "{tmp}/{long}/bin: File name too long; nothing was changed"),
        ("/dev/null", "/dev/null is not a directory; nothing was changed"),
        ("/dev/null/home", "/dev/null/home/.iamcli-home: Not a directory; nothing was changed"),
        (
            "/proc/home",
            "/proc/home: No such file or directory; /proc/home is incomplete; "  # noqa: ISC004
            "correct this and run it again",
        ),
        ("", "the directory name is empty; specify a directory"),
        ("/usr/..", "/usr/.. is of the system; nothing was changed; choose another directory"),
        ("{tmp}/bin", "{tmp}/bin is the bin of {tmp}; nothing was changed; specify {tmp}"),
    ],
)
def test_a_folder_that_cannot_be_one(commands, tmp_path, name, reason):
    names = {"tmp": tmp_path, "long": "x" * 300}
    with pytest.raises(Failure) as raised:
        lay_out(name.format(**names), COMMANDS)
    assert str(raised.value) == reason.format(**names)


# What is damaged, and disks that take nothing.


def test_a_damaged_record_is_named(home):
    record = home / ".iamcli-home"
    whole = record.read_bytes()
    reason = "is not a record of iamcli home; nothing was changed; move it and run this again"
    texts = (b"no record", b"", b"[]", b"null", b"\xff\xfe", b"[" * 100_000, b"1" * 100_000)
    values = (b"1", b'"file x"', b'["file x", 1]', b"{}", b"[]")
    for content in (*texts, *(b'{"README": %b}' % value for value in values), b" " * (1 << 21)):
        record.write_bytes(content)
        before = tree(home)
        with pytest.raises(Failure, match=f"^{re.escape(f'{record} {reason}')}$"):
            lay_out(str(home), COMMANDS)
        assert tree(home) == before
    for kind in ("link", "broken link", "folder", "pipe"):
        record.rename(home / f"moved from {kind}")
        FOREIGN[kind](record)
        before = names_in(home)
        with pytest.raises(Failure, match=f"^{re.escape(f'{record} {reason}')}$"):
            lay_out(str(home), COMMANDS)
        assert names_in(home) == before
    record.rename(home / "moved")
    assert len(lay_out(str(home), COMMANDS)) == 1
    assert record.read_bytes() == whole


def test_a_text_that_may_not_be_read_or_is_huge_is_foreign(commands, folder):
    folder.mkdir(parents=True)
    with (folder / "README").open("wb") as huge:
        huge.truncate(1 << 40)
    (folder / "aws-credential.template").symlink_to("aws-credential.template")
    _, left = lay_out(str(folder), COMMANDS)
    assert left.endswith("left unchanged: aws-credential.template, README")
    assert (folder / "README").stat().st_size == 1 << 40


def test_files_that_are_as_they_should_be_are_not_written_again(commands, folder):
    for strict in (False, True):
        lay_out(str(folder), COMMANDS, strict=strict)
        (folder / "README").chmod(0o600)
        before = {path: path.lstat().st_ino for path in folder.rglob("*")}
        lay_out(str(folder), COMMANDS, strict=strict)
        assert {path: path.lstat().st_ino for path in folder.rglob("*")} == before
        assert (folder / "README").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("strict", [False, True])
def test_a_run_that_is_cut_off_anywhere_can_be_repeated_by_any_other(
    installation, folder, monkeypatch, strict
):
    """After any number of steps, also if iamcli has moved meanwhile and the form changes."""
    put = layout._put  # noqa: SLF001 - nothing else is between two writes
    left = 0

    def some(*arguments, **more):
        nonlocal left
        if not left:
            raise OSError(28, "No space left on device", "X")
        left -= 1
        put(*arguments, **more)

    monkeypatch.setattr(layout, "_put", some)
    for begun in (False, True):
        for steps in range(7):
            shutil.rmtree(folder, ignore_errors=True)
            installation(f"first-{begun}-{steps}")
            left = 1000 if begun else steps
            with contextlib.suppress(Failure):
                lay_out(str(folder), COMMANDS, strict=not strict)
            installation(f"second-{begun}-{steps}")
            left = steps
            failures = []
            try:
                lay_out(str(folder), COMMANDS, strict=strict)
            except Failure as failure:
                failures.append(str(failure).partition(";")[0])
            # The records at both ends, and what is between them.
            whole = steps >= 3 + len(COMMANDS)
            assert failures == ([] if whole else ["X: No space left on device"])
            third = installation(f"third-{begun}-{steps}")
            left = 1000
            lay_out(str(folder), COMMANDS)
            last = (folder / "bin" / "iam-userdel").read_text().splitlines()[-1]
            assert last == f'exec {third}/iam-userdel "$@"'


TMPFS_OPTIONS = ["size=4k", "size=12k", "nr_inodes=4", "nr_inodes=30", "nr_inodes=75"]


@needs("mount", "unshare")
@pytest.mark.parametrize("mount_option", every(4, TMPFS_OPTIONS))
@pytest.mark.parametrize("option", [["--no-strict"], []], ids=["links", "strict"])
def test_a_full_disk(tmp_path, mount_option, option):
    folder = tmp_path / "disk"
    folder.mkdir()
    command = (BIN / "iamcli", "home", *option, folder / "home")
    env = environment(tmp_path / "home")
    if run_program("unshare", "-rm", "true", env=env).returncode:
        pytest.skip("this machine lets nobody mount a disk")
    script = f"mount -t tmpfs -o {mount_option} none '{folder}'; "
    script += f"\"$@\"; echo $?; find '{folder}' -name '*-new';"
    # Without the options of before, which contain a user ID that is not valid here.
    script += f"mount --options-mode ignore -o remount,size=10m,nr_inodes=1000 '{folder}'; \"$@\""
    done = run_program("unshare", "-rm", "sh", "-c", script, "sh", *command, env=env)
    status, ready = done.stdout.splitlines()
    assert (status, done.returncode) == ("1", 0)
    assert re.fullmatch(
        rf"iamcli: {folder}/home\S*: No space left on device; {folder}/home is incomplete; "
        r"correct this and run it again\n",
        done.stderr,
    )
    assert ready.startswith(f"{folder}/home is ready")


#: How a disk is mounted, and what is said then, with the name of the directory and of the disk.
MOUNTED = {
    "ro": (
        "{home}/..iamcli-home.iamcli-new: Read-only file system; nothing was changed; {choose}",
        "{home}/bin/iam-userdel: missing or changed",
    ),
    "noexec": (
        "{home} is on a file system that is mounted noexec; nothing was changed; {choose}",
        "{home} is on a file system that is mounted noexec",
    ),
}


@needs("mount", "unshare")
@pytest.mark.parametrize("mount_option", MOUNTED)
def test_a_disk_that_is_mounted_otherwise(tmp_path, mount_option):
    """The advice of home and doctor does not lead from one to the other."""
    folder, env = tmp_path / "disk", environment(tmp_path / "home")
    home = folder / "home"
    folder.mkdir()
    if run_program("unshare", "-rm", "true", env=env).returncode:
        pytest.skip("this machine lets nobody mount a disk")
    script = f"""
mount -t tmpfs none '{folder}'
iamcli home '{home}' 2>'{folder}/before' && rm '{home}/bin/iam-userdel'
[ {mount_option} = ro ] || iamcli home '{home}' 2>'{folder}/before'
mount -o remount,{mount_option} none '{folder}'
iamcli home '{home}'
AWS_IAM_HOME='{home}' iamcli doctor --offline --format json
iamcli home --no-strict '{home}' >&2
"""
    done = run_program("unshare", "-rm", "sh", "-c", script, env=env)
    choose = "choose a directory that you may write"
    choose = choose if mount_option == "ro" else "choose another directory"
    of_home, of_doctor = (text.format(home=home, choose=choose) for text in MOUNTED[mount_option])
    start = done.stdout.index("{")
    assert done.stdout[:start].count("is ready") == 1 + (mount_option == "noexec")
    first, last, *_ = done.stderr.splitlines()
    assert first == f"iamcli: {of_home}"
    links = f"{home} is ready; its bin has links to {NUMBER} commands in "
    assert last.startswith(links if mount_option == "noexec" else f"iamcli: {home}/")
    check = next(one for one in json.loads(done.stdout[start:])["checks"] if one["check"] == "home")
    advice = "mount its file system otherwise, or set up another directory with iamcli home"
    assert (check["found"], check["advice"]) == (of_doctor, advice)


@pytest.mark.parametrize("begun", [False, True])
def test_where_no_file_may_be_written(tmp_path, folder, begun):
    if begun:
        iamcli_home(tmp_path, folder)
    limited = 'ulimit -f 0; exec "$0" "$@"'
    arguments = [BIN / "iamcli", "home", "--no-strict", folder]
    done = run_program("sh", "-c", limited, *arguments, env=environment(tmp_path / "home"))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"iamcli: {folder}/.iamcli-home: File too large; {folder} is incomplete; "
        "correct this and run it again\n"
    )
    assert not list(folder.rglob("*-new"))
    assert iamcli_home(tmp_path, folder).status == 0


def test_a_directory_with_the_name_of_a_temporary_file_is_named(commands, folder):
    taken = folder / "bin" / ".iam-userdel.iamcli-new"
    (taken / "x").mkdir(parents=True)
    with pytest.raises(Failure) as raised:
        lay_out(str(folder), COMMANDS)
    assert str(raised.value).startswith(f"{taken}: ")
    assert str(raised.value).endswith(f"; {folder} is incomplete; correct this and run it again")
    shutil.rmtree(taken)
    assert len(lay_out(str(folder), COMMANDS)) == 1


def test_a_name_with_a_line_break_is_reported_in_one_line(tmp_path):
    done = iamcli_home(tmp_path, "/proc/null\n/x")
    assert (done.status, done.err.count("\n")) == (1, 1)


GONE = 'mkdir gone; cd gone; rmdir ../gone; exec "$0" "$@"'
PROGRAMS = Path(sys.executable).parent


NOT_THERE = "No such file or directory"
#: Commands that are given a relative name, and what they say.
RELATIVE = {
    "iamcli home rel": (
        "the current directory does not exist; change to another directory, or specify an "
    ),
    "iam-useruploadpolicy -u b -p x -f rel": f"cannot read the policy from rel: {NOT_THERE}",
    "iam-userlistbypath --aws-credential-file rel": (
        f"credential file rel cannot be read: {NOT_THERE}"
    ),
    "iam-userlistbypath --client-config-file rel": (
        f"client configuration rel cannot be read: {NOT_THERE}"
    ),
    "iam-virtualmfadevicecreate -s phone -b Base32String -o rel": (
        f"cannot create rel for the seed: {NOT_THERE}"
    ),
    "iam-useraddkey -o rel": f"cannot create rel for the access key: {NOT_THERE}",
}


@pytest.mark.parametrize(("arguments", "reason"), RELATIVE.items())
def test_relative_names_in_a_deleted_folder(run, arguments, reason):
    name, *rest = arguments.split()
    run.env["AWS_IAM_URL"] = "http://127.0.0.1:9"
    done = run("sh", "-c", GONE, str(PROGRAMS / name), *rest)
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith(f"{name}: {reason}")
    assert done.err.count("\n") == 1


@pytest.mark.full
def test_what_needs_no_folder_works_in_a_deleted_one(run, folder):
    done = run("sh", "-c", GONE, str(PROGRAMS / "iamcli"), "home", str(folder))
    assert (done.status, done.err) == (0, "")
    done = run("sh", "-c", GONE, str(PROGRAMS / "iamcli"), "sandbox", "/usr/bin/env")
    assert (done.status, done.err) == (0, "")
    assert "AWS_IAM_URL=" in done.out
    # A shell that starts there reports it, and iamcli does not.
    done = run("sh", "-c", GONE, str(BIN / "iamcli"), "home", str(folder))
    assert (done.status, done.err.count("\n")) == (0, done.err.count("getcwd"))
