"""The program of a credential_process: its time, its end, and what it leaves."""

from __future__ import annotations

import json
import os
import signal
from typing import TYPE_CHECKING

import pytest
from support.limits import NEVER
from support.patience import iamcli
from support.processes import running, wait_until
from support.selection import in_full, pairs, usual
from support.shell import KEY_ID, SECRET
from support.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.shell import Shell
    from support.stub import Endpoint

GET = "iam-usergetattributes"
CANNOT = "cannot get credentials from the AWS configuration: "
LATE = "the credential_process did not end within {} seconds"
ADVICE = "run it to see why, or increase IAMCLI_TIMEOUT, the limit of commands"
#: How a program hangs, or something that it has started.
HANGING = {
    "itself": f"exec sleep {NEVER}",
    "another one": f"sleep {NEVER}; echo",
    "two": f"sleep {NEVER} & wait",
    "without its output": f"exec >&- 2>&-; sleep {NEVER}; echo",
    "what it leaves": f"sleep {NEVER} &",
    # Its key comes after the limit, and before the end of what it has started.
    "late": "cd; setsid sh -c 'while [ -e /proc/$0 ]; do sleep 0.01; done; cat key.json' $$ &"
    f" exec sleep {NEVER}",
    "not ended by SIGTERM": f"trap '' TERM; sleep {NEVER} & wait; sleep {NEVER}",
}


@pytest.fixture
def program(run: Shell, endpoint: Endpoint) -> Iterator[Path]:
    """The file of the program, whose key is in the file ``key.json``."""
    file = run.home / "program"
    (run.home / "config").write_text(f"[default]\ncredential_process = sh {file}\n")
    key = {"Version": 1, "AccessKeyId": KEY_ID, "SecretAccessKey": SECRET}
    (run.home / "key.json").write_text(json.dumps(key))
    run.env |= {"AWS_CONFIG_FILE": str(run.home / "config"), "AWS_ENDPOINT_URL": endpoint.url}
    run.env |= {"IAMCLI_TIMEOUT": "1"}
    del run.env["AWS_CREDENTIAL_FILE"]
    yield file
    for process in running(run.home):
        os.kill(process, signal.SIGKILL)


def gone(run: Shell) -> bool:
    """Return whether all processes of the program have ended."""
    return not running(run.home)


@pytest.mark.parametrize("how", usual(["itself", "what it leaves", "late"], HANGING))
def test_a_program_that_hangs_is_ended(how, program, run_fast):
    program.write_text(HANGING[how])
    done = run_fast(GET)
    assert (done.status, done.err) == (1, f"{GET}: {CANNOT}{LATE.format(1)}; {ADVICE}\n")
    wait_until(lambda: gone(run_fast))


MORE = "the credential_process printed more than 1048576 bytes; run it to see why"
NO_REST = "the credential_process has ended without complete credentials; run it to see why"
#: A program that prints for ever, or ends and leaves another one, and what is said, "" if it works.
PRINTING = {
    "for ever": ("yes", MORE),
    "errors for ever": ("yes >&2", MORE),
    "another one for ever": ("yes & wait", MORE),
    "left for ever": ("printf {; yes &", MORE),
    "the rest": ("head -c 20 key.json; (sleep 0.3; tail -c +21 key.json) &", ""),
    "everything": ("echo; (sleep 0.3; cat key.json) &", ""),
    "nothing": (f"sleep {NEVER} &", NO_REST),
    "no more": (f"printf '{{'; sleep {NEVER} &", NO_REST),
    "other text": (f"echo no JSON; sleep {NEVER} &", "Expecting value"),
    "a long text": ("head -c 1048000 /dev/zero | tr '\\0' ' '; cat key.json", ""),
}
#: With less than the usual time for the rest.
BRIEFLY = (*iamcli({"iamcli.connection.credential_programs.AFTER_END": 0.5}), "snapshot", "-")
USUAL = {"for ever": False, "errors for ever": True, "the rest": False, "everything": True,
         "nothing": True, "no more": False, "other text": False, "a long text": False}  # fmt: skip


