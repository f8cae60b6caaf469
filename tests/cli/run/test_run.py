"""``iamcli run``: commands in a server behave as alone, run once, and leave nothing behind."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import signal
import socket
import ssl
import sys
import tempfile
import threading
import time
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from support import resettable
from support.certificates import self_signed
from support.faults import CLOSED, SILENT, headed
from support.limits import NEVER, TIMEOUT
from support.processes import WITH_ENTRY, assert_nothing_left, fields, running, state, wait_until
from support.selection import in_full, usual
from support.served import KEYS, LINE, STATISTICS, USER, USER_ELEMENT, Slow, servers, statistics
from support.shell import BIN, ROOT, TESTS
from support.stub import Stub, faulty, ok, refused
from support.terminal import Terminal
from support.transcripts import tokens
from support.users import OTHER, other_user, two_users

from iamcli.cli.programs import script
from iamcli.cli.programs.command_server import _statistics
from iamcli.cli.programs.unstarted import reason
from iamcli.cli.run.program import _stream
from iamcli.cli.run.server import Running, _follow
from iamcli.errors import visible
from iamcli.protection import is_protected

if TYPE_CHECKING:
    from collections.abc import Iterator
    from http.server import BaseHTTPRequestHandler

    from support.shell import Shell
    from support.stub import Answer, Endpoint


pytestmark = pytest.mark.usefixtures("patient")


@pytest.fixture
def shell(run: Shell, stub: Stub, tmp_path: Path) -> Shell:
    """Run commands with an endpoint that knows one user; all files are in a folder of their own."""
    (tmp_path / "tmp").mkdir(exist_ok=True)
    endpoint = stub.endpoint(refused("NoSuchEntity", "not here", 404))
    endpoint.on("GetUser", USER).on("ListAccessKeys", KEYS)
    for name in ("CreateUser", "CreateLoginProfile", "ChangePassword", "PutUserPolicy"):
        endpoint.on(name, ok(name))
    run.env |= {"AWS_IAM_URL": endpoint.url, "TMPDIR": str(tmp_path / "tmp")}
    return run


SAMPLES = sorted((TESTS / "scripts").glob("*.sh"))


@pytest.fixture(autouse=True)
def _nothing_left(run: Shell) -> Iterator[None]:
    """Fail if a process, a socket or a folder is left."""
    (run.home / "tmp").mkdir(exist_ok=True)
    yield
    assert_nothing_left(run.home)


#: Scripts, each with the number of its commands that the server runs.
SCRIPTS = {
    "output": ("iam-usergetattributes -u bob; echo $?", 1),
    "error": ("iam-userdel -u bob; echo $?", 1),
    "usage error": ("iam-usergetattributes -z; echo $?", 1),
    "help": ("iam-usergetattributes -h; echo $?", 1),
    "strict": ("IAMCLI_STRICT=1 iam-userdel -u bob; IAMCLI_STRICT=1 iam-userdel -h; echo $?", 2),
    "empty arguments": ("iam-usergetattributes -u ''; iam-usergetattributes '' ''; echo $?", 2),
    "bytes in arguments": (r"iam-userdel -u \"$(printf '\377x')\"; echo $?", 1),
    "order": ("echo a; iam-usergetattributes -u bob; echo b; iam-userdel -u x; echo c", 2),
    "one file for both streams": ("iam-userdel -u bob >f 2>&1; cat f", 1),
    "appended": ("echo a >f; iam-usergetattributes -u bob >>f; echo b >>f; cat f", 1),
    "output closed": ("iam-usergetattributes -u bob >&-; echo $?", 1),
    "errors closed": ("iam-userdel -u bob 2>&-; echo $?", 1),
    "input closed": ("iam-userchangepassword -o - -n x <&-; iam-userlistkeys <&-; echo $?", 2),
    "all closed": ("iam-usergetattributes -u bob >&- 2>&- <&-; echo $?", 1),
    "full device": ("iam-usergetattributes -u bob >/dev/full; echo $?", 1),
    "no reader": ("{ iam-usergetattributes -u bob; echo $? >&2; } | true; sleep 0.3", 1),
    # The value of a variable has more of what separates it from its name.
    "chain": (
        (
            "cp $AWS_CREDENTIAL_FILE a=b=c; export AWS_CREDENTIAL_FILE=$PWD/a=b=c; "
            "iam-userlistkeys -u bob | grep AKIA | xargs -n 1 iam-usergetattributes -u"
        ),
        2,
    ),
    "chain of commands": ("iam-usergetattributes -u bob | iam-usergetattributes -u bob", 2),
    "here document": ("iam-useraddloginprofile -u bob -p - <<E\nsecret\nE\necho $?", 1),
    "input from a pipe": ("echo secret | iam-useraddloginprofile -u bob -p -; echo $?", 1),
    "input is left": ("printf 'a\\nb\\n' | { iam-usergetattributes -u bob; cat; }", 1),
    "relative file": ("cd sub && iam-useruploadpolicy -u bob -p p -f ../policy; echo $?", 1),
    "folder that is gone": ("mkdir g && cd g && rmdir ../g; iam-usergetattributes -u bob", 1),
    "variable for one command": ("AWS_IAM_URL=ftp://x iam-userlistkeys; iam-userlistkeys", 2),
    "variable that is unset": ("unset AWS_CREDENTIAL_FILE; iam-usergetattributes -u bob", 1),
    "credential file that changes": (
        "iam-userlistkeys; echo >$AWS_CREDENTIAL_FILE; iam-userlistkeys; echo $?",
        2,
    ),
    "background": ("iam-usergetattributes -u bob >f & wait $!; echo $?; cat f", 1),
    "set -e": ("set -e; iam-usergetattributes -u bob; iam-userdel -u x; echo not here", 2),
    "xargs": ("echo a b c d | xargs -n 1 -P 4 iam-usergetattributes -u | sort", 4),
    "size of files": ("trap '' XFSZ; ulimit -f 0; iam-usergetattributes -u bob >f; echo $?", 1),
    "ignored signal": ("trap '' HUP; sh -c 'iam-usergetattributes -u bob'; echo $?", 1),
    "nice": ("nice -n 5 iam-usergetattributes -u bob", 1),
    "unbuffered": ("PYTHONUNBUFFERED=1 iam-usergetattributes -u bob", 0),
    "another home": ("HOME=/nonexistent iam-usergetattributes -u bob", 1),
    "the files of another home": (
        (
            "mkdir -p new/.aws; export HOME=$PWD/new; unset AWS_CREDENTIAL_FILE; "
            "printf '[default]\\naws_access_key_id=AKIAOTHER\\naws_secret_access_key=s\\n' "
            ">new/.aws/credentials; "
            "iam-usergetattributes -u bob -d 2>&1 | grep -c 'key AKIAOTHER '; rm -r new"
        ),
        1,
    ),
    "the C locale": ("export LC_ALL=C; iam-usergetattributes -u b\\303\\266b; iam-userdel -u x", 2),
    "another language": ("export LANG=C; iam-useruploadpolicy -u bob -p p -f none; echo $?", 1),
    "a link of another name": (
        'ln -sf "$(command -v iam-usergetattributes)" sub/iam-userdel; sub/iam-userdel -u bob',
        0,
    ),
    "fewer capabilities": ("setpriv --bounding-set=-all iam-usergetattributes -u bob", 0),
    "two passwords": ("printf 'a\\nb\\n' | iam-userchangepassword -o - -n -; echo $?", 1),
    "another network": ("unshare -n iam-usergetattributes -u bob 2>&1 | sed s/:[0-9]*/:PORT/g", 0),
    "another session": ("setsid -w iam-usergetattributes -u bob", 0),
    "proxy": ("http_proxy=http://127.0.0.1:1 iam-usergetattributes -u bob; echo $?", 1),
    "no connection": ("AWS_IAM_URL=http://127.0.0.1:1 iam-userdel -u bob; echo $?", 1),
    "time limit": ("IAMCLI_TIMEOUT=x iam-userdel -u bob; echo $?", 1),
    # Where help is the same, only what serves it differs.
    "what the server cannot have": (
        "(ulimit -v 4000000; iam-userdel -h); PYTHONOPTIMIZE=1 iam-userdel -h; echo $?",
        0,
    ),
    "limits, and many at once": (
        (
            "trap '' XFSZ; (ulimit -f 0; iam-userdel -h >f; echo $?);"
            "ulimit -n 20; echo a b c | xargs -n 1 -P 3 iam-userdel -h"
        ),
        4,
    ),
    "the program iamcli": ("iamcli iam-usergetattributes -u bob", 0),
    "from the checkout": (f"{ROOT}/bin/iam-usergetattributes -u bob", 1),
}


#: The scripts that the default run includes.
USUAL = ("all closed", "chain")


@pytest.mark.parametrize("name", usual(USUAL, SCRIPTS))
def test_a_script_is_the_same(name, shell):
    script, expected = SCRIPTS[name]
    if name in ("another network", "fewer capabilities") and os.geteuid():
        pytest.skip("requires root")
    if name == "from the checkout":
        shell.env["PATH"] = f"{Path(sys.executable).parent}:{shell.env['PATH']}"
        python3 = shell.home / "python3"
        python3.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
        python3.chmod(0o755)
        shell.env["PATH"] = f"{shell.home}:{shell.env['PATH']}"
    results = []
    for prefix in ([], ["iamcli", "run", "--stats"]):
        for file in ("f", "sub/x"):
            (shell.home / file).unlink(missing_ok=True)
        (shell.home / "sub").mkdir(exist_ok=True)
        (shell.home / "policy").write_text('{"Statement":[]}')
        credentials = Path(shell.env["AWS_CREDENTIAL_FILE"])
        credentials.write_text("AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE\nAWSSecretKey=secret\n")
        done = shell(*prefix, "bash", "-c", script)
        results.append(done)
    alone, served = results
    assert served.out == alone.out
    assert STATISTICS.sub("", served.err) == alone.err
    assert served.status == alone.status
    assert statistics(served)[0] == expected


@pytest.mark.full
def test_a_command_has_many_descriptors_arguments_and_variables(shell, stub):
    endpoint = stub.endpoint(ok("PutUserPolicy"))
    shell.env["AWS_IAM_URL"] = endpoint.url
    shell.env |= {f"LONG_{number}": 100_000 * "x" for number in "abcdefgh"}
    policies = [f'{{"Statement":[],"Id":"{number}"}}' for number in range(40, 56)]
    lines = ""
    for number, policy in enumerate(policies, 40):
        (shell.home / str(number)).write_text(policy)
        lines += f"exec {number}<{number};"
    for number in (40, 47, 51, 54):
        lines += f"iam-useruploadpolicy -u bob -p p -f /dev/fd/{number};"
    lines += "iam-useraddpolicy -u bob -p p -e Allow -a s3:Get -a s3:Put -r arn:aws:s3:::b;"
    # At the end, there is no folder to remove.
    lines += 'rm -r "${IAMCLI_RUN%/*}"'
    done = shell("iamcli", "run", "--stats", "bash", "-c", lines)
    assert (done.status, statistics(done)) == (0, [5, 5, 1])
    *sent, added = [request.parameters["PolicyDocument"] for request in endpoint.requests]
    assert sent == [policies[0], policies[7], policies[11], policies[14]]
    assert json.loads(added)["Statement"][0]["Action"] == ["s3:Get", "s3:Put"]


@pytest.mark.full
def test_descriptors_above_the_standard_ones(shell):
    script = "iam-useruploadpolicy -u bob -p p -f <(cat policy); iam-userlistkeys 5>&1 >&5; echo $?"
    (shell.home / "policy").write_text('{"Statement":[]}')
    alone = shell("bash", "-c", script)
    served = shell("iamcli", "run", "bash", "-c", script)
    assert served == alone
    assert alone.out.endswith("0\n")


@pytest.mark.full
def test_a_lock_is_held_as_long_as_the_command_runs(shell):
    line = "(flock -n 9 && iam-usergetattributes -u bob) 9>lock || echo locked"
    assert "locked" not in shell("iamcli", "run", "bash", "-c", f"{line};{line};{line}").out


@pytest.mark.parametrize("command", ["run", in_full("sandbox")])
def test_the_status_is_known_if_sigchld_is_ignored(command, shell):
    done = shell("bash", "-c", f"trap '' CHLD; iamcli {command} sh -c 'exit 3'")
    assert done.status == 3


#: Starts a program with blocked signals.
BLOCKING = """
import os, signal, sys
signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
os.execvp(sys.argv[1], sys.argv[1:])
"""


@pytest.mark.parametrize("command", ["run", in_full("sandbox")])
def test_the_server_ends_whatever_its_parent_has_blocked(command, shell):
    """The fixture sees whether it does."""
    line = "iam-userlistbypath -p /x/; exit 3"
    done = shell(sys.executable, "-c", BLOCKING, "iamcli", command, "sh", "-c", line)
    assert done.status == 3


@pytest.mark.full
def test_many_descriptors(shell):
    script = (
        "import os, resource; resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096));"
        "[os.set_inheritable(os.dup(0), True) for _ in range(1100)];"
        "os.execvp('iamcli', ['iamcli', 'run', 'sh', '-c', 'exit 3'])"
    )
    assert shell(sys.executable, "-c", script).status == 3


def ending(answer: Answer, file: Path) -> Answer:
    """Return an answer after which the service closes the connection; then it makes ``file``."""

    def send(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(headed(answer.body))
        handler.connection.shutdown(socket.SHUT_RDWR)
        file.touch()

    return faulty(send)


UNTIL_CLOSED = "until [ -e closed ]; do sleep 0.1; done"


@pytest.mark.full
def test_connections_are_kept(shell, stub):
    endpoint = stub.endpoint(USER).on("ListAccessKeys", ending(KEYS, shell.home / "closed"))
    shell.env["AWS_IAM_URL"] = endpoint.url
    loop = "for n in 1 2 3; do iam-usergetattributes -u bob; done"
    # After the list, the service closes the connection.
    then = f"iam-userlistkeys -u bob; {UNTIL_CLOSED}; exec iam-usergetattributes -u bob"
    done = shell("iamcli", "run", "--stats", "sh", "-c", f"{loop}; {then}")
    assert done.status == 0
    assert statistics(done) == [5, 5, 2]
    connections = [request.connection for request in endpoint.requests]
    assert (len({*connections[:-1]}), connections[-1] in connections[:-1]) == (1, False)


@pytest.mark.full
def test_connections_are_kept_over_tls(shell):
    file = self_signed(shell.home / "certificate")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    secure = Stub(context)
    endpoint = secure.endpoint(USER)
    shell.env |= {"AWS_IAM_URL": endpoint.url, "AWS_CA_BUNDLE": str(file)}
    lines = "iam-usergetattributes -u bob; iam-usergetattributes -u bob; echo $?;"
    lines += (
        "AWS_CA_BUNDLE= iam-usergetattributes -u bob; AWS_CA_BUNDLE=/x iam-userlistkeys; echo $?"
    )
    alone = shell("sh", "-c", lines)
    endpoint.requests.clear()
    done = shell("iamcli", "run", "--stats", "sh", "-c", lines)
    secure.close()
    assert (done.out, STATISTICS.sub("", done.err)) == (alone.out, alone.err)
    assert "cannot make a secure connection" in done.err
    assert statistics(done)[0] == 4
    assert len({request.connection for request in endpoint.requests}) == 1


@pytest.mark.full
def test_a_connection_that_was_closed_is_not_used(shell, stub):
    """The response does not announce that the service closes the connection."""
    endpoint = stub.endpoint(ending(USER, shell.home / "closed"))
    endpoint.on("CreateUser", ok("CreateUser", USER_ELEMENT))
    shell.env["AWS_IAM_URL"] = endpoint.url
    script = f"iam-usergetattributes -u bob; {UNTIL_CLOSED}; iam-usercreate -u bob; echo $?"
    done = shell("iamcli", "run", "--stats", "sh", "-c", script)
    assert done.out.endswith("0\n")
    assert endpoint.operations == ["GetUser", "CreateUser"]
    assert statistics(done) == [2, 2, 2]


@pytest.mark.full
def test_a_request_that_may_have_arrived_is_not_repeated(shell, stub):
    endpoint = stub.endpoint(CLOSED)
    shell.env["AWS_IAM_URL"] = endpoint.url
    command = ("sh", "-c", "iam-usercreate -u bob")
    alone = shell(*command)
    endpoint.requests.clear()
    served = shell("iamcli", "run", *command)
    assert served == alone
    assert "may have taken effect" in served.err
    assert endpoint.operations == ["CreateUser"]


@pytest.mark.full
def test_stdin_without_command_is_a_shell(shell):
    shell.env["SHELL"] = "/bin/sh"
    done = shell("iamcli", "run", "--stats", stdin="iam-usergetattributes -u bob\nexit 3\n")
    assert done.status == 3
    assert statistics(done)[0] == 1


#: SHELL, the shell of the passwd entry, what PATH has, and the shell that starts. In PLACE, ``own``
#: and ``other`` are programs.
SHELLS = [
    ("PLACE/other", "PLACE/own", "PLACE/bin", "other"),
    ("", "PLACE/own", "PLACE/bin", "own"),
    ("", "PLACE/nologin", "PLACE/bin", "bash"),
    ("", "PLACE/false", "PLACE/bin", "bash"),
    ("", "PLACE/not-executable", "PLACE/bin", "bash"),
    ("", "PLACE/absent", "PLACE/bin", "bash"),
    ("", "", "PLACE/bin", "bash"),
    ("", "no entry", "PLACE/bin", "bash"),
    ("", "no entry", "PLACE", "sh"),
]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A directory with the programs of SHELLS."""
    (tmp_path / "bin").mkdir()
    for name in ("own", "other", "nologin", "false", "not-executable", "bin/bash"):
        (tmp_path / name).write_text("#!/bin/sh\necho ${0##*/}\n")
        (tmp_path / name).chmod(0o644 if name == "not-executable" else 0o755)
    return tmp_path


