"""Commands in ``iamcli run`` behave as alone: output, descriptors, streams and accounts."""

from __future__ import annotations

import io
import json
import os
import re
import sys
from pathlib import Path

import pytest
from support import resettable
from support.processes import wait_until
from support.requirements import needs
from support.selection import in_full, usual
from support.served import NEW_KEY, STATISTICS, statistics
from support.shell import BIN, ROOT, TESTS
from support.stub import ok
from support.transcripts import tokens

from iamcli.cli.run.program import _stream

pytestmark = pytest.mark.usefixtures("patient", "nothing_left")


SAMPLES = sorted((TESTS / "scripts").glob("*.sh"))


#: Scripts, each with the number of its commands that the server runs.
SCRIPTS = {
    "output": ("iam-usergetattributes -u bob; echo $?", 1),
    "error": ("iam-userdel -u bob; echo $?", 1),
    "usage error": ("iam-usergetattributes -z; echo $?", 1),
    "debug": ("iam-usergetattributes -u bob -d 2>&1 | sed 's/[0-9][0-9.]*/N/g'", 1),
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
    "output that takes no error": (
        (
            "mkfifo p; exec 5<>p 6>p 5>&-; export IAMCLI_STRICT=1; iam-userdel -z >&6; rm p; "
            "iam-userdel -u x >&-; iam-userdel -u x >/dev/full; iam-userdel -u x 1<policy"
        ),
        4,
    ),
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
    "two passwords": ("printf 'a\\nb\\n' | iam-userchangepassword -o - -n -; echo $?", 1),
    "another network": ("unshare -n iam-usergetattributes -u bob 2>&1 | sed s/:[0-9]*/:PORT/g", 0),
    "proxy": ("http_proxy=http://127.0.0.1:1 iam-usergetattributes -u bob; echo $?", 1),
    "no connection": ("AWS_IAM_URL=http://127.0.0.1:1 iam-userdel -u bob; echo $?", 1),
    "time limit": ("IAMCLI_TIMEOUT=x iam-userdel -u bob; echo $?", 1),
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
USUAL = ("all closed", "chain", "output that takes no error")


@pytest.mark.parametrize("name", usual(USUAL, SCRIPTS))
def test_a_script_is_the_same(name, shell):
    script, expected = SCRIPTS[name]
    if name == "another network" and os.geteuid():
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
    if name == "from the checkout":
        # The launcher waits no longer for the server than for users.
        wait_until(lambda: statistics(shell(*prefix, "bash", "-c", script))[0] == expected)
    else:
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


@needs("flock")
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


def test_many_descriptors(shell):
    script = (
        "import os, resource; resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096));"
        "[os.set_inheritable(os.dup(0), True) for _ in range(1100)];"
        "os.execvp('iamcli', ['iamcli', 'run', 'sh', '-c', 'exit 3'])"
    )
    assert shell(sys.executable, "-c", script).status == 3


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


def test_the_secret_of_a_closed_output_is_deleted(shell, stub):
    endpoint = stub.endpoint(NEW_KEY).on("DeleteAccessKey", ok("DeleteAccessKey"))
    shell.env["AWS_IAM_URL"] = endpoint.url
    script = "iam-useraddkey -u bob >&-; iam-useraddkey -u bob >/dev/full; echo $?"
    alone = shell("sh", "-c", script)
    served = shell("iamcli", "run", "sh", "-c", script)
    assert served == alone
    assert endpoint.operations[: len(endpoint.operations) // 2] * 2 == endpoint.operations


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
