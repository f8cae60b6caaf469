"""Snapshots of accounts, of which the sandbox makes copies."""

from __future__ import annotations

from typing import Any

ARN = "arn:aws:iam::210987654321"
DATE = "2012-05-01T12:34:56Z"


def user(name: str, **more: Any) -> dict[str, Any]:
    """Return a user of a snapshot."""
    return {
        "Path": "/",
        "UserName": name,
        "UserId": f"AIDA{name.upper():A>17}",
        "Arn": f"{ARN}:user/{name}",
        "CreateDate": DATE,
        "GroupList": [],
        "UserPolicyList": [],
        "AttachedManagedPolicies": [],
        "Tags": [],
        **more,
    }


def snapshot(**more: Any) -> dict[str, Any]:
    """Return the content of a snapshot."""
    return {
        "version": 1,
        "source": "service",
        "taken": "2026-11-20T12:00:00Z",
        "account": "210987654321",
        "documents": "exact",
        "only_users": None,
        "users": [user("bob")],
        "groups": [],
        "roles": [],
        "instance_profiles": [],
        "policies": [],
        "server_certificates": [],
        "virtual_mfa_devices": [],
        "account_alias": None,
        "password_policy": None,
        "unread": [],
        "unknown": [],
        **more,
    }
