"""The sandbox server: moto in a separate process, which ends with its parent process.

Its standard input is a pipe from the parent, which is closed when the parent ends for any reason.
The first line is a JSON object: ``keep``, the directory of an account to keep, or "";
``account``, the name of a snapshot to start with, or "", and ``number``, the descriptor with which
it is open; ``watch``, whether to report what changes. Each further line is the ID of the process to
which the server sends SIGHUP when the pipe is closed, or 0 for none. To standard output the server
writes two JSON objects, one per line: the URL, the credential file, whether there was a kept
account and what the copy lacks, or the reason why it cannot start; and when it ends, the changes,
the refused requests, whether it was reached, and the commands that sent nothing because their
environment was reset, or the reason why the account was not kept.

Other programs of this machine, web pages included, can reach the port. So the address has a secret
path (``iamcli.cli.sandbox.access``), and the server answers only signed requests to IAM and STS.
"""

from __future__ import annotations

import contextlib
import gc
import json
import logging
import os
import re
import secrets
import shutil
import signal
import sys
import threading
import time

from iamcli.cli.account_file import file
from iamcli.cli.sandbox.access import foreign, secret_path
from iamcli.cli.sandbox.changes.watch import Watch
from iamcli.cli.sandbox.kept import Kept
from iamcli.cli.sandbox.launch.launcher import CREDENTIALS
from iamcli.cli.sandbox.wsgi import refuse
from iamcli.connection.processes import address
from iamcli.errors import SECRET_DIGITS, Failure, unexpected
from iamcli.installation.extras import advice
from iamcli.protection import Folder, protected_folder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment
    from werkzeug.serving import BaseWSGIServer

#: ``Authorization`` of a request that is signed for IAM or STS, with any key.
SIGNED = re.compile(
    r"AWS4-HMAC-SHA256 +Credential=[^/,\s]+/\d{8}/[a-z0-9-]+/(iam|sts)/aws4_request,"
)
#: The region in ``Authorization``, and what is around it.
REGION = re.compile(r"(Credential=[^/,\s]+/\d{8}/)[a-z0-9-]+(/)")

#: The name of the credential file in the directory of the sandbox.
_CREDENTIALS = "credentials"

#: The release of moto with which this module was tested.
TESTED = "5.2.5"


def main() -> None:
    """Serve an IAM until standard input ends, then remove the files and exit."""
    folder = ""
    try:
        settings = json.loads(sys.stdin.readline() or "{}")
        watch = Watch() if settings.get("watch") else None
        ended: dict[str, Any] = {"without_environment": [], "reached": False}
        # To search what imports create for garbage would take a tenth of the time.
        gc.disable()
        report, folder, kept = _start(settings, watch, ended)
        gc.freeze()
        gc.enable()
        _report(report)
        _wait()
        try:
            if kept:
                kept.save(last=True)
        except Failure as failure:
            ended["failure"] = str(failure)
        _report(ended | (watch.report() if watch else {}))
    except Failure as failure:
        _report({"failure": str(failure)})
    finally:
        if folder:
            shutil.rmtree(folder, ignore_errors=True)
    os._exit(0)  # a normal exit would wait for the threads, which wait for their clients


def _report(report: dict[str, Any]) -> None:
    with contextlib.suppress(BrokenPipeError), open(1, "wb", closefd=False) as pipe:
        pipe.write(json.dumps(report).encode() + b"\n")