@pytest.fixture
def _same_handlers() -> Iterator[None]:
    """Restore the handlers of signals, which the function under test changes."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD)
    before = [(number, signal.getsignal(number)) for number in numbers]
    yield
    for number, handler in before:
        signal.signal(number, handler)


PLAIN = "cannot be executed: Permission denied; run: chmod +x"
NO_INTERPRETER = "cannot be executed: its first line names the interpreter"


@pytest.mark.usefixtures("_same_handlers")
@pytest.mark.parametrize(
    ("command", "status", "said"),
    [
        (["old-script", "7"], 7, ""),
        (["old-script", "$(kill -9 $$)"], 137, ""),
        # The caller ends in the same way.
        (["old-script", "$(kill -2 $$)"], -signal.SIGINT, ""),
        (["absent"], 127, "absent: not found; is it installed and on PATH?"),
        (
            ["uninterpreted"],
            127,
            f"uninterpreted: {NO_INTERPRETER} /absent/interpreter, which does not exist",
        ),
        (["plain"], 126, f"plain: {PLAIN} PLACE/plain, or run: iamcli run sh PLACE/plain"),
        (["/"], 126, "/: cannot be executed: Permission denied; it is a directory"),
    ],
)
def test_a_command_is_registered_until_it_has_ended(command, status, said, tmp_path, monkeypatch):
    """The script has no interpreter line, and another one has its name in a later directory."""
    monkeypatch.setenv("PATH", f"{tmp_path}:{tmp_path}/later:/usr/bin:/bin")
    (tmp_path / "later").mkdir()
    (tmp_path / "later" / "old-script").write_text("#!/bin/sh\nexit 99\n")
    (tmp_path / "later" / "old-script").chmod(0o755)
    (tmp_path / "old-script").write_text(f'echo $$ >{tmp_path}/process; eval "exit $1"\n')
    (tmp_path / "uninterpreted").write_text("#!/absent/interpreter\n")
    for name in ("old-script", "uninterpreted"):
        (tmp_path / name).chmod(0o755)
    (tmp_path / "plain").touch()
    (tmp_path / "process").touch()
    errors: list[str] = []

    def register(number: int) -> None:
        with (tmp_path / "registered").open("a") as file:
            file.write(f"{number}\n")

    ended = script.run(command, os.environ, errors.append, register=register)
    # A command that cannot be executed is registered before that is known.
    registered = (tmp_path / "registered").read_text().split()[-2:]
    ran = (tmp_path / "process").read_text().split() or registered[:1]
    said = said.replace("PLACE", str(tmp_path))
    assert (ended, errors, registered) == (status, [said] if said else [], [*ran, "0"])


@two_users
@pytest.mark.skipif(not shutil.which("setpriv"), reason="setpriv is not installed")
@pytest.mark.usefixtures("_same_handlers")
def test_a_command_that_becomes_another_user_is_waited_for():
    """The kernel refuses to send it a signal, as to the programs that sudo runs."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        program = shutil.copy(shutil.which("setpriv"), name)
        os.chown(program, 0, OTHER)
        Path(program).chmod(0o4750)
        if os.statvfs(name).f_flag & os.ST_NOSUID:
            pytest.skip("programs with the set-user-ID bit have no effect here")
        ended = "kill -TERM $PPID; kill -HUP $PPID; exit 7"

        def act() -> None:
            status = script.run([program, "--reuid=0", "sh", "-c", ended], os.environ, print)
            assert status == 7

        other_user(act)


