"""After a quota is exceeded, the quota, and where it can be raised."""

from __future__ import annotations

import pytest

CONSOLE = "the Service Quotas console (AWS Identity and Access Management, Region us-east-1)"
#: A message of LimitExceeded, and what is said about it.
QUOTAS = {
    "Cannot exceed quota for UsersPerAccount: 5000": (
        "the quota UsersPerAccount is 5000 and cannot be raised; delete users that are not needed, "
        "or use roles"
    ),
    "Cannot exceed quota for AccessKeysPerUser: 2": (
        "the quota AccessKeysPerUser is 2 and cannot be raised; delete one with iam-userdelkey"
    ),
    "Cannot exceed quota for CertificatesPerUser: 2": (
        "the quota CertificatesPerUser is 2 and cannot be raised; delete one with iam-userdelcert"
    ),
    "Cannot exceed quota for GroupsPerUser: 10": (
        "the quota GroupsPerUser is 10 and cannot be raised; remove the user from a group with "
        "iam-groupremoveuser"
    ),
    "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1": (
        "the quota InstanceSessionsPerInstanceProfile is 1 and cannot be raised; remove the role "
        "with iam-instanceprofileremoverole"
    ),
    "Cannot exceed quota for RolesPerAccount: 1500": (
        f"the quota RolesPerAccount is 1500; request an increase in {CONSOLE}"
    ),
    "Cannot exceed quota for ACLSizePerRole: 2048": (
        "the quota ACLSizePerRole is 2048 (the length of the role's trust policy); request an "
        f"increase in {CONSOLE}"
    ),
    # Not in the documentation that this release knows.
    "Cannot exceed quota for WidgetsPerUser: 7": (
        f"the quota WidgetsPerUser is 7; {CONSOLE} lists the quotas that can be raised"
    ),
    "Maximum policy size of 10240 bytes exceeded for role iantest01-AmcApiAccessRole": (
        "the quota for all inline policies of a role is 10240 bytes without white space, and "
        "cannot be raised; attached managed policies do not count"
    ),
    "A managed policy can have up to 5 versions. Before you create a new version, you must delete "
    "an existing version.": "",
}


@pytest.mark.parametrize("message", QUOTAS)
def test_quota_is_named_with_where_to_raise_it(message, hints):
    said = hints("iam-useraddkey -u bob", "LimitExceeded", message, 409)
    assert said == [*filter(None, [QUOTAS[message]])]


def test_console_of_another_partition_has_another_region(hints):
    message = "Cannot exceed quota for GroupsPerAccount: 300"
    (hint,) = hints("iam-groupcreate -g g", "LimitExceeded", message, AWS_REGION="cn-north-1")
    assert hint == (
        "the quota GroupsPerAccount is 300; request an increase in the Service Quotas console "
        "(AWS Identity and Access Management)"
    )
