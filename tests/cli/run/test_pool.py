"""Which connections ``iamcli run`` uses again; the output of the commands stays the same."""

from __future__ import annotations

import contextlib
import json
import os
import re
import resource
import signal
import socket
import ssl
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

import pytest
from support.certificates import self_signed
from support.faults import CLOSED, headed, raw, silent
from support.limits import TIMEOUT
from support.processes import assert_nothing_left, temporary_folder, wait_until
from support.requirements import PATH
from support.selection import in_full, usual
from support.served import KEYS, LINE, USER, Slow, statistics
from support.shell import BIN
from support.stub import Stub, faulty, ok, refused
from support.users import OTHER, other_user, two_users

from iamcli.cli.run import pooled
from iamcli.cli.run.pool import _Pool

if TYPE_CHECKING:
    from collections.abc import Iterator
    from http.server import BaseHTTPRequestHandler

    from support.shell import Shell
    from support.stub import Endpoint

pytestmark = pytest.mark.usefixtures("patient")

READ = "iam-usergetattributes -u bob"
SHOWN = "arn:aws:iam::123456789012:user/bob\nAIDA\n"
GROUPS = 2000
#: The service responds when there are two of these.
WITH_OTHER = "iam-groupdel -g ops"


class Case(NamedTuple):
    """A script, and its commands, requests and connections; ``out``: what it prints."""

    script: str
    expected: list[int]
    out: str = SHOWN


def until(file: str) -> str:
    """Return a command that waits until ``file`` exists."""
    return f"until [ -e {file} ]; do sleep 0.1; done"


CASES = {
    "one after the other": Case(f"{READ}; {READ}; {READ}", [3, 3, 1], SHOWN * 3),
    "at once": Case(f"{WITH_OTHER} & {WITH_OTHER}; wait; {READ}", [3, 3, 2]),
    "to two addresses": Case(
        f"{READ}; AWS_IAM_URL=$OTHER {READ}; {READ}; AWS_IAM_URL=$OTHER {READ}",
        [4, 4, 2],
        SHOWN * 4,
    ),
    "after a refusal": Case(
        "iam-userdel -u bob; iam-userdel -u bob",
        [2, 2, 1],
        "iam-userdel: NoSuchEntity: not here\n" * 2,
    ),
    "of a change that may have arrived": Case(
        f"{READ}; iam-usercreate -u bob 2>&1 | grep -o 'may have taken effect'",
        [2, 2, 1],
        f"{SHOWN}may have taken effect\n",
    ),
    "after each of these": Case(
        f"{READ}; {READ}; iam-userlistpolicies -u bob; {READ}; AWS_MAX_ATTEMPTS=1 "
        f"iam-userlistkeys -u bob 2>/dev/null || echo $?; {READ}; {READ}",
        [7, 7, 3],
        f"{SHOWN * 2}p\nIsTruncated: false\n{SHOWN}1\n{SHOWN * 2}",
    ),
    "after a response that was too long": Case(
        f"AWS_MAX_ATTEMPTS=1 iam-rolelistbypath 2>&1 | grep -o larger; {READ}",
        [2, 2, 2],
        f"larger\n{SHOWN}",
    ),
    "after an unexpected response": Case(
        f"iam-userlistcerts -u bob; touch ended; {until('sent')}; {READ}",
        [2, 2, 2],
        f"IsTruncated: false\n{SHOWN}",
    ),
    "after a command that was killed": Case(
        f"iam-userlistgroups -u bob & {until('asked')}; kill -KILL $!; wait; {READ}", [2, 2, 2]
    ),
    "with a long response": Case(
        f"iam-grouplistbypath | tail -n 2; {READ}",
        [2, 2, 1],
        f"arn:aws:iam::123456789012:group/{GROUPS - 1}\nIsTruncated: false\n{SHOWN}",
    ),
    "with a long request": Case(
        f"iam-useruploadpolicy -u bob -p p -f long.json; {READ}", [2, 2, 1]
    ),
    "without a request": Case(f"iam-userdel -h >/dev/null; {READ}", [2, 1, 1]),
    "before one that nobody serves": Case(
        f"{READ}; AWS_IAM_URL=$CLOSED AWS_MAX_ATTEMPTS=1 {READ} 2>&1 | grep -o refused; {READ}",
        [3, 3, 1],
        f"{SHOWN}refused\n{SHOWN}",
    ),
}
ROWS = [(name, scheme) for scheme in ("http", "https") for name in CASES]
#: What always runs: a connection that is used again, and those that are not.
RUN = {("after each of these", "http"), ("one after the other", "https")}


