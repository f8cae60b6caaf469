"""The sandbox server: moto in a separate process, which ends with its parent process.

Its standard input is a pipe from the parent, which is closed when the parent ends for any reason.
The first line is a JSON object: ``keep``, the directory of an account to keep, or "". Each further
line is the ID of the process to which the server sends SIGHUP when the pipe is closed, or 0 for
none. To standard output the server writes two JSON objects, one per line: the URL, the credential
file and whether there was a kept account, or the reason why it cannot start; and when it ends, an
empty object, or the reason why the account was not kept.

Other programs of this machine, web pages included, can reach the port. So the server answers only
signed requests to IAM and STS, and none that a browser sends for a page.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import re
import shutil
import signal
import sys
import tempfile
import threading
from pathlib import Path

from iamcli.errors import Failure
from iamcli.sandbox.answers import refuse
from iamcli.sandbox.kept import Kept
from iamcli.sandbox.launcher import ACCESS_KEY, SECRET_KEY

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

#: The release of moto with which this module was tested.
TESTED = "5.2.5"


def main(change: Callable[[WSGIApplication], WSGIApplication] | None = None) -> None:
    """Serve an IAM until standard input ends, then remove the files and exit.

    ``change``: for tests; returns the application to serve instead of the private one. The sandbox
    never sets it.
    """
    folder = kept = None
    try:
        settings = json.loads(sys.stdin.readline() or "{}")
        report, folder, kept = _start(change, settings.get("keep", ""))
        _report(report)
        _wait()
        _report(_saved(kept))
    finally:
        if folder:
            shutil.rmtree(folder, ignore_errors=True)
    os._exit(0)  # a normal exit would wait for the threads, which wait for their clients


def _report(report: dict[str, str | bool]) -> None:
    with contextlib.suppress(BrokenPipeError):  # the parent has ended
        os.write(1, json.dumps(report).encode() + b"\n")


def _saved(kept: Kept | None) -> dict[str, str | bool]:
    """Save the account if it is to be kept; return the report."""
    try:
        if kept:
            kept.save()
    except Failure as failure:
        return {"failure": str(failure)}
    return {}


def _start(
    change: Callable[[WSGIApplication], WSGIApplication] | None, keep: str
) -> tuple[dict[str, str | bool], str | None, Kept | None]:
    """Start the server; return the report, the directory to remove at the end, and what to keep."""
    try:
        kept = Kept(keep) if keep else None
        application = _application()
        if change:
            application = change(application)
        if kept:
            kept.restore()
            application = kept.watched(application)
        server = _make_server(application)
    except Failure as failure:
        return {"failure": str(failure)}, None, None
    except ImportError as error:
        what = f"{error.name or error} is not installed"
        return {"failure": f"{what}; run: pip install 'iamcli[sandbox]'"}, None, None
    except Exception as error:  # noqa: BLE001 - the parent reports it to the user
        what = f"{type(error).__name__}: {error}"
        return {"failure": f"{what}; install the tested moto[iam,server]=={TESTED}"}, None, None
    folder = tempfile.mkdtemp(prefix="iamcli-sandbox-")
    credential_file = Path(folder, "credentials")
    credential_file.touch(mode=0o600)
    credential_file.write_text(f"AWSAccessKeyId={ACCESS_KEY}\nAWSSecretKey={SECRET_KEY}\n")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    found = bool(kept and kept.found)
    return {"url": url, "credential_file": str(credential_file), "found": found}, folder, kept


def _wait() -> None:
    """Wait until the pipe is closed; then send SIGHUP to the command, if it is still running."""
    command = 0
    for line in sys.stdin:
        command = int(line)
    if command:
        with contextlib.suppress(ProcessLookupError):
            os.kill(command, signal.SIGHUP)


def _application() -> WSGIApplication:
    from moto.moto_server.werkzeug_app import create_backend_app

    from iamcli.sandbox.corrections.apply import apply
    from iamcli.sandbox.rules.layer import enforced

    apply()
    logging.getLogger("werkzeug").disabled = True
    iam = enforced(create_backend_app("iam"))
    return private({"iam": iam, "sts": create_backend_app("sts")})


def _make_server(application: WSGIApplication) -> BaseWSGIServer:
    from werkzeug.serving import make_server

    return make_server("127.0.0.1", 0, application, threaded=True)


def private(services: dict[str, WSGIApplication]) -> WSGIApplication:
    """Return the application that passes signed requests on to ``services``, and nothing else.

    Any other request gets status 403. No response has a header that lets a web page read it.
    """

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(
            status: str, headers: list[tuple[str, str]], *exc_info: Any
        ) -> Callable[[bytes], object]:
            kept = [
                (name, value)
                for name, value in headers
                if not name.lower().startswith("access-control-")
            ]
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
    port = environ["SERVER_PORT"]
    if environ.get("HTTP_HOST", "").lower() not in (f"127.0.0.1:{port}", f"localhost:{port}"):
        return "the sandbox accepts no request for another host"
    if "HTTP_ORIGIN" in environ:
        return "the sandbox accepts no request from a web page"
    if environ["REQUEST_METHOD"] not in ("GET", "POST") or environ.get("PATH_INFO") not in (
        "",
        "/",
    ):
        return "the sandbox accepts only GET and POST requests to /"
    if not SIGNED.match(environ.get("HTTP_AUTHORIZATION", "")):
        return "the sandbox accepts only requests that are signed for IAM or STS"
    return ""
