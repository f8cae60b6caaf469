"""The sandbox's server with one more request for tests: it empties the account.

The product cannot be asked for this: only this module changes the application that is served. The
answer lists the requests since the last time.
"""

from __future__ import annotations

import contextlib
import io
import json
from http.client import HTTPConnection
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from support import private_iam

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PATH = "/empty"
#: A header that no web page can set without asking first, which the private server refuses.
HEADER = "X-Iamcli-Tests"


@contextlib.contextmanager
def server() -> Iterator[str]:
    """Run the server in a process of its own; yield its URL."""
    with private_iam.server(__name__) as running:
        yield running.url


def reset(url: str) -> list[dict[str, str]]:
    """Empty the account of a server that ``server`` started.

    Returns the parameters of each request since the last time.
    """
    place = urlsplit(url)
    with contextlib.closing(HTTPConnection(str(place.hostname), place.port)) as connection:
        connection.request("POST", f"{place.path.rstrip('/')}{PATH}", headers={HEADER: "yes"})
        asked: list[dict[str, str]] = json.load(connection.getresponse())
    return asked


def with_reset(private: WSGIApplication) -> WSGIApplication:
    """Return ``private`` with the request that empties the account."""
    from moto.core.base_backend import BackendDict
    from moto.core.model_instances import reset_model_data

    asked: list[dict[str, str]] = []

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] != PATH or "HTTP_X_IAMCLI_TESTS" not in environ:
            body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            environ["wsgi.input"] = io.BytesIO(body)
            asked.append(dict(parse_qsl(body.decode("utf-8", "replace"))))
            return private(environ, start_response)
        content = json.dumps(asked).encode()
        asked.clear()
        BackendDict.reset()
        reset_model_data()
        start_response("200 OK", [("Content-Length", str(len(content)))])
        return [content]

    return application


def main() -> None:
    """Run in the server's process."""
    from iamcli.cli.sandbox import server
    from iamcli.cli.sandbox.access import require_secret_path

    # Only tests change it.
    server.require_secret_path = lambda private, *others: require_secret_path(  # type: ignore[attr-defined]
        with_reset(private), *others
    )
    server.main()
