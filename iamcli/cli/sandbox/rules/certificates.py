"""Certificates and private keys must be what they are called."""

from __future__ import annotations

import datetime as dt

from iamcli.cli.sandbox.refusals import Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cryptography.x509 import Certificate
    from moto.iam.models import IAMBackend

    from iamcli.cli.sandbox.rules.entity_types import Parameters

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


def signing_certificate_is_one(_backend: IAMBackend, parameters: Parameters) -> None:
    """A signing certificate must be in PEM format. Evidence: recorded (the same operation)."""
    body = parameters["CertificateBody"]
    if not _certificates(body):
        raise _malformed(f"Certificate {body} is malformed.")


def server_certificate_is_one(_backend: IAMBackend, parameters: Parameters) -> None:
    """A server certificate must be in PEM format. Evidence: reported (UploadServerCertificate)."""
    if not _certificates(parameters["CertificateBody"]):
        raise _malformed(NOT_PEM)


def server_certificate_is_valid_now(_backend: IAMBackend, parameters: Parameters) -> None:
    """A server certificate is neither expired nor of the future.

    Evidence: the IAM User Guide (server certificates: "valid at the time that you upload it");
    reported for expired ones; reported for those of the future, with the code, the status and the
    length of the response, which is that of ``NOT_PEM`` (github.com/aws/aws-sdk-go/issues/2586).
    """
    certificate = _certificates(parameters["CertificateBody"])[0]
    now = dt.datetime.now(dt.timezone.utc)
    if certificate.not_valid_after_utc < now:
        raise _malformed(EXPIRED)
    if certificate.not_valid_before_utc > now:
        raise _malformed(NOT_PEM)


def private_key_matches(_backend: IAMBackend, parameters: Parameters) -> None:
    """The private key must be the certificate's, in PEM format and without a password.

    Evidence: the API reference (UploadServerCertificate), the wording included.
    """
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(parameters["PrivateKey"].encode(), None)
    except (TypeError, ValueError):  # TypeError: the key needs a password
        raise _malformed("Invalid Private Key.") from None
    certificate = _certificates(parameters["CertificateBody"])[0]
    if key.public_key() != certificate.public_key():
        raise Refusal(
            "KeyPairMismatch", "The public key certificate and the private key do not match."
        )


def chain_leads_on(_backend: IAMBackend, parameters: Parameters) -> None:
    """The chain must start with the issuer of the certificate; each next one issued the last one.

    Evidence: recorded (UploadServerCertificate), where the index is -1.
    """
    if "CertificateChain" not in parameters:
        return
    chain = _certificates(parameters["CertificateChain"])
    if not chain:
        raise _malformed(NOT_PEM)
    below = _certificates(parameters["CertificateBody"])[0]
    for index, certificate in enumerate(chain, -1):
        if below.issuer != certificate.subject:
            raise _malformed(NO_CHAIN.format(index))
        below = certificate


def _malformed(message: str) -> Refusal:
    return Refusal("MalformedCertificate", message)


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
