"""The program iamcli: where to begin, lists of commands, manual pages, and running a command."""

from __future__ import annotations

import gzip
import re
import shlex
import sys
from typing import TYPE_CHECKING

import click
import pytest
from support.requirements import PATH, needs
from support.searches import NONSENSE, SHOWN, SOUGHT, commands_in
from support.selection import in_full
from support.shell import BIN, ROOT
from support.stub import ok
from support.terminal import USUAL_SIZE, Terminal

import iamcli
from iamcli.cli import index, manual
from iamcli.cli.group import group
from iamcli.cli.listing import GROUPS
from iamcli.errors import Failure

if TYPE_CHECKING:
    from pathlib import Path

    from support.forked import Done

IAMCLI = str(BIN / "iamcli")
MAN = ROOT / "man"


def refused(done: Done, line: str) -> None:
    assert done == (1, "", f"iamcli: {line}\n")


def shown(done: Done) -> str:
    """Return the output of a success; check that it fits on 80 columns."""
    assert (done.status, done.err) == (0, "")
    assert all(len(line) <= 80 and line == line.rstrip() for line in done.out.splitlines())
    return done.out


# Without arguments, and help.


#: What iamcli alone suggests.
FIRST = ["doctor", "check DIR", "home DIR", "sandbox", "list WORD", "help COMMAND", "help moving"]


def test_iamcli_alone_shows_where_to_begin_on_one_screen(run):
    out = shown(run("iamcli"))
    assert len(out.splitlines()) < USUAL_SIZE[0]
    assert out.startswith("iamcli provides the 69 commands of the legacy AWS IAM Command")
    assert re.findall(r"^  iamcli (.*\S)  +[A-Z]", out, re.MULTILINE) == FIRST
    groups, _, subcommands = out.partition("Subcommands")
    for module in index.modules():
        word = module.replace("instanceprofiles", "instance profiles")
        assert ("certificates" if word.endswith("certs") else word) in groups
    assert subcommands.split(":\n  ")[1].replace("\n ", "").strip() == ", ".join(SHOWN)


@pytest.mark.full
@needs("man")
def test_what_iamcli_suggests_at_first_works(run):
    (run.home / "old").mkdir()
    (run.home / "old" / "script.sh").write_text("#!/bin/sh\niam-userlistbypath\n")
    values = {"DIR": "old", "WORD": "password", "COMMAND": "usercreate"}
    for line in FIRST:
        words = [values.get(word, word) for word in line.split()]
        # Without a service, doctor finds something wrong.
        status = int(line == "doctor")
        assert run("iamcli", *words, env={"SHELL": "/bin/true"}).status == status, line


def test_the_help_has_each_subcommand_and_each_group_on_one_screen(run_fast):
    """With the prompt in the last row."""
    done = run_fast("iamcli", "-h")
    assert run_fast("iamcli", "--help") == done
    out = shown(done)
    assert len(out.splitlines()) < USUAL_SIZE[0]
    usage, subcommands, options, groups = out.split("\n\n")
    assert usage.startswith("Usage:\n  iamcli SUBCOMMAND [ARGUMENT]...")
    assert re.findall(r"^  (\w+)  +[A-Z].*\.$", subcommands, re.MULTILINE) == SHOWN
    assert ("-h, --help" in options, "--version" in options) == (True, True)
    assert " ".join(groups.split()).removeprefix("Groups: ").split(", ") == list(GROUPS)


def test_the_version(run):
    assert run("iamcli", "--version") == (0, f"iamcli {iamcli.__version__}\n", "")


def test_the_module_is_the_same(run):
    assert run(sys.executable, "-m", "iamcli", "zzz") == run("iamcli", "zzz")


# Lists.


def test_the_list_has_every_command_in_its_group(run_fast):
    out = shown(run_fast("iamcli", "list"))
    assert commands_in(out) == index.names()
    titles = [line for line in out.splitlines() if line and not line.startswith(" ")]
    assert titles == [*index.groups(), "iamcli"]
    assert re.findall(r"^  iamcli (\w+)", out, re.MULTILINE) == SHOWN


