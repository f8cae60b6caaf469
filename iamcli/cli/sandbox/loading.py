"""Puts a snapshot of an account into moto, so that the private IAM starts as a copy of it.

The objects of moto are made as its API makes them, and get the IDs, dates and statuses that an API
cannot set. What a snapshot does not have is not known: secret access keys, passwords and seeds are
new and random. docs/snapshot.md describes the format.
"""

from __future__ import annotations

import re
import secrets
from typing import Any

from moto.core.utils import camelcase_to_underscores
from moto.iam import models as typed_models
from moto.iam.exceptions import ValidationError
from moto.utilities.utils import PARTITION_NAMES, REGION_PREFIX_TO_PARTITION

from iamcli.cli.account_file import arns
from iamcli.cli.account_file.schema import parsed_date
from iamcli.cli.sandbox.corrections.account import counts
from iamcli.cli.sandbox.corrections.caller import root
from iamcli.cli.sandbox.corrections.keys import ServiceCredential, service_credentials
from iamcli.cli.sandbox.corrections.passwords import set_password_policy
from iamcli.cli.sandbox.corrections.policies import load_aws_policies
from iamcli.cli.sandbox.corrections.tags import write
from iamcli.cli.sandbox.rules.entities import is_known
from iamcli.cli.sandbox.rules.entity_types import is_policy_of_aws
from iamcli.connection.regions import SIGNING_REGION, SIGNING_REGIONS
from iamcli.errors import Failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from moto.iam.models import IAMBackend

    Record = Mapping[str, Any]

# Some of its classes look abstract to a type checker.
models: Any = typed_models

#: The form of the ARN of an entity: the partition, the account, and the type, path and name.
_ARN = re.compile(r"arn:[a-z0-9-]+:iam::(?:[0-9]+|aws)?:[a-z-]+/.+", re.DOTALL)

#: The type that an operation reads, as in the member ``unknown`` of a snapshot.
_TYPES = {
    "GetAccessKeyLastUsed": "access-key",
    "GetAccountPasswordPolicy": "password-policy",
    "GetAccountSummary": "account-summary",
    "GetLoginProfile": "login-profile",
    "GetSSHPublicKey": "ssh-key",
    "GetServerCertificate": "server-certificate",
    "ListAccessKeys": "access-key",
    "ListAccountAliases": "alias",
    "ListInstanceProfiles": "instance-profile",
    "ListMFADevices": "mfa-device",
    "ListPolicyTags": "policy",
    "ListRoles": "role",
    "ListSSHPublicKeys": "ssh-key",
    "ListServerCertificates": "server-certificate",
    "ListServiceSpecificCredentials": "service-credential",
    "ListSigningCertificates": "signing-certificate",
    "ListVirtualMFADevices": "virtual-mfa-device",
}


def load(snapshot: Record, name: str) -> IAMBackend:
    """Put ``snapshot``, which the file ``name`` contains, into moto, and return its backend.

    From now on it is the account of all keys that moto does not know. Raises Failure if an ARN is
    none, or if parts of the snapshot contradict each other.
    """
    for where, arn in arns.places(snapshot):
        if not _ARN.fullmatch(arn):
            raise _damaged(name, f"{where} is not an ARN: {arn}")
    partition = partition_of(snapshot)
    if partition not in PARTITION_NAMES:
        known = ", ".join(sorted(PARTITION_NAMES))
        raise Failure(f"{name} is of the partition {partition}; the sandbox has {known}")
    account = snapshot["account"] or arns.account(snapshot)
    models.DEFAULT_ACCOUNT_ID = account or models.DEFAULT_ACCOUNT_ID
    iam: IAMBackend = models.iam_backends[models.DEFAULT_ACCOUNT_ID][partition]
    try:
        _Loader(iam).load(snapshot)
    except (KeyError, ValueError) as error:
        reason = f"{error.args[0]} is missing" if isinstance(error, KeyError) else error
        raise _damaged(name, str(reason)) from None
    return iam


def _damaged(name: str, reason: str) -> Failure:
    return Failure(f"{name} is damaged: {reason}; make a new one with iamcli snapshot")


