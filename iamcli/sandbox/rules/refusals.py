"""The error that a rule raises, and the codes of IAM with their statuses."""

from __future__ import annotations


class Refused(Exception):  # noqa: N818 - it is an answer
    """A request that IAM refuses: ``code`` and ``message`` of the response, and its ``status``.

    Source of the statuses: the errors in botocore's model of IAM.
    """

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status


def invalid(message: str) -> Refused:
    """Return the error for a parameter that does not have the right form."""
    return Refused("ValidationError", message)


def malformed_policy(message: str) -> Refused:
    """Return the error for a document that is not a policy."""
    return Refused("MalformedPolicyDocument", message)


def no_such_entity(message: str) -> Refused:
    """Return the error for something that does not exist."""
    return Refused("NoSuchEntity", message, 404)


def already_exists(message: str) -> Refused:
    """Return the error for a name that is taken."""
    return Refused("EntityAlreadyExists", message, 409)


def delete_conflict(message: str) -> Refused:
    """Return the error for something that cannot be deleted yet."""
    return Refused("DeleteConflict", message, 409)


def limit_exceeded(message: str) -> Refused:
    """Return the error for one thing too many."""
    return Refused("LimitExceeded", message, 409)


def quota_exceeded(quota: str, limit: int) -> Refused:
    """Return the error for a ``quota`` that is used up. Source: recorded (CreateAccessKey)."""
    return limit_exceeded(f"Cannot exceed quota for {quota}: {limit}")
