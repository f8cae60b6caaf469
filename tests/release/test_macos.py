"""What macOS lacks is taken away from each process: nobody has run iamcli on macOS itself."""

from __future__ import annotations

import os
import re
import shutil
import sys
import sysconfig
import tempfile
import venv
from pathlib import Path
from typing import TYPE_CHECKING

import botocore
import pytest
from support.processes import assert_nothing_left, temporary_folder
from support.processes import run as run_program
from support.requirements import PATH, needs
from support.shell import BIN, ROOT, Shell
from support.stub import Stub, ok

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="takes away what Linux has")

STUB = ROOT / "tests" / "support" / "macos.py"
LINE = "iam-usergetattributes -u bob"
ARN = "arn:aws:iam::123456789012:user/bob"
USER = ok("GetUser", f"<User><Arn>{ARN}</Arn><UserId>AIDA</UserId></User>")
#: Tests that take away from Linux what the simulation lacks already, or that stop one process.
LINUX = [
    f"--deselect=tests/cli/run/{test}"
    for test in (
        "test_run_server.py::test_only_the_same_program_of_the_same_user",
        "test_signals.py::test_stop_and_continue",
        "test_signals.py::test_a_command_ends_with_its_program[server is stopped]",
    )
]
#: Tests that need a directory in which nobody can make a file.
PROC = (
    "--deselect=tests/release/test_homes.py::test_a_folder_that_cannot_be_one",
    "--deselect=tests/release/test_homes.py::test_a_name_with_a_line_break_is_reported_in_one_line",
)
#: Hides /proc, but for the descriptors, which macOS has in /dev/fd, and runs a command.
HIDDEN = """mount --rbind /proc "$1" && mount -t tmpfs none /proc && mkdir /proc/self &&
ln -s "$1/self/fd" /proc/self/fd && shift && exec "$@" """


class Macos:
    """An environment whose Python lacks what macOS lacks; ``bin``: where its programs are."""

    def __init__(self, folder: Path) -> None:
        self.bin = folder / "bin"
        venv.EnvBuilder(symlinks=True).create(folder)
        packages = next(folder.glob("lib/python*/site-packages"))
        self._stub = shutil.copy(STUB, packages)
        (packages / "a.pth").write_text("import macos; macos.begin()\n")
        real = [place for place in sys.path if place.endswith("site-packages")]
        (packages / "b.pth").write_text(f"import site; [*map(site.addsitedir, {real})]\n")
        for data in Path(sysconfig.get_path("stdlib")).glob("_sysconfigdata_*_linux_*.py"):
            shutil.copy(data, packages / data.name.replace("_linux_", "_darwin_"))
        for program in BIN.glob("iam*"):
            text = program.read_text().replace(f"#!{BIN}/", f"#!{self.bin}/", 1)
            (self.bin / program.name).write_text(text)
            (self.bin / program.name).chmod(0o755)
        (self.bin / "shfmt").symlink_to(BIN / "shfmt")

    def asked(self) -> str:
        """Return the programs that asked the system for proxies, one in a line."""
        trace = Path(f"{self._stub}.asked")
        return trace.read_text() if trace.exists() else ""

    def forget(self) -> None:
        Path(f"{self._stub}.asked").unlink()


@pytest.fixture(scope="module")
def macos(tmp_path_factory: pytest.TempPathFactory) -> Macos:
    return Macos(tmp_path_factory.mktemp("macos") / "venv")


@pytest.fixture
def on_macos(run: Shell, macos: Macos, stub: Stub) -> Iterator[Shell]:
    """Run commands of that environment, with an endpoint that knows bob; none of them is left."""
    run.env |= {
        "PATH": f"{macos.bin}:{PATH}",
        "AWS_IAM_URL": stub.endpoint(USER).url,
        "TMPDIR": str(temporary_folder(run.home)),
    }
    yield run
    assert macos.asked() == ""
    assert_nothing_left(run.home)


#: Tries what is missing, and prints what is there.
TRIED = """
import ctypes, os, resource, select, signal, socket, sys
print(sys.platform)
for module, name in ((os, "waitid"), (os, "pidfd_open"), (resource, "prlimit"),
    (select, "epoll"), (signal, "sigtimedwait"), (socket, "SO_PEERCRED")):
    if hasattr(module, name):
        print(name)
for tried in (lambda: open("/proc/self/comm"), lambda: ctypes.CDLL(None).prctl,
    lambda: socket.socket(socket.AF_UNIX).bind("x" * 104)):
    try:
        print(tried())
    except (OSError, AttributeError):
        pass
"""


def test_the_simulation(on_macos):
    assert on_macos(sys.executable, "-c", TRIED).out.count("\n") == 10
    assert on_macos("python", "-c", TRIED) == (0, "darwin\n", "")


def test_asking_the_system_for_proxies_is_noticed(on_macos, macos):
    """Also that it would happen without the two lines in iamcli/connection/transport.py."""
    code = "from botocore.utils import get_environ_proxies; get_environ_proxies('https://x')"
    done = on_macos("python", "-c", code)
    assert (done.status, macos.asked()) == (-6, "['-c']\n")
    macos.forget()


