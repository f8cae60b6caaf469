"""Completion in the shells, and the names that it reads from the account."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import time
from contextlib import closing
from typing import TYPE_CHECKING

import click
import pytest
from support import prepared
from support.completing import (
    BASH,
    BASH_COMPLETION,
    LISTS,
    SHELLS,
    assert_completes,
    line_of_readme,
)
from support.copies import GROUP, snapshot, user
from support.faults import SILENT
from support.forked import Done
from support.requirements import PATH, needs, require
from support.selection import in_full, usual
from support.shell import BIN, ROOT
from support.stub import ok, refused
from support.terminal import InteractiveShell

from iamcli.cli.complete import names as kept_names
from iamcli.cli.completion_scripts import FILES, fish_quoted
from iamcli.cli.group import SUBCOMMANDS, group
from iamcli.config.settings import Settings
from iamcli.operations.names import Query

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from support.forked import ForkRunner
    from support.shell import Shell
    from support.stub import Answer

    Complete = Callable[[str], list[str]]


pytestmark = needs("{shell_name}")

#: bash without the package bash-completion.
BARE = "bash alone"


@pytest.fixture(params=[*SHELLS, in_full(BARE)])
def shell_name(request: pytest.FixtureRequest) -> str:
    if request.param == "bash":
        require(request.node, "bash", BASH_COMPLETION)
    return str(request.param)


ZSH = (
    "fpath=($PREFIX/share/zsh/site-functions $fpath); autoload -Uz compinit; compinit -u -D; "
    "zstyle ':completion:*' verbose yes; LISTMAX=10000; unsetopt prompt_sp prompt_cr list_ambiguous"
)


@pytest.fixture
def prefix(run: Shell) -> Path:
    """A folder as an installation has it: bin with the commands, share with the completions."""
    folder = run.home / "installed"
    for shell, (name, _) in FILES.items():
        (folder / name).parent.mkdir(parents=True)
        (folder / name).symlink_to(ROOT / "completions" / shell)
    (folder / "bin").symlink_to(BIN)
    run.env |= {
        "PATH": f"{folder}/bin:{PATH}",
        "XDG_DATA_DIRS": f"{folder}/share:/usr/share",
        "PREFIX": str(folder),
        "TERM": "xterm",
    }
    run.env.pop("XDG_CACHE_HOME", None)
    return folder


#: For tests whose results differ little between shells.
one_shell = pytest.mark.parametrize("shell_name", usual(["bash"], [*SHELLS, BARE]), indirect=True)
#: For what fish is not asked.
bash_and_zsh = pytest.mark.parametrize("shell_name", ["bash", in_full(BARE), "zsh"], indirect=True)


@pytest.fixture
def complete(shell_name: str, run: Shell, prefix: Path) -> Iterator[Complete]:
    """Return the lines that the shell offers for an unfinished command line."""
    if shell_name == "fish":
        yield lambda line: fish(run, line)
        return
    opened: list[InteractiveShell] = []

    def offered(line: str) -> list[str]:
        if not opened:
            opened.append(terminal(shell_name, run))
        shown = opened[0].typed(f"cd {run.home}\r{line}\t")
        return [found.strip() for found in shown.splitlines()]

    yield offered
    for one in opened:
        one.close()


def fish(run: Shell, line: str) -> list[str]:
    done = run("fish", "-c", 'complete -C "$argv"', line)
    assert done.err == ""
    return done.out.splitlines()


def terminal(shell: str, run: Shell) -> InteractiveShell:
    if shell in ("bash", BARE):
        # The package finds the file by its name.
        alone = f'. "$PREFIX/share/bash-completion/completions/iamcli"; {LISTS}'
        setup = BASH if shell == "bash" else alone
        return InteractiveShell("bash", "--norc", "--noprofile", "-i", env=run.env, setup=setup)
    return InteractiveShell("zsh", "-f", "-i", env=run.env, setup=ZSH)


def names(lines: list[str]) -> set[str]:
    return {word for line in lines for word in line.split()}


def values(lines: list[str]) -> set[str]:
    """Return the offered values of a long option. fish repeats the option before each."""
    return {re.sub(r"^--[a-z-]+=", "", name) for name in names(lines)}


def test_options_with_their_meaning(complete):
    lines = complete("iam-usercreate -")
    for option, meaning in {
        "-u": "the user's name (required)",
        "-g": "add the user to this group (repeatable)",
        "-p": "create the user under this path; default: /",
        "--url": "send requests to this address; default: AWS_IAM_URL",
        "--version": "show the version and exit",
    }.items():
        assert any(line.startswith(option) and meaning in line for line in lines), option
    assert not any(line.startswith("-r") for line in lines)


@one_shell
def test_choices_and_known_values(complete):
    assert names(complete("iam-useraddpolicy -e ")) >= {"Allow", "Deny"}
    assert names(complete("iam-virtualmfadevicelist -t ")) >= {"Assigned", "Unassigned", "Any"}
    assert names(complete("iam-usermodkey -s ")) >= {"Active", "Inactive"}


def test_files_for_options_that_name_one(complete, run):
    for name in ("policy-one.json", "policy-two.json"):
        (run.home / name).touch()
    long = ("--client-config-file ", "--aws-credential-file ", "--aws-credential-file=")
    for option in ("-f ", *long):
        offered = values(complete(f"iam-useruploadpolicy {option}policy"))
        assert offered >= {"policy-one.json", "policy-two.json"}, option
    assert not names(complete("iam-useruploadpolicy -u policy")) & {"policy-one.json"}


def test_every_command_is_known(shell_name, complete, run):
    # One command of each module; other tests check the files.
    for name in (
        "iam-groupdel",
        "iam-rolecreate",
        "iam-instanceprofiledel",
        "iam-useraddkey",
        "iam-useraddcert",
        "iam-servercertdel",
        "iam-userenablemfadevice",
        "iam-userchangepassword",
        "iam-accountmodpasswordpolicy",
    ):
        assert any(line.startswith("--version") for line in complete(f"{name} --")), name


@one_shell
def test_each_subcommand_is_completed(complete):
    context = click.Context(group, info_name="iamcli")
    commands = [group.get_command(context, name) for name in SUBCOMMANDS]
    visible = [command for command in commands if command and not command.hidden]
    offered = complete("iamcli ")
    for command in visible:
        summary = command.get_short_help_str(limit=200).removesuffix(".")
        summary = summary[0].lower() + summary[1:]
        assert any(line.startswith(str(command.name)) and summary in line for line in offered), (
            command.name
        )
        shown = [option for option in command.params if not getattr(option, "hidden", False)]
        options = [name for option in shown for name in option.opts if name[:2] == "--"]
        assert names(complete(f"iamcli {command.name} --")) >= {*options, "--help"}, command.name
    assert "complete" not in names(offered)
    assert names(complete("iamcli --")) >= {"--version", "--help"}


@one_shell
def test_what_follows_a_subcommand(shell_name, complete, run):
    (run.home / "practice-one").mkdir()
    (run.home / "practice-two").mkdir()
    (run.home / "practice-file").touch()
    assert names(complete("iamcli completion ")) >= {"bash", "zsh", "fish"}
    for sign in (" ", "=", " '"):
        assert values(complete(f"iamcli doctor --format{sign}")) >= {"text", "json"}, sign
    assert names(complete("iamcli check --explain W")) >= {"W201", "W210"}
    assert names(complete("iamcli help iam-userdel")) >= {"iam-userdelkey", "iam-userdelcert"}
    assert names(complete("iamcli help userdel")) >= {"userdelkey", "userdelcert"}
    offered = names(complete("iamcli help "))
    assert offered >= {"today", "toolkit", "credential-file", "iamcli", "sandbox", "completion"}
    assert not any("usercreate" in name for name in offered)
    for line in ("iamcli home pr", "iamcli home --no-strict pr", "iamcli sandbox --keep pr"):
        offered = names(complete(line))
        assert offered >= {"practice-one/", "practice-two/"}, line
        assert not offered & {"practice-file"}, line
    assert names(complete("iamcli sandbox iam-userdel")) >= {"iam-userdelkey", "iam-userdelcert"}
    # zsh completes nothing after "--", for its own commands as well.
    dashes = () if shell_name == "zsh" else ("sandbox --",)
    options = ("--keep x", "--changes", "--changes=x")
    for start in ("sandbox", *(f"sandbox {option}" for option in options), *dashes):
        line = f"iamcli {start} iam-userdel --"
        offered_now = complete(line)
        assert any(option.startswith("--url") for option in offered_now), line
        assert not any(option.startswith("--keep") for option in offered_now), line
        assert not any("bad math expression" in shown for shown in offered_now), line
    assert values(complete("iamcli sandbox --changes=practice-f")) >= {"practice-file"}
    assert names(complete("iamcli explain --format ")) >= {"text", "json", "aws"}
    assert names(complete("iamcli explain iam-userdel")) >= {"iam-userdelkey", "iam-userdelcert"}
    if shell_name != "zsh":
        assert "iam-userdelkey" in names(complete("iamcli explain --policy -- iam-userdel"))
    assert names(complete("iamcli iam-userdel")) >= {"iam-userdelkey", "iam-userdelcert"}
    assert names(complete("iamcli iam-useraddpolicy -e ")) >= {"Allow", "Deny"}


@one_shell
def test_the_files_of_a_subcommand(complete, run):
    for name in ("details-one.json", "details-two.json"):
        (run.home / name).touch()
    for line in (
        "iamcli snapshot det",
        "iamcli snapshot --from det",
        "iamcli recreate det",
        "iamcli check --strict det",
    ):
        assert names(complete(line)) >= {"details-one.json", "details-two.json"}, line
    assert not names(complete("iamcli snapshot details.json --users det")) & {"details-one.json"}


def test_subcommands_come_before_options(shell_name, complete):
    """In zsh and fish, options are offered only after a hyphen."""
    words = [line.split()[0] for line in complete("iamcli ") if " " in line]
    shown = [word for word in words if word in SUBCOMMANDS or word.startswith("-")]
    assert {*shown} >= {*SUBCOMMANDS} - {"complete"}
    options = [word for word in shown if word.startswith("-")]
    assert shown[len(shown) - len(options) :] == options
    assert bool(options) is shell_name.startswith("bash")


@one_shell
def test_nothing_is_offered_that_does_not_exist(complete):
    assert not {name for name in names(complete("iamcli us")) if name.startswith("us")} - {"us"}


@pytest.mark.parametrize("line", ["'my account.json'", in_full("--account 1 ./my\\ account.json")])
def test_the_entities_of_a_snapshot_are_completed(line, complete, run):
    users = [user(name) for name in ("bob", "o=x@y.z", "-h", "a\nb", "caf\u00e9")]
    content = snapshot(users=users, groups=[GROUP])
    (run.home / "my account.json").write_text(json.dumps(content))
    (run.home / "user.txt").touch()
    offered = {
        name for name in names(complete(f"iamcli recreate {line} ")) if "/" in name or name == "all"
    }
    # Those that no shell could insert as a word are not there.
    assert offered >= {"user/bob", "user/o=x@y.z", "user/-h", "group/dev", "all"}
    assert not {name for name in offered if "caf" in name or name.endswith("/a")}
    assert "user/bob" in names(complete(f"iamcli recreate {line} group/dev us"))
    # There is no snapshot yet, and this is none.
    assert "user.txt" in names(complete("iamcli recreate us"))
    assert "user/bob" not in names(complete("iamcli recreate user.txt us"))


@pytest.mark.parametrize("line", [["completion", "-h"], ["help", "completion"]])
@needs("man")
def test_the_help_has_the_lines_of_the_readme(line, run_fast):
    done = run_fast("iamcli", *line)
    assert done.status == 0
    assert [shell for shell in SHELLS if line_of_readme(shell) not in done.out] == []


@pytest.mark.full
@needs("fish")
def test_fish_describes_an_option_and_not_each_of_its_values(completing):
    assert fish(completing, "iam-userdel -u b") == ["bert", "bob"]
    assert fish(completing, "iam-useraddpolicy -e ") == ["Allow", "Deny"]
    assert fish(completing, "iamcli completion ") == ["bash", "fish", "zsh"]
    assert "-u\tthe user's name (required); 1 to 64 characters" in fish(completing, "iam-userdel -")


@needs("fish")
def test_the_folder_is_quoted_for_fish(run):
    folder = "/it's \\ $HOME"
    assert run("fish", "-N", "-c", f"echo {fish_quoted(folder)}").out == f"{folder}\n"


@pytest.mark.parametrize("shell_name", usual(["bash"], SHELLS), indirect=True)
def test_the_line_of_the_readme_switches_completion_on(shell_name, aws):
    aws.env["TERM"] = "dumb"
    aws("iam-usercreate", "-u", "robert")
    assert_completes(aws, shell_name, line_of_readme(shell_name), "iam-usergetattributes")


#: What is typed, and the last words of the command line then.
TYPED = {
    "iam-usercreate --ur\t": ["--url"],
    "iam-userdel -u ro\t": ["robert"],
    "iam-userdel -u ann@e\t": ["ann@example.com"],
    "iam-useraddpolicy -t team=web -e D\t": ["-t", "team=web", "-e", "Deny"],
    "iam-rolecreate -f a\t": ["a policy.json"],
    "iam-rolecreate -f 'a p\t": ["a policy.json"],
    "iam-userdel --aws-credential-file=a\t": ["--aws-credential-file=a policy.json"],
    "iamcli home pr\t": ["practice one/"],
    "iamcli explain -- iam-userdelk\t": ["--", "iam-userdelkey"],
    "iamcli explain -- iam-userdel -u ro\t": ["--", "iam-userdel", "-u", "robert"],
    "iamcli explain --format=aws iam-userdel --ur\t": ["--format=aws", "iam-userdel", "--url"],
    "iamcli sandbox iamcli explain iam-userdelk\t": ["iamcli", "explain", "iam-userdelkey"],
    "iamcli sandbox cat a\t": ["cat", "a policy.json"],
    # The cursor is on a letter, between two words, and between two blanks.
    "iam-useraddpolicy -e Dx -v\x02\x02\x02\x02\t": ["-e", "Denyx", "-v"],
    "iam-useraddpolicy -e D -v\x02\x02\x02\t": ["-e", "Deny", "-v"],
    "iam-usercreate -p  -v\x02\x02\x02\t": ["-p", "/", "-v"],
}


def assert_bash_completes(shell: InteractiveShell, home: Path) -> None:
    """Assert that ``shell``, in ``home``, completes what ``TYPED`` says; the account has users."""
    (home / "a policy.json").touch()
    (home / "practice one").mkdir()
    seen = {keys: shell.line(keys)[-len(words) :] for keys, words in TYPED.items()}
    assert seen == TYPED


#: What precedes the line of README in ~/.bashrc.
BEFORE = {
    "alone": "",
    "with bash-completion": f". {BASH_COMPLETION}",
    # As bash 3.2, which macOS has.
    "without compopt": "enable -n compopt",
}


@pytest.mark.parametrize("before", usual(["alone"], BEFORE))
@pytest.mark.usefixtures("patient")
def test_bash_completes_also_without_bash_completion(before, aws, request):
    if before == "with bash-completion":
        require(request.node, BASH_COMPLETION)
    for name in ("robert", "ann@example.com"):
        assert aws("iam-usercreate", "-u", name).status == 0
    (aws.home / ".bashrc").write_text(f"{BEFORE[before]}\n{line_of_readme('bash')}\n")
    aws.env |= {"TERM": "xterm"}
    with closing(
        InteractiveShell("bash", "-i", env=aws.env, setup=f"cd {aws.home}; {LISTS}")
    ) as at:
        known = "type _filedir compopt 2>&1 | grep -c ' is a '\r"
        expected = {"alone": 1, "with bash-completion": 2, "without compopt": 0}[before]
        assert str(expected) in at.typed(known).splitlines()
        assert_bash_completes(at, aws.home)


@pytest.mark.parametrize("package", usual([False], (False, True)))
def test_bash_in_a_sandbox_completes_also_without_bash_completion(package, run, request):
    if package:
        require(request.node, BASH_COMPLETION)
    run.env |= {"TERM": "xterm", "SHELL": str(shutil.which("bash"))}
    users = "iam-usercreate -u robert; iam-usercreate -u ann@example.com"
    setup = f"cd {run.home}; {users}; {BASH if package else LISTS}"
    with closing(
        InteractiveShell(str(prepared.program()), "sandbox", env=run.env, setup=setup)
    ) as at:
        assert_bash_completes(at, run.home)


@bash_and_zsh
def test_what_is_inserted(shell_name, run, prefix):
    for name in ("a policy.json", "b=policy.json", "c:policy.json", "d@policy.json"):
        (run.home / name).touch()
    with closing(terminal(shell_name, run)) as here:
        here.typed(f"cd {run.home}\r")
        assert here.line("iam-useraddpolicy -e D\t") == ["iam-useraddpolicy", "-e", "Deny"]
        assert here.line("iam-useraddpolicy --aw\t") == [
            "iam-useraddpolicy",
            "--aws-credential-file",
        ]
        assert here.line("iam-useraddpolicy -e 'D\t") == ["iam-useraddpolicy", "-e", "Deny"]
        assert here.line("iamcli doctor --format=j\t") == ["iamcli", "doctor", "--format=json"]
        assert here.line("iam-rolecreate -f a\t") == ["iam-rolecreate", "-f", "a policy.json"]
        for line in ("iam-rolecreate -f", "iamcli check"):
            assert here.line(f"{line} b=p\t") == [*line.split(), "b=policy.json"]
            assert here.line(f"{line} c:p\t") == [*line.split(), "c:policy.json"]
            assert here.line(f"{line} d@p\t") == [*line.split(), "d@policy.json"]


@pytest.mark.parametrize("shell_name", ["zsh"], indirect=True)
def test_required_options_come_first(shell_name, complete, run):
    lines = [line for line in complete("iam-useruploadpolicy -") if line.startswith("-")]
    assert [line.split()[0] for line in lines][:5] == ["-p", "-u", "-f", "-o", "-d"]
    with closing(terminal(shell_name, run)) as here:
        assert here.line("iam-useruploadpolicy -\t\t") == ["iam-useruploadpolicy", "-p"]


@bash_and_zsh
def test_what_cannot_stand_again_is_not_offered(complete):
    lines = complete("iam-useraddpolicy -u bob -a s3:* --debug -")
    begun = {line.split()[0] for line in lines if line.startswith("-")}
    assert {"-a", "-r", "-p", "--url"} <= begun
    assert not {"-u", "-d", "--debug"} & begun
    begun = {line.split()[0] for line in complete("iam-useruploadpolicy -f x -") if line}
    assert "-p" in begun
    assert "-o" not in begun


# Names from the account.


@pytest.fixture
def completing(aws: Shell, run_fast: ForkRunner, prefix: Path, patient: Shell) -> Shell:
    """An account with a few names in it, and the wish to complete them."""
    for line in (
        "iam-usercreate -u bob",
        "iam-usercreate -u bert",
        "iam-groupcreate -g Admin",
        "iam-groupcreate -g Auditors",
        "iam-useraddpolicy -u bob -p read-one -e Allow -a s3:* -r arn:aws:s3:::example",
        "iam-useraddpolicy -u bob -p read-two -e Allow -a s3:* -r arn:aws:s3:::example",
        "iam-rolecreate -r webserver -s ec2.amazonaws.com",
        "iam-instanceprofilecreate -s web-profile",
        "iam-virtualmfadevicecreate -s phone -b Base32String -o phone.txt",
        "iam-virtualmfadevicecreate -s tablet -b Base32String -o tablet.txt",
    ):
        done = run_fast(*line.split())
        assert done.status == 0, done
    aws.env["IAMCLI_COMPLETE"] = "1"
    return aws


@pytest.mark.parametrize("quote", ["'", in_full(""), in_full('"')])
@one_shell
def test_names_of_the_account(completing, complete, quote):
    completing("iamcli", "home", "practice")
    for start in (
        "iam-userdel",
        "practice/bin/iam-userdel",
        "~/practice/bin/iam-userdel",
        "iamcli explain --format=aws iam-userdel",
        f"iamcli iam-userdel --url={completing.env['AWS_IAM_URL']}",
    ):
        line = f"{start} -u {quote}b"
        assert names(complete(line)) >= {"bob", "bert"}, line
    assert names(complete("iam-groupadduser -g A")) >= {"Admin", "Auditors"}
    assert names(complete("iam-userdelpolicy -u bob -p read-")) >= {"read-one", "read-two"}
    serials = {f"arn:aws:iam::123456789012:mfa/{name}" for name in ("phone", "tablet")}
    # bash shows only the part of an argument after its last colon.
    offered = names(complete("iam-virtualmfadevicedel -s arn:aws:iam::123456789012:mfa/"))
    assert offered >= serials or offered >= {f"mfa/{name}" for name in ("phone", "tablet")}
    # The name of what is to be created is nobody's yet.
    assert not names(complete("iam-usercreate -u b")) & {"bob", "bert"}


@pytest.mark.full
@pytest.mark.parametrize("shell_name", ["bash", BARE, "zsh"], indirect=True)
def test_names_with_letters_that_separate_words(shell_name, completing):
    completing("iam-usercreate", "-u", "team=one")
    serial = "arn:aws:iam::123456789012:mfa/phone"
    with closing(terminal(shell_name, completing)) as here:
        for command, start, name in (
            ("iam-userdel -u", "te", "team=one"),
            ("iam-userdel -u", "team=o", "team=one"),
            ("iam-userdel -u", "'team=o", "team=one"),
            ("iamcli explain --format=aws iam-userdel -u", "team=o", "team=one"),
            ("iam-virtualmfadevicedel -s", serial[:-1], serial),
            ("iam-virtualmfadevicedel -s", f"'{serial[:-1]}", serial),
        ):
            assert here.line(f"{command} {start}\t") == [*command.split(), name], start


@one_shell
def test_names_on_request_only(completing, complete):
    del completing.env["IAMCLI_COMPLETE"]
    assert not names(complete("iam-userdel -u b")) & {"bob", "bert"}
    assert not (completing.home / ".cache" / "iamcli").exists()


def asked(run: Shell | ForkRunner, kind: str, *line: str) -> list[str]:
    done = run("iamcli", "complete", kind, *line)
    assert (done.status, done.err) == (0, "")
    return done.out.splitlines()


@pytest.mark.usefixtures("completing")
def test_each_kind_of_name(run_fast):
    keys = [run_fast("iam-useraddkey", "-u", "bob").out.splitlines()[0] for _ in (1, 2)]
    device, other = asked(run_fast, "mfa", "iam-virtualmfadevicedel")
    codes = ["-c1", "123456", "-c2", "654321"]
    assert run_fast("iam-userenablemfadevice", "-u", "bob", "-s", device, *codes).status == 0
    assert asked(run_fast, "role", "iam-roledel") == ["webserver"]
    assert asked(run_fast, "profile", "iam-instanceprofiledel") == ["web-profile"]
    assert asked(run_fast, "key", "iam-userdelkey", "-u", "bob") == keys
    policies = ["read-one", "read-two"]
    assert asked(run_fast, "policy", "iam-userdelpolicy", "-u", "bob") == policies
    assert asked(run_fast, "servercert", "iam-servercertdel") == []
    assert asked(run_fast, "signingcert", "iam-userdelcert", "-u", "bob") == []
    assert asked(run_fast, "mfa", "iam-userdeactivatemfadevice", "-u", "bob") == [device]
    assert other in asked(run_fast, "mfa", "iam-userenablemfadevice", "-u", "bob")


#: Unfinished command lines, and what the names of the kind are requested with; None: nothing is.
REQUESTED: list[tuple[str, str, tuple[str, dict[str, str]] | None]] = [
    ("user", "iam-userdel", ("ListUsers", {})),
    ("policy", "iam-userdelpolicy -u bob", ("ListUserPolicies", {"UserName": "bob"})),
    ("policy", "iam-groupdelpolicy -g dev", ("ListGroupPolicies", {"GroupName": "dev"})),
    ("policy", "iam-roledelpolicy -r web", ("ListRolePolicies", {"RoleName": "web"})),
    ("policy", "iam-groupdelpolicy", None),
    ("key", "iam-userdelkey -u bob", ("ListAccessKeys", {"UserName": "bob"})),
    ("key", "iam-userdelkey", ("ListAccessKeys", {})),
    ("signingcert", "iam-userdelcert -u bob", ("ListSigningCertificates", {"UserName": "bob"})),
    ("signingcert", "iam-userdelcert", ("ListSigningCertificates", {})),
    ("mfa", "iam-userdeactivatemfadevice -u bob", ("ListMFADevices", {"UserName": "bob"})),
    ("mfa", "iam-userdeactivatemfadevice", ("ListVirtualMFADevices", {"AssignmentStatus": "Any"})),
    (
        "mfa",
        "iam-userenablemfadevice -u bob",
        ("ListVirtualMFADevices", {"AssignmentStatus": "Any"}),
    ),
    # As it is typed: in quotation marks, and with what the shell removes.
    ("key", "iam-userdelkey -u 'bob'", ("ListAccessKeys", {"UserName": "bob"})),
    ("key", 'iam-userdelkey -u "bob', ("ListAccessKeys", {"UserName": "bob"})),
    ("key", "iam-userdelkey -u b\\ob", ("ListAccessKeys", {"UserName": "bob"})),
    ("key", "/some/bin/iam-userdelkey -u bob", ("ListAccessKeys", {"UserName": "bob"})),
    ("nothing", "iam-userdel", None),
    ("user", "iam-nothing", None),
]


def test_what_is_requested(run_fast, stub):
    endpoint = stub.endpoint()
    run_fast.env["AWS_IAM_URL"] = endpoint.url
    requested: list[tuple[str, str, tuple[str, dict[str, str]] | None]] = []
    for number, (kind, line, _) in enumerate(REQUESTED):
        # Nothing that was kept is used.
        run_fast.env["XDG_CACHE_HOME"] = str(run_fast.home / str(number))
        assert asked(run_fast, kind, *line.split()) == []
        sent = [(request.operation, request.parameters) for request in endpoint.requests]
        endpoint.requests.clear()
        for _, parameters in sent:
            assert parameters.pop("MaxItems") == "1000"
        requested.append((kind, line, sent[0] if sent else None))
        assert len(sent) < 2
    assert requested == REQUESTED


def test_what_is_kept_is_private_and_short_lived(run_fast, stub):
    endpoint = stub.endpoint(groups("Admin"))
    run_fast.env["AWS_IAM_URL"] = endpoint.url
    used: dict[str, str] = {}
    expected: dict[str, str] = {}

    def expect(source: str, what: str) -> None:
        before = len(endpoint.requests)
        assert asked(run_fast, "group", "iam-groupdel") == ["Admin"], what
        used[what] = "the service" if len(endpoint.requests) > before else "the file"
        expected[what] = source

    expect("the service", "no file")
    folder = run_fast.home / ".cache" / "iamcli"
    (file,) = folder.iterdir()
    expect("the file", "a new file")
    file.unlink()
    folder.chmod(0o755)
    expect("the service", "a file that was removed")
    assert [path.stat().st_mode & 0o777 for path in (folder, file)] == [0o700, 0o600]
    # A folder for caches has an absolute name.
    run_fast.env["XDG_CACHE_HOME"] = "caches"
    expect("the file", "a relative XDG_CACHE_HOME")
    assert not (run_fast.home / "caches").exists()
    run_fast.env["XDG_CACHE_HOME"] = str(run_fast.home / "caches")
    expect("the service", "another XDG_CACHE_HOME")
    assert [path.name for path in (run_fast.home / "caches" / "iamcli").iterdir()] == [file.name]
    assert used == expected


def private(folder: Path, content: bytes = b"Admin\n", mode: int = 0o600, age: float = 0) -> Path:
    """Return a file with names, as completion keeps it."""
    file = folder / "names"
    file.write_bytes(content)
    file.chmod(mode)
    os.utime(file, (time.time() - age, time.time() - age))
    return file


@pytest.mark.parametrize(
    ("kept", "used"),
    [
        ({}, ["Admin"]),
        ({"content": b""}, []),
        ({"mode": 0o400}, ["Admin"]),
        # Names are used for a minute; that there are none, for ten seconds.
        ({"age": 50}, ["Admin"]),
        ({"age": 70}, None),
        ({"age": 5, "content": b""}, []),
        ({"age": 15, "content": b""}, None),
        ({"age": -3600}, None),
        # Somebody else could have written these.
        ({"mode": 0o620}, None),
        ({"mode": 0o602}, None),
        ({"mode": 0o640}, None),
        ({"mode": 0o604}, None),
        # A file that is not complete, and what is no name.
        ({"content": b"Admin\nAudi"}, None),
        ({"content": b"Admin"}, None),
        ({"content": b"Admin\n\n"}, None),
        ({"content": b"caf\xc3\xa9\n"}, None),
        ({"content": b"Admin\n$(touch ran)\n"}, None),
        ({"content": b"$(touch ran)\nAdmin\n"}, None),
        ({"content": b"\x1b[2J\n"}, None),
        ({"content": b"a b\n"}, None),
        ({"content": b"\0\n"}, None),
    ],
    ids=str,
)
def test_which_kept_names_are_used(tmp_path, kept, used):
    assert kept_names._cached(str(private(tmp_path, **kept))) == used  # noqa: SLF001


def test_only_a_file_of_this_user_is_used(tmp_path):
    cached = kept_names._cached  # noqa: SLF001
    file = private(tmp_path)
    os.mkfifo(tmp_path / "pipe", 0o600)
    for name in ("pipe", "absent", "."):
        assert cached(str(tmp_path / name)) is None, name
    assert cached("") is None
    if os.geteuid() == 0:
        os.chown(file, 65534, -1)
        assert cached(str(file)) is None


def groups(*names: str) -> Answer:
    """Return a list of groups."""
    members = "".join(f"<member><GroupName>{name}</GroupName></member>" for name in names)
    return ok("ListGroups", f"<Groups>{members}</Groups><IsTruncated>false</IsTruncated>")


@one_shell
def test_a_name_that_would_be_an_option_is_not_offered(run_fast, complete, patient, stub):
    endpoint = stub.endpoint(groups("-r", "Admin", "--url=x", "-h", "a-r"))
    patient.env |= {"AWS_IAM_URL": endpoint.url, "IAMCLI_COMPLETE": "1"}
    offered = names(complete("iam-groupdel -g "))
    assert not offered & {"-r", "--url=x", "-h"}
    assert {"Admin", "a-r"} <= offered
    # Also those that were kept.
    assert asked(run_fast, "group", "iam-groupdel") == ["Admin", "a-r"]
    assert len(endpoint.requests) == 1


def test_a_sandbox_is_asked_each_time(run_fast, stub):
    endpoint = stub.endpoint(groups("Admin"))
    run_fast.env |= {"AWS_IAM_URL": endpoint.url, "IAMCLI_SANDBOX": endpoint.url}
    for _ in range(2):
        assert asked(run_fast, "group", "iam-groupdel") == ["Admin"]
    assert len(endpoint.requests) == 2
    assert not (run_fast.home / ".cache").exists()


def test_a_request_is_sent_once(run_fast, stub):
    endpoint = stub.endpoint(refused("ServiceUnavailable", "later", 503))
    run_fast.env["AWS_IAM_URL"] = endpoint.url
    assert asked(run_fast, "group", "iam-groupdel") == []
    assert endpoint.operations == ["ListGroups"]


def test_a_file_or_folder_that_others_made_is_not_used(run_fast, stub):
    run_fast.env["AWS_IAM_URL"] = stub.endpoint(groups("Admin")).url
    assert asked(run_fast, "group", "iam-groupdel") == ["Admin"]
    folder = run_fast.home / ".cache" / "iamcli"
    (file,) = folder.iterdir()
    file.unlink()
    if os.geteuid() == 0:
        os.chown(folder, 65534, -1)
        assert asked(run_fast, "group", "iam-groupdel") == ["Admin"]
        assert list(folder.iterdir()) == []
    folder.rmdir()
    elsewhere = run_fast.home / "elsewhere"
    elsewhere.mkdir(0o755)
    folder.symlink_to(elsewhere)
    assert asked(run_fast, "group", "iam-groupdel") == ["Admin"]
    assert (list(elsewhere.iterdir()), elsewhere.stat().st_mode & 0o777) == ([], 0o755)
    # The names are shown also if nothing can be kept.
    folder.unlink()
    folder.touch()
    assert asked(run_fast, "group", "iam-groupdel") == ["Admin"]
    assert folder.read_bytes() == b""


def test_each_list_of_each_account_has_its_own_file(tmp_path):
    def written(name: str, text: str) -> str:
        (tmp_path / name).write_text(text)
        return str(tmp_path / name)

    keys = Query("ListAccessKeys", "", None)
    of_bob, of_eve = (Query("ListAccessKeys", "", None, UserName=name) for name in ("bob", "eve"))
    base = {
        "credential_file": written("keys", "AWSAccessKeyId=AKIA1\nAWSSecretKey=s\n"),
        "client_config_file": None,
        "url": "http://127.0.0.1:9",
    }
    differing = {
        "users": (USERS, {}),
        "keys": (keys, {}),
        "keys of bob": (of_bob, {}),
        "keys of eve": (of_eve, {}),
        "--url": (USERS, {"url": "http://127.0.0.1:10"}),
        "the ID of --aws-credential-file": (
            USERS,
            {"credential_file": written("id", "AWSAccessKeyId=AKIA2\nAWSSecretKey=s\n")},
        ),
        "the secret of --aws-credential-file": (
            USERS,
            {"credential_file": written("secret", "AWSAccessKeyId=AKIA1\nAWSSecretKey=t\n")},
        ),
        "--client-config-file": (
            USERS,
            {"client_config_file": written("proxy", "ClientProxyHost=proxy\n")},
        ),
    }
    files: dict[str, list[str]] = {}
    for what, (query, changes) in differing.items():
        file = kept_names._file(query, Settings({**base, **changes}, {}))  # noqa: SLF001
        files.setdefault(file, []).append(what)
    assert [which for which in files.values() if which[1:]] == []


#: What selects the account, the endpoint or the way to it.
SELECTING = [
    "ALL_PROXY",
    "AWS_ACCESS_KEY_ID",
    "AWS_ACCOUNT_ID",
    "AWS_CA_BUNDLE",
    "AWS_CONFIG_FILE",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CREDENTIAL_EXPIRATION",
    "AWS_DEFAULT_PROFILE",
    "AWS_DEFAULT_REGION",
    "AWS_EC2_METADATA_DISABLED",
    "AWS_EC2_METADATA_SERVICE_ENDPOINT",
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_IAM",
    "AWS_ENDPOINT_URL_STS",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    "AWS_LOGIN_CACHE_DIRECTORY",
    "AWS_PROFILE",
    "AWS_REGION",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SECURITY_TOKEN",
    "AWS_SESSION_TOKEN",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_STS_REGIONAL_ENDPOINTS",
    "AWS_USE_DUALSTACK_ENDPOINT",
    "AWS_USE_FIPS_ENDPOINT",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "BOTO_CONFIG",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "NO_PROXY",
    "all_proxy",
    "http_proxy",
    "https_proxy",
    "no_proxy",
]
UNRELATED = [
    "AWS_CLI_AUTO_PROMPT",
    "AWS_DEFAULT_OUTPUT",
    "AWS_EXECUTION_ENV",
    "AWS_IAM_HOME",
    "AWS_IAM_JVM_OPTS",
    "AWS_PAGER",
    "COLUMNS",
    "IAMCLI_COMPLETE",
    "IAMCLI_STRICT",
    "LANG",
    "LINES",
    "PATH",
    "SHLVL",
    "TERM",
]


#: The variables with which the account is asked: with a credential file, and without one.
SOURCES = {
    "file": {"AWS_CREDENTIAL_FILE": "credentials"},
    "chain": {"AWS_CREDENTIAL_EXPIRATION": "2026-01-01T00:00:00Z"},
}
USERS = Query("ListUsers", "", None)


@pytest.fixture
def kept_in(
    credential_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[dict[str, str]], str]:
    """Return the name of the file for the users of the account that variables select."""
    monkeypatch.chdir(credential_file.parent)
    base = {
        "HOME": str(tmp_path),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "AWS_IAM_URL": "http://127.0.0.1:9",
        "AWS_ACCESS_KEY_ID": "id",
        "AWS_SECRET_ACCESS_KEY": "secret",
    }
    options = {"credential_file": None, "client_config_file": None, "url": None}

    def named(variables: dict[str, str]) -> str:
        monkeypatch.setattr(os, "environ", {**base, **variables})
        return kept_names._file(USERS, Settings(options, os.environ))  # noqa: SLF001

    return named


@pytest.mark.parametrize("source", SOURCES)
def test_each_variable_that_selects_the_account_asks_again(source, kept_in):
    # Two values, so that what is compared is the value and not whether there is one.
    found = [
        kept_in({**SOURCES[source], name: f"http://127.0.0.1:{port}/"})
        for name in (*SELECTING, "AWS_IAM_URL", "HOME")
        for port in (8, 7)
    ]
    assert len({*found, kept_in(SOURCES[source])}) == len(found) + 1


@pytest.mark.parametrize("source", SOURCES)
def test_other_variables_do_not_ask_again(source, kept_in):
    usual = kept_in(SOURCES[source])
    found = {name: kept_in({**SOURCES[source], name: "other"}) for name in UNRELATED}
    assert found == dict.fromkeys(UNRELATED, usual)


def test_each_file_that_selects_the_account_asks_again(kept_in, credential_file, tmp_path):
    (tmp_path / ".aws").mkdir()
    (tmp_path / "conf").mkdir()
    file = SOURCES["file"]
    rows: list[tuple[dict[str, str], str, str]] = [
        (file, "credentials", "AWSAccessKeyId=AKIAI44QH8DHBEXAMPLE\n"),
        (file, "credentials", "AWSSecretKey=another\n"),
        ({"CLIENT_CONFIG_FILE": "conf/proxy"}, "conf/proxy", "ClientProxyHost=two\n"),
        (file, ".aws/config", "[default]\nregion=cn-north-1\n"),
        ({}, ".aws/credentials", "[default]\naws_access_key_id=a\n"),
        ({}, ".boto", "[Credentials]\naws_access_key_id=a\n"),
        ({"AWS_CONFIG_FILE": "~/conf/config"}, "conf/config", "[default]\n"),
        ({"AWS_SHARED_CREDENTIALS_FILE": "$HOME/conf/keys"}, "conf/keys", "[default]\n"),
        ({"BOTO_CONFIG": "~/conf/boto"}, "conf/boto", "[Credentials]\n"),
    ]
    for env, name, line in rows:
        (tmp_path / name).touch()
        before = kept_in(env)
        with (tmp_path / name).open("a") as opened:
            opened.write(line)
        assert kept_in(env) != before, name
    # Not the date, but the contents.
    before = kept_in(file)
    os.utime(credential_file, (1, 1))
    assert kept_in(file) == before
    # Nothing waits for a pipe.
    (tmp_path / ".boto").unlink()
    os.mkfifo(tmp_path / ".boto")
    assert kept_in(file) != before


def test_only_its_own_old_files_are_removed(run):
    run.env["AWS_IAM_URL"] = "http://127.0.0.1:9"
    folder = run.home / ".cache" / "iamcli"
    asked(run, "user", "iam-userdel")
    (own,) = folder.iterdir()
    digest = own.name[-64:]
    cut_off = own.with_name(f"{own.name}.4711")
    others = [
        folder / name
        for name in ("notes", digest, f"{own.name}.txt", f"x{own.name}", own.name[:-1], "names-x")
    ]
    for file in (*others, cut_off):
        file.write_text("mine")
    # Three names that a cache file could have, other than that of the one that is there.
    dir_name, link_name, file_name = [
        own.name[:-1] + digit for digit in "0123" if digit != digest[-1]
    ][:3]
    directory = folder / dir_name
    directory.mkdir()
    link = folder / link_name
    link.symlink_to(others[0])
    another = folder / file_name
    another.write_text("old\n")
    for file in (*others, cut_off, directory, link, another, own):
        os.utime(file, (1, 1), follow_symlinks=False)
    asked(run, "group", "iam-groupdel")
    assert {*others, directory, link} <= set(folder.iterdir())
    assert not any(file.exists() for file in (cut_off, another, own))


def test_nothing_half_written_stays(patient, stub):
    endpoint = stub.endpoint(groups("Admin", "Auditors"))
    limited = 'ulimit -f 0; exec "$0" "$@" | cat'
    line = ("iamcli", "complete", "group", "iam-groupdel")
    done = patient("sh", "-c", limited, *line, env={"AWS_IAM_URL": endpoint.url})
    assert (done.out, done.err) == ("Admin\nAuditors\n", "")
    (kept,) = (patient.home / ".cache" / "iamcli").iterdir()
    assert kept.read_text() == ""


@pytest.mark.parametrize(
    "env",
    [
        {"AWS_IAM_URL": "http://127.0.0.1:9"},
        {"AWS_IAM_URL": "no address"},
        {"AWS_CREDENTIAL_FILE": "absent"},
        {"AWS_CREDENTIAL_FILE": "", "AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""},
        {"XDG_CACHE_HOME": "/dev/null", "AWS_IAM_URL": "http://127.0.0.1:9"},
    ],
    ids=str,
)
def test_silence_where_it_fails(run_fast, env):
    env = {"AWS_EC2_METADATA_DISABLED": "true", **env}
    done = run_fast("iamcli", "complete", "user", "iam-userdel", env=env)
    assert (done.status, done.out, done.err) == (0, "", "")


def test_silence_in_time(run_fast, stub):
    endpoint = stub.endpoint(SILENT)
    run_fast.env["AWS_IAM_URL"] = endpoint.url
    begun = time.monotonic()
    assert asked(run_fast, "user", "iam-userdel") == []
    assert time.monotonic() - begun > 1.5
    # It does not wait a second time.
    assert asked(run_fast, "user", "iam-userdel") == []
    assert endpoint.operations == ["ListUsers"]


#: A name server that does not answer. Nothing but the end of the process interrupts that.
HANGING = """
import socket, time
from iamcli.cli.complete import names
names.TIMEOUT = 1.0
socket.getaddrinfo = lambda *_, **__: time.sleep(1000)
for _ in range(2):
    names.complete("user", ["iam-userdel"], print)
    print("waited")
