"""Which programs the server of ``iamcli run`` takes, what it counts, and where its folder is."""

from __future__ import annotations

import json
import os
import re
import sys

import pytest
from support.served import STATISTICS, USER, statistics

from iamcli.cli.run.pool import UNKNOWN
from iamcli.cli.running.command_server import Done, _statistics

pytestmark = pytest.mark.usefixtures("patient", "nothing_left")


GIVEN_AWAY = "os.chown(os.path.dirname(os.environ['IAMCLI_RUN']), 65534, -1)"
#: Forks for each change; the fork makes it, and hands a command over.
CHANGED = """
import _socket, ctypes, json, os, resource, struct, sys, time
sys.argv = ["iam-usergetattributes", "-u", "bob"]
import iamcli
from iamcli import handover
handover.AT_ONCE = 100
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


def test_the_folder_is_closed_to_others(shell):
    script = 'stat -c %a "$(dirname "$IAMCLI_RUN")"; umask'
    assert shell("sh", "-c", f"umask 0; iamcli run sh -c '{script}'").out == "700\n0000\n"


def test_what_is_said_of_statistics():
    known = Done(2, {}, "0 requests, 1 connection")
    assert _statistics(known) == ["2 commands, 0 requests, 1 connection"]
    alone = {"LD_* differs": 2, "the session differs": 1}
    assert _statistics(Done(2, alone, UNKNOWN)) == [
        "2 commands, unknown requests, unknown connections",
        "2 commands started by themselves: LD_* differs",
        "1 command started by itself: the session differs",
    ]
    assert _statistics(None) == ["the server ended early; what it has done is unknown"]


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
handover.AT_ONCE = 100
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
        "iamcli: 1 command, 1 request, 1 connection\n"
        "iamcli: 2 commands started by themselves: not taken at once by the server\n"
    )


#: Runs iamcli with a server that begins after the time limit, when there is a file ``begin``.
LATE = """
import sys
from iamcli.cli import main
from iamcli.cli.running import command_server as module
WAIT = "import os, time\\nwhile not os.path.exists('begin'): time.sleep(0.01)\\n"
module._SERVER_CODE = WAIT + module._SERVER_CODE
wait = module.CommandServer.wait
def wait_briefly(server):
    module.TIMEOUT = 0.1
    wait(server)
    module.TIMEOUT = 100
module.CommandServer.wait = wait_briefly
sys.exit(main())
"""


def test_a_server_that_begins_late_takes_the_next_commands(shell):
    line = f"GIVE={{}} {sys.executable} -c '{GIVING_UP}'"
    script = "; ".join([line.format("up"), "touch begin", line.format("no")])
    done = shell(sys.executable, "-c", LATE, "run", "--stats", "sh", "-c", script)
    assert (done.status, done.out) == (0, SERVED * 2)
    assert done.err == (
        "iamcli: 1 command, 1 request, 1 connection\n"
        "iamcli: 1 command started by itself: not taken at once by the server\n"
    )


def test_a_server_that_begins_at_the_end_counts_what_it_did_not_take(shell):
    line = f"GIVE=up {sys.executable} -c '{GIVING_UP}'"
    script = f"{line}; {line}; touch begin"
    done = shell(sys.executable, "-c", LATE, "run", "--stats", "sh", "-c", script)
    assert (done.status, done.out) == (0, SERVED * 2)
    assert done.err == (
        "iamcli: 0 commands, 0 requests, 0 connections\n"
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


def test_a_long_folder_name(shell):
    folder = shell.home / "tmp" / ("x" * 120)
    folder.mkdir()
    shell.env["TMPDIR"] = str(folder)
    done = shell("iamcli", "run", "--stats", "iam-usergetattributes", "-u", "bob")
    assert statistics(done) == [1, 1, 1]
    folder.rmdir()
