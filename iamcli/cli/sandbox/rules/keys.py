"""Certificates, private keys and SSH public keys must be what they are called, and new.

The error codes are MalformedCertificate, DuplicateCertificate, KeyPairMismatch, InvalidPublicKey
and DuplicateSSHPublicKey.
"""

from __future__ import annotations

import datetime as dt

from iamcli.cli.sandbox.refusals import Refusal, malformed_certificate
from iamcli.cli.sandbox.rules.entity_types import USER, Backend, Parameters, user_or_account
from iamcli.cli.sandbox.ssh_keys import fingerprint, parsed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cryptography.x509 import Certificate

#: Of an SSH key. Source: the API reference (UploadSSHPublicKey).
MINIMUM_BITS = 2048

NOT_PEM = "Unable to parse certificate. Please ensure the certificate is in PEM format."
EXPIRED = (
    "Certificate is no longer valid. The 'Not After' date restriction on the certificate has "
    "passed."
)
NO_CHAIN = (
    "Unable to validate certificate chain. The certificate chain must start with the immediate "
    "signing certificate, followed by any intermediaries in order. The index within the chain of "
    "the invalid certificate is: {}"
)


def signing_certificate_is_one(_backend: Backend, parameters: Parameters) -> None:
    """A signing certificate must be in PEM format. Evidence: recorded (the same operation)."""
    body = parameters["CertificateBody"]
    if not _certificates(body):
        raise malformed_certificate(f"Certificate {body} is malformed.")


def signing_certificate_is_new(backend: Backend, parameters: Parameters) -> None:
    """A signing certificate is of one user. Evidence: the API reference (the same operation)."""
    users = [*backend.users.values(), user_or_account(backend, parameters)]
    bodies = [one.body for user in users for one in user.signing_certificates.values()]
    # Whatever the lines of its text.
    if "".join(parameters["CertificateBody"].split()) in ["".join(one.split()) for one in bodies]:
        message = "The same certificate is associated with an IAM user in the account."
        raise Refusal("DuplicateCertificate", message)


def server_certificate_is_one(_backend: Backend, parameters: Parameters) -> None:
    """A server certificate must be in PEM format. Evidence: reported (UploadServerCertificate)."""
    if not _certificates(parameters["CertificateBody"]):
        raise malformed_certificate(NOT_PEM)


def server_certificate_is_valid_now(_backend: Backend, parameters: Parameters) -> None:
    """A server certificate is neither expired nor of the future.

    Evidence: the IAM User Guide (server certificates: "valid at the time that you upload it");
    reported for expired ones; reported for those of the future, with the code, the status and the
    length of the response, which is that of ``NOT_PEM`` (github.com/aws/aws-sdk-go/issues/2586).
    """
    certificate = _certificates(parameters["CertificateBody"])[0]
    now = dt.datetime.now(dt.timezone.utc)
    if certificate.not_valid_after_utc < now:
        raise malformed_certificate(EXPIRED)
    if certificate.not_valid_before_utc > now:
        raise malformed_certificate(NOT_PEM)


def private_key_matches(_backend: Backend, parameters: Parameters) -> None:
    """The private key must be the certificate's, in PEM format and without a password.

    Evidence: the API reference (UploadServerCertificate), the wording included.
    """
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(parameters["PrivateKey"].encode(), None)
    except (TypeError, ValueError):  # TypeError: the key needs a password
        raise malformed_certificate("Invalid Private Key.") from None
    certificate = _certificates(parameters["CertificateBody"])[0]
    if key.public_key() != certificate.public_key():
        message = "The public key certificate and the private key do not match."
        raise Refusal("KeyPairMismatch", message)


def chain_leads_on(_backend: Backend, parameters: Parameters) -> None:
    """The chain must start with the issuer of the certificate; each next one issued the last one.

    Evidence: recorded (UploadServerCertificate), where the index is -1.
    """
    if "CertificateChain" not in parameters:
        return
    chain = _certificates(parameters["CertificateChain"])
    if not chain:
        raise malformed_certificate(NOT_PEM)
    below = _certificates(parameters["CertificateBody"])[0]
    for index, certificate in enumerate(chain, -1):
        if below.issuer != certificate.subject:
            raise malformed_certificate(NO_CHAIN.format(index))
        below = certificate


def ssh_public_key_is_one(_backend: Backend, parameters: Parameters) -> None:
    """An SSH key is an RSA key of at least 2048 bits, encoded as ``ssh-rsa`` or PEM.

    Evidence: the API reference (UploadSSHPublicKey), the wording included.
    """
    key = parsed(parameters["SSHPublicKeyBody"])
    if not key or key.key_size < MINIMUM_BITS:
        raise Refusal("InvalidPublicKey", "The public key is malformed or otherwise invalid.")


def ssh_public_key_is_new(backend: Backend, parameters: Parameters) -> None:
    """A user has a key once, whatever its encoding.

    Evidence: the API reference (UploadSSHPublicKey), the wording included.
    """
    keys = USER.find(backend, parameters).ssh_public_keys
    # A copy may lack what a key is.
    known = [key.ssh_public_key_body for key in keys if key.ssh_public_key_body is not None]
    if fingerprint(parameters["SSHPublicKeyBody"]) in map(fingerprint, known):
        message = "The SSH public key is already associated with the specified IAM user."
        raise Refusal("DuplicateSSHPublicKey", message)


def _certificates(text: str) -> list[Certificate]:
    """Return the certificates in ``text``, or none if it is not made of them.

    A text that contains a private key is not, although the parser ignores it.
    """
    from cryptography.x509 import load_pem_x509_certificates

    if "PRIVATE KEY" in text:
        return []
    try:
        return load_pem_x509_certificates(text.encode())
    except ValueError:
        return []
