"""SSH public keys must be RSA keys that the user does not have yet."""

from __future__ import annotations

from iamcli.cli.sandbox.refusals import Refusal
from iamcli.cli.sandbox.rules.entity_types import USER
from iamcli.cli.sandbox.ssh_keys import fingerprint, parsed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from moto.iam.models import IAMBackend

    from iamcli.cli.sandbox.rules.entity_types import Parameters

#: Source: the API reference (UploadSSHPublicKey).
MINIMUM_BITS = 2048


def ssh_public_key_is_one(_backend: IAMBackend, parameters: Parameters) -> None:
    """An SSH key is an RSA key of at least 2048 bits, encoded as ``ssh-rsa`` or PEM.

    Evidence: the API reference (UploadSSHPublicKey), the wording included.
    """
    key = parsed(parameters["SSHPublicKeyBody"])
    if not key or key.key_size < MINIMUM_BITS:
        raise Refusal("InvalidPublicKey", "The public key is malformed or otherwise invalid.")


def ssh_public_key_is_new(backend: IAMBackend, parameters: Parameters) -> None:
    """A user has a key once, whatever its encoding.

    Evidence: the API reference (UploadSSHPublicKey), the wording included.
    """
    keys = USER.find(backend, parameters).ssh_public_keys
    # A copy may lack what a key is.
    known = [key.ssh_public_key_body for key in keys if key.ssh_public_key_body is not None]
    if fingerprint(parameters["SSHPublicKeyBody"]) in map(fingerprint, known):
        raise Refusal(
            "DuplicateSSHPublicKey",
            "The SSH public key is already associated with the specified IAM user.",
        )