@pytest.mark.parametrize(
    ("how", "on_terminal"), pairs(PRINTING, (False, True), first=[*USUAL.items()])
)
def test_what_a_program_prints_is_limited_and_waited_for(how, program, run, *, on_terminal):
    text, said = PRINTING[how]
    # The end of the terminal is not that of what it has started.
    program.write_text(f"cd; trap '' HUP; {text}")
    run.env["IAMCLI_TIMEOUT"] = "10" if said == MORE else str(NEVER)
    command = BRIEFLY if said == NO_REST else (GET,)
    if on_terminal:
        terminal = Terminal("sh", "-c", '"$@" >"$HOME/out"; exit $?', "sh", *command, env=run.env)
        status, shown = terminal.status(), terminal.shown
    else:
        process = run.start(*command, stdout=-1, stderr=-1, start_new_session=True)
        status, shown = process.wait(), process.communicate()[1].decode()
    assert (status, said in shown) == (1 if said else 0, True)
    # On a terminal, what has been left without a message may belong to the user.
    if said == MORE or (not on_terminal and said == NO_REST):
        wait_until(lambda: gone(run))


def test_a_program_that_hangs_is_ended_in_iamcli_run(program, run):
    program.write_text(HANGING["two"])
    process = run.start("iamcli", "run", GET, stdout=-1, stderr=-1, start_new_session=True)
    assert LATE.format(1) in process.communicate()[1].decode()
    assert process.returncode == 1
    wait_until(lambda: gone(run))


def test_without_the_variable_its_default_limits_a_program(program, run_fast):
    program.write_text(HANGING["itself"])
    shorter = "from iamcli.connection import transport\ntransport.TIMEOUT /= 120"
    done = run_fast(GET, env={"IAMCLI_TIMEOUT": ""}, before=shorter)
    assert LATE.format(0.5) in done.err


def test_doctor_ends_a_program(program, run_fast):
    program.write_text(HANGING["another one"])
    shorter = "from iamcli.cli.doctor import credential_sources\n"
    shorter += "credential_sources.LONGEST_WAIT /= 20"
    done = run_fast("iamcli", "doctor", env={"IAMCLI_TIMEOUT": ""}, before=shorter)
    assert done.status == 1
    assert f"{CANNOT}{LATE.format(0.5)}; {ADVICE}\n" in done.out
    wait_until(lambda: gone(run_fast))


def test_doctor_reports_an_invalid_limit_once(program, run_fast):
    program.write_text("cd; cat key.json")
    done = run_fast("iamcli", "doctor", "--offline", env={"IAMCLI_TIMEOUT": "x"})
    assert done.out.count("invalid IAMCLI_TIMEOUT") == 1
    done = run_fast("iamcli", "doctor", env={"IAMCLI_TIMEOUT": "x"})
    assert done.out.count("invalid IAMCLI_TIMEOUT") == 1


AGENT = f"sleep {NEVER} & cat key.json"


@pytest.mark.parametrize("on_terminal", [False, True])
def test_an_agent_that_a_program_leaves_goes_on(program, run, *, on_terminal):
    """It has the pipe to the command open."""
    program.write_text(f"cd; {AGENT}")
    if on_terminal:
        # The end of the terminal is not that of the agent.
        program.write_text(f"cd; trap '' HUP; {AGENT}")
        assert Terminal(GET, env=run.env | {"IAMCLI_TIMEOUT": "60"}).status() == 0
    else:
        process = run.start(GET, stdout=-1, stderr=-1, start_new_session=True)
        assert process.communicate()[1] == b""
        assert process.wait() == 0
    assert list(running(run.home).values()) == [f"sleep {NEVER} "]


def test_a_program_that_leaves_an_agent_and_fails(program, run_fast):
    program.write_text(f"sleep {NEVER} & echo no login >&2; exit 3")
    assert run_fast(GET, env={"IAMCLI_TIMEOUT": "60"}).err.endswith("no login\n")
    assert not gone(run_fast)


SESSION = "cut -d ' ' -f 5,6 /proc/$$/stat >place"


def test_without_a_terminal_a_program_has_a_session_of_its_own(program, run):
    program.write_text(f"cd; {SESSION}; echo $$ >>place; cat key.json")
    process = run.start(GET, stdout=-1, stderr=-1, start_new_session=True)
    process.communicate()
    assert process.returncode == 0
    group, session, own = (run.home / "place").read_text().split()
    assert (group, session) == (own, own)


@pytest.mark.parametrize("stdin", ["", "</dev/null"])
def test_on_a_terminal_a_program_has_its_group_and_time(stdin, program, run):
    program.write_text(f"cd; {SESSION}; sleep 1.5; cat key.json")
    terminal = Terminal("sh", "-c", f"{GET} {stdin}; exit $?", env=run.env)
    assert terminal.status() == 0
    group, session = (run.home / "place").read_text().split()
    assert group == session == str(terminal.pid)


