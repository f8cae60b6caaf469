"""What belongs to the account: aliases, counts, and the details of all entities."""

from __future__ import annotations

from iamcli.cli.sandbox.corrections import groups, policies, roles, users
from iamcli.cli.sandbox.corrections.caller import root
from iamcli.cli.sandbox.corrections.entities import identity
from iamcli.cli.sandbox.corrections.lists import by_name, listing, named, page
from iamcli.cli.sandbox.corrections.protocol import Backend, Request, Result, operation
from iamcli.cli.sandbox.corrections.tags import tags
from iamcli.cli.sandbox.rules.entities import is_known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any


listing("ListAccountAliases", "AccountAliases", lambda iam, _: iam.account_aliases, str, named)


def counts(iam: Backend) -> dict[str, int]:
    """Return how many entities of each type the account has, and its quotas.

    moto counts attachments as versions, and no hardware devices. Source: recorded for
    GetAccountSummary: which counts there are, and that a new policy adds a version in use.
    """
    account = root(iam)
    every: list[Any] = [*iam.users.values(), account]
    in_use = {serial for user in every for serial in user.mfa_devices}
    own = [policy for policy in iam.managed_policies.values() if not policies.is_aws(policy)]
    return {
        **iam.get_account_summary().summary_map,
        "AccountAccessKeysPresent": int(bool(account.access_keys)),
        "AccountMFAEnabled": int(bool(account.mfa_devices)),
        "AccountPasswordPresent": int(bool(account.password)),
        "AccountSigningCertificatesPresent": int(bool(account.signing_certificates)),
        "MFADevices": len(in_use | iam.virtual_mfa_devices.keys()),
        "MFADevicesInUse": len(in_use),
        "Policies": len(own),
        "PolicyVersionsInUse": sum(len(policy.versions) for policy in own),
    }


@operation("GetAccountSummary")
def get_account_summary(iam: Backend, _request: Request) -> Result:
    """Count what the account has, and in a copy also what is not copied.

    Source: ``counts``; ``uncounted``, which ``iamcli.cli.sandbox.loading`` sets: the root user's
    keys, for example, are only in the numbers of a snapshot.
    """
    counted = counts(iam)
    for name, number in vars(iam).get("uncounted", {}).items():
        counted[name] = counted.get(name, 0) + number
        if name.endswith("Present"):
            counted[name] = min(counted[name], 1)
    return {"SummaryMap": counted}


def user_detail(iam: Backend, user: Any, member_of: dict[int, list[str]]) -> Result:
    """Return a user as the details show it; ``member_of``: what ``memberships`` returns.

    Source: API reference, UserDetail; recorded: no ``UserPolicyList`` if it is empty.
    """
    return {
        **identity("User", user),
        "UserPolicyList": policies.inline(user) or None,
        "GroupList": member_of.get(id(user), []),
        "AttachedManagedPolicies": policies.attached(user),
        "PermissionsBoundary": users.boundary(user),
        "Tags": tags(iam, user),
    }


def group_detail(group: Any) -> Result:
    """Return a group as the details show it. Source: API reference, GroupDetail; recorded."""
    return {
        **groups.summary(group),
        "GroupPolicyList": policies.inline(group),
        "AttachedManagedPolicies": policies.attached(group),
    }


def role_detail(iam: Backend, role: Any) -> Result:
    """Return a role as the details show it. Source: API reference, RoleDetail; recorded."""
    return {
        **roles.inner(role),
        "InstanceProfileList": list(map(roles.profile_summary, roles.profiles_of(iam, role))),
        "RolePolicyList": policies.inline(role),
        "AttachedManagedPolicies": policies.attached(role),
        "PermissionsBoundary": users.boundary(role),
        "Tags": tags(iam, role),
        "RoleLastUsed": roles.last_used(role),
    }


def policy_detail(policy: Any, usage: policies.Usage) -> Result:
    """Return a managed policy as the details show it.

    Source: API reference, ManagedPolicyDetail; recorded: the latest version is the first.
    """
    return {
        **policies.summary(policy, usage),
        "Description": policy.description or None,
        "PolicyVersionList": [
            {"Document": version.document, **policies.version_summary(policy, version)}
            for version in policies.versions(policy)
        ],
    }


@operation("GetAccountAuthorizationDetails")
def get_account_authorization_details(iam: Backend, request: Request) -> Result:
    """Give pages over all types, regard the filter, and name attached policies.

    Of the policies that AWS manages, those in use are sent. moto 5.1 does not encode documents.
    Source: API reference, GetAccountAuthorizationDetails; recorded for each filter; for the
    policies in use github.com/joshlarsen/aws-recon/issues/21.
    """
    usage = policies.Usage(iam)
    managed = [
        policy
        for policy in filter(is_known, iam.managed_policies.values())
        if not policies.is_aws(policy) or usage.attached[policy.arn] or usage.boundaries[policy.arn]
    ]
    by_type: dict[str, Iterable[Any]] = {
        "User": iam.users.values(),
        "Group": iam.groups.values(),
        "Role": iam.roles.values(),
        "LocalManagedPolicy": [policy for policy in managed if not policies.is_aws(policy)],
        "AWSManagedPolicy": [policy for policy in managed if policies.is_aws(policy)],
    }
    wanted = request.get("Filter") or by_type
    entries = [
        (str(number), name, entity)
        for number, (name, entities) in enumerate(by_type.items())
        for entity in entities
        if name in wanted
    ]
    on_page, rest = page(
        request, entries, lambda entry: (entry[0], *by_name(entry[2]), entry[2].arn)
    )
    on_page_of = {name: [entity for _, of, entity in on_page if of == name] for name in by_type}
    on_page_policies = on_page_of["LocalManagedPolicy"] + on_page_of["AWSManagedPolicy"]
    member_of = memberships(iam)
    return {
        "UserDetailList": [user_detail(iam, user, member_of) for user in on_page_of["User"]],
        "GroupDetailList": [group_detail(group) for group in on_page_of["Group"]],
        "RoleDetailList": [role_detail(iam, role) for role in on_page_of["Role"]],
        "Policies": [policy_detail(policy, usage) for policy in on_page_policies],
        **rest,
    }


def memberships(iam: Backend) -> dict[int, list[str]]:
    """Return the names of the groups of each user."""
    member_of: dict[int, list[str]] = {}
    for group in sorted(iam.groups.values(), key=by_name):
        for user in group.users:
            member_of.setdefault(id(user), []).append(group.name)
    return member_of
