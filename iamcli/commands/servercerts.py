"""Server certificates."""

from __future__ import annotations

from iamcli.config import files
from iamcli.operations.pagination import Listing
from iamcli.output.lines import arn_and_id
from iamcli.parsing.options import Option
from iamcli.parsing.shared import (
    NEW_PATH,
    PAGING,
    PATH,
    PATH_PREFIX,
    SERVER_CERT,
    VERBOSE,
    new_name,
)
from iamcli.runner import command

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iamcli.operations.service import IAM
    from iamcli.output.lines import Lines

BODY = Option(
    "-b",
    "CERTBODYFILE",
    "body",
    "read the certificate from this file",
    required=True,
    limits="PEM",
    complete="file",
)
PRIVATE_KEY = BODY.replace(
    name="-k",
    metavar="PRIVATEKEYFILE",
    dest="private_key",
    help="read the private key from this file",
    limits="PEM; without a passphrase",
)
CHAIN = BODY.replace(
    name="-c",
    metavar="CERTCHAINFILE",
    dest="chain",
    help="read the certificate chain from this file",
    required=False,
    limits="PEM; the issuers' certificates, concatenated, the direct issuer first",
)
NEW_NAME = new_name(SERVER_CERT, "the certificate").replace(brief="1 to 128 characters")


@command(
    SERVER_CERT.replace(complete=""),
    BODY,
    PRIVATE_KEY,
    CHAIN,
    PATH.replace(help="create the certificate under this path"),
    VERBOSE.replace(help="print the server certificate's ARN and ID"),
    creates=True,
)
def servercertupload(
    iam: IAM,
    certificate: str,
    body: str,
    private_key: str,
    chain: str | None,
    path: str | None,
    verbose: bool,
) -> Lines:
    """Upload a server certificate with its private key.

    Load balancers and Amazon CloudFront can use the certificate for TLS.
    The path of a certificate for CloudFront must begin with /cloudfront/.
    The private key must match the certificate, and the key cannot be retrieved later.
    An account can have 20 server certificates unless AWS has raised that quota.
    AWS recommends AWS Certificate Manager (ACM) instead; see iam-today(7).
    Make sure that only you can read the private key file.
    The private key is never logged, not even with -d.

    Does: stores an X.509 certificate and its private key for use by AWS services.
    Output: Nothing without -v.
    With -v: the server certificate's ARN, and its ID on the next line.
    Differs: The original did not refuse a private key in a file specified with -b or -c.
    The original did not refuse an encrypted private key.
    Example: Upload a server certificate with its chain, and print its ARN and ID.
      $ iam-servercertupload -s example.com -b cert.pem -k key.pem -c chain.pem -v
    Calls: UploadServerCertificate
    """
    uploaded = iam.call(
        "UploadServerCertificate",
        ServerCertificateName=certificate,
        CertificateBody=files.certificate(body, "the certificate"),
        PrivateKey=files.private_key(private_key),
        CertificateChain=None
        if chain is None
        else files.certificate(chain, "the certificate chain"),
        Path=path,
    )
    if verbose:
        yield from arn_and_id(uploaded["ServerCertificateMetadata"], "ServerCertificateId")


@command(SERVER_CERT, NEW_NAME, NEW_PATH.replace(help="move the certificate to this path"))
def servercertmod(iam: IAM, certificate: str, new_name: str | None, path: str | None) -> None:
    """Rename a server certificate or change its path.

    The server certificate keeps its ID; the ARN changes with the name and the path.
    Amazon CloudFront can use the certificate only if the path begins with /cloudfront/.

    Does: gives a server certificate a new name, a new path or both.
    Output: Nothing.
    Example: Rename a server certificate.
      $ iam-servercertmod -s example.com -n example.com-2012
    Calls: UpdateServerCertificate
    """
    iam.call(
        "UpdateServerCertificate",
        ServerCertificateName=certificate,
        NewServerCertificateName=new_name,
        NewPath=path,
    )


@command(SERVER_CERT)
def servercertdel(iam: IAM, certificate: str) -> None:
    """Delete a server certificate.

    If the service detects that the certificate is in use, it refuses the request with
    `DeleteConflict`.

    Does: removes a server certificate and its private key from IAM.
    Warning: Before you delete a certificate, remove it from the load balancers that use it: a load
    balancer whose certificate is deleted may stop accepting connections.
    Output: Nothing.
    Example: Delete a server certificate.
      $ iam-servercertdel -s example.com
    Calls: DeleteServerCertificate
    """
    iam.call("DeleteServerCertificate", ServerCertificateName=certificate)


@command(SERVER_CERT)
def servercertgetattributes(iam: IAM, certificate: str) -> Lines:
    """Show a server certificate's ARN and ID.

    The certificate itself is not printed.

    Does: prints the ARN and the unique ID of one server certificate.
    Output: The server certificate's ARN, and its ID on the next line.
    Example: Show the ARN and ID of a server certificate.
      $ iam-servercertgetattributes -s example.com
    Calls: GetServerCertificate
    """
    response = iam.call("GetServerCertificate", ServerCertificateName=certificate)
    details = response["ServerCertificate"]["ServerCertificateMetadata"]
    yield from arn_and_id(details, "ServerCertificateId")


@command(PATH_PREFIX, *PAGING)
def servercertlistbypath(
    iam: IAM, prefix: str | None, max_items: int | None, marker: str | None
) -> Lines:
    """List all server certificates, or those under a path prefix.

    Certificates in AWS Certificate Manager (ACM) are not listed.

    Does: prints the ARN of each server certificate or, with -p, of each one under a path.
    Output: One ARN per line, then the footer.
    Example: List all server certificates.
      $ iam-servercertlistbypath
    Calls: ListServerCertificates
    """
    listing = Listing(iam, "ListServerCertificates", max_items, marker, PathPrefix=prefix)
    return listing.lines("ServerCertificateMetadataList", "Arn")
