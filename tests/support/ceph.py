"""A cluster of Ceph on the loopback interface: one monitor, one OSD in memory, and gateways.

The programs run with the loader and the libraries of their packages, so they need neither root nor
an installation. Inside the cluster nobody proves who it is; the gateways ask everybody.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
import uuid
from typing import TYPE_CHECKING, Any

from support.ports import free_port

if TYPE_CHECKING:
    from pathlib import Path

#: How long a program may take to start, or to end by itself (seconds).
PATIENCE = 100

_CONFIGURATION = """\
[global]
fsid = {fsid}
mon host = {monitor}
public addr = 127.0.0.1
cluster addr = 127.0.0.1
ms bind ipv6 = false
auth cluster required = none
auth service required = none
auth client required = none
mon data = {folder}/mon
osd data = {folder}/osd
rgw data = {folder}/gateway
run dir = {folder}
admin socket =
log file =
mon cluster log file =
plugin dir = {libraries}/ceph
osd class dir = {libraries}/rados-classes
erasure code dir = {libraries}/ceph/erasure-code
osd class load list = *
osd class default list = *
osd objectstore = memstore
memstore device bytes = 536870912
osd op num shards = 1
osd crush chooseleaf type = 0
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pgp num = 1
osd pool default pg autoscale mode = off
mon allow pool size one = true
# One monitor asks no other one, so it need not wait for changes that could be decided together.
paxos propose interval = 0.05
paxos min wait = 0.01
[client]
ms mon client mode = crc
rgw enable apis = s3, iam, sts, admin
rgw thread pool size = 16
rgw enable gc threads = false
rgw enable lc threads = false
"""
#: The key of the monitor, which nobody asks for.
_KEYRING = '[mon.]\nkey = AQAAAAAAAAAAABAAAAAAAAAAAAAAAAAAAAAAAA==\ncaps mon = "allow *"\n'
_PR_SET_PDEATHSIG = 1


class Failed(Exception):  # noqa: N818 - not an error of this program
    """A program of Ceph has failed. The message is what it said."""


class Cluster:
    """The programs in ``root``, the unpacked packages, with their data in ``folder``."""

    def __init__(self, root: Path, folder: Path) -> None:
        self.root, self.folder = root, folder
        [loader] = root.glob("usr/lib/*/ld-linux*.so.*")
        libraries = loader.parent
        self._loader = (str(loader), "--library-path", f"{libraries}:{libraries}/ceph")
        self._configuration = folder / "ceph.conf"
        self._values = {"folder": folder, "libraries": libraries}

    def start(self) -> None:
        """Start the monitor and the OSD; raise Failed."""
        for name in ("mon", "osd", "gateway"):
            (self.folder / name).mkdir()
        keyring, monitors = self.folder / "keyring", self.folder / "monmap"
        keyring.write_text(_KEYRING)
        fsid, monitor = str(uuid.uuid4()), f"[v2:127.0.0.1:{free_port()}/0]"
        text = _CONFIGURATION.format(**self._values, fsid=fsid, monitor=monitor)
        self._configuration.write_text(text)
        self.run("monmaptool", "--create", "--addv", "a", monitor, "--fsid", fsid, str(monitors))
        made = ("--monmap", str(monitors), "--keyring", str(keyring))
        self.run("ceph-mon", "--mkfs", "--id", "a", *made)
        self.begin("ceph-mon", "--id", "a")
        self.run("ceph-osd", "--mkfs", "--id", "0", "--osd-uuid", str(uuid.uuid4()))
        self.begin("ceph-osd", "--id", "0")

    def gateway(self, *settings: str) -> tuple[subprocess.Popen[bytes], str]:
        """Start a gateway, and wait until it answers; return the process and the URL."""
        address = f"127.0.0.1:{free_port()}"
        frontend = f"--rgw-frontends=beast endpoint={address}"
        process = self.begin("radosgw", "--name", "client.admin", frontend, *settings)
        limit = time.monotonic() + PATIENCE
        while not _answers(f"http://{address}"):
            if process.poll() is not None or time.monotonic() > limit:
                log = (self.folder / "radosgw.log").read_text()
                raise Failed(f"the gateway does not answer: {log[-1000:]}")
            time.sleep(0.05)
        return process, f"http://{address}"

    def account(self, name: str, key: str, secret: str) -> str:
        """Create an account with a root user that has this access key; return the account's ID."""
        made = self.admin("account", "create", f"--account-name={name}")
        self.admin(
            "user",
            "create",
            "--account-root",
            f"--account-id={made['id']}",
            f"--uid={name}",
            f"--display-name={name}",
            f"--access-key={key}",
            f"--secret-key={secret}",
        )
        return str(made["id"])

    def admin(self, *words: str) -> Any:
        """Run radosgw-admin; return what it prints."""
        return json.loads(self.run("radosgw-admin", *words))

    def command(self, program: str, *words: str) -> list[str]:
        """Return the command that runs a program of the cluster."""
        where = () if program == "monmaptool" else ("--conf", str(self._configuration))
        return [*self._loader, str(self.root / "usr/bin" / program), *where, *words]

    def run(self, program: str, *words: str) -> str:
        """Run a program until it ends; return what it prints. Raises Failed."""
        done = subprocess.run(
            self.command(program, *words),
            env=ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        if done.returncode:
            raise Failed(f"{program} {words[0]} failed: {done.stderr[-1000:].strip()}")
        return done.stdout

    def begin(self, program: str, *words: str) -> subprocess.Popen[bytes]:
        """Start a program, which ends with this process; what it says is in a file."""
        with (self.folder / f"{program}.log").open("ab") as log:
            return subprocess.Popen(
                self.command(program, "--foreground", *words),
                env=ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Ctrl-C and a closed terminal are for this program.
                start_new_session=True,
                preexec_fn=end_with_parent,  # noqa: PLW1509 - there are no other threads
            )


#: The programs of Ceph need no more.
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C"}


def end_with_parent() -> None:
    """Let Linux kill this process when the one that started it ends, however that is."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() == 1:
        os.kill(os.getpid(), signal.SIGKILL)


def _answers(url: str) -> bool:
    try:
        urllib.request.urlopen(url, timeout=PATIENCE).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True
