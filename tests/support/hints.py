"""Messages of the service that several tests of the second line of errors need.

Here and in these tests, they are recorded, or have the formats that its documentation describes.
"""

from __future__ import annotations

#: The service is asked once.
ENV = {"AWS_MAX_ATTEMPTS": "1"}
INVALID_TOKEN = "The security token included in the request is invalid."
MISMATCH = (
    "The request signature we calculated does not match the signature you provided. Check your AWS "
    "Secret Access Key and signing method."
)
NO_USER = "Must specify userName when calling with non-User credentials"
WHO = (
    "User: arn:aws:iam::123456789012:user/ann is not authorized to perform: iam:CreateUser on "
    "resource: arn:aws:iam::123456789012:user/bob"
)


def lacking(kind: str) -> str:
    """Return the message of a denial because no policy of this ``kind`` allows the request."""
    return f"{WHO} because no {kind} allows the iam:CreateUser action"
