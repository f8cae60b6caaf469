"""Who calls the sandbox, and passwords, keys, certificates and MFA devices there.

Each test has its evidence in the docstring of the correction in iamcli/cli/sandbox/corrections.
"""

from __future__ import annotations

import hashlib

import pytest
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from support.certificates import public_key
from support.entities import (
    CERTIFICATE,
    OTHER_CERTIFICATE,
    PRIVATE_KEY,
    TRUST,
    client,
    recent,
    refused,
    signed_by,
)
from support.private_iam import ACCESS_KEY
from support.refusals import ACCOUNT, ARN
from support.shell import KEY_ID

from iamcli.cli.sandbox.ssh_keys import encoded, fingerprint, parsed

pytestmark = pytest.mark.releases


# Who calls.


@pytest.mark.parametrize("key_id", [ACCESS_KEY, KEY_ID])
def test_the_sandboxs_key_is_the_accounts(iam, moto, key_id):
    account = client(moto, key_id)
    assert account.get_user()["User"].keys() == {"UserId", "Arn", "CreateDate"}
    assert account.get_user()["User"]["UserId"] == ACCOUNT
    assert account.get_user()["User"]["Arn"] == f"{ARN}root"
    account.create_account_alias(AccountAlias="example")
    assert account.get_user()["User"]["UserName"] == "example"
    identity = client(moto, key_id, service="sts").get_caller_identity()
    assert (identity["Arn"], identity["UserId"]) == (f"{ARN}root", ACCOUNT)
    assert account.list_users()["Users"] == []
    assert account.list_access_keys()["AccessKeyMetadata"] == []
    for kind, member in (
        ("signing_certificates", "Certificates"),
        ("mfa_devices", "MFADevices"),
        ("ssh_public_keys", "SSHPublicKeys"),
        ("service_specific_credentials", "ServiceSpecificCredentials"),
    ):
        assert getattr(account, f"list_{kind}")()[member] == []
    assert account.get_account_authorization_details()["UserDetailList"] == []
    code, message = refused(account.get_access_key_last_used, AccessKeyId=key_id)
    assert code == "AccessDenied"
    assert message.startswith(f"User: {ARN}root is not authorized to perform")


def test_a_users_key_names_the_user_also_after_a_rename(iam):
    iam.create_user(UserName="bob")
    sts = signed_by(iam, "bob", "sts")
    # moto calls the user of a key that it does not know by the second name.
    for old, new in (("bob", "robert"), ("robert", "moto")):
        iam.update_user(UserName=old, NewUserName=new)
        identity = sts.get_caller_identity()
        user = iam.get_user(UserName=new)["User"]
        assert (identity["Arn"], identity["UserId"]) == (f"{ARN}user/{new}", user["UserId"])


def test_a_role_must_name_the_user(iam, moto):
    iam.create_role(RoleName="web", AssumeRolePolicyDocument=TRUST)
    sts = client(moto, service="sts")
    key = sts.assume_role(RoleArn=f"{ARN}role/web", RoleSessionName="me")["Credentials"]
    session = client(moto, key["AccessKeyId"], key["SecretAccessKey"])
    message = "Must specify userName when calling with non-User credentials"
    for call in (session.get_user, session.list_access_keys, session.create_access_key):
        assert refused(call) == ("ValidationError", message)
    # A key of a role is of no user.
    code, _ = refused(iam.get_access_key_last_used, AccessKeyId=key["AccessKeyId"])
    assert code == "AccessDenied"
    session.list_users()
    assert recent(iam.get_role(RoleName="web")["Role"]["RoleLastUsed"]["LastUsedDate"])


# Passwords.


def test_a_login_profile_keeps_its_date(iam):
    iam.create_user(UserName="bob")
    made = iam.create_login_profile(UserName="bob", Password="one-Password-1")["LoginProfile"]
    assert recent(made["CreateDate"])
    iam.update_login_profile(UserName="bob", PasswordResetRequired=True)
    shown = {**made, "PasswordResetRequired": True}
    assert iam.get_login_profile(UserName="bob")["LoginProfile"] == shown


def test_a_password_policy_shows_what_was_given(iam):
    iam.update_account_password_policy()
    policy = iam.get_account_password_policy()["PasswordPolicy"]
    assert not policy.keys() & {"HardExpiry", "MaxPasswordAge", "PasswordReusePrevention"}
    assert (policy["MinimumPasswordLength"], policy["ExpirePasswords"]) == (6, False)
    iam.update_account_password_policy(HardExpiry=False, MaxPasswordAge=60, RequireNumbers=True)
    policy = iam.get_account_password_policy()["PasswordPolicy"]
    assert (policy["HardExpiry"], policy["ExpirePasswords"]) == (False, True)
    assert (policy["MaxPasswordAge"], policy["RequireNumbers"]) == (60, True)
    classes = ("Symbols", "Numbers", "UppercaseCharacters", "LowercaseCharacters")
    flags = [*(f"Require{each}" for each in classes), "AllowUsersToChangePassword"]
    for flag in flags:
        iam.update_account_password_policy(**{flag: True})
        policy = iam.get_account_password_policy()["PasswordPolicy"]
        assert [each for each in flags if policy[each]] == [flag]


