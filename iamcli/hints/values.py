"""Values that the service refuses: the options, typographic quotes, mistakes in policies."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from iamcli import quoting
from iamcli.parsing.suggestions import of_asterisk
from iamcli.policies.findings import findings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from iamcli.client.client import Client
    from iamcli.command import Command
    from iamcli.errors import ServiceError
    from iamcli.parsing.options import Option

#: The errors that a typographic quote in a value can cause.
CODES = ("InvalidInput", "MalformedPolicyDocument", "NoSuchEntity", "ValidationError")
#: How the service names the parameter that it finds invalid.
_INVALID = re.compile(
    r"\bValue (?:null |'.*?' )?at '(\w+)[\w.]*' failed"
    r"(?: to satisfy constraint: Member (must not be null))?|specified value for (\w+) is invalid"
)


class Run(NamedTuple):
    """What was refused: the ``command``, the ``values`` of its options, and its ``client``."""

    command: Command
    values: Mapping[str, Any]
    client: Client


def invalid(error: ServiceError, run: Run) -> tuple[Option, ...]:
    """Return the options whose values the service finds invalid or misses, if that is certain.

    Source: the messages of ValidationError, such as "Value at 'accountAlias' failed to satisfy
    constraint: Member must satisfy regular expression pattern: ...".
    """
    invalid_options: dict[str, Option] = {}
    for match in _INVALID.finditer(error.message):
        parameter = match[1] or match[3]
        value = error.parameters.get(parameter[0].upper() + parameter[1:])
        if (value is None) != bool(match[2]):
            continue
        # If the parameter must not be null, these are the options that were not typed.
        same = [option for option in run.command.options if value in _values(option, run)]
        # Two options can have the same value; their names say "user", or "new" and "name".
        named = [
            option
            for option in same
            if all(word in parameter.lower() for word in option.dest.split("_"))
        ]
        options = same if len(same) == 1 and value is not None else named
        if len(options) == 1:
            invalid_options[options[0].name] = options[0]
    return tuple(invalid_options.values())


def invalid_service(error: ServiceError, run: Run) -> tuple[Option, ...]:
    """Return the option for a service whose value the service does not know as a principal.

    Source: reported messages, such as 'Invalid principal in policy: "SERVICE":"ec2"'.
    """
    quoted = f':"{run.values.get("service")}"'
    if not error.message.startswith("Invalid principal in policy:") or quoted not in error.message:
        return ()
    return tuple(option for option in run.command.options if option.dest == "service")


def mistaken(error: ServiceError, run: Run) -> str:
    """Return what to type for a value of another form than the option takes; "" if none is one.

    An ARN in place of a name, a number in place of a marker, two tags with a comma, an action
    without its operation, and a resource that is not an ARN. A mistake in a policy is named by the
    service.
    """
    words = error.message.split()
    for option in run.command.options:
        for value in _values(option, run):
            text, instead = str(value), ""
            if option.limit and text.startswith("arn:") and not option.limit.allows(text):
                instead = quoting.option(option.name, text.rpartition("/")[2])
                return f"{option.name} takes a name, not an ARN; type: {instead}"
            if option.dest == "marker" and text.isdecimal():
                return f"-m takes a marker of a list; for this number of entries, type: -i {text}"
            if option.dest == "tags" and value and re.search(r",[^,=]+=", value["Value"]):
                tags = f"{value['Key']}={value['Value']}".split(",")
                return f"type: {' '.join(quoting.option('-t', tag) for tag in tags)}"
            if option.dest == "actions" and ":" not in text and text != "*" and "vendor," in words:
                return f"{text} is not an action; an action is SERVICE:ACTION, such as s3:GetObject"
            if option.dest == "resources" and text in words and "ARN" in words:
                return f"{text} is not an ARN; that of a bucket is: arn:aws:s3:::{text}"
    return ""


def typographic(error: ServiceError, run: Run) -> str:
    """Return where a typed value has typographic quotes, and what to type; "" if none has any."""
    if error.code not in CODES:
        return ""
    for option in run.command.options:
        for value in _values(option, run):
            places = quoting.typographic(value) if isinstance(value, str) else []
            if places and not option.secret:
                return _quotes(option, value, places)
    return ""


def _quotes(option: Option, value: str, places: list[int]) -> str:
    inner = value[1:-1] if places[0] == 0 and places[-1] == len(value) - 1 else value
    repaired = inner and not quoting.typographic(inner)
    advice = quoting.option(option.name, inner) if repaired else "' or \" to quote"
    quotes = quoting.pasted(len(places), f"character {places[0] + 1}")
    return f"the value of {option.name} has {quotes}; type: {advice}"


def _values(option: Option, run: Run) -> Iterator[Any]:
    """Yield the values that were typed for ``option``."""
    value = run.values.get(option.dest)
    yield from value if isinstance(value, list) else [value]


#: The parameters of requests that contain a policy.
PARAMETERS = ("PolicyDocument", "AssumeRolePolicyDocument")
#: How many findings the line names.
_NAMED = 3


def malformed(error: ServiceError, run: Run) -> str:
    """Return what is wrong with the policy of the request; "" if that is not certain.

    If the service names a value that ``*`` matches in the current directory, the hint says so.
    """
    typed = [*(run.values.get("resources") or ()), *(run.values.get("actions") or ())]
    refused = [value for value in typed if value in error.message.split()]
    if replaced := next(filter(None, map(of_asterisk, refused)), ""):
        return replaced
    document = next(filter(None, map(error.parameters.get, PARAMETERS)), None)
    phrases = findings(document) if document else []
    more = len(phrases) - _NAMED
    named = phrases[:_NAMED] + ([f"{more} more"] if more > 0 else [])
    return f"in the policy: {'; '.join(named)}" if named else ""
