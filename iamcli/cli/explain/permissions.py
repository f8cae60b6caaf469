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
    from iamcli.cli.explain.explanation import Explanation
    from iamcli.cli.explain.recorder import Step

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
#: The permissions that parameters need besides that of the operation.
ALSO = {
    "AddRoleToInstanceProfile": {"RoleName": "iam:PassRole"},
    "CreateInstanceProfile": {"Tags": "iam:TagInstanceProfile"},
    "CreateRole": {"Tags": "iam:TagRole"},
    "CreateUser": {"Tags": "iam:TagUser"},
    "CreateVirtualMFADevice": {"Tags": "iam:TagMFADevice"},
    "UploadServerCertificate": {"Tags": "iam:TagServerCertificate"},
}
#: The user whose access key signs the request.
_CALLER = "${aws:username}"


def actions(explanation: Explanation) -> list[str]:
    """Return the actions that the command needs ("iam:GetUser"), in order."""
    return list(
        dict.fromkeys(action for step in explanation.steps.values() for action in _actions(step))
    )


def policy(explanation: Explanation) -> dict[str, Any]:
    """Return a policy that grants the actions on the resources that the command names.

    Raises Failure if the command sends no request: a policy cannot be empty.

    The account is not known, so it is ``*``; the partition is taken to be ``aws``. The path of an
    entity is known only if the command creates it; otherwise there is one resource for the path
    ``/`` and one for all others.
    """
    if not explanation.steps:
        raise Failure("the command sends no request, so it needs no permissions")
    paths = {
        (created, step.parameters[_NAMES[created][0]]): step.parameters.get("Path", "/")
        for step in explanation.steps.values()
        if (created := resource_type(explanation.answers, step.operation))
        and "Path" in explanation.answers.members(step.operation, "input")
    }
    resources: dict[str, list[str]] = {}
    for step in explanation.steps.values():
        for action in _actions(step):
            resources.setdefault(action, []).extend(_resources(explanation, action, step, paths))
    granted: dict[tuple[str, ...], list[str]] = {}
    for action, arns in resources.items():
        granted.setdefault(tuple(dict.fromkeys(arns)), []).append(action)
    statements = [
        {"Effect": "Allow", "Action": names, "Resource": list(resource)}
        for resource, names in granted.items()
    ]
    return {"Version": "2012-10-17", "Statement": statements}


def _actions(step: Step) -> Iterator[str]:
    yield f"iam:{step.operation}"
    also = ALSO.get(step.operation, {})
    yield from (also[name] for name in also if name in step.parameters)


def resource_type(answers: Answers, operation: str) -> str | None:
    """Return the type of the resources of an operation ("user"), or None if it needs "*"."""
    if operation in _ON_USER:
        return "user"
    parameters = answers.members(operation, "input").keys()
    return next((found for found, names in _NAMES.items() if parameters & {*names}), None)


def _resources(
    explanation: Explanation, action: str, step: Step, paths: dict[tuple[str, str], str]
) -> Iterator[str]:
    passed = action == "iam:PassRole"
    of_type = "role" if passed else resource_type(explanation.answers, step.operation)
    if of_type is None:
        yield "*"
        return
    prefix = f"arn:aws:iam::*:{of_type}"
    parameters = step.parameters
    if step.operation == "GetAccessKeyLastUsed":
        # The resource is the user in whose list the access key is.
        number = explanation.answers.sources(parameters["AccessKeyId"])[0].request
        parameters = explanation.steps[number].parameters
    names = [parameters[name] for name in _NAMES[of_type] if name in parameters]
    if "NewPath" in parameters:
        yield f"{prefix}{_escaped(parameters['NewPath'])}{_escaped(names[-1])}"
        names = names[:1]
    if not names:
        yield from (f"{prefix}/{_CALLER}", f"{prefix}/*/{_CALLER}")
    for name in names:
        path = paths.get((of_type, name))
        if explanation.answers.sources(name):
            yield f"{prefix}/*"
        elif name.startswith("arn:"):
            yield _escaped(name)
        elif path is not None:
            yield f"{prefix}{_escaped(path)}{_escaped(name)}"
        else:
            yield from (f"{prefix}/{_escaped(name)}", f"{prefix}/*/{_escaped(name)}")


def _escaped(value: str) -> str:
    """Return a value as policies write it, in which ``*``, ``?`` and ``$`` have a meaning."""
    return re.sub(r"[*?$]", r"${\g<0>}", value)
