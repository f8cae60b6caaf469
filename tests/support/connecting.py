"""What tests of credentials, proxies, endpoints and the AWS configuration share."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
from typing import TYPE_CHECKING

from support.shell import KEY_ID, SECRET

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.forked import Done, ForkRunner
    from support.shell import Shell
    from support.stub import Endpoint, Stub

USER = "<User><Arn>arn:aws:iam::123456789012:user/bob</Arn><UserId>AIDA</UserId></User>"
#: With a credential file, the configuration names no endpoint.
KEY_VARIABLES = {
    "AWS_CREDENTIAL_FILE": "",
    "AWS_ACCESS_KEY_ID": KEY_ID,
    "AWS_SECRET_ACCESS_KEY": SECRET,
}
TWO_LINES = "AWSAccessKeyId=YOUR-KEY-ID and AWSSecretKey=YOUR-SECRET-KEY"


def show(run_fast: ForkRunner, *arguments: str, **env: str) -> Done:
    return run_fast("iam-usergetattributes", "-u", "bob", *arguments, env=env)


def assert_refused(done: Done, said: str) -> None:
    """A command has failed, with one line that begins with its name and ``said``."""
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith(f"iam-usergetattributes: {said}")
    assert done.err.count("\n") == 1


def signed_by(endpoint: Endpoint) -> tuple[str, str]:
    """Return the access key id and the region that signed the last request."""
    found = re.search(
        r"Credential=([^/]+)/\d+/([^/]+)/iam/", endpoint.requests[-1].headers["authorization"]
    )
    assert found
    return found[1], found[2]


def write(run_fast: ForkRunner, name: str, text: str) -> Path:
    file = run_fast.home / name
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(text.encode())
    file.chmod(0o600)
    return file


def through(stub: Stub, *lines: str) -> str:
    return "\n".join(["ClientProxyHost=127.0.0.1", f"ClientProxyPort={stub.port}", *lines, ""])


#: Addresses with what nobody else may see, which is always this word.
WITH_SECRETS = [
    "http://user:passw0rd@127.0.0.1:9/",
    "https://passw0rd@x",
    "http://u:12345/passw0rd@x",
    "http://u:/passw0rd@x",
    "http://u:a@passw0rd@x",
    "http://u:a?passw0rd@x",
    "http://u:a#passw0rd@x",
    "u:passw0rd@x",
    "//u:passw0rd@x",
    "ftp://u:passw0rd@x",
    "https://x/?token=passw0rd",
    "https://x?passw0rd",
    "https://x#passw0rd",
    "https://x?a=b@c&token=passw0rd",
    "https://x?a@passw0rd",
]

CONFIGURED = "endpoint_url of the AWS configuration"


def configured(run_fast: ForkRunner, section: str, *arguments: str) -> Done:
    (run_fast.home / "config").write_text(section)
    return run_fast(*arguments, env={"AWS_CONFIG_FILE": "config", **KEY_VARIABLES})


def assuming(run_fast: ForkRunner | Shell, more: str) -> None:
    """Let the profile be one that assumes a role."""
    (run_fast.home / "config").write_text(
        "[profile base]\naws_access_key_id=AK\naws_secret_access_key=x\n[profile admin]\n"
        f"role_arn=arn:aws:iam::1:role/admin\nsource_profile=base\nregion=us-east-1\n{more}"
    )
    run_fast.env |= {"AWS_CREDENTIAL_FILE": "", "AWS_PROFILE": "admin", "AWS_CONFIG_FILE": "config"}


@contextlib.contextmanager
def answering(*answers: bytes) -> Iterator[int]:
    """A proxy that sends ``answers`` to what it gets, and keeps the connection; its port."""
    with contextlib.ExitStack() as stack:
        listening = stack.enter_context(socket.create_server(("127.0.0.1", 0)))

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    peer = stack.enter_context(listening.accept()[0])
                    for answer in answers:
                        peer.recv(1 << 16)
                        peer.sendall(answer)

        server = threading.Thread(target=serve)
        server.start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)
        server.join()
