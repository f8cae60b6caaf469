"""Errors where old scripts look for them: scripts end alike in default and in strict mode."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import signal
import socket
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
from support.faults import CLOSED, silent
from support.interrupting import full_pipe
from support.processes import blocked, wait_until
from support.selection import in_full, pairs, usual
from support.streams import PRINTS, VALUES, internal_errors
from support.stub import faulty, ok, refused
from support.terminal import Terminal

from iamcli.cli import index

if TYPE_CHECKING:
    from collections.abc import Mapping
    from http.server import BaseHTTPRequestHandler

    from support.forked import ForkRunner
    from support.shell import Shell
    from support.stub import Endpoint, Stub


DEFAULT, STRICT, ALONE = "", "1", "0"
GROUP = "<Group><Arn>arn:next</Arn><GroupId>AGPA</GroupId></Group>"
GONE = refused("NoSuchEntity", "The user with name bob cannot be found.", 404)


@pytest.fixture
def without_bob(forked: Shell, stub: Stub) -> Endpoint:
    """An account with everything but the user bob."""
    made = stub.endpoint(ok("DeleteGroup")).on("CreateGroup", ok("CreateGroup", GROUP))
    for operation in ("DeleteUser", "ListGroupsForUser"):
        made.on(operation, GONE)
    # A user that is missing would be waited for.
    made.on("CreateAccessKey", refused("LimitExceeded", "Cannot exceed quota.", 409))
    forked.env["AWS_IAM_URL"] = made.url
    return made


def test_a_loop_over_a_failing_list_changes_nothing(forked, without_bob):
    listing = "iam-grouplistusers -g deploy"
    without_bob.on("GetGroup", GONE)
    done = forked("bash", "-c", f"for user in $({listing}); do iam-userdel -r -u $user; done")
    assert (done.out, done.err.startswith("iam-grouplistusers: ")) == ("", True)
    assert without_bob.operations == ["GetGroup"]


@pytest.mark.parametrize("name", PRINTS)
def test_what_each_command_prints(name):
    """What prints a list or a secret gets no words of an error."""
    command = index.load(name)
    # The commands name what changes what they print.
    output = command.documentation.partition("Output:")[2].partition("Example:")[0]
    named = re.findall(r"[Ww]ith((?: -\w)+)[:,]", output.partition("Differs:")[0])
    assert {" ".join(each.split()) for each in named} <= {"-o", *PRINTS[name]}
    found = {options: not command.prints(options.split()) for options in PRINTS[name]}
    assert found == {options: kind == VALUES for options, kind in PRINTS[name].items()}


@pytest.mark.parametrize(
    ("line", "copied"),
    [
        ("iam-userlistpolicies -u bob -p P", True),
        ("iam-userlistpolicies -u bob -p=P", False),
        ("iam-userlistpolicies -u bob -a -p P", False),
        ("iam-userlistpolicies -u -p", False),
        ("iam-userdel -u -p", True),
        ("iam-userdel -p -u", False),
        ("iam-usercreate -u -k", True),
        ("iam-usercreate -u bob -k -o new", True),
        ("iam-usercreate -u bob -k -o", False),
        ("iam-instanceprofilegetattributes -s -r", True),
        ("iam-instanceprofilegetattributes -r -s web", False),
    ],
)
def test_what_counts_is_what_the_parser_understands(line, copied, run_fast, stub):
    endpoint = stub.endpoint(refused("AccessDenied", "You are not allowed to.", 403))
    process = run_fast.start(*line.split(), env={"AWS_IAM_URL": endpoint.url})
    out, err = process.communicate()
    assert err.startswith(b"iam-")
    assert out == (err if copied else b"")


# Which stream gets what.


class Way(NamedTuple):
    """A way to fail: the command, its variables, and what standard output gets before the error."""

    line: str
    env: Mapping[str, str] = {}
    data: str = ""
    before: str = ""


USER = "<User><Arn>arn:bob</Arn></User>"
#: Raises an error that no code expects; and one where an error is reported.
UNFORESEEN = "from iamcli.operations.service import IAM\nIAM.call = None"
NO_MEMORY = """
from iamcli import runner
def report(*_):
    raise MemoryError
