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
    from iamcli.operations.service import IAM
    from iamcli.output.lines import Lines

CERTIFICATE_TEXT = Option(
    "-c",
    "CERTIFICATE",
    "certificate",
    "the certificate",
    limits="X.509 in PEM format",
    brief="PEM",
    alternative="-f",
    free=True,
)
CERTIFICATE_FILE = Option(
    "-f",
    "CERTIFICATEFILE",
    "file",
    "read the certificate from this file",
    limits="X.509 in PEM format, at most 1 MiB",
    brief="PEM",
    alternative="-c",
    complete="file",
)


@command(OWN_USER, CERTIFICATE_TEXT, CERTIFICATE_FILE, creates=True)
def useraddcert(iam: IAM, user: str | None, certificate: str | None, file: str | None) -> Lines:
    """Upload a signing certificate for a user.

    Some commands of the Amazon EC2 AMI tools need a signing certificate; see iam-today(7).
    The certificate is active at once.
    A user can have up to two signing certificates.

    Does: stores an X.509 certificate, which is used to verify the signatures of a user.
    Output: The certificate's ID.
    Differs: The original did not refuse a private key in place of a certificate.
    Example: Upload a signing certificate from a file.
      $ iam-useraddcert -u bob -f cert.pem
    Calls: UploadSigningCertificate
    """
    if (certificate is None) == (file is None):
        raise Failure("specify the certificate with -c or -f, not both")
    if file is not None:
        certificate = files.certificate(file, "the certificate")
    elif certificate is not None:
        where = "the value of -c"
        files.refuse_private_key(certificate, where, "the certificate", "only the certificate")
    uploaded = iam.call("UploadSigningCertificate", CertificateBody=certificate, UserName=user)
    yield uploaded["Certificate"]["CertificateId"]


@command(CERTIFICATE_ID, STATUS, OWN_USER)
def usermodcert(iam: IAM, certificate: str, status: str, user: str | None) -> None:
    """Activate or deactivate a signing certificate, for example to rotate it.

    Requests signed with an inactive certificate are refused; you can activate it again at any time.

    To rotate certificates, upload a second certificate with iam-useraddcert(1), switch your
    programs to it, and deactivate the first certificate.
    When everything works without the first certificate, delete it with iam-userdelcert(1).

    Does: sets the status of a signing certificate to Active or Inactive.
    Output: Nothing.
    Example: Deactivate a signing certificate.
      $ iam-usermodcert -u bob -c TA7SMP42TDN5Z26OBPJE7EXAMPLE -s Inactive
    Calls: UpdateSigningCertificate
    """
    iam.call("UpdateSigningCertificate", CertificateId=certificate, Status=status, UserName=user)


@command(CERTIFICATE_ID, OWN_USER)
def userdelcert(iam: IAM, certificate: str, user: str | None) -> None:
    """Delete a user's signing certificate.

    Requests signed with the deleted certificate are refused.
    To find out whether the certificate is still in use, first deactivate it with
    iam-usermodcert(1).

    Does: removes a signing certificate from its user.
    Output: Nothing.
    Example: Delete a signing certificate.
      $ iam-userdelcert -u bob -c TA7SMP42TDN5Z26OBPJE7EXAMPLE
    Calls: DeleteSigningCertificate
    """
    iam.call("DeleteSigningCertificate", CertificateId=certificate, UserName=user)


@command(OWN_USER, VERBOSE.replace(help="also print each certificate"), *PAGING, multiline=True)
def userlistcerts(
    iam: IAM, user: str | None, verbose: bool, max_items: int | None, marker: str | None
) -> Lines:
    """List a user's signing certificates and their status.

    Does: prints the ID of each signing certificate of a user, and whether it is active.
    Output: Two lines per certificate: its ID, then `Active` or `Inactive`; then the footer.
    With -v: the certificate in PEM format between these two lines.
    Example: List a user's signing certificates.
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