def _start(
    settings: dict[str, Any], watch: Watch | None, received: dict[str, Any]
) -> tuple[dict[str, Any], str, Kept | None]:
    """Start the server.

    ``watch``: None if nothing is watched. Returns the report, the directory to remove at the end,
    and the account to save then, None if it is not kept. Raises Failure if it cannot start.
    """
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    copied: dict[str, Any] = {"taken": now, "unread": 0, "unknown": []}
    try:
        kept = Kept(settings["keep"]) if settings.get("keep") else None
        application, region = _application(watch), ""
        if settings.get("account"):
            copied, region = _copied(settings["account"], settings["number"])
        if kept:
            kept.restore()
            application = kept.saving(application)
        if watch:
            watch.begin()
        secret = secrets.token_hex(SECRET_DIGITS // 2)
        application = in_region(application, region)
        server = _make_server(secret_path(application, secret, received))
        folder = _folder()
    except Failure:
        raise
    except ImportError as error:
        what = f"{error.name or error} is not installed"
        raise Failure(f"{what}; {advice('sandbox')}") from None
    except MemoryError as error:
        name = settings.get("account") or settings.get("keep") or "the private IAM"
        raise Failure(f"{name}: {unexpected(error, '')}") from None
    except Exception as error:  # noqa: BLE001 - the parent reports it to the user
        what = f"{type(error).__name__}: {error}"
        raise Failure(f"{what}; install the tested moto[iam]=={TESTED}") from None
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"{address(server.server_port)}/{secret}/"
    existed = bool(kept and kept.existed)
    report = {"url": url, "credential_file": os.path.join(folder, _CREDENTIALS), "existed": existed}
    return report | copied | {"is_copy": bool(settings.get("account"))}, folder, kept


def _folder() -> str:
    """Make the directory of the sandbox, with the credential file in it, and return its path."""
    try:
        folder = protected_folder("iamcli-sandbox-")
        with Folder(folder) as private:
            private.write(_CREDENTIALS, CREDENTIALS.encode())
    except OSError as error:
        raise Failure(error.strerror or str(error)) from None
    return folder


def _copied(name: str, number: int) -> tuple[dict[str, Any], str]:
    """Start with the snapshot ``name``; return what is known about it, and a region for requests.

    Raises Failure if it cannot be read or is damaged.
    """
    from iamcli.cli.sandbox.loading import load, region_of, unknown

    snapshot = file.read(name, number)
    iam = load(snapshot, name)
    about = {"taken": snapshot["taken"], "unread": len(snapshot["unread"])}
    return about | {"unknown": unknown(snapshot, iam)}, region_of(snapshot)


def _wait() -> None:
    """Wait until the pipe is closed; then send SIGHUP to the command, if it is still running."""
    command = 0
    for line in sys.stdin:
        command = int(line)
    if command:
        with contextlib.suppress(ProcessLookupError):
            os.kill(command, signal.SIGHUP)


def _application(watch: Watch | None) -> WSGIApplication:
    """Return the private IAM; ``watch`` records what it refuses, unless it is None."""
    from moto.moto_server.werkzeug_app import create_backend_app

    from iamcli.cli.sandbox.corrections.apply import apply, prepare
    from iamcli.cli.sandbox.rules.layer import with_rules

    apply()
    logging.getLogger("werkzeug").disabled = True
    iam: WSGIApplication = with_rules(create_backend_app("iam"), prepare)
    sts: WSGIApplication = create_backend_app("sts")
    if watch:
        iam, sts = watch.recording(iam), watch.recording(sts)
    return private({"iam": iam, "sts": sts})


def _make_server(application: WSGIApplication) -> BaseWSGIServer:
    from werkzeug.serving import make_server

    return make_server("127.0.0.1", 0, application, threaded=True)


def in_region(application: WSGIApplication, region: str) -> WSGIApplication:
    """Return ``application``, changed so that requests are taken as signed for ``region``.

    moto has an account for each partition, which it knows from the region. A copy is of one only.
    """
    if not region:
        return application

    def signed_again(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        signed = environ.get("HTTP_AUTHORIZATION", "")
        environ["HTTP_AUTHORIZATION"] = REGION.sub(rf"\g<1>{region}\g<2>", signed, count=1)
        return application(environ, start_response)

    return signed_again


def private(services: dict[str, WSGIApplication]) -> WSGIApplication:
    """Return the application that passes signed requests on to ``services``, and nothing else.

    Any other request gets status 403. No response has a header that lets a web page read it.
    """

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(
            status: str, headers: list[tuple[str, str]], *exc_info: Any
        ) -> Callable[[bytes], object]:
            kept = [one for one in headers if not one[0].lower().startswith("access-control-")]
            return start_response(status, kept, *exc_info)

        message = refusal(environ)
        if message:
            return refuse(start, 403, "AccessDenied", message)
        signed = SIGNED.match(environ["HTTP_AUTHORIZATION"])
        assert signed  # noqa: S101 - for mypy
        return services[signed[1]](environ, start)

    return application


def refusal(environ: WSGIEnvironment) -> str:
    """Return why the sandbox refuses a request, or "" if it does not.

    The signature itself is not checked, so that any key works, as scripts make and bring their own.
    A browser cannot add ``Authorization`` without asking first, with a request that has ``Origin``.
    """
    reason = foreign(environ)
    if reason:
        return reason
    is_usual = environ["REQUEST_METHOD"] in ("GET", "POST")
    if not is_usual or environ.get("PATH_INFO") not in ("", "/"):
        return "the sandbox accepts only GET and POST requests to /"
    if not SIGNED.match(environ.get("HTTP_AUTHORIZATION", "")):
        return "the sandbox accepts only requests that are signed for IAM or STS"
    return ""
