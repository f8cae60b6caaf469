"""Compare the run time of commands with `aws iam`, curl and the bare interpreter, in pairs.

Times differ between machines and between runs, so each result is a ratio: the two commands run
alternately, A B A B, and the result is the median of the ratios of adjacent runs. Everything runs
on this machine; the service is a stub on the loopback interface.

Usage: python bench/compare.py [--pairs N] [ROW ...]
"""

from __future__ import annotations

import argparse
import os
import shutil
import socket
import ssl
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from datetime import datetime, timedelta, timezone
from ipaddress import ip_address
from pathlib import Path
from typing import NamedTuple

import certifi
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))
from support.stub import Stub, ok  # noqa: E402 - found because of the line above

from iamcli.cli.running import command_server  # noqa: E402
from iamcli.handover import VARIABLE  # noqa: E402

BIN = Path(sys.executable).parent
#: The commands of a script, and the time that each round trip to a distant server takes (seconds).
COUNT = 200
LATENCY = 0.05
USER = (
    "<User><Path>/</Path><UserName>bob</UserName><UserId>AIDACKCEVSQ6C2EXAMPLE</UserId>"
    "<Arn>arn:aws:iam::123456789012:user/bob</Arn><CreateDate>2012-09-05T19:38:48Z</CreateDate>"
    "</User>"
)


class Row(NamedTuple):
    """A row of the table: two commands, and the goal and the limit of their ratio (0: none).

    The limit is what README or docs/performance.md promises.
    """

    what: str
    ours: list[str]
    theirs: list[str]
    goal: float = 0
    limit: float = 0
    env: dict[str, str] = {}  # noqa: RUF012 - never written to
    #: Whether a run takes so long that there are fewer of them, none of them to warm up.
    long: bool = False


#: A program that runs a command and prints its peak memory (KiB). It is a separate, small process,
#: because the peak of a child is never less than that of the process that it was forked from.
WATCHER = (
    "import os, sys; null = os.open(os.devnull, os.O_WRONLY); "
    "quiet = [(os.POSIX_SPAWN_DUP2, null, number) for number in (1, 2)]; "
    "child = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=quiet); "
    "print(os.wait4(child, 0)[2].ru_maxrss)"
)


def seconds(arguments: list[str], env: dict[str, str]) -> float:
    """Run a command and return how long it took (seconds); raise SystemExit if it fails."""
    quiet = subprocess.DEVNULL
    begin = time.perf_counter()
    status = subprocess.run(arguments, env=env, stdout=quiet, stderr=quiet, check=False).returncode
    taken = time.perf_counter() - begin
    if status and "-z" not in arguments:
        sys.exit(f"{' '.join(arguments)} failed with status {status}")
    return taken


def memory(arguments: list[str], env: dict[str, str]) -> float:
    """Run a command and return its peak memory (MiB)."""
    watch = [sys.executable, "-S", "-c", WATCHER, *arguments]
    return int(subprocess.run(watch, env=env, capture_output=True, check=True).stdout) / 1024