@pytest.mark.parametrize(
    ("words", "some", "none"),
    [
        (["rename"], ["iam-usermod", "iam-groupmod", "iam-servercertmod"], "iam-usercreate"),
        (["LISTBYPATH"], ["iam-userlistbypath", "iam-rolelistbypath"], "iam-userlistgroups"),
        (["certificates"], ["iam-useraddcert", "iam-servercertmod"], "iam-usercreate"),
        (["user", "key"], ["iam-useraddkey", "iam-usercreate"], "iam-userdel"),
        (["keys", "delete"], ["iam-userdelkey"], "iam-useraddkey"),
        # The name of a group, as one word.
        (["login profiles"], ["iam-userchangepassword"], "iam-usercreate"),
    ],
)
def test_a_list_has_the_commands_that_match(words, some, none, run_fast):
    out = shown(run_fast("iamcli", "list", *words))
    assert set(some) <= set(commands_in(out))
    assert none not in commands_in(out)
    assert "\n\n\n" not in out


def test_a_list_has_the_subcommands_that_match(run_fast):
    done = run_fast("iamcli", "list", "private iam machine")
    assert (done.status, commands_in(done.out)) == (0, [])
    assert re.match(r"iamcli\n  iamcli sandbox +Run a command", done.out)


#: Words with all that is found, in this order.
FOUND = {
    "LOCK": ["iam-usermodkey", "iam-userdelloginprofile"],
    "suspend": ["iam-usermodkey", "iam-usermodcert", "iam-userdelloginprofile"],
    "rotate": ["iam-usermodkey", "iam-userlistkeys", "iam-usermodcert"],
    "QRCodePNG": ["iam-virtualmfadevicecreate", "differences", "sandbox"],
    "PutRolePolicy": ["iam-roleaddpolicy", "iam-roleuploadpolicy"],
    "instance profiles delete": ["iam-instanceprofiledel"],
    "mfa-devices list": ["iam-virtualmfadevicelist", "iam-userlistmfadevices"],
    # Names of operands and of options, also of subcommands; not the comments and formats of pages.
    "BootstrapMethod": ["iam-virtualmfadevicecreate"],
    "-- --reset": ["iam-accountmodpasswordpolicy", "differences", "today"],
    "-- --preserve-env": ["sandbox"],
    "hidepid": ["sandbox"],
    "readable-by-others": ["doctor"],
    "-- -bullet": [],
    "AddRoleToInstanceProfile": ["iam-instanceprofilecreate", "iam-instanceprofileaddrole"],
    # The pages about all commands come first.
    "saml": ["today", "snapshot-file", "sandbox"],
}


@pytest.mark.parametrize("words", SOUGHT)
def test_what_people_look_for_is_found(words, run_fast):
    out = shown(run_fast("iamcli", "list", words))
    topics = re.findall(r"^  iamcli help (\S+)  +[A-Z]", out, re.MULTILINE)
    found = [*commands_in(out), *topics]
    assert set(SOUGHT[words]) <= set(found)
    # Few enough to choose from.
    assert len(found) <= 25


@pytest.mark.parametrize("words", FOUND)
def test_all_that_is_found_is_in_order(words, run_fast):
    lines = run_fast("iamcli", "list", *words.split()).out.splitlines()
    found = [line.split("  ")[1].removeprefix("iamcli help ") for line in lines if line[:1] == " "]
    assert [name for name in found if name] == FOUND[words]


TOPICS = """\
In manual pages only:

Topics
  iamcli help today          What has changed in AWS IAM since the toolkit,
                             command by command.
  iamcli help snapshot-file  The file that iamcli snapshot writes.
  iamcli help sandbox        Run a command with a private IAM on this machine.
"""


def test_a_list_has_two_columns(run_fast):
    assert shown(run_fast("iamcli", "list", "saml")) == TOPICS


@pytest.mark.parametrize("words", NONSENSE)
def test_nonsense_finds_nothing(words, run_fast):
    refused(
        run_fast("iamcli", "list", words),
        f"no command matches {words}; to list all commands, run iamcli list",
    )


@pytest.mark.parametrize(
    ("words", "near"),
    [("pasword", "password"), ("polcies", "policies"), ("acess keys", "accesskey")],
)
def test_a_list_names_the_near_group(words, near, run_fast):
    said = f"no command matches {words}; did you mean iamcli list {near}?"
    refused(run_fast("iamcli", "list", *words.split()), said)
    assert shown(run_fast("iamcli", "list", near))


