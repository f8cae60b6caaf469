"""Runs a command with a private IAM: starts the server, and sets the environment."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from iamcli import quoting
from iamcli.cli import index
from iamcli.cli.homes.directory import RECORD, is_own, mounted, strict_default
from iamcli.cli.homes.layout import lay_out_filled
from iamcli.cli.installed_commands import commands_folder, own_places
from iamcli.cli.running import command_server, messages, user_command
from iamcli.cli.sandbox.changes.comparison import deleted
from iamcli.cli.sandbox.changes.report import Report, lacking, not_covered
from iamcli.cli.sandbox.launch import shell
from iamcli.cli.sandbox.launch.descendants import Descendants
from iamcli.cli.sandbox.pipe_messages import EndReport, ServerSettings, StartReport
from iamcli.config import files
from iamcli.config.settings import ACCESS_KEY, SANDBOX, SECRET_KEY
from iamcli.connection import processes
from iamcli.errors import FAILED, Failure, file_error
from iamcli.handover import VARIABLE
from iamcli.interrupts import Interruptible
from iamcli.startup import own_environment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from iamcli.cli.sandbox.changes.report_writer import ReportWriter
    from iamcli.output.streams import Output

#: The maximum time in which the server starts, and in which it ends (seconds).
START_TIMEOUT = END_TIMEOUT = 60

#: Variables that could send requests elsewhere, or make a shell read files that set such variables.
REMOVED_VARIABLES = ("CLIENT_CONFIG_FILE", "BASH_ENV", "ENV")
#: Those of proxies, which also count in upper case.
PROXIES = ("http_proxy", "https_proxy", "all_proxy")


class SandboxServer:
    """A private IAM on a free port of the loopback interface, in a process of its own.

    ``keep``: the directory of the account, or "" for an account that is not kept. ``account``: the
    snapshot that it starts with, or "" for an empty account. ``watch``: whether it reports changes
    and refusals when it ends. It also ends, and removes its files, when this process ends for any
    reason. ``start_report``: what it told when it started; its ``url`` and ``credential_file`` are
    also members.
    """

    #: The module of the server, which has a function ``main``. Only tests have another one.
    module = "iamcli.cli.sandbox.server"

    def __init__(self, keep: str = "", account: str = "", *, watch: bool = False) -> None:
        self.start_report = StartReport()
        self.url = self.credential_file = ""
        self._settings = ServerSettings(keep, account, watch)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def port(self) -> int:
        """The port of the server."""
        return int(urlsplit(self.url).port or 0)

    @property
    def folder(self) -> str:
        """The directory of the credential file, which the server removes at its end."""
        return os.path.dirname(self.credential_file)

    def start(self) -> None:
        """Start the server; raise Failure if it does not start. ``stop`` ends it then, too."""
        account = self._settings.account
        try:
            number = files.descriptor(account) if account else None
        except (OSError, ValueError) as error:
            raise Failure(f"cannot read {account}: {file_error(error)}") from None
        self._process = subprocess.Popen(  # noqa: S603 - a module of this package
            command_server.python(self.module),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            env=_without_aws_variables(own_environment()),
            # The file is open because it may be a pipe, such as <(...) in a shell.
            pass_fds=() if number is None else (number,),
            start_new_session=True,  # keeps Ctrl-C from the server, which ends when the pipe closes
        )
        if number is not None:
            os.close(number)
        self._write(messages.as_line(self._settings._replace(number=number)))
        told = self._read(START_TIMEOUT)
        if told is None:
            what = f"did not start within {START_TIMEOUT} seconds"
            raise Failure(f"the sandbox server {what}; try again")
        if not told:
            raise Failure("the sandbox server ended before it was ready; try again")
        report = self.start_report = messages.read(StartReport, told)
        if report.failure:
            raise Failure(f"cannot start the sandbox: {report.failure}")
        self.url, self.credential_file = report.url, report.credential_file

    def set_command(self, process: int) -> None:
        """Set the process to which the server sends SIGHUP if this process ends; 0 for none."""
        self._write(b"%d\n" % process)

    def _write(self, text: bytes) -> None:
        assert self._process and self._process.stdin  # noqa: PT018, S101 - for mypy
        with contextlib.suppress(BrokenPipeError):  # the server has ended
            self._process.stdin.write(text)

    def _read(self, timeout: float) -> bytes | None:
        """Return the next line of the server; b"" if it has ended, None if it writes none."""
        assert self._process and self._process.stdout  # noqa: PT018, S101 - for mypy
        number = self._process.stdout.fileno()
        if not files.is_ready(number, timeout):
            return None
        # The pipe has no buffer. The server writes nothing more until it ends.
        with Interruptible(), open(number, "rb", closefd=False) as buffered:
            return buffered.readline()

    def stop(self) -> EndReport | None:
        """End the server, and return what it tells then; None if that is unknown."""
        told: bytes | None = None
        if self._process and self._process.stdin and self._process.stdout:
            self._process.stdin.close()
            try:
                # Without the address, the next line would be the report of the start.
                told = self._read(END_TIMEOUT) if self.url else None
                with Interruptible():
                    self._process.wait(END_TIMEOUT)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process.stdout.close()
        # The server removes its files unless it was killed.
        shutil.rmtree(self.folder, ignore_errors=True)
        return messages.read(EndReport, told) if told else None


def run(
    command: Sequence[str],
    output: Output,
    keep: str = "",
    account: str = "",
    writer: ReportWriter | None = None,
) -> int:
    """Run ``command``, or an interactive shell if it is empty, with a private IAM.

    ``output``: where to report; ``keep`` and ``account``: as for ``SandboxServer``; ``writer``:
    writes the report of changes, or None. Returns the exit status of the command, but 1 if it
    succeeded and the account was not kept, or an iam-* command sent nothing because its environment
    was reset. Raises Failure if the server does not start, if it is not known whether the account
    was kept, or if what has changed is not known or cannot be reported.
    """
    private = SandboxServer(keep, account, watch=bool(writer))
    with contextlib.ExitStack() as at_end, command_server.started() as commands:
        try:
            private.start()
            inner = bool(processes.sandbox() or os.environ.get(SANDBOX))
            what = "the command" if command else "what you start"
            env = environment(private, os.environ)
            commands.wait()
            _announce(private, output, account, what, inner=inner)
            env |= {VARIABLE: commands.address} if commands.address else {}
            if not command and shell.is_on_terminal():
                at_end.callback(shell.end, output, inner=inner)
            descendants = Descendants(output)
            status = user_command.run(
                command or _shell(private, env, output, keep, inner=inner),
                env,
                output.error,
                runner="iamcli sandbox",
                interactive=not command,
                register=private.set_command,
                wait=descendants.wait,
            )
        finally:
            end_report = private.stop()
    if keep and not end_report:
        raise Failure(f"the sandbox server was killed; {keep} may lack the last changes")
    if writer and not end_report:
        raise Failure("the sandbox server ended too early; it is not known what has changed")
    end_report = end_report or EndReport()
    reset = end_report.without_environment
    running = list(map(str, descendants.still_running))
    if end_report.failure:
        output.error(f"the account was not kept: {end_report.failure}")
    if writer:
        report = Report(
            changes=end_report.changes,
            refused=end_report.refused,
            unknown=private.start_report.unknown,
            taken=private.start_report.taken,
            status=128 - status if status < 0 else status,
            without_environment=reset,
            running=running,
            reached=end_report.reached,
        )
        writer.write(report)
        if writer.is_standard_error and output.on_terminal() and os.path.isfile(account):
            _show_recreate(output, account, report.changes)
    if not (writer and writer.is_standard_error):
        unreached = command and descendants.command_started and not (reset or end_report.reached)
        what = "no request reached the private IAM; iamcli check SCRIPT shows what it expects"
        said = [what] if unreached and output.on_terminal() else []
        for line in [*not_covered(reset, running), *said]:
            output.error(line)
    return status or (FAILED if reset or end_report.failure else 0)


def _shell(
    private: SandboxServer, env: dict[str, str], output: Output, keep: str, *, inner: bool
) -> list[str]:
    """Say what the sandbox is, and return the command that starts the user's shell in it."""
    command = shell.start(env, private.folder, shell.INNER_PROMPT if inner else shell.PROMPT)
    address = processes.address(private.port)
    where = f"{address}, kept in {keep}" if keep else address
    announcement = (
        f"private IAM at {where}; requests do not reach AWS; type exit to leave. Other programs, "
        "such as aws and ssh, are not stopped."
    )
    if output.on_terminal():
        used = private.start_report.existed or private.start_report.is_copy
        output.error_text(shell.greeting(env, announcement, kept=used))
    else:
        output.error(announcement)
    return command