def measure(row: Row, pairs: int, env: dict[str, str]) -> None:
    """Run the commands of ``row`` alternately, ``pairs`` times, and print the result."""
    env = env | row.env
    if row.long:
        pairs = max(1, pairs // 7)
    else:
        seconds(row.ours, env)
        seconds(row.theirs, env)
    runs = [(seconds(row.ours, env), seconds(row.theirs, env)) for _ in range(pairs)]
    ratio = statistics.median(ours / theirs for ours, theirs in runs)
    ours, theirs = (statistics.median(pair[side] for pair in runs) * 1000 for side in (0, 1))
    goals = f"{row.goal:6.2f} {row.limit:6.2f}" if row.goal else f"{'':13}"
    print(
        f"{row.what:40} {ours:6.0f} ms {theirs:6.0f} ms {ratio:7.2f} {goals}"
        f" {memory(row.ours, env):6.1f} MiB",
        flush=True,
    )


def certificate(folder: Path) -> tuple[Path, Path]:
    """Write a certificate for 127.0.0.1 and a bundle that contains it; return both files.

    The certificate file also contains the key. The bundle has the usual size.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(timezone.utc)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM)
    served = folder / "served.pem"
    served.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + pem
    )
    bundle = folder / "bundle.pem"
    bundle.write_bytes(Path(certifi.where()).read_bytes() + pem)
    return served, bundle


def users(first: int, marker: str) -> str:
    """Return a page of 1,000 users, as the service does; ``marker`` is empty on the last page."""
    entries = "".join(
        "<member>"
        + USER.removeprefix("<User>").removesuffix("</User>").replace("bob", f"u{n}")
        + "</member>"
        for n in range(first, first + 1000)
    )
    more = f"<IsTruncated>true</IsTruncated><Marker>{marker}</Marker>"
    return f"<Users>{entries}</Users>{more if marker else '<IsTruncated>false</IsTruncated>'}"


class Distance:
    """A relay to a server that is far away: each round trip takes LATENCY longer.

    This includes the round trip in which a connection is opened.
    """

    def __init__(self, port: int) -> None:
        self._target = ("127.0.0.1", port)
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            client, _ = self._listener.accept()
            threading.Thread(target=self._relay, args=(client,), daemon=True).start()

    def _relay(self, client: socket.socket) -> None:
        time.sleep(LATENCY)
        server = socket.create_connection(self._target)
        for end in (client, server):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=_copy, args=(server, client, 0), daemon=True).start()
        _copy(client, server, LATENCY)


def _copy(source: socket.socket, target: socket.socket, delay: float) -> None:
    try:
        while content := source.recv(1 << 16):
            time.sleep(delay)
            target.sendall(content)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        return


def script(folder: Path, name: str, line: str) -> str:
    """Write a script that runs ``line`` COUNT times, and return its path."""
    file = folder / name
    file.write_text(
        f"#!/bin/sh\nn=0\nwhile [ $n -lt {COUNT} ]; do\n{line} >/dev/null || exit\n"
        "n=$((n + 1))\ndone\n"
    )
    file.chmod(0o755)
    return str(file)


def run_rows(plain: str, secure: str, bundle: Path, folder: Path, env: dict[str, str]) -> list[Row]:
    """Return the rows about ``iamcli run``; ``env``: with a running server."""
    get = str(BIN / "iam-usergetattributes")
    run = [str(BIN / "iamcli"), "run"]
    near = script(folder, "near", f"{get} -u bob --url {plain}")
    far = script(folder, "far", f"{get} -u bob --url {secure}")
    tls = {"AWS_CA_BUNDLE": str(bundle)}
    found = [
        Row(f"{COUNT} commands, HTTP, run or not", [*run, near], [near], 0.18, 0.25, long=True),
        Row(
            f"{COUNT} commands, TLS + 50 ms, run or not",
            [*run, far],
            [far],
            0.20,
            0.25,
            tls,
            long=True,
        ),
        Row(
            "one command in run, against python",
            [get, "-u", "bob", "--url", plain],
            [sys.executable, "-c", "pass"],
            1.5,
            2.0,
            env,
        ),
    ]
    if shutil.which("curl"):
        curl = script(
            folder,
            "curl",
            f"curl -sf --cacert {bundle} --aws-sigv4 aws:amz:us-east-1:iam --user AK:x"
            f" -d 'Action=GetUser&Version=2010-05-08&UserName=bob' {secure}",
        )
        what = f"{COUNT} commands, TLS + 50 ms, against curl"
        found.insert(2, Row(what, [*run, far], [curl], 0.55, 0.7, tls, long=True))
    return found


def rows(plain: str, secure: str, lists: str, bundle: Path) -> list[Row]:
    """Return the rows of the table; the first three parameters are URLs of the stub."""
    get = str(BIN / "iam-usergetattributes")
    aws = [str(BIN / "aws"), "iam"]
    python = [sys.executable, "-c", "pass"]
    curl = [
        *("curl", "-s", "--aws-sigv4", "aws:amz:us-east-1:iam", "--user", "AK:x"),
        *("-d", "Action=GetUser&Version=2010-05-08&UserName=bob", plain),
    ]
    listing = [str(BIN / "iam-userlistbypath"), "--url", lists]
    found = [
        Row(
            "GetUser, HTTP, against aws iam",
            [get, "-u", "bob", "--url", plain],
            [*aws, "get-user", "--user-name", "bob", "--endpoint-url", plain],
            0.25 if sys.version_info < (3, 15) else 0.2,
            0.33 if sys.version_info < (3, 15) else 0.25,
        ),
        Row(
            "GetUser, TLS, against aws iam",
            [get, "-u", "bob", "--url", secure],
            [*aws, "get-user", "--user-name", "bob", "--endpoint-url", secure],
            0.28 if sys.version_info < (3, 15) else 0.22,
            0.33 if sys.version_info < (3, 15) else 0.25,
            {"AWS_CA_BUNDLE": str(bundle)},
        ),
        Row("-h, against python -c pass", [get, "-h"], python, 1.5, 2.0),
        Row("--version, against python -c pass", [get, "--version"], python, 1.5, 2.0),
        Row("a usage error, against python -c pass", [get, "-z"], python, 1.5, 2.0),
        Row(
            "5,000 users, against aws iam",
            listing,
            [*aws, "list-users", "--page-size", "1000", "--endpoint-url", lists],
            0.28,
            0.33,
        ),
        # Secrets are redacted in each string.
        Row("5,000 users with -d, against without", [*listing, "-d"], listing, 1.5, 2.0),
    ]
    pyz = ROOT / "dist" / "iamcli.pyz"
    if pyz.exists():
        ours = [sys.executable, str(pyz), "iam-usergetattributes", "-h"]
        found.append(Row("-h of the one file, against the installed command", ours, [get, "-h"]))
    if shutil.which("curl"):
        ours = [get, "-u", "bob", "--url", plain]
        found.append(Row("GetUser, HTTP, against curl", ours, curl))
    return found


def serve_lists(stub: Stub) -> str:
    """Return a URL that returns five pages of users, again and again."""
    pages = [
        ok("ListUsers", users(n * 1000, f"M{n}" if n < 4 else ""))  # noqa: PLR2004
        for n in range(5)
    ]
    return stub.endpoint(*pages * 500).url


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Compare the run time of commands, in pairs.")
    parser.add_argument("--pairs", type=int, default=20)
    parser.add_argument("rows", nargs="*", help="only rows that contain one of these words")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        served, bundle = certificate(folder)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(served)
        plain, secure = Stub(), Stub(context)
        env = {
            "HOME": name,
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            **{n: value for n, value in os.environ.items() if n.startswith("PYTHON")},
            "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            "AWS_DEFAULT_REGION": "us-east-1",
        }
        # A server takes no command with another home directory or other variables of Python.
        os.environ["HOME"] = name
        of_python = f"with Python {sys.version.split()[0]}"
        print(f"{of_python:40} {'ours':>9} {'theirs':>9}   ratio   goal  limit      memory")
        urls = (plain.endpoint(ok("GetUser", USER)).url, secure.endpoint(ok("GetUser", USER)).url)
        distant = secure.endpoint(ok("GetUser", USER)).url
        distant = distant.replace(str(secure.port), str(Distance(secure.port).port))
        with command_server.started() as server:
            server.wait()
            of_run = run_rows(urls[0], distant, bundle, folder, {VARIABLE: server.address})
            for row in [*rows(*urls, serve_lists(plain), bundle), *of_run]:
                if not asked.rows or any(word in row.what for word in asked.rows):
                    measure(row, asked.pairs, env)


if __name__ == "__main__":
    main()
