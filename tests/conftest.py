"""Fixtures for all tests: a clean environment, commands as processes, moto and the wire stub."""

from __future__ import annotations

import contextlib
import faulthandler
import gc
import os
import signal
import socket
import ssl
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support import leftovers, prepared, requirements, resettable
from support.connecting import USER
from support.doctor import Place, caller
from support.forked import ForkedPrograms, ForkRunner, ForkServer
from support.limits import HANGING
from support.order import Order
from support.patience import patient_programs
from support.requirements import PATH
from support.shell import KEY_ID, ROOT, SECRET, Shell
from support.streams import internal_errors
from support.stub import Stub, ok
from support.terminal import Typist, terminal_pair

if TYPE_CHECKING:
    from collections.abc import Iterator

    from moto.iam.models import IAMBackend
    from support.corrections import Ask
    from support.refusals import Iam
    from support.stub import Endpoint


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--accept", action="store_true", help="rewrite what is expected")
    parser.addoption("--order", help="take the files in an order that is made from this text")


@pytest.fixture(autouse=True)
def unchanged(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail if a test leaves a change of this process, files or processes, or an internal error."""
    # The directory of the test is removed after this.
    home = request.getfixturevalue("tmp_path") if "tmp_path" in request.fixturenames else None
    before = leftovers.state()
    internal_errors()
    yield
    left = leftovers.restored(before)
    if home:
        left += leftovers.left(home)
    assert not left, "\n".join(["this test leaves:", *left])
    assert not (errors := internal_errors()), "\n".join(["this test does not expect:", *errors])


@pytest.fixture(scope="session")
def moto_server() -> Iterator[str]:
    """The URL of a moto server that runs until the session ends."""
    with resettable.server() as url:
        yield url


@pytest.fixture
def moto(moto_server: str) -> str:
    """The URL of an empty moto server."""
    resettable.reset(moto_server)
    return moto_server


@pytest.fixture(scope="session")
def full_iam() -> Iterator[Iam]:
    """An account with one of everything, and with what is full, that runs until the session ends.

    One for all tests of refusals, which change nothing.
    """
    from support.refusals import Iam, build

    with resettable.server() as url:
        built = Iam(url)
        build(built)
        yield built


@pytest.fixture
def iam(moto: str) -> Any:
    """A client of boto3 with the key of an empty account."""
    from support.clients import connected

    return connected(moto)


@pytest.fixture(scope="session")
def stub() -> Iterator[Stub]:
    """A wire stub that runs until the session ends."""
    running = Stub()
    yield running
    running.close()


@pytest.fixture
def endpoint(run: Shell, stub: Stub) -> Endpoint:
    """An endpoint with the user bob; commands use it."""
    made = stub.endpoint(ok("GetUser", USER))
    run.env["AWS_IAM_URL"] = made.url
    return made


@pytest.fixture
def credential_file(tmp_path: Path) -> Path:
    """A credential file in the format of the original toolkit."""
    file = tmp_path / "credentials"
    file.touch(mode=0o600)
    file.write_text(f"AWSAccessKeyId={KEY_ID}\nAWSSecretKey={SECRET}\n")
    return file


@pytest.fixture
def run(tmp_path: Path, credential_file: Path) -> Shell:
    """Run commands with a credential file and without an endpoint."""
    return Shell(tmp_path, {"AWS_CREDENTIAL_FILE": str(credential_file)})


@pytest.fixture(scope="session")
def patient_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of programs that wait as long as a slow machine needs."""
    folder = tmp_path_factory.mktemp("patient") / "bin"
    folder.mkdir()
    patient_programs(folder)
    return folder


@pytest.fixture
def patient(run: Shell, patient_folder: Path) -> Shell:
    """Run commands as ``run`` does, which wait as long as a slow machine needs, as forks do not."""
    run.env["PATH"] = f"{patient_folder}:{run.env['PATH']}"
    return run


@pytest.fixture(scope="session")
def fork_server() -> Iterator[ForkServer]:
    """The process that forks commands until the session ends."""
    running = ForkServer()
    yield running
    running.close()


@pytest.fixture
def run_fast(run: Shell, fork_server: ForkServer) -> ForkRunner:
    """Run commands as ``run`` does, in forks, which start faster."""
    return ForkRunner(fork_server, run)


def names(pattern: str) -> list[str]:
    """Return the names of the programs of this project that match ``pattern``."""
    return sorted(path.name for path in (ROOT / "bin").glob(pattern))


@pytest.fixture(scope="session")
def forked_programs(
    fork_server: ForkServer, tmp_path_factory: pytest.TempPathFactory
) -> ForkedPrograms:
    """The iam-* commands as programs that run in forks, for PATH in scripts."""
    made = ForkedPrograms(tmp_path_factory.mktemp("forked"))
    made.add(names("iam-*"), fork_server)
    return made


@pytest.fixture(scope="session")
def programs(fork_server: ForkServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The directory of the programs of this project and of aws, which run in forks."""
    made = ForkedPrograms(tmp_path_factory.mktemp("programs"))
    made.add(names("iam*"), fork_server)
    other = ForkServer("aws")
    made.add(["aws"], other)
    yield made.folder
    other.close()


@pytest.fixture
def forked(run: Shell, forked_programs: ForkedPrograms) -> Shell:
    """Run commands as ``run`` does, but with forks on PATH, for shells and terminals."""
    run.env["PATH"] = f"{forked_programs.folder}:{run.env['PATH']}"
    return run


@pytest.fixture
def typed(run: Shell, forked_programs: ForkedPrograms) -> Typist:
    """Type command lines on terminals; the commands run in forks."""
    return Typist(run.home, {**run.env, "PATH": f"{forked_programs.folder}:{PATH}"})


@pytest.fixture
def terminal() -> Iterator[tuple[int, str]]:
    """A terminal: the end to read from, and its name."""
    master, slave = terminal_pair()
    yield master, os.ttyname(slave)
    os.close(slave)
    os.close(master)


@pytest.fixture
def aws(run: Shell, moto: str) -> Shell:
    """Run commands against an empty moto server; other AWS clients use it too."""
    run.env |= {
        "AWS_IAM_URL": moto,
        "AWS_ENDPOINT_URL": moto,
        "AWS_ACCESS_KEY_ID": KEY_ID,
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    return run


@pytest.fixture
def service(stub: Stub) -> Endpoint:
    """An endpoint that answers as IAM and STS do."""
    return stub.endpoint().on("GetCallerIdentity", caller()).on("GetUser", ok("GetUser", USER))


@pytest.fixture
def served_account(stub: Stub, run: Shell) -> Endpoint:
    """The account of two users, as a stub of the service; commands use it."""
    from support.snapshot import serving

    return serving(stub, run)


@pytest.fixture
def healthy(run: Shell, run_fast: ForkRunner, service: Endpoint) -> ForkRunner:
    """Commands would work: a credential file, and an endpoint for everything."""
    run.env["AWS_ENDPOINT_URL"] = service.url
    return run_fast


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stub, Path]]:
    """A stub with a certificate of its own, and the certificate."""
    from support.certificates import self_signed

    certificate = self_signed(tmp_path_factory.mktemp("tls") / "cert.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    running = Stub(context)
    yield running, certificate
    running.close()


@pytest.fixture
def backend(monkeypatch: pytest.MonkeyPatch) -> Iterator[IAMBackend]:
    """An empty account of moto in this process, which finds the root user too."""
    from support.corrections import empty_account

    yield from empty_account(monkeypatch)


@pytest.fixture
def ask(backend: IAMBackend) -> Ask:
    """Call a correction; return the members of the response that are not None."""
    from support.corrections import asking

    return asking(backend)


@pytest.fixture
def shared() -> Iterator[Path]:
    """A directory that everyone may write, which is in one that everyone may enter."""
    with tempfile.TemporaryDirectory(prefix="shared-") as place:
        folder = Path(place, "folder")
        folder.parent.chmod(0o755)
        folder.mkdir()
        folder.chmod(0o777)
        yield folder


@pytest.fixture
def closed() -> Iterator[str]:
    """An address of this machine at which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


@pytest.fixture
def full() -> Iterator[str]:
    """The URL of a server whose queue is full, so that nobody gets through to it."""
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(socket.socket())
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        for _ in range(8):
            waiting = stack.enter_context(socket.socket())
            waiting.settimeout(0)
            waiting.connect_ex(server.getsockname())
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


@pytest.fixture
def place(run: Shell, stub: Stub, tls: tuple[Stub, Path], closed: str) -> Place:
    """What set-ups of a machine for iamcli doctor are made of."""
    return Place(run.home, stub, tls, closed)


@pytest.fixture
def environ(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """No variable that iamcli doctor looks at is set, and there is a home directory."""
    from iamcli.cli.doctor import variables

    for name in [*os.environ]:
        known = any(name in names for names in variables.READ.values())
        old = name.startswith(("AWS_", *variables.OF_OTHERS))
        if known or old or name in ("PYTHONPATH", "SHELL", "IAMCLI_COMPLETION", "XDG_DATA_HOME"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    return monkeypatch


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Look for no garbage among the thousands of tests, which took half the time of collecting."""
    gc.disable()
    yield
    gc.freeze()
    gc.enable()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the longest tests at the end, so that a run which is stopped has run all others."""
    items.sort(key=lambda item: item.get_closest_marker("longest") is not None)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    requirements.provide(item)


STANDARD_ERROR = pytest.StashKey[int]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """End the process if a test waits for what does not come; its place is shown."""
    if not item.get_closest_marker("full"):
        stream = item.config.stash[STANDARD_ERROR]
        faulthandler.dump_traceback_later(HANGING, exit=True, file=stream)
    try:
        return (yield)
    finally:
        faulthandler.cancel_dump_traceback_later()


def pytest_configure(config: pytest.Config) -> None:
    if text := config.getoption("order"):
        config.pluginmanager.register(Order(text))
    # While a test runs, it is captured.
    config.stash[STANDARD_ERROR] = os.dup(2)
    reset_inherited()
    # The process that distributes the tests to others starts these with its variables.
    if not config.getoption("numprocesses", None):
        requirements.refuse_others()
    # The smoke tests run without it.
    with contextlib.suppress(ImportError):
        from hypothesis import HealthCheck, settings

        # How long an example takes, or its making, depends on the load of the machine.
        settings.register_profile(
            "tests", deadline=None, suppress_health_check=[HealthCheck.too_slow]
        )
        settings.load_profile("tests")


#: How the names of variables begin that commands, shells and libraries read, and other names.
READ = ("AWS_", "IAMCLI_", "XDG_")
ALSO_READ = {
    "BASH_COMPLETION_USER_DIR",
    "BOTO_CONFIG",
    "CLIENT_CONFIG_FILE",
    "COLUMNS",
    "LINES",
    "MANPATH",
    "REQUESTS_CA_BUNDLE",
    "SSLKEYLOGFILE",
    "SSL_CERT_DIR",
    "SSL_CERT_FILE",
}


def reset_inherited() -> None:
    """Reset what the processes of the tests would inherit from the one that started the tests.

    In the background of a script Ctrl-C is ignored, with nohup SIGHUP.
    """
    for name in list(os.environ):
        if name.startswith(READ) or name in ALSO_READ or name.lower().endswith("_proxy"):
            del os.environ[name]
    of_python = {signal.SIGPIPE, signal.SIGXFSZ}
    for number in signal.valid_signals() - of_python:
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    os.umask(0o022)


def pytest_sessionfinish(session: pytest.Session) -> None:
    prepared.close()
    if hasattr(session.config, "workerinput"):
        # xdist interrupts a worker that needs more than 5 s to end. In the function of hypothesis
        # that the garbage collector calls, Python would show a traceback and go on.
        signal.signal(signal.SIGINT, signal.SIG_IGN)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Say below the result what was not tested."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter and (line := requirements.skipped(reporter.stats.get("skipped", []))):
        reporter.write_line(line)
