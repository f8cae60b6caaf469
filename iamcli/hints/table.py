"""The hint for each error code of the service."""

from __future__ import annotations

from iamcli.hints import access, conflicts, credentials, documents, quotas
from iamcli.hints.run import Run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from iamcli.client.service import IAM
    from iamcli.command import Command
    from iamcli.errors import ServiceError

#: Each function returns one line, or "" if nothing can be said for certain.
HINTS: Mapping[str, Callable[[ServiceError, Run], str]] = {
    "AccessDenied": access.denied,
    "AccessDeniedException": access.denied,
    "DeleteConflict": conflicts.conflict,
    "ExpiredToken": credentials.expired_token,
    "ExpiredTokenException": credentials.expired_token,
    "InvalidClientTokenId": credentials.invalid_key,
    "LimitExceeded": quotas.exceeded,
    "MalformedPolicyDocument": documents.malformed,
    "RequestExpired": credentials.expired,
    "SignatureDoesNotMatch": credentials.signature,
    "ValidationError": credentials.no_user,
}


def hint(error: ServiceError, command: Command, values: Mapping[str, Any], iam: IAM) -> str:
    """Return a line for the user about a refused request, or "".

    ``command`` and ``values``: what the user typed. The line says only what follows from the
    response, the request and the connection; nothing is sent. It may contain secrets that the
    request contains. Raises nothing.
    """
    made = HINTS.get(error.code)
    return made(error, Run(command, values, iam.client)) if made else ""