def with_too_much(handler: BaseHTTPRequestHandler) -> None:
    """Send what a command reads of a response that is too long, and nothing more."""
    handler.wfile.write(headed(b"x" * ((16 << 20) + (1 << 16)), "Content-Length: 99999999"))
    silent(handler)


def prepared(stub: Stub, home: Path) -> Endpoint:
    """Return an endpoint that answers whatever the scripts in ``home`` ask for."""

    def with_more(handler: BaseHTTPRequestHandler) -> None:
        """Send the response, and a second one when the command has ended."""
        body = ok("ListSigningCertificates", "<Certificates/><IsTruncated>false</IsTruncated>").body
        handler.wfile.write(headed(body))
        wait_until((home / "ended").exists)
        handler.wfile.write(headed(b""))
        (home / "sent").touch()
        silent(handler)

    def with_nothing(handler: BaseHTTPRequestHandler) -> None:
        (home / "asked").touch()
        silent(handler)

    groups = "".join(
        f"<member><Arn>arn:aws:iam::123456789012:group/{n}</Arn></member>" for n in range(GROUPS)
    )
    policies = "<PolicyNames><member>p</member></PolicyNames><IsTruncated>false</IsTruncated>"
    ending = ok("ListUserPolicies", policies)._replace(headers={"Connection": "close"})
    return (
        stub.endpoint(refused("NoSuchEntity", "not here", 404))
        .on("GetUser", USER)
        .on("DeleteGroup", ok("DeleteGroup")._replace(released=threading.Barrier(2)))
        .on("CreateUser", CLOSED)
        .on("ListUserPolicies", ending)
        .on("ListAccessKeys", raw(headed(b"<ListAcc", "Content-Length: 9")))
        .on("ListRoles", faulty(with_too_much))
        .on("ListSigningCertificates", faulty(with_more))
        .on("ListGroupsForUser", faulty(with_nothing))
        .on("ListGroups", ok("ListGroups", f"<Groups>{groups}</Groups>"))
        .on("PutUserPolicy", ok("PutUserPolicy"))
    )


@pytest.fixture
def servers(scheme: str, run: Shell) -> Iterator[list[Endpoint]]:
    """Two servers, both with everything that the scripts ask for."""
    certificate = self_signed(run.home / "certificate")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    running = [Stub(context if scheme == "https" else None) for _ in range(2)]
    endpoints = [prepared(stub, run.home) for stub in running]
    (run.home / "long.json").write_text(f'{{"Statement": ["{"x" * 200_000}"]}}')
    run.env |= {
        "AWS_IAM_URL": endpoints[0].url,
        "OTHER": endpoints[1].url,
        "CLOSED": f"{scheme}://127.0.0.1:1",
        "AWS_CA_BUNDLE": str(certificate),
        "TMPDIR": str(temporary_folder(run.home)),
    }
    yield endpoints
    for stub in running:
        stub.close()
    assert_nothing_left(run.home)


@pytest.mark.parametrize(("name", "scheme"), usual(RUN, ROWS))
@pytest.mark.usefixtures("servers")
def test_a_connection_is_used_again(name, scheme, run):
    case = CASES[name]
    # The server and the pool do not use the variables with which iamcli run was started.
    keys = run.home / "keys of the pool"
    script = f"unset SSLKEYLOGFILE; {case.script}"
    done = run("iamcli", "run", "--stats", "sh", "-c", script, env={"SSLKEYLOGFILE": str(keys)})
    assert done.out == case.out, done.err
    assert statistics(done) == case.expected
    assert not keys.exists()


@pytest.mark.parametrize("scheme", ["http"])
@pytest.mark.usefixtures("servers")
def test_a_variable_of_the_c_library_has_its_effect(run):
    """The pool does not have it, so the command connects itself."""
    variables = ("HOSTALIASES=/dev/null", "LOCALDOMAIN=example.com", "RES_OPTIONS=rotate", "X=y")
    script = "; ".join(f"{variable} {READ}" for variable in variables)
    done = run("iamcli", "run", "--stats", "sh", "-c", script)
    assert (done.out, statistics(done)) == (SHOWN * 4, [4, 1, 1])