@pytest.mark.parametrize(
    ("words", "modules"),
    [
        ("user", ["users"]),
        ("users", ["users"]),
        ("group", ["groups"]),
        ("Roles", ["roles"]),
        ("instance profiles", ["instanceprofiles"]),
        ("instance-profile", ["instanceprofiles"]),
        ("policy", ["policies"]),
        ("policies", ["policies"]),
        ("keys", ["keys"]),
        ("access keys", ["keys"]),
        ("certificates", ["signingcerts", "servercerts"]),
        ("server certificate", ["servercerts"]),
        ("mfa", ["mfa"]),
        ("mfa devices", ["mfa"]),
        ("login profiles", ["passwords"]),
        ("inline_policies", ["policies"]),
        ("certs", ["signingcerts", "servercerts"]),
        ("password", ["passwords"]),
        ("account", ["account"]),
        ("account -h", ["account"]),
        ("account x --help", ["account"]),
        ("instance profiles -h", ["instanceprofiles"]),
        ("help policy", ["policies"]),
    ],
)
def test_a_group_is_listed(words, modules, run_fast):
    out = shown(run_fast("iamcli", *words.split()))
    members = index.modules()
    assert commands_in(out) == [name for module in modules for name in members[module]]


# Names that are wrong.


NOT_ONE = "this is not a subcommand"
ABOUT_CREDENTIALS = "to see which credentials commands use, run: iamcli doctor"


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["sandbx"], "unknown subcommand sandbx; did you mean iamcli sandbox?"),
        (["usercraete"], "unknown subcommand usercraete; did you mean iam-usercreate?"),
        (["usercreate"], "unknown subcommand usercreate; did you mean iam-usercreate?"),
        (["polcies"], "unknown subcommand polcies; did you mean iamcli policies?"),
        (["accesskys"], "unknown subcommand accesskys; did you mean iamcli accesskey?"),
        (["polcies", "sandbox"], "unknown subcommand polcies; did you mean iamcli policies?"),
        (["version"], "unknown subcommand version; did you mean iamcli --version?"),
        *(
            ([name], f"unknown subcommand {name}; {ABOUT_CREDENTIALS}")
            for name in ("login", "configure", "whoami", "status")
        ),
        (["zzz"], "unknown subcommand zzz; for help, type: iamcli -h"),
        # What people type who know other programs.
        (["user", "list"], f"{NOT_ONE}; type: iam-userlistbypath"),
        (["list-users", "--path", "/x/"], f"{NOT_ONE}; type: iam-userlistbypath"),
        (["create", "user", "bob"], f"{NOT_ONE}; type: iam-usercreate -u bob"),
        (["create-user", "bob"], f"{NOT_ONE}; type: iam-usercreate -u bob"),
        (["delete", "user", "bob"], f"{NOT_ONE}; type: iam-userdel -u bob"),
        (["create", "user", "bob", "-p", "/x/"], f"{NOT_ONE}; type: iam-usercreate -u bob -p /x/"),
        (["user", "create", "-u", "my bob"], f"{NOT_ONE}; type: iam-usercreate -u 'my bob'"),
        (["create"], "unknown subcommand create; did you mean iamcli list create?"),
        (["create", "bob"], "unknown subcommand create; did you mean iamcli list create?"),
        (["users", "add", "o'hara"], f"{NOT_ONE}; type: iam-usercreate"),
        (["delete", "user", "policy", "x"], f"{NOT_ONE}; type: iam-userdelpolicy"),
        # The word may be a password.
        (["change", "password", "Hunter2"], f"{NOT_ONE}; type: iam-userchangepassword"),
        (["add", "password", "-p", "Hunter2"], f"{NOT_ONE}; type: iam-useraddloginprofile"),
        (
            ["add", "user", "bob", "to", "group"],
            "unknown subcommand add; for help, type: iamcli -h",
        ),
        (["users", "bob"], "No argument is allowed: bob; type: iamcli users"),
        (["access", "keys", "-z"], "No argument is allowed: -z; type: iamcli access keys"),
        (["Instance-Profile", "x"], "No argument is allowed: x; type: iamcli Instance-Profile"),
    ],
)
def test_a_wrong_subcommand_is_refused_in_one_line(arguments, line, run_fast):
    usage = "Usage: iamcli SUBCOMMAND [ARGUMENT]..."
    refused(run_fast("iamcli", *arguments), f"{line}\n{usage}")


