"""The timer of a block disturbs no files, children and terminals, and no timer of the parent."""

from __future__ import annotations

import contextlib
import os
import signal
import ssl
import sys
import threading
from typing import TYPE_CHECKING, NamedTuple

import pytest
from support.connecting import assuming
from support.faults import CLOSED, SILENT
from support.processes import blocked, wait_until
from support.requirements import require
from support.selection import in_full, pairs, usual
from support.stub import Answer, Stub, canned, ok, refused
from support.syscalls import logged, needs_compiler, variables
from support.terminal import Terminal

from iamcli import interrupts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.shell import Shell

#: What STS answers.
ASSUMED = (
    "<Credentials><AccessKeyId>A</AccessKeyId><SecretAccessKey>s</SecretAccessKey>"
    "<SessionToken>t</SessionToken><Expiration>2100-01-01T00:00:00Z</Expiration></Credentials>"
)
#: What the service of a container answers.
OF_CONTAINER = (
    b'{"AccessKeyId": "A", "SecretAccessKey": "s", "Token": "t", '
    b'"Expiration": "2100-01-01T00:00:00Z"}'
)
READ = ("iam-usergetattributes", "-u", "bob")

# Calls on regular files, which some file systems begin anew after a tick.


@pytest.fixture
def role(run: Shell, tls: tuple[object, Path], request: pytest.FixtureRequest) -> Shell:
    """A shell in which a command needs an access key of STS, over TLS."""
    stub, certificate = request.getfixturevalue("tls")
    endpoint = stub.endpoint(canned("GetUser")).on("AssumeRole", ok("AssumeRole", ASSUMED))
    assuming(run, "")
    run.env |= {"AWS_CA_BUNDLE": str(certificate), "AWS_IAM_URL": endpoint.url}
    run.env["AWS_ENDPOINT_URL_STS"] = endpoint.url
    return run


def with_log(run: Shell, **more: object) -> dict[str, str]:
    """Return the variables with which the library writes what it sees."""
    return {name: value for name, value in run.env.items() if value} | variables(
        run.home / "log", **more
    )


def assert_no_file_was_used(log: Path) -> None:
    """While the timer ran. A module is reported by the path of its file."""
    assert logged(log, "start") != []
    used = dict.fromkeys(line.split(None, 2)[2] for line in logged(log, "timer"))
    assert not used, "while the timer ran:\n" + "\n".join(used)


@needs_compiler
@pytest.mark.parametrize("before", ["", in_full("iamcli run")])
def test_no_file_is_used_while_the_timer_runs_and_a_key_is_requested(before, role):
    done = role(*before.split(), *READ, env=with_log(role))
    assert (done.status, done.err) == (0, "")
    assert_no_file_was_used(role.home / "log")


class Sent(NamedTuple):
    """A command line, what it is answered, and its exit status; ``route``: one of ROUTES."""

    line: tuple[str, ...]
    answers: list[Answer]
    status: int = 0
    route: str = "directly"
    mode: str = "standard"


#: Each way to the service: the server, the scheme of the URL, and the variables.
ROUTES = {
    "directly": ("plain", "http", {}),
    "over TLS": ("secure", "https", {}),
    "through a proxy": ("plain", "http", {"HTTP_PROXY": "http://127.0.0.1:{plain}"}),
    "through a proxy, over TLS": ("tunnel", "https", {"HTTPS_PROXY": "http://127.0.0.1:{tunnel}"}),
    "through a proxy with TLS": ("secure", "http", {"HTTP_PROXY": "https://127.0.0.1:{secure}"}),
    "with a key of a container": (
        "plain",
        "http",
        {"AWS_CREDENTIAL_FILE": "", "AWS_CONTAINER_CREDENTIALS_FULL_URI": "{keys}"},
    ),
}
REMOVE = ("iam-userdel", "-u", "bob")
UPLOAD = ("iam-useruploadpolicy", "-u", "bob", "-p", "p", "-f", "policy.json")
GOT, FAULT = canned("GetUser"), refused("InternalFailure", "", 500)
SLOWER = refused("Throttling")
PAGES = [canned("ListUsers-truncated"), canned("ListUsers-last")]
SENT = {
    **{route: Sent(READ, [GOT], route=route) for route in ROUTES},
    "a list": Sent(("iam-userlistbypath",), PAGES),
    "a policy": Sent(UPLOAD, [ok("PutUserPolicy")]),
    "a refusal": Sent(REMOVE, [refused("AccessDenied", "no", 403)], 1),
    "a retry": Sent(READ, [FAULT, GOT]),
    "a lost response": Sent(READ, [CLOSED, GOT]),
    "a lost response, over TLS": Sent(READ, [CLOSED, GOT], route="over TLS"),
    "a lost response to a change": Sent(REMOVE, [CLOSED, GOT, GOT], 1),
    "a web page": Sent(READ, [Answer(b"<html>")], 1),
    **{f"{mode} retries": Sent(READ, [SLOWER, GOT], mode=mode) for mode in ("adaptive", "legacy")},
}


