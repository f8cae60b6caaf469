"""What a row of a command says, and the values that several rows have."""

from __future__ import annotations

import json
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from support.account import ARN
from support.shell import SECRET

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}],
    }
)
#: What no error may contain.
SECRETS = (SECRET, "not-a-secret-1", "not-a-secret-2", "PRIVATE KEY")
CERTIFICATE_ID = "TA7SMP42TDN5Z26OBPJE7EXAMPLE"
SERIAL = f"{ARN}mfa/phone"
#: A file for a secret, which exists only if it has the secret of what was created.
SECRET_FILE = "secret.txt"
#: The policy that allows s3:GetObject on everything.
STATEMENT = (
    '{"Version":"2008-10-17","Statement":[{"Effect":"Allow","Action":["s3:GetObject"],'
    '"Resource":["*"]}]}'
)
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "ec2.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
)


def no_such(kind: str, name: str) -> str:
    """Return the service's sentence for a missing entity."""
    if kind == "instance profile":
        return f"Instance Profile {name} cannot be found."
    return f"The {kind} with name {name} cannot be found."


class Case(NamedTuple):
    """A command line, how its account is made, and how each thing that it names is looked up."""

    #: KEY_ID and CERTIFICATE_ID stand for the ID of what was prepared.
    line: str
    prepare: Callable[[Any], object]
    #: Whether all that the command was to do is done.
    done: Callable[[Any], bool]
    #: What is printed with exit status 0.
    output: Callable[[Any], list[str]] = lambda _account: []
    #: The beginning of each name in a state line, with its check.
    things: Mapping[str, Callable[[Any, str], bool]] = MappingProxyType({})
    #: What is left or lost with exit status 0, and not reported on standard error.
    unreported: Callable[[Any, str], list[str]] = lambda _account, _err: []
    #: The device that takes the place of standard output; if there is one, the command fails.
    stdout: str = ""
    #: Whether the account is at the stub.
    stubbed: bool = False
    #: The operation that changes something, if the command sends one such request.
    operation: str = ""
    #: What it adds something to or removes something from, such as "user bob".
    owners: tuple[str, ...] = ()
    #: The service's sentence if what it removes is missing.
    missing: str = ""
    #: How an error says to check whether it took effect.
    check: str = ""
    #: Whether it is not sent again after a lost response: it would create another thing, or fail.
    once: bool = False
    #: What the service answers, as XML, if the command prints it.
    result: str = ""
