"""Server certificates and signing certificates."""

from __future__ import annotations

from cryptography import x509
from moto.core.utils import utcnow
from moto.iam.models import Certificate, IAMBackend
from moto.moto_api._internal import mock_random

from iamcli.cli.sandbox.corrections.caller import shown_name
from iamcli.cli.sandbox.corrections.lists import listing, listing_of_user
from iamcli.cli.sandbox.corrections.paging import named, under
from iamcli.cli.sandbox.corrections.protocol import method, operation
from iamcli.cli.sandbox.corrections.tags import tags, write
from iamcli.cli.sandbox.corrections.users import LETTERS, unique_id
from iamcli.cli.sandbox.refusals import Refusal, not_in_copy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from iamcli.cli.sandbox.corrections.protocol import Request, Result

_upload_signing_certificate = IAMBackend.upload_signing_certificate


def metadata(iam: IAMBackend, certificate: Any) -> Result:
    """Return what lists show of a server certificate.

    moto shows the same ID and dates for all. Source: API reference, ServerCertificateMetadata.
    """
    return {
        "Path": certificate.path,
        "ServerCertificateName": certificate.cert_name,
        "ServerCertificateId": next(
            identity for identity, one in iam.certificates.items() if one is certificate
        ),
        "Arn": certificate.arn,
        "UploadDate": certificate.upload_date,
        "Expiration": certificate.expiration,
    }


@method
def upload_server_certificate(  # noqa: PLR0913, PLR0917 - moto's
    self: IAMBackend,
    cert_name: str,
    cert_body: str,
    private_key: str,
    cert_chain: str | None = None,
    path: str | None = None,
) -> Any:
    """Give an ID and dates.

    Replaces ``IAMBackend.upload_server_certificate``. Source: API reference,
    UploadServerCertificate; recorded.
    """
    certificate: Any = Certificate(
        account_id=self.account_id,
        region_name=self.region_name,
        cert_name=cert_name,
        cert_body=cert_body,
        private_key=private_key,
        cert_chain=cert_chain,
        path=path,
    )
    certificate.expiration = x509.load_pem_x509_certificate(cert_body.encode()).not_valid_after_utc
    certificate.upload_date = utcnow()
    self.certificates[unique_id("ASCA")] = certificate
    return certificate


@operation("UploadServerCertificate")
def uploaded_server_certificate(iam: IAMBackend, request: Request) -> Result:
    """Take tags, and keep the chain, which moto 5.1 loses.

    Source: API reference, UploadServerCertificate.
    """
    certificate = iam.upload_server_certificate(
        request.get("ServerCertificateName"),
        request.get("CertificateBody"),
        request.get("PrivateKey"),
        cert_chain=request.get("CertificateChain", None),
        path=request.get("Path", None),
    )
    write(iam, certificate, request.get("Tags", []))
    return {
        "ServerCertificateMetadata": metadata(iam, certificate),
        "Tags": tags(iam, certificate) or None,
    }


listing(
    "ListServerCertificates",
    "ServerCertificateMetadataList",
    lambda iam, request: [
        metadata(iam, certificate) for certificate in under(request, iam.certificates.values())
    ],
    dict,
    lambda certificate: named(certificate["ServerCertificateName"]),
)


@operation("GetServerCertificate")
def get_server_certificate(iam: IAMBackend, request: Request) -> Result:
    """Show ID, dates and tags, and refuse a certificate that the copy lacks.

    Source: API reference, GetServerCertificate; recorded.
    """
    name = request.get("ServerCertificateName")
    certificate = iam.get_server_certificate(name)
    if certificate.cert_body is None:
        raise not_in_copy(f"The body of the server certificate {name}")
    return {
        "ServerCertificate": {
            "ServerCertificateMetadata": metadata(iam, certificate),
            "CertificateBody": certificate.cert_body,
            "CertificateChain": certificate.cert_chain,
            "Tags": tags(iam, certificate),
        }
    }


@operation("UpdateServerCertificate")
def update_server_certificate(iam: IAMBackend, request: Request) -> None:
    """Change the name or the path, which moto cannot.

    Source: API reference, UpdateServerCertificate.
    """
    certificate = iam.get_server_certificate(request.get("ServerCertificateName"))
    certificate.cert_name = request.get("NewServerCertificateName", certificate.cert_name)
    certificate.path = request.get("NewPath", certificate.path)


@method
def upload_signing_certificate(self: IAMBackend, user_name: str, body: str) -> Any:
    """Refuse a certificate that a user has, and give an ID of upper-case letters and digits.

    Replaces ``IAMBackend.upload_signing_certificate``. Source: API reference,
    UploadSigningCertificate (DuplicateCertificate, sample response).
    """
    users: list[Any] = [*self.users.values(), self.get_user(user_name)]
    if any(_same(body, one.body) for user in users for one in user.signing_certificates.values()):
        message = "The same certificate is associated with an IAM user in the account."
        raise Refusal("DuplicateCertificate", message)
    certificate = _upload_signing_certificate(self, user_name, body)
    kept = self.get_user(user_name).signing_certificates
    del kept[certificate.id]
    certificate.id = "".join(mock_random.choice(LETTERS) for _ in range(32))
    kept[certificate.id] = certificate
    return certificate


def _same(body: str, other: str) -> bool:
    """Return whether two certificates are the same, whatever the lines of their text."""
    return "".join(body.split()) == "".join(other.split())


def signing(certificate: Any) -> Result:
    """Return a signing certificate as responses show it."""
    return {
        "UserName": shown_name(certificate.user_name),
        "CertificateId": certificate.id,
        "CertificateBody": certificate.body,
        "Status": certificate.status,
        "UploadDate": certificate.upload_date,
    }


@operation("UploadSigningCertificate")
def uploaded_signing_certificate(iam: IAMBackend, request: Request) -> Result:
    """Without a user name, upload for the caller.

    Source: API reference, UploadSigningCertificate.
    """
    certificate = iam.upload_signing_certificate(
        request.get("UserName"), request.get("CertificateBody")
    )
    return {"Certificate": signing(certificate)}


listing_of_user(
    "ListSigningCertificates",
    "Certificates",
    lambda user: user.signing_certificates.values(),
    signing,
    ("UploadDate", "CertificateId"),
)