#: A program, and where Linux names what loads it.
TRUE, LOADER = Path("/bin/true").read_bytes() if Path("/bin/true").exists() else b"", b"/ld-linux"
#: Files in the current directory: the content, what is run, and what is said. Those that are not
#: executable are refused with the status 126.
FILES = {
    "no directory": ("#!/bin/sh\n", "x.sh", "not found on PATH; write ./x.sh"),
    "a name to quote": ("#!/bin/sh\n", "a b", "not found on PATH; write './a b'"),
    "Windows": (
        "#!/bin/sh\r\necho\r\n",
        "./x.sh",
        (
            f"{NO_INTERPRETER} /bin/sh\\x0d with a carriage return, as lines of Windows files end "
            "with one; run: tr -d '\\r' <./x.sh >NEWFILE"
        ),
    ),
    "no interpreter": (
        "#! /usr/local/bin/ksh88 -p\n",
        "./x.sh",
        f"{NO_INTERPRETER} /usr/local/bin/ksh88, which does not exist",
    ),
    "no loader": (
        TRUE.replace(LOADER, b"/xx-linux"),
        "./x.sh",
        "cannot be executed: the program that loads it does not exist",
    ),
    "no script": ("echo\n", "./x.sh", f"{PLAIN} ./x.sh, or run: iamcli run sh ./x.sh"),
    "a script for bash": (
        "#!/usr/bin/env bash\n",
        "./a b",
        f"{PLAIN} './a b', or run: iamcli run bash './a b'",
    ),
    "a script for bash with lines of Windows": (
        "#!/usr/bin/env\tbash\r\n",
        "./x.sh",
        f"{PLAIN} ./x.sh, or run: iamcli run bash ./x.sh",
    ),
    "an absent interpreter": (
        "#!/opt/ksh88\n",
        "./x.sh",
        f"{PLAIN} ./x.sh, or run: iamcli run sh ./x.sh",
    ),
}


