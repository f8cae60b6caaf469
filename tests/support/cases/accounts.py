"""The account of a case, at moto or at the wire stub, and what it tells."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from support import account as stubbed
from support import resettable
from support.shell import KEY_ID, SECRET

if TYPE_CHECKING:
    from pathlib import Path

    from support.relay import Relay
    from support.stub import Stub


class Account:
    """The account behind a relay, as the oracle sees it."""

    def __init__(self, relay: Relay, home: Path) -> None:
        self.relay = relay
        #: The directory of the command.
        self.home = home
        #: The ID of the access key or certificate that was prepared.
        self.id = ""
        #: More variables for the command.
        self.env: dict[str, str] = {}

    def changed(self, operation: str, **parameters: str) -> bool:
        """Return whether the server carried out this operation for the command."""
        return any(
            entry.acted
            and entry.operation == operation
            and parameters.items() <= entry.parameters.items()
            for entry in self.relay.exchanges
        )

    def given(self, element: str) -> list[str]:
        """Return the texts of an XML element in all responses of the server to the command."""
        answers = (content for _, content in self.relay.answered)
        return [text for content in answers for text in texts(element, content)]


class MotoAccount(Account):
    """An account of moto, as boto3 sees it."""

    def __init__(self, url: str, relay: Relay, home: Path) -> None:
        super().__init__(relay, home)
        self.url = url
        self.iam = boto3.client(
            "iam",
            endpoint_url=url,
            region_name="us-east-1",
            aws_access_key_id=KEY_ID,
            aws_secret_access_key=SECRET,
            config=Config(retries={"max_attempts": 1}),
        )

    def empty(self) -> None:
        """Empty the account."""
        resettable.reset(self.url)
        self.relay.upstream = self.url

    def has(self, operation: str, **parameters: str) -> bool:
        """Return whether an operation that reads one thing finds it."""
        return self._response(operation, parameters) is not None

    def read(self, operation: str, key: str, **parameters: str) -> Any:
        """Return the member ``key`` of a response; None if the entity does not exist."""
        response = self._response(operation, parameters)
        return None if response is None else response[key]

    def _response(self, operation: str, parameters: dict[str, str]) -> Any:
        try:
            return getattr(self.iam, operation)(**parameters)
        except ClientError as error:
            if error.response["Error"]["Code"].startswith("NoSuch"):
                return None
            raise

    def listed(self, operation: str, key: str, member: str, **parameters: str) -> list[str]:
        """Return the names that a list has; none if its owner does not exist."""
        entries = self.read(operation, key, **parameters) or []
        return [entry[member] if member else entry for entry in entries]

    def members(self, operation: str, key: str, *names: str, **parameters: str) -> list[str]:
        """Return these members of an entity; none if it does not exist."""
        entity = self.read(operation, key, **parameters)
        return [entity[name] for name in names] if entity else []


class StubAccount(Account):
    """An account at the wire stub, which has what moto lacks, and lists of several pages."""

    def __init__(self, stub: Stub, relay: Relay, home: Path) -> None:
        super().__init__(relay, home)
        self._stub = stub
        self.entity: stubbed.Account

    def fill(self, kind: str, things: dict[str, list[str]], *, login: bool = False) -> None:
        """Begin with an entity of ``kind`` that holds ``things``."""
        self.entity = self._stub.add(lambda url: stubbed.Account(url, kind, things, login=login))
        self.relay.upstream = self.entity.url

    def holds(self, listing: str, name: str) -> bool:
        """Return whether the entity exists and holds this."""
        return self.entity.exists and name in self.entity.things.get(listing, ())


def texts(element: str, content: str) -> list[str]:
    """Return the texts of an element of an XML document."""
    return re.findall(f"<{element}>(.*?)</{element}>", content)
