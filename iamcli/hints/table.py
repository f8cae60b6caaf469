"""The hint for each error code of the service."""

from __future__ import annotations

from iamcli.hints import credentials, messages
from iamcli.hints.names import similar
from iamcli.hints.values import Run, invalid, invalid_service, malformed, typographic

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from iamcli.command import Command
    from iamcli.errors import ServiceError
    from iamcli.operations.service import IAM

#: Each function returns one line, or "" if nothing can be said for certain.
HINTS: Mapping[str, Callable[[ServiceError, Run], str]] = {
    "AccessDenied": messages.denied,
    "AccessDeniedException": messages.denied,
    "DeleteConflict": messages.conflict,
    "ExpiredToken": credentials.expired_token,
    "ExpiredTokenException": credentials.expired_token,
    "InvalidAccessKeyId": credentials.invalid_key,
    "InvalidClientTokenId": credentials.invalid_key,
    "InvalidInput": messages.refused_name,
    "LimitExceeded": messages.exceeded,
    "MalformedPolicyDocument": malformed,
    "RequestExpired": credentials.expired,
    "RequestTimeTooSkewed": credentials.expired,
    "SignatureDoesNotMatch": credentials.signature,
    "ValidationError": credentials.no_user,
}


def attach_hint(error: ServiceError, command: Command, values: Mapping[str, Any], iam: IAM) -> None:
    """Set what helps the user with a refused request: ``hint``, ``make_hint`` and ``options``.

    ``command`` and ``values``: what the user typed. The hint says only what follows from the
    response, the request and the connection; only ``make_hint`` sends something, and its result is
    without secrets. The hint may contain secrets that the request contains. Raises nothing.
    """
    run = Run(command, values, iam.client)
    made = HINTS.get(error.code)
    quotes = typographic(error, run)
    error.hint = quotes or (made(error, run) if made else "")
    if quotes:
        return
    if error.code == "MalformedPolicyDocument":
        error.options = invalid_service(error, run)
    elif error.code == "ValidationError":
        error.options = credentials.missing_user(error, run) or invalid(error, run)
    elif error.code == "NoSuchEntity":
        error.make_hint = lambda: iam.reporter.secrets.redact(similar(error, run, iam))
