"""What check and doctor advise about the commands that scripts find: each line is followed."""

from __future__ import annotations

import itertools
import json
import os
import re
import shlex
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
from support.processes import ROOT
from support.processes import run as run_program
from support.requirements import PATH
from support.selection import in_full, usual
from support.users import OTHER, two_users

from iamcli.cli import index, installed_commands
from iamcli.cli.check.script import shfmt
from iamcli.cli.homes import choice, directory, layout
from iamcli.cli.homes.directory import RECORD

# ruff: noqa: SLF001 - the parts of the program

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from support.forked import ForkRunner

NAMES = index.names()
FIRST = NAMES[0]
#: What a command of an installation prints: its mode.
COMMAND = '#!/bin/sh\necho "strict=$IAMCLI_STRICT"\n'
BARE = f"{FIRST} -u bob"
#: A script whose PATH has no commands; one that does not set PATH may get another one.
SET = f"PATH=SYS\n{BARE}"
STRICT = "strict=1"
#: The most rounds in which the advice is followed.
ROUNDS = 3
#: What files of people contain.
OWN = (b"#!/bin/sh\necho own\n", b"key", b"mine")


class Machine(NamedTuple):
    """A machine: what ``make`` does in its directory TOP, and the variables, with TOP.

    ``script``: what ``check`` is given; ``name``: that of its file; ``prints``: what a command
    prints in the end, for root, and ``other``, for another user; ``named``: who is still told in
    the end what is found, but without a line: "root", "other"; ``one_file``: iamcli is the one
    file.
    """

    make: Callable[[Path], object] = lambda _: None
    path: str = ""
    script: str = BARE
    name: str = "old.sh"
    prints: str = STRICT
    other: str = STRICT
    named: str = ""
    variables: tuple[tuple[str, str], ...] = ()
    programs: tuple[str, ...] = ("doctor", "check")
    one_file: bool = False


def installation(folder: Path, first: str = "/bin/sh") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in (*NAMES, "iamcli"):
        (folder / name).write_text(COMMAND.replace("/bin/sh", first))
        (folder / name).chmod(0o755)


def home(*names: str, strict: bool = True) -> Callable[[Path], object]:
    """Return what makes homes in the directories ``names``."""

    def make(top: Path) -> None:
        for name in names:
            layout.lay_out(str(top / name), choice._COMMANDS, strict=strict)

    return make


def then(*makes: Callable[[Path], object]) -> Callable[[Path], object]:
    def make(top: Path) -> None:
        for each in makes:
            each(top)

    return make


def program(name: str, text: str = "#!/bin/sh\necho own\n") -> Callable[[Path], object]:
    def make(top: Path) -> None:
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_text(text)
        (top / name).chmod(0o755)

    return make


def toolkit(name: str) -> Callable[[Path], object]:
    def make(top: Path) -> None:
        program(f"{name}/bin/{FIRST}")(top)
        program(f"{name}/bin/service")(top)
        program(f"{name}/aws-credential.template", "key")(top)

    return make


def one_file(top: Path) -> None:
    """Make the one file, and a Python that runs it, in the place of the other commands."""
    shutil.rmtree(top / "install/bin")
    program("install/iamcli.pyz", COMMAND)(top)
    shutil.copy("/bin/sh", top / "install/python3")


def own_links(top: Path) -> None:
    """Links to the one file, as docs/install.md says."""
    (top / "links").mkdir()
    for name in ("iamcli", *NAMES[:2]):
        (top / "links" / name).symlink_to(top / "install/iamcli.pyz")


def sudo(*folders: str) -> Callable[[Path], object]:
    """Return what makes a sudo whose secure_path has ``folders``, below the machine's directory."""

    def make(top: Path) -> None:
        path = ":".join([*(f"{top}/{each}" for each in folders), PATH])
        program("tools/sudo", f'#!/bin/sh\nexec env -i PATH={path} "$@"\n')(top)

    return make


