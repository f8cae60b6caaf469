"""The sandbox's server with one more request for tests: it empties the account.

The product cannot be asked for this: only this module changes the application that is served.
"""

from __future__ import annotations

import contextlib
import urllib.request
from typing import TYPE_CHECKING

from iamcli.sandbox import launcher

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PATH = "/empty"
#: A header that no web page can set without asking first, which the private server refuses.
HEADER = "X-Iamcli-Tests"


@contextlib.contextmanager
def server() -> Iterator[str]:
    """Run the server in a process of its own; yield its URL."""
    with launcher.server(__name__) as running:
        yield running.url


def reset(url: str) -> None:
    """Empty the account of a server that ``server`` started."""
    request = urllib.request.Request(f"{url}{PATH}", method="POST", headers={HEADER: "yes"})
    urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request).close()


def with_reset(private: WSGIApplication) -> WSGIApplication:
    """Return ``private`` with the request that empties the account."""
    from moto.core.base_backend import BackendDict
    from moto.core.model_instances import reset_model_data

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] != PATH or "HTTP_X_IAMCLI_TESTS" not in environ:
            return private(environ, start_response)
        BackendDict.reset()
        reset_model_data()
        start_response("204 No Content", [])
        return []

    return application


def main() -> None:
    """Run in the server's process."""
    from iamcli.sandbox.server import main as serve

    serve(with_reset)
