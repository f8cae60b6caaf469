"""Run the integration tests that boto 2 has for IAM, which are made for the service.

One of them is left out: it connects to the endpoints of all partitions.
"""

import os
import unittest
from urllib.parse import urlsplit

import boto

TESTS = ("test_connection", "test_password_policy", "test_policy")

connect_iam = boto.connect_iam


def connect_to_sandbox():
    """Connect to the sandbox. From its address, boto would guess another service and region."""
    url = urlsplit(os.environ["AWS_IAM_URL"])
    connection = connect_iam(host=url.hostname, port=url.port, path=url.path, is_secure=False)
    connection.auth_service_name = "iam"
    connection.auth_region_name = "us-east-1"
    return connection


boto.connect_iam = connect_to_sandbox
unittest.main(module=None, argv=["boto", *(f"tests.integration.iam.{name}" for name in TESTS)])