def test_a_wrong_command_with_options_is_refused_by_its_name(run_fast):
    said = "no such command: iam-userdle; did you mean iam-userdel?"
    refused(run_fast("iamcli", "iam-userdle", "-u", "users"), said)


def test_a_command_that_the_shell_does_not_find(run, tmp_path):
    """As the sandbox's shells ask for a name that is in no directory of PATH."""
    bare = {"PATH": str(tmp_path)}
    export = f'run: export PATH={BIN}:"$PATH"'
    said = f"iam-usercreate is not in PATH; {export}"
    refused(run(IAMCLI, "--", "iam-usercreate", env=bare), said)
    out = run(IAMCLI, "doctor", "--offline", env=bare).out
    # The line depends on the directories for scripts that this machine has.
    assert f" warning  {BIN} is not in PATH; for scripts, run: " in out
    assert f"; for what you type, {export}\n" in out
    refused(
        run(IAMCLI, "--", "iam-usercreate"), "iam-usercreate follows --; run: iamcli iam-usercreate"
    )


@pytest.mark.parametrize(
    ("words", "only"),
    # Of the last two, one is in no page, but is a synonym.
    [("mfa key", True), ("saml", True), ("mfa", False), ("revoke", False), ("disable key", False)],
)
def test_a_list_says_what_is_only_in_manual_pages(words, only, run_fast):
    out = shown(run_fast("iamcli", "list", *words.split()))
    assert out.startswith("In manual pages only:\n\n") is only


@pytest.mark.parametrize(
    "arguments",
    [
        "",
        in_full("home -h"),
        in_full("list"),
        in_full("users"),
        pytest.param("help usercreate", marks=needs("man")),
    ],
)
def test_the_output_arrives_or_it_fails(arguments, run):
    done = run("bash", "-c", f"{IAMCLI} {arguments} | true; echo ${{PIPESTATUS[0]}}")
    assert (done.out, done.err) == ("0\n", "")
    done = run("sh", "-c", f"{IAMCLI} {arguments} >/dev/full")
    refused(done, "cannot write to standard output: No space left on device")


# Commands.


@pytest.mark.parametrize(
    ("strict", "line"),
    [("", "--version"), ("1", "-h"), in_full("1", "-u bob -p /x/ --url http://127.0.0.1:1")],
)
def test_a_command_is_run_as_if_alone(strict, line, run):
    run.env |= {"IAMCLI_STRICT": strict, "AWS_MAX_ATTEMPTS": "1"} if strict else {}
    alone = run("iam-usercreate", *line.split())
    assert run("iamcli", "iam-usercreate", *line.split()) == alone
    assert "iam-usercreate" in alone.out + alone.err


def test_a_command_sends_what_it_sends_alone(run, stub):
    members = "<User><Path>/</Path><UserName>-v</UserName><UserId>AIDA</UserId><Arn>a</Arn></User>"
    endpoint = stub.endpoint(ok("CreateUser", members), ok("CreateUser", members))
    run.env["AWS_IAM_URL"] = endpoint.url
    for start in (["iamcli"], []):
        assert run(*start, "iam-usercreate", "-u", "-v", "-v") == (0, "a\nAIDA\n", "")
    first, second = endpoint.requests
    assert first.parameters == second.parameters


# Manual pages.


def showing(folder: Path, name: str = "man", text: str = 'echo "$0 $*"') -> dict[str, str]:
    """Make ``name`` a program that prints its arguments; return a PATH with nothing else."""
    program = folder / "shown" / name
    program.parent.mkdir(exist_ok=True)
    program.write_text(f"#!/bin/sh\n{text}\n")
    program.chmod(0o755)
    return {"PATH": str(program.parent)}


