"""Access keys, SSH public keys, and service-specific credentials."""

from __future__ import annotations

from dataclasses import dataclass

from iamcli.cli.sandbox.corrections.caller import caller, shown_name
from iamcli.cli.sandbox.corrections.lists import listing_of_user
from iamcli.cli.sandbox.corrections.protocol import Backend, Request, Result, operation
from iamcli.cli.sandbox.refusals import Refusal, not_in_copy
from iamcli.cli.sandbox.ssh_keys import encoded, fingerprint

TYPE_CHECKING = False
if TYPE_CHECKING:
    import datetime as dt
    from typing import Any


def access_key(key: Any) -> Result:
    """Return an access key as lists show it."""
    return {
        "UserName": shown_name(key.user_name),
        "AccessKeyId": key.access_key_id,
        "Status": key.status,
        "CreateDate": key.create_date,
    }


@operation("CreateAccessKey")
def create_access_key(iam: Backend, request: Request) -> Result:
    """Show no user name for the key of the account. Source: API reference, CreateAccessKey."""
    key: Any = iam.create_access_key(request.get("UserName"))
    return {"AccessKey": {**access_key(key), "SecretAccessKey": key.secret_access_key}}


listing_of_user(
    "ListAccessKeys",
    "AccessKeyMetadata",
    lambda user: user.access_keys,
    access_key,
    ("CreateDate", "AccessKeyId"),
)


@operation("GetAccessKeyLastUsed")
def get_access_key_last_used(iam: Backend, request: Request) -> Result:
    """Refuse a key that is of no user, and one whose last use the copy lacks.

    Source: recorded for a key that does not exist, and for one that was never used.
    """
    identity = request.get("AccessKeyId")
    key: Any = iam.access_keys.get(identity)
    if not key or not key.user_name:
        message = f"User: {caller(iam, request.access_key).arn} is not authorized to perform"
        what = f"iam:GetAccessKeyLastUsed on resource: access key {identity}"
        raise Refusal("AccessDenied", f"{message} {what}")
    used = last_use(key)
    if used is None:
        raise not_in_copy(f"The last use of the access key {identity}")
    return {"UserName": shown_name(key.user_name), "AccessKeyLastUsed": used}


def last_use(key: Any) -> Result | None:
    """Return the last use of an access key as responses show it; None if it is not known."""
    if key.last_used:
        return {
            # moto 5.1 shows the date as text.
            "LastUsedDate": vars(key.last_used)["_timestamp"],
            "Region": key.last_used.region,
            "ServiceName": key.last_used.service,
        }
    known = vars(key).get("last_use_known", True)
    return {"Region": "N/A", "ServiceName": "N/A"} if known else None


@operation("UploadSSHPublicKey")
def upload_ssh_public_key(iam: Backend, request: Request) -> Result:
    """Show the fingerprint of the key. Source: API reference, UploadSSHPublicKey."""
    key: Any = iam.upload_ssh_public_key(request.get("UserName"), request.get("SSHPublicKeyBody"))
    return {"SSHPublicKey": {**ssh_key(key), "SSHPublicKeyBody": key.ssh_public_key_body}}


@operation("GetSSHPublicKey")
def get_ssh_public_key(iam: Backend, request: Request) -> Result:
    """Show the fingerprint of the key, and the key in the encoding that is asked for.

    A key that the copy lacks is refused. Source: API reference, GetSSHPublicKey.
    """
    identity = request.get("SSHPublicKeyId")
    key: Any = iam.get_ssh_public_key(request.get("UserName"), identity)
    if key.ssh_public_key_body is None:
        raise not_in_copy(f"The SSH public key {identity}")
    return {"SSHPublicKey": ssh_key(key, request.get("Encoding"))}


def ssh_key(key: Any, encoding: str = "SSH") -> Result:
    """Return an SSH public key as responses show it, without what a copy lacks."""
    body = key.ssh_public_key_body
    return {
        "UserName": key.user_name,
        "SSHPublicKeyId": key.ssh_public_key_id,
        "Fingerprint": None if body is None else fingerprint(body),
        "SSHPublicKeyBody": None if body is None else encoded(body, encoding),
        "Status": key.status,
        "UploadDate": key.upload_date,
    }


# Responses have no other members of the list than the model.
listing_of_user(
    "ListSSHPublicKeys",
    "SSHPublicKeys",
    lambda user: user.ssh_public_keys,
    ssh_key,
    ("UploadDate", "SSHPublicKeyId"),
)


@dataclass
class ServiceCredential:
    """A service-specific credential of a user, which moto lacks; only a copy has some.

    ``public``: the generated user name, or the alias of an API key. Source: API reference,
    ServiceSpecificCredential; recorded: a rename of the user does not change it.
    """

    id: str
    service: str
    public: str
    status: str
    create_date: dt.datetime
    expiration_date: dt.datetime | None


#: The services that have API keys. Source: API reference, CreateServiceSpecificCredential.
WITH_API_KEY = ("bedrock.amazonaws.com", "logs.amazonaws.com")


def service_credentials(user: Any) -> dict[str, ServiceCredential]:
    """Return the service-specific credentials of a user by their IDs."""
    credentials: dict[str, ServiceCredential] = vars(user).setdefault("service_credentials", {})
    return credentials


def of_service(credential: ServiceCredential) -> Result:
    """Return what responses have of a credential, without its user and its secret."""
    is_api_key = credential.service in WITH_API_KEY
    public = "ServiceCredentialAlias" if is_api_key else "ServiceUserName"
    return {
        "ServiceSpecificCredentialId": credential.id,
        "ServiceName": credential.service,
        public: credential.public,
        "Status": credential.status,
        "CreateDate": credential.create_date,
        "ExpirationDate": credential.expiration_date,
    }


listing_of_user(
    "ListServiceSpecificCredentials",
    "ServiceSpecificCredentials",
    lambda user: service_credentials(user).values(),
    of_service,
    ("CreateDate", "ServiceSpecificCredentialId"),
)


@operation("DeleteServiceSpecificCredential")
def delete_service_specific_credential(iam: Backend, request: Request) -> None:
    """Delete a credential. Source: API reference, DeleteServiceSpecificCredential."""
    user: Any = iam.get_user(request.get("UserName"))
    del service_credentials(user)[request.get("ServiceSpecificCredentialId")]
