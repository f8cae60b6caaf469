"""Looks up in the account what became of a request whose response was lost."""

from __future__ import annotations

from iamcli.client.changes import REMOVALS
from iamcli.errors import Failure, ServiceError
from iamcli.operations.lookups import LOOKUPS, is_gone
from iamcli.operations.pagination import list_all
from iamcli.operations.waiting import attempts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from iamcli.errors import UnknownOutcome
    from iamcli.operations.lookups import Lookup
    from iamcli.operations.sender import Sender


def settle(
    iam: Sender, failure: UnknownOutcome, operation: str, parameters: dict[str, Any]
) -> dict[str, Any]:
    """Return an empty response if a request took effect whose outcome was unknown.

    A removal is looked up only if the service answered the last attempt with NoSuchEntity or
    DeleteConflict: after any other answer, it would not answer this either. Raises Failure if the
    account shows that the request did not take effect (a refusal has ``failure`` as its cause), and
    ``failure`` if that remains unknown. Source: docs/decisions.md (a lost response).
    """
    if operation not in LOOKUPS:
        raise failure
    removing = operation in REMOVALS
    refusal = failure.refusal
    if removing and (not refusal or refusal.code not in ("NoSuchEntity", "DeleteConflict")):
        raise failure
    if refusal and is_gone(operation, parameters, refusal):
        iam.outcome_known()
        iam.reporter.note_unless_strict(
            f"the response to {operation} was lost; a second request reports that nothing "
            f"is left to remove: {refusal.shown or refusal.shown_code}"
        )
        return {}
    lookup = LOOKUPS[operation]
    try:
        done = any(_is_there(iam, lookup, operation, parameters) != removing for _ in attempts(iam))
    except Failure:
        raise failure from None
    iam.outcome_known()
    if removing:
        if refusal and not done:
            raise refusal from failure
        return {}
    what, where = lookup.subject.format(**parameters), lookup.place.format(**parameters)
    if not done:
        raise Failure(f"{failure.reason}; {what} is not {where}") from None
    if iam.on_terminal:
        iam.reporter.note_unless_strict(f"the response was lost, but {what} is {where}")
    return {}


def _is_there(iam: Sender, lookup: Lookup, operation: str, parameters: dict[str, Any]) -> bool:
    """Return whether the account has what the request adds or removes; raise Failure."""
    if not lookup.key:
        try:
            iam.send(lookup.operation, **parameters)
        except ServiceError as error:
            if is_gone(operation, parameters, error):
                return False
            raise
        return True
    named = {name: value for name, value in parameters.items() if name != lookup.member}
    name = str(parameters[lookup.member]).lower()
    return any(lookup.name(entry).lower() == name for entry in entries(iam, lookup, named))


def entries(iam: Sender, lookup: Lookup, named: dict[str, Any]) -> list[Any]:
    """Return the entries of the entity ``named`` in the list of ``lookup``; raise Failure."""
    if lookup.within:
        return list(iam.send(lookup.operation, **named)[lookup.within].get(lookup.key, ()))
    return list_all(iam, lookup.operation, lookup.key, **named)
