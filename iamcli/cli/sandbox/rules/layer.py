"""The rules in front of moto: an application that passes on what IAM does not refuse."""

from __future__ import annotations

import re
import threading

from iamcli.cli.sandbox.refusals import Refusal
from iamcli.cli.sandbox.rules import parameters
from iamcli.cli.sandbox.rules.table import rules
from iamcli.cli.sandbox.wsgi import add_fields, fields, refuse
from iamcli.client.model import full_model

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment
    from moto.iam.models import IAMBackend

    Prepare = Callable[[IAMBackend, str, str, dict[str, Any]], dict[str, str]]

#: The access key and the region in ``Authorization``.
CREDENTIAL = re.compile(r"Credential=([^/,\s]+)/\d{8}/([a-z0-9-]+)/")


def with_rules(application: WSGIApplication, prepare: Prepare) -> WSGIApplication:
    """Return the IAM of ``application``, moto's, with the rules of the service.

    ``prepare``: called before the rules with the backend, the access key, the operation and its
    parameters, which it completes; returns the fields to add to the request.
    Requests are served one after the other, so that nothing changes between the check and the
    change. Raises AttributeError if moto has no validation of policies to replace.
    """
    without_validation()
    full_model()
    one_at_a_time = threading.Lock()

    def served(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        form = fields(environ)
        with one_at_a_time:
            try:
                more = check(environ.get("HTTP_AUTHORIZATION", ""), form, prepare)
            except Refusal as refusal:
                return refuse(start, refusal.code, refusal.error, refusal.message)
            add_fields(environ, more)
            return application(environ, start)

    return served


def without_validation() -> None:
    """Switch off moto's validation of policies, which ``documents.py`` replaces.

    It refuses inline and trust policies that the service accepts.
    """
    from moto.iam import policy_validation

    for name in ("IAMPolicyDocumentValidator", "IAMTrustPolicyDocumentValidator"):
        validator = getattr(policy_validation, name)
        if not callable(validator.validate):
            raise TypeError(f"{name}.validate cannot be called")
        validator.validate = lambda _validator: None


def check(authorization: str, form: Mapping[str, str], prepare: Prepare) -> dict[str, str]:
    """Raise Refusal if IAM would refuse the request in ``form``, signed with ``authorization``.

    Calls ``prepare``, as for ``with_rules``, and returns what that returns.
    """
    name = form.get("Action", "")
    if name not in full_model().operation_names:
        return {}
    operation = full_model().operation_model(name)
    sent = parameters.read(operation, form)
    parameters.within_bounds(operation, sent)
    backend, key = _account(authorization)
    more = prepare(backend, key, name, sent)
    for rule in rules(name):
        rule(backend, sent)
    return more


def _account(authorization: str) -> tuple[IAMBackend, str]:
    """Return the account that a request is about, and the access key that signed it."""
    from moto.iam.models import get_account_id_from, iam_backends
    from moto.utilities.utils import get_partition

    match = CREDENTIAL.search(authorization)
    key, region = (match[1], match[2]) if match else ("", "us-east-1")
    return iam_backends[get_account_id_from(key)][get_partition(region)], key
