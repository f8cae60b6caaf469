"""Server certificates."""

from __future__ import annotations

from iamcli.config import files
from iamcli.operations.pagination import Listing
from iamcli.output.lines import arn_and_id
from iamcli.parsing.options import Option
from iamcli.parsing.shared import NEW_PATH, PAGING, PATH, PATH_PREFIX, SERVER_CERT, VERBOSE
from iamcli.runner import command

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iamcli.client.service import IAM
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
PRIVATE_KEY = Option(
    "-k",
    "PRIVATEKEYFILE",
    "private_key",
    "read the private key from this file",
    required=True,
    limits="PEM, not encrypted by a passphrase",
    complete="file",
)
CHAIN = Option(
    "-c",
    "CERTCHAINFILE",
    "chain",
    "read the certificates of the issuers from this file",
    limits="PEM, one behind the other, the nearest issuer first",
    complete="file",
)
NEW_NAME = SERVER_CERT.replace(
    name="-n",
    metavar="NEWSERVERCERTNAME",
    dest="new_name",
    help="the new name",
    required=False,
    default="the name stays",
    complete="",
)


@command(
    "iam-servercertupload",
    SERVER_CERT.replace(complete=""),
    BODY,
    PRIVATE_KEY,
    CHAIN,
    PATH,
    VERBOSE.replace(help="print ARN and id"),
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

    Load balancers and CloudFront use it for TLS; one for CloudFront has a path below /cloudfront/.
    The private key has to fit the certificate, and cannot be read back.
    An account holds 20 server certificates unless AWS has raised that quota.
    The files have to be private to you; nothing of them is logged.

    Output: Nothing without -v.
    With -v: the certificate's ARN, and on the next line its id.
    Example: Upload a certificate with its chain, and show ARN and id.
      $ iam-servercertupload -s example.com -b cert.pem -k key.pem -c chain.pem -v
    Calls: UploadServerCertificate
    """
    uploaded = iam.call(
        "UploadServerCertificate",
        ServerCertificateName=certificate,
        CertificateBody=files.text(body, "the certificate"),
        PrivateKey=files.text(private_key, "the private key"),
        CertificateChain=None if chain is None else files.text(chain, "the certificate chain"),
        Path=path,
    )
    if verbose:
        yield from arn_and_id(uploaded["ServerCertificateMetadata"], "ServerCertificateId")


@command("iam-servercertmod", SERVER_CERT, NEW_NAME, NEW_PATH)
def servercertmod(iam: IAM, certificate: str, new_name: str | None, path: str | None) -> Lines:
    """Change a server certificate's name or path.

    The id stays, the ARN changes with name and path.
    A path below /cloudfront/ lets CloudFront use the certificate.

    Output: Nothing.
    Example: Give a certificate a new name.
      $ iam-servercertmod -s example.com -n example.com-2012
    Calls: UpdateServerCertificate
    """
    iam.call(
        "UpdateServerCertificate",
        ServerCertificateName=certificate,
        NewServerCertificateName=new_name,
        NewPath=path,
    )
    yield from ()


@command("iam-servercertdel", SERVER_CERT)
def servercertdel(iam: IAM, certificate: str) -> Lines:
    """Delete a server certificate.

    Take it out of use first: a load balancer that goes on using it may stop taking connections.
    The service refuses where it knows that the certificate is in use.

    Output: Nothing.
    Example: Delete a certificate.
      $ iam-servercertdel -s example.com
    Calls: DeleteServerCertificate
    """
    iam.call("DeleteServerCertificate", ServerCertificateName=certificate)
    yield from ()


@command("iam-servercertgetattributes", SERVER_CERT)
def servercertgetattributes(iam: IAM, certificate: str) -> Lines:
    """Show a server certificate's ARN and id.

    Output: The certificate's ARN, and on the next line its id.
    Example: Show a certificate.
      $ iam-servercertgetattributes -s example.com
    Calls: GetServerCertificate
    """
    found = iam.call("GetServerCertificate", ServerCertificateName=certificate)
    yield from arn_and_id(
        found["ServerCertificate"]["ServerCertificateMetadata"], "ServerCertificateId"
    )


@command("iam-servercertlistbypath", PATH_PREFIX, *PAGING)
def servercertlistbypath(
    iam: IAM, prefix: str | None, max_items: int | None, marker: str | None
) -> Lines:
    """List the server certificates below a path.

    Without -p these are all server certificates of the account.

    Output: One ARN a line, then the footer.
    Example: List all certificates.
      $ iam-servercertlistbypath
    Calls: ListServerCertificates
    """
    listing = Listing(iam, "ListServerCertificates", max_items, marker, PathPrefix=prefix)
    return listing.lines("ServerCertificateMetadataList", "Arn")
