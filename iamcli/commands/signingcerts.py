"""Signing certificates."""

from __future__ import annotations

from iamcli.config import files
from iamcli.errors import Failure
from iamcli.operations.pagination import Listing
from iamcli.output.lines import document
from iamcli.parsing.options import Option
from iamcli.parsing.shared import CERTIFICATE_ID, OWN_USER, PAGING, STATUS, VERBOSE
from iamcli.runner import command

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iamcli.client.service import IAM
    from iamcli.output.lines import Lines

CERTIFICATE_TEXT = Option(
    "-c",
    "CERTIFICATE",
    "certificate",
    "the certificate itself",
    limits="X.509 in PEM form",
    instead="-f",
)
CERTIFICATE_FILE = Option(
    "-f",
    "CERTIFICATEFILE",
    "file",
    "read the certificate from this file",
    limits="X.509 in PEM form, at most 1 MiB",
    instead="-c",
    complete="file",
)


@command("iam-useraddcert", OWN_USER, CERTIFICATE_TEXT, CERTIFICATE_FILE)
def useraddcert(iam: IAM, user: str | None, certificate: str | None, file: str | None) -> Lines:
    """Give a user a signing certificate.

    With the private key that belongs to it requests can be signed for the few services that take
    X.509 signatures, such as EC2's SOAP interface and AMI tools.
    The certificate is active at once.
    A user has at most two signing certificates.

    Output: The certificate's id.
    Example: Upload a certificate.
      $ iam-useraddcert -u bob -f cert.pem
    Calls: UploadSigningCertificate
    """
    if (certificate is None) == (file is None):
        raise Failure("give the certificate by exactly one of -c and -f")
    if file is not None:
        certificate = files.text(file, "the certificate")
    uploaded = iam.call("UploadSigningCertificate", CertificateBody=certificate, UserName=user)
    yield uploaded["Certificate"]["CertificateId"]


@command("iam-usermodcert", CERTIFICATE_ID, STATUS, OWN_USER)
def usermodcert(iam: IAM, certificate: str, status: str, user: str | None) -> Lines:
    """Make a signing certificate active or inactive.

    Requests signed with an inactive certificate are refused; it can be made active again.

    Output: Nothing.
    Example: Make a certificate inactive.
      $ iam-usermodcert -u bob -c TA7SMP42TDN5Z26OBPJE7EXAMPLE -s Inactive
    Calls: UpdateSigningCertificate
    """
    iam.call("UpdateSigningCertificate", CertificateId=certificate, Status=status, UserName=user)
    yield from ()


@command("iam-userdelcert", CERTIFICATE_ID, OWN_USER)
def userdelcert(iam: IAM, certificate: str, user: str | None) -> Lines:
    """Delete a user's signing certificate.

    Requests signed with it are refused from then on; iam-usermodcert(1) makes a certificate
    inactive for a trial.

    Output: Nothing.
    Example: Delete a certificate.
      $ iam-userdelcert -u bob -c TA7SMP42TDN5Z26OBPJE7EXAMPLE
    Calls: DeleteSigningCertificate
    """
    iam.call("DeleteSigningCertificate", CertificateId=certificate, UserName=user)
    yield from ()


@command(
    "iam-userlistcerts", OWN_USER, VERBOSE.replace(help="print each certificate's body"), *PAGING
)
def userlistcerts(
    iam: IAM, user: str | None, verbose: bool, max_items: int | None, marker: str | None
) -> Lines:
    """List a user's signing certificates.

    Output: Two lines a certificate: its id, then `Active` or `Inactive`; then the footer.
    With -v: the certificate in PEM form between the two.
    Example: List a user's certificates.
      $ iam-userlistcerts -u bob
    Calls: ListSigningCertificates
    """
    listing = Listing(iam, "ListSigningCertificates", max_items, marker, UserName=user)
    for certificate in listing.entries("Certificates"):
        yield certificate["CertificateId"]
        if verbose:
            yield document(certificate["CertificateBody"])
        yield certificate["Status"]
    yield from listing.footer()
