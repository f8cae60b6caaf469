"""What tests of the parts of ``iamcli doctor`` share: addresses, keys, errors and diagnoses."""

from __future__ import annotations

import errno
import ssl
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from botocore.exceptions import SSLError

from iamcli.connection.endpoints import Destination
from iamcli.connection.sources import Origin
from iamcli.errors import Failure
from support.shell import KEY_ID

if TYPE_CHECKING:
    from iamcli.cli.doctor.diagnosis import Diagnosis

NO_REGION = "no region is set"
AWS = Destination(
    "https://iam.amazonaws.com", "us-east-1", "the rules", specified=False, setting=NO_REGION
)
OWN = Destination(
    "http://127.0.0.1:9", "us-east-1", "AWS_IAM_URL", specified=True, setting=NO_REGION
)
STS = Destination(
    "https://sts.amazonaws.com", "us-east-1", "the rules", specified=False, setting=NO_REGION
)
ORIGIN = Origin("profile work", "run: aws sso login", of_anybody=False)
KEY = SimpleNamespace(access_key=KEY_ID, secret_key="s", token=None)
REFUSED = ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused")
EARLY = "Signature not yet current: 2 is later than 1"
FAILED = Failure("it is bad; correct it")


def shown(diagnosis: Diagnosis | None) -> str | None:
    """Return the diagnosis as ``line`` does."""
    if diagnosis is None:
        return None
    texts = "; ".join(filter(None, (diagnosis.found, diagnosis.advice)))
    return line(diagnosis.result, diagnosis.cause, texts)


def line(result: str, cause: str | None, texts: str) -> str:
    """Return the result of a check, its cause in parentheses, and what a report says."""
    return f"{result} ({cause}): {texts}" if cause else f"{result}: {texts}"


def without_tls(reason: str) -> ssl.SSLError:
    error = ssl.SSLError(1, reason)
    error.reason = reason
    return error


def of_tls(error: Exception) -> Any:
    return SSLError(endpoint_url="x", error=error)