@pytest.mark.full
@pytest.mark.parametrize("scheme", ["http"])
@pytest.mark.usefixtures("servers")
def test_an_idle_connection_is_closed(run):
    run.env["PATH"] = f"{BIN}:{PATH}"  # waits as briefly as for users
    port = urlsplit(run.env["AWS_IAM_URL"]).port
    # The remote address and the state, which is 1 for an open connection.
    is_open = f"grep -q '0100007F:{port:04X} 01 ' /proc/net/tcp"
    script = f"{READ}; {is_open} && echo open; while {is_open}; do sleep 0.1; done"
    done = run("iamcli", "run", "sh", "-c", script)
    assert (done.out, done.status) == (f"{SHOWN}open\n", 0)


@pytest.mark.parametrize("scheme", ["https"])
@pytest.mark.usefixtures("servers")
def test_the_keys_of_tls_are_logged(run):
    script = f"{READ}; SSLKEYLOGFILE=keys {READ}; test -s keys; echo $?"
    done = run("iamcli", "run", "--stats", "sh", "-c", script)
    assert done.out == f"{SHOWN}{SHOWN}0\n"
    assert statistics(done) == [2, 1, 1]


#: Listens as the connection pool in a folder that it can write to, and records what it is sent.
IMPOSTOR = """
import os, socket, sys
os.chdir(sys.argv[2])
os.setuid(int(sys.argv[1]))
os.rename("socket-connections", "moved")
listener = socket.socket(socket.AF_UNIX)
listener.bind("socket-connections")
listener.listen()
print("ready", flush=True)
while True:
    connection, _ = listener.accept()
    ours, theirs = socket.socketpair()
    if not connection.recv(4096):
        continue
    socket.send_fds(connection, [b"Y"], [theirs.fileno()])
    with open("seen", "ab") as file:
        file.write(ours.recv(4096))
    ours.sendall(b"HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n")
    ours.close()
    theirs.close()
"""


@pytest.mark.parametrize("scheme", ["http", in_full("https")])
@pytest.mark.parametrize("user", [0, OTHER], ids=["of the same user", "of another user"])
@two_users
@pytest.mark.usefixtures("servers")
def test_an_impostor_gets_no_request(user, run):
    """A process of the same user gets one: that shows that this one is dangerous."""
    (run.home / "impostor").write_text(IMPOSTOR)
    script = (
        'place=$(dirname "$IAMCLI_RUN"); chmod 777 $place; mkfifo ready; '
        f"{sys.executable} impostor {user} $place >ready 2>impostor.err & read line <ready; "
        f"{READ}; echo >>$place/seen; cp $place/seen .; kill $!"
    )
    done = run("iamcli", "run", "sh", "-c", script, env={"AWS_MAX_ATTEMPTS": "1"})
    seen = (run.home / "seen").read_text()
    assert (run.home / "impostor.err").read_text() == ""
    assert (SHOWN in done.out, "Signature=" in seen) == (user != 0, user == 0)


AT_ONCE = "for n in 1 2 3; do iam-userlistkeys -u bob & done; wait"


class Limited(Slow):
    """Commands in ``iamcli run`` whose connection pool may not have what it needs."""

    def __init__(self, shell: Shell, stub: Stub, script: str) -> None:
        (shell.home / "tmp").mkdir()
        super().__init__(shell, stub, script, prefix=("iamcli", "run", "--stats"))

    @property
    def pool(self) -> int:
        """The process ID of the connection pool, which has a session of its own."""
        return next(number for number in self.servers if os.getsid(number) == number)

    def limit(self, what: int, value: int) -> None:
        """Limit a resource of the pool."""
        resource.prlimit(self.pool, what, (value, value))


def test_after_the_end_of_the_pool_the_script_goes_on(run, stub):
    limited = Limited(run, stub, f"{LINE}; {LINE}")
    os.kill(limited.pool, signal.SIGKILL)
    limited.respond()
    done = limited.end()
    assert (done.out.count("Active"), done.out.count("0\n")) == (2, 2)
    assert done.err == "iamcli: 2 commands, unknown requests, unknown connections\n"


@pytest.mark.full
def test_a_command_waits_for_a_pool_that_is_stopped_until_its_timeout(run, stub):
    second = f"IAMCLI_TIMEOUT=0.3 AWS_MAX_ATTEMPTS=1 {LINE}; touch done"
    limited = Limited(run, stub, f"{LINE}; {second}")
    pool = limited.pool
    os.kill(pool, signal.SIGSTOP)
    limited.respond()
    wait_until((run.home / "done").exists)
    os.kill(pool, signal.SIGCONT)
    done = limited.end()
    assert done.out.endswith("\n0\n1\n")
    assert f"cannot connect to {limited.endpoint.url}" in done.err
    assert limited.endpoint.operations == ["ListAccessKeys"]