def links(name: str, target: str) -> Callable[[Path], object]:
    def make(top: Path) -> None:
        (top / name).mkdir(parents=True)
        (top / name / FIRST).symlink_to(top / target / "bin" / FIRST)

    return make


def runs(top: Path, installed: str) -> None:
    """Make the home at the standard place one that the installation in ``installed`` has made."""
    folder = top / "opt/iam"
    for file in (folder / "bin").iterdir():
        file.write_text(file.read_text().replace(f"{top}/install/", f"{top}/{installed}/"))
    record = folder / RECORD
    states = {place: [layout.state_at(folder / place)] for place in json.loads(record.read_text())}
    record.write_text(json.dumps(states))


def elsewhere(top: Path) -> None:
    """A home at the standard place that another installation has made."""
    home("opt/iam")(top)
    (top / "install").rename(top / "second")
    runs(top, "second")
    installation(top / "install/bin")


def damaged(name: str, *, changed: bool = False) -> Callable[[Path], object]:
    def make(top: Path) -> None:
        home(name)(top)
        file = top / name / "bin" / choice._COMMANDS[-1]
        file.unlink()
        if changed:
            file.write_text("mine")

    return make


def removed(top: Path) -> None:
    """The installation was moved, and made again at another place."""
    home("opt/iam")(top)
    runs(top, "gone")


def private(top: Path) -> None:
    (top / "private").mkdir(mode=0o700)
    (top / "private" / "python").symlink_to("/bin/sh")
    python = top / "private" / "python3"
    shutil.copy("/bin/sh", python)
    installation(top / "install/bin", str(python))
    home("opt/iam")(top)


#: What a job of cron, and what a program that root runs with sudo, gets.
OF_CRON = (("LOGNAME", "ops"), ("SHELL", "/bin/sh"))
OF_SUDO = (("SUDO_COMMAND", "iamcli doctor"), ("SUDO_USER", "ops"), ("SUDO_UID", "1000"))
#: A script that sources its settings.
SOURCING = f". TOP/work/settings\n{BARE}"


def settings(folder: str, more: str = "") -> Callable[[Path], object]:
    """Return what makes the file with settings, in which the toolkit is in ``folder``."""

    def make(top: Path) -> None:
        text = f"AWS_IAM_HOME={top}/{folder}\nPATH=$AWS_IAM_HOME/bin:$PATH\n{more}"
        program("work/settings", text)(top)

    return make


