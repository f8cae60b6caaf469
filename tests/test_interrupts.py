"""Ctrl-C at any moment: status 130, no traceback, no stray file; and what may have been done."""

from __future__ import annotations

import fcntl
import os
import re
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from conftest import BIN
from processes import wait_until
from stub import Answer, faulty, ok, refused

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from http.server import BaseHTTPRequestHandler

    from conftest import Shell
    from stub import Scene, Stub

ANSWERS = Path(__file__).resolve().parent / "answers"
#: Longer than any test waits.
NEVER = 20
UNKNOWN = "interrupted; whether {} was carried out is unknown, look first: {}"


def canned(name: str) -> Answer:
    return Answer((ANSWERS / f"{name}.xml").read_bytes())


def silent(handler: BaseHTTPRequestHandler) -> None:
    """Say nothing until the other side is gone."""
    handler.connection.settimeout(NEVER)
    handler.connection.recv(1)


SILENCE = faulty(silent)


def interrupted(
    run: Shell, scene: Scene, *words: str, when: Callable[[], object]
) -> tuple[int, str, str]:
    """Run ``words``, interrupt once ``when()`` is true; return status, output and errors."""
    env = {**run.env, "AWS_IAM_URL": scene.url, "IAMCLI_TIMEOUT": str(NEVER)}
    process = run.start(*words, env=env, stdout=-1, stderr=-1)
    wait_until(when)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=NEVER)
    return process.returncode, out.decode(), err.decode()


# While it starts.

#: Runs a command as its script does, and interrupts it where it begins to import a module.
AT_IMPORT = """
import os, signal, sys

class Interrupting:
    module = sys.argv.pop(1)

    @classmethod
    def find_spec(cls, name, path=None, target=None):
        if name == cls.module:
            cls.module = None
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Interrupting)
del sys.argv[0]
exec(compile(open(sys.argv[0]).read(), sys.argv[0], "exec"))
"""


@pytest.mark.parametrize(
    "module",
    [
        "iamcli.commands.users",
        "iamcli.command",
        "iamcli.options",
        "iamcli.run",
        "iamcli.iam",
        "iamcli.client",
        "botocore.endpoint",
        "urllib3",
        "ssl",
        "botocore.parsers",
    ],
)
def test_while_importing(module: str, run: Shell, stub: Stub) -> None:
    scene = stub.scene(canned("GetUser"))
    done = run(
        sys.executable,
        "-c",
        AT_IMPORT,
        module,
        str(BIN / "iam-usergetattributes"),
        env={"AWS_IAM_URL": scene.url},
    )
    assert done.status in (130, -signal.SIGINT)
    assert (done.out, done.err) == ("", "")
    assert scene.requests == []


@pytest.mark.parametrize("tenths", range(8))
def test_while_starting(tenths: int, run: Shell, stub: Stub) -> None:
    """Before the program's own first line it is Python that is interrupted, and says so."""
    scene = stub.scene(SILENCE)
    due = time.monotonic() + 0.04 * tenths
    status, out, err = interrupted(
        run, scene, "iam-usergetattributes", when=lambda: time.monotonic() >= due
    )
    assert status in (130, -signal.SIGINT) or "iamcli" not in err
    assert out == ""
    assert not re.search(r"iamcli/\w+", err)


@pytest.mark.parametrize("words", [("-h",), ("-z",), ("--version",)])
def test_ignored_where_the_caller_ignores_it(words: tuple[str, ...], run: Shell) -> None:
    """As a shell's background jobs are called."""
    script = 'trap "" INT; exec "$0" "$@"'
    process = run.start("sh", "-c", script, "iam-usergetattributes", *words, stdout=-1, stderr=-1)
    deadline = time.monotonic() + NEVER
    while process.poll() is None and time.monotonic() < deadline:
        process.send_signal(signal.SIGINT)
        time.sleep(0.005)
    process.communicate()
    # An interrupt that comes before sh has read its script ends sh.
    assert process.returncode in (0, 1, -signal.SIGINT)


# While it waits for the service.


def test_while_reading(run: Shell, stub: Stub) -> None:
    scene = stub.scene(SILENCE)
    ended = interrupted(run, scene, "iam-usergetattributes", when=lambda: scene.requests)
    assert ended == (130, "", "")