@pytest.mark.parametrize(
    ("name", "page"),
    [
        ("iam-usercreate", "iam-usercreate.1"),
        ("virtualmfadevicelist", "iam-virtualmfadevicelist.1"),
        ("", "iamcli.1"),
        ("toolkit", "iam-toolkit.7"),
        ("today", "iam-today.7"),
        ("check", "iamcli-check.1"),
        ("moving", "iam-moving.7"),
        ("differences", "iam-differences.7"),
        ("snapshot-file", "iam-snapshot-file.5"),
        ("credential-file", "aws-credential-file.5"),
        *[(page.name.rpartition(".")[0], page.name) for page in sorted(MAN.glob("*.[57]"))],
    ],
)
def test_a_page_is_found(name, page, run_fast):
    done = run_fast("iamcli", "help", *name.split(), env=showing(run_fast.home))
    assert done == (0, f"{run_fast.home}/shown/man {MAN / page}\n", "")


def test_a_page_of_an_installation_is_found(tmp_path, monkeypatch):
    package = tmp_path / "prefix" / "lib" / "python3" / "iamcli"
    monkeypatch.setattr(iamcli, "__file__", str(package / "__init__.py"))
    absent = "the manual page iam-x(1) is not installed; reinstall iamcli"
    with pytest.raises(Failure, match=re.escape(absent)):
        manual.find("iam-x", 1)
    # From the last place to the first: above the package, compressed or not, and beside it.
    for folder, file in (
        ("share/man/man1", "iam-x.1"),
        ("prefix/share/man/man1", "iam-x.1.gz"),
        ("prefix/share/man/man1", "iam-x.1"),
        ("prefix/lib/share/man/man1", "iam-x.1.gz"),
        ("prefix/lib/python3/man", "iam-x.1"),
    ):
        place = tmp_path / folder / file
        place.parent.mkdir(parents=True, exist_ok=True)
        packed = gzip.compress(file.encode()) if file.endswith(".gz") else file.encode()
        place.write_bytes(packed)
        assert manual.find("iam-x", 1) == str(place)
        assert manual.source("iam-x", 1) == file
        (place.parent / "iam-x.7").touch()
    with pytest.raises(Failure):
        manual.find("iam-y", 1)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("iam-x.1", b"\xff", "'utf-8' codec can't decode byte 0xff in position 0"),
        ("iam-x.1.gz", b"x", "Not a gzipped file"),
        ("iam-x.1.gz", gzip.compress(b"x")[:-9], "Compressed file ended"),
    ],
    ids=["not UTF-8", "not gzip", "cut off"],
)
def test_a_page_that_is_damaged_cannot_be_read(name, content, reason, tmp_path, monkeypatch):
    page = tmp_path / "share" / "man" / "man1" / name
    page.parent.mkdir(parents=True)
    page.write_bytes(content)
    monkeypatch.setattr(iamcli, "__file__", str(tmp_path / "iamcli" / "__init__.py"))
    with pytest.raises(Failure) as error:
        manual.source("iam-x", 1)
    assert str(error.value).startswith(f"cannot read the manual page {page}: {reason}")


@pytest.mark.parametrize("viewer", ["man", "man of mandoc", "mandoc"])
@needs("man", "mandoc")
def test_a_page_is_plain_text_if_it_is_not_on_a_terminal(viewer, run):
    env = {}
    if viewer != "man":
        name = "man" if viewer.startswith("man ") else "mandoc"
        env = showing(run.home, name, 'echo "$0 $*"')
        program = run.home / "shown" / name
        program.unlink()
        program.symlink_to("/usr/bin/mandoc")
    done = run(IAMCLI, "help", "usercreate", env=env)
    assert (done.status, done.err) == (0, "")
    assert re.match(
        r"IAM-USERCREATE\(1\) +General Commands Manual +IAM-USERCREATE\(1\)\n", done.out
    )
    assert "\nNAME\n" in done.out
    assert "iam-usercreate -u bob -p /staff/ -v\n" in done.out
    assert not re.search(r"[\x08\x1b]", done.out)


