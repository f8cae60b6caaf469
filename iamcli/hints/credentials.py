"""Errors about the access key, its signature and the clock."""

from __future__ import annotations

from iamcli.connection.regions import is_of_aws
from iamcli.connection.sources import key_problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iamcli.connection.endpoints import Destination
    from iamcli.connection.sources import Origin
    from iamcli.errors import ServiceError
    from iamcli.hints.values import Run
    from iamcli.parsing.options import Option

#: The smallest difference (seconds) that is reported as wrong; services of AWS allow no less.
MAX_SKEW = 300
#: How the service begins the message about a signature that is too old or too new.
TIMES = ("Signature expired:", "Signature not yet current:")
#: How it begins the message about a signature for another Region than its own, in lower case.
_SCOPE = "credential should be scoped to a valid region"
#: How it begins the message about a signature that another secret has made.
MISMATCH = "The request signature we calculated"
#: The units of a difference, with their length in seconds.
_UNITS = (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1))


def no_user(error: ServiceError, run: Run) -> str:
    """Return that the option for the user must be specified, and why; "" if it is not missing."""
    why = "because the access key belongs to a role, not to a user"
    return "".join(f"specify {option.name}, {why}" for option in missing_user(error, run))


def missing_user(error: ServiceError, run: Run) -> tuple[Option, ...]:
    """Return the option for the user, if the command has one and it was not specified.

    Source: the service accepts requests without a user name only with the key of a user.
    """
    if not error.message.startswith("Must specify userName") or run.values.get("user") is not None:
        return ()
    return tuple(option for option in run.command.options if option.dest == "user")


def unfilled(_error: ServiceError, run: Run) -> str:
    """Return what to do if the access key is empty or a placeholder, "" if it is not."""
    problem, advice = key_problem(run.client.key)
    return f"{run.client.origin.place}{problem}; {advice}" if problem else ""


def invalid_key(error: ServiceError, run: Run) -> str:
    """Return where the key is from, and the usual reasons why it is refused."""
    if problem := unfilled(error, run):
        return problem
    client = run.client
    key_id, has_token = client.shown_key_id, bool(client.key.token)
    why = refused_because(key_id, client.origin, client.destination, has_token=has_token)
    return f"access key {key_id} from {client.origin.place} {why}"


def refused_because(key_id: str, origin: Origin, sent: Destination, *, has_token: bool) -> str:
    """Return why IAM may refuse a key: the usual reasons first, the partition last.

    ``origin``: where the key is from; ``sent``: where the request was sent. Source: STS API
    reference GetSessionToken, GetFederationToken, GetAccessKeyInfo.
    """
    is_temporary = key_id.startswith("ASIA")
    if is_temporary and not has_token:
        of_file = origin.place.startswith("credential file ")
        more = ", which a credential file cannot contain" if of_file else "; set it too"
        return f"is temporary and was sent without its session token{more}"
    if is_session_key(key_id, origin):
        return (
            "is temporary; IAM refuses keys of get-federation-token, and of get-session-token "
            "without an MFA code"
        )
    named = f"{sent.source}; " if sent.specified else ""
    usual = "may be mistyped, deleted, inactive or less than a minute old, or not"
    may = "may not be" if is_temporary else usual
    return f"{may} of partition {sent.partition} ({named}{sent.setting})"


def is_session_key(key_id: str, origin: Origin) -> bool:
    """Return whether a key can be one of GetSessionToken or GetFederationToken."""
    return key_id.startswith("ASIA") and origin.of_anybody


def expired_token(_error: ServiceError, run: Run) -> str:
    """Return where the temporary credentials are from, and how that place gets new ones."""
    if not run.client.key.token:
        return ""
    place, renewal, _ = run.client.origin
    return f"the temporary credentials from {place} have expired; {renewal}"


def expired(error: ServiceError, _run: Run) -> str:
    """Return by how much the clock is wrong, or that it is right; "" if that is not known."""
    if error.skew is None:
        return ""
    if abs(error.skew) < MAX_SKEW:
        return f"{_clock(error.skew)}, so it is not wrong now; try again"
    return f"{_clock(error.skew)}; correct it"


def signature(error: ServiceError, run: Run) -> str:
    """Return what is wrong: the clock, the signing region, or the secret access key.

    Source: IAM User Guide "Troubleshoot signed requests for AWS APIs".
    """
    if error.message.startswith(TIMES):
        return expired(error, run)
    client = run.client
    if is_about_region(error.message):
        return "; ".join(scope(client.destination))
    check = ""
    if not error.message or error.message.startswith(MISMATCH):
        if problem := unfilled(error, run):
            return problem
        check = f"check the secret access key of {client.shown_key_id} from {client.origin.place}"
    if error.skew is None or abs(error.skew) < MAX_SKEW:
        return check
    return f"{_clock(error.skew)}; correct it{f', and {check}' if check else ''}"


def is_about_region(message: str) -> bool:
    """Return whether the ``message`` of the service is about the Region of the signature."""
    return message.lower().startswith(_SCOPE)


def scope(sent: Destination) -> tuple[str, str]:
    """Return for which Region a request was signed that its endpoint refuses, and what to do."""
    # The host name of an endpoint of AWS decides, whatever Region is configured.
    by_host = sent.specified and is_of_aws(sent.url)
    why = "because of its host name" if by_host else sent.setting
    change = sent.source if by_host else "AWS_REGION"
    where = f"requests to {sent.url} ({sent.source})"
    return f"{where} are signed for {sent.region} ({why}), which it refuses", f"change {change}"


def _clock(skew: float) -> str:
    """Return the difference between the clock and the service's Date, in its two largest units."""
    seconds = round(abs(skew))
    parts = []
    for name, length in _UNITS:
        number, seconds = divmod(seconds, length)
        if number:
            parts.append(f"{number} {name}{'s' if number > 1 else ''}")
    duration = " ".join(parts[:2]) or "0 seconds"
    side = "ahead of" if skew > 0 else "behind"
    return f"the clock of this machine is {duration} {side} the Date of the response"
