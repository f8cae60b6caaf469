"""The sandbox server: moto in a separate process, which ends with its parent process.

Its standard input is a pipe from the parent, which is closed when the parent ends for any reason.
From it the server reads, one per line, the ID of the process to which it sends SIGHUP when the pipe
is closed, or 0 for none. To standard output it writes one JSON object: the URL and the credential
file, or the reason why it cannot start.
"""

from __future__ import annotations

import contextlib
import functools
import json
import logging
import os
import shutil
import signal
import sys
import tempfile
import threading
from contextvars import ContextVar
from pathlib import Path

from iamcli.sandbox.launcher import ACCESS_KEY, SECRET_KEY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from moto.iam.policy_validation import BaseIAMPolicyValidator
    from werkzeug.serving import BaseWSGIServer

#: The methods of moto's IAM whose policies need no version in the real service.
ANY_VERSION = (
    "create_role",
    "put_group_policy",
    "put_role_policy",
    "put_user_policy",
    "update_assume_role_policy",
)

#: The release of moto with which this module was tested.
TESTED = "5.2.5"


def main() -> None:
    """Serve an empty IAM until standard input ends, then remove the files and exit."""
    folder = None
    try:
        report, folder = _start()
        with contextlib.suppress(BrokenPipeError):
            os.write(1, json.dumps(report).encode())
        os.dup2(2, 1)  # closes the pipe, which the parent reads to its end
        _wait()
    finally:
        if folder:
            shutil.rmtree(folder, ignore_errors=True)
    os._exit(0)  # a normal exit would wait for the threads, which wait for their clients


def _start() -> tuple[dict[str, str], str | None]:
    """Start the server; return the report, and the directory to remove at the end."""
    try:
        server = _make_server()
    except ImportError as error:
        what = f"{error.name or error} is not installed"
        return {"failure": f"{what}; run: pip install 'iamcli[sandbox]'"}, None
    except Exception as error:  # noqa: BLE001 - the parent reports it to the user
        what = f"{type(error).__name__}: {error}"
        return {"failure": f"{what}; install the tested moto[iam,server]=={TESTED}"}, None
    folder = tempfile.mkdtemp(prefix="iamcli-sandbox-")
    credential_file = Path(folder, "credentials")
    credential_file.touch(mode=0o600)
    credential_file.write_text(f"AWSAccessKeyId={ACCESS_KEY}\nAWSSecretKey={SECRET_KEY}\n")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    return {"url": url, "credential_file": str(credential_file)}, folder


def _wait() -> None:
    """Wait until the pipe is closed; then send SIGHUP to the command, if it is still running."""
    command = 0
    for line in sys.stdin:
        command = int(line)
    if command:
        with contextlib.suppress(ProcessLookupError):
            os.kill(command, signal.SIGHUP)


def _make_server() -> BaseWSGIServer:
    from moto.iam.models import IAMBackend
    from moto.iam.policy_validation import BaseIAMPolicyValidator
    from moto.moto_server.werkzeug_app import (
        DomainDispatcherApplication,
        MotoRequestHandler,
        create_backend_app,
    )
    from werkzeug.serving import make_server

    accept_any_version(IAMBackend, BaseIAMPolicyValidator)
    logging.getLogger("werkzeug").disabled = True
    return make_server(
        "127.0.0.1",
        0,
        DomainDispatcherApplication(create_backend_app),
        threaded=True,
        request_handler=MotoRequestHandler,
    )


def accept_any_version(backend: type[Any], validator: type[BaseIAMPolicyValidator]) -> None:
    """Accept inline and trust policies without ``"Version":"2012-10-17"``, as the service does.

    moto requires that version in every policy, but the service only in managed policies.
    ``backend`` and ``validator``: the classes of moto to change. Raises AttributeError if they lack
    a method to change. Source: LEGACY.md (the version of a policy).
    """
    exempt = ContextVar("exempt", default=False)
    strict = validator._validate_version  # noqa: SLF001 - moto has no switch for it

    def validate_version(self: BaseIAMPolicyValidator) -> None:
        if not exempt.get():
            strict(self)

    def exempted(call: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(call)
        def exempted_call(*args: Any, **kwargs: Any) -> Any:
            token = exempt.set(True)
            try:
                return call(*args, **kwargs)
            finally:
                exempt.reset(token)

        return exempted_call

    corrected = {name: exempted(getattr(backend, name)) for name in ANY_VERSION}
    validator._validate_version = validate_version  # type: ignore[method-assign]  # noqa: SLF001
    for name, call in corrected.items():
        setattr(backend, name, call)