#: Rows of which others have each part.
COMBINED = ("a retry", "a lost response, over TLS")


@needs_compiler
@pytest.mark.parametrize("name", usual(SENT.keys() - COMBINED, SENT))
def test_no_file_is_used_while_the_timer_runs(name, run, stub, tls):
    (run.home / "policy.json").write_text("{}")
    sent = SENT[name]
    server, scheme, variables = ROUTES[sent.route]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tls[1])
    servers = {"plain": stub, "secure": tls[0], "tunnel": Stub(tunnel=context)}
    url = servers[server].endpoint(*sent.answers).url
    named = {
        "keys": stub.endpoint(Answer(OF_CONTAINER)).url,
        **{one: running.port for one, running in servers.items()},
    }
    run.env |= {
        "AWS_CA_BUNDLE": str(tls[1]),
        "AWS_IAM_URL": f"{scheme}:{url.partition(':')[2]}",
        "AWS_RETRY_MODE": sent.mode,
        **{variable: value.format(**named) for variable, value in variables.items()},
    }
    done = run(*sent.line, env=with_log(run))
    servers["tunnel"].close()
    assert done.status == sent.status
    assert_no_file_was_used(run.home / "log")


# Programs that iamcli starts.

#: Starts a command as a parent does that has changed how SIGALRM is handled.
STARTING = """
import os, sys
from signal import *
{}
os.execvp(sys.argv[1], sys.argv[1:])
"""
PARENTS = {
    "default free": "",
    "ignored free": "signal(SIGALRM, SIG_IGN)",
    "default blocked": "pthread_sigmask(SIG_BLOCK, [SIGALRM])",
}
#: Each way in which a program is started: the command line, and the programs.
WAYS = [
    ("iamcli run cat /dev/null", "python cat"),
    ("iamcli run {home}/no-interpreter", "python sh"),
    ("iamcli run iam-usergetattributes -u bob", "python sh"),
    ("iam-usergetattributes -u bob", "python sh"),
    ("iamcli sandbox cat /dev/null", "python cat"),
    ("iamcli help iam-usercreate", "python man"),
    ("iamcli help run", "python man"),
    ("iamcli doctor", "python man sh"),
]


@needs_compiler
@pytest.mark.parametrize(
    ("way", "state", "on_terminal"),
    pairs(WAYS, PARENTS, (False, True), first=[(WAYS[3], "ignored free", False)]),
)
def test_a_program_finds_the_signal_as_its_parent_left_it(
    way, state, run, stub, request, *, on_terminal
):
    line, programs = way
    if "man" in programs:
        require(request.node, "man")
    program = '#!/bin/sh\necho \'{"Version": 1, "AccessKeyId": "A", "SecretAccessKey": "s"}\'\n'
    for name, content in (("credentials", program), ("no-interpreter", "exit 0\n")):
        (run.home / name).write_text(content)
        (run.home / name).chmod(0o700)
    (run.home / "config").write_text(f"[default]\ncredential_process={run.home}/credentials\n")
    run.env |= {
        "AWS_IAM_URL": stub.endpoint(*[canned("GetUser")] * 9).url,
        "AWS_CONFIG_FILE": str(run.home / "config"),
        "AWS_CREDENTIAL_FILE": "",
        "PAGER": "cat",
    }
    starting = STARTING.format(PARENTS[state])
    command = (sys.executable, "-c", starting, *line.format(home=run.home).split())
    if on_terminal:
        Terminal(*command, env=with_log(run)).status()
    else:
        run(*command, env=with_log(run))
    # The first one is the parent itself. What others start is their matter.
    started = [line.split(None, 2)[1:] for line in logged(run.home / "log", "start")][1:]
    found = {(name, how) for name, how in started if name in programs.split()}
    assert found == {(name, f"{state} none") for name in programs.split()}


#: How iamcli check runs shfmt, which has no variables, and is linked statically.
SHFMT = """
import sys
from iamcli.cli.check.script.shfmt import Parser
print(Parser().run(sys.argv[1:], b"")[1].decode(), end="")
"""


@pytest.mark.parametrize("state", usual([*PARENTS][:1], PARENTS))
def test_shfmt_finds_the_signal_as_its_parent_left_it(state, run):
    starting = (sys.executable, "-c", STARTING.format(PARENTS[state]))
    shown = ("grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status")
    found = run(*starting, sys.executable, "-c", SHFMT, *shown).out
    # Linux shows each set as a hexadecimal number.
    is_blocked, is_ignored = (
        int(line.split()[1], 16) >> signal.SIGALRM - 1 & 1 for line in found.splitlines()
    )
    assert f"{['default', 'ignored'][is_ignored]} {['free', 'blocked'][is_blocked]}" == state


# The terminal.