@pytest.mark.parametrize("case", FILES)
def test_why_a_file_does_not_start(tmp_path, monkeypatch, case):
    monkeypatch.chdir(tmp_path)
    content, name, said = FILES[case]
    error: OSError = PermissionError(13, "Permission denied")
    if not said.startswith(PLAIN):
        error = FileNotFoundError(2, "No such file or directory")
    (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    assert visible(reason(name, os.environ, error, "iamcli run")) == said
    if said.startswith(PLAIN):
        # It is executable, but not for this user or not on this file system.
        (tmp_path / name).chmod(0o755)
        said = re.sub("chmod .*, or run: ", "", said)
        assert reason(name, os.environ, error, "iamcli run") == said


@pytest.mark.parametrize("case", usual(("no directory",), FILES))
def test_a_file_that_is_there_but_does_not_start(shell, case):
    if case == "no loader" and LOADER not in TRUE:
        pytest.skip("programs do not name their loader here")
    content, name, said = FILES[case]
    status, mode = (126, 0o644) if said.startswith(PLAIN) else (127, 0o755)
    path = shell.home / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    path.chmod(mode)
    done = shell("iamcli", "run", name)
    assert done == (status, "", f"iamcli: {name}: {said}\n")
    if case == "Windows":
        # What it advises to do.
        shell("sh", "-c", "tr -d '\\r' <./x.sh >NEWFILE; chmod +x NEWFILE")
        assert shell("iamcli", "run", "./NEWFILE") == (0, "\n", "")


@pytest.mark.full
def test_the_advice_of_the_sandbox(shell):
    (shell.home / "x.sh").write_text("#!/bin/sh\necho $1\n")
    done = shell("iamcli", "sandbox", "./x.sh")
    line = done.err.rpartition("or run: ")[2]
    assert (done.status, line) == (126, "iamcli sandbox sh ./x.sh\n")
    assert shell(*line.split(), "7") == (0, "7\n", "")


@pytest.mark.full
def test_a_terminal_is_told_of_the_shell(shell):
    (shell.home / ".bashrc").write_text("PS1='READY> '\n")
    env = {**shell.env, "SHELL": "/bin/bash"}
    terminal = Terminal("iamcli", "run", env=env)
    terminal.wait_for("READY> ")
    assert terminal.shown.startswith(
        "iamcli: starting an interactive shell; type exit to leave iamcli run\r\n"
    )
    terminal.type("exit\r")
    assert terminal.status() == 0
    done = shell("iamcli", "run", stdin="echo in a script\n", env=env)
    assert done == (0, "in a script\n", "")
    terminal = Terminal("iamcli", "run", "true", env=env)
    assert (terminal.status(), terminal.shown) == (0, "")


def test_which_shell_is_the_users(place, monkeypatch):
    found = []
    for variable, entry, path, _ in SHELLS:

        def one(_uid: int, entry: str = entry) -> SimpleNamespace:
            if entry == "no entry":
                raise KeyError
            return SimpleNamespace(pw_shell=entry.replace("PLACE", str(place)))

        monkeypatch.setattr("pwd.getpwuid", one)
        env = {"SHELL": variable, "PATH": path}
        shell = script.user_shell(
            {name: text.replace("PLACE", str(place)) for name, text in env.items()}
        )
        found.append((variable, entry, path, Path(shell).name))
    assert found == SHELLS


@pytest.mark.parametrize(("variable", "entry", "path", "started"), usual([SHELLS[3]], SHELLS))
def test_the_shell_without_shell(shell, place, variable, entry, path, started):
    variable, entry, path = (text.replace("PLACE", str(place)) for text in (variable, entry, path))
    env = {"SHELL": variable, "PATH": path}
    program = (sys.executable, "-c", WITH_ENTRY, entry, "run")
    done = shell(*program, stdin="echo ${0##*/}\n", env=env)
    assert done == (0, f"{started}\n", "")


STATUSES = [
    (["absent"], 127, "iamcli: absent: not found; is it installed and on PATH?\n"),
    (["false"], 1, ""),
    (["sh", "-c", "kill -9 $$"], 137, ""),
    (["/"], 126, "iamcli: /: cannot be executed: Permission denied; it is a directory\n"),
]


@pytest.mark.parametrize(("command", "status", "message"), usual(STATUSES[:1], STATUSES))
def test_the_status_of_the_script(command, status, message, shell):
    assert shell("iamcli", "run", *command) == (status, "", message)


NEEDS_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="the server ends the command")


@pytest.mark.parametrize(
    "stopped",
    [
        pytest.param(False, id="server runs"),
        pytest.param(True, id="server is stopped", marks=[NEEDS_LINUX, pytest.mark.full]),
    ],
)
def test_a_command_ends_with_its_program(shell, stub, *, stopped):
    slow = Slow(shell, stub, LINE)
    server = slow.servers[0]
    if stopped:
        os.kill(server, signal.SIGSTOP)
    forks = set(slow.servers)
    os.kill(slow.program, signal.SIGKILL)
    wait_until(lambda: forks - set(slow.servers))
    if stopped:
        os.kill(server, signal.SIGCONT)
    assert slow.end().out == "137\n"
    assert slow.endpoint.operations == ["ListAccessKeys"]


@pytest.mark.full
def test_a_removal_whose_command_was_killed_does_not_go_on(shell, stub):
    slow = Slow(shell, stub, "iam-userdel -u bob -r; echo $?")
    # The name of a console program is the same for all.
    forks = set(slow.servers)
    os.kill(slow.found("bin/iam-userdel")[0], signal.SIGKILL)
    before = list(slow.endpoint.operations)
    wait_until(lambda: forks - set(slow.servers))
    slow.respond()
    assert slow.end().out == "137\n"
    assert slow.endpoint.operations == before


@pytest.mark.full
def test_after_the_end_of_iamcli_run_the_script_goes_on(shell, stub):
    slow = Slow(shell, stub, f"{LINE}; {LINE}; iam-usergetattributes -z; echo $? end")
    slow.process.kill()
    slow.respond()
    assert slow.end().out.count("Active") == 2
    assert len(slow.endpoint.requests) == 2


@pytest.mark.full
def test_after_the_end_of_the_server_the_script_goes_on(shell, stub):
    slow = Slow(shell, stub, f"{LINE}; {LINE}")
    os.kill(slow.servers[0], signal.SIGKILL)
    slow.respond()
    done = slow.end()
    assert done.out.count("Active") == 2
    assert done.out.count("0\n") == 2
    assert len(slow.endpoint.requests) == 2


LISTED = "iam-userlistkeys -u bob"
ENDED = [
    ("iam-usergetloginprofile -u bob", "", True, True),
    ("iam-usergetloginprofile -u bob", "0", False, True),
    ("iam-usergetloginprofile -u bob", "1", True, False),
    (LISTED, "", False, True),
    (LISTED, "1", True, False),
]


@pytest.mark.parametrize(("line", "mode", "on_out", "on_err"), usual((ENDED[0], *ENDED[3:]), ENDED))
def test_a_command_that_ended_with_the_server_is_not_run_again(
    line, mode, shell, stub, *, on_out, on_err
):
    shell.env["IAMCLI_STRICT"] = mode
    slow = Slow(shell, stub, f"{line}; echo $? end", prefix=("iamcli", "run", "--stats"))
    for process in slow.servers:
        os.kill(process, signal.SIGSTOP)
    for process in slow.servers:
        os.kill(process, signal.SIGKILL)
    done = slow.end()
    name = line.split()[0]
    reason = f"iamcli run ended before {name} did; the outcome is unknown, check it first"
    error = f"{name}: {reason}\n"
    end = "iamcli: the server ended early; what it has done is unknown\n"
    assert (done.out, done.err) == (error * on_out + "1 end\n", error * on_err + end)
    assert len(slow.endpoint.requests) == 1


@pytest.mark.parametrize(
    "number", [signal.SIGTERM, pytest.param(signal.SIGHUP, marks=pytest.mark.full)]
)
def test_a_signal_to_iamcli_run_is_for_the_script(number, shell, stub):
    # The script waits for the signal, which may come after the response.
    wait = 'until [ "$got" ]; do sleep 0.1; done'
    slow = Slow(shell, stub, f"trap 'got=it; echo got it' {number.name[3:]}; {LINE}; {wait}")
    os.kill(slow.process.pid, number)
    slow.respond()
    done = slow.end()
    assert "got it" in done.out
    assert done.status == 0


@pytest.mark.full
def test_a_server_that_is_stopped_is_not_waited_for(shell, stub):
    del shell.env["PYTHONPATH"]  # waits as briefly as for users
    slow = Slow(shell, stub, f"{LINE}; {LINE}")
    server = slow.servers[0]
    os.kill(server, signal.SIGSTOP)
    slow.respond()
    wait_until(lambda: len(slow.endpoint.requests) == 2)
    os.kill(server, signal.SIGCONT)
    assert slow.end().out.count("0\n") == 2
    assert len(slow.endpoint.requests) == 2


def closed_on_exec(information: Path) -> bool:
    """Return whether a process opened a descriptor for itself."""
    flags = information.read_text().partition("flags:")[2].split()[0]
    return bool(int(flags, 8) & os.O_CLOEXEC)


def inherited(process: int) -> dict[str, object]:
    """Return what a process has from its parent, and the descriptors that it would pass on.

    Without sockets.
    """
    place = Path(f"/proc/{process}")
    status = dict(line.split(":\t") for line in (place / "status").read_text().splitlines())
    files = {file.name: str(file.readlink()) for file in (place / "fd").iterdir()}
    return {
        "niceness": os.getpriority(os.PRIO_PROCESS, process),
        "group": os.getpgid(process),
        "session": os.getsid(process),
        "processors": os.sched_getaffinity(process),
        "limits": (place / "limits").read_text(),
        "folder": str((place / "cwd").readlink()),
        "files": {
            number: file
            for number, file in files.items()
            if not (file.startswith("socket:") or closed_on_exec(place / "fdinfo" / number))
        },
        **{name: status[name] for name in ("Umask", "SigIgn", "SigBlk")},
    }


