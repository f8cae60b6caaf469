"""The sandbox server: moto in a separate process, which ends only with its parent process.

Its standard input is a pipe from the parent, which is closed when the parent ends for any reason.
The first line is a ``ServerSettings`` of ``iamcli.cli.sandbox.pipe_messages``. Each further line is
the ID of the process to which the server sends SIGHUP when the pipe is closed, or 0 for none. To
standard output the server writes two lines: a ``StartReport``, and an ``EndReport`` when it ends.

Other programs of this machine, web pages included, can reach the port. So the address has a secret
path (``iamcli.cli.sandbox.access``), and the server answers only signed requests to IAM and STS.
"""

from __future__ import annotations

import contextlib
import gc
import logging
import os
import secrets
import shutil
import signal
import sys
import threading
import time
from typing import Any

from iamcli.cli.account_file import file
from iamcli.cli.running import messages
from iamcli.cli.sandbox.access import require_secret_path
from iamcli.cli.sandbox.account_lock import ACCOUNT_LOCK
from iamcli.cli.sandbox.changes.seen_requests import SeenRequests
from iamcli.cli.sandbox.kept import KeptAccount
from iamcli.cli.sandbox.pipe_messages import EndReport, ServerSettings, StartReport
from iamcli.config.settings import ACCESS_KEY, SECRET_KEY
from iamcli.connection.processes import address
from iamcli.errors import SECRET_DIGITS, Failure, file_error, unexpected
from iamcli.installation.extras import advice
from iamcli.protection import protected_folder, write_private

#: The release of moto with which this module was tested.
TESTED = "5.2.5"


def main() -> None:
    """Serve an IAM until standard input ends, then remove the files and exit."""
    folder = ""
    signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM, signal.SIGHUP))
    try:
        settings = messages.read(ServerSettings, sys.stdin.readline())
        seen = SeenRequests()
        # To search what imports create for garbage would take a tenth of the time.
        gc.disable()
        start_report, kept, before = _start(settings, seen)
        folder = os.path.dirname(start_report.credential_file)
        gc.freeze()
        gc.enable()
        _tell(start_report)
        _wait_for_launcher()
        _tell(_end(kept, before, seen))
    except Failure as failure:
        _tell(StartReport(failure=str(failure)))
    finally:
        if folder:
            shutil.rmtree(folder, ignore_errors=True)
    os._exit(0)  # a normal exit would wait for the threads, which wait for their clients


def _tell(report: StartReport | EndReport) -> None:
    with contextlib.suppress(BrokenPipeError), open(1, "wb", closefd=False) as pipe:
        pipe.write(messages.as_line(report))


def _start(
    settings: ServerSettings, seen: SeenRequests
) -> tuple[StartReport, KeptAccount | None, dict[str, Any] | None]:
    """Start the server.

    ``seen``: notes the requests. Returns the report, the account to save at the end, None if it is
    not kept, and what it contains now, None if changes are not watched. Raises Failure if it cannot
    start.
    """
    report, region = StartReport(taken=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())), ""
    before = None
    try:
        kept = KeptAccount(settings.keep) if settings.keep else None
        if settings.account:
            report, region = _load_copy(settings)
        from iamcli.cli.sandbox.private_iam import PrivateIAM

        logging.getLogger("werkzeug").disabled = True
        private = PrivateIAM(seen, kept, region)
        if kept:
            kept.restore()
            threading.Thread(target=kept.save_changes, daemon=True).start()
        if settings.watch:
            from iamcli.cli.sandbox.changes.state import account_contents

            before = account_contents()
        from werkzeug.serving import make_server

        secret = secrets.token_hex(SECRET_DIGITS // 2)
        application = require_secret_path(private, secret, seen)
        server = make_server("127.0.0.1", 0, application, threaded=True)
        credential_file = _credential_file()
    except Failure:
        raise
    except ImportError as error:
        what = f"{error.name or error} is not installed"
        raise Failure(f"{what}; {advice('sandbox')}") from None
    except MemoryError as error:
        name = settings.account or settings.keep or "the private IAM"
        raise Failure(f"{name}: {unexpected(error, '')}") from None
    except Exception as error:  # noqa: BLE001 - the parent reports it to the user
        what = f"{type(error).__name__}: {error}"
        raise Failure(f"{what}; install the tested moto[iam]=={TESTED}") from None
    threading.Thread(target=server.serve_forever, daemon=True).start()
    report = report._replace(
        url=f"{address(server.server_port)}/{secret}/",
        credential_file=credential_file,
        existed=bool(kept and kept.existed),
    )
    return report, kept, before


def _end(kept: KeptAccount | None, before: dict[str, Any] | None, seen: SeenRequests) -> EndReport:
    """Save the account, and return the report; the arguments are as in ``_start``."""
    failure, changed = "", []
    try:
        if kept:
            kept.save(last=True)
    except Failure as error:
        failure = str(error)
    if before is not None:
        from iamcli.cli.sandbox.changes.comparison import changes
        from iamcli.cli.sandbox.changes.state import account_contents

        with ACCOUNT_LOCK:
            changed = changes(before, account_contents())
    return EndReport(failure, changed, **vars(seen))


def _credential_file() -> str:
    """Make the directory of the sandbox, with the credential file in it, and return its name."""
    try:
        folder = protected_folder("iamcli-sandbox-")
        content = f"AWSAccessKeyId={ACCESS_KEY}\nAWSSecretKey={SECRET_KEY}\n"
        return write_private(folder, "credentials", content.encode())
    except OSError as error:
        raise Failure(file_error(error)) from None


def _load_copy(settings: ServerSettings) -> tuple[StartReport, str]:
    """Start with a snapshot; return what is known about it, and a region for requests.

    Raises Failure if it cannot be read or is damaged.
    """
    from iamcli.cli.sandbox.loading import load, region_of, unknown

    snapshot = file.read(settings.account, settings.number)
    iam = load(snapshot, settings.account)
    report = StartReport(
        is_copy=True,
        taken=snapshot["taken"],
        unread=len(snapshot["unread"]),
        unknown=unknown(snapshot, iam),
    )
    return report, region_of(snapshot)


def _wait_for_launcher() -> None:
    """Wait until the pipe is closed; then send SIGHUP to the command, if it is still running."""
    command = 0
    for line in sys.stdin:
        command = int(line)
    if command:
        with contextlib.suppress(ProcessLookupError):
            os.kill(command, signal.SIGHUP)
