"""Errors about the access key, its signature and the clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from iamcli.errors import ServiceError
    from iamcli.hints.given import Given

#: The smallest difference (seconds) that is reported as wrong; services of AWS allow no less.
MAX_SKEW = 300
#: How the service begins the message about a signature that is too old or too new.
TIMES = ("Signature expired:", "Signature not yet current:")
#: The units of a difference, with their length in seconds.
_UNITS = (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1))


def no_user(error: ServiceError, given: Given) -> str:
    """Return the option for the user, if the command has one and it was not specified.

    Source: the service accepts requests without a user name only with the key of a user.
    """
    if not error.message.startswith("Must specify userName"):
        return ""
    for option in given.command.options:
        if option.dest == "user" and given.values["user"] is None:
            return f"specify {option.name}, because the access key belongs to a role, not to a user"
    return ""


def invalid_key(_error: ServiceError, given: Given) -> str:
    """Return where the key was refused, and what selects another partition."""
    client = given.client
    sent = client.destination
    refused = (
        f"access key {client.access_key_id} was refused by {sent.url} "
        f"(partition {sent.partition}; {sent.setting})"
    )
    if client.lacks_token:
        return f"{refused}; it is a temporary key and was sent without a session token"
    if sent.specified:
        return f"{refused}; if it is of another partition, change {sent.source} and AWS_REGION"
    return f"{refused}; if it is of another partition, set AWS_REGION to a Region of it"


def expired(error: ServiceError, _given: Given) -> str:
    """Return by how much the clock is wrong, or that it is right; "" if that is not known."""
    if error.skew is None:
        return ""
    if abs(error.skew) < MAX_SKEW:
        return f"{_clock(error.skew)}, so it is not wrong now; try again"
    return f"{_clock(error.skew)}; correct it"


def signature(error: ServiceError, given: Given) -> str:
    """Return by how much the clock is wrong, and where to check the secret access key."""
    if error.message.startswith(TIMES):
        return expired(error, given)
    client = given.client
    check = f"check the secret access key of {client.access_key_id} from {client.key_source}"
    if error.skew is None or abs(error.skew) < MAX_SKEW:
        return check
    return f"{_clock(error.skew)}; correct it, and {check}"


def _clock(skew: float) -> str:
    """Return a sentence about the difference between the clock and the service's Date."""
    seconds = round(abs(skew))
    side = "ahead of" if skew > 0 else "behind"
    return f"the clock of this machine is {_duration(seconds)} {side} the Date of the response"


def _duration(seconds: int) -> str:
    """Return a duration in its two largest units: "1 hour 5 minutes"."""
    parts = []
    for name, length in _UNITS:
        number, seconds = divmod(seconds, length)
        if number:
            parts.append(f"{number} {name}{'s' if number > 1 else ''}")
    return " ".join(parts[:2]) or "0 seconds"