def activity(process: int) -> tuple[float, int]:
    """Return the processor time that a process has used (seconds), and how often it has waited."""
    place = Path(f"/proc/{process}")
    switches = (place / "status").read_text().partition("\nvoluntary_ctxt_switches:")[2].split()[0]
    return sum(map(int, fields(process)[11:13])) / os.sysconf("SC_CLK_TCK"), int(switches)


#: Changes what a process has from its parent, and becomes a command.
PREPARED = """
import os, resource, signal, sys
os.setpgid(0, 0)
os.nice(5)
os.umask(0o27)
os.chdir("sub")
os.sched_setaffinity(0, [max(os.sched_getaffinity(0))])
resource.setrlimit(resource.RLIMIT_NOFILE, (90, 91))
signal.signal(signal.SIGUSR2, signal.SIG_IGN)
# The program does not pass it on then.
signal.signal(signal.SIGCONT, signal.SIG_IGN)
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
os.execvp(sys.argv[1], sys.argv[1:])
"""


def test_a_command_imports_nothing(shell):
    commands = (
        "iam-usercreate -u bob",
        "iam-useraddloginprofile -u bob -p secret",
        "iam-userdel -u bob -r",
        "iam-userlistkeys -u bob",
        "iam-userlistgroups -u bob",
        "iam-groupadduser -g ops -u bob",
        "iam-useruploadpolicy -u bob -p logs -f policy",
    )
    (shell.home / "policy").write_text('{"Statement": []}')
    script = "; ".join(f"{command} >out 2>&1; echo '= {command}'; cat out" for command in commands)
    done = shell("iamcli", "run", "sh", "-c", script, env={"PYTHONPROFILEIMPORTTIME": "1"})
    imported = {}
    for part in done.out.split("= ")[1:]:
        command, _, text = part.partition("\n")
        modules = re.findall(r"^import time: .*\| +(\S+)$", text, re.MULTILINE)
        # The program itself imports these, the latter two while it waits for the command.
        own = ("_socket", "resource", "iamcli.interrupts", "select")
        after = modules[modules.index("iamcli.handover") + 1 :]
        imported[command] = [name for name in after if name not in own]
    assert imported == {command: [] for command in commands}


def test_stop_and_continue(shell, stub):
    (shell.home / "sub").mkdir()
    (shell.home / "in").touch()
    (shell.home / "prepared").write_text(PREPARED)
    script = f"iam-userdel -h >/dev/null; {sys.executable} prepared {LINE}".replace(
        "; echo", " <in 7<in 8>&2; echo"
    )
    slow = Slow(shell, stub, script)
    waiting, main = slow.program, slow.servers[0]
    niceness = os.getpriority(os.PRIO_PROCESS, waiting)
    [fork] = [one for one in slow.servers if os.getpriority(os.PRIO_PROCESS, one) == niceness]
    assert inherited(fork) == inherited(waiting)
    begun, (time_before, waited_before) = time.monotonic(), activity(main)
    os.kill(waiting, signal.SIGSTOP)
    wait_until(lambda: state(fork) == "T")
    slow.respond()
    time.sleep(1.2)
    assert (slow.process.poll(), state(fork)) == (None, "T")
    # It only looks ten times in a second whether a program is stopped.
    time_after, waited_after = activity(main)
    passed = time.monotonic() - begun
    assert time_after - time_before < passed / 2
    assert waited_after - waited_before < 40 * passed
    os.kill(waiting, signal.SIGCONT)
    assert slow.end().out.endswith("\n0\n")


NEW_KEY = ok(
    "CreateAccessKey",
    "<AccessKey><UserName>bob</UserName><AccessKeyId>AKIAIOSFODNN7EXAMPLE</AccessKeyId>"
    "<Status>Active</Status><SecretAccessKey>wJalrXUtnFEMI</SecretAccessKey></AccessKey>",
)


INTERRUPTED = (
    "iam-useraddkey: interrupted; CreateAccessKey may have taken effect, check first: "
    "iam-userlistkeys -u bob"
)


def test_signals_to_a_command(shell, stub):
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    script = "; ".join(["iam-useraddkey -u bob; echo $?"] * len(numbers))
    slow = Slow(shell, stub, script, NEW_KEY)
    assert len(slow.servers) >= 3
    ended: list[int] = []

    def waits() -> bool:
        return len(slow.endpoint.requests) > len(ended)

    for number in numbers:
        wait_until(waits)
        ended += set(slow.found("bin/iam-useraddkey")) - set(ended)
        os.kill(ended[-1], number)
    done = slow.end()
    assert done.out == "".join(f"{128 + number}\n" for number in numbers)
    found = [line for line in done.err.splitlines() if line.startswith("iam-")]
    assert found == [INTERRUPTED] * len(numbers)
    assert slow.endpoint.operations == ["CreateAccessKey"] * len(numbers)


@pytest.mark.full
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_while_a_secret_is_awaited(number, shell, stub):
    results = []
    for prefix in ((), ("iamcli", "run")):
        line = "iam-useraddkey -u bob; echo $?"
        slow = Slow(shell, stub, line, NEW_KEY, prefix)
        os.kill(slow.found("bin/iam-useraddkey")[0], number)
        results.append((slow.end(), slow.endpoint.operations))
    alone, served = results
    assert served == alone
    assert "CreateAccessKey may have taken effect" in served[0].err


