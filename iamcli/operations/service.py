"""The IAM service, as the commands call it."""

from __future__ import annotations

from iamcli.client.changes import only_reads, unknown_outcome_message
from iamcli.errors import MissingOperation, ServiceError, UnexpectedResponse, UnknownOutcome
from iamcli.operations.sender import Sender, without_none

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_SERVER_ERROR = 500


class IAM(Sender):
    """A Sender that calls the operations of IAM, and finds out what became of each call."""

    def call(self, operation: str, **parameters: Any) -> dict[str, Any]:
        """Call ``operation`` with the ``parameters`` that are not None and return the response.

        A request is sent again if a change that it needs may not be visible yet. If one took effect
        although its response was lost, the result is empty, and a note may report it. Raises
        ServiceError if the service rejects the request, UnknownOutcome if a request that changes
        something was sent but got no valid response, and Failure if it could not be sent.
        """
        if only_reads(operation):
            return self.send(operation, **parameters)
        from iamcli.operations import waiting

        parameters = without_none(parameters)
        try:
            return waiting.send(self, operation, parameters)
        except UnknownOutcome as failure:
            from iamcli.operations.outcomes import settle

            return settle(self, failure, operation, parameters)

    def call_if_permitted(self, operation: str, **parameters: Any) -> dict[str, Any] | None:
        """Call an ``operation`` that only reads; return None if access to it is denied.

        A key may be allowed to make a change, but not to read first. What something is to be added
        to may not be visible yet.
        """
        from iamcli.operations import waiting

        try:
            return waiting.send(self, operation, without_none(parameters))
        except ServiceError as error:
            if error.denied:
                return None
            raise

    @property
    def is_another_service(self) -> bool:
        """Whether the user named an endpoint that is not one of AWS."""
        return self.client.destination.is_another_service

    def lacks(self, failure: Exception) -> bool:
        """Return whether a request that reads failed because the server lacks the operation.

        One such as moto answers with the status 500 then, and with no error document of IAM.
        Source: docs/decisions.md (operations that a server lacks).
        """
        if isinstance(failure, UnexpectedResponse):
            return failure.status == _SERVER_ERROR and self.is_another_service
        return isinstance(failure, MissingOperation)

    def signs_with(self, access_key_id: str) -> bool:
        """Return whether this is the access key that signs the requests."""
        return bool(self.client.key.access_key == access_key_id)

    def outcome(self) -> str:
        """Return what is known about the changes when the command ends early, "" if nothing is."""
        if self.pending is None:
            return "changes already made remain" if self.changed else ""
        return unknown_outcome_message(*self.pending)