@pytest.mark.parametrize("name", SHOWN)
@needs("man")
def test_the_page_of_a_subcommand_is_shown(name, run, run_fast):
    page = run("man", str(MAN / f"iamcli-{name}.1")).out
    out = run_fast("iamcli", "help", name).out
    assert out == re.sub(r".\x08|\x1b\[[0-9;]*m", "", page)
    forms = out.partition("SYNOPSIS\n")[2].partition("\nDESCRIPTION\n")[0]
    used = re.findall(r"^ +iamcli (\S+)", forms, re.MULTILINE)
    assert used == [name] * forms.count("iamcli ") != []
    assert run_fast("iamcli", "help", f"iamcli-{name}").out == out
    # Each option that -h lists is on the page.
    said = run_fast("iamcli", name, "-h").out
    options = set(re.findall(r"^  (--?\w[\w-]*)", said, re.MULTILINE)) - {"-h"}
    assert [option for option in options if option not in out] == []


@pytest.mark.parametrize("name", SHOWN)
def test_the_help_of_a_subcommand_fits_on_a_screen(name, run_fast):
    lines = run_fast("iamcli", name, "-h").out.splitlines()
    assert len(lines) < USUAL_SIZE[0]
    assert [line for line in lines if len(line) > USUAL_SIZE[1]] == []
    command = group.get_command(click.Context(group), name)
    options = [one for one in command.params if isinstance(one, click.Option)]
    assert ("[OPTIONS]" in lines[0]) is bool(options)
    for option in options:
        if isinstance(option.type, click.Choice):
            assert f"  {option.opts[0]} [{'|'.join(option.type.choices)}]  " in "\n".join(lines)


def test_without_man_the_help_of_a_subcommand_is_shown(run_fast):
    run_fast.env["PATH"] = str(run_fast.home)
    done = run_fast("iamcli", "help", "sandbox")
    assert (done.status, done.out) == (0, run_fast("iamcli", "sandbox", "-h").out)
    assert done.err == (
        "iamcli: neither man nor mandoc is installed; install one of them to read the manual. "
        "This is the help of iamcli sandbox:\n"
    )


def test_without_man_and_buffers_the_help_of_a_command_is_shown(run):
    run.env |= {"PATH": str(run.home), "PYTHONUNBUFFERED": "1"}
    done = run(IAMCLI, "help", "usercreate")
    assert (done.status, done.out) == (0, run(str(BIN / "iam-usercreate"), "-h").out)


#: A pager that shows the first line of its file or of its standard input.
PAGER = 'for last; do :; done; /usr/bin/head -n 1 ${last:+"$last"}; echo PAGED'


@pytest.mark.parametrize("variable", ["PAGER", "MANPAGER"])
@pytest.mark.parametrize("viewer", ["man", "mandoc"])
@needs("{viewer}")
def test_a_page_is_paged_on_a_terminal(viewer, variable, run):
    env = showing(run.home, "pager", PAGER)
    if viewer == "mandoc":
        (run.home / "shown" / "mandoc").symlink_to("/usr/bin/mandoc")
        run.env |= env
    run.env |= {"TERM": "xterm", variable: str(run.home / "shown" / "pager")}
    terminal = Terminal(IAMCLI, "help", "usercreate", env=run.env)
    assert "General Commands Manual" in terminal.wait_for("PAGED")
    assert terminal.status() == 0


@pytest.mark.parametrize("name", ["iam-usercreate", "usercreate", "iamcli"])
def test_without_man_the_help_of_a_command_is_shown(name, run_fast):
    run_fast.env["PATH"] = str(run_fast.home)
    page = name if name == "iamcli" else "iam-usercreate"
    done = run_fast("iamcli", "help", name)
    assert (done.status, done.out) == (0, run_fast(page, "-h").out)
    assert done.err == (
        "iamcli: neither man nor mandoc is installed; install one of them to read the manual. "
        f"This is the help of {page}:\n"
    )


def test_without_man_a_topic_is_refused(run_fast):
    refused(
        run_fast("iamcli", "help", "toolkit", env={"PATH": str(run_fast.home)}),
        "neither man nor mandoc is installed; install one of them to read the manual",
    )


