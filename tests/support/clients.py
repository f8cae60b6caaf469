"""Clients of boto3 for an account of moto or of the sandbox."""

from __future__ import annotations

from functools import cache
from typing import Any

import boto3
from botocore.config import Config
from botocore.handlers import json_decode_policies

from support.shell import KEY_ID, SECRET

#: One for all clients, because each would load the model again.
_SESSION = boto3.Session(region_name="us-east-1")


def client(url: str, key_id: str = KEY_ID, secret: str = SECRET, service: str = "iam") -> Any:
    """Return a client that sends what it is given, also what botocore knows to be wrong, once.

    It asks neither variables nor the system for proxies.
    """
    retries = {"total_max_attempts": 1}
    return _SESSION.client(
        service,
        endpoint_url=url,
        aws_access_key_id=key_id,
        aws_secret_access_key=secret,
        config=Config(parameter_validation=False, retries=retries, proxies={}),
    )


@cache
def connected(url: str) -> Any:
    """Return a client with the account's key, one for all tests."""
    return client(url)


def encoded(url: str, key_id: str = KEY_ID) -> Any:
    """Return a client that shows documents as they were sent, URL-encoded."""
    iam = client(url, key_id)
    iam.meta.events.unregister("after-call.iam", json_decode_policies)
    return iam
