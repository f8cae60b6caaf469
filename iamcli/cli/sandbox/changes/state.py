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
from iamcli.cli.sandbox.corrections.protocol import instant
from iamcli.cli.sandbox.corrections.tags import tags
from iamcli.cli.sandbox.rules.entities import is_known

TYPE_CHECKING = False
if TYPE_CHECKING:
    import datetime as dt
    from typing import Any

    from moto.iam.models import IAMBackend

    Record = dict[str, Any]

#: The member of login profiles and virtual MFA devices that changes with their secret.
MARK = "mark"

#: What the private IAM has and a snapshot does not. A copy lacks it until it is set.
_VIRTUAL_MFA_DEVICE = {**schema.VIRTUAL_MFA_DEVICE, "Tags?": schema.TAGS}

_KEY = secrets.token_bytes(32)


def state() -> Record:
    """Return what moto's IAM contains in all partitions.

    The result has the lists of a snapshot, ``account_alias`` and ``password_policy``, and ``root``:
    what belongs to the root user, as it is in a user, or None. Policies that AWS manages, and those
    that a copy lacks, are left out.
    """
    from moto.iam.models import iam_backends

    contents: Record = {
        "users": [],
        "groups": [],
        "roles": [],
        "instance_profiles": [],
        "policies": [],
        "server_certificates": [],
        "virtual_mfa_devices": [],
        "root": None,
        "account_alias": None,
        "password_policy": None,
    }
    backends: Any = iam_backends
    for _number, _partition, iam in backends.iter_backends():
        for member, records in _lists(iam).items():
            contents[member] += records
        root = vars(iam).get("account_root")
        if root:
            contents["root"] = _credentials(root)
        if iam.account_aliases:
            contents["account_alias"] = iam.account_aliases[0]
        if iam.account_password_policy:
            contents["password_policy"] = _picked(
                schema.PASSWORD_POLICY, passwords.shown_policy(iam.account_password_policy)
            )
    return contents


def _lists(iam: IAMBackend) -> dict[str, list[Record]]:
    member_of = account.memberships(iam)
    usage = policies.Usage(iam)
    return {
        "users": [
            _picked(schema.USER, account.user_detail(iam, user, member_of)) | _credentials(user)
            for user in iam.users.values()
        ],
        "groups": [
            _picked(schema.GROUP, account.group_detail(group)) for group in iam.groups.values()
        ],
        "roles": [
            _picked(
                schema.ROLE,
                account.role_detail(iam, role)
                | {
                    "Description": role.description,
                    "MaxSessionDuration": roles.max_session_duration(role),
                },
            )
            for role in iam.roles.values()
        ],
        "instance_profiles": [
            _tagged(schema.INSTANCE_PROFILE, iam, profile, roles.profile_summary(profile))
            for profile in iam.instance_profiles.values()
        ],
        "policies": [
            _tagged(schema.POLICY, iam, policy, account.policy_detail(policy, usage))
            for policy in iam.managed_policies.values()
            if is_known(policy) and not policies.is_aws(policy)
        ],
        "server_certificates": [
            _tagged(schema.SERVER_CERTIFICATE, iam, one, certificates.details(iam, one))
            for one in iam.certificates.values()
        ],
        "virtual_mfa_devices": [
            {
                **_tagged(_VIRTUAL_MFA_DEVICE, iam, device, devices.virtual(device)),
                MARK: _mark(device.base32_string_seed),
            }
            for device in iam.virtual_mfa_devices.values()
        ],
    }


def _credentials(user: Any) -> Record:
    """Return the keys, certificates, devices and password of a user."""
    profile = None
    if user.password:
        profile = _picked(schema.LOGIN_PROFILE, passwords.login_profile(user))
        profile[MARK] = _mark(user.password)
    return {
        "AccessKeyMetadata": [
            _picked(
                schema.ACCESS_KEY, {**keys.access_key(key), "AccessKeyLastUsed": keys.last_use(key)}
            )
            for key in user.access_keys
        ],
        "Certificates": [
            _picked(schema.SIGNING_CERTIFICATE, certificates.signing(certificate))
            for certificate in user.signing_certificates.values()
        ],
        "MFADevices": [
            _picked(schema.MFA_DEVICE, devices.summary(device))
            for device in user.mfa_devices.values()
        ],
        "LoginProfile": profile,
        "SSHPublicKeys": [
            _picked(schema.SSH_KEY, keys.ssh_key(key)) for key in user.ssh_public_keys
        ],
        "ServiceSpecificCredentials": [
            _picked(schema.SERVICE_CREDENTIAL, keys.of_service(credential))
            for credential in keys.service_credentials(user).values()
        ],
    }


def _tagged(form: Record, iam: IAMBackend, entity: Any, record: Record) -> Record:
    """Return what a snapshot has of ``record``, with the tags of ``entity`` if they are known."""
    return _picked(form, {**record, "Tags": _known_tags(iam, entity)})


def _known_tags(iam: IAMBackend, entity: Any) -> list[dict[str, str]] | None:
    """Return the tags of an entity; None if a copy lacks them and none has been added."""
    return tags(iam, entity) or ([] if vars(entity).get("tags_known", True) else None)


def _mark(secret: str | bytes) -> str:
    data = secret if isinstance(secret, bytes) else secret.encode()
    return hashlib.blake2b(data, key=_KEY, digest_size=16).hexdigest()


def _picked(form: Record, record: Record) -> Record:
    """Return what a snapshot has of ``record``, a part of a response; None is what it lacks."""
    picked: Record = pick(form, _present(record), {schema.DATE: _text})
    return picked


def _present(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _present(inner) for name, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [_present(inner) for inner in value]
    return value


def _text(date: dt.datetime) -> str:
    return f"{instant(date):%Y-%m-%dT%H:%M:%SZ}"