# Certificates.


def test_server_certificates_have_ids_dates_and_tags_of_their_own(iam):
    body = {"CertificateBody": CERTIFICATE, "PrivateKey": PRIVATE_KEY}
    shown = [
        iam.upload_server_certificate(
            ServerCertificateName=name, CertificateChain=OTHER_CERTIFICATE, **body
        )["ServerCertificateMetadata"]
        for name in ("a", "b")
    ]
    tag = {"Key": "team", "Value": "web"}
    tagged = iam.upload_server_certificate(ServerCertificateName="c", Tags=[tag], **body)
    assert tagged["Tags"] == [tag]
    shown.append(tagged["ServerCertificateMetadata"])
    assert iam.list_server_certificates()["ServerCertificateMetadataList"] == shown
    got = iam.get_server_certificate(ServerCertificateName="a")["ServerCertificate"]
    assert got["ServerCertificateMetadata"] == shown[0]
    assert got["Tags"] == []
    assert got["CertificateChain"] == OTHER_CERTIFICATE
    ids = {each["ServerCertificateId"] for each in shown}
    assert len(ids) == 3
    assert all(len(identity) == 21 and identity.startswith("ASCA") for identity in ids)
    assert recent(shown[0]["UploadDate"])
    expiration = x509.load_pem_x509_certificate(CERTIFICATE.encode()).not_valid_after_utc
    assert shown[0]["Expiration"] == expiration


# MFA devices, SSH keys and service-specific credentials.


def test_two_ssh_keys_are_none():
    key = public_key()
    assert parsed(key)
    assert parsed(f"\n {key}\n")
    assert parsed(f"{key.strip()}\n{key}") is None


def test_only_public_keys_of_rsa_are_ssh_keys(monkeypatch):
    other = ec.generate_private_key(ec.SECP256R1()).public_key()
    pem = other.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    ssh = other.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
    rsa = public_key(pem=True)
    assert parsed(rsa)
    assert parsed(f"\n{rsa}\n")
    assert encoded(f"\n{rsa}", "PEM") == f"\n{rsa}"
    for body in (
        pem,
        ssh,
        "",
        "ssh-rsa",
        "ssh-rsa AAAA",
        "-----BEGIN PUBLIC KEY-----\nx",
        f"{public_key()} PRIVATE KEY",
        f"x{rsa}",
        f"{rsa}-----BEGIN PRIVATE KEY-----",
    ):
        assert parsed(body) is None, body
        assert encoded(body, "PEM") == encoded(body, "SSH") == body

    def unsupported(_data: bytes) -> None:
        raise UnsupportedAlgorithm("an old curve")

    monkeypatch.setattr(
        "cryptography.hazmat.primitives.serialization.load_pem_public_key", unsupported
    )
    assert parsed(rsa) is None


def test_what_cannot_be_parsed_has_the_fingerprint_of_its_text():
    for text in ("ssh-old", "ssh-new A bob", "ssh-new AA*AA bob"):
        digest = hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
        assert fingerprint(text).replace(":", "") == digest, text
        assert encoded(text, "PEM") == encoded(text, "SSH") == text


@pytest.mark.parametrize("pem", [False, True])
def test_an_ssh_key_has_one_fingerprint_and_the_encoding_that_is_asked_for(*, iam, pem):
    body = public_key(pem=pem)
    iam.create_user(UserName="bob")
    key = iam.upload_ssh_public_key(UserName="bob", SSHPublicKeyBody=body)["SSHPublicKey"]
    assert key["SSHPublicKeyBody"] == body
    # What ssh-keygen -l -E md5 shows.
    assert key["Fingerprint"] == "a0:ac:80:7e:d4:f0:03:b8:f4:4c:50:14:f8:cb:f6:a1"
    which = {"UserName": "bob", "SSHPublicKeyId": key["SSHPublicKeyId"]}
    for encoding in ("SSH", "PEM"):
        shown = {**key, "SSHPublicKeyBody": public_key(pem=encoding == "PEM")}
        assert iam.get_ssh_public_key(**which, Encoding=encoding)["SSHPublicKey"] == shown


def test_a_key_that_was_never_used_has_no_date(iam):
    iam.create_user(UserName="bob")
    key = iam.create_access_key(UserName="bob")["AccessKey"]
    used = iam.get_access_key_last_used(AccessKeyId=key["AccessKeyId"])["AccessKeyLastUsed"]
    assert used == {"Region": "N/A", "ServiceName": "N/A"}
    client(iam.meta.endpoint_url, key["AccessKeyId"], key["SecretAccessKey"]).get_user()
    used = iam.get_access_key_last_used(AccessKeyId=key["AccessKeyId"])["AccessKeyLastUsed"]
    assert (used["Region"], used["ServiceName"]) == ("us-east-1", "iam")
    assert recent(used["LastUsedDate"])