def test_commands_wait_if_the_pool_has_too_few_descriptors(run, stub):
    limited = Limited(run, stub, f"{LINE}; {AT_ONCE}; {LINE}")
    used = {int(link.name) for link in Path(f"/proc/{limited.pool}/fd").iterdir()}
    limited.limit(resource.RLIMIT_NOFILE, min(set(range(len(used) + 1)) - used))
    limited.respond()
    done = limited.end()
    assert done.out.count("Active") == 5
    assert statistics(done) == [5, 5, 1]


def test_commands_connect_themselves_if_the_pool_has_no_thread(run, stub):
    limited = Limited(run, stub, f"{LINE}; {AT_ONCE}; {LINE}")
    together = KEYS._replace(released=threading.Barrier(3))
    limited.endpoint.on("ListAccessKeys", *[together] * 3, KEYS)
    status = Path(f"/proc/{limited.pool}/status").read_text()
    limited.limit(resource.RLIMIT_AS, 1024 * int(re.search(r"VmSize:\s+(\d+)", status)[1]))
    limited.respond()
    done = limited.end()
    assert done.out.count("Active") == 5
    assert statistics(done) == [5, 3, 1]


class Pool:
    """The connection pool in a thread, and a service that only accepts connections.

    ``now``: the time that the pool sees.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.now = 100.0
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(folder / "socket"))
        listener.listen()
        self._pipe, other = socket.socketpair()
        self._pipe.settimeout(TIMEOUT)
        self._service = socket.create_server(("127.0.0.1", 0))
        self._service.settimeout(0)
        self.accepted: list[socket.socket] = []
        arguments = (listener, other, str(folder))
        serve = _Pool(lambda: self.now).serve
        self._thread = threading.Thread(target=serve, args=arguments, daemon=True)
        self._thread.start()

    def is_new(self, returned: bytes = pooled.REUSABLE, **changed: object) -> bool:
        """Use a connection for a request, and return whether it is a new one.

        ``returned``: what the pool is sent after the request; ``changed``: what is asked for.
        """
        with self.lent(returned, **changed) as is_new:
            return is_new

    @contextlib.contextmanager
    def lent(self, returned: bytes = pooled.REUSABLE, **changed: object) -> Iterator[bool]:
        """Use a connection for a request as long as the context lasts; yield as ``is_new``."""
        url = ["http", "127.0.0.1", self._service.getsockname()[1]]
        order = {"url": url, "bundle": None, "timeout": 5, "options": [], **changed}
        with socket.socket(socket.AF_UNIX) as command:
            command.settimeout(TIMEOUT)
            command.connect(str(self.folder / "socket"))
            command.sendall(json.dumps(order).encode() + b"\n")
            word, descriptors, _, _ = socket.recv_fds(command, 1, 1)
            assert word == pooled.CONNECTED
            for descriptor in descriptors:
                os.close(descriptor)
            try:
                self.accepted.append(self._service.accept()[0])
                self.accepted[-1].settimeout(TIMEOUT)
                new = True
            except BlockingIOError:
                new = False
            yield new
            command.sendall(returned)
            command.shutdown(socket.SHUT_WR)
            # It closes its end when the connection is ready for the next command.
            command.recv(1)

    def close(self) -> dict[str, int]:
        """End the pool, and return its statistics."""
        self._pipe.shutdown(socket.SHUT_WR)
        found = re.findall(r"(\d+) (\w+)", self._pipe.recv(4096).decode())
        self._thread.join(TIMEOUT)
        for opened in (self._pipe, self._service, *self.accepted):
            opened.close()
        return {name: int(number) for number, name in found}


@pytest.fixture
def pool(tmp_path: Path) -> Iterator[Pool]:
    """A pool in this process, whose folder is removed at its end."""
    (tmp_path / "pool").mkdir()
    running = Pool(tmp_path / "pool")
    yield running
    if running.folder.exists():
        running.close()
    assert not running.folder.exists()


#: What is asked for after a first request, and whether that is a new connection.
ORDERS: dict[str, tuple[dict[str, Any], bool]] = {
    "again": ({}, False),
    "the response was not read": ({"returned": b""}, False),
    "after that": ({}, True),
    "another time limit": ({"timeout": 6}, True),
    "another option": ({"options": [[socket.IPPROTO_TCP, socket.TCP_NODELAY, 1]]}, True),
    "another CA file": ({"bundle": "/"}, True),
    "as at first": ({}, False),
}


def test_what_must_be_equal_for_a_connection_to_be_used_again(pool):
    assert pool.is_new()
    seen = {name: pool.is_new(**order) for name, (order, _) in ORDERS.items()}
    assert seen == {name: new for name, (_, new) in ORDERS.items()}
    # What was not read is lost.
    assert pool.accepted[0].recv(1) == b""
    assert pool.close() == {"requests": 8, "connections": 5}


def test_a_connection_is_not_used_after_the_ca_file_has_changed(pool):
    """Each time, only one thing changes: the time, the file or the size."""
    bundle, other = pool.folder.parent / "bundle", pool.folder.parent / "other"
    bundle.write_text("first")
    first = bundle.stat()

    def replaced() -> None:
        other.write_text("again")
        os.utime(other, ns=(later.st_atime_ns, later.st_mtime_ns))
        other.replace(bundle)

    def longer() -> None:
        bundle.write_text("longer")
        os.utime(bundle, ns=(later.st_atime_ns, later.st_mtime_ns))

    assert pool.is_new(bundle=str(bundle))
    assert not pool.is_new(bundle=str(bundle))
    assert pool.is_new(bundle=str(bundle), timeout=6)
    bundle.write_text("other")
    os.utime(bundle, ns=(first.st_atime_ns, first.st_mtime_ns + 1))
    later = bundle.stat()
    assert (later.st_ino, later.st_size) == (first.st_ino, first.st_size)
    seen = {"rewritten": pool.is_new(bundle=str(bundle))}
    for change in (replaced, longer):
        change()
        seen[change.__name__] = pool.is_new(bundle=str(bundle))
    assert seen == {"rewritten": True, "replaced": True, "longer": True}
    assert not pool.is_new(bundle=str(bundle))


def test_connections_that_were_idle_for_too_long(pool):
    assert pool.is_new()
    pool.now += 2.9
    assert not pool.is_new()
    pool.now += 2.0
    assert pool.is_new(timeout=6)
    pool.now += 1.1
    assert not pool.is_new(timeout=6)
    old, young = pool.accepted
    young.settimeout(0)
    with pytest.raises(BlockingIOError):
        young.recv(1)
    assert old.recv(1) == b""
    pool.now += 2.9
    assert not pool.is_new(timeout=6)
    assert pool.is_new()


def test_a_connection_that_was_idle_for_too_long_beside_one_that_was_not(pool):
    """The newer one is used first; if the service has closed it, the older one is not used."""
    with pool.lent():
        assert pool.is_new()
        pool.now += 2.0
    pool.now += 1.1
    newer = pool.accepted[0]
    newer.close()
    assert pool.is_new()


def test_two_connections_that_were_idle_for_too_long(pool):
    with pool.lent():
        assert pool.is_new()
    pool.now += 3.1
    assert pool.is_new()


def test_a_connection_that_the_service_has_closed_or_used(pool):
    assert pool.is_new()
    pool.accepted[0].sendall(b"unasked")
    assert pool.is_new()
    pool.accepted[1].close()
    assert pool.is_new()
    assert pool.accepted[0].recv(1) == b""
    assert not pool.is_new()


@two_users
def test_another_user_gets_no_connection(shared):
    (shared / "pool").mkdir(mode=0o755)
    running = Pool(shared / "pool")
    (running.folder / "socket").chmod(0o777)

    def ask() -> None:
        with pytest.raises((AssertionError, ConnectionError)):
            running.is_new()

    assert running.is_new()
    other_user(ask)
    assert running.close()["request"] == 1


def test_a_command_that_could_not_be_served_is_served_later(pool, monkeypatch):
    accept = _Pool._accept  # noqa: SLF001 - it fails twice
    errors = [OSError("too many descriptors"), RuntimeError("too many threads")]

    def failing(self: _Pool, listener: socket.socket) -> list[threading.Thread]:
        if errors:
            raise errors.pop()
        return accept(self, listener)

    monkeypatch.setattr(_Pool, "_accept", failing)
    assert pool.is_new()
    assert errors == []
