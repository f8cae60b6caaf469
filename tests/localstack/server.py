"""Run the IAM of localstack, with the Python of an environment that has localstack-core.

Only its gateway and its IAM run, not its runtime, which looks for containers, certificates and
updates. Each line on standard input empties the IAM, and the end of standard input stops the
server. The server prints its URL once it listens, and after each line.
GATEWAY_LISTEN is the address at which it listens, and asks its own STS.
"""

from __future__ import annotations

import functools
import os
import sys
import threading
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from localstack.aws.app import LocalstackAwsGateway
from localstack.aws.serving.werkzeug import CustomWSGIRequestHandler
from localstack.services.iam.models import iam_stores
from localstack.services.iam.policy_validation import BaseIAMPolicyValidator
from localstack.services.iam.provider import IamProvider
from localstack.services.plugins import SERVICE_PLUGINS
from rolo.gateway.wsgi import WsgiGateway
from werkzeug.serving import make_server

if TYPE_CHECKING:
    from collections.abc import Callable

#: The operations whose policies need no version in the real service.
ANY_VERSION = (
    "create_role",
    "put_group_policy",
    "put_role_policy",
    "put_user_policy",
    "update_assume_role_policy",
)


class Quiet(CustomWSGIRequestHandler):
    def log(self, *_: object) -> None:
        pass


def answer(url: str) -> None:
    sys.stdout.write(f"{url}\n")
    sys.stdout.flush()


def main() -> None:
    accept_any_version(IamProvider, BaseIAMPolicyValidator)
    gateway = WsgiGateway(LocalstackAwsGateway(SERVICE_PLUGINS))
    host, _, port = os.environ["GATEWAY_LISTEN"].partition(":")
    server = make_server(host, int(port), gateway, threaded=True, request_handler=Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://{host}:{port}"
    answer(url)
    for _ in sys.stdin:
        iam_stores.reset()
        answer(url)


def accept_any_version(backend: type[Any], validator: type[BaseIAMPolicyValidator]) -> None:
    """Accept inline and trust policies without ``"Version":"2012-10-17"``, as the service does.

    localstack requires that version in every policy, but the service only in managed policies.
    Source: docs/decisions.md (the version of a policy).
    """
    exempt = ContextVar("exempt", default=False)
    strict = validator._validate_version  # noqa: SLF001 - localstack has no switch for it

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
    validator._validate_version = validate_version  # noqa: SLF001
    for name, call in corrected.items():
        setattr(backend, name, call)


main()