def test_amid_an_answer(run: Shell, stub: Stub) -> None:
    def begin(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n<List")
        silent(handler)

    scene = stub.scene(faulty(begin))
    ended = interrupted(run, scene, "iam-userlistbypath", when=lambda: scene.requests)
    assert ended == (130, "", "")


def test_amid_a_list(run: Shell, stub: Stub) -> None:
    scene = stub.scene(canned("ListUsers-truncated"), SILENCE)
    words = ("iam-userlistbypath",)
    status, out, err = interrupted(run, scene, *words, when=lambda: len(scene.requests) == 2)
    assert (status, err) == (130, "")
    assert out.startswith("arn:aws:iam::123456789012:user/")
    assert "IsTruncated" not in out


def test_between_two_attempts(run: Shell, stub: Stub) -> None:
    throttled = refused("Throttling", "Rate exceeded")
    scene = stub.scene(throttled)
    run.env |= {"AWS_RETRY_MODE": "standard", "AWS_MAX_ATTEMPTS": "9"}
    words = ("iam-usergetattributes",)
    ended = interrupted(run, scene, *words, when=lambda: len(scene.requests) >= 2)
    assert ended == (130, "", "")


@pytest.mark.parametrize(
    ("line", "operation", "check"),
    [
        ("iam-usercreate -u bob", "CreateUser", "iam-usergetattributes -u bob"),
        ("iam-useraddkey -u bob", "CreateAccessKey", "iam-userlistkeys -u bob"),
        ("iam-userdel -u bob", "DeleteUser", "iam-usergetattributes -u bob"),
        ("iam-userdelkey -k AKIA1", "DeleteAccessKey", "iam-userlistkeys"),
    ],
)
def test_while_something_is_changed(
    line: str, operation: str, check: str, run: Shell, stub: Stub
) -> None:
    scene = stub.scene(SILENCE)
    words = line.split()
    ended = interrupted(run, scene, *words, when=lambda: scene.requests)
    assert ended == (130, "", f"{words[0]}: {UNKNOWN.format(operation, check)}\n")


def test_amid_several_steps(run: Shell, stub: Stub) -> None:
    scene = stub.scene(ok("AddUserToGroup"), SILENCE)
    words = ("iam-groupadduser", "-g", "Admin", "-u", "a", "-u", "b", "-u", "c")
    ended = interrupted(run, scene, *words, when=lambda: len(scene.requests) == 2)
    assert ended == (
        130,
        "",
        (
            f"iam-groupadduser: {UNKNOWN.format('AddUserToGroup', 'iam-userlistgroups -u b')}\n"
            "iam-groupadduser: added: user a; unknown: user b; not added: user c\n"
        ),
    )


def test_while_looking_what_to_remove(run: Shell, stub: Stub) -> None:
    scene = stub.scene().on("ListAccessKeys", SILENCE)
    words = ("iam-userdel", "-u", "bob", "-r")
    ended = interrupted(run, scene, *words, when=lambda: scene.requests)
    assert ended == (130, "", "")
    assert scene.operations == ["ListAccessKeys"]


# While a secret is made and shown.


def test_seeds_file_does_not_stay(run: Shell, stub: Stub) -> None:
    scene = stub.scene(SILENCE)
    words = ("iam-virtualmfadevicecreate", "-s", "phone", "-b", "Base32String", "-o", "seed")
    before = sorted(run.home.iterdir())
    status, _, err = interrupted(run, scene, *words, when=lambda: scene.requests)
    told = UNKNOWN.format("CreateVirtualMFADevice", "iam-virtualmfadevicelist -t Any")
    assert (status, err) == (130, f"{words[0]}: {told}\n")
    assert sorted(run.home.iterdir()) == before


def full_pipe() -> tuple[int, int]:
    """A pipe that takes nothing more until somebody reads."""
    reader, writer = os.pipe()
    fcntl.fcntl(writer, fcntl.F_SETFL, os.O_NONBLOCK)
    try:
        while True:
            os.write(writer, b"x" * 4096)
    except BlockingIOError:
        fcntl.fcntl(writer, fcntl.F_SETFL, 0)
    return reader, writer


@pytest.fixture
def stuck(run: Shell) -> Callable[..., subprocess.Popen[bytes]]:
    """Start a command whose output nobody takes."""

    def start(scene: Scene, *words: str) -> subprocess.Popen[bytes]:
        reader, writer = full_pipe()
        run.env |= {"AWS_IAM_URL": scene.url}
        process = run.start(*words, stdout=writer, stderr=-1)
        os.close(writer)
        process.reader = reader
        return process

    return start


@pytest.mark.parametrize(
    ("words", "state"),
    [
        (("iam-useraddkey", "-u", "bob"), ""),
        (
            ("iam-usercreate", "-u", "bob", "-k"),
            "iam-usercreate: created: user bob; not created: access key\n",
        ),
    ],
    ids=["key", "user"],
)
def test_key_that_is_being_shown_is_taken_back(
    words: tuple[str, ...], state: str, stuck: Callable, stub: Stub
) -> None:
    scene = stub.scene().on("CreateUser", canned("CreateUser"))
    scene.on("CreateAccessKey", canned("CreateAccessKey"))
    scene.on("DeleteAccessKey", ok("DeleteAccessKey"))
    process = stuck(scene, *words)
    wait_until(lambda: "CreateAccessKey" in scene.operations and asleep(process.pid))
    process.send_signal(signal.SIGINT)
    err = process.communicate(timeout=NEVER)[1].decode()
    assert process.returncode == 130
    assert err == (
        f"{words[0]}: interrupted; access key AKIAIOSFODNN7EXAMPLE was deleted again\n{state}"
    )
    assert scene.operations[-1] == "DeleteAccessKey"


@pytest.mark.parametrize("deletion", ["refused", "interrupted"])
def test_key_that_cannot_be_taken_back_is_named(deletion: str, stuck: Callable, stub: Stub) -> None:
    denied = refused("AccessDenied", "not you", 403)
    scene = stub.scene().on("CreateAccessKey", canned("CreateAccessKey"))
    scene.on("DeleteAccessKey", denied if deletion == "refused" else SILENCE)
    process = stuck(scene, "iam-useraddkey", "-u", "bob")
    wait_until(lambda: scene.requests and asleep(process.pid))
    process.send_signal(signal.SIGINT)
    if deletion == "interrupted":
        wait_until(lambda: len(scene.requests) == 2)
        process.send_signal(signal.SIGINT)
    err = process.communicate(timeout=NEVER)[1].decode()
    assert process.returncode == 130
    reason = ": AccessDenied: not you" if deletion == "refused" else ""
    exists = "still exists" if deletion == "refused" else "may still exist"
    assert err == (
        f"iam-useraddkey: interrupted; access key AKIAIOSFODNN7EXAMPLE {exists}, "
        f"its secret is lost{reason}\n"
    )


def asleep(process: int) -> bool:
    """Return whether a process does nothing for a while."""
    before = used(process)
    time.sleep(0.1)
    return used(process) == before


def used(process: int) -> list[str]:
    """Return the processor's time that a process has used."""
    return Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2].split()[11:13]