def partition_of(snapshot: Record) -> str:
    """Return the partition in the ARNs of ``snapshot``."""
    return next(arns.arns(snapshot), "arn:aws:").split(":")[1]


def region_of(snapshot: Record) -> str:
    """Return a region of the partition of ``snapshot``, which moto must know."""
    prefixes = {partition: prefix for prefix, partition in REGION_PREFIX_TO_PARTITION.items()}
    return SIGNING_REGIONS.get(prefixes.get(partition_of(snapshot), ""), SIGNING_REGION)


def unknown(snapshot: Record, iam: IAMBackend) -> list[str]:
    """Return the types that the copy ``iam`` of ``snapshot`` lacks, completely or partly.

    They are those that the snapshot lists as unknown, those that could not be read, ``policy`` if
    it lacks an attached one, and ``user`` and ``membership`` if only some users were read.
    """
    types = {
        *snapshot["unknown"],
        *(_TYPES.get(entry["operation"], entry["operation"]) for entry in snapshot["unread"]),
    }
    if snapshot["only_users"] is not None:
        types |= {"membership", "user"}
    if not all(is_known(policy) for policy in iam.managed_policies.values()):
        types.add("policy")
    return sorted(types)


class _Loader:
    """Fills the backend ``iam``; its methods raise KeyError for what is named but not there."""

    def __init__(self, iam: IAMBackend) -> None:
        self.iam: Any = iam
        self.account: str = iam.account_id
        self.region: str = iam.region_name
        self.roles: dict[str, Any] = {}

    def load(self, snapshot: Record) -> None:
        for member, add in (
            ("policies", self.policy),
            ("groups", self.group),
            ("users", self.user),
            ("roles", self.role),
            ("instance_profiles", self.instance_profile),
            ("server_certificates", self.server_certificate),
            ("virtual_mfa_devices", self.virtual_mfa_device),
        ):
            for record in snapshot.get(member, ()):
                add(record)
        if snapshot.get("account_alias"):
            self.iam.create_account_alias(snapshot["account_alias"])
        if snapshot.get("password_policy"):
            try:
                set_password_policy(self.iam, snapshot["password_policy"])
            except ValidationError as error:
                raise ValueError(f"password_policy: {error.message}") from None
        self.summary(snapshot.get("summary", {}))

    def policy(self, record: Record) -> None:
        policy = self.new_policy(record["Arn"])
        policy.name, policy.path = record["PolicyName"], record["Path"]
        policy.description = record.get("Description", "")
        _identify(policy, record, "Policy")
        policy.update_date = _date(record.get("UpdateDate"))
        self.tags(policy, record)
        policy.default_version_id = record["DefaultVersionId"]
        for number, entry in enumerate(record["PolicyVersionList"]):
            version: Any = models.PolicyVersion(
                policy.arn, entry["Document"], entry["IsDefaultVersion"], entry["VersionId"]
            )
            version.create_date = _date(entry.get("CreateDate"), number)
            policy.versions.append(version)
        latest = max((int(version.version_id[1:]) for version in policy.versions), default=0)
        policy.next_version_num = latest + 1

    def new_policy(self, arn: str) -> Any:
        """Add a policy without versions, and return it."""
        made = models.AWSManagedPolicy if is_policy_of_aws(arn) else models.ManagedPolicy
        path, _, name = arn.partition(":policy")[2].rpartition("/")
        policy: Any = made(name, account_id=self.account, region=self.region, path=f"{path}/")
        _check_arn(policy, arn)
        policy.versions = []
        policy.tags_known = False
        self.iam.managed_policies[arn] = policy
        return policy

    def group(self, record: Record) -> None:
        group: Any = models.Group(self.account, self.region, record["GroupName"], record["Path"])
        _identify(group, record, "Group")
        self.policies(group, record, "GroupPolicyList")
        self.iam.groups[group.name] = group

    def policies(self, holder: Any, record: Record, inline: str) -> None:
        """Give ``holder`` its inline policies, which are in the member ``inline``, and the others.

        Also sets the permissions boundary and the tags, if ``record`` has them.
        """
        for entry in record[inline]:
            holder.policies[entry["PolicyName"]] = entry["PolicyDocument"]
        for entry in record["AttachedManagedPolicies"]:
            arn = entry["PolicyArn"]
            if arn not in self.iam.managed_policies and is_policy_of_aws(arn):
                load_aws_policies(self.iam)
            if arn not in self.iam.managed_policies:
                # The snapshot has only the ARN, where it is attached.
                new = self.new_policy(arn)
                new.id = new.create_date = new.update_date = new.default_version_id = None
            self.iam.managed_policies[arn].attach_to(holder)
        if "Tags" in record:
            self.tags(holder, record)
            holder.permissions_boundary_arn = record.get("PermissionsBoundary", {}).get(
                "PermissionsBoundaryArn"
            )

    def tags(self, entity: Any, record: Record) -> None:
        """Give ``entity`` its tags, and remember whether they are known."""
        write(self.iam, entity, [dict(tag) for tag in record.get("Tags", ())])
        entity.tags_known = "Tags" in record

    def user(self, record: Record) -> None:
        user: Any = models.User(self.account, self.region, record["UserName"], record["Path"])
        _identify(user, record, "User")
        self.policies(user, record, "UserPolicyList")
        self.iam.users[user.name] = user
        for group in record["GroupList"]:
            self.iam.groups[group].users.append(user)
        for member, date, add in (
            ("AccessKeyMetadata", "CreateDate", self.access_key),
            ("Certificates", "UploadDate", self.signing_certificate),
            ("MFADevices", "EnableDate", self.mfa_device),
            ("SSHPublicKeys", "UploadDate", self.ssh_public_key),
            ("ServiceSpecificCredentials", "CreateDate", self.service_credential),
        ):
            for number, credential in enumerate(record.get(member, ())):
                add(user, credential, _date(credential.get(date), number))
        if profile := record.get("LoginProfile"):
            # ChangePassword accepts any old password because the right one is not known.
            user.password = user.unknown_password = secrets.token_hex()
            user.login_profile_date = _date(profile.get("CreateDate"))
            user.password_reset_required = profile.get("PasswordResetRequired", False)

    def access_key(self, user: Any, record: Record, created: Any) -> None:
        key = user.create_access_key(prefix="AKIA", status=record["Status"])
        key.access_key_id = record["AccessKeyId"]
        key.create_date = created
        used = record.get("AccessKeyLastUsed", {})
        if used.get("LastUsedDate"):
            key.last_used = models.AccessKeyLastUsed(
                _date(used["LastUsedDate"]),
                used.get("ServiceName", "N/A"),
                used.get("Region", "N/A"),
            )
        key.last_use_known = "AccessKeyLastUsed" in record
        self.iam.access_keys[key.access_key_id] = key

    def signing_certificate(self, user: Any, record: Record, uploaded: Any) -> None:
        certificate: Any = models.SigningCertificate(
            record["CertificateId"], user.name, record["CertificateBody"]
        )
        certificate.status = record["Status"]
        certificate.upload_date = uploaded
        user.signing_certificates[certificate.id] = certificate

    def mfa_device(self, user: Any, record: Record, enabled: Any) -> None:
        serial = record["SerialNumber"]
        _enable(user, serial, enabled)
        if serial.startswith("arn:") and ":mfa/" in serial:
            # It exists, also if virtual devices could not be listed.
            self.device(serial, user, enabled)

    def ssh_public_key(self, user: Any, record: Record, uploaded: Any) -> None:
        key = user.upload_ssh_public_key("")
        key.ssh_public_key_body = record.get("SSHPublicKeyBody")
        key.ssh_public_key_id = record["SSHPublicKeyId"]
        key.status = record["Status"]
        key.upload_date = uploaded

    def service_credential(self, user: Any, record: Record, created: Any) -> None:
        credential = ServiceCredential(
            record["ServiceSpecificCredentialId"],
            record["ServiceName"],
            record.get("ServiceUserName", record.get("ServiceCredentialAlias", "")),
            record["Status"],
            created,
            _date(record.get("ExpirationDate")),
        )
        service_credentials(user)[credential.id] = credential

    def role(self, record: Record) -> None:
        role: Any = models.Role(
            self.account,
            self.iam.partition,
            record["RoleId"],
            record["RoleName"],
            record.get("AssumeRolePolicyDocument", ""),
            record["Path"],
            None,
            record.get("Description"),
            [],
            # None if the snapshot lacks it, and the description too.
            record.get("MaxSessionDuration"),
        )
        _identify(role, record, "Role")
        self.policies(role, record, "RolePolicyList")
        used = record.get("RoleLastUsed", {})
        role.last_used = _date(used.get("LastUsedDate"))
        role.last_used_region = used.get("Region")
        self.iam.roles[role.id] = self.roles[role.name] = role

    def instance_profile(self, record: Record) -> None:
        profile: Any = models.InstanceProfile(
            self.account,
            self.region,
            record["InstanceProfileId"],
            record["InstanceProfileName"],
            record["Path"],
            [self.roles[role["RoleName"]] for role in record["Roles"]],
        )
        _identify(profile, record, "InstanceProfile")
        self.tags(profile, record)
        self.iam.instance_profiles[profile.name] = profile

    def server_certificate(self, record: Record) -> None:
        metadata = record["ServerCertificateMetadata"]
        certificate: Any = models.Certificate(
            self.account,
            self.region,
            metadata["ServerCertificateName"],
            "",
            "",
            record.get("CertificateChain"),
            metadata["Path"],
        )
        # The constructor removes the line feed at the end.
        certificate.cert_body = record.get("CertificateBody")
        certificate.upload_date = _date(metadata.get("UploadDate"))
        certificate.expiration = _date(metadata.get("Expiration"))
        self.tags(certificate, record)
        self.iam.certificates[metadata["ServerCertificateId"]] = certificate
        _check_arn(certificate, metadata["Arn"])

    def virtual_mfa_device(self, record: Record) -> None:
        assigned_to = record.get("User")
        serial, enabled = record["SerialNumber"], _date(record.get("EnableDate"))
        user = None
        if assigned_to and "UserName" in assigned_to:
            user = self.iam.users[assigned_to["UserName"]]
        elif assigned_to:
            user = root(self.iam)
            user.create_date = _date(assigned_to.get("CreateDate"))
        # The devices of the root user, and those of others that could not be read, are only here.
        if user and serial not in user.mfa_devices:
            _enable(user, serial, enabled)
        self.device(serial, user, enabled)

    def device(self, serial: str, user: Any, enabled: dt.datetime | None) -> None:
        """Add a virtual MFA device; ``user`` is None if it is not assigned."""
        device: Any = models.VirtualMfaDevice(self.account, self.region, "")
        device.serial_number = serial
        device.enable_date = enabled
        device.user = user
        device.tags_known = False
        self.iam.virtual_mfa_devices[serial] = device

    def summary(self, record: Record) -> None:
        """Take the quotas, and remember by how much what is counted differs from the copy."""
        for name, value in record.items():
            attribute = f"_{camelcase_to_underscores(name)}"
            if name.endswith("Quota") and hasattr(self.iam.account_summary, attribute):
                setattr(self.iam.account_summary, attribute, value)
        counted = counts(self.iam)
        self.iam.uncounted = {name: value - counted.get(name, 0) for name, value in record.items()}


def _identify(entity: Any, record: Record, type_name: str) -> None:
    """Give ``entity`` the ID and the date of ``record``; check that it has the same ARN."""
    entity.id = record[f"{type_name}Id"]
    entity.create_date = _date(record.get("CreateDate"))
    _check_arn(entity, record["Arn"])


def _enable(user: Any, serial: str, enabled: dt.datetime | None) -> None:
    """Assign an MFA device to ``user``."""
    user.enable_mfa_device(serial, "", "")
    user.mfa_devices[serial].enable_date = enabled


def _check_arn(entity: Any, arn: str) -> None:
    if entity.arn != arn:
        raise ValueError(f"the path, the name and the account do not make the ARN {arn}")


def _date(text: str | None, position: int = 0) -> dt.datetime | None:
    """Return a date as moto has it, in UTC without a time zone; None if it is not known.

    ``position``: that in a list, which is sorted by date and must stay in the same order.
    """
    if text is None:
        return None
    return parsed_date(text).replace(microsecond=position, tzinfo=None)