IN = "TOP/install/bin"
HOME = "TOP/opt/iam"
MACHINES = {
    "nothing": Machine(script=SET),
    "installed": Machine(path=IN),
    "home first": Machine(home("opt/iam"), path=f"{HOME}/bin"),
    "home not in PATH": Machine(home("opt/iam"), script=SET),
    "home elsewhere": Machine(home("else"), path="TOP/else/bin"),
    "home behind the installed": Machine(home("else"), path=f"{IN}:TOP/else/bin"),
    "standard home behind": Machine(home("opt/iam"), path=f"{IN}:{HOME}/bin"),
    "own home": Machine(home("home/iam"), script=SET),
    "two homes, one broken": Machine(
        then(damaged("else"), home("opt/iam")), path=f"TOP/else/bin:{HOME}/bin", named="other"
    ),
    "not strict": Machine(home("else", strict=False), path="TOP/else/bin"),
    "not strict at the standard place": Machine(home("opt/iam", strict=False), path=f"{HOME}/bin"),
    "AWS_IAM_HOME beside not strict": Machine(
        then(home("else", strict=False), home("strict")),
        path="TOP/else/bin",
        variables=(("AWS_IAM_HOME", "TOP/strict"),),
    ),
    "moved environment": Machine(
        then(home("opt/iam"), lambda top: installation(top / "install/bin", "/nonexistent/python")),
        path=IN,
        prints="not found",
        other="not found",
        named="root other",
    ),
    "removed environment": Machine(
        removed, path=f"{HOME}/bin", other=f"{FIRST}: TOP", named="other"
    ),
    "own wrapper": Machine(
        then(program(f"wrap/{FIRST}"), home("opt/iam")),
        path=f"TOP/wrap:{HOME}/bin",
        prints="own",
        other="own",
        named="root other",
    ),
    "toolkit": Machine(toolkit("kit"), path="TOP/kit/bin", other="own", named="other"),
    "toolkit in AWS_IAM_HOME": Machine(
        toolkit("kit"),
        script=f"$AWS_IAM_HOME/bin/{BARE}",
        variables=(("AWS_IAM_HOME", "TOP/kit"),),
        other="own",
        named="other",
    ),
    "toolkit by links": Machine(
        then(toolkit("kit"), links("links", "kit")), path="TOP/links", other="own", named="other"
    ),
    "bin of a home in AWS_IAM_HOME": Machine(
        home("else"),
        script=f"AWS_IAM_HOME=TOP/else/bin\n$AWS_IAM_HOME/bin/{BARE}",
        path=IN,
        programs=("check",),
    ),
    "bin of a home in AWS_IAM_HOME of the environment": Machine(
        home("else"),
        script=f"$AWS_IAM_HOME/bin/{BARE}",
        path=IN,
        variables=(("AWS_IAM_HOME", "TOP/else/bin"),),
        programs=("doctor",),
    ),
    "environment in AWS_IAM_HOME": Machine(
        variables=(("AWS_IAM_HOME", "TOP/install"),), script=f"$AWS_IAM_HOME/bin/{BARE}"
    ),
    "crontab": Machine(
        home("opt/iam"), name="crontab", script=f"PATH=SYS\n@daily {BARE}", programs=("check",)
    ),
    "crontab with the installed": Machine(
        home("opt/iam"), name="crontab", script=f"PATH={IN}:SYS\n@daily {BARE}", programs=("check",)
    ),
    "crontab without a home": Machine(
        name="crontab", script=f"PATH=SYS\n@daily {BARE}", programs=("check",)
    ),
    "sandbox": Machine(
        home("vanishing"),
        path=IN,
        variables=(("AWS_IAM_HOME", "TOP/vanishing"), ("IAMCLI_SANDBOX", "http://127.0.0.1:1")),
    ),
    "private Python": Machine(private, path=f"{HOME}/bin", other="not found", named="other"),
    "others may write": Machine(
        then(home("opt/iam"), lambda top: (top / "opt/iam/bin").chmod(0o777)),
        path=f"{HOME}/bin",
        named="other",
    ),
    "broken": Machine(damaged("opt/iam"), path=f"{HOME}/bin", named="other"),
    "broken and changed": Machine(
        damaged("opt/iam", changed=True), path=f"{HOME}/bin", named="root other"
    ),
    "a command that may not be executed": Machine(
        then(home("opt/iam"), lambda top: (top / "opt/iam/bin" / FIRST).chmod(0o644)),
        path=f"{HOME}/bin",
        script=f"{HOME}/bin/{BARE}",
        other="not found",
        named="other",
    ),
    "in front of the installed": Machine(
        then(home("opt/iam"), lambda top: (top / "opt/iam/bin" / FIRST).chmod(0o644)),
        script=f"PATH={HOME}/bin:{IN}:SYS\n{BARE}",
        programs=("check",),
        other="strict=",
        named="other",
    ),
    "own wrapper that may not be executed": Machine(
        then(program(f"wrap/{FIRST}"), lambda top: (top / "wrap" / FIRST).chmod(0o644)),
        script=f"TOP/wrap/{BARE}",
        programs=("check",),
        prints="not found",
        other="not found",
        named="root other",
    ),
    "IAMCLI_STRICT": Machine(path=IN, variables=(("IAMCLI_STRICT", "1"),)),
    "another IAMCLI_STRICT": Machine(
        home("opt/iam"),
        path=f"{HOME}/bin",
        script=f"export IAMCLI_STRICT=yes\n{BARE}",
        programs=("check",),
    ),
    "another IAMCLI_STRICT, for the installed": Machine(
        path=IN, script=f"export IAMCLI_STRICT=2\n{BARE}", programs=("check",)
    ),
    "IAMCLI_STRICT without commands": Machine(script=SET, variables=(("IAMCLI_STRICT", "1"),)),
    "a directory that is named": Machine(
        script=f"PATH=TOP/opt/tools/iam/bin:$PATH\n{BARE}",
        path=IN,
        programs=("check",),
        other="strict=",
        named="other",
    ),
    "not strict and named": Machine(
        home("iam2", strict=False), script=f"PATH=TOP/iam2/bin:$PATH\n{BARE}", programs=("check",)
    ),
    "sudo": Machine(
        then(home("opt/iam"), sudo("opt/iam/bin")),
        path="TOP/tools",
        script=f"sudo {BARE}",
        programs=("check",),
    ),
    "sudo without a home in its PATH": Machine(
        then(home("opt/iam"), sudo("install/bin")),
        path="TOP/tools",
        script=f"sudo {BARE}",
        programs=("check",),
        prints="strict=",
        other="strict=",
    ),
    "in the environment of sudo": Machine(
        home("opt/iam"), variables=OF_SUDO, path=f"{HOME}/bin", programs=("doctor",)
    ),
    "in the environment of sudo, without a home in PATH": Machine(
        home("opt/iam"), variables=OF_SUDO, programs=("doctor",)
    ),
    "in the environment of cron": Machine(home("opt/iam"), variables=OF_CRON, programs=("doctor",)),
    "in the environment of cron, without a home": Machine(variables=OF_CRON, programs=("doctor",)),
    "two homes": Machine(
        home("else", "opt/iam"),
        path=f"TOP/else/bin:{HOME}/bin",
        script=f"{HOME}/bin/{BARE}\n{BARE}",
    ),
    "sourced settings": Machine(
        then(home("else"), settings("else")), path=IN, script=SOURCING, programs=("check",)
    ),
    "sourced settings, without a home": Machine(
        settings("opt/tools/iam"),
        path=IN,
        script=SOURCING,
        programs=("check",),
        other="strict=",
        named="other",
    ),
    "sourced settings, not strict": Machine(
        then(home("else", strict=False), settings("else")), script=SOURCING, programs=("check",)
    ),
    "sourced settings with a secret": Machine(
        then(home("else", strict=False), settings("else", "AWSSecretKey=key\n")),
        script=SOURCING,
        programs=("check",),
    ),
    "sourced settings with a toolkit": Machine(
        then(toolkit("kit"), settings("kit")),
        script=SOURCING,
        programs=("check",),
        other="own",
        named="other",
    ),
    "another installation": Machine(elsewhere, path=f"{HOME}/bin"),
    "the one file": Machine(script=SET, one_file=True),
    "the one file, with links": Machine(own_links, path="TOP/links", one_file=True),
    "the one file, with a home": Machine(home("opt/iam"), script=SET, one_file=True),
    "the one file, with a broken home": Machine(
        damaged("opt/iam"), path=f"{HOME}/bin", named="other", one_file=True
    ),
    "the one file, not strict": Machine(
        home("else", strict=False), path="TOP/else/bin", one_file=True
    ),
    "the one file, run by Python": Machine(
        then(lambda top: (top / "install/iamcli.pyz").chmod(0o644), home("opt/iam")),
        path=f"{HOME}/bin",
        one_file=True,
    ),
    "the one file, run by Python, without a home": Machine(
        lambda top: (top / "install/iamcli.pyz").chmod(0o644), script=SET, one_file=True
    ),
}
#: Those of make test.
QUICK = {
    "nothing",
    "installed",
    "home not in PATH",
    "home behind the installed",
    "broken",
    "a command that may not be executed",
    "removed environment",
    "own wrapper",
    "toolkit",
    "crontab with the installed",
    "sandbox",
    "others may write",
    "environment in AWS_IAM_HOME",
    "sourced settings, not strict",
    "the one file",
}


