"""The sandbox's server: moto in a process of its own, which ends with the one that started it.

Its standard input is a pipe whose other end only the starter holds, so that the end of that
process, whatever ends it, closes the pipe. Through it comes, one a line, the id of the process
that must not outlive the sandbox, 0 once it is over. Standard output carries one JSON object: where
the server listens and the credential file it made, or why it cannot run.
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

#: The calls of moto's IAM whose policies may lack the version, as the service has it.
ANY_VERSION = (
    "create_role",
    "put_group_policy",
    "put_role_policy",
    "put_user_policy",
    "update_assume_role_policy",
)

#: The release of moto that the correction was tried with.
TRIED = "5.2.5"


def main() -> None:
    """Serve an empty IAM until standard input ends; leave no file and no process behind."""
    folder = None
    try:
        report, folder = _start()
        with contextlib.suppress(BrokenPipeError):
            os.write(1, json.dumps(report).encode())
        os.dup2(2, 1)  # the starter reads to the end; standard error is the null device
        _wait()
    finally:
        if folder:
            shutil.rmtree(folder, ignore_errors=True)
    os._exit(0)  # the threads that serve would wait for their clients


def _start() -> tuple[dict[str, str], str | None]:
    """Return what there is to report, and the folder to remove at the end."""
    try:
        server = _listen()
    except ImportError as error:
        what = f"moto with its server, and {error.name or error} is missing"
        return {"failure": f"it needs {what}; pip install 'iamcli[sandbox]'"}, None
    except Exception as error:  # noqa: BLE001 - the starter tells the user, whatever it is
        what = f"{type(error).__name__}: {error}"
        return {"failure": f"{what}; it was tried with moto[iam,server]=={TRIED}"}, None
    folder = tempfile.mkdtemp(prefix="iamcli-sandbox-")
    credential_file = Path(folder, "credentials")
    credential_file.touch(mode=0o600)
    credential_file.write_text(f"AWSAccessKeyId={ACCESS_KEY}\nAWSSecretKey={SECRET_KEY}\n")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    return {"url": url, "credential_file": str(credential_file)}, folder


def _wait() -> None:
    """Wait until the starter is gone; hang up the process that it left running."""
    running = 0
    for line in sys.stdin:
        running = int(line)
    if running:
        with contextlib.suppress(ProcessLookupError):
            os.kill(running, signal.SIGHUP)


def _listen() -> BaseWSGIServer:
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
    """Take inline and trust policies without ``"Version":"2012-10-17"``, as the service does.

    moto asks every policy for that version; the service asks managed policies only. ``backend``
    and ``validator`` are moto's classes. Raises AttributeError where they are no longer what this
    corrects. Ledger: the version of a policy.
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