PROMPTING = """
import sys
from iamcli import interrupts
from iamcli.config import readpassphrase
interrupts.TICK = float(sys.argv[2])
for number in range(int(sys.argv[1])):
    assert readpassphrase.read(f"{number}: ") == b"secret", number
"""


@needs_compiler
@pytest.mark.parametrize(("prompts", "tick", "drain"), [(3, 0.02, 70), in_full(1000, 0.001, 0)])
def test_ticks_leave_the_terminal_as_it_was(prompts, tick, drain, run):
    """Also one that shows slowly what was written: ticks come while its modes are set."""
    prompting = (sys.executable, "-c", PROMPTING, str(prompts), str(tick))
    terminal = Terminal(*prompting, env=with_log(run, drain=drain))
    try:
        for number in range(prompts):
            terminal.wait_for(f"{number}: ")
            assert not terminal.echoes()
            terminal.type("secret\n")
        assert terminal.wait() == 0
        assert terminal.echoes()
        assert "secret" not in terminal.shown
    finally:
        terminal.close()


# A timer of the parent.

#: perl -e 'alarm 1; exec @ARGV'
ALARM = "import os, signal, sys; signal.setitimer(0, 0.7); os.execvp(sys.argv[1], sys.argv[1:])"
WAITING = {
    "the network": READ,
    "standard input": ("iam-useraddloginprofile", "-u", "bob", "-p", "-"),
    "a script": ("iamcli", "run", "sleep", "600"),
}


@pytest.mark.parametrize("place", usual([*WAITING][:1], WAITING))
def test_the_timer_of_the_parent_ends_the_process(place, run, stub):
    run.env |= {"AWS_IAM_URL": stub.endpoint(SILENT).url, "IAMCLI_TIMEOUT": "3000"}
    command = (sys.executable, "-c", ALARM, *WAITING[place])
    process = run.start(*command, stdin=-1, start_new_session=True)
    try:
        assert process.wait(30) == -signal.SIGALRM
    finally:
        # The script of iamcli run is still running.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def test_its_signal_ends_what_waits_for_the_server_of_iamcli_run(run, stub):
    """As timeout -s ALRM sends it."""
    endpoint = stub.endpoint(SILENT)
    run.env |= {"AWS_IAM_URL": endpoint.url, "IAMCLI_TIMEOUT": "3000"}
    code = (
        "import os, sys; os.write(1, b'%d\\n' % os.getpid()); os.execvp(sys.argv[1], sys.argv[1:])"
    )
    process = run.start("iamcli", "run", sys.executable, "-c", code, *READ, stdout=-1)
    number = int(process.stdout.readline())
    wait_until(lambda: endpoint.requests and blocked(number))
    os.kill(number, signal.SIGALRM)
    assert process.wait() == 128 + signal.SIGALRM
    process.communicate()


# Windows.


@pytest.fixture
def before() -> Iterator[list[object]]:
    """What a block changes is restored."""
    found = state()
    yield found
    assert state()[:2] == found[:2]
    assert not interrupts.SignalState.ticking


def state() -> list[object]:
    return [
        signal.getsignal(signal.SIGALRM),
        signal.SIGALRM in signal.pthread_sigmask(signal.SIG_BLOCK, ()),
        signal.getitimer(signal.ITIMER_REAL),
    ]


def test_a_block_restores_everything(before):
    for handler in (signal.SIG_DFL, signal.SIG_IGN, lambda *_: None):
        signal.signal(signal.SIGALRM, handler)
        for how in (signal.SIG_BLOCK, signal.SIG_UNBLOCK):
            signal.pthread_sigmask(how, [signal.SIGALRM])
            expected = state()
            with interrupts.Interruptible(), interrupts.Interruptible():
                assert state()[1] is False
                assert signal.getitimer(signal.ITIMER_REAL)[1] == interrupts.TICK
            assert state() == expected
    signal.signal(signal.SIGALRM, before[0])


def test_a_block_keeps_the_timer_that_was_running(before):
    del before
    signal.setitimer(signal.ITIMER_REAL, 5000, 7)
    try:
        with interrupts.Interruptible():
            assert signal.getitimer(signal.ITIMER_REAL)[1] == interrupts.TICK
        left, interval = signal.getitimer(signal.ITIMER_REAL)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    assert (4000 < left <= 5000, interval) == (True, 7)


def test_a_block_in_another_thread_has_no_effect(before):
    seen = []

    def wait() -> None:
        with interrupts.Interruptible():
            seen.append(state())

    thread = threading.Thread(target=wait)
    thread.start()
    thread.join()
    assert seen == [before]


def test_each_tick(before):
    """Also an inner block does not end the ticks of the outer one."""
    del before
    ticks: list[str] = []
    interrupts.call_each_tick(lambda: ticks.append("tick"))
    try:
        with interrupts.Interruptible():
            with interrupts.Interruptible():
                pass
            wait_until(lambda: len(ticks) > 1)
    finally:
        interrupts.call_each_tick(None)
