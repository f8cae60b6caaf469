"""The IAM permissions that requests need, and a policy that grants no more.

Sources: Service Authorization Reference, "Actions, resources, and condition keys for AWS Identity
and Access Management (IAM)", the columns "Resource types" and "Dependent actions"; IAM API
Reference, UpdateUser, UpdateGroup and UpdateServerCertificate, for the new name, which needs the
permission like the old one; IAM User Guide, "IAM: Create new users only with specific tags", for
the tags of a new entity, and "IAM policy elements: Variables and tags" for ``*``, ``?`` and ``$``
as plain characters.
"""

from __future__ import annotations

import re

from iamcli.errors import Failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from iamcli.cli.explain.answers import Answers
    from iamcli.cli.explain.explanation import Explanation, Step

#: The types of resources, each with the parameters that name one. An operation is on the first type
#: that a parameter names: AddUserToGroup is on the group. Others need the resource "*".
_NAMES = {
    "instance-profile": ("InstanceProfileName",),
    "group": ("GroupName", "NewGroupName"),
    "user": ("UserName", "NewUserName"),
    "role": ("RoleName",),
    "mfa": ("VirtualMFADeviceName", "SerialNumber"),
    "server-certificate": ("ServerCertificateName", "NewServerCertificateName"),
}
#: The operations on a user that no parameter names.
_ON_USER = ("ChangePassword", "GetAccessKeyLastUsed")
#: The user whose access key signs the request.
_CALLER = "${aws:username}"


def actions(explanation: Explanation) -> list[str]:
    """Return the actions that the command needs ("iam:GetUser"), in order."""
    names = dict.fromkeys(action for step in explanation.steps for action in _actions(step))
    return [f"iam:{name}" for name in names]


def policy(explanation: Explanation) -> dict[str, Any]:
    """Return a policy that grants the actions on the resources that the command names.

    Raises Failure if the command sends no request: a policy cannot be empty.

    The account is not known, so it is ``*``; the partition is taken to be ``aws``. The path of an
    entity is known only if the command creates it; otherwise there is one resource for the path
    ``/`` and one for all others.
    """
    if not explanation.steps:
        raise Failure("the command sends no request, so it needs no permissions")
    granted: dict[tuple[str, ...], list[str]] = {}
    resources: dict[str, list[str]] = {}
    paths = dict(_paths(explanation))
    for step in explanation.steps:
        for action in _actions(step):
            known = resources.setdefault(action, [])
            known += [
                arn for arn in _resources(explanation, action, step, paths) if arn not in known
            ]
    for action, arns in resources.items():
        granted.setdefault(tuple(arns), []).append(f"iam:{action}")
    statements = [
        {"Effect": "Allow", "Action": names, "Resource": list(arns)}
        for arns, names in granted.items()
    ]
    return {"Version": "2012-10-17", "Statement": statements}


def _actions(step: Step) -> Iterator[str]:
    yield step.operation
    if step.operation == "AddRoleToInstanceProfile":
        yield "PassRole"
    if "Tags" in step.parameters:
        yield f"Tag{step.operation.removeprefix('Create')}"


def kind_of_resource(answers: Answers, operation: str) -> str | None:
    """Return the type of the resources of an operation ("user"), or None if it needs "*"."""
    if operation in _ON_USER:
        return "user"
    parameters = answers.parameters(operation)
    return next((kind for kind, names in _NAMES.items() if not parameters.isdisjoint(names)), None)


def _paths(explanation: Explanation) -> Iterator[tuple[tuple[str, str], str]]:
    """Yield the path of each entity that the command creates."""
    for step in explanation.steps:
        kind = kind_of_resource(explanation.answers, step.operation)
        if kind and "Path" in explanation.answers.parameters(step.operation):
            yield (kind, step.parameters[_NAMES[kind][0]]), step.parameters.get("Path", "/")


def _resources(
    explanation: Explanation, action: str, step: Step, paths: dict[tuple[str, str], str]
) -> list[str]:
    kind = kind_of_resource(explanation.answers, step.operation)
    if action == "PassRole":
        kind = "role"
    if kind is None:
        return ["*"]
    names = [step.parameters[name] for name in _NAMES[kind] if name in step.parameters]
    if step.operation == "GetAccessKeyLastUsed":
        names = _owner(explanation, step)
    if not names:
        return _arns(kind, _CALLER)
    arns: list[str] = []
    if "NewPath" in step.parameters:
        path = _escaped(step.parameters["NewPath"])
        arns.append(f"arn:aws:iam::*:{kind}{path}{_escaped(names[-1])}")
        names = names[:1]
    for name in names:
        if explanation.answers.sources(name):
            arns.append(f"arn:aws:iam::*:{kind}/*")
        elif name.startswith("arn:"):
            arns.append(_escaped(name))
        elif (kind, name) in paths:
            path = _escaped(paths[kind, name])
            arns.append(f"arn:aws:iam::*:{kind}{path}{_escaped(name)}")
        else:
            arns += _arns(kind, _escaped(name))
    return arns


def _owner(explanation: Explanation, step: Step) -> list[Any]:
    """Return the user in whose list the access key is."""
    source = explanation.answers.sources(step.parameters["AccessKeyId"])[0]
    listed = next(other for other in explanation.steps if other.number == source.request)
    return [value for name, value in listed.parameters.items() if name == "UserName"]


def _arns(kind: str, name: str) -> list[str]:
    return [f"arn:aws:iam::*:{kind}/{name}", f"arn:aws:iam::*:{kind}/*/{name}"]


def _escaped(value: str) -> str:
    """Return a value as policies write it, in which ``*``, ``?`` and ``$`` have a meaning."""
    return re.sub(r"[*?$]", r"${\g<0>}", value)