def test_without_the_page_the_help_of_a_command_is_shown(run, tmp_path):
    # As after an installation that leaves the data files out.
    (tmp_path / "alone").mkdir()
    (tmp_path / "alone" / "iamcli").symlink_to(ROOT / "iamcli")
    start = [sys.executable, "-m", "iamcli", "help"]
    env = {"PYTHONPATH": str(tmp_path / "alone")}
    done = run(*start, "userdel", env=env)
    assert (done.status, done.out) == (0, run("iam-userdel", "-h").out)
    reason = "the manual page iam-userdel(1) is not installed; reinstall iamcli"
    assert done.err == f"iamcli: {reason}. This is the help of iam-userdel:\n"
    refused(
        run(*start, "toolkit", env=env),
        "the manual page iam-toolkit(7) is not installed; reinstall iamcli",
    )


def test_the_help_of_a_group_is_its_list(run_fast):
    done = run_fast("iamcli", "help", "policies")
    assert commands_in(done.out)
    assert done == run_fast("iamcli", "policies")


@pytest.mark.parametrize("word", ["cron", "strict", "proxy", "console"])
def test_the_help_of_another_word_is_what_the_list_finds(word, run_fast):
    done = run_fast("iamcli", "help", word)
    assert shown(done).count("\n  iam") > 0
    assert done == run_fast("iamcli", "list", word)


#: What does not fit in 24 rows, with the words of its last line.
LONG = {
    "list": "deleted entities again.",
    "check --explain W202": "# iamcli: ignore=W202",
    "explain -- iam-groupdel -g 'a b' -r": "--format aws -- iam-groupdel -g 'a b' -r",
}