def test_the_secret_of_a_closed_output_is_deleted(shell, stub):
    endpoint = stub.endpoint(NEW_KEY).on("DeleteAccessKey", ok("DeleteAccessKey"))
    shell.env["AWS_IAM_URL"] = endpoint.url
    script = "iam-useraddkey -u bob >&-; iam-useraddkey -u bob >/dev/full; echo $?"
    alone = shell("sh", "-c", script)
    served = shell("iamcli", "run", "sh", "-c", script)
    assert served == alone
    assert endpoint.operations[: len(endpoint.operations) // 2] * 2 == endpoint.operations


@pytest.mark.full
def test_debug_output(shell):
    script = "iam-usergetattributes -u bob -d; iam-userdel -u bob -d"
    alone = shell("sh", "-c", script)
    served = shell("iamcli", "run", "sh", "-c", script)
    changing = re.compile(r"\d+(\.\d+)?")
    assert changing.sub("N", served.err) == changing.sub("N", alone.err)
    assert (served.out, served.status) == (alone.out, alone.status)
    assert "debug: " in served.err


GIVEN_AWAY = "os.chown(os.path.dirname(os.environ['IAMCLI_RUN']), 65534, -1)"
#: Forks for each change; the fork makes it, and hands a command over.
CHANGED = """
import _socket, ctypes, json, os, resource, struct, sys, time
sys.argv = ["iam-usergetattributes", "-u", "bob"]
import iamcli
from iamcli import handover
c = ctypes.CDLL(None)
folder, address = os.path.split(os.environ["IAMCLI_RUN"])
def send(message):
    def offer(connection, *_):
        connection.sendall(message)
        connection.shutdown(1)
    handover._offer = offer
for change in json.load(open("changes")):
    child = os.fork()
    if child == 0:
        exec(change)
        handover.hand_over()
        print("alone", flush=True)
        os._exit(0)
    os.waitpid(child, 0)
    print("=", flush=True)
"""
OPENED = "[os.set_inheritable(os.dup(0), True) for _ in range({})]"
SERVED, ALONE = "arn:aws:iam::123456789012:user/bob\nAIDA\n", "alone\n"
#: What is changed, and what the program prints then.
CHANGES = {
    "": SERVED,
    # What decides how a process starts.
    "handover.__version__ = '0.0.9'": ALONE,
    "iamcli.__file__ = handover.__file__ = '/other/handover.py'": ALONE,
    "sys.prefix = '/other'": ALONE,
    "sys.version = '3.99'": ALONE,
    "sys.getfilesystemencoding = lambda: 'latin-1'": ALONE,
    **{
        "import types; flags = {n: getattr(sys.flags, n) for n in dir(sys.flags)}; "
        f"sys.flags = types.SimpleNamespace(**flags | {{{name!r}: not flags[{name!r}]}})": shown
        for name, shown in {
            **dict.fromkeys(("optimize", "dev_mode", "isolated", "no_site"), ALONE),
            # The encoding is the same without it.
            "utf8_mode": SERVED,
        }.items()
    },
    "handover.nl_langinfo = lambda _: 'ISO-8859-1'; import types; "
    "sys.flags = types.SimpleNamespace(**{n: getattr(sys.flags, n) for n in dir(sys.flags)} "
    "| {'utf8_mode': 0})": ALONE,
    "import site; site.USER_SITE = sys.path[-1]": ALONE,
    "os.environ['HOME'] = '/x'": SERVED,
    **{
        f"os.environ['{name}'] = '/x'": ALONE
        for name in ("PYTHONOPTIMIZE", "LD_PRELOAD", "DYLD_LIBRARY_PATH", "OPENSSL_CONF")
    },
    **{
        f"os.environ['{name}'] = '/x'": ALONE
        for name in ("BOTO_CONFIG", "GLIBC_TUNABLES", "MALLOC_ARENA_MAX")
    },
    "os.environ['XHOME'] = '/x'": SERVED,
    # The user and the groups.
    "os.setgroups([4]); os.setgid(65534); os.setuid(65534)": ALONE,
    "os.setgroups([4])": ALONE,
    "os.setresuid(-1, 65534, -1)": ALONE,
    "os.setresuid(65534, 0, 0)": ALONE,
    "os.setresgid(-1, 65534, -1)": ALONE,
    "os.setresgid(65534, 0, 0)": ALONE,
    "handover.is_own = lambda *_: False": ALONE,
    # Another user who knows what the server expects, and keeps all rights (SECBIT_NO_SETUID_FIXUP).
    "identity = handover.identity(); assert not c.prctl(28, 4); os.setresuid(-1, 65534, -1); "
    "handover.identity = lambda: identity; handover.is_own = lambda *_: True": ALONE,
    "os.getpid = os.getppid": ALONE,
    "os.getpid = lambda: 1 << 22": ALONE,
    # The process of a child, which ends with its parent (PR_SET_PDEATHSIG).
    "child = os.fork() or (c.prctl(1, 9), os.closerange(0, 9), time.sleep(9), os._exit(0)); "
    "os.getpid = lambda: child": ALONE,
    "del _socket.SO_PEERCRED": SERVED,
    # More descriptors than the server takes, and more than the kernel does.
    OPENED.format(50): SERVED,
    OPENED.format(197): SERVED,
    OPENED.format(198): ALONE,
    OPENED.format(220): ALONE,
    OPENED.format(300): ALONE,
    # The key is then in the shared files, which the server itself does not read.
    "del os.environ['AWS_CREDENTIAL_FILE']": SERVED,
    # What a process sees and may do.
    "os.setsid()": ALONE,
    "os.setpgid(0, 0)": SERVED,
    "handover._inherited = lambda: [0, 1, 2]; os.chdir(folder); os.chroot('.'); "
    "os.environ['IAMCLI_RUN'] = 'socket'": ALONE,
    **{f"assert not c.unshare({flag})": ALONE for flag in (1 << 17, 1 << 26, 1 << 30)},
    # A right is lost with PR_CAPBSET_DROP, and more with PR_SET_NO_NEW_PRIVS.
    "assert not c.prctl(24, 0)": ALONE,
    "c.prctl(38, 1, 0, 0, 0)": ALONE,
    # A filter that allows every system call (PR_SET_SECCOMP).
    "code = ctypes.create_string_buffer(struct.pack('HBBI', 6, 0, 0, 0x7FFF0000)); "
    "assert not c.prctl(22, 2, struct.pack('HP', 1, ctypes.addressof(code)))": ALONE,
    "resource.setrlimit(resource.RLIMIT_AS, (8 << 30, resource.RLIM_INFINITY))": ALONE,
    "resource.setrlimit(resource.RLIMIT_DATA, (8 << 30, resource.RLIM_INFINITY))": ALONE,
    # Another command, and the same one with another name.
    "os.symlink('iam-userdel', 'iam-usergetattributes'); "
    "sys.argv[0] = os.path.abspath('iam-usergetattributes')": ALONE,
    "os.symlink('program', 'sub'); os.symlink('sub', 'iam-userlistgroups'); "
    "os.rename('iam-userlistgroups', 'iam-usergetattributes'); "
    "sys.argv[0] = os.path.abspath('iam-usergetattributes')": SERVED,
    "sys.argv[0] = 'iam-other'": ALONE,
    "sys.argv = ['']": ALONE,
    # No server, and messages that no program sends.
    "os.environ['IAMCLI_RUN'] = ''": ALONE,
    "os.environ['IAMCLI_RUN'] = folder": ALONE,
    "os.environ['IAMCLI_RUN'] = 'x' * 200": ALONE,
    "send(b'')": ALONE,
    "send(b'xxxx')": ALONE,
    "send(b'x' * 8)": ALONE,
    "send((100).to_bytes(8, 'big') + b'x')": ALONE,
    "send((3).to_bytes(8, 'big') + b'xyz')": ALONE,
    "handover.READY = b'other '": ALONE,
    # The folder belongs to another user from here on.
    f"del _socket.SO_PEERCRED; {GIVEN_AWAY}": ALONE,
}
#: What only root can change.
OF_ROOT = re.compile("setgroups|setres|chown|chroot|unshare|prctl.2")


def test_only_the_same_program_of_the_same_user(shell):
    tried = [change for change in CHANGES if not (os.geteuid() and OF_ROOT.search(change))]
    (shell.home / ".aws").mkdir()
    keys = "[default]\naws_access_key_id=AKIAIOSFODNN7EXAMPLE\naws_secret_access_key=secret\n"
    (shell.home / ".aws" / "credentials").write_text(keys)
    (shell.home / "changes").write_text(json.dumps(tried))
    # The server itself must refuse, not only the permissions of its folder.
    script = 'chmod -R a+rwx "$(dirname "$IAMCLI_RUN")"; exec "$0" -c "$1"'
    done = shell("iamcli", "run", "--stats", "sh", "-c", script, sys.executable, CHANGED)
    assert STATISTICS.sub("", done.err) == ""
    seen = dict(zip(tried, done.out.split("=\n")[:-1], strict=True))
    assert seen == {change: CHANGES[change] for change in tried}
    # A command that runs alone has a connection of its own.
    assert statistics(done)[1] == sum(CHANGES[change] == SERVED for change in tried)


@pytest.mark.full
def test_a_program_of_another_session_runs_alone(shell, stub):
    endpoint = stub.endpoint(ok("DeleteAccessKey"))
    shell.env["AWS_IAM_URL"] = endpoint.url
    script = 'echo "$IAMCLI_RUN" >address; until [ -e done ]; do sleep 0.05; done'
    served = shell.start(
        "iamcli", "run", "--stats", "sh", "-c", script, start_new_session=True, stderr=-1
    )
    address = shell.home / "address"
    wait_until(lambda: address.exists() and address.read_text())
    command = "IAMCLI_RUN=$(cat address) iam-userdelkey -u bob -k AKIAIOSFODNN7EXAMPLE"
    status = shell.start("sh", "-c", command).wait(TIMEOUT)
    (shell.home / "done").touch()
    assert (status, endpoint.operations) == (0, ["DeleteAccessKey"])
    assert STATISTICS.search(served.communicate(timeout=TIMEOUT)[1].decode())[1] == "0"


def test_no_fork_waits_after_the_script(shell, stub):
    script = "iam-userlistkeys -u bob >out & until [ -e done ]; do sleep 0.05; done"
    slow = Slow(shell, stub, script)
    # The server, the pool, the command and the spare, which then ends.
    wait_until(lambda: len(slow.servers) == 4)
    (shell.home / "done").touch()
    wait_until(lambda: len(slow.servers) == 3)
    time.sleep(0.3)
    assert len(slow.servers) == 3
    os.kill(slow.program, signal.SIGKILL)
    wait_until(lambda: not slow.servers)


def test_the_end_of_the_whole_process_group(shell, stub):
    slow = Slow(shell, stub, LINE, start_new_session=True)
    os.killpg(slow.process.pid, signal.SIGKILL)
    assert slow.end().out == ""


@pytest.mark.full
def test_signals_to_the_process_group_do_not_end_the_server(shell, stub):
    signals = ("INT", "HUP", "TERM", "USR1", "ALRM")
    trap = f"trap : {' '.join(signals)}; " + f"{LINE}; " * 4
    slow = Slow(shell, stub, trap, start_new_session=True)
    server = slow.servers[0]
    for name in signals[:3]:
        os.killpg(slow.process.pid, getattr(signal, f"SIG{name}"))
    for name in signals[3:]:
        os.kill(server, getattr(signal, f"SIG{name}"))
    slow.respond()
    wait_until(lambda: len(slow.endpoint.requests) > 1)
    assert server in slow.servers
    assert slow.end().out.endswith("IsTruncated: false\n0\n")


@pytest.mark.full
def test_timeout_ends_a_command(shell, stub):
    slow = Slow(shell, stub, f"timeout {NEVER} iam-userlistkeys -u bob; echo $?")
    # What it is sent when its time is up.
    lines = running(shell.home).items()
    [timeout] = (number for number, line in lines if line.startswith("timeout "))
    os.kill(timeout, signal.SIGALRM)
    assert slow.end().out == "124\n"


@pytest.mark.full
def test_a_stopped_process_in_a_group_without_a_terminal(shell):
    script = (
        "trap 'echo hung up' HUP; sleep 60 & kill -STOP $!; "
        "iamcli run sh -c 'iam-usergetattributes -u bob; iam-usergetattributes -u bob'; "
        "echo $?; kill -KILL $!"
    )
    done = shell("setsid", "--wait", "bash", "-c", script)
    assert "hung up" not in done.out
    assert done.out.endswith("AIDA\n0\n")


@pytest.mark.full
def test_background_jobs_outlive_the_script(shell, stub):
    # The job keeps the standard error of iamcli run open.
    slow = Slow(shell, stub, "iam-userlistkeys -u bob >f 2>&1 &")
    slow.process.wait(TIMEOUT)
    slow.respond()
    slow.end()
    wait_until(lambda: "Active" in (shell.home / "f").read_text())
    assert len(slow.endpoint.requests) == 1


def test_a_prompt_on_the_terminal(shell):
    line = "iam-useraddloginprofile -u bob -p -; echo status $?; iam-usergetattributes -u bob"
    terminal = Terminal("iamcli", "run", "--stats", "sh", "-c", line, env=shell.env)
    terminal.wait_for(": ")
    wait_until(lambda: not terminal.echoes())
    terminal.type("secret\r")
    terminal.wait_for("again: ")
    wait_until(lambda: not terminal.echoes())
    terminal.type("secret\r")
    terminal.wait_for("status 0")
    terminal.wait_for("2 commands")
    assert terminal.status() == 0
    assert "secret" not in terminal.shown


def test_interrupt_from_the_terminal(shell, stub):
    endpoint = stub.endpoint(SILENT)
    env = {**shell.env, "AWS_IAM_URL": endpoint.url}
    line = "trap 'echo trapped' INT; iam-usercreate -u bob; echo status $?"
    terminal = Terminal("iamcli", "run", "sh", "-c", line, env=env)
    wait_until(lambda: endpoint.requests)
    terminal.type("\x03")
    terminal.wait_for("interrupted; CreateUser may have taken effect")
    terminal.wait_for("status 130")
    terminal.status()
    assert terminal.shown.count("interrupted") == 1


def stop_while_waiting(
    terminal: Terminal, endpoint: Endpoint, released: threading.Event, home: Path
) -> None:
    """Stop a list while it waits for its response; check that it does not go on."""
    wait_until(lambda: endpoint.requests)
    terminal.type("\x1a")
    terminal.wait_for("Stopped")
    # The fork that waits for the response, which the server stops a little later.
    wait_until(lambda: any(state(number) == "T" for number in servers(home)))
    released.set()
    time.sleep(0.5)
    assert "Active" not in terminal.shown


@pytest.mark.full
def test_stop_from_the_terminal(shell, stub):
    released = threading.Event()
    endpoint = stub.endpoint(KEYS._replace(released=released))
    env = {**shell.env, "AWS_IAM_URL": endpoint.url, "PS1": "READY> "}
    terminal = Terminal("bash", "--norc", env=env)
    terminal.type("iamcli run sh -c 'iam-userlistkeys -u bob'\r")
    stop_while_waiting(terminal, endpoint, released, shell.home)
    terminal.type("fg\r")
    terminal.wait_for("Active")
    terminal.type("exit\r")
    terminal.status()


@pytest.mark.full
def test_the_end_of_iamcli_run_ends_its_shell(shell):
    (shell.home / ".bashrc").write_text("PS1='READY> '\n")
    terminal = Terminal("iamcli", "run", env={**shell.env, "SHELL": "/bin/bash"})
    terminal.wait_for("READY> ")
    # bash ignores this signal if it is interactive.
    terminal.send_signal(signal.SIGTERM)
    assert terminal.status() == 128 + signal.SIGHUP


@pytest.mark.full
def test_jobs_of_the_shell(shell, stub):
    released = threading.Event()
    endpoint = stub.endpoint(KEYS._replace(released=released))
    env = {**shell.env, "AWS_IAM_URL": endpoint.url, "SHELL": "/bin/bash"}
    (shell.home / ".bashrc").write_text("PS1='READY> '\n")
    terminal = Terminal("iamcli", "run", "--stats", env=env)
    terminal.wait_for("READY> ")
    terminal.type("iam-userlistkeys -u bob\r")
    stop_while_waiting(terminal, endpoint, released, shell.home)
    terminal.type("bg\r")
    terminal.wait_for("Active")
    released.clear()  # Ctrl-C comes before the response
    terminal.type("iam-userlistkeys -u bob\r")
    wait_until(lambda: len(endpoint.requests) == 2)
    terminal.type("\x03echo status $?\r")
    terminal.wait_for("status 130")
    released.set()
    terminal.type("exit\r")
    terminal.wait_for("2 commands, 2 requests")
    assert terminal.status() == 0


@pytest.mark.full
def test_hang_up(shell, stub):
    endpoint = stub.endpoint(SILENT)
    env = {**shell.env, "AWS_IAM_URL": endpoint.url}
    terminal = Terminal("iamcli", "run", "sh", "-c", "iam-userlistkeys -u bob", env=env)
    wait_until(lambda: endpoint.requests)
    terminal.hang_up()


@pytest.mark.full
def test_the_folder_is_closed_to_others(shell):
    script = 'stat -c %a "$(dirname "$IAMCLI_RUN")"; umask'
    assert shell("sh", "-c", f"umask 0; iamcli run sh -c '{script}'").out == "700\n0000\n"


def test_who_can_replace_the_folder(tmp_path):
    above, place = tmp_path / "above", tmp_path / "above" / "place"
    place.mkdir(parents=True)
    modes = [(0o755, 0o700), (0o755, 0o775), (0o755, 0o757), (0o755, 0o1777)]
    modes += [(0o775, 0o700), (0o757, 0o700), (0o1777, 0o700)]
    seen = []
    for outer, inner in modes:
        above.chmod(outer)
        place.chmod(inner)
        seen.append(is_protected(str(place)))
    assert seen == [True, False, False, True, False, False, True]
    if os.geteuid() == 0:
        os.chown(above, 65534, -1)
        assert not is_protected(str(place))


def test_what_is_said_of_statistics():
    known = {"connections": 1, "requests": 0, "commands": 2, "alone": {}}
    assert _statistics(known) == ["2 commands, 0 requests, 1 connections"]
    known = {"commands": 2, "alone": {"LD_* differs": 2, "the session differs": 1}}
    assert _statistics(known) == [
        "2 commands, unknown requests, unknown connections",
        "2 commands started by themselves: LD_* differs",
        "1 command started by itself: the session differs",
    ]
    assert _statistics({}) == ["the server ended early; what it has done is unknown"]


#: Imports what the server does, becomes a program with another HOME, and prints what still has the
#: directory of before.
ANOTHER_HOME = """
import os, sys
from iamcli.cli.run import program
from iamcli.cli.run.warmup import import_all, warm_up
import_all("iamcli.cli")
warm_up()
home = os.environ["HOME"]
program._set_variables({**os.environb, b"HOME": b"/other"})
owners = {name: vars(module) for name, module in sys.modules.items() if name != "__main__"}
for module in list(owners.values()):
    owners |= {
        f"{one.__module__}.{one.__name__}": vars(one)
        for one in module.values()
        if isinstance(one, type)
    }
for owner, members in sorted(owners.items()):
    for name, value in list(members.items()):
        if isinstance(value, str) and home in value:
            print(f"{owner}.{name}")
"""


def test_what_is_known_of_a_home_directory(run):
    done = run(sys.executable, "-c", ANOTHER_HOME)
    # The first is used only by those who name no directory, and the others when Python starts.
    known = ["botocore.utils.JSONFileCache.CACHE_DIR", "site.USER_BASE", "site.USER_SITE"]
    assert (done.status, done.err) == (0, "")
    assert sorted(done.out.splitlines()) == known


#: Lines of scripts whose commands the server cannot run in the same way, and what differs.
DIFFERING = {
    "setsid -w iam-usergetattributes -u bob": "the session differs",
    "PYTHONUNBUFFERED=1 iam-usergetattributes -u bob": "PYTHON* differs",
    "(ulimit -v 4000000; iam-usergetattributes -u bob)": "the memory limit differs",
}


def test_why_commands_start_by_themselves(shell):
    done = shell("iamcli", "run", "--stats", "bash", "-c", "; ".join([*DIFFERING, *DIFFERING]))
    assert (done.status, done.out) == (0, SERVED * 6)
    first, *lines = done.err.splitlines()
    assert first == "iamcli: 0 commands, 0 requests, 0 connections"
    said = {f"iamcli: 2 commands started by themselves: {why}" for why in DIFFERING.values()}
    assert (set(lines), len(lines)) == (said, 3)


#: Offers its command to the server, and gives up before the server has answered, or does not wait
#: for the server at all.
GIVING_UP = """
import os, sys
sys.argv = ["iam-usergetattributes", "-u", "bob"]
from iamcli import handover
os.environ["GIVE"] == "up" and setattr(handover, "_message", lambda _: (b"", 0))
handover.hand_over()
from iamcli.commands.users import usergetattributes
usergetattributes()
"""


def test_a_command_that_was_given_up_is_not_counted_as_one_of_the_server(shell):
    line = f"GIVE={{}} {sys.executable} -c '{GIVING_UP}'"
    script = "; ".join([line.format("up"), line.format("no"), line.format("up")])
    done = shell("iamcli", "run", "--stats", "sh", "-c", script)
    assert (done.status, done.out) == (0, SERVED * 3)
    assert done.err == (
        "iamcli: 1 commands, 1 requests, 1 connections\n"
        "iamcli: 2 commands started by themselves: not taken at once by the server\n"
    )


@pytest.mark.full
@pytest.mark.parametrize("jobs", [60, 200])
def test_each_of_many_commands_is_counted_once(jobs, shell, stub):
    endpoint = stub.endpoint(USER)
    script = f"for i in $(seq {jobs}); do iam-usergetattributes -u bob >>out & done; wait"
    done = shell("iamcli", "run", "--stats", "sh", "-c", script, env={"AWS_IAM_URL": endpoint.url})
    commands, requests, _ = statistics(done)
    alone = sum(map(int, re.findall(r"(\d+) commands? started by", done.err)))
    assert (commands + alone, requests, len(endpoint.requests)) == (jobs, commands, jobs)


def buffering(descriptor: int, unbuffered: str) -> list[tuple[bool, bool, bool]]:
    """Return how a command in the server buffers standard streams that are ``descriptor``."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            for number in range(3):
                os.dup2(descriptor, number)
            os.environ["PYTHONUNBUFFERED"] = unbuffered
            made = [_stream(number, mode, "strict") for number, mode in enumerate("rww")]
            found = [
                (each.line_buffering, each.write_through, isinstance(each.buffer, io.FileIO))
                for each in made
            ]
            os.write(theirs, json.dumps(found).encode())
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    os.close(theirs)
    with os.fdopen(ours) as file:
        return [tuple(item) for item in json.load(file)]


def test_streams_are_buffered_as_by_python(terminal, tmp_path):
    device = os.open(terminal[1], os.O_RDWR | os.O_NOCTTY)
    file = os.open(tmp_path / "file", os.O_RDWR | os.O_CREAT)
    seen = [buffering(descriptor, value) for descriptor in (device, file) for value in ("", "1")]
    for descriptor in (device, file):
        os.close(descriptor)
    no, line, through = (False, False, False), (True, False, False), (True, True, True)
    assert seen == [
        [line, line, line],
        [line, through, through],
        [no, no, line],
        [no, (False, True, True), through],
    ]


def test_a_process_that_is_gone_is_not_stopped():
    process = os.fork() or os._exit(0)
    os.waitpid(process, 0)
    fork = Running(SimpleNamespace(), process)
    _follow(process, fork)
    assert not fork.stopped


#: Places for the folder, as commands that make $TMPDIR, and whether it is there.
PLACES = {
    "for everybody": ("chmod 777 $TMPDIR", False),
    "for a group": ("chmod 770 $TMPDIR", False),
    "for everybody, protected": ("chmod 1777 $TMPDIR", True),
    "in a folder for everybody": ("chmod 700 $TMPDIR; chmod 777 .", False),
    "a link to one for everybody": ("mkdir 1; chmod 777 1; rmdir tmp; ln -s 1 tmp", False),
    "of another user": ("chown 65534 $TMPDIR", False),
}


@pytest.mark.full
@pytest.mark.parametrize(
    "name", usual(("for everybody", "for everybody, protected", "of another user"), PLACES)
)
def test_others_cannot_replace_the_folder(name, shell):
    prepare, used = PLACES[name]
    if "chown" in prepare and os.geteuid():
        pytest.skip("requires root, to be two users")
    # The path of a socket must be short.
    with tempfile.TemporaryDirectory(dir="/tmp") as above:
        shell.env["TMPDIR"] = f"{above}/tmp"
        run = f"iamcli run --stats sh -c 'echo \"$IAMCLI_RUN\"; {LINE}'"
        done = shell("sh", "-c", f"cd {above}; mkdir tmp; {prepare}; {run}")
    address, *lines = done.out.splitlines()
    assert lines[-1] == "0"
    assert statistics(done) == [1, 1, 1]
    assert address.startswith(f"{above}/") == used, address
    assert address.startswith("/tmp/")


#: Runs iamcli as on a machine whose /tmp is the first argument.
OTHER_TMP = """
import sys
from iamcli.cli import main
from iamcli import protection
protection._OTHER_PLACE = sys.argv.pop(1)
sys.exit(main())
"""


def test_without_a_safe_place_commands_run_alone(shell):
    (shell.home / "tmp").chmod(0o777)
    (shell.home / "other.py").write_text(OTHER_TMP)
    line = "iam-usergetattributes -u bob; echo $IAMCLI_RUN"
    alone = shell("sh", "-c", line)
    arguments = (sys.executable, "other.py", str(shell.home / "tmp"), "run")
    assert shell(*arguments, "sh", "-c", line) == alone
    done = shell(*arguments, "--stats", "sh", "-c", line)
    said = (
        "no server: other users can replace files in the temporary folder; set TMPDIR to your own"
    )
    assert done == (0, alone.out, f"iamcli: {said}\n")


@pytest.mark.full
def test_a_long_folder_name(shell):
    folder = shell.home / "tmp" / ("x" * 120)
    folder.mkdir()
    shell.env["TMPDIR"] = str(folder)
    done = shell("iamcli", "run", "--stats", "iam-usergetattributes", "-u", "bob")
    assert statistics(done) == [1, 1, 1]
    folder.rmdir()


@pytest.mark.full
def test_without_a_server_nothing_changes(shell):
    alone = shell("iam-usergetattributes", "-u", "bob")
    for address in ("/nonexistent/socket", str(shell.home), "x" * 200):
        done = shell("iam-usergetattributes", "-u", "bob", env={"IAMCLI_RUN": address})
        assert done == alone


def constant(text: str) -> str:
    """Return ``text`` without what changes from run to run."""
    text = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "<UUID>", text)
    return re.sub(r"<DATE-\d+>", "<DATE>", tokens(text))


@pytest.mark.full
@pytest.mark.parametrize("file", SAMPLES, ids=lambda file: file.stem)
def test_a_sample_script_leaves_the_same_account(file, aws, moto):
    answers = TESTS / "answers"
    aws.env |= {"POLICY_FILE": str(answers / "policy.json"), "CERT": str(answers / "cert.pem")}
    aws.env |= {"KEY": str(answers / "key.pem"), "CHAIN": str(answers / "chain.pem")}
    aws.env |= {"AWS_IAM_HOME": str(BIN.parent), "JAVA_HOME": "/nowhere"}
    results = []
    for prefix in ([], ["iamcli", "run"]):
        resettable.reset(moto)
        done = aws(*prefix, str(file))
        account = aws(str(BIN / "aws"), "iam", "get-account-authorization-details")
        assert account.status == 0, account.err
        summary = aws(str(BIN / "aws"), "iam", "get-account-summary")
        # What "set -x" shows of a pipeline has no order.
        traced = sorted(done.err.splitlines())
        seen = (constant(done.out), traced, constant(account.out), summary.out)
        results.append((done.status, *seen))
    assert results[0][0] == 0, results[0]
    assert results[1] == results[0]