runner._report = report
"""
#: The same before the arguments are parsed.
NO_OUTPUT = f"{NO_MEMORY}runner.Program.output = report"
#: A failure in ``iamcli run``, which has passed signals on to the command until then.
HANDED_OVER = """
import signal
from iamcli.cli import index
signal.signal(signal.SIGTERM, lambda *_: None)
index.load("iam-userdel")("the outcome is unknown")
"""
WITH_NUMBER = "import os\nopen('pid', 'w').write(str(os.getpid()))"
WAYS = {
    "a usage error": Way("iam-userdel -x"),
    "an absent option": Way("iam-userdel"),
    "a value that is not valid": Way("iam-usermodkey -s on"),
    "an unquoted policy": Way("iam-useruploadpolicy -u b -p p -o '{a:' b}"),
    "a local check": Way("iam-useruploadpolicy -u b -p p -f absent"),
    "credentials": Way("iam-userdel -u bob", {"AWS_CREDENTIAL_FILE": "absent"}),
    "a connection": Way(
        "iam-userdel -u bob", {"AWS_IAM_URL": "http://127.0.0.1:1", "AWS_MAX_ATTEMPTS": "1"}
    ),
    "the service": Way("iam-userdel -u bob"),
    "after data": Way("iam-usergetattributes -u bob", {}, "arn:bob\n"),
    "some of several steps": Way("iam-groupadduser -g a -u ann -u bob"),
    "an unknown outcome": Way("iam-groupdel -g lost", {"AWS_MAX_ATTEMPTS": "1"}),
    "a signal": Way("iam-roledel -r slow", {}, "", WITH_NUMBER),
    "an internal error": Way("iam-groupcreate -g x", {}, "", UNFORESEEN),
    "a lack of memory": Way("iam-userdel -u bob", {}, "", NO_MEMORY),
    "a handover": Way("iam-userdel -u bob", {}, "", HANDED_OVER),
    "one policy": Way("iam-userlistpolicies -u bob -p absent"),
    "a saved key": Way("iam-useraddkey -u bob -o new"),
    "with -d": Way("iam-userdel -u bob -d"),
}
#: Those that print a list or a secret.
LISTING = {
    "a list": Way("iam-userlistgroups -u bob"),
    "a usage error of a list": Way("iam-userlistgroups -x"),
    "a key": Way("iam-useraddkey -u bob"),
}
#: Those that are reported in different ways.
DIFFERENT = (
    "a usage error",
    "an unquoted policy",
    "after data",
    "some of several steps",
    "a lack of memory",
    "a list",
)
#: Those without data. To print a key, a command first looks at standard output.
EVERY = {
    "an internal error with -d": Way("iam-groupcreate -g x -d", {}, "", UNFORESEEN),
    "no memory at the start": Way("iam-userdel -u bob", {}, "", NO_OUTPUT),
    **{name: way for name, way in (WAYS | LISTING).items() if not way.data and name != "a key"},
}
QUICK = ("a usage error", "after data", "some of several steps", "a signal", "a list")
#: What standard output and standard error are: a file of this name, or one of the others.
FILES, PIPE, NO_READER = ("out", "err"), ("pipe", "err"), ("pipe that nobody reads", "err")
BOTH, DEVICE, FULL = ("out", "out"), ("/dev/null", "err"), ("/dev/full", "err")
CLOSED_OUT, CLOSED_ERROR = ("closed", "err"), ("out", "closed")
READ_ONLY, READING_END = ("read-only", "err"), ("reading end", "err")
#: What takes no error.
LOST = (FULL, CLOSED_OUT, NO_READER, READ_ONLY, READING_END)
REPORTED = ("the service", "credentials", "some of several steps", "a handover", "a list", *EVERY)
QUICKLY_LOST = [("a signal", FULL), ("with -d", FULL), *zip(REPORTED, LOST * 2, strict=False)]


@pytest.fixture
def failing(without_bob: Endpoint, forked: Shell) -> Endpoint:
    """An account in which each of the ways fails."""

    def kill(handler: BaseHTTPRequestHandler) -> None:
        os.kill(int((forked.home / "pid").read_text()), signal.SIGINT)
        silent(handler)

    without_bob.on("GetUser", ok("GetUser", USER)).on("GetUserPolicy", GONE)
    group = "<Group><Arn>a</Arn></Group><IsTruncated>false</IsTruncated>"
    without_bob.on("GetGroup", ok("GetGroup", group))
    without_bob.on("DeleteGroup", CLOSED).on("DeleteRole", faulty(kill))
    return without_bob


def renew(endpoint: Endpoint) -> None:
    """Let only the first of several members be added."""
    endpoint.on("AddUserToGroup", ok("AddUserToGroup"), refused("AccessDenied", "no", 403))


def streams(
    way: Way, how: tuple[str, str], mode: str, run: ForkRunner, endpoint: Endpoint
) -> tuple[str, str, int]:
    """Return what is in the files for standard output and standard error, and the status."""
    renew(endpoint)
    reader, writer = os.pipe()
    with os.fdopen(reader, "rb") as received, contextlib.ExitStack() as opened:
        pipe = opened.enter_context(os.fdopen(writer, "wb"))
        files = {"pipe": pipe, "pipe that nobody reads": pipe, "closed": pipe}
        files["reading end"] = received
        files["read-only"] = opened.enter_context(Path(os.devnull).open("rb"))
        for name in {*how} - {*files}:
            files[name] = opened.enter_context((run.home / name).open("wb"))
        if how == NO_READER:
            received.close()
        closing = [f"os.close({n + 1})" for n in range(2) if how[n] == "closed"]
        process = run.start(
            *shlex.split(way.line),
            stdout=files[how[0]],
            stderr=files[how[1]],
            env={**way.env, "IAMCLI_STRICT": mode},
            before="\n".join(["import os", *closing, way.before]),
        )
        status = process.wait()
        opened.close()
        piped = "" if received.closed else received.read().decode()
    out, err = ((run.home / name).read_text() if name in how else "" for name in ("out", "err"))
    return out + piped, err, status


def on_two_lines(error: str) -> str:
    """Return an error of strict mode as it is in the other ones, with a line for what was done.

    In the help, a list has another default.
    """
    error = error.replace("default: 100\n", "default: all\n")
    return error.replace("; added: ", "\niam-groupadduser: added: ")


def without_debug(text: str) -> str:
    lines = text.splitlines(keepends=True)
    return "".join(line for line in lines if ": debug: " not in line)


@pytest.mark.parametrize("name", [*WAYS, *LISTING])
def test_which_file_gets_an_error(name, run_fast, failing):
    way = {**WAYS, **LISTING}[name]
    strict, _, status = streams(way, FILES, STRICT, run_fast, failing)
    error = without_debug(strict).removeprefix(way.data)
    assert (status, error.startswith("iam-")) == (-signal.SIGINT if name == "a signal" else 1, True)
    error = on_two_lines(error)
    copied = way.data if name in LISTING else way.data + error
    for mode, expected in ((DEFAULT, copied), (ALONE, way.data)):
        out, err, ended = streams(way, FILES, mode, run_fast, failing)
        assert (out, without_debug(err), ended) == (expected, error, status)


@pytest.mark.parametrize("name", DIFFERENT)
def test_which_other_stream_gets_an_error(name, run_fast, failing):
    way = {**WAYS, **LISTING}[name]

    def told(how: tuple[str, str], mode: str) -> tuple[str, str, int]:
        return streams(way, how, mode, run_fast, failing)

    strict, _, status = told(FILES, STRICT)
    error = on_two_lines(strict.removeprefix(way.data))
    copied = way.data if name in LISTING else way.data + error
    assert told(PIPE, DEFAULT) == (copied, error, status)
    assert told(PIPE, ALONE) == (way.data, error, status)
    assert told(CLOSED_ERROR, DEFAULT)[0] == copied
    for mode in (DEFAULT, ALONE):
        assert told(BOTH, mode)[0] == way.data + error
        assert told(DEVICE, mode)[1] == error
    assert told(DEVICE, STRICT)[1] == ""
    assert told(BOTH, STRICT)[0] == strict


@pytest.mark.parametrize(("name", "lost"), pairs(EVERY, LOST, first=QUICKLY_LOST))
def test_an_error_that_standard_output_does_not_take(name, lost, run_fast, failing):
    """Standard error gets it, in strict mode as a whole; nobody gets the lines of -d then."""
    strict, _, status = streams(EVERY[name], FILES, STRICT, run_fast, failing)
    error = without_debug(strict)
    assert streams(EVERY[name], lost, STRICT, run_fast, failing) == ("", error, status)
    for mode in (DEFAULT, ALONE):
        out, err, ended = streams(EVERY[name], lost, mode, run_fast, failing)
        assert (out, without_debug(err), ended) == ("", on_two_lines(error), status)


@pytest.mark.parametrize("name", ["the service", in_full("a usage error"), "a handover"])
def test_an_error_that_nobody_reads_until_a_signal_comes(name, run_fast, failing):
    reader, writer = full_pipe()
    way = EVERY[name]
    error = streams(way, FILES, STRICT, run_fast, failing)[0]
    env, requests = {"IAMCLI_STRICT": STRICT}, failing.answered * 2
    process = run_fast.start(*way.line.split(), stdout=writer, env=env, before=way.before)
    os.close(writer)
    wait_until(lambda: failing.answered == requests and blocked(process.pid))
    process.send_signal(signal.SIGTERM)
    assert (process.communicate()[1].decode(), process.wait()) == (error, -signal.SIGTERM)
    os.close(reader)


def test_a_reader_of_one_line_gets_the_others_nowhere_else(run_fast):
    """All lines are written at once: here, what is written after that is lost."""
    once = "import os; write = os.write\n"
    once += "os.write = lambda number, part: (write(number, part), part and os.close(1))[0]"
    strict = {"IAMCLI_STRICT": STRICT}
    out, err = run_fast.start("iam-userdel", "-z", stderr=-1, env=strict, before=once).communicate()
    assert (out.count(b"\n") > 9, err) == (True, b"")


def test_a_socket_gets_an_error_as_a_pipe_does(run_fast):
    ours, theirs = socket.socketpair()
    with theirs:
        process = run_fast.start("iam-userdel", stdout=theirs.fileno(), stderr=-1)
        err = process.communicate()[1]
    with ours, ours.makefile("rb") as received:
        assert received.read() == err != b""


@pytest.mark.parametrize("name", usual(QUICK, [*WAYS, *LISTING]))
def test_a_terminal_gets_an_error_once(name, forked, run_fast, failing):
    """A file beside the terminal gets what strict mode prints, without what only a person reads."""
    way = {**WAYS, **LISTING}[name]
    strict, _, _ = streams(way, FILES, STRICT, run_fast, failing)
    first = on_two_lines(without_debug(strict)).removeprefix(way.data).splitlines()[0]
    for how in ("{}", "{} >out"):
        renew(failing)
        env = {**forked.env, **way.env, "FORKED_BEFORE": way.before}
        script = f"cd {forked.home}; " + how.replace("{}", way.line)
        seen = Terminal("bash", "-c", script, env=env)
        seen.wait()
        shown = " ".join(seen.shown.split())
        assert shown.count(" ".join(first.split())) == 1
    assert (forked.home / "out").read_text() == (
        way.data if name in LISTING else on_two_lines(without_debug(strict))
    )
    assert bool(internal_errors()) == (name == "an internal error")