def _announce(
    private: SandboxServer, output: Output, account: str, what: str, *, inner: bool
) -> None:
    """Let what is started find the sandbox, and say what it does not cover; ``what``: its name."""
    if not processes.announce(private.port):
        output.error(
            "this system does not show the parents of a process, so commands whose environment was "
            "reset (sudo, su -, env -i) use the real account"
        )
    if "noexec" in mounted(private.folder):
        output.error("TMPDIR is noexec, so the commands in AWS_IAM_HOME are not in strict mode")
    if inner and output.on_terminal():
        output.error("this sandbox is inside another one, whose IAM it does not use")
    if not account:
        return
    output.error(
        f"only IAM is a copy; {what} really runs here, with its files, mails and other programs; "
        "the keys that it prints are worthless, and it should run in a directory of its own"
    )
    if not output.on_terminal():
        return
    report = private.start_report
    if report.unread:
        requests = "request was" if report.unread == 1 else "requests were"
        output.error(f"{report.unread} {requests} refused when {account} was made")
    if report.unknown:
        output.error(lacking(report.unknown))


def _show_recreate(output: Output, account: str, changed: Sequence[dict[str, Any]]) -> None:
    """Show the line that makes a script which creates again what was deleted, if anything was."""
    if names := deleted(changed):
        line = " ".join(["iamcli recreate", quoting.file(account), *map(quoting.quoted, names)])
        text = f"to create again what was deleted, make a script: {line} >recreate.sh"
        output.error("", text)


