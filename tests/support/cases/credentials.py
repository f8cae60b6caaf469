"""The rows of the commands for access keys, passwords, certificates and devices of users."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from support.cases.case import CERTIFICATE_ID, SECRET_FILE, SERIAL, Case
from support.cases.checks import (
    BOB,
    assigned_device,
    device,
    devices,
    has,
    key_lines,
    key_saved,
    keys,
    lacks,
    listed,
    login,
)
from support.cases.prepared import full_user, nothing, with_user
from support.shell import KEY_ID

if TYPE_CHECKING:
    from support.cases.accounts import MotoAccount


def with_key(account: MotoAccount) -> None:
    with_user(account)
    account.id = account.iam.create_access_key(UserName="bob")["AccessKey"]["AccessKeyId"]


def with_device(account: MotoAccount) -> None:
    with_user(account)
    account.iam.create_virtual_mfa_device(VirtualMFADeviceName="phone")


def with_signing_certificate(account: MotoAccount) -> None:
    with_user(account)
    body = (account.home / "cert.pem").read_text()
    uploaded = account.iam.upload_signing_certificate(UserName="bob", CertificateBody=body)
    account.id = uploaded["Certificate"]["CertificateId"]


def with_password(account: MotoAccount) -> None:
    with_user(account)
    account.iam.create_login_profile(UserName="bob", Password="not-a-secret-1")


def as_user(account: MotoAccount) -> None:
    """Prepare a user who has a password, and whose key signs."""
    with_password(account)
    key = account.iam.create_access_key(UserName="bob")["AccessKey"]
    file = account.home / "bob"
    file.touch(mode=0o600)
    file.write_text(f"AWSAccessKeyId={key['AccessKeyId']}\nAWSSecretKey={key['SecretAccessKey']}\n")
    account.env = {"AWS_CREDENTIAL_FILE": str(file)}


key_status = listed("list_access_keys", "AccessKeyMetadata", "Status", **BOB)
certificates = listed("list_signing_certificates", "Certificates", "CertificateId", **BOB)
certificate_status = listed("list_signing_certificates", "Certificates", "Status", **BOB)


def device_lines(account: MotoAccount) -> list[str]:
    seeds = account.given("Base32StringSeed")
    return [*devices(account), *(base64.b64decode(seed).decode() for seed in seeds)]


def seed_saved(account: MotoAccount) -> bool:
    file = account.home / SECRET_FILE
    return (
        bool(devices(account))
        and file.exists()
        and file.read_text() == "".join(f"{line}\n" for line in device_lines(account)[1:])
    )


CREDENTIALS = {
    "useraddkey": Case(
        "iam-useraddkey -u bob",
        with_user,
        lambda account: len(keys(account)) == 1,
        key_lines,
        operation="CreateAccessKey",
        owners=("user bob",),
        check="iam-userlistkeys -u bob",
        once=True,
        result=(
            f"<AccessKey><UserName>bob</UserName><AccessKeyId>{KEY_ID}</AccessKeyId>"
            "<Status>Active</Status><SecretAccessKey>je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY"
            "</SecretAccessKey></AccessKey>"
        ),
    ),
    "useraddkey-unprinted": Case(
        "iam-useraddkey -u bob", with_user, lambda _account: False, stdout="/dev/full"
    ),
    "useraddkey-o": Case(f"iam-useraddkey -u bob -o {SECRET_FILE}", with_user, key_saved, keys),
    "usermodkey": Case(
        f"iam-usermodkey -u bob -k {KEY_ID} -s Inactive",
        with_key,
        lambda account: key_status(account) == ["Inactive"],
        operation="UpdateAccessKey",
        check="iam-userlistkeys -u bob",
    ),
    "userdelkey": Case(
        f"iam-userdelkey -u bob -k {KEY_ID}",
        with_key,
        lacks(keys),
        operation="DeleteAccessKey",
        owners=("user bob",),
        missing=f"The Access Key with id {KEY_ID} cannot be found.",
        check="iam-userlistkeys -u bob",
    ),
    "useraddloginprofile": Case(
        "iam-useraddloginprofile -u bob -p not-a-secret-1",
        with_user,
        has(login, "bob"),
        operation="CreateLoginProfile",
        owners=("user bob",),
        check="iam-usergetloginprofile -u bob",
        once=True,
    ),
    "usermodloginprofile": Case(
        "iam-usermodloginprofile -u bob -p not-a-secret-2",
        with_password,
        # No operation reads a password.
        lambda account: account.changed("UpdateLoginProfile"),
        operation="UpdateLoginProfile",
        check="sign in with the new password",
    ),
    "userdelloginprofile": Case(
        "iam-userdelloginprofile -u bob",
        with_password,
        lacks(login, "bob"),
        operation="DeleteLoginProfile",
        owners=("user bob",),
        missing="Login Profile for User bob cannot be found.",
        check="iam-usergetloginprofile -u bob",
    ),
    "userchangepassword": Case(
        "iam-userchangepassword -o not-a-secret-1 -n not-a-secret-2",
        as_user,
        lambda account: account.changed("ChangePassword"),
        operation="ChangePassword",
        check="sign in with the new password",
        once=True,
    ),
    "useraddcert": Case(
        "iam-useraddcert -u bob -f cert.pem",
        with_user,
        lambda account: len(certificates(account)) == 1,
        certificates,
        operation="UploadSigningCertificate",
        owners=("user bob",),
        check="iam-userlistcerts -u bob",
        once=True,
        result=f"<Certificate><CertificateId>{CERTIFICATE_ID}</CertificateId></Certificate>",
    ),
    "usermodcert": Case(
        f"iam-usermodcert -u bob -c {CERTIFICATE_ID} -s Inactive",
        with_signing_certificate,
        lambda account: certificate_status(account) == ["Inactive"],
        operation="UpdateSigningCertificate",
        check="iam-userlistcerts -u bob",
    ),
    "userdelcert": Case(
        f"iam-userdelcert -u bob -c {CERTIFICATE_ID}",
        with_signing_certificate,
        lacks(certificates),
        operation="DeleteSigningCertificate",
        owners=("user bob",),
        missing=f"The Certificate with id {CERTIFICATE_ID} cannot be found.",
        check="iam-userlistcerts -u bob",
    ),
    "virtualmfadevicecreate": Case(
        "iam-virtualmfadevicecreate -s phone -b Base32String",
        nothing,
        lambda account: len(devices(account)) == 1,
        device_lines,
    ),
    "virtualmfadevicecreate-unprinted": Case(
        "iam-virtualmfadevicecreate -s phone -b Base32String",
        nothing,
        lambda _account: False,
        stdout="/dev/full",
    ),
    "virtualmfadevicecreate-o": Case(
        f"iam-virtualmfadevicecreate -s phone -b Base32String -o {SECRET_FILE}",
        nothing,
        seed_saved,
        devices,
        operation="CreateVirtualMFADevice",
        check="iam-virtualmfadevicelist -t Any",
        once=True,
    ),
    "virtualmfadevicedel": Case(
        f"iam-virtualmfadevicedel -s {SERIAL}",
        with_device,
        lacks(devices),
        operation="DeleteVirtualMFADevice",
        missing=f"VirtualMFADevice with serial number {SERIAL} does not exist.",
        check="iam-virtualmfadevicelist -t Any",
    ),
    "userenablemfadevice": Case(
        f"iam-userenablemfadevice -u bob -s {SERIAL} -c1 123456 -c2 654321",
        with_device,
        has(assigned_device, SERIAL),
        operation="EnableMFADevice",
        owners=("user bob",),
        check="iam-userlistmfadevices -u bob",
        once=True,
    ),
    "userresyncmfadevice": Case(
        f"iam-userresyncmfadevice -u bob -s {SERIAL} -c1 123456 -c2 654321",
        full_user,
        # No operation reads this, or a password.
        lambda account: account.changed("ResyncMFADevice"),
        operation="ResyncMFADevice",
        check="sign in with the device",
        once=True,
    ),
    "userdeactivatemfadevice": Case(
        f"iam-userdeactivatemfadevice -u bob -s {SERIAL}",
        full_user,
        lambda account: not assigned_device(account, SERIAL) and device(account, SERIAL),
        operation="DeactivateMFADevice",
        owners=("user bob",),
        missing=f"MFA Device with serial number {SERIAL} does not exist.",
        check="iam-userlistmfadevices -u bob",
    ),
}
