"""The explanation as text, as JSON, as ``aws`` commands, and its policy."""

from __future__ import annotations

import json
import shlex

from iamcli.cli.explain.awscli import aws_commands
from iamcli.cli.explain.permissions import actions, policy
from iamcli.cli.listing import filled, wrapped
from iamcli.client.changes import only_reads
from iamcli.errors import Failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from iamcli.cli.explain.explanation import Explanation


def as_json(explanation: Explanation) -> str:
    """Return the explanation as a JSON object."""
    content = {
        "command": shlex.join(explanation.command),
        "summary": explanation.summary,
        "requests": [
            {
                "operation": step.operation,
                "parameters": explanation.parameters(step),
                "when": explanation.when(step),
            }
            for step in explanation.steps.values()
        ],
        "permissions": actions(explanation),
        "aws": aws_commands(explanation),
    }
    return _json(content)


def as_aws(explanation: Explanation) -> str:
    """Return the ``aws`` commands, ready to paste. Raises Failure if aws refuses a request."""
    if explanation.refused:
        raise Failure(f"the AWS CLI refuses {explanation.refused}")
    return "\n".join(aws_commands(explanation))


def as_policy(explanation: Explanation) -> str:
    """Return the policy that grants what the command needs, as JSON."""
    return _json(policy(explanation))


def as_text(explanation: Explanation) -> str:
    """Return the explanation for people."""
    return "\n".join(_text(explanation))


#: What --format accepts.
FORMATS: dict[str, Callable[[Explanation], str]] = {"text": as_text, "json": as_json, "aws": as_aws}


def _text(explanation: Explanation) -> Iterator[str]:
    yield from (filled(explanation.summary), "")
    if not explanation.steps:
        yield "It sends no request."
        return
    numbered = list(enumerate(explanation.steps.values(), 1))
    for title, reads in (
        ("Requests that change something:", False),
        ("Requests that only read:", True),
    ):
        steps = [(number, step) for number, step in numbered if only_reads(step.operation) is reads]
        yield from [title] if steps else []
        for number, step in steps:
            when = explanation.when(step)
            condition = "" if when == "always" else f" ({when})"
            yield filled(f"{step.operation}{condition}", f"{number:3}. ", " " * 5)
            for name, value in explanation.parameters(step).items():
                yield f"       {name}: {_shown(value)}"
        yield from [""] if steps else []
    yield from ("Permissions:", wrapped(actions(explanation)))
    lines = aws_commands(explanation)
    if lines[:1] == ["("]:
        yield from ("", "For a script with the AWS CLI, run:")
        yield f"  iamcli explain --format aws -- {shlex.join(explanation.command)}"
    elif lines:
        # Not indented, because a policy can have several lines.
        yield from ("", "With the AWS CLI:", *lines)


def _shown(value: Any) -> str:
    """Return a value on one line: text as it is if that has one line, otherwise as JSON."""
    if isinstance(value, str) and "\n" not in value.removesuffix("\n"):
        return value.removesuffix("\n")
    return json.dumps(value, ensure_ascii=False)


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