"""


def test_a_name_server_that_hangs(run):
    run.env["AWS_IAM_URL"] = "http://iam.example.com"
    command = (sys.executable, "-c", HANGING)
    assert run(*command) == Done(0, "", "")
    # That there are no names is known for a while.
    assert run(*command) == Done(0, "waited\nwaited\n", "")


def test_ctrl_c_while_names_are_shown_is_silent(monkeypatch):
    def show(name: str) -> None:
        raise KeyboardInterrupt(name)

    monkeypatch.setattr(kept_names, "_cached", lambda _: ["bob"])
    try:
        kept_names.complete("user", ["iam-userdel"], show)
    except KeyboardInterrupt:
        pytest.fail("the shell would show a traceback or lose its prompt")


def test_nobody_is_asked_for_the_code_of_an_mfa_device(run):
    keys = "aws_access_key_id = AKIA\naws_secret_access_key = s\n"
    arn = "arn:aws:iam::123456789012"
    role = f"role_arn = {arn}:role/r\nmfa_serial = {arn}:mfa/m\nsource_profile = own\n"
    (run.home / "config").write_text(f"[default]\n{role}[profile own]\n{keys}")
    run.env |= {"AWS_CONFIG_FILE": str(run.home / "config"), "AWS_CREDENTIAL_FILE": ""}
    run.env["AWS_IAM_URL"] = "http://127.0.0.1:9"
    assert asked(run, "user", "iam-userdel") == []


def test_letters_that_a_shell_would_run_do_not_reach_it(patient, stub):
    odd = ["$(touch ran)", "`touch ran`", "a b", "a\nb", "x;y", "caf\u00e9", "\u001b[2J", "good"]
    members = "".join(
        f"<member><UserName>{name}</UserName></member>".replace("\u001b", "?") for name in odd
    )
    endpoint = stub.endpoint(
        ok("ListUsers", f"<Users>{members}</Users><IsTruncated>false</IsTruncated>")
    )
    patient.env["AWS_IAM_URL"] = endpoint.url
    assert asked(patient, "user", "iam-userdel") == ["good"]
