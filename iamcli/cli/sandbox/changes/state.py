"""What the private IAM contains, in the form of a snapshot, to be compared with what it contained.

Secrets are not in it. But a password or a seed that is replaced is a change, so these have a mark:
a hash with a random key that ends with this process, or a random number.
"""

from __future__ import annotations

import hashlib
import secrets

from iamcli.cli.account_file import schema
from iamcli.cli.account_file.values import pick
from iamcli.cli.sandbox.corrections import (
    account,
    certificates,
    devices,
    keys,
    passwords,
    policies,
    roles,
)
from iamcli.cli.sandbox.corrections.lists import ENTRIES_OF_USER
from iamcli.cli.sandbox.corrections.protocol import timestamp
from iamcli.cli.sandbox.corrections.tags import tags
from iamcli.cli.sandbox.rules.entities import is_known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from moto.iam.models import IAMBackend

    Record = dict[str, Any]

#: The member of login profiles and virtual MFA devices that changes with their secret.
MARK = "mark"

_CREDENTIALS: Record = {
    **{f"{member}?": schema.type_of(schema.USER, member) for member in ENTRIES_OF_USER},
    "LoginProfile?": {**schema.LOGIN_PROFILE, MARK: schema.TEXT},
}
#: What is compared. A snapshot has neither the marks nor the tags of MFA devices: a copy lacks
#: these tags until they are set.
_CONTENTS: Record = {
    "users": [{**schema.USER, **_CREDENTIALS}],
    "groups": [schema.GROUP],
    "roles": [schema.ROLE],
    "instance_profiles": [schema.INSTANCE_PROFILE],
    "policies": [schema.POLICY],
    "server_certificates": [schema.SERVER_CERTIFICATE],
    "virtual_mfa_devices": [{**schema.VIRTUAL_MFA_DEVICE, "Tags?": schema.TAGS, MARK: schema.TEXT}],
    "root": schema.OrNull(_CREDENTIALS),
    "account_alias": schema.OrNull(schema.TEXT),
    "password_policy": schema.OrNull(schema.PASSWORD_POLICY),
}

_KEY = secrets.token_bytes(32)


def account_contents() -> Record:
    """Return what moto's IAM contains in all partitions.

    The result has the lists of a snapshot, ``account_alias`` and ``password_policy``, and ``root``:
    what belongs to the root user, as it is in a user, or None. Policies that AWS manages, and those
    that a copy lacks, are left out.
    """
    from moto.iam.models import iam_backends

    contents: Record = {
        member: [] if isinstance(form, list) else None for member, form in _CONTENTS.items()
    }
    backends: Any = iam_backends
    for _number, _partition, iam in backends.iter_backends():
        for member, records in _lists(iam).items():
            contents[member] += records
        if root := vars(iam).get("account_root"):
            contents["root"] = _credentials(root)
        if iam.account_aliases:
            contents["account_alias"] = iam.account_aliases[0]
        if iam.account_password_policy:
            contents["password_policy"] = passwords.shown_policy(iam.account_password_policy)
    return {
        member: pick(form, _present(contents[member]), {schema.DATE: timestamp})
        for member, form in _CONTENTS.items()
    }


def _lists(iam: IAMBackend) -> dict[str, list[Record]]:
    member_of = account.memberships(iam)
    usage = policies.Usage(iam)
    return {
        "users": [
            account.user_detail(iam, user, member_of) | _credentials(user)
            for user in iam.users.values()
        ],
        "groups": list(map(account.group_detail, iam.groups.values())),
        "roles": [
            {
                **account.role_detail(iam, role),
                "Description": role.description,
                "MaxSessionDuration": roles.max_session_duration(role),
            }
            for role in iam.roles.values()
        ],
        "instance_profiles": [
            {**roles.profile_summary(profile), "Tags": _known_tags(iam, profile)}
            for profile in iam.instance_profiles.values()
        ],
        "policies": [
            {**account.policy_detail(policy, usage), "Tags": _known_tags(iam, policy)}
            for policy in iam.managed_policies.values()
            if is_known(policy) and not policies.is_aws(policy)
        ],
        "server_certificates": [
            {**certificates.details(iam, one), "Tags": _known_tags(iam, one)}
            for one in iam.certificates.values()
        ],
        "virtual_mfa_devices": [
            {
                **devices.virtual(device),
                "Tags": _known_tags(iam, device),
                MARK: _mark(device.base32_string_seed),
            }
            for device in iam.virtual_mfa_devices.values()
        ],
    }


def _credentials(user: Any) -> Record:
    """Return the keys, certificates, devices and password of a user."""
    credentials: Record = {member: entries(user) for member, entries in ENTRIES_OF_USER.items()}
    for key, shown in zip(user.access_keys, credentials["AccessKeyMetadata"], strict=True):
        shown["AccessKeyLastUsed"] = keys.last_use(key)
    if user.password:
        profile = passwords.login_profile(user)
        credentials["LoginProfile"] = {**profile, MARK: _mark(user.password)}
    return credentials


def _known_tags(iam: IAMBackend, entity: Any) -> list[dict[str, str]] | None:
    """Return the tags of an entity; None if a copy lacks them and none has been added."""
    return tags(iam, entity) or ([] if vars(entity).get("tags_known", True) else None)


def _mark(secret: str | bytes) -> str:
    data = secret if isinstance(secret, bytes) else secret.encode()
    return hashlib.blake2b(data, key=_KEY, digest_size=16).hexdigest()


def _present(value: Any) -> Any:
    """Return a part of a response without the members that are None, which a response lacks."""
    if isinstance(value, dict):
        return {name: _present(inner) for name, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [_present(inner) for inner in value]
    return value
