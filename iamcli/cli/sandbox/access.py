"""Who may use the private IAM: the processes that know the secret path of its address.

Other users of the machine and web pages can connect to the port too. Requests with another path are
refused, and nothing that they contain is read. There is one exception: a command whose environment
was reset does not know the path, and reports that it has sent nothing. Of the requests with the
secret path, the private IAM answers those that are signed for IAM or STS.
"""

from __future__ import annotations

import contextlib
import hmac
import re
import struct
from socket import SHUT_RDWR, SO_LINGER, SOL_SOCKET

from iamcli.cli.sandbox.peers import may_report
from iamcli.cli.sandbox.wsgi import content, error
from iamcli.connection.confinement import MAX_REPORT, REPORT_PATH

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from socket import socket

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from iamcli.cli.sandbox.changes.seen_requests import SeenRequests

#: ``Authorization`` of a request that is signed for IAM or STS: the key, which can be any, the
#: region and the service.
SIGNED = re.compile(
    r"AWS4-HMAC-SHA256 +Credential=([^/,\s]+)/\d{8}/([a-z0-9-]+)/(iam|sts)/aws4_request,"
)

#: The names of commands that are reported as they are, and how many names are kept.
COMMAND = re.compile(rb"iam(cli|-[a-z0-9]+)")
MAX_COMMANDS = 10000

#: How much of the body of a refused request is discarded (bytes), so that a client that still sends
#: it gets the response, and how long to wait for each part (seconds).
DISCARDED = 1 << 20
_PART = 1 << 16
_PATIENCE = 1.0

#: The variables with the path and the query of a request.
_TARGETS = ("REQUEST_URI", "RAW_URI")


def require_secret_path(
    application: WSGIApplication, secret: str, seen: SeenRequests
) -> WSGIApplication:
    """Return ``application``, changed so that it gets only requests with the path ``secret``.

    It gets them without that path. ``seen``: notes that there was one, and the names of commands
    that report themselves. Any other request gets status 403.
    """

    def guarded(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        first, _, rest = environ.get("PATH_INFO", "")[1:].partition("/")
        if hmac.compare_digest(first.encode("latin-1"), secret.encode()):
            seen.reached = True
            # Some clients add a slash to an address that ends with one.
            environ["PATH_INFO"] = f"/{rest.lstrip('/')}"
            for name in set(_TARGETS) & set(environ):
                environ[name] = environ[name].replace(f"/{secret}", "", 1) or "/"
            return application(environ, start_response)
        if _reports(environ):
            if len(seen.without_environment) < MAX_COMMANDS:
                seen.without_environment.append(_command(content(environ)))
            start_response("204 No Content", [])
            return []
        return _refused(environ, start_response)

    return guarded


def why_foreign(environ: WSGIEnvironment) -> str:
    """Return why the sandbox refuses a request whatever it is for, or "" if it does not."""
    port = environ["SERVER_PORT"]
    if environ.get("HTTP_HOST", "").lower() not in (f"127.0.0.1:{port}", f"localhost:{port}"):
        return "the sandbox accepts no request for another host"
    if "HTTP_ORIGIN" in environ:
        return "the sandbox accepts no request from a web page"
    return ""


def why_refused(environ: WSGIEnvironment) -> str:
    """Return why the private IAM refuses a request, or "" if it does not.

    The signature itself is not checked, so that any key works, as scripts make and bring their own.
    A browser cannot add ``Authorization`` without asking first, with a request that has ``Origin``.
    """
    if reason := why_foreign(environ):
        return reason
    is_usual = environ["REQUEST_METHOD"] in ("GET", "POST")
    if not is_usual or environ.get("PATH_INFO") not in ("", "/"):
        return "the sandbox accepts only GET and POST requests to /"
    if not SIGNED.match(environ.get("HTTP_AUTHORIZATION", "")):
        return "the sandbox accepts only requests that are signed for IAM or STS"
    return ""


def _command(name: bytes) -> str:
    """Return the ``name`` of a command as it is, but no other text."""
    return name.decode() if COMMAND.fullmatch(name) else "another name"


def _reports(environ: WSGIEnvironment) -> bool:
    """Return whether a request is the report of a command, whose user may report it."""
    length = environ.get("CONTENT_LENGTH", "")
    return (
        (environ["REQUEST_METHOD"], environ.get("PATH_INFO")) == ("POST", REPORT_PATH)
        and not why_foreign(environ)
        and bool(re.fullmatch(r"[0-9]{1,2}", length))
        and int(length) <= MAX_REPORT
        and "HTTP_TRANSFER_ENCODING" not in environ
        and may_report(environ["werkzeug.socket"])
    )


def _refused(environ: WSGIEnvironment, start_response: StartResponse) -> Iterator[bytes]:
    message = "the sandbox accepts only requests to its own address, which AWS_IAM_URL contains"
    yield from error(403, "AccessDenied", message).send(start_response)
    with contextlib.suppress(OSError, ValueError):
        _discard(environ)


def _discard(environ: WSGIEnvironment) -> None:
    """Discard what the client still sends, but not everything, and end the connection."""
    connection: socket = environ["werkzeug.socket"]
    connection.settimeout(_PATIENCE)
    announced = int(environ.get("CONTENT_LENGTH") or 0)
    left = min(announced, DISCARDED)
    while left > 0:
        part = environ["wsgi.input"].read(min(left, _PART))
        left -= len(part) or left
    if announced > DISCARDED:
        # The client must not wait until the rest is read.
        connection.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
    connection.shutdown(SHUT_RDWR)