class Place:
    """A machine below ``top``, with one user."""

    def __init__(self, top: Path, machine: Machine, run: ForkRunner, user: int) -> None:
        self.top, self.machine, self.forked, self.user = top, machine, run, user
        installation(top / "install" / "bin")
        if machine.one_file:
            one_file(top)
        for name in ("opt", "home", "work"):
            (top / name).mkdir()
        self.file = top / "work" / machine.name
        self.file.write_text(self.placed(machine.script) + "\n")
        variables = {name: self.placed(value) for name, value in machine.variables}
        path = ":".join(filter(None, (self.placed(machine.path), PATH)))
        self.env = {"HOME": str(top / "home"), "PATH": path, **variables}

    def placed(self, text: str) -> str:
        return text.replace("TOP", str(self.top)).replace("SYS", PATH)

    @property
    def before(self) -> str:
        """The code that makes a fork one of this machine and user."""
        become = f"""
os.setgroups([]); os.setgid({self.user}); os.setuid({self.user})
"""
        installed = f"""
choice.commands_folders = installed_commands.commands_folders = (
    lambda: iter([Path({str(self.top / "install" / "bin")!r})])
)
"""
        one_file = f"""
sys.modules["iamcli.installation.onefile"] = sys
installed_commands.sys = SimpleNamespace(argv=[{str(self.top / "install" / "iamcli.pyz")!r}])
sys.executable = {str(self.top / "install" / "python3")!r}
"""
        return f"""
import os, sys
from pathlib import Path
from types import SimpleNamespace
from iamcli.cli import installed_commands
from iamcli.cli.homes import choice, directory
from iamcli.cli.check.script import shfmt
# The checkout may be private.
directory.__file__ = {str(self.top / "package" / "directory.py")!r}
shfmt.shfmt = lambda: {str(self.top / "shfmt")!r}
choice.STANDARD = {str(self.top / "opt" / "iam")!r}
{one_file if self.machine.one_file else installed}
{become if self.user else ""}
"""

    def iamcli(self, *words: str) -> str:
        self.forked.env.clear()
        self.forked.env.update(self.env)
        done = self.forked("iamcli", *words, before=self.before)
        assert "Traceback" not in done.err, done.err
        return done.out + (done.err if words[0] == "home" else "")

    def advised(self, asked: str) -> list[str]:
        """The lines that check or doctor prints for scripts."""
        if asked == "check":
            found = json.loads(self.iamcli("check", "--format", "json", str(self.file)))
            fixes = [each["fix"] for each in (*found["missing"], *found["installed"])]
            return [*dict.fromkeys(line for fix in fixes for line in fix.splitlines())]
        for advice in self.doctor():
            lines = re.findall(r"run: (.*?)(?=; |$)", advice.partition("; for what you type")[0])
            if lines and "DIR" not in lines[0]:
                return lines
        return []

    def named(self, asked: str) -> list[str]:
        """What check or doctor finds instead of what scripts need."""
        if asked == "check":
            found = json.loads(self.iamcli("check", "--format", "json", str(self.file)))
            missing = [each["name"] for each in found["missing"]]
            return [each["found"] for each in found["installed"]] + missing
        results = zip(self.doctor("result"), self.doctor("found"), strict=True)
        return [found for result, found in results if result not in ("ok", "skipped")]

    def doctor(self, part: str = "advice") -> list[str]:
        """The ``part`` of the checks path and home; others import what this user may not."""
        self.forked.env.clear()
        self.forked.env.update(self.env)
        ask = f"print(json.dumps([p.check_path().{part}, p.check_home().{part}]), flush=True)"
        imports = "import json\nfrom iamcli.cli.doctor import path_and_home as p\n"
        done = self.forked("iamcli", before=f"{imports}{self.before}\n{ask}\nos._exit(0)")
        advice: list[str] = json.loads(done.out)
        return advice

    def follow(self, line: str, asked: str) -> None:
        """Copy ``line`` to where it belongs, or run it."""
        if asked == "check" and re.match(r"\w+=", line):
            rows = self.file.read_text().splitlines()
            name = line.partition("=")[0]
            rows = [row for row in rows if not re.match(rf"(export )?{name}=", row)]
            export = "export " * (self.file.name != "crontab")
            self.file.write_text("\n".join([export + line, *rows]) + "\n")
        elif line.startswith("export "):
            name = line.split()[1].partition("=")[0]
            shown = run_program("sh", "-c", f'{line}; printf %s "${name}"', env=self.env)
            self.env[name] = shown.stdout
        elif re.match(r"\S+ home ", line):
            program, *words = shlex.split(line.replace("$HOME", self.env["HOME"]), comments=True)
            file = "iamcli.pyz" if self.machine.one_file else "bin/iamcli"
            in_path = IN in self.machine.path and not self.machine.one_file
            assert program == ("iamcli" if in_path else f"{self.top}/install/{file}")
            assert " is ready" in self.iamcli(*words), line
        else:
            user = {"user": self.user, "group": self.user} if self.user else {}
            assert run_program("sh", "-c", line, env=self.env, **user).returncode == 0, line

    def printed(self, asked: str) -> str:
        """What the script prints, or the command if it is typed."""
        text = self.file.read_text() if asked == "check" else BARE
        lines = [line.removeprefix("@daily ") for line in text.splitlines()]
        user = {"user": self.user, "group": self.user} if self.user else {}
        done = run_program("sh", "-c", "set -a\n" + "\n".join(lines), env=self.env, **user)
        return done.stdout.strip() or "not found"

    def tree(self) -> dict[str, tuple[int, object]]:
        """The mode and the content of each file."""
        return {
            str(path): (
                path.lstat().st_mode,
                path.readlink() if path.is_symlink() else path.is_file() and path.read_bytes(),
            )
            for path in self.top.rglob("*")
        }

    def may_change(self, line: str, asked: str) -> list[str]:
        """What changes if ``line`` is followed: the script, or what a command names."""
        if re.match(r"(export )?\w+=", line):
            return [str(self.file)] if asked == "check" else []
        words = shlex.split(line.replace("$HOME", self.env["HOME"]), comments=True)
        return [word for word in words[1:] if word.startswith("/")]

    def own(self) -> dict[str, object]:
        """The files that a person, not iamcli, has made, also in a toolkit that was moved."""
        by_iamcli = f"{self.top}/install", str(self.file)
        return {
            path.replace("/bin.toolkit/", "/bin/"): content
            for path, (_, content) in self.tree().items()
            if content in OWN and not path.startswith(by_iamcli)
        }