def environment(private: SandboxServer, inherited: Mapping[str, str]) -> dict[str, str]:
    """Return the ``inherited`` variables, changed so that every client uses only ``private``.

    AWS_IAM_HOME is a directory in that of ``private``, whose templates scripts can use. Raises
    Failure if the iam-* commands are not found, or the directory cannot be made.
    """
    folder = str(commands_folder())
    home = os.path.join(private.folder, "home")
    names = index.names()
    executed = "noexec" not in mounted(private.folder)
    strict = executed and _is_strict(inherited.get("AWS_IAM_HOME", ""))
    try:
        credentials = Path(private.credential_file).read_text(encoding="utf-8")
        lay_out_filled(home, names, credentials, strict=strict)
    except OSError as error:
        raise Failure(f"cannot start the sandbox: {error.filename}: {error.strerror}") from None
    env = _without_aws_variables(inherited)
    path = env.get("PATH", os.defpath)
    path = f"{path}:{folder}" if _has_commands(path, names) else f"{folder}:{path}"
    return env | {
        "PATH": path,
        "AWS_IAM_HOME": home,
        "AWS_IAM_URL": private.url,
        # The iam-* commands use this address also if a script specifies another one.
        "IAMCLI_SANDBOX": private.url,
        "AWS_CREDENTIAL_FILE": private.credential_file,
        # For `aws` and other clients that use an SDK. The shared files could set other endpoints.
        "AWS_ENDPOINT_URL": private.url,
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_REGION": "us-east-1",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def _has_commands(path: str, names: Sequence[str]) -> bool:
    """Return whether PATH finds commands of this installation, in any working directory."""
    absolute = all(map(os.path.isabs, path.split(os.pathsep)))
    found = [shutil.which(name, path=path) for name in names if absolute]
    return absolute and all(program and is_own(Path(program), own_places()) for program in found)


def _is_strict(home: str) -> bool:
    """Return whether AWS_IAM_HOME, now ``home``, is to have commands in strict mode."""
    program = Path(home, "bin", "iam-usercreate")
    # Another installation may have made it.
    made = is_own(program, own_places()) or os.path.exists(Path(home, RECORD))
    return not (home and made) or strict_default(program) is not None


def _without_aws_variables(inherited: Mapping[str, str]) -> dict[str, str]:
    return {
        name: value
        for name, value in inherited.items()
        if not (name.startswith("AWS_") or name in REMOVED_VARIABLES or name.lower() in PROXIES)
    }