def test_on_a_terminal_ctrl_c_ends_a_program(program, run):
    program.write_text(f"echo begun >&0; sleep {NEVER}; echo")
    terminal = Terminal(GET, env=run.env)
    terminal.wait_for("begun")
    terminal.type("\x03")
    assert terminal.wait() == -signal.SIGINT
    wait_until(lambda: gone(run))
    terminal.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, in_full(signal.SIGINT)])
@pytest.mark.parametrize("line", [GET, "iamcli doctor", in_full(f"iamcli run {GET}")])
@pytest.mark.parametrize("how", ["two", in_full("what it leaves")])
def test_what_ends_the_command_ends_its_program(how, line, number, program, run):
    run.env["IAMCLI_TIMEOUT"] = str(NEVER)
    program.write_text(f"cd; echo begun >begun; {HANGING[how]}")
    process = run.start(*line.split(), stdout=-1, stderr=-1, start_new_session=True)
    wait_until((run.home / "begun").exists)
    process.send_signal(number)
    # iamcli run returns the status of a shell.
    of_run = line.startswith("iamcli run") and number != signal.SIGINT
    assert process.wait() == (128 + number if of_run else -number)
    process.communicate()
    wait_until(lambda: gone(run))


#: A signal just after a program was started, and before the command knows that.
AT_THE_START = """
import os, subprocess
class Popen(subprocess.Popen):
    def __init__(self, *arguments, **more):
        super().__init__(*arguments, **more)
        os.kill(os.getpid(), {})
subprocess.Popen = Popen
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("line", [GET, "iamcli doctor"])
def test_a_signal_while_a_program_starts_ends_both(line, number, program, run_fast):
    program.write_text(HANGING["another one"])
    done = run_fast(*line.split(), before=AT_THE_START.format(int(number)))
    assert done.status == -number
    wait_until(lambda: gone(run_fast))


# Completion.

COMPLETE = ("complete", "user", "iam-userdel")
QUICK = iamcli({"iamcli.cli.complete.names.TIMEOUT": 0.5})


@pytest.mark.parametrize("on_terminal", [False, True])
@pytest.mark.parametrize("how", usual(["another one"], HANGING))
def test_completion_ends_a_program(how, program, run, *, on_terminal):
    program.write_text(HANGING[how])
    if on_terminal:
        terminal = Terminal(*QUICK, *COMPLETE, env=run.env)
        assert (terminal.status(), terminal.shown) == (0, "")
    else:
        process = run.start(*QUICK, *COMPLETE, stdout=-1, stderr=-1, start_new_session=True)
        assert process.communicate() == (b"", b"")
        assert process.returncode == 0
    wait_until(lambda: gone(run))


@pytest.mark.parametrize(
    "variable",
    [
        "AWS_CREDENTIAL_FILE",
        "CLIENT_CONFIG_FILE",
        in_full("AWS_CONFIG_FILE"),
        in_full("AWS_SHARED_CREDENTIALS_FILE"),
    ],
)
def test_completion_does_not_wait_for_a_pipe(variable, run, endpoint):
    os.mkfifo(run.home / "pipe")
    if variable.startswith("AWS_C") or "SHARED" in variable:
        run.env.pop("AWS_CREDENTIAL_FILE")
    run.env[variable] = str(run.home / "pipe")
    assert run(*QUICK, *COMPLETE) == (0, "", "")
    assert endpoint.requests == []


# What an error shows.


@pytest.mark.parametrize("printed", ["export AWS_SECRET_ACCESS_KEY={}", '{{"secret": "{}"}}'])
@pytest.mark.parametrize("status", [0, 1])
def test_an_error_repeats_nothing_that_a_program_printed(status, printed, program, run_fast):
    (run_fast.home / "printed").write_text(printed.format(SECRET))
    program.write_text(f"cd; cat printed; echo cannot use {SECRET} >&2; exit {status}")
    done = run_fast(GET)
    assert done.status == 1
    assert SECRET not in done.err
    hidden = "it failed, but has printed something, maybe a secret; run it to see why\n"
    assert done.err.endswith(hidden) is bool(status)


def test_an_error_of_a_program_that_printed_nothing_is_shown(program, run_fast):
    program.write_text("echo 'Your login has expired' >&2; exit 1")
    assert run_fast(GET).err.endswith("Your login has expired\n")