@pytest.fixture
def top(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A directory that everybody may enter."""
    with tempfile.TemporaryDirectory(prefix="advice-") as made:
        folder = Path(made)
        folder.chmod(0o755)
        source = folder / "install" / "bin"
        for module in (installed_commands, choice):
            monkeypatch.setattr(module, "commands_folders", lambda: iter([source]))
        monkeypatch.setattr(layout, "why_not", lambda *_: None)
        monkeypatch.setattr(choice, "STANDARD", str(folder / "opt" / "iam"))
        yield folder


ROWS = [(name, asked) for name, machine in MACHINES.items() for asked in machine.programs]


@two_users
@pytest.mark.parametrize("user", [0, OTHER], ids=["root", "other"])
@pytest.mark.parametrize(("name", "asked"), usual([row for row in ROWS if row[0] in QUICK], ROWS))
def test_the_advice_can_be_followed(name, asked, user, top, run_fast, monkeypatch):
    machine = MACHINES[name]
    # Others may not be able to enter the checkout, and the one file does not look there.
    shutil.copy(shfmt.program(), top / "shfmt")
    place = Place(top, machine, run_fast, user)
    if machine.one_file:
        monkeypatch.setattr(layout, "why_not", directory.why_not)
        monkeypatch.setitem(sys.modules, "iamcli.installation.onefile", sys)
        monkeypatch.setattr(sys, "argv", [str(top / "install" / "iamcli.pyz")])
        monkeypatch.setattr(sys, "executable", str(top / "install" / "python3"))
    machine.make(top)
    if user:
        for path in (top / "home", *(top / "home").rglob("*"), top / "work", place.file):
            os.chown(path, user, user, follow_symlinks=False)
    followed = []
    first, own = place.printed(asked), place.own()
    for _ in range(ROUNDS):
        lines = place.advised(asked)
        for line in lines:
            assert "vanishing" not in line
            before, allowed = place.tree(), place.may_change(line, asked)
            place.follow(line, asked)
            after = place.tree()
            changed = [
                one for one in before.keys() | after.keys() if before.get(one) != after.get(one)
            ]
            for one in changed:
                inside = any(f"{one}/".startswith(f"{each}/") for each in allowed)
                above = one not in before and any(each.startswith(f"{one}/") for each in allowed)
                assert inside or above, (line, one)
            followed.append(line)
        if not lines:
            break
    assert place.advised(asked) == [], followed
    assert place.own() == own, followed
    still = place.named(asked)
    assert bool(still) == (("other" if user else "root") in machine.named), (followed, still)
    expected = place.placed(machine.other if user else machine.prints)
    last = place.printed(asked)
    assert last.endswith(STRICT) or last == first, followed
    assert asked == "doctor" or last.startswith(expected), followed


def test_a_private_python_or_package_is_said(top, run_fast, monkeypatch):
    """Other users get the status 126."""
    place = Place(top, Machine(path=f"{HOME}/bin"), run_fast, 0)
    private(top)
    said = f"other users get Permission denied, because they may not use {top}/private/python3"
    assert said in place.iamcli("home", f"{top}/opt/iam")
    assert f"ready for scripts; {said}" in place.doctor("found")[1]
    (top / "private").chmod(0o755)
    assert "denied" not in place.iamcli("home", f"{top}/opt/iam") + place.doctor("found")[1]
    # What umask 077 makes: a package that only its owner may enter.
    advice = "install iamcli with umask 022 and a Python that all can run"
    monkeypatch.setattr(directory, "__file__", f"{top}/package/directory.py")
    for mode, found in ((0o700, (f"{top}/package", advice)), (0o755, ("", ""))):
        (top / "package").mkdir(exist_ok=True)
        (top / "package").chmod(mode)
        assert directory.closed(top / "opt" / "iam", index.names()) == found


@two_users
@pytest.mark.parametrize("outermost", ["opt/iam", in_full("opt/aws")])
def test_other_users_are_told_the_mode_of_what_umask_077_made(outermost, top, run_fast):
    """They are not told to make another directory."""
    folder = top / "opt/iam" if outermost == "opt/iam" else top / "opt/aws/iam"
    at = f"TOP/{folder.relative_to(top)}/bin"
    place = Place(top, Machine(path=at, script=f"{at}/{BARE}"), run_fast, 0)

    def by(user: int) -> Place:
        place.user = user
        return place

    shutil.copy(shfmt.program(), top / "shfmt")
    before = os.umask(0o077)
    try:
        home(str(folder))(top)
    finally:
        os.umask(before)
    outer = [top / outermost, folder] if outermost == "opt/aws" else [folder]
    line = f"chmod go+x {' '.join(map(str, outer))} && "
    line += f"chmod -R go+rX {folder}/bin {folder}/{RECORD}"
    closed = f"other users get Permission denied, because they may not use {outer[0]}; "
    closed += f"if they should, run: {line}"
    assert closed in by(0).iamcli("home", str(folder))
    assert closed in by(0).doctor("found")[1]
    asked = f"you may not enter {outer[0]}; ask its owner to run: {line}"
    assert by(OTHER).printed("check") == "not found"
    assert by(OTHER).advised("check") == [f"# {asked}"]
    assert by(OTHER).doctor()[0].startswith(f"for scripts, {asked}; for what you type, ")
    by(OTHER).env["AWS_IAM_HOME"] = str(folder)
    assert by(OTHER).doctor()[1] == asked
    assert run_program("sh", "-c", line, env={"PATH": PATH}).returncode == 0
    assert (by(OTHER).advised("check"), by(OTHER).printed("check")) == ([], STRICT)
    assert "denied" not in by(0).iamcli("home", str(folder)) + by(0).doctor("found")[1]
    assert by(OTHER).doctor("result")[1] == "ok"


def test_after_an_environment_was_moved_it_is_made_again(top, run_fast):
    place = Place(top, Machine(path=f"{HOME}/bin"), run_fast, 0)
    home("opt/iam")(top)
    installation(top / "install/bin", "/nonexistent/python")
    section = "Upgrade, move and remove"
    again = f'make the environment again, as "{section}" in docs/install.md says, then run: '
    assert place.doctor()[0] == f"{again}iamcli home DIR"
    assert f"\n## {section}\n" in (ROOT / "docs" / "install.md").read_text()
    names = f"{top}/install/bin/{FIRST} names /nonexistent/python, which does not exist"
    assert [said.partition("iam-")[0] for said in place.doctor("found")] == [
        names.partition("iam-")[0]
    ] * 2


#: States of the directories: those in PATH, of the standard place, of AWS_IAM_HOME.
IN_PATH = {
    "none": (lambda _: None, ""),
    "installed": (lambda _: None, IN),
    "home": (home("path"), "TOP/path/bin"),
    "installed and home": (home("path"), f"{IN}:TOP/path/bin"),
    "not strict": (home("path", strict=False), "TOP/path/bin"),
    "broken": (damaged("path"), "TOP/path/bin"),
}
AT = {
    "absent": lambda _: lambda _top: None,
    "strict": home,
    "not strict": lambda name: home(name, strict=False),
    "broken": damaged,
    "changed": lambda name: damaged(name, changed=True),
    "toolkit": toolkit,
}


STATES = [*itertools.product(IN_PATH, AT)]
#: Those of make test: each value with two of the others.
FEW = [row for at, row in enumerate(STATES) if (at // len(AT) + at) % 3 == 0]


@pytest.mark.parametrize(("path", "standard"), usual(FEW, STATES))
def test_no_advice_is_given_for_ever(path, standard, top, monkeypatch):
    """Also with AWS_IAM_HOME in each of these states, and with a directory that is named."""
    few = NAMES[:3]
    monkeypatch.setattr(choice, "_COMMANDS", few)
    installation(top / "install" / "bin")
    for number, (given, kind) in enumerate((g, k) for g in AT for k in ("", "named")):
        place = top / str(number)
        shutil.rmtree(top / "opt", ignore_errors=True)
        (place / "opt").mkdir(parents=True)
        AT[standard]("opt/iam")(top)
        IN_PATH[path][0](place)
        AT[given]("given")(place)
        folders = IN_PATH[path][1].replace("TOP/install", f"{top}/install")
        folders = ":".join(filter(None, (folders.replace("TOP", str(place)), "/nonexistent")))
        env = {"AWS_IAM_HOME": f"{place}/given", "HOME": str(place)}
        named = f"{place}/given" if kind else ""
        followed = []
        for _ in range(ROUNDS + 1):
            found = shutil.which(FIRST, path=folders) or ""
            advice = choice.choose(found, folders, env, named=named, rest="REST")
            for line in advice.lines:
                followed.append(line)
                if line == choice.STRICT:
                    assert named  # else PATH leads to a directory in strict mode
                    env["IAMCLI_STRICT"] = "1"
                elif line.startswith("PATH="):
                    folders = line.removeprefix("PATH=").replace("REST", folders)
                elif line.startswith(f"{top}/install/bin/iamcli home "):
                    layout.lay_out(line.split()[2].strip('"').replace("$HOME", str(place)), few)
                else:
                    assert run_program("sh", "-c", line, env={"PATH": PATH}).returncode == 0
            if not advice.lines:
                break
        assert (given, kind, len(followed) <= ROUNDS + 1, advice.lines) == (given, kind, True, ())
        strict = env.get("IAMCLI_STRICT") or choice.strict_default(Path(found))
        assert strict or (named and given in ("changed", "strict")), followed
