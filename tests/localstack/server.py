"""Run the IAM of localstack, with the Python of an environment that has localstack-core.

Only its gateway and its IAM run, not its runtime, which looks for containers, certificates and
updates. Each line on standard input empties the IAM, and the end of standard input stops the
server. The server prints its URL once it listens, and after each line.
"""

from __future__ import annotations

import sys
import threading

from localstack.aws.app import LocalstackAwsGateway
from localstack.aws.serving.werkzeug import CustomWSGIRequestHandler
from localstack.services.iam.models import iam_stores
from localstack.services.iam.policy_validation import BaseIAMPolicyValidator
from localstack.services.iam.provider import IamProvider
from localstack.services.plugins import SERVICE_PLUGINS
from rolo.gateway.wsgi import WsgiGateway
from werkzeug.serving import make_server

from iamcli.sandbox.server import accept_any_version


class Quiet(CustomWSGIRequestHandler):
    def log(self, *_: object) -> None:
        pass


def answer(url: str) -> None:
    sys.stdout.write(f"{url}\n")
    sys.stdout.flush()


def main() -> None:
    # The check is the same as in moto; the same operations accept any version.
    accept_any_version(IamProvider, BaseIAMPolicyValidator)
    gateway = WsgiGateway(LocalstackAwsGateway(SERVICE_PLUGINS))
    server = make_server("127.0.0.1", 0, gateway, threaded=True, request_handler=Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    answer(url)
    for _ in sys.stdin:
        iam_stores.reset()
        answer(url)


main()