@pytest.mark.parametrize("line", LONG)
def test_what_does_not_fit_on_the_terminal_is_paged(line, run):
    """Whatever the pager does, the exit status is the same."""
    text = run("iamcli", *shlex.split(line)).out
    rows = sum(-(-len(each) // 80) or 1 for each in text.splitlines())
    assert rows >= USUAL_SIZE[0]
    showing(run.home, "pager", 'echo "PAGED $*"; /bin/cat; exit 3')
    run.env |= {"TERM": "xterm", "PAGER": f"{run.home}/shown/pager -x"}
    for changed, size, paged in (
        ({}, USUAL_SIZE, True),
        ({}, (rows, 80), True),
        ({}, (rows + 1, 80), False),
        ({"TERM": "dumb"}, USUAL_SIZE, False),
        ({"PAGER": "cat"}, USUAL_SIZE, False),
        ({"PAGER": "/nonexistent"}, USUAL_SIZE, False),
    ):
        terminal = Terminal(IAMCLI, *shlex.split(line), env=run.env | changed, size=size)
        assert terminal.status() == 0
        begin = "PAGED -x\n" if paged else ""
        assert terminal.shown.replace("\r", "") == f"{begin}{text}", (changed, size)
    for redirection in ("</dev/null", "| cat"):
        command = ("sh", "-c", f"{IAMCLI} {line} {redirection}")
        terminal = Terminal(*command, env=run.env, size=USUAL_SIZE)
        terminal.wait_for(LONG[line])
        assert terminal.status() == 0
        assert "PAGED" not in terminal.shown


def test_a_pager_that_reads_nothing_and_ctrl_c_in_it_are_no_failure(run):
    text = "trap 'echo NOTICED' INT; echo PAGED; sleep 60 & wait; exit 2"
    showing(run.home, "pager", text)
    run.env |= {"TERM": "xterm", "PAGER": str(run.home / "shown" / "pager")}
    terminal = Terminal(IAMCLI, "list", env=run.env, size=USUAL_SIZE)
    terminal.wait_for("PAGED")
    terminal.type("\x03")
    terminal.wait_for("NOTICED")
    assert terminal.status() == 0


#: A script with a long name, with findings, an unknown command, and a file that is not there.
OLD_SCRIPT = """\
. /opt/none
for u in $(iam-userlistbypath); do iam-userdel -u $u; done
iam-useraddloginprofile -u bob -p secret
iam-accountaliascreate -a My_Company
ls $X/iam-foo/$(iam-groupcreate); if then
"""


@pytest.mark.parametrize("columns", [60, in_full(80)])
@pytest.mark.parametrize(
    "line",
    [
        "",
        "-h",
        "list",
        "help cron",
        "check scripts",
        "check --explain W202",
        "explain -- iam-userdel -u bob -r",
        "home apitools/of-the-whole-department/iam",
        "doctor --offline",
        "doctor --offline --format text",
    ],
)
def test_no_word_is_broken(line, columns, run, run_fast):
    run.env |= {"TERM": "dumb"}
    if "--format" in line:
        # With problems.
        run.env |= {"AWS_REGION": "moon-1", "PATH": PATH}
        del run.env["AWS_CREDENTIAL_FILE"]
    (run.home / "scripts").mkdir()
    for name in ("create-the-users-of-the-department.sh", "old.csh", f"{'a ' * 30}\nb.csh"):
        (run.home / "scripts" / name).write_text(OLD_SCRIPT)
    done = run_fast("iamcli", *line.split())
    command = f"cd {run.home}; exec {IAMCLI} {line}"
    terminal = Terminal("sh", "-c", command, env=run.env, size=(500, columns))
    assert terminal.status() == done.status
    narrow = terminal.shown.replace("\r", "")
    # doctor shows what to do on a line of its own.
    assert narrow.replace(";", "").split() == f"{done.err}{done.out}".replace(";", "").split()
    assert [row for row in narrow.splitlines() if row.endswith(" ")] == []
    # What is longer can be copied: the name of a file, values, examples and commands.
    text = narrow.partition("\nBefore:")[0].partition("\nWith the AWS CLI:")[0]
    longer = [row for row in text.splitlines() if len(row) > columns]
    assert [
        row for row in longer if not re.match(r" +(.*: |\(umask )|(\w+ +\w+)? */\S+$", row)
    ] == []


def test_a_page_that_man_cannot_show(run_fast):
    done = run_fast("iamcli", "help", "toolkit", env=showing(run_fast.home, text="exit 3"))
    refused(done, "man cannot show the manual page iam-toolkit(7)")
    # The help of a command takes the place of its page.
    done = run_fast("iamcli", "help", "userdel", env=showing(run_fast.home, text="exit 3"))
    assert (done.status, done.out) == (0, run_fast("iam-userdel", "-h").out)
    reason = "man cannot show the manual page iam-userdel(1)"
    assert done.err == f"iamcli: {reason}. This is the help of iam-userdel:\n"


def test_mandoc_shows_the_page_if_there_is_no_man(run_fast):
    text = r"""printf 'N\bNA\bAM\bME\bE\033[1mx\033[0m%s\n' "$*"; printf '\351\n'"""
    done = run_fast("iamcli", "help", "toolkit", env=showing(run_fast.home, "mandoc", text))
    page = MAN / "iam-toolkit.7"
    assert (done.status, done.out, done.err) == (0, f"NAMEx-a {page}\n\udce9\n", "")


#: Words that are the name of a page, with the command that shows it.
HELP_OF_SEVERAL_WORDS = [("user create", "help usercreate"), ("iamcli check", "help check")]


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("usercraete", "did you mean iam-usercreate?"),
        ("credentials-file", "did you mean credential-file?"),
        ("toolkt", "did you mean toolkit?"),
        ("iam-toolkt", "did you mean iam-toolkit?"),
        ("zzz", "for help, type: iamcli help -h"),
    ],
)
def test_an_unknown_page_is_refused_with_the_nearest_name(name, hint, run_fast):
    done = run_fast("iamcli", "help", name)
    first, usage = done.err.splitlines()
    assert first == f"iamcli help: unknown command or topic {name}; {hint}"
    assert usage == "Usage: iamcli help [COMMAND|TOPIC|WORD...]"


@pytest.mark.parametrize(
    ("words", "same"),
    [
        ("access keys", "access keys"),
        ("delete user", "list delete user"),
        ("W202", "check --explain W202"),
        ("e101", "check --explain E101"),
        *(pytest.param(*row, marks=needs("man")) for row in HELP_OF_SEVERAL_WORDS),
    ],
)
def test_the_help_takes_several_words_and_codes(words, same, run_fast):
    wanted = run_fast("iamcli", *same.split())
    assert (wanted.status, wanted.err) == (0, "")
    assert run_fast("iamcli", "help", *words.split()) == wanted


def test_the_help_of_a_code_that_does_not_exist(run_fast):
    done = run_fast("iamcli", "help", "W999")
    assert done == run_fast("iamcli", "check", "--explain", "W999")
    assert done.err.startswith("iamcli check: there is no code W999; the codes are E101, ")
