"""The private IAM: a request is checked by the rules, then answered by a correction, or by moto."""

from __future__ import annotations

from typing import Any

from moto.core import exceptions
from moto.core.utils import camelcase_to_underscores
from moto.iam import policy_validation
from moto.iam.models import IAMBackend, get_account_id_from, iam_backends, mark_account_as_visited
from moto.iam.responses import IamResponse
from moto.moto_server.werkzeug_app import create_backend_app
from moto.sts.models import STSBackend
from moto.sts.responses import TokenResponse
from moto.utilities.utils import get_partition
from werkzeug.test import run_wsgi_app

from iamcli.cli.sandbox.access import SIGNED, why_refused
from iamcli.cli.sandbox.account_lock import ACCOUNT_LOCK

# The modules register their functions when they are imported.
from iamcli.cli.sandbox.corrections import (  # noqa: F401
    account,
    certificates,
    devices,
    groups,
    keys,
    passwords,
    roles,
)
from iamcli.cli.sandbox.corrections.caller import ROOT, get_caller_identity, get_user, implied_user
from iamcli.cli.sandbox.corrections.policies import load_aws_policies_for
from iamcli.cli.sandbox.corrections.protocol import CORRECTIONS, Request, document
from iamcli.cli.sandbox.refusals import Refusal
from iamcli.cli.sandbox.rules import parameters
from iamcli.cli.sandbox.rules.table import rules
from iamcli.cli.sandbox.wsgi import Response, add_fields, error, fields, xml
from iamcli.client.model import full_model
from iamcli.errors import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from iamcli.cli.sandbox.changes.seen_requests import SeenRequests
    from iamcli.cli.sandbox.kept import KeptAccount

#: What the functions of moto raise to refuse something, in moto 5.1 and in moto 5.2.
REST_ERROR: Any = getattr(exceptions, "RESTError", ())
SERVICE_EXCEPTION: Any = getattr(exceptions, "ServiceException", ())


class PrivateIAM:
    """IAM and STS of the account in this process, as an application that answers signed requests.

    ``seen``: notes the requests that are refused; ``kept``: is saved after each request, or None;
    ``region``: the region of a copy, or "": moto has an account for each partition, which it knows
    from the region of a request, and a copy is of one only. Raises what ``adapt_moto`` does.
    """

    def __init__(self, seen: SeenRequests, kept: KeptAccount | None, region: str = "") -> None:
        adapt_moto()
        full_model()
        self._seen, self._kept, self._region = seen, kept, region
        self._moto: dict[str, WSGIApplication] = {
            "iam": create_backend_app("iam"),
            "sts": create_backend_app("sts"),
        }

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """Answer a request. What is not signed for IAM or STS gets status 403."""
        if why := why_refused(environ):
            return error(403, "AccessDenied", why).send(start)
        form = fields(environ)
        with ACCOUNT_LOCK:
            response = self._answer(environ, form)
            self._seen.note_refusal(form, response)
        if self._kept:
            self._kept.save_soon()
        return response.send(start)

    def _answer(self, environ: WSGIEnvironment, form: dict[str, str]) -> Response:
        """Return the response to a request with the fields in ``form``."""
        signed = SIGNED.match(environ["HTTP_AUTHORIZATION"])
        assert signed  # noqa: S101 - for mypy
        access_key, region, service = signed.groups()
        if self._region:
            changed = signed.string.replace(f"/{region}/", f"/{self._region}/", 1)
            environ["HTTP_AUTHORIZATION"], region = changed, self._region
        operation = form.get("Action", "")
        of_sts = service == "sts"
        known = full_model().operation_names
        if not (_has(TokenResponse, operation) if of_sts else operation in known):
            # moto would respond with status 500.
            version = form.get("Version", "NO_VERSION_SPECIFIED")
            message = f"Could not find operation {operation} for version {version}"
            # XML cannot contain all control characters.
            return error(400, "InvalidAction", visible(message))
        if of_sts:
            return self._ask_moto(service, environ)
        try:
            sent = parameters.parse(full_model().operation_model(operation), form)
            return self._answer_of_iam(Request(operation, sent, access_key, region), environ)
        except Refusal as refusal:
            return error(refusal.status, refusal.error, refusal.message)

    def _answer_of_iam(self, request: Request, environ: WSGIEnvironment) -> Response:
        """Return the response of a correction, or else of moto; raise Refusal if a rule does."""
        operation, sent, access_key, region = request
        parameters.within_bounds(full_model().operation_model(operation), sent)
        number = get_account_id_from(access_key)
        iam = iam_backends[number][get_partition(region)]
        load_aws_policies_for(iam, request)
        implied = implied_user(iam, request)
        # The rules know only users; the account calls if there is none.
        known = {} if implied.get("UserName") == ROOT else implied
        for rule in rules(operation):
            rule(iam, {**sent, **known})
        mark_account_as_visited(number, access_key, "iam", region)
        if operation in CORRECTIONS:
            completed = request._replace(parameters={**sent, **implied})
            try:
                result = CORRECTIONS[operation](iam, completed)
            except REST_ERROR as refused:
                raise Refusal(refused.error_type, refused.message, refused.code) from None
            except SERVICE_EXCEPTION as refused:
                raise Refusal(refused.code, refused.message) from None
            return xml(200, document(operation, result))
        if not _has(IamResponse, operation):
            # moto would respond with status 500. Source: none; the service has all operations.
            raise Refusal("NotImplemented", f"The sandbox does not have the operation {operation}.")
        add_fields(environ, implied)
        return self._ask_moto("iam", environ)

    def _ask_moto(self, service: str, environ: WSGIEnvironment) -> Response:
        """Return moto's response, without the headers that let a web page read it."""
        body, status, headers = run_wsgi_app(self._moto[service], environ, buffered=True)
        kept = [one for one in headers if not one[0].lower().startswith("access-control-")]
        return Response(status, kept, b"".join(body))


def _has(responses: type, operation: str) -> bool:
    """Return whether moto's class ``responses`` has the operation."""
    return hasattr(responses, camelcase_to_underscores(operation))


def adapt_moto() -> None:
    """Let moto know the account as a caller, and accept each policy that ``documents.py`` does.

    moto refuses inline and trust policies that the service accepts. Raises AttributeError or
    TypeError if it has changed inside.
    """
    for name in ("IAMPolicyDocumentValidator", "IAMTrustPolicyDocumentValidator"):
        validator = getattr(policy_validation, name)
        if not callable(validator.validate):
            raise TypeError(f"{name}.validate cannot be called")
        validator.validate = lambda _validator: None
    IAMBackend.get_user = get_user  # type: ignore[method-assign]
    STSBackend.get_caller_identity = get_caller_identity  # type: ignore[method-assign]
