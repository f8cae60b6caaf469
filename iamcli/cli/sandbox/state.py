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
    certificates,
    groups,
    keys,
    passwords,
    policies,
    roles,
    users,
)
from iamcli.cli.sandbox.corrections.protocol import instant
from iamcli.cli.sandbox.corrections.tags import tags
from iamcli.cli.sandbox.rules.entities import is_known

TYPE_CHECKING = False
if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable
    from typing import Any

    from moto.iam.models import IAMBackend

    Record = dict[str, Any]

#: The member of login profiles and virtual MFA devices that changes with their secret.
MARK = "mark"

#: What the private IAM has and a snapshot does not. A copy lacks it until it is set.
_ROLE = {**schema.ROLE, "Description?": schema.TEXT, "MaxSessionDuration?": schema.NUMBER}
_POLICY = {**schema.POLICY, "Tags?": schema.TAGS}
_VIRTUAL_MFA_DEVICE = {**schema.VIRTUAL_MFA_DEVICE, "Tags?": schema.TAGS}

_KEY = secrets.token_bytes(32)

#: What belongs to the root user if nothing does.
_NO_CREDENTIALS: Record = {
    "AccessKeyMetadata": [],
    "Certificates": [],
    "MFADevices": [],
    "LoginProfile": None,
    "SSHPublicKeys": [],
    "ServiceSpecificCredentials": [],
}


def state() -> Record:
    """Return what moto's IAM contains in all partitions.

    The result has the lists of a snapshot, ``account_alias`` and ``password_policy``, and ``root``:
    what belongs to the root user, as it is in a user. Policies that AWS manages, and those that a
    copy lacks, are left out.
    """
    from moto.iam.models import iam_backends

    found: Record = {
        "users": [],
        "groups": [],
        "roles": [],
        "instance_profiles": [],
        "policies": [],
        "server_certificates": [],
        "virtual_mfa_devices": [],
        "root": dict(_NO_CREDENTIALS),
        "account_alias": None,
        "password_policy": None,
    }
    backends: Any = iam_backends
    for _account, _partition, iam in backends.iter_backends():
        for member, records in _lists(iam).items():
            found[member] += records
        root = vars(iam).get("account_root")
        if root:
            found["root"] = _credentials(root)
        if iam.account_aliases:
            found["account_alias"] = iam.account_aliases[0]
        if iam.account_password_policy:
            found["password_policy"] = _password_policy(iam.account_password_policy)
    return found


def _lists(iam: IAMBackend) -> dict[str, list[Record]]:
    member_of: dict[int, list[str]] = {}
    for group in iam.groups.values():
        for member in group.users:
            member_of.setdefault(id(member), []).append(group.name)
    usage = policies.Usage(iam)
    return {
        "users": [_user(iam, user, member_of.get(id(user), [])) for user in iam.users.values()],
        "groups": [_group(group) for group in iam.groups.values()],
        "roles": [_role(iam, role) for role in iam.roles.values()],
        "instance_profiles": [_profile(iam, one) for one in iam.instance_profiles.values()],
        "policies": [
            _policy(iam, policy, usage)
            for policy in iam.managed_policies.values()
            if is_known(policy) and not policies.is_aws(policy)
        ],
        "server_certificates": [_certificate(iam, one) for one in iam.certificates.values()],
        "virtual_mfa_devices": [_device(iam, one) for one in iam.virtual_mfa_devices.values()],
    }


def _user(iam: IAMBackend, user: Any, member_of: list[str]) -> Record:
    shown = {
        **users.summary(user),
        "GroupList": member_of,
        "UserPolicyList": policies.inline(user),
        "AttachedManagedPolicies": policies.attached(user),
        "PermissionsBoundary": users.boundary(user),
        "Tags": tags(iam, user),
    }
    return {**_picked(schema.USER, shown), **_credentials(user)}


