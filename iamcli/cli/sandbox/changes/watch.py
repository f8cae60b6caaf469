"""Watches the private IAM: what changes, and what it refuses."""

from __future__ import annotations

import re
import threading
from http import HTTPStatus
from xml.sax.saxutils import unescape

from iamcli.cli.sandbox.wsgi import fields
from iamcli.errors import one_line
from iamcli.output.redaction import Secrets

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_CODE = re.compile("<Code>(.*?)</Code>", re.DOTALL)
_MESSAGE = re.compile("<Message>(.*?)</Message>", re.DOTALL)
_ENTITIES = {"&quot;": '"', "&apos;": "'", "&#34;": '"', "&#39;": "'", "&#13;": " "}
#: Parameters in which a private key may be sent by mistake, also without the lines that
#: ``_PRIVATE_KEY`` looks for; messages repeat them.
_UPLOADED = ("CertificateBody", "CertificateChain", "SSHPublicKeyBody")
#: A private key that was sent in any other parameter.
_PRIVATE_KEY = re.compile(r"-+BEGIN[^-]*PRIVATE KEY.*", re.DOTALL | re.IGNORECASE)


class Watch:
    """What the private IAM contained at first, and the requests that it has refused since.

    ``refusals``: each has ``operation``, ``code`` and ``message``, without the secrets of the
    request.
    """

    def __init__(self) -> None:
        self.refusals: list[dict[str, str]] = []
        self._before: dict[str, Any] = {}
        # A command that has ended may have left others in the background.
        self._busy = threading.Lock()

    def begin(self) -> None:
        """Remember what the private IAM contains."""
        from iamcli.cli.sandbox.changes.state import state

        self._before = state()

    def report(self) -> dict[str, Any]:
        """Return the changes since ``begin`` and the refused requests."""
        from iamcli.cli.sandbox.changes.comparison import changes
        from iamcli.cli.sandbox.changes.state import state

        with self._busy:
            return {"changes": changes(self._before, state()), "refused": self.refusals}

    def recording(self, application: WSGIApplication) -> WSGIApplication:
        """Return ``application``, changed so that what it refuses is recorded."""

        def serve(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            begun: list[str] = []

            def start(
                status: str, headers: list[tuple[str, str]], *exc_info: Any
            ) -> Callable[[bytes], object]:
                begun.append(status)
                return start_response(status, headers, *exc_info)

            request = fields(environ)
            with self._busy:
                # Before the response is read, its status may be unknown.
                body = b"".join(application(environ, start))
            if int(begun[-1].partition(" ")[0]) >= HTTPStatus.BAD_REQUEST:
                text = body.decode("utf-8", "replace")
                self.refusals.append(_refusal(request, begun[-1], text))
            return [body]

        return serve


def _refusal(request: dict[str, str], status: str, body: str) -> dict[str, str]:
    secrets = Secrets()
    secrets.gather(request)
    secrets.add(*(request[name] for name in _UPLOADED if name in request))
    code, message = (
        unescape(match[1], _ENTITIES) if (match := pattern.search(body)) else ""
        for pattern in (_CODE, _MESSAGE)
    )
    message = _PRIVATE_KEY.sub("***", secrets.redact(message))
    return {
        "operation": request.get("Action", ""),
        # A response without a code is not one of IAM.
        "code": code or status,
        "message": one_line(message),
    }
