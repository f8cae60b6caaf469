"""Managed policies with their versions, attachments, and the names of inline policies."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from moto.core.utils import utcnow
from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.models import AWSManagedPolicy

from iamcli.cli.sandbox.corrections.entities import HOLDERS, entity_of
from iamcli.cli.sandbox.corrections.lists import Key, by_name, listing, named, page, under
from iamcli.cli.sandbox.corrections.protocol import Backend, Request, Result, operation
from iamcli.cli.sandbox.corrections.tags import tags, write
from iamcli.cli.sandbox.corrections.users import unique_id
from iamcli.cli.sandbox.rules.entity_types import is_policy_of_aws


def load_aws_policies(iam: Backend) -> None:
    """Add the policies that AWS manages, unless they are there.

    moto has them and does not load them by default. Source: API reference, ListPolicies.
    """
    if iam.aws_managed_policies:
        return
    for name, data in json.loads(aws_managed_policies_data).items():
        policy = AWSManagedPolicy.from_data(name, iam.account_id, iam.region_name, data)
        policy.id = unique_id("ANPA")
        iam.aws_managed_policies.append(policy)
        iam.managed_policies.setdefault(policy.arn, policy)


def load_aws_policies_for(iam: Backend, request: Request) -> None:
    """Add the policies that AWS manages if ``request`` is about them."""
    if request.operation == "ListPolicies":
        about = request.get("Scope", "All") != "Local" and not request.get("OnlyAttached")
    else:
        about = is_policy_of_aws(request.get("PolicyArn", request.get("PermissionsBoundary")))
    if about:
        load_aws_policies(iam)


class Usage:
    """How often each policy is attached, and is a permissions boundary, by its ARN."""

    def __init__(self, iam: Backend) -> None:
        users, groups, roles = iam.users.values(), iam.groups.values(), iam.roles.values()
        holders: list[Any] = [*users, *groups, *roles]
        self.attached = Counter(arn for holder in holders for arn in holder.managed_policies)
        self.boundaries = Counter(
            arn for holder in holders if (arn := getattr(holder, "permissions_boundary_arn", None))
        )


def summary(policy: Any, usage: Usage) -> Result:
    """Return a managed policy as lists show it.

    moto counts an attachment again if a policy is attached again. Source: API reference, Policy.
    """
    return {
        "PolicyName": policy.name,
        "PolicyId": policy.id,
        "Arn": policy.arn,
        "Path": policy.path,
        "DefaultVersionId": policy.default_version_id,
        "AttachmentCount": usage.attached[policy.arn],
        "PermissionsBoundaryUsageCount": usage.boundaries[policy.arn],
        "IsAttachable": True,
        "CreateDate": policy.create_date,
        "UpdateDate": policy.update_date,
    }


def version_summary(policy: Any, version: Any) -> Result:
    """Return a version without its document. Source: recorded for ListPolicyVersions."""
    return {
        "VersionId": version.version_id,
        "IsDefaultVersion": version.version_id == policy.default_version_id,
        "CreateDate": version.create_date,
    }


def versions(policy: Any) -> list[Any]:
    """Return the versions of a policy, the latest first.

    Source: recorded for ListPolicyVersions and GetAccountAuthorizationDetails.
    """
    return sorted(policy.versions, key=_latest_first)


@operation("CreatePolicy")
def create_policy(iam: Backend, request: Request) -> Result:
    """Give the policy an ID of its type, and take tags whose keys differ only in case.

    moto refuses such tags. Source: ``tags.IN_ANY_CASE``; recorded: no ``Description`` in the
    response.
    """
    policy = iam.create_policy(
        request.get("Description"),
        request.get("Path", "/"),
        request.get("PolicyDocument"),
        request.get("PolicyName"),
        [],
    )
    policy.id = unique_id("ANPA")
    write(iam, policy, request.get("Tags", []))
    return {"Policy": {**summary(policy, Usage(iam)), "Tags": tags(iam, policy) or None}}


@operation("GetPolicy")
def get_policy(iam: Backend, request: Request) -> Result:
    """Show counts that are true, and the tags. Source: API reference, GetPolicy; recorded."""
    policy = iam.get_policy(request.get("PolicyArn"))
    return {
        "Policy": {
            **summary(policy, Usage(iam)),
            "Description": policy.description or None,
            "Tags": tags(iam, policy),
        }
    }


@operation("ListPolicies")
def list_policies(iam: Backend, request: Request) -> Result:
    """Give pages, and regard ``PolicyUsageFilter``. Source: API reference, ListPolicies."""
    usage = Usage(iam)
    wanted = under(request, iam.managed_policies.values())
    scope = request.get("Scope", "All")
    if scope != "All":
        wanted = [policy for policy in wanted if (scope == "AWS") == is_aws(policy)]
    if request.get("OnlyAttached"):
        wanted = [policy for policy in wanted if usage.attached[policy.arn]]
    if usage_filter := request.get("PolicyUsageFilter"):
        counts = usage.boundaries if usage_filter == "PermissionsBoundary" else usage.attached
        wanted = [policy for policy in wanted if counts[policy.arn]]
    on_page, rest = page(request, wanted, _by_name_and_arn)
    return {"Policies": [summary(policy, usage) for policy in on_page], **rest}


def is_aws(policy: Any) -> bool:
    """Return whether AWS manages the policy."""
    return is_policy_of_aws(policy.arn)


@operation("CreatePolicyVersion")
def create_policy_version(iam: Backend, request: Request) -> Result:
    """Date the policy by its latest version. Source: API reference, Policy; recorded."""
    # moto 5.1 reads the flag as text, and moto 5.2 as a truth value.
    default = "true" if request.get("SetAsDefault") else ""
    policy: Any = iam.get_policy(request.get("PolicyArn"))
    version = iam.create_policy_version(policy.arn, request.get("PolicyDocument"), default)  # type: ignore[arg-type]
    policy.update_date = utcnow()
    return {"PolicyVersion": version_summary(policy, version)}


@operation("GetPolicyVersion")
def get_policy_version(iam: Backend, request: Request) -> Result:
    """Show which version is the default. Source: recorded for GetPolicyVersion."""
    arn, version_id = request.get("PolicyArn"), request.get("VersionId")
    version = iam.get_policy_version(arn, version_id)
    summary_of_version = version_summary(iam.get_policy(arn), version)
    return {"PolicyVersion": {"Document": version.document, **summary_of_version}}


@operation("ListPolicyVersions")
def list_policy_versions(iam: Backend, request: Request) -> Result:
    """Show the latest version first. Source: recorded for ListPolicyVersions."""
    policy = entity_of("Policy", iam, request)
    on_page, rest = page(request, policy.versions, _latest_first)
    return {"Versions": [version_summary(policy, version) for version in on_page], **rest}


def attached(holder: Any) -> list[Result]:
    """Return the attached policies of a user, group or role with their names and ARNs.

    Source: recorded for GetAccountAuthorizationDetails.
    """
    return [_attached(policy) for policy in sorted(holder.managed_policies.values(), key=by_name)]


def _attached(policy: Any) -> Result:
    return {"PolicyName": policy.name, "PolicyArn": policy.arn}


def inline(holder: Any) -> list[Result]:
    """Return the inline policies of a user, group or role, sorted by name.

    Source: API reference, PolicyDetail.
    """
    return [
        {"PolicyName": name, "PolicyDocument": holder.policies[name]}
        for name in sorted(holder.policies, key=named)
    ]


def _register(type_name: str) -> None:
    """Register the operations that read the policies of users, groups or roles."""

    @operation(f"Get{type_name}Policy")
    def document(iam: Backend, request: Request) -> Result:
        """Send a document URL-encoded, which keeps every byte.

        Source: API reference, GetUserPolicy, GetGroupPolicy and GetRolePolicy.
        """
        holder, name = entity_of(type_name, iam, request), request.get("PolicyName")
        of = {f"{type_name}Name": holder.name, "PolicyName": name}
        return {**of, "PolicyDocument": holder.policies[name]}

    def names(iam: Backend, request: Request) -> Any:
        return entity_of(type_name, iam, request).policies

    def managed(iam: Backend, request: Request) -> list[Any]:
        return under(request, entity_of(type_name, iam, request).managed_policies.values())

    listing(f"List{type_name}Policies", "PolicyNames", names, str, named)
    operation_name = f"ListAttached{type_name}Policies"
    listing(operation_name, "AttachedPolicies", managed, _attached, _by_name_and_arn)


def _by_name_and_arn(policy: Any) -> Key:
    return (*by_name(policy), policy.arn)


def _latest_first(version: Any) -> Key:
    number = int(version.version_id[1:].partition(".")[0])
    return (f"{10**10 - number:010}",)


for _type_name in HOLDERS:
    _register(_type_name)
