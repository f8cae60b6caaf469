"""Server certificates and signing certificates."""

from __future__ import annotations

from typing import Any

from cryptography import x509
from moto.core.utils import utcnow
from moto.iam.models import Certificate

from iamcli.cli.sandbox.corrections.caller import shown_name
from iamcli.cli.sandbox.corrections.lists import listing, listing_of_user, named, under
from iamcli.cli.sandbox.corrections.protocol import Backend, Request, Result, operation
from iamcli.cli.sandbox.corrections.tags import tags, write
from iamcli.cli.sandbox.corrections.users import unique_id
from iamcli.cli.sandbox.refusals import not_in_copy


def metadata(iam: Backend, certificate: Any) -> Result:
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


def details(iam: Backend, certificate: Any) -> Result:
    """Return a server certificate without its tags. Source: API reference, ServerCertificate."""
    return {
        "ServerCertificateMetadata": metadata(iam, certificate),
        "CertificateBody": certificate.cert_body,
        "CertificateChain": certificate.cert_chain or None,
    }


@operation("UploadServerCertificate")
def upload_server_certificate(iam: Backend, request: Request) -> Result:
    """Give an ID and dates, take tags, and keep the chain, which moto 5.1 loses.

    Source: API reference, UploadServerCertificate; recorded.
    """
    body = request.get("CertificateBody")
    certificate: Any = Certificate(
        iam.account_id,
        iam.region_name,
        request.get("ServerCertificateName"),
        body,
        request.get("PrivateKey"),
        request.get("CertificateChain", None),
        request.get("Path", None),
    )
    certificate.expiration = x509.load_pem_x509_certificate(body.encode()).not_valid_after_utc
    certificate.upload_date = utcnow()
    iam.certificates[unique_id("ASCA")] = certificate
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
def get_server_certificate(iam: Backend, request: Request) -> Result:
    """Show ID, dates and tags, and refuse a certificate that the copy lacks.

    Source: API reference, GetServerCertificate; recorded.
    """
    name = request.get("ServerCertificateName")
    certificate = iam.get_server_certificate(name)
    if certificate.cert_body is None:
        raise not_in_copy(f"The body of the server certificate {name}")
    return {"ServerCertificate": {**details(iam, certificate), "Tags": tags(iam, certificate)}}


@operation("UpdateServerCertificate")
def update_server_certificate(iam: Backend, request: Request) -> None:
    """Change the name or the path, which moto cannot.

    Source: API reference, UpdateServerCertificate.
    """
    certificate = iam.get_server_certificate(request.get("ServerCertificateName"))
    certificate.cert_name = request.get("NewServerCertificateName", certificate.cert_name)
    certificate.path = request.get("NewPath", certificate.path)


@operation("UploadSigningCertificate")
def upload_signing_certificate(iam: Backend, request: Request) -> Result:
    """Give an ID of upper-case letters and digits.

    Source: API reference, UploadSigningCertificate (sample response).
    """
    user: Any = iam.get_user(request.get("UserName"))
    certificate = iam.upload_signing_certificate(user.name, request.get("CertificateBody"))
    del user.signing_certificates[certificate.id]
    certificate.id = unique_id("", length=32)
    user.signing_certificates[certificate.id] = certificate
    return {"Certificate": signing(certificate)}


def signing(certificate: Any) -> Result:
    """Return a signing certificate as responses show it."""
    return {
        "UserName": shown_name(certificate.user_name),
        "CertificateId": certificate.id,
        "CertificateBody": certificate.body,
        "Status": certificate.status,
        "UploadDate": certificate.upload_date,
    }


listing_of_user(
    "ListSigningCertificates",
    "Certificates",
    lambda user: user.signing_certificates.values(),
    signing,
    ("UploadDate", "CertificateId"),
)