def _credentials(user: Any) -> Record:
    """Return the keys, certificates, devices and password of a user."""
    profile = None
    if user.password:
        shown = passwords.login_profile(user)
        profile = {**_picked(schema.LOGIN_PROFILE, shown), MARK: _mark(user.password)}
    return {
        "AccessKeyMetadata": _keys(user.access_keys),
        "Certificates": [
            _picked(schema.SIGNING_CERTIFICATE, certificates.signing(certificate))
            for certificate in user.signing_certificates.values()
        ],
        "MFADevices": [
            _picked(
                schema.MFA_DEVICE,
                {"SerialNumber": device.serial_number, "EnableDate": device.enable_date},
            )
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


def _keys(access_keys: Iterable[Any]) -> list[Record]:
    return [
        _picked(
            schema.ACCESS_KEY,
            {
                "AccessKeyId": key.access_key_id,
                "Status": key.status,
                "CreateDate": key.create_date,
                "AccessKeyLastUsed": keys.last_use(key),
            },
        )
        for key in access_keys
    ]


def _group(group: Any) -> Record:
    shown = {
        **groups.summary(group),
        "GroupPolicyList": policies.inline(group),
        "AttachedManagedPolicies": policies.attached(group),
    }
    return _picked(schema.GROUP, shown)


def _role(iam: IAMBackend, role: Any) -> Record:
    shown = {
        **roles.inner(role),
        "RolePolicyList": policies.inline(role),
        "AttachedManagedPolicies": policies.attached(role),
        "PermissionsBoundary": users.boundary(role),
        "Tags": tags(iam, role),
        "RoleLastUsed": roles.last_used(role),
        "Description": role.description,
        "MaxSessionDuration": roles.max_session_duration(role),
    }
    return _picked(_ROLE, shown)


def _profile(iam: IAMBackend, profile: Any) -> Record:
    shown = {**roles.profile_summary(profile), "Tags": _known_tags(iam, profile)}
    return _picked(schema.INSTANCE_PROFILE, shown)


def _policy(iam: IAMBackend, policy: Any, usage: policies.Usage) -> Record:
    shown = {
        **policies.summary(policy, usage),
        "Description": policy.description or None,
        "PolicyVersionList": [
            {"Document": version.document, **policies.version_summary(policy, version)}
            for version in policies.versions(policy)
        ],
        "Tags": _known_tags(iam, policy),
    }
    return _picked(_POLICY, shown)


def _certificate(iam: IAMBackend, certificate: Any) -> Record:
    shown = {
        "ServerCertificateMetadata": certificates.metadata(iam, certificate),
        "CertificateBody": certificate.cert_body,
        "CertificateChain": certificate.cert_chain or None,
        "Tags": _known_tags(iam, certificate),
    }
    return _picked(schema.SERVER_CERTIFICATE, shown)


def _device(iam: IAMBackend, device: Any) -> Record:
    shown = {
        "SerialNumber": device.serial_number,
        "EnableDate": device.enable_date if device.user else None,
        "User": users.summary(device.user) if device.user else None,
        "Tags": _known_tags(iam, device),
    }
    return {**_picked(_VIRTUAL_MFA_DEVICE, shown), MARK: _mark(device.base32_string_seed)}


def _password_policy(policy: Any) -> Record:
    return _picked(schema.PASSWORD_POLICY, passwords.shown_policy(policy))


def _known_tags(iam: IAMBackend, entity: Any) -> list[dict[str, str]] | None:
    """Return the tags of an entity; None if a copy lacks them and none has been added."""
    return tags(iam, entity) or ([] if vars(entity).get("tags_known", True) else None)


def _mark(secret: str | bytes) -> str:
    data = secret if isinstance(secret, bytes) else secret.encode()
    return hashlib.blake2b(data, key=_KEY, digest_size=16).hexdigest()


def _picked(kind: Record, shown: Record) -> Record:
    """Return what a snapshot has of ``shown``, a part of a response; None is what it lacks."""
    picked: Record = pick(kind, _present(shown), {schema.DATE: _text})
    return picked


def _present(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _present(inner) for name, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [_present(inner) for inner in value]
    return value


def _text(date: dt.datetime) -> str:
    return f"{instant(date):%Y-%m-%dT%H:%M:%SZ}"