#: Connects as a user, and prints whether the peer is found to be that process and that user.
PEER = """
import os, socket, sys
from iamcli.handover import peer
with socket.socket(socket.AF_UNIX) as listener:
    listener.bind("socket")
    listener.listen()
    if child := os.fork():
        print(peer(listener.accept()[0], socket) == (child, int(sys.argv[1])))
    else:
        os.setuid(int(sys.argv[1]))
        socket.socket(socket.AF_UNIX).connect("socket")
"""


def test_the_peer_of_a_socket(on_macos):
    user = str(os.geteuid() or 65534)
    line = f"umask 0; mkdir place; cd place; python -c '{PEER}' {user}"
    assert on_macos("sh", "-c", line) == (0, "True\n", "")


def test_the_server_of_iamcli_run(on_macos):
    """A command, one that a signal ends, and one that is not there."""
    script = f"{LINE}; {LINE} | cat; iam-userdel -z >/dev/null 2>&1; echo $?"
    done = on_macos("iamcli", "run", "--stats", "sh", "-c", script)
    numbers = "iamcli: 3 commands, 2 requests, 1 connection\n"
    assert done == (0, f"{ARN}\nAIDA\n" * 2 + "1\n", numbers)


@pytest.mark.full
@pytest.mark.parametrize("more", [0, 4])
def test_a_long_folder_name(more, on_macos):
    """The longest that is used, and one with which only Linux could use the sockets."""
    length = 103 + more - len("/iamcli-run-12345678/socket-connections")
    script = f'{LINE}; echo "$IAMCLI_RUN"'
    with tempfile.TemporaryDirectory(dir="/tmp") as above:
        place = Path(above, "x" * (length - len(above) - 1))
        place.mkdir()
        on_macos.env["TMPDIR"] = str(place)
        done = on_macos("iamcli", "run", "--stats", "sh", "-c", script)
    assert done.err == "iamcli: 1 command, 1 request, 1 connection\n"
    assert done.out.splitlines()[-1].startswith(f"{place}/") == (not more)


@pytest.mark.full
def test_the_credentials_of_an_instance(on_macos):
    """A proxy to the metadata service is looked for, also in a process of iamcli run."""
    on_macos.env |= {"AWS_CREDENTIAL_FILE": "", "AWS_EC2_METADATA_DISABLED": ""}
    on_macos.env["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = "http://127.0.0.1:1"
    alone, served = (on_macos(*prefix, "sh", "-c", LINE) for prefix in ((), ("iamcli", "run")))
    assert served == alone
    assert "no credentials" in alone.err


@pytest.mark.full
def test_the_sandbox(on_macos):
    done = on_macos("iamcli", "sandbox", "sh", "-c", "iam-usercreate -u bob; iam-userlistbypath")
    assert (done.status, done.out) == (0, f"{ARN}\nIsTruncated: false\n")
    assert done.err.startswith("iamcli: this system does not show the parents of a process")


def test_only_one_module_of_botocore_asks_for_proxies():
    """There iamcli/connection/botocore_patches.py puts the functions that read only variables."""
    asking = re.compile(r"\b(?:getproxies|proxy_bypass)\b")
    modules = [*Path(botocore.__file__).parent.glob("*.py"), *(ROOT / "iamcli").rglob("*.py")]
    asked = [file for file in modules if asking.search(file.read_text())]
    assert sorted(file.name for file in asked) == ["botocore_patches.py", "utils.py"]


DOCTOR = ["tests/cli/doctor"]
#: Files of tests, and whether /proc is hidden from the tests too, and tests of Linux's own ways.
SELECTIONS = {
    "smoke": (
        True,
        [*re.findall(r"tests/[\w/]+\.py", (ROOT / "tools/matrix.py").read_text()), *PROC],
    ),
    "commands and doctor": (True, ["tests/commands/test_transcripts.py", *DOCTOR]),
    # Their tests look at processes.
    "run": (False, ["tests/cli/run", *LINUX]),
}


@pytest.mark.full
@needs("mount", "unshare")
@pytest.mark.parametrize("name", SELECTIONS)
def test_a_selection_of_the_tests(name, macos, tmp_path):
    hidden, arguments = SELECTIONS[name]
    assert arguments
    prefix = ["unshare", "--mount", "sh", "-c", HIDDEN, "sh", str(tmp_path)]
    if not hidden or os.geteuid():
        prefix = []
    pytest_of_macos = (macos.bin / "python", "-m", "pytest", "-p", "no:cacheprovider")
    env = {**os.environ, **({} if hidden else {"IAMCLI_TEST_LINUX": "1"})}
    done = run_program(*prefix, *pytest_of_macos, *arguments, cwd=ROOT, env=env, timeout=None)
    assert done.returncode == 0, done.stdout[-3000:]
    assert " passed" in done.stdout
    assert macos.asked() == ""
