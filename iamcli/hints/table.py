"""The hint for each error code of the service."""

from __future__ import annotations

from iamcli.hints import credentials, messages
from iamcli.hints.names import same, similar
from iamcli.hints.values import Run, invalid, invalid_service, malformed, mistaken, typographic
from iamcli.quoting import filled

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
    "IncompleteSignature": credentials.unfilled,
    "InvalidAccessKeyId": credentials.invalid_key,
    "InvalidClientTokenId": credentials.invalid_key,
    "InvalidInput": messages.refused_name,
    "LimitExceeded": messages.exceeded,
    "MalformedPolicyDocument": lambda error, run: malformed(error, run) or mistaken(error, run),
    "RequestExpired": credentials.expired,
    "RequestTimeTooSkewed": credentials.expired,
    "SignatureDoesNotMatch": credentials.signature,
    "ValidationError": lambda error, run: credentials.no_user(error, run) or mistaken(error, run),
}
_LATER = "wait a minute, and run the command again"
#: The texts for an error code, or for one of an operation, whatever the message is.
TEXTS = {
    "ConcurrentModification": f"another request changes the same entity; {_LATER}",
    "EntityAlreadyExists CreateLoginProfile": (
        "to change the password, run: iam-usermodloginprofile -u {UserName} -p -"
    ),
    "EntityTemporarilyUnmodifiable": f"it was changed recently; {_LATER}",
    "InvalidAuthenticationCode": (
        "wait for the next code of the device; -c1 takes that code, and -c2 the one after it"
    ),
    "PasswordPolicyViolation": (
        "for the rules, run: iam-accountgetpasswordpolicy; if there are none, AWS requires 8 "
        "characters, of three of these kinds: upper case, lower case, digits, symbols"
    ),
    "Throttling": f"too many requests were sent in a short time; {_LATER}",
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
    text = TEXTS.get(f"{error.code} {error.operation}") or TEXTS.get(error.code, "")
    error.hint = quotes or (made(error, run) if made else filled(text, error.parameters))
    if quotes:
        return
    if error.code == "MalformedPolicyDocument":
        error.options = invalid_service(error, run)
    elif error.code == "ValidationError":
        error.options = credentials.missing_user(error, run) or invalid(error, run)
    elif error.code in ("NoSuchEntity", "EntityAlreadyExists"):
        other = similar if error.code == "NoSuchEntity" else same
        error.make_hint = lambda: iam.reporter.secrets.redact(other(error, run, iam))
