"""What the private IAM refuses by itself, with the codes, the statuses and the words of IAM."""

from __future__ import annotations

import functools

from iamcli.client.model import full_model

#: The status of a refusal with a code that the model does not have.
STATUS = {"AccessDenied": 403, "NotImplemented": 501}


class Refusal(Exception):  # noqa: N818 - a response, not a programming error
    """A refused request: the ``error`` code, the ``message`` and the ``status`` of the service.

    Source of the status if it is not given: botocore's model of the error.
    """

    def __init__(self, error: str, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.error = error
        self.message = message
        self.status: int = status or _statuses().get(error, STATUS.get(error, 400))


@functools.cache
def _statuses() -> dict[str, int]:
    return {
        shape.error_code: shape.metadata["error"]["httpStatusCode"]
        for shape in full_model().error_shapes
        if "error" in shape.metadata
    }


# Each of these makes a refusal with its code from a message.
invalid = functools.partial(Refusal, "ValidationError")
malformed_certificate = functools.partial(Refusal, "MalformedCertificate")
malformed_policy = functools.partial(Refusal, "MalformedPolicyDocument")
no_such_entity = functools.partial(Refusal, "NoSuchEntity")
already_exists = functools.partial(Refusal, "EntityAlreadyExists")
delete_conflict = functools.partial(Refusal, "DeleteConflict")
limit_exceeded = functools.partial(Refusal, "LimitExceeded")


def not_in_copy(what: str) -> Refusal:
    """Return the error for a part of the account that its snapshot lacks.

    Source: none. The service denied access to that part when the snapshot was made, and clients can
    handle that.
    """
    return Refusal("AccessDenied", f"{what} is not in the copy of the account")


def quota_exceeded(quota: str, limit: int) -> Refusal:
    """Return the error for a ``quota`` that is used up. Source: recorded (CreateAccessKey)."""
    return limit_exceeded(f"Cannot exceed quota for {quota}: {limit}")
